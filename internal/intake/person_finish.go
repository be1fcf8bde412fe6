package intake

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/pinyin"
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
		if s.Result == transfer.New {
			e.touch(p.Village, p.InOn.Month())
			return nil
		}
		e.finding(p.ID, p.Village, p.Found, checkedPerson)
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

// checkedPerson reports the rules that an import of people looks at.
func checkedPerson(r *rule.Rule, _ string) bool {
	switch r.ID {
	case "school.working", "labour.none_working", "phone.counties":
		return false // they need the work records
	case "aid.skilled_idle":
		return false
	}
	family, _, _ := strings.Cut(r.ID, ".")
	switch family {
	case "id", "row", "person", "school", "labour", "post", "phone", "household":
		return r.Scope != rule.ScopeSpell
	}
	return false
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
	dest := []any{&p.ID, &p.HouseholdID, &p.Village, &p.Birth, &p.Status, &p.StatusOn, &p.WillingOn, &p.PhoneMask, &w.phoneCipher, &home, &homeMask, &w.homeCipher}
	cols := "p.id, p.household_id, p.village, p.birth, p.status, p.status_on, p.willing_on, p.phone_mask, p.phone_cipher, h.code, h.phone_mask, h.phone_cipher"
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

func (k *personKind) editOne(e *edits, p *edit, was *present) error {
	s := &set{}
	for i := range personFields {
		k.editField(e, s, p, was, &personFields[i])
	}
	if p.WillingOn != 0 && p.WillingOn != was.WillingOn {
		k.setInt(e, s, p, "willing_on", int64(was.WillingOn), int64(p.WillingOn))
	}
	if err := k.editPhones(e, s, p, was); err != nil {
		return err
	}
	if p.Regroup && p.HouseholdID != was.HouseholdID {
		k.setInt(e, s, p, "household_id", was.HouseholdID, p.HouseholdID)
	}
	if p.Moved && p.Village != was.Village {
		if err := k.move(e, s, p, was); err != nil {
			return err
		}
	}
	if p.Status != 0 && p.StatusOn >= was.StatusOn {
		if err := k.status(e, s, p, was); err != nil {
			return err
		}
	}
	if err := k.editKinds(e, p, was); err != nil {
		return err
	}
	e.touch(p.Village, calendar.DateAt(e.tx.Now).Month())
	return e.update(p.ID, s)
}

// editField sets one column where the row states another value. A state of
// school is dropped only beside its twin (see school).
func (k *personKind) editField(e *edits, s *set, p *edit, was *present, f *personField) {
	if f.text != nil {
		old, now := *f.text(&was.Person), *f.text(&p.Person)
		if now == "" || now == old {
			return
		}
		s.add(f.name, now)
		if f.name == "name" {
			s.add("initials", pinyin.Initials(now))
		}
		e.note(change.Field{PersonID: p.ID, Entity: change.OfPerson, Field: f.name, Old: old, New: now, FileRow: p.row})
		return
	}
	old, now := *f.num(&was.Person), *f.num(&p.Person)
	if f.name == "student" && p.DropStudent || f.name == "education" && p.DropSchool {
		now = 0
	} else if now == 0 {
		return
	}
	if now != old {
		k.setInt(e, s, p, f.name, int64(old), int64(now))
	}
}

func (k *personKind) setInt(e *edits, s *set, p *edit, column string, old, now int64) {
	s.add(column, now)
	e.note(change.Field{PersonID: p.ID, Entity: change.OfPerson, Field: column, Old: itoa(old), New: itoa(now), FileRow: p.row})
}

func (k *personKind) editPhones(e *edits, s *set, p *edit, was *present) error {
	if p.Phone != "" {
		f, v, err := k.phoneChange(sealPhone, was.phoneCipher, was.PhoneMask, p.Phone)
		if err != nil {
			return err
		}
		f.PersonID, f.Entity, f.FileRow = p.ID, change.OfPerson, p.row
		e.note(f)
		s.add("phone_cipher", v.cipher)
		s.add("phone_index", v.index)
		s.add("phone_mask", v.mask)
	}
	if p.HomePhone == "" || p.Regroup {
		return nil
	}
	f, v, err := k.phoneChange(sealHomePhone, was.homeCipher, was.homeMask, p.HomePhone)
	if err != nil {
		return err
	}
	f.PersonID, f.Entity, f.EntityID, f.FileRow = p.ID, change.OfHousehold, was.HouseholdID, p.row
	e.note(f)
	return e.exec("update household", `UPDATE household SET phone_cipher = $1, phone_index = $2, phone_mask = $3, updated_at = $4 WHERE id = $5`,
		v.cipher, v.index, v.mask, db.Millis(e.tx.Now), was.HouseholdID)
}

// phoneChange seals a phone and its history: masks as values, ciphers beside.
func (b *base) phoneChange(context string, old []byte, oldMask, now string) (change.Field, sealed, error) {
	f := change.Field{Field: "phone", Old: oldMask}
	v, err := b.sealPhone(context, now)
	if err != nil {
		return f, v, err
	}
	f.New = v.mask
	if len(old) > 0 {
		plain, err := b.Box.Decrypt(context, old)
		if err != nil {
			return f, v, err
		}
		if f.OldCipher, err = b.Box.Encrypt(sealHistoryOld, plain); err != nil {
			return f, v, err
		}
	}
	f.NewCipher, err = b.Box.Encrypt(sealHistoryNew, []byte(now))
	return f, v, err
}

// move ends the running residence with the month before, from this month or
// the first that is not closed.
func (k *personKind) move(e *edits, s *set, p *edit, was *present) error {
	from := calendar.DateAt(e.tx.Now).Month()
	if m := e.closed[p.Village.At(region.County)]; m != 0 {
		from = max(from, m.Add(1))
	}
	var since calendar.Month
	err := e.tx.QueryRowContext(e.ctx, `SELECT coalesce(max(since), 0) FROM residence WHERE person_id = $1`, p.ID).Scan(&since)
	if err != nil {
		return fmt.Errorf("read residence: %w", err)
	}
	// EntityID carries the month in which the changed residence began.
	if since >= from {
		from = since
		err = e.exec("move", `UPDATE residence SET village = $1 WHERE person_id = $2 AND since = $3`, int64(p.Village), p.ID, int64(since))
		e.note(change.Field{PersonID: p.ID, Entity: change.OfResidence, EntityID: int64(since), Field: "residence_village", Old: itoa(int64(was.Village)), New: itoa(int64(p.Village)), FileRow: p.row})
	} else {
		err = e.exec("move", `UPDATE residence SET until = $1 WHERE person_id = $2 AND since = $3`, int64(from.Add(-1)), p.ID, int64(since))
		if err == nil {
			err = e.tx.Dialect.BulkInsert(e.ctx, e.tx, "residence", residenceColumns, [][]any{{p.ID, int64(from), int64(calendar.Open), int64(p.Village), e.b.ID}})
		}
		e.note(change.Field{PersonID: p.ID, Entity: change.OfResidence, EntityID: int64(since), Field: "until", Old: itoa(int64(calendar.Open)), New: itoa(int64(from.Add(-1))), FileRow: p.row})
	}
	if err != nil {
		return err
	}
	s.add("village", int64(p.Village))
	e.note(change.Field{PersonID: p.ID, Entity: change.OfResidence, Field: "village", Old: itoa(int64(was.Village)), New: itoa(int64(p.Village)), FileRow: p.row})
	e.person(p.ID, was.Village, from)
	e.person(p.ID, p.Village, from)
	return nil
}

func (k *personKind) status(e *edits, s *set, p *edit, was *present) error {
	s.add("status", p.Status)
	s.add("status_on", int64(p.StatusOn))
	s.add("status_source", source)
	e.note(change.Field{PersonID: p.ID, Entity: change.OfStatus, Field: "status", Old: itoa(int64(was.Status)), New: itoa(int64(p.Status)), FileRow: p.row})
	e.note(change.Field{PersonID: p.ID, Entity: change.OfStatus, Field: "status_on", Old: itoa(int64(was.StatusOn)), New: itoa(int64(p.StatusOn)), FileRow: p.row})
	return e.exec("status history", `INSERT INTO status_history (person_id, since, status, source, recorded_at, recorded_by, batch_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (person_id, since, recorded_at) DO UPDATE SET status = excluded.status`,
		p.ID, int64(p.StatusOn), p.Status, source, db.Millis(e.tx.Now), e.b.UserID, e.b.ID)
}

// regroup finds or makes the households of people who changed theirs.
func (k *personKind) regroup(e *edits, in []*edit, now map[int64]*present) error {
	var moving []*arrival
	for _, p := range in {
		if p.Regroup && now[p.ID] != nil {
			moving = append(moving, &arrival{personRow: p.personRow, row: p.row})
		} else if p.Moved {
			p.Regroup = true // a household belongs to one village
			moving = append(moving, &arrival{personRow: p.personRow, row: p.row})
		}
	}
	if len(moving) == 0 {
		return nil
	}
	if err := k.settle(e.ctx, e.tx, e.b, moving); err != nil {
		return err
	}
	home := map[int64]int64{}
	for _, m := range moving {
		home[m.ID] = m.HouseholdID
	}
	for _, p := range in {
		if id, ok := home[p.ID]; ok {
			p.HouseholdID = id
		}
	}
	return nil
}

func (k *personKind) editKinds(e *edits, p *edit, was *present) error {
	for _, o := range p.KindOps {
		cur := exact(was.Kinds, o.Was)
		if o.Was.Since != 0 && cur == nil {
			continue // somebody corrected the kind since the check
		}
		if o.Was.Since == 0 {
			if exact(was.Kinds, o.Now) != nil {
				continue
			}
			if err := e.tx.Dialect.BulkInsert(e.ctx, e.tx, "person_kind", kindColumns, [][]any{kindRow(p.ID, o.Now, e.b.ID)}); err != nil {
				return err
			}
		} else {
			err := e.exec("update kind", `UPDATE person_kind SET until = $1, risk_removed_on = $2, risk = $3 WHERE person_id = $4 AND kind = $5 AND since = $6`,
				int64(o.Now.Until), int64(o.Now.RiskRemovedOn), o.Now.Risk, p.ID, o.Was.Kind, int64(o.Was.Since))
			if err != nil {
				return err
			}
		}
		old := ""
		if cur != nil {
			old = kindText(*cur)
		}
		e.note(change.Field{PersonID: p.ID, Entity: change.OfKind, EntityID: int64(o.Now.Kind), Field: "kind", Old: old, New: kindText(o.Now), FileRow: p.row})
		e.person(p.ID, p.Village, kindFrom(o).Month())
	}
	return nil
}

// kindFrom is the first day that an operation changes.
func kindFrom(o kindOp) calendar.Date {
	if o.Was.Since == 0 {
		return o.Now.Since
	}
	from := fact.Forever
	for _, d := range [][2]calendar.Date{{o.Was.Until, o.Now.Until}, {o.Was.RiskRemovedOn, o.Now.RiskRemovedOn}} {
		if d[0] != d[1] {
			for _, x := range d {
				if x != 0 {
					from = min(from, x)
				}
			}
		}
	}
	if from == fact.Forever {
		return o.Now.Since // only the risk's name
	}
	return from
}

func exact(have []fact.PersonKind, k fact.PersonKind) *fact.PersonKind {
	for i := range have {
		if have[i].Kind == k.Kind && have[i].Since == k.Since {
			return &have[i]
		}
	}
	return nil
}

// kindText is how history keeps a kind: kind|since|until|removed|risk|source,
// as the person page reads it.
func kindText(k fact.PersonKind) string {
	return fmt.Sprintf("%d|%d|%d|%d|%d|%s", k.Kind, k.Since, k.Until, k.RiskRemovedOn, k.Risk, k.Source)
}

// Undo takes the people of the batch out again, unless work was done on them
// since: spells, needs, places in registers, edits.
func (k *personKind) Undo(ctx context.Context, tx *db.Tx, b *transfer.Batch) error {
	return k.undo(ctx, tx, b, "", []string{
		`SELECT 1 FROM spell s JOIN person p ON p.id = s.person_id WHERE p.batch_id = $1`,
		`SELECT 1 FROM need n JOIN person p ON p.id = n.person_id WHERE p.batch_id = $1`,
		`SELECT 1 FROM register_member m JOIN person p ON p.id = m.person_id WHERE p.batch_id = $1`,
		`SELECT 1 FROM field_change f JOIN person p ON p.id = f.person_id WHERE p.batch_id = $1 AND f.batch_id <> $1`,
		`SELECT 1 FROM person p JOIN household h ON h.id = p.household_id WHERE h.batch_id = $1 AND p.batch_id <> $1
			AND NOT EXISTS (SELECT 1 FROM field_change f WHERE f.person_id = p.id AND f.batch_id = $1 AND f.field = 'household_id')`,
	}, []string{"status_history", "person_kind", "residence", "person", "household"})
}
