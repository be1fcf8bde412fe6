package merge

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Record is a merge as its page shows it.
type Record struct {
	ID         int64
	Kept, Gone int64
	Village    region.Code
	Chosen     []string
	Reason     string
	At         int64 // Unix milliseconds
	By         string
	UndoneAt   int64
	UndoneBy   string
	UndoReason string

	mark   []byte
	sealed []byte
}

const recordColumns = `m.id, m.kept, m.gone, m.village, m.chosen, m.reason, m.at,
	coalesce((SELECT u.name FROM app_user u WHERE u.id = m.by_user), ''), m.undone_at,
	coalesce((SELECT u.name FROM app_user u WHERE u.id = m.undone_by), ''), m.undo_reason, m.mark, m.snapshot_cipher`

func scanMerge(row interface{ Scan(...any) error }) (Record, error) {
	var r Record
	var chosen string
	err := row.Scan(&r.ID, &r.Kept, &r.Gone, &r.Village, &chosen, &r.Reason, &r.At, &r.By, &r.UndoneAt, &r.UndoneBy, &r.UndoReason, &r.mark, &r.sealed)
	if chosen != "" {
		r.Chosen = strings.Split(chosen, ",")
	}
	return r, err
}

// Get is one merge of the scope.
func (s *Store) Get(ctx context.Context, scope region.Scope, id int64) (Record, error) {
	return s.get(ctx, s.db.Read, scope, id)
}

func (s *Store) get(ctx context.Context, q db.Querier, scope region.Scope, id int64) (Record, error) {
	var a db.Args
	r, err := scanMerge(q.QueryRowContext(ctx, `SELECT `+recordColumns+` FROM person_merge m WHERE m.id = `+a.Add(id)+` AND `+scope.Predicate("m.village", a.Add), a.Values...))
	if errors.Is(err, sql.ErrNoRows) {
		return r, errNotFound
	}
	if err != nil {
		return r, fmt.Errorf("read merge: %w", err)
	}
	return r, nil
}

