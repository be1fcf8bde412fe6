package intake

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// A value that an officer wrote on a page is not written over by a workbook
// without a word: where the two differ, the row waits for a decision.

// ruleByHand is the question of a row that contradicts what was written by
// hand.
const ruleByHand = "import.by_hand"

// handKey names a value of the ledger that may have been written by hand.
type handKey struct {
	person int64
	entity change.Entity
	of     int64 // the spell of a term
	field  string
}

// byHand are the values of some people that a page wrote last.
type byHand map[handKey]bool

// hands answers what pages wrote of these people. Most people have never been
// edited by hand: who has is read once per check.
func (c *checker) hands(ctx context.Context, ids []int64) (byHand, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if c.edited == nil {
		var err error
		if c.edited, err = editedByHand(ctx, c.db.Read); err != nil {
			return nil, err
		}
	}
	some := slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return !c.edited[id] })
	if len(some) == 0 {
		return nil, nil
	}
	out := byHand{}
	var k handKey
	var by, batch int64
	err := eachOf(ctx, c.db.Read, some, func(in string, a *db.Args) string {
		return `SELECT f.person_id, f.entity, f.entity_id, f.field, f.by_user, f.batch_id FROM field_change f
			WHERE f.person_id IN ` + in + ` AND f.entity IN (` + a.Add(string(change.OfPerson)) + `, ` + a.Add(string(change.OfTerm)) + `, ` + a.Add(string(change.OfSpell)) + `)
			AND ` + live("f") + ` ORDER BY f.person_id, f.id`
	}, func() { out[k] = batch == 0 && by != 0 }, &k.person, &k.entity, &k.of, &k.field, &by, &batch)
	if err != nil {
		return nil, fmt.Errorf("read edits by hand: %w", err)
	}
	return out, nil
}

