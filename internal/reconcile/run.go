package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// everywhere is the scope of the worker: who asked was checked when asking, and
// a pass reads the area of its reconciliation only, beyond it not more than
// whether a number is there.
var everywhere = region.ScopeOf(region.Country)

// Work makes the pass that a reconciliation waits for. It is idempotent: what a
// killed pass left is made anew.
func (s *Store) Work(ctx context.Context, id int64) error {
	s.passing.Lock()
	defer s.passing.Unlock()
	r, err := load(ctx, s.db.Read, everywhere, id)
	if err != nil || r.State != Waiting && r.State != Running {
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	}
	err = s.pass(ctx, &r)
	if err == nil || ctx.Err() != nil || fault.Is(err, fault.Unavailable) {
		return err
	}
	key := "reconcile.broken"
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != fault.Internal && len(f.Args) == 0 {
		key = f.Key
	}
	failed := s.db.Tx(ctx, func(tx *db.Tx) error {
		_, e := tx.ExecContext(ctx, `UPDATE reconcile SET state = 'failed', message = $1 WHERE id = $2`, key, id)
		return e
	})
	if key != "reconcile.broken" {
		return failed
	}
	return errors.Join(fmt.Errorf("reconciliation %d: %w", id, err), failed)
}

func (s *Store) pass(ctx context.Context, r *Run) error {
	next := r.Pass + 1
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM reconcile_row WHERE reconcile_id = $1 AND pass = $2`, r.ID, next); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE reconcile SET state = 'running', rows_done = 0 WHERE id = $1`, r.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin pass: %w", err)
	}
	f, err := s.gather(ctx, r)
	if err != nil {
		return err
	}
	out := compare(f)
	theirs := r.Stated
	if theirs < 0 && r.Listed() {
		theirs = int64(len(f.lines))
	}
	if gap := theirs - int64(len(f.lines)); r.Listed() && gap != 0 {
		out.tally = append(out.tally, Tally{Class: Unlisted, N: gap})
	}
	if r.Listed() {
		var sum int64
		for _, t := range out.tally {
			n, _ := Explained(t)
			sum += n
		}
		if sum != theirs-out.ours {
			return fmt.Errorf("the classes add up to %d, the difference is %d", sum, theirs-out.ours)
		}
	}
	if err := s.keep(ctx, r, next, kept(out.found)); err != nil {
		return err
	}
	return s.finish(ctx, r, next, theirs, &out)
}

// MaxHints bounds the rows kept of each reason of Near and Weak: they say where
// to look and explain nothing; their counts are whole.
const MaxHints = 5000

func kept(all []found) []found {
	n, why := 0, ""
	return slices.DeleteFunc(all, func(x found) bool {
		if x.class != Near && x.class != Weak {
			return false
		}
		if k := string(x.class) + x.why; k != why {
			n, why = 0, k
		}
		n++
		return n > MaxHints
	})
}

// rowsATx keeps a page's wait for the writer short.
const rowsATx = 2000

func (s *Store) keep(ctx context.Context, r *Run, pass int, all []found) error {
	columns := []string{"reconcile_id", "pass", "n", "class", "why", "fields", "village", "person_id", "line"}
	for from := 0; from < len(all); from += rowsATx {
		part := all[from:min(from+rowsATx, len(all))]
		rows := make([][]any, len(part))
		for i, x := range part {
			rows[i] = []any{r.ID, pass, int64(from + i + 1), string(x.class), x.why, x.fields, int64(x.at), x.person, int64(x.line)}
		}
		err := s.db.Tx(ctx, func(tx *db.Tx) error {
			if err := tx.Dialect.BulkInsert(ctx, tx, "reconcile_row", columns, rows); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `UPDATE reconcile SET rows_done = $1 WHERE id = $2`, 60+40*(from+len(part))/len(all), r.ID)
			return err
		})
		if err != nil {
			return fmt.Errorf("keep pass: %w", err)
		}
	}
	return nil
}

