package intake

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/setting"
	"wengang/internal/transfer"
)

// personKind imports people, and monitored households with the same columns.
type personKind struct {
	base
	id        string
	layouts   []transfer.Layout
	monitored bool
}

func (k *personKind) ID() string                 { return k.id }
func (k *personKind) Layouts() []transfer.Layout { return k.layouts }

// personChecker keeps what the file showed so far: about 100 bytes per person.
type personChecker struct {
	*checker
	kind   *personKind
	homes  map[string]*rule.Household // by county and 户编号
	closed map[region.Code]calendar.Month
}

// checker is what the checkers of all kinds share.
type checker struct {
	*base
	b      *transfer.Batch
	rd     *reader
	tree   *region.Tree
	set    *rule.Settings
	today  calendar.Date
	rows   map[string]int         // blind index → row of the file
	phones map[string]phoneHolder // phone → who has it in this file
}

type phoneHolder struct {
	household string
	person    string      // blind index: one person's own jobs in two counties are no doubt
	county    region.Code // of work; 0 unknown
}

func (b *base) open(ctx context.Context, batch *transfer.Batch) (*checker, error) {
	today := calendar.DateAt(b.db.Clock())
	v, err := setting.At(ctx, b.db.Read, batch.Region, today.Month().Year())
	if err != nil {
		return nil, err
	}
	tree := b.Tree()
	return &checker{base: b, b: batch, rd: newReader(batch), tree: tree, set: rule.SettingsOf(v, rule.TreePlaces(tree)),
		today: today, rows: map[string]int{}, phones: map[string]phoneHolder{}}, nil
}

// Open reads the region's settings and closed months.
func (k *personKind) Open(ctx context.Context, b *transfer.Batch) (transfer.Checker, error) {
	c, err := k.open(ctx, b)
	if err != nil {
		return nil, err
	}
	closed, err := closedUntil(ctx, k.db.Read, b.Region)
	if err != nil {
		return nil, err
	}
	return &personChecker{checker: c, kind: k, homes: map[string]*rule.Household{}, closed: closed}, nil
}

// personWork is a row on its way through Check.
type personWork struct {
	row   *row
	s     *rule.Subject
	index []byte
	p     personRow
	says  stated
	phone string // as written
}

// Check reads the rows, looks their numbers up with one query, and decides.
func (c *personChecker) Check(ctx context.Context, rows []transfer.Row) ([]transfer.Outcome, error) {
	work := make([]*personWork, len(rows))
	var indexes [][]byte
	for i := range rows {
		work[i] = c.read(&row{Row: rows[i], rd: c.rd})
		if work[i].index != nil {
			indexes = append(indexes, work[i].index)
		}
	}
	reg, err := lookup(ctx, c.db.Read, indexes, true)
	if err != nil {
		return nil, err
	}
	by := map[int64]*known{}
	for _, k := range reg.byIndex {
		by[k.ID] = k
	}
	if err := loadKinds(ctx, c.db.Read, by); err != nil {
		return nil, err
	}
	out := make([]transfer.Outcome, len(rows))
	for i, w := range work {
		out[i] = c.decide(w, reg)
	}
	return out, nil
}

// read turns cells into facts; it asks nobody.
func (c *personChecker) read(r *row) *personWork {
	w := &personWork{row: r, s: &rule.Subject{Today: c.today, Row: &rule.Row{Has: c.rd.has, WorkMonths: -1, PostMonths: -1}}}
	w.index = c.ident(r, w.s)
	p := &w.p.Person
	p.IDNumber = w.s.Row.ID.Number
	if p.Name = transfer.CleanName(r.text("name")); p.Name == "" {
		r.add(rule.At("row.required", "name", "", "姓名"))
	}
	p.Village = r.village(c.tree, c.b.Region)
	c.readIdentity(w)
	p.Code, p.Household, p.Note = r.text("person_code"), r.text("household"), clipNote(r.text("note"))
	p.Ethnic = r.word("ethnic", fact.Ethnic)
	p.Relation = r.word("relation", fact.Relation)
	p.Education, p.Student = r.word("education", fact.Education), r.word("student", fact.Student)
	p.Health, p.Skill = r.word("health", fact.Health), r.word("skill", fact.Skill)
	p.Political = r.word("political", fact.Political)
	p.Allowance, p.Ward = r.yesNo("allowance"), r.yesNo("ward")
	if p.Willing = r.yesNo("willing"); p.Willing != 0 {
		p.WillingOn = c.today
	}
	if st := r.word("status", fact.Status); st != 0 && st != fact.StatusWork {
		p.Status, p.StatusOn = st, c.today // work itself is a spell
	}
	p.Phone, w.phone = r.phone("phone")
	w.p.HomePhone, w.s.Row.HomePhone = r.phone("home_phone")
	w.s.Row.PhoneText = w.phone
	w.says = r.kinds(c.kind.monitored)
	w.says.facts(w.s.Row)
	if c.kind.monitored && w.says.class != 0 && w.says.riskSince == 0 && r.text("risk_on") == "" {
		r.add(rule.At("row.required", "risk_on", "", "识别监测时间"))
	}
	c.readWork(w)
	return w
}

