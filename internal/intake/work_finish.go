package intake

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// workFinish gathers, over all rows of a file, what only the whole file says.
// It is read before the last transaction: a file may be large, and whoever
// writes waits for that one.
type workFinish struct {
	*edits
	now    calendar.Month
	named  map[int64]bool           // people whom the file names; true: in an accepted row
	stated map[int64]bool           // spells of the ledger that the file states
	jobs   map[int64]calendar.Month // person with a new running spell → its start
	villes map[int64]region.Code    // their villages
	seen   []*workRow               // running spells of a file without a month
	asOf   calendar.Month           // last month that a file without one names
	states []int64                  // people whose state it states
	amends []amendment
	ending []ending
}

// amendment is a row that changes a spell of the ledger, as it was staged.
type amendment struct {
	row     int
	payload []byte
}

// ending is a running spell that a new job replaces.
type ending struct {
	person, id int64
	channel    int
}

// Finish changes the spells that the file changes, ends those that a new job
// replaced, and states what people live by.
func (k *workKind) Finish(ctx context.Context, tx *db.Tx, b *transfer.Batch, each func(func(transfer.Staged) error) error) error {
	finish, err := k.prepare(ctx, tx, b, each)
	if err != nil {
		return err
	}
	more, err := finish(ctx, tx)
	for after := int64(0); more && err == nil; {
		if after, err = k.Settle(ctx, tx, b, after); after == 0 {
			break
		}
	}
	return err
}

// Prepare reads what Finish needs before the last transaction. Work that a page
// has written between the two makes the save stale; where a month has closed
// between, all is read again inside.
func (k *workKind) Prepare(ctx context.Context, b *transfer.Batch, each func(func(transfer.Staged) error) error) (func(context.Context, *db.Tx) (bool, error), error) {
	was, err := closedUntil(ctx, k.db.Read, b.Region)
	if err != nil {
		return nil, err
	}
	finish, err := k.prepare(ctx, k.db.Read, b, each)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx *db.Tx) (bool, error) {
		now, err := closedUntil(ctx, tx, b.Region)
		if err != nil {
			return false, err
		}
		if !maps.Equal(was, now) {
			return false, k.Finish(ctx, tx, b, each)
		}
		return finish(ctx, tx)
	}, nil
}

func (k *workKind) prepare(ctx context.Context, q db.Querier, b *transfer.Batch, each func(func(transfer.Staged) error) error) (func(context.Context, *db.Tx) (bool, error), error) {
	e, err := k.edits(ctx, q, asHistory(b))
	if err != nil {
		return nil, err
	}
	f := &workFinish{edits: e, now: calendar.DateAt(k.db.Clock()).Month(), named: map[int64]bool{}, stated: map[int64]bool{}, jobs: map[int64]calendar.Month{}, villes: map[int64]region.Code{}}
	err = each(func(s transfer.Staged) error {
		w := &workRow{}
		if err := decode(s.Payload, w); err != nil {
			return err
		}
		accepted := s.Result != transfer.Rejected
		if f.named[w.PersonID] = f.named[w.PersonID] || accepted; accepted {
			f.row(w, s)
		}
		return nil
	})
	whole := func(q db.Querier) error { return f.standing(q, "spell") }
	for _, step := range []func(db.Querier) error{whole, f.others, f.absent} {
		if err == nil {
			err = step(q)
		}
	}
	return f.finish, err
}

// finish is the last transaction. Many states follow in steps (Settle), unless
// closed months have to be worked out again from them at once.
func (f *workFinish) finish(ctx context.Context, tx *db.Tx) (more bool, err error) {
	f.ctx, f.tx = ctx, tx
	if err := f.readTouched(change.OfSpell, change.OfTerm); err != nil {
		return false, err
	}
	for id := range f.touched {
		if f.named[id] {
			return false, errStale
		}
	}
	for _, a := range f.amends {
		var w workRow
		if err := decode(a.payload, &w); err != nil {
			return false, err
		}
		if err := f.amend(&w, a.row); err != nil {
			return false, err
		}
	}
	if err := f.history0(); err != nil {
		return false, err
	}
	if err := f.endOthers(); err != nil {
		return false, err
	}
	if more = len(f.states) > settleStates && len(f.late) == 0; !more {
		if err := setStates(ctx, tx, f.b.ID, f.states); err != nil {
			return false, err
		}
	}
	return more, f.close()
}

func (f *workFinish) row(w *workRow, s transfer.Staged) {
	if m := w.first(f.b.Month); m != 0 {
		f.person(w.PersonID, w.Village, m)
	}
	f.finding(w.PersonID, w.Village, w.Found, checkedWork(w))
	if w.Status != 0 {
		f.states = append(f.states, w.PersonID)
	}
	if w.Fresh && w.Runs {
		if m, ok := f.jobs[w.PersonID]; !ok || w.Start > m {
			f.jobs[w.PersonID], f.villes[w.PersonID] = w.Start, w.Village
		}
	}
	if f.b.Month == 0 {
		for _, m := range []calendar.Month{w.Start, w.End, w.NewEnd, w.OldStart, w.Through} {
			if m != calendar.Open && m <= f.now {
				f.asOf = max(f.asOf, m)
			}
		}
		if w.Runs && !w.Fresh {
			f.seen = append(f.seen, w)
		}
	}
	if w.SpellID == 0 {
		return
	}
	f.stated[w.SpellID] = true
	if w.NewEnd != 0 || w.NewStart != 0 || w.Fix {
		f.amends = append(f.amends, amendment{s.Row, slices.Clone(s.Payload)})
	}
}

