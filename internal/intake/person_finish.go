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

// editChunk is how many changed people are read again and edited at a time.
const editChunk = 500

// edit is a changed row on its way into the ledger.
type edit struct {
	personRow
	row int
}

// Finish edits the people that the file changes, as they are now, not as they
// were at the check.
func (k *personKind) Finish(ctx context.Context, tx *db.Tx, b *transfer.Batch, each func(func(transfer.Staged) error) error) error {
	e, err := k.edits(ctx, tx, b)
	if err != nil {
		return err
	}
	rd := newReader(b)
	stated := aidStated(rd)
	var pending []*edit
	flush := func() error {
		err := k.edit(e, pending)
		pending = pending[:0]
		return err
	}
	err = each(func(s transfer.Staged) error {
		p := &edit{row: s.Row}
		if err := decode(s.Payload, &p.personRow); err != nil {
			return err
		}
		if p.Decided && e.touched == nil {
			if err := e.readTouched(change.OfPerson, change.OfResidence, change.OfKind); err != nil {
				return err
			}
		}
		if p.Decided && e.touched[p.ID] {
			return errStale // what was decided about has changed
		}
		if s.Result == transfer.New {
			e.touch(p.Village, p.InOn.Month())
			return nil
		}
		e.finding(p.ID, p.Village, p.Found, checkedPerson(p, rd, stated))
		if s.Result == transfer.Same {
			return nil
		}
		if pending = append(pending, p); len(pending) == editChunk {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err == nil {
		err = k.lateArrivals(e)
	}
	if err != nil {
		return err
	}
	return e.close()
}

// checkedPerson reports what the check of one row of people looked at. A file
// may show a part of a household, and of two heads only the second is told of:
// what stands against a household is closed by the look at the whole ledger, or
// here where the row no longer has the relation in question.
func checkedPerson(p *edit, rd *reader, stated fact.Stated) func(*rule.Rule, string) bool {
	return func(r *rule.Rule, place string) bool {
		if r.Needs != 0 {
			return r.Scope == rule.ScopePerson && stated.Has(r.Needs)
		}
		switch r.ID {
		case "school.working", "labour.none_working", "phone.counties", "phone.shared":
			return false // they need the work records, or the whole ledger
		case "school.compulsory_absent":
			return rd.has.All(rule.ColEducation | rule.ColStudent)
		case "household.two_heads":
			return p.Relation > 1
		case "household.two_spouses":
			return p.Relation != 0 && p.Relation != 2
		case "household.spouse_sex":
			return p.Relation > 2
		}
		family, _, _ := strings.Cut(r.ID, ".")
		switch family {
		case "id", "row", "person", "school", "labour", "phone":
			return r.Scope != rule.ScopeSpell && r.Scope != rule.ScopeLedger
		case "post":
			return place == r.Field // not what the work records say
		}
		return false
	}
}

// lateArrivals notes the new people whose stated entry lies in a closed month.
func (k *personKind) lateArrivals(e *edits) error {
	if len(e.closed) == 0 {
		return nil
	}
	rows, err := e.tx.QueryContext(e.ctx, `SELECT id, village, in_on FROM person WHERE batch_id = $1`, e.b.ID)
	if err != nil {
		return fmt.Errorf("read arrivals: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var village region.Code
		var on calendar.Date
		if err := rows.Scan(&id, &village, &on); err != nil {
			return fmt.Errorf("read arrivals: %w", err)
		}
		e.person(id, village, on.Month())
	}
	return rows.Err()
}

func (k *personKind) edit(e *edits, in []*edit) error {
	if len(in) == 0 {
		return nil
	}
	now, err := k.reload(e, in)
	if err != nil {
		return err
	}
	if err := k.regroup(e, in, now); err != nil {
		return err
	}
	for _, p := range in {
		was := now[p.ID]
		if was == nil {
			continue // merged or removed since the check
		}
		if err := k.editOne(e, p, was); err != nil {
			return err
		}
	}
	return nil
}

// present is a person of the ledger at the time of Finish.
type present struct {
	known
	phoneCipher, homeCipher []byte
	homeMask                string
}

func (k *personKind) reload(e *edits, in []*edit) (map[int64]*present, error) {
	ids := make([]int64, len(in))
	for i, p := range in {
		ids[i] = p.ID
	}
	out := make(map[int64]*present, len(in))
	var w present
	p := &w.Person
	var home, homeMask *string
	dest := []any{&p.ID, &p.HouseholdID, &p.Village, &p.Birth, &p.Status, &p.StatusOn, &p.WillingOn, &p.Settlement, &p.PhoneMask, &w.phoneCipher, &home, &homeMask, &w.homeCipher}
	cols := "p.id, p.household_id, p.village, p.birth, p.status, p.status_on, p.willing_on, p.settlement, p.phone_mask, p.phone_cipher, h.code, h.phone_mask, h.phone_cipher"
	for i := range personFields {
		f := &personFields[i]
		cols += ", p." + f.name
		if f.num != nil {
			dest = append(dest, f.num(p))
		} else {
			dest = append(dest, f.text(p))
		}
	}
	by := map[int64]*known{}
	err := eachOf(e.ctx, e.tx, ids, func(in string, _ *db.Args) string {
		return `SELECT ` + cols + ` FROM person p LEFT JOIN household h ON h.id = p.household_id WHERE p.merged_into = 0 AND p.id IN ` + in
	}, func() {
		c := w
		if home != nil {
			c.Household, c.homeMask = *home, *homeMask
		}
		out[c.ID] = &c
		by[c.ID] = &c.known
	}, dest...)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	return out, loadKinds(e.ctx, e.tx, by)
}

// Undo takes the people of the batch out again, unless work was done on them
// since: spells, needs, places in registers, edits.
func (k *personKind) Undo(ctx context.Context, tx *db.Tx, b *transfer.Batch) error {
	return k.undo(ctx, tx, b, "", laterPeople, []string{"person_aid", "status_history", "person_kind", "residence", "person", "household"})
}

// laterPeople find work that was done on people of a batch since it was saved.
var laterPeople = []string{
	`SELECT 1 FROM spell s JOIN person p ON p.id = s.person_id WHERE p.batch_id = $1`,
	`SELECT 1 FROM need n JOIN person p ON p.id = n.person_id WHERE p.batch_id = $1`,
	`SELECT 1 FROM register_member m JOIN person p ON p.id = m.person_id WHERE p.batch_id = $1`,
	`SELECT 1 FROM field_change f JOIN person p ON p.id = f.person_id WHERE p.batch_id = $1 AND f.batch_id <> $1`,
	`SELECT 1 FROM handover a JOIN person p ON p.id = a.person_id WHERE p.batch_id = $1`,
	`SELECT 1 FROM evidence a JOIN person p ON p.id = a.person_id WHERE p.batch_id = $1`,
	`SELECT 1 FROM proof a JOIN person p ON p.id = a.person_id WHERE p.batch_id = $1`,
	`SELECT 1 FROM person p JOIN household h ON h.id = p.household_id WHERE h.batch_id = $1 AND p.batch_id <> $1
		AND NOT EXISTS (SELECT 1 FROM field_change f WHERE f.person_id = p.id AND f.batch_id = $1 AND f.field = 'household_id')`,
}