// List are the merges of the scope, newest first, at most 200; with a person
// those in which that record stayed or went.
func (s *Store) List(ctx context.Context, scope region.Scope, person int64) ([]Record, error) {
	if scope.Empty() {
		return nil, nil
	}
	var a db.Args
	where := scope.Predicate("m.village", a.Add)
	if person != 0 {
		p := a.Add(person)
		where += " AND (m.kept = " + p + " OR m.gone = " + p + ")"
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+recordColumns+` FROM person_merge m WHERE `+where+` ORDER BY m.id DESC LIMIT 200`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("list merges: %w", err)
	}
	defer rows.Close()
	var out []Record
	for rows.Next() {
		r, err := scanMerge(rows)
		if err != nil {
			return nil, fmt.Errorf("list merges: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Undo makes two records again, both as they were. Facts that came since are a
// Conflict that names the fields: whose they are, nobody but a person knows.
func (s *Store) Undo(ctx context.Context, scope region.Scope, by account.Caller, id int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "people.merge.reason"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.get(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if r.UndoneAt != 0 {
			return fault.New(fault.Conflict, "people.merge.undone")
		}
		was, err := s.unseal(r.sealed)
		if err != nil {
			return err
		}
		for _, p := range []int64{min(r.Kept, r.Gone), max(r.Kept, r.Gone)} {
			if err := db.Hold(ctx, tx, "person", p); err != nil {
				return err
			}
			home := region.Code(was.of("person").row(p)["village"].I)
			if !scope.Contains(home) {
				return errNotFound
			}
		}
		if err := s.unchanged(ctx, tx, &r); err != nil {
			return err
		}
		if err := s.restore(ctx, tx, was); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE person_merge SET undone_at = $1, undone_by = $2, undo_reason = $3 WHERE id = $4`, db.Millis(tx.Now), by.UserID, reason, id)
		if err != nil {
			return fmt.Errorf("undo merge: %w", err)
		}
		return s.two(ctx, tx, scope, by, &r, reason)
	})
}

// two checks both records and tells of them.
func (s *Store) two(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, r *Record, reason string) error {
	var both [2]fact.Person
	for i, p := range []int64{r.Kept, r.Gone} {
		var err error
		if both[i], _, err = s.resident(ctx, tx, scope, p); err != nil {
			return err
		}
		if err := s.check(ctx, tx, scope, p); err != nil {
			return err
		}
	}
	history := []change.Field{
		{PersonID: r.Kept, Entity: change.OfPerson, EntityID: r.ID, Field: "merged", Old: itoa(r.Gone), By: by.UserID, Reason: reason},
		{PersonID: r.Gone, Entity: change.OfPerson, EntityID: r.ID, Field: "merged_into", Old: itoa(r.Kept), By: by.UserID, Reason: reason},
	}
	return s.told(ctx, tx, by, "people.unmerge", r.ID, history, &both[0], &both[1])
}

// unchanged refuses where the records are not as the merge left them.
func (s *Store) unchanged(ctx context.Context, tx *db.Tx, r *Record) error {
	now, err := s.take(ctx, tx, r.Kept, r.Gone)
	if err != nil {
		return err
	}
	mark, err := now.mark()
	if err != nil || bytes.Equal(mark, r.mark) {
		return err
	}
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT f.field FROM field_change f WHERE f.person_id IN ($1, $2) AND f.at > $3 AND `+live("f")+` ORDER BY f.field`, r.Kept, r.Gone, r.At)
	if err != nil {
		return fmt.Errorf("later facts: %w", err)
	}
	defer rows.Close()
	var fields []string
	for rows.Next() {
		var f string
		if err := rows.Scan(&f); err != nil {
			return fmt.Errorf("later facts: %w", err)
		}
		fields = append(fields, f)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("later facts: %w", err)
	}
	return fault.New(fault.Conflict, "people.merge.later", strings.Join(fields, ", "))
}

// restore puts both records back.
func (s *Store) restore(ctx context.Context, tx *db.Tx, was *snapshot) error {
	for _, id := range []int64{was.Kept, was.Gone} { // numbers may change hands
		if _, err := tx.ExecContext(ctx, `UPDATE person SET id_index = $1 WHERE id = $2`, s.Box.BlindIndex("merging", itoa(id)), id); err != nil {
			return fmt.Errorf("free number: %w", err)
		}
	}
	for _, t := range Moved {
		d := was.of(t.name)
		if t.name == "person" {
			if err := s.restorePersons(ctx, tx, d); err != nil {
				return err
			}
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+t.name+` WHERE `+t.person+` IN ($1, $2)`, was.Kept, was.Gone); err != nil {
			return fmt.Errorf("restore %s: %w", t.name, err)
		}
		rows := make([][]any, len(d.Rows))
		for i, r := range d.Rows {
			for j, c := range r {
				v, err := s.stored(t.name, d.Columns[j], c)
				if err != nil {
					return err
				}
				rows[i] = append(rows[i], v)
			}
		}
		if err := tx.Dialect.BulkInsert(ctx, tx, t.name, d.Columns, rows); err != nil {
			return fmt.Errorf("restore %s: %w", t.name, err)
		}
	}
	for _, id := range was.Pointed {
		if _, err := tx.ExecContext(ctx, `UPDATE person SET merged_into = $1 WHERE id = $2`, was.Gone, id); err != nil {
			return fmt.Errorf("restore pointer: %w", err)
		}
	}
	return nil
}

// restorePersons writes every column but the version, which only grows: an
// old form of the record must not save over it.
func (s *Store) restorePersons(ctx context.Context, tx *db.Tx, d *dump) error {
	id := slices.Index(d.Columns, "id")
	for _, r := range d.Rows {
		var a db.Args
		sets := []string{"version = version + 1"}
		for j, c := range d.Columns {
			switch c {
			case "id", "version":
				continue
			case "updated_at":
				sets = append(sets, c+" = "+a.Add(db.Millis(tx.Now)))
				continue
			}
			v, err := s.stored("person", c, r[j])
			if err != nil {
				return err
			}
			sets = append(sets, c+" = "+a.Add(v))
		}
		if _, err := tx.ExecContext(ctx, `UPDATE person SET `+strings.Join(sets, ", ")+` WHERE id = `+a.Add(r[id].I), a.Values...); err != nil {
			return fmt.Errorf("restore person: %w", err)
		}
	}
	return nil
}