// history0 confirms the running spells of a file without a month for the last
// month that the file itself names: it cannot have seen them later.
func (f *workFinish) history0() error {
	if f.b.Month != 0 || f.asOf == 0 {
		return nil
	}
	err := f.exec("confirm", `INSERT INTO spell_seen (person_id, spell_id, month, strength, batch_id)
		SELECT person_id, id, $1, $2, batch_id FROM spell WHERE batch_id = $3 AND end_month = $4 AND start_month <= $1`,
		int64(f.asOf), fact.Claimed, f.b.ID, int64(calendar.Open))
	if err != nil {
		return err
	}
	for _, w := range f.seen {
		if w.OldStart > f.asOf {
			continue
		}
		err := f.exec("confirm", `INSERT INTO spell_seen (person_id, spell_id, month, strength, batch_id) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (person_id, spell_id, month) DO NOTHING`, w.PersonID, w.SpellID, int64(f.asOf), fact.Claimed, f.b.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// others finds the running spells that a new job replaced: those that began
// before it and that the file does not state themselves. A public post and
// other work may stand side by side (A103).
func (f *workFinish) others(q db.Querier) error {
	var s ending
	var start calendar.Month
	var fresh bool
	var all []ending
	posts := map[int64]bool{} // whose new work is a post
	ids := keys(f.jobs)
	slices.Sort(ids)
	err := eachOf(f.ctx, q, ids, func(in string, a *db.Args) string {
		batch := a.Add(f.b.ID)
		return `SELECT s.person_id, s.id, s.start_month, CASE WHEN s.batch_id = ` + batch + ` THEN 1 ELSE 0 END,
				coalesce((SELECT t.channel FROM spell_term t WHERE t.person_id = s.person_id AND t.spell_id = s.id ORDER BY t.from_month DESC LIMIT 1), 0)
			FROM spell s WHERE s.person_id IN ` + in + ` AND s.end_month = ` + a.Add(int64(calendar.Open)) + `
			AND (s.batch_id = ` + batch + ` OR ` + live("s") + `)`
	}, func() {
		switch {
		case fresh:
			posts[s.person] = posts[s.person] || s.channel == fact.ChannelPost
		case !f.stated[s.id] && start < f.jobs[s.person]:
			all = append(all, s)
		}
	}, &s.person, &s.id, &start, &fresh, &s.channel)
	if err != nil {
		return fmt.Errorf("read running spells: %w", err)
	}
	f.ending = slices.DeleteFunc(all, func(s ending) bool { return posts[s.person] != (s.channel == fact.ChannelPost) })
	for _, s := range f.ending {
		f.person(s.person, f.villes[s.person], f.jobs[s.person])
	}
	return nil
}

// endOthers ends them. Their last month is that of the change, so that no month
// lies between the two.
func (f *workFinish) endOthers() error {
	for _, s := range f.ending {
		m := f.jobs[s.person]
		err := f.exec("end spell", `UPDATE spell SET end_month = $1, end_reason = $2, updated_at = $3 WHERE person_id = $4 AND id = $5`,
			int64(m), endNewJob, db.Millis(f.tx.Now), s.person, s.id)
		if err != nil {
			return err
		}
		f.note(change.Field{PersonID: s.person, Entity: change.OfSpell, EntityID: s.id, Field: "end_month", Old: itoa(int64(calendar.Open)), New: itoa(int64(m))})
		f.note(change.Field{PersonID: s.person, Entity: change.OfSpell, EntityID: s.id, Field: "end_reason", New: endNewJob})
	}
	return nil
}

// absent lists the people of the region whose work runs in the month of a full
// file that does not name them. They keep their spells, unseen (semantics,
// People and places).
func (f *workFinish) absent(q db.Querier) error {
	if !f.b.Full || f.b.Month == 0 {
		return nil
	}
	var a db.Args
	m := a.Add(int64(f.b.Month))
	rows, err := q.QueryContext(f.ctx, `SELECT DISTINCT p.id, p.village FROM person p JOIN spell s ON s.person_id = p.id
		WHERE `+region.ScopeOf(f.b.Region).Predicate("p.village", a.Add)+` AND p.out_on = 0 AND p.merged_into = 0 AND `+live("p")+`
		AND s.start_month <= `+m+` AND s.end_month > `+m+` AND `+live("s")+`
		AND NOT EXISTS (SELECT 1 FROM spell_seen v WHERE v.person_id = p.id AND v.month = `+m+`) ORDER BY p.id`, a.Values...)
	if err != nil {
		return fmt.Errorf("read absent people: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		k := rule.Kept{Found: []rule.Finding{rule.Of("work.absent", "", f.b.Month)}, Checked: nothing}
		if err := rows.Scan(&k.PersonID, &k.Village); err != nil {
			return fmt.Errorf("read absent people: %w", err)
		}
		if _, ok := f.named[k.PersonID]; ok {
			continue
		}
		f.kept = append(f.kept, k)
	}
	return rows.Err()
}

// checkedWork reports what the check of one work row looked at: the rules of
// work for the row's own spell.
func checkedWork(w *workRow) func(*rule.Rule, string) bool {
	start := w.Start
	if !w.Fresh {
		start = w.OldStart
	}
	return func(r *rule.Rule, place string) bool {
		if r.Scope == rule.ScopeSpell {
			return start != 0 && strings.HasSuffix(place, "@"+itoa(int64(start)))
		}
		return postRules[r.ID] && place != r.Field || r.ID == "work.absent" || r.ID == "work.name_differs" || r.ID == "work.fields_missing" || r.ID == "phone.format" || r.ID == "phone.length"
	}
}