// readIdentity compares the columns beside the number with it; the number wins.
func (c *personChecker) readIdentity(w *personWork) {
	r, p := w.row, &w.p.Person
	if c.rd.carries("birth") && !r.cell("birth").Empty() {
		if d, problem := r.cell("birth").Date(); problem == nil {
			w.s.Row.Birth = d
		} else if _, problem := r.cell("birth").Month(); problem != nil {
			r.unreadable("row.date", "birth")
		}
	}
	w.s.Row.Sex = r.word("sex", fact.Sex)
	p.IDKind = r.word("id_kind", fact.IDKind)
	id := &w.s.Row.ID
	if w.index == nil {
		return
	}
	p.Birth, p.Sex = id.Birth, id.Sex
	switch {
	case id.Cert:
		p.IDKind, p.Disability, p.Grade = 2, id.Kind, id.Grade
	case p.IDKind == 0 || p.IDKind == 2:
		p.IDKind = 1 // 18 characters are no certificate, whatever the column says
	}
	if p.Disability == 0 {
		for i, word := range []string{"视力", "听力", "言语", "肢体", "智力", "精神", "多重"} {
			if strings.HasPrefix(r.text("disability"), word) {
				p.Disability = i + 1
			}
		}
	}
}

// readWork reads the columns of last year's work, for the checks only: the
// ledger of work is the work records.
func (c *personChecker) readWork(w *personWork) {
	r, row := w.row, w.s.Row
	row.DropReason, row.WorkPlace = r.text("drop_reason"), r.text("work_place")
	row.WorkMonths, row.PostMonths = r.count("work_months"), r.count("post_months")
	for _, t := range strings.FieldsFunc(r.text("post"), func(c rune) bool { return strings.ContainsRune(",，、;；/ ", c) }) {
		if t != "无" && t != "否" {
			row.PostTypes = append(row.PostTypes, t)
		}
	}
}

// decide matches a row and runs the rules over what the record would be.
func (c *personChecker) decide(w *personWork, reg *register) transfer.Outcome {
	r := w.row
	result := transfer.New
	var was *known
	if w.index != nil {
		key := string(w.index)
		if first, twice := c.rows[key]; twice {
			r.add(rule.Of("id.duplicate_file", w.mask(), first))
		} else {
			c.rows[key] = r.N
		}
		was = reg.byIndex[key]
		if c.conflict(w, reg, key, was) {
			result = transfer.Conflict
		}
	}
	after := w.p.Person
	var have []fact.PersonKind
	if was != nil {
		if !w.s.Row.ID.Cert {
			w.p.IDKind = 0 // a certificate once shown is not taken back by 18 characters
		}
		after, have = overlay(was.Person, &w.p.Person), was.Kinds
		c.school(w, &after)
	}
	w.p.KindOps = w.says.ops(have, after.Birth, c.today)
	after.Kinds = apply(have, w.p.KindOps)
	if len(after.Kinds) == 0 {
		r.add(rule.Of("person.kind_missing", ""))
	}
	w.s.Person = &after
	w.s.Household = c.household(w, &after)
	r.found = rule.Run(r.found, w.s, c.set, rule.ScopeRow, rule.ScopePerson, rule.ScopeHousehold)
	switch {
	case result == transfer.Conflict:
		return r.outcome(transfer.Conflict, nil)
	case r.refused():
		return r.outcome(transfer.Rejected, nil)
	case was == nil:
		c.joined(w)
	default:
		result = c.compare(w, was)
	}
	w.p.Found = kept(r.found)
	return r.outcome(result, encode(&w.p))
}

func (w *personWork) mask() string { return transfer.MaskValue(w.s.Row.IDText) }

