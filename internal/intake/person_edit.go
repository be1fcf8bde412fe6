package intake

import (
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/pinyin"
	"wengang/internal/region"
)

func (k *personKind) editOne(e *edits, p *edit, was *present) error {
	s := &set{}
	for i := range personFields {
		k.editField(e, s, p, was, &personFields[i])
	}
	if p.WillingOn != 0 && p.WillingOn != was.WillingOn {
		k.setInt(e, s, p, "willing_on", int64(was.WillingOn), int64(p.WillingOn))
	}
	k.resettle(e, s, p, was)
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
