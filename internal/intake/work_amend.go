package intake

import (
	"strings"

	"wengang/internal/change"
	"wengang/internal/db"
)

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