// finish shows the pass and forgets the rows of the one before.
func (s *Store) finish(ctx context.Context, r *Run, pass int, theirs int64, out *result) error {
	text, err := json.Marshal(counts{Tally: out.tally, Places: out.places})
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO reconcile_pass (reconcile_id, pass, at, ours, theirs, counts) VALUES ($1, $2, $3, $4, $5, $6)`,
			r.ID, pass, db.Millis(tx.Now), out.ours, theirs, string(text)); err != nil {
			return fmt.Errorf("finish pass: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE reconcile SET state = 'done', pass = $1, rows_done = 100, run_at = $2, message = '' WHERE id = $3`, pass, db.Millis(tx.Now), r.ID); err != nil {
			return fmt.Errorf("finish pass: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM reconcile_row WHERE reconcile_id = $1 AND pass < $2`, r.ID, pass); err != nil {
			return fmt.Errorf("finish pass: %w", err)
		}
		return nil
	})
}

func (s *Store) progress(ctx context.Context, id int64, percent int) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE reconcile SET rows_done = $1 WHERE id = $2`, percent, id)
		return err
	})
}

// gather reads everything that a comparison needs.
func (s *Store) gather(ctx context.Context, r *Run) (*facts, error) {
	f := &facts{def: figure(r.Figure), month: r.Month, today: calendar.DateAt(s.db.Clock()), columns: r.Columns,
		rows: map[int64]monthRow{}, byLine: map[int32]*attributes{}, away: map[int32]bool{}, spells: map[int64][]span{}, unit: region.Town}
	if f.def == nil {
		return nil, fault.New(fault.Invalid, "reconcile.figure")
	}
	if r.Region.Level() >= region.Town {
		f.unit = region.Village
	}
	v, err := setting.At(ctx, s.db.Read, r.Region, r.Month.Year())
	if err != nil {
		return nil, err
	}
	f.min = v.Int("month.min_months")
	if f.lines, err = s.lines(ctx, r.ID, -1); err != nil {
		return nil, err
	}
	err = s.Figures.Each(ctx, everywhere, r.Region, r.Month, r.view(), func(id int64, village region.Code, k indicator.Key) {
		if old, twice := f.rows[id]; twice && (f.def.Holds(old.key) || !f.def.Holds(k)) {
			return // one row a person: the one that counts
		}
		f.rows[id] = monthRow{village, k}
	})
	if err != nil {
		return nil, err
	}
	if len(f.rows) == 0 {
		// A month before the first closed one, or a place without people: every
		// reason given would be a guess.
		return nil, fault.New(fault.Invalid, "reconcile.nofigures")
	}
	if err := s.progress(ctx, r.ID, 20); err != nil {
		return nil, err
	}
	if err := s.meet(ctx, r, f); err != nil {
		return nil, err
	}
	if err := s.progress(ctx, r.ID, 50); err != nil {
		return nil, err
	}
	return f, s.workOf(ctx, f)
}

// lines opens the sealed list, or one chunk of it.
func (s *Store) lines(ctx context.Context, id int64, only int) ([]Line, error) {
	query, args := `SELECT list_cipher FROM reconcile_chunk WHERE reconcile_id = $1`, []any{id}
	if only >= 0 {
		query, args = query+` AND n = $2`, append(args, only)
	}
	rows, err := s.db.Read.QueryContext(ctx, query+` ORDER BY n`, args...)
	if err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	defer rows.Close()
	var out []Line
	for rows.Next() {
		var sealed []byte
		if err := rows.Scan(&sealed); err != nil {
			return nil, fmt.Errorf("read list: %w", err)
		}
		packed, err := s.Box.Decrypt(sealList, sealed)
		if err != nil {
			return nil, err
		}
		part, err := unpack(packed)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
	}
	return out, rows.Err()
}

// workOf reads the spells of those whose reason lies in them.
func (s *Store) workOf(ctx context.Context, f *facts) error {
	var ids []int64
	for id, row := range f.rows {
		if f.asksWork(row) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for part := range slices.Chunk(ids, 500) {
		var a db.Args
		err := each(ctx, s.db.Read, `SELECT w.person_id, w.start_month, w.end_month FROM spell w WHERE w.person_id IN `+db.List(&a, part)+` AND `+live("w"), a.Values, func(scan func(...any) error) error {
			var id int64
			var x span
			if err := scan(&id, &x.start, &x.end); err != nil {
				return err
			}
			f.spells[id] = append(f.spells[id], x)
			return nil
		})
		if err != nil {
			return fmt.Errorf("read spells: %w", err)
		}
	}
	return nil
}

func live(alias string) string {
	return "NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = " + alias + ".batch_id)"
}

// each runs a query and hands every row's Scan to fn.
func each(ctx context.Context, q db.Querier, query string, args []any, fn func(scan func(...any) error) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