// conflict reports what a person has to decide before the row can come in.
func (c *personChecker) conflict(w *personWork, reg *register, key string, was *known) bool {
	r := w.row
	switch {
	case was == nil && reg.former[key]:
		r.add(rule.Of("id.former", w.mask()))
	case was == nil:
		return false
	case was.pending:
		r.add(rule.Of("id.pending", w.mask()))
	case w.p.Village == 0:
		return false // refused already; nothing of the holder may be told
	case was.Village.At(region.County) != w.p.Village.At(region.County) || !c.b.Region.Contains(was.Village):
		r.add(rule.Of("id.elsewhere", w.mask()))
	case was.OutOn != 0 || was.MergedInto != 0:
		r.add(rule.Of("person.left", w.mask(), was.OutOn, fact.OutReason.Name(was.OutReason)))
	case w.p.Name != "" && was.Name != w.p.Name && w.s.Row.Birth != 0 && w.s.Row.Birth != was.Birth:
		r.add(rule.Of("id.other_person", w.mask()))
	default:
		if w.p.Name != "" && was.Name != w.p.Name {
			r.add(rule.Of("person.name_changed", w.p.Name, was.Name, w.p.Name))
		}
		if w.p.Village != was.Village {
			r.add(rule.Of("person.village_moved", c.tree.Name(w.p.Village), c.tree.FullName(was.Village), c.tree.FullName(w.p.Village)))
		}
		return false
	}
	return true
}

// school: of 文化程度 and 在校生状况 exactly one is filled (facts B1), so a row
// that fills one of the two states that the other has ended. This is the one
// place where an empty cell takes a value back, and only beside its twin.
func (c *personChecker) school(w *personWork, after *fact.Person) {
	p := &w.p
	if !c.rd.carries("education") || !c.rd.carries("student") || (p.Education == 0) == (p.Student == 0) {
		return
	}
	if p.Education != 0 && after.Student != 0 {
		p.DropStudent, after.Student = true, 0
	}
	if p.Student != 0 && after.Education != 0 {
		p.DropSchool, after.Education = true, 0
	}
}

// household adds the person to what the file showed of the household.
func (c *personChecker) household(w *personWork, after *fact.Person) *rule.Household {
	h := &rule.Household{}
	if w.p.Household != "" {
		key := after.Village.At(region.County).String() + w.p.Household
		if c.homes[key] == nil {
			c.homes[key] = &rule.Household{}
		}
		c.homes[key].Add(after)
		*h = *c.homes[key]
		c.shared(h, w.p.Phone, w.p.Household, string(w.index), 0)
	}
	return h
}

// shared sees the same phone in two households of the file, and with two
// members of one household who work in different counties.
func (c *checker) shared(h *rule.Household, phone, household, person string, county region.Code) {
	if phone == "" || household == "" {
		return
	}
	first, ok := c.phones[phone]
	switch {
	case !ok:
		c.phones[phone] = phoneHolder{household, person, county}
	case first.household != household:
		h.PhoneOwner = first.household
	case first.person != person && first.county != 0 && county != 0 && first.county != county:
		h.PhoneAway = true
	}
}

// joined dates the entry of a new person: as stated, else the start of the
// transition or birth, but never inside a closed month, whose figures stand.
func (c *personChecker) joined(w *personWork) {
	p := &w.p.Person
	p.InOn = w.says.since
	if p.InOn == 0 && w.says.base == 0 {
		p.InOn = w.says.riskSince
	}
	if p.InOn == 0 {
		p.InOn = max(transitionStart, p.Birth)
		if m := c.closed[p.Village.At(region.County)]; m != 0 {
			next := m.Add(1)
			p.InOn = max(p.InOn, calendar.DateOf(next.Year(), next.Num(), 1))
		}
	}
	p.InOn = min(p.InOn, c.today)
}

// compare leaves in the payload what the row changes.
func (c *personChecker) compare(w *personWork, was *known) transfer.Result {
	p := &w.p
	p.Moved = p.Village != was.Village
	p.Regroup = p.Household != "" && p.Household != was.Household
	changed := p.reduce(&was.Person) || p.Moved || p.Regroup || p.DropStudent || p.DropSchool || len(p.KindOps) > 0
	if p.Willing == 0 {
		p.WillingOn = 0
	}
	if p.Status == was.Status {
		p.Status, p.StatusOn = 0, 0
	}
	changed = changed || p.Status != 0
	if p.Phone != "" {
		if string(c.Box.BlindIndex(indexPhone, p.Phone)) == was.phoneIndex {
			p.Phone = ""
		} else {
			changed = true
		}
	}
	if p.HomePhone != "" {
		if string(c.Box.BlindIndex(indexPhone, p.HomePhone)) == was.homePhone {
			p.HomePhone = ""
		} else {
			changed = true
		}
	}
	p.ID, p.HouseholdID, p.IDNumber = was.ID, was.HouseholdID, ""
	if !changed {
		return transfer.Same
	}
	return transfer.Changed
}

func clipNote(s string) string {
	if t := []rune(s); len(t) > 1000 {
		return string(t[:1000])
	}
	return s
}

func plain(v any) string { return fmt.Sprint(v) }
