package intake

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

// CanUndo implements transfer.Undoer.
func (k *personKind) CanUndo(ctx context.Context, q db.Querier, b *transfer.Batch) error {
	return k.canUndo(ctx, q, b, "", laterPeople)
}

// CanUndo implements transfer.Undoer.
func (k *workKind) CanUndo(ctx context.Context, q db.Querier, b *transfer.Batch) error {
	return k.canUndo(ctx, q, b, firstWork, laterWork)
}

// CanUndo implements transfer.Undoer.
func (k *planKind) CanUndo(ctx context.Context, q db.Querier, b *transfer.Batch) error {
	return k.canUndo(ctx, q, b, firstPlan, laterPlan)
}

func (b *base) canUndo(ctx context.Context, q db.Querier, batch *transfer.Batch, touched string, later []string) error {
	u := &undoing{ctx: ctx, b: batch, base: b}
	saved, err := u.savedAt(q)
	if err != nil || saved == 0 {
		return err
	}
	return u.allowed(q, saved, touched, later)
}

// Forecast counts the people of the place as they are and as they would be.
func (k *personKind) Forecast(ctx context.Context, b *transfer.Batch, each func(func(transfer.Staged) error) error) (f transfer.Forecast, err error) {
	f.Key = "import.figure.people"
	var a db.Args
	if err := k.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM person p WHERE p.merged_into = 0 AND p.out_on = 0 AND `+region.ScopeOf(b.Region).Predicate("p.village", a.Add)+` AND `+live("p"), a.Values...).Scan(&f.Before); err != nil {
		return f, fmt.Errorf("count people: %w", err)
	}
	f.After = f.Before
	return f, each(func(s transfer.Staged) error {
		if s.Result == transfer.New {
			f.After++
		}
		return nil
	})
}

// Forecast counts the people of the place with work at the end of the file's
// month, as they are and as they would be.
func (k *workKind) Forecast(ctx context.Context, b *transfer.Batch, each func(func(transfer.Staged) error) error) (f transfer.Forecast, err error) {
	month := b.Month
	if month == 0 {
		month = calendar.DateAt(k.db.Clock()).Month()
	}
	f.Key = "import.figure.working"
	running, err := k.running(ctx, b.Region, month)
	if err != nil {
		return f, err
	}
	f.Before = int64(len(running))
	err = each(func(s transfer.Staged) error {
		var w workRow
		if err := decode(s.Payload, &w); err != nil {
			return err
		}
		spells := running[w.PersonID]
		switch {
		case w.Fresh:
			if w.Start <= month && w.End > month {
				running[w.PersonID] = spells + 1
			}
		case w.NewEnd != 0:
			was, is := w.OldStart <= month && w.OldEnd > month, w.OldStart <= month && w.NewEnd > month
			if was && !is {
				spells--
			} else if is && !was {
				spells++
			}
			if running[w.PersonID] = spells; spells <= 0 {
				delete(running, w.PersonID)
			}
		}
		return nil
	})
	f.After = int64(len(running))
	return f, err
}

// running counts, by person, the spells that run past a month's end.
func (k *workKind) running(ctx context.Context, at region.Code, m calendar.Month) (map[int64]int, error) {
	var a db.Args
	rows, err := k.db.Read.QueryContext(ctx, `SELECT s.person_id, count(*) FROM spell s JOIN person p ON p.id = s.person_id
		WHERE p.merged_into = 0 AND p.out_on = 0 AND `+region.ScopeOf(at).Predicate("p.village", a.Add)+`
		AND s.start_month <= `+a.Add(int64(m))+` AND s.end_month > `+a.Add(int64(m))+` AND `+live("s")+` GROUP BY s.person_id`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("count who works: %w", err)
	}
	defer rows.Close()
	out := map[int64]int{}
	for rows.Next() {
		var id int64
		var n int
		if err := rows.Scan(&id, &n); err != nil {
			return nil, fmt.Errorf("count who works: %w", err)
		}
		out[id] = n
	}
	return out, rows.Err()
}

// Handover implements transfer.Mover: whom a row of people means, and where the
// file says that they live.
func (k *personKind) Handover(_ context.Context, b *transfer.Batch, in transfer.Row) (transfer.Handover, error) {
	h, r := handoverOf(b, in)
	h.To = r.village(k.Tree(), b.Region)
	return h, nil
}

// Handover implements transfer.Mover. A file of work names no village unless it
// is a village's.
func (k *workKind) Handover(_ context.Context, b *transfer.Batch, in transfer.Row) (transfer.Handover, error) {
	h, r := handoverOf(b, in)
	if r.rd.carries("village") || r.rd.carries("place") || b.Region.Level() == region.Village {
		h.To = r.village(k.Tree(), b.Region)
	}
	return h, nil
}

func handoverOf(b *transfer.Batch, in transfer.Row) (transfer.Handover, *row) {
	r := &row{Row: in, rd: newReader(b)}
	h := transfer.Handover{Name: transfer.CleanName(r.text("name")), Household: r.text("household")}
	if written, p := r.cell("id_number").IDText(); p == nil {
		h.IDNumber = written
	}
	return h, r
}
