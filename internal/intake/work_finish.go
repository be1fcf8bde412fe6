package intake

import (
	"context"
	"fmt"
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
type workFinish struct {
	*edits
	named  map[int64]bool           // people whom the file names, in refused rows too
	stated map[int64]bool           // spells of the ledger that the file states
	jobs   map[int64]calendar.Month // person with a new running spell → its start
	villes map[int64]region.Code    // their villages
	seen   []*workRow               // running spells of a file without a month
	asOf   calendar.Month           // last month that a file without one names
	states bool
}

// Finish changes the spells that the file changes, ends those that a new job
// replaced, and states what people live by.
func (k *workKind) Finish(ctx context.Context, tx *db.Tx, b *transfer.Batch, each func(func(transfer.Staged) error) error) error {
	e, err := k.edits(ctx, tx, asHistory(b))
	if err != nil {
		return err
	}
	if err := e.readTouched(change.OfSpell, change.OfTerm); err != nil {
		return err
	}
	f := &workFinish{edits: e, named: map[int64]bool{}, stated: map[int64]bool{}, jobs: map[int64]calendar.Month{}, villes: map[int64]region.Code{}}
	err = each(func(s transfer.Staged) error {
		w := &workRow{}
		if err := decode(s.Payload, w); err != nil {
			return err
		}
		if f.named[w.PersonID] = true; s.Result == transfer.Rejected {
			return nil
		}
		if f.touched[w.PersonID] {
			return errStale
		}
		return f.row(w, s.Row)
	})
	for _, step := range []func() error{f.history0, f.endOthers, f.setStates, f.absent, e.close} {
		if err == nil {
			err = step()
		}
	}
	return err
}

func (f *workFinish) row(w *workRow, row int) error {
	if m := w.first(f.b.Month); m != 0 {
		f.person(w.PersonID, w.Village, m)
	}
	f.finding(w.PersonID, w.Village, w.Found, checkedWork(w))
	f.states = f.states || w.Status != 0
	if w.Fresh && w.Runs {
		if m, ok := f.jobs[w.PersonID]; !ok || w.Start > m {
			f.jobs[w.PersonID], f.villes[w.PersonID] = w.Start, w.Village
		}
	}
	if f.b.Month == 0 {
		for _, m := range []calendar.Month{w.Start, w.End, w.NewEnd, w.OldStart, w.Through} {
			if m != calendar.Open && m <= calendar.DateAt(f.tx.Now).Month() {
				f.asOf = max(f.asOf, m)
			}
		}
		if w.Runs && !w.Fresh {
			f.seen = append(f.seen, w)
		}
	}
	if w.SpellID == 0 {
		return nil
	}
	f.stated[w.SpellID] = true
	return f.amend(w, row)
}

// amend writes dates and corrected terms of a spell that readers see.
func (f *workFinish) amend(w *workRow, row int) error {
	note := func(e change.Entity, field, old, new string) {
		f.note(change.Field{PersonID: w.PersonID, Entity: e, EntityID: w.SpellID, Field: field, Old: old, New: new, FileRow: row})
	}
	if w.NewEnd != 0 {
		err := f.exec("end spell", `UPDATE spell SET end_month = $1, updated_at = $2 WHERE person_id = $3 AND id = $4`,
			int64(w.NewEnd), db.Millis(f.tx.Now), w.PersonID, w.SpellID)
		if err != nil {
			return err
		}
		note(change.OfSpell, "end_month", itoa(int64(w.OldEnd)), itoa(int64(w.NewEnd)))
	}
	if w.NewStart != 0 {
		if err := f.earlier(w); err != nil {
			return err
		}
		note(change.OfSpell, "start_month", itoa(int64(w.OldStart)), itoa(int64(w.NewStart)))
	}
	if !w.Fix {
		return nil
	}
	s := &set{}
	values := termValues(&w.Term)
	for i, c := range termColumns {
		s.add(c, values[i])
	}
	err := f.exec("correct terms", `UPDATE spell_term SET `+strings.Join(s.sets, ", ")+
		` WHERE person_id = `+s.args.Add(w.PersonID)+` AND spell_id = `+s.args.Add(w.SpellID)+` AND from_month = `+s.args.Add(int64(w.Term.From)), s.args.Values...)
	for _, h := range w.termHistory(0, 0, row) {
		f.note(h)
	}
	return err
}

// earlier moves a start back. The first terms are copied to the new start
// instead of moved, so that an undo only has to delete them.
func (f *workFinish) earlier(w *workRow) error {
	err := f.exec("move start", `UPDATE spell SET start_month = $1, updated_at = $2 WHERE person_id = $3 AND id = $4`,
		int64(w.NewStart), db.Millis(f.tx.Now), w.PersonID, w.SpellID)
	if err != nil {
		return err
	}
	cols := strings.Join(termColumns, ", ")
	return f.exec("copy terms", `INSERT INTO spell_term (person_id, spell_id, from_month, batch_id, `+cols+`)
		SELECT person_id, spell_id, $1, $2, `+cols+` FROM spell_term
		WHERE person_id = $3 AND spell_id = $4 AND from_month = $5 ON CONFLICT (person_id, spell_id, from_month) DO NOTHING`,
		int64(w.NewStart), f.b.ID, w.PersonID, w.SpellID, int64(w.OldStart))
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

// endOthers ends the running spells that a new job replaced: those that began
// before it and that the file does not state themselves. Their last month is
// that of the change, so that no month lies between the two; a public post and
// other work may stand side by side (A103).
func (f *workFinish) endOthers() error {
	type spell struct {
		person, id int64
		channel    int
	}
	var ending []spell
	var s spell
	var start calendar.Month
	var fresh bool
	posts := map[int64]bool{} // whose new work is a post
	err := eachOf(f.ctx, f.tx, keys(f.jobs), func(in string, a *db.Args) string {
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
			ending = append(ending, s)
		}
	}, &s.person, &s.id, &start, &fresh, &s.channel)
	if err != nil {
		return fmt.Errorf("read running spells: %w", err)
	}
	for _, s := range ending {
		if posts[s.person] != (s.channel == fact.ChannelPost) {
			continue
		}
		m := f.jobs[s.person]
		err := f.exec("end spell", `UPDATE spell SET end_month = $1, end_reason = $2, updated_at = $3 WHERE person_id = $4 AND id = $5`,
			int64(m), endNewJob, db.Millis(f.tx.Now), s.person, s.id)
		if err != nil {
			return err
		}
		f.note(change.Field{PersonID: s.person, Entity: change.OfSpell, EntityID: s.id, Field: "end_month", Old: itoa(int64(calendar.Open)), New: itoa(int64(m))})
		f.note(change.Field{PersonID: s.person, Entity: change.OfSpell, EntityID: s.id, Field: "end_reason", New: endNewJob})
		f.person(s.person, f.villes[s.person], m)
	}
	return nil
}

// setStates brings the persons' state up to the latest statement. Who had a
// state without history gets one first, so that an undo finds it.
func (f *workFinish) setStates() error {
	if !f.states {
		return nil
	}
	err := f.exec("keep state", `INSERT INTO status_history (person_id, since, status, source, recorded_at, recorded_by, batch_id)
		SELECT p.id, p.status_on, p.status, p.status_source, p.created_at, 0, 0 FROM person p
		WHERE p.status <> 0 AND p.id IN (SELECT h.person_id FROM status_history h WHERE h.batch_id = $1)
		AND NOT EXISTS (SELECT 1 FROM status_history o WHERE o.person_id = p.id AND o.batch_id <> $1)`, f.b.ID)
	if err != nil {
		return err
	}
	pick := func(column string) string {
		return `(SELECT h.` + column + ` FROM status_history h WHERE h.person_id = person.id AND h.batch_id = $1 ORDER BY h.since DESC LIMIT 1)`
	}
	return f.exec("set states", `UPDATE person SET status = `+pick("status")+`, status_on = `+pick("since")+`, status_source = $2,
		version = version + 1, updated_at = $3
		WHERE id IN (SELECT h.person_id FROM status_history h WHERE h.batch_id = $1)
		AND EXISTS (SELECT 1 FROM status_history h WHERE h.person_id = person.id AND h.batch_id = $1 AND h.since >= person.status_on)`,
		f.b.ID, source, db.Millis(f.tx.Now))
}

// absent lists the people of the region whose work runs in the month of a full
// file that does not name them. They keep their spells, unseen (semantics,
// People and places).
func (f *workFinish) absent() error {
	if !f.b.Full || f.b.Month == 0 {
		return nil
	}
	var a db.Args
	m := a.Add(int64(f.b.Month))
	rows, err := f.tx.QueryContext(f.ctx, `SELECT DISTINCT p.id, p.village FROM person p JOIN spell s ON s.person_id = p.id
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
		if f.named[k.PersonID] {
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
