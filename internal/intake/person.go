package intake

import (
	"context"
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
	kind      *personKind
	homes     map[string]*rule.Household // by county and 户编号
	closed    map[region.Code]calendar.Month
	places    settlements
	listed    int         // kinds that the rows state, as bits
	stated    fact.Stated // groups of aid columns that the file carries
	inhabited int         // whether the place has people: 1 yes, -1 no, 0 not asked yet
}

// checker is what the checkers of all kinds share.
type checker struct {
	*base
	roll   *roll // everybody of the region, for a large file
	rolled bool  // whether to read one was decided

	b      *transfer.Batch
	rd     *reader
	tree   *region.Tree
	stored []setting.Stored
	sets   map[region.Code]*rule.Settings // by county
	today  calendar.Date
	rows   shownRows      // by blind index, or by what a row states of work
	phones phoneBook      // of this file
	edited map[int64]bool // people whom a page has edited; nil until asked
	hand   byHand         // of the chunk's people

	byCodes bool               // rows may find their person by codes and name
	codes   map[string][]coded // people of the place by code; nil until needed
	present attendance         // whom a full file has named
}

func (b *base) open(ctx context.Context, batch *transfer.Batch) (*checker, error) {
	today := calendar.DateAt(b.db.Clock())
	stored, err := setting.Load(ctx, b.db.Read, batch.Region)
	if err != nil {
		return nil, err
	}
	tree := b.Tree()
	return &checker{base: b, b: batch, rd: newReader(batch), tree: tree, stored: stored, sets: map[region.Code]*rule.Settings{},
		today: today, rows: shownRows{}}, nil
}

// set is the thresholds of a village's county; of the batch's own region where
// the village is not known. A file of a whole city has rows of many counties.
func (c *checker) set(village region.Code) *rule.Settings {
	if village == 0 {
		village = c.b.Region
	}
	county := village.At(region.County)
	s := c.sets[county]
	if s == nil {
		s = rule.SettingsOf(setting.Resolve(c.stored, county, c.today.Month().Year()), rule.TreePlaces(c.tree))
		c.sets[county] = s
	}
	return s
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
	places, err := c.readSettlements(ctx)
	if err != nil {
		return nil, err
	}
	return &personChecker{checker: c, kind: k, homes: map[string]*rule.Household{}, closed: closed, places: places, stated: aidStated(c.rd)}, nil
}

// personWork is a row on its way through Check.
type personWork struct {
	row   *row
	s     *rule.Subject
	index []byte
	p     personRow
	says  stated
	phone string // as written
	doubt bool   // nobody has decided yet whether the number is mistyped
}

// Check reads the rows, looks their numbers up with one query, and decides.
func (c *personChecker) Check(ctx context.Context, rows []transfer.Row) ([]transfer.Outcome, error) {
	work, reg, err := readAll(ctx, c.checker, rows, true, func(r *row) (*personWork, []byte) {
		w := c.read(r)
		return w, w.index
	})
	if err != nil {
		return nil, err
	}
	if err := c.formerly(ctx, reg, rowsOf(work, func(w *personWork) *row { return w.row }), func(i int) *[]byte { return &work[i].index }, true); err != nil {
		return nil, err
	}
	if err := c.alike(ctx, work, reg); err != nil {
		return nil, err
	}
	by := map[int64]*known{}
	for _, k := range reg.byIndex {
		by[k.ID] = k
	}
	if err := loadKinds(ctx, c.db.Read, by); err != nil {
		return nil, err
	}
	if err := loadAid(ctx, c.db.Read, by); err != nil {
		return nil, err
	}
	if c.hand, err = c.hands(ctx, reg.ids()); err != nil {
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
	p.Settlement = r.settlement(c.tree, c.places, p.Village)
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
	if w.says.base != 0 {
		c.listed |= 1 << w.says.base
	}
	if c.kind.monitored && w.says.class != 0 && w.says.riskSince == 0 && r.text("risk_on") == "" {
		r.add(rule.At("row.required", "risk_on", "", "识别监测时间"))
	}
	c.readWork(w)
	c.readAid(w)
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