func editedByHand(ctx context.Context, q db.Querier) (map[int64]bool, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT person_id FROM field_change WHERE batch_id = 0 AND by_user <> 0 AND entity IN ($1, $2, $3)`,
		string(change.OfPerson), string(change.OfTerm), string(change.OfSpell))
	if err != nil {
		return nil, fmt.Errorf("read who was edited by hand: %w", err)
	}
	defer rows.Close()
	out := map[int64]bool{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read who was edited by hand: %w", err)
		}
		out[id] = true
	}
	return out, rows.Err()
}

// term reports a field of a spell's terms that a page wrote, with the spell or
// later.
func (h byHand) term(person, spell int64, field string) bool {
	if v, ok := h[handKey{person, change.OfTerm, spell, field}]; ok {
		return v
	}
	return h[handKey{person, change.OfSpell, spell, change.Created}]
}

// against is one value of a row that contradicts one written by hand.
type against struct {
	column string // canonical column of the file
	ours   string // the file's, as it is written
	theirs string
	keep   func() // leaves the ledger's value
}

// settle asks about the values that contradict what was written by hand. It
// answers true while a person has to decide; the ledger's values that stay are
// laid in by then.
func (r *row) settle(person int64, all []against) (open bool) {
	if len(all) == 0 {
		return false
	}
	basis := []any{person}
	for _, a := range all {
		basis = append(basis, a.column, a.ours, a.theirs)
	}
	v := r.ask(ruleByHand, "", basis, transfer.UseFile, transfer.KeepLedger)
	switch v {
	case transfer.UseFile:
		return false
	case transfer.KeepLedger:
		for _, a := range all {
			a.keep()
		}
		return false
	}
	q := r.asks[len(r.asks)-1]
	for _, a := range all {
		r.extra = append(r.extra, transfer.Finding{Sheet: r.Sheet, Row: r.N, Column: r.heading(a.column), Rule: ruleByHand, Severity: transfer.Error,
			Value: clip(a.ours), Key: ruleByHand, Theirs: clip(a.theirs), Offers: q.offers, Basis: q.basis})
	}
	return true
}

// handPerson are the plain values of a row of people that contradict what a
// page wrote.
func (c *personChecker) handPerson(w *personWork, was *known) []against {
	if len(c.hand) == 0 {
		return nil
	}
	var out []against
	for i := range personFields {
		f := &personFields[i]
		if !c.hand[handKey{was.ID, change.OfPerson, 0, f.name}] {
			continue
		}
		a := against{column: columnOf(f.name), ours: w.row.text(columnOf(f.name))}
		if f.num != nil {
			v, old := f.num(&w.p.Person), *f.num(&was.Person)
			if *v == 0 || old == 0 || *v == old {
				continue
			}
			a.theirs, a.keep = wordOf(f.name, old), func() { *v = 0 }
			if a.ours == "" {
				a.ours = wordOf(f.name, *v)
			}
		} else {
			v, old := f.text(&w.p.Person), *f.text(&was.Person)
			if *v == "" || old == "" || *v == old {
				continue
			}
			a.theirs, a.keep = old, func() { *v = "" }
		}
		out = append(out, a)
	}
	return out
}

// columnOf is the canonical column of a field of people.
func columnOf(field string) string {
	switch field {
	case "code":
		return "person_code"
	case "disability_kind", "disability_grade":
		return "disability"
	}
	return field
}

// enumOf are the words of the numbered fields.
var enumOf = map[string]*fact.Enum{
	"ethnic": fact.Ethnic, "relation": fact.Relation, "education": fact.Education, "student": fact.Student, "health": fact.Health, "skill": fact.Skill,
	"political": fact.Political, "sex": fact.Sex, "id_kind": fact.IDKind, "willing": fact.YesNo, "allowance": fact.YesNo, "ward": fact.YesNo,
	"channel": fact.Channel, "point_to_point": fact.YesNo,
}

func wordOf(field string, code int) string {
	if e := enumOf[field]; e != nil {
		return e.Name(code)
	}
	return strconv.Itoa(code)
}

// handTerms are the terms of a row of work that would write over what a page
// wrote for the same month.
func (c *workChecker) handTerms(j *jobRow, spell int64, cur fact.Term, now *fact.Term) []against {
	if len(c.hand) == 0 || cur.From != now.From {
		return nil
	}
	var out []against
	was, is := termValues(&cur), termValues(now)
	for i, field := range termColumns {
		if plain(was[i]) == plain(is[i]) || !c.hand.term(j.w.PersonID, spell, field) {
			continue
		}
		a := against{column: termColumn[field]}
		if a.column == "" {
			continue // follows another
		}
		a.ours = j.row.text(a.column)
		switch field {
		case "wage_fen":
			if cur.WageFen < 0 {
				continue
			}
			a.ours, a.theirs, a.keep = yuan(now.WageFen), yuan(cur.WageFen), func() { now.WageFen = cur.WageFen }
		case "transport_fen":
			if cur.TransportFen < 0 {
				continue
			}
			a.ours, a.theirs, a.keep = yuan(now.TransportFen), yuan(cur.TransportFen), func() { now.TransportFen = cur.TransportFen }
		case "employer":
			if cur.Employer == "" {
				continue
			}
			a.theirs, a.keep = cur.Employer, func() { now.Employer = cur.Employer }
		case "place":
			if cur.Place == 0 {
				continue
			}
			a.ours, a.theirs, a.keep = j.place, c.tree.FullName(cur.Place), func() { now.Place, now.PlaceClass = cur.Place, cur.PlaceClass }
		case "channel":
			if cur.Channel == 0 {
				continue
			}
			a.theirs, a.keep = wordOf(field, cur.Channel), func() { now.Channel = cur.Channel }
		default:
			continue
		}
		out = append(out, a)
	}
	return out
}

var termColumn = map[string]string{"wage_fen": "wage", "transport_fen": "transport", "employer": "employer", "place": "work_place", "channel": "channel"}

// yuan is an amount as tables write it.
func yuan(fen int64) string {
	if fen%100 == 0 {
		return strconv.FormatInt(fen/100, 10)
	}
	return strconv.FormatFloat(float64(fen)/100, 'f', 2, 64)
}

// excuse is a remark that was confirmed at the desk, on its way into the finding
// that the record keeps.
type excuse struct {
	person int64
	found  keptFinding
}

// excused gathers the confirmed remarks of a person.
func excused(id int64, found []keptFinding) []excuse {
	var out []excuse
	for _, f := range found {
		if f.Reason != "" {
			out = append(out, excuse{id, f})
		}
	}
	return out
}

// writeExcuses marks findings that were confirmed at the desk as excused, with
// the reason and who gave it. closed_batch lets an undo open them again.
func writeExcuses(ctx context.Context, tx *db.Tx, batch int64, all []excuse) error {
	for _, e := range all {
		for _, f := range findings([]keptFinding{e.found}) {
			_, err := tx.ExecContext(ctx, `UPDATE finding SET state = $1, reason = $2, closed_at = $3, closed_by = $4, closed_batch = $5
				WHERE person_id = $6 AND rule = $7 AND field = $8 AND state = $9`,
				int(rule.Excused), e.found.Reason, db.Millis(tx.Now), e.found.By, batch, e.person, f.Rule.ID, f.Place(), int(rule.Open))
			if err != nil {
				return fmt.Errorf("confirm findings: %w", err)
			}
		}
	}
	return nil
}

// openExcused opens what a batch had excused, before it is taken back.
func openExcused(ctx context.Context, tx *db.Tx, batch int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE finding SET state = $1, reason = '', closed_at = 0, closed_by = 0, closed_batch = 0
		WHERE closed_batch = $2 AND state = $3`, int(rule.Open), batch, int(rule.Excused))
	if err != nil {
		return fmt.Errorf("open confirmed findings: %w", err)
	}
	return nil
}
