package intake

import (
	"context"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// workKind imports work records: the national monthly export, village ledgers,
// the county's own sheets, and histories of spells from–to.
//
// A file with a month says what holds in it; one without is a history, which
// confirms nothing later than the last month that it names itself. What ended
// needs no confirmation: a closed spell counts as confirmed through its end
// (internal/month), so only running spells get a spell_seen row.
type workKind struct{ base }

func (k *workKind) ID() string                 { return "work" }
func (k *workKind) Layouts() []transfer.Layout { return workLayouts }

// workChecker keeps what the file showed of each person so far.
type workChecker struct {
	*checker
	work   *workRoll // of everybody on the roll
	worked bool      // whether to read it was decided

	month   calendar.Month    // what the file speaks of
	claimed map[int64]int     // spell of the ledger → row that stated it
	named   map[int64]*jobRow // spell of the ledger → row of the chunk that names it
	fresh   shownWork         // new spells of the file
	folded  folded
	amended map[int64]fact.Spell // spells of the ledger as earlier rows leave them
	stated  map[int64]calendar.Date
	dated   bool // month was read from the file's own rows
}

// Open reads the region's settings.
func (k *workKind) Open(ctx context.Context, b *transfer.Batch) (transfer.Checker, error) {
	c, err := k.open(ctx, b)
	if err != nil {
		return nil, err
	}
	c.byCodes = true
	m := b.Month
	if yearly(b) {
		m = calendar.MonthOf(yearOf(b, c.today), 12)
		c.b = asHistory(b)
	} else if m == 0 {
		m = c.today.Month()
	}
	return &workChecker{checker: c, month: m, claimed: map[int64]int{}, amended: map[int64]fact.Spell{}, stated: map[int64]calendar.Date{}}, nil
}

// jobRow is a row on its way through Check.
type jobRow struct {
	row   *row
	s     *rule.Subject
	index []byte
	claim
	phone     string
	household string
	name      string
	place     string // as written
	nothing   bool   // the row states that there was no work, and no more
	w         workRow
	open      bool // contradicts what a page wrote; nobody has decided yet
}

// Check reads the rows, looks up people and their spells with four queries,
// and decides.
func (c *workChecker) Check(ctx context.Context, rows []transfer.Row) ([]transfer.Outcome, error) {
	jobs, reg, err := readAll(ctx, c.checker, rows, false, func(r *row) (*jobRow, []byte) {
		w := c.read(r)
		return w, w.index
	})
	if err != nil {
		return nil, err
	}
	if err := c.formerly(ctx, reg, rowsOf(jobs, func(j *jobRow) *row { return j.row }), func(i int) *[]byte { return &jobs[i].index }, false); err != nil {
		return nil, err
	}
	ids := reg.ids()
	spells, seen, err := c.history(ctx, ids)
	if err != nil {
		return nil, err
	}
	if c.hand, err = c.hands(ctx, ids); err != nil {
		return nil, err
	}
	c.name(jobs, reg, spells)
	out := make([]transfer.Outcome, len(rows))
	for i, j := range jobs {
		out[i] = c.decide(j, reg, spells, seen)
	}
	return out, nil
}

// history reads the spells of a chunk's people, and which of them were seen in
// the file's month.
func (c *workChecker) history(ctx context.Context, ids []int64) (spells map[int64][]fact.Spell, seen map[int64]bool, err error) {
	if !c.worked && c.roll != nil {
		c.worked = true
		if c.work, err = c.roll.readWork(ctx, c.db, c.month); err != nil {
			return nil, nil, err
		}
	}
	if c.work != nil {
		spells, seen = c.work.of(ids)
		return spells, seen, nil
	}
	if spells, err = loadSpells(ctx, c.db.Read, ids); err == nil {
		seen, err = loadSeen(ctx, c.db.Read, ids, c.month)
	}
	return spells, seen, err
}

// name notes which spells the rows name by start and employer. No other row of
// the chunk takes them on the strength of the start alone, whatever the order
// in which a file lists jobs that began in one month.
func (c *workChecker) name(jobs []*jobRow, reg *register, all map[int64][]fact.Spell) {
	c.named = map[int64]*jobRow{}
	for _, j := range jobs {
		if j.index == nil || j.start == 0 || j.term.Employer == "" {
			continue
		}
		was := reg.byIndex[string(j.index)]
		if was == nil {
			continue
		}
		spells := all[was.ID]
		for i := range spells {
			s := &spells[i]
			if s.Start == j.start && c.named[s.ID] == nil && sameEmployer(termAt(s, c.month).Employer, j.term.Employer) {
				c.named[s.ID] = j
				break
			}
		}
	}
}

// read turns cells into a claim; it asks nobody.
func (c *workChecker) read(r *row) *jobRow {
	j := &jobRow{row: r, s: &rule.Subject{Today: c.today, Row: &rule.Row{Has: c.rd.has &^ (rule.ColWorkMonths | rule.ColWorkPlace), WorkMonths: -1, PostMonths: -1}}}
	j.index = c.ident(r, j.s)
	j.name, j.household = transfer.CleanName(r.text("name")), strings.Clone(r.text("household"))
	j.out = c.readOut(r)
	j.start, j.end = r.month("start"), r.month("end")
	if j.start == calendar.Open {
		j.start = 0
	}
	if j.end == calendar.Open {
		j.end = 0
	}
	j.term = fact.Term{WageFen: r.fen("wage"), TransportFen: r.fen("transport"), Employer: clipName(r.text("employer")),
		Channel: r.word("channel", fact.Channel), Industry: r.word("industry", fact.Industry), PointToPoint: r.yesNo("point_to_point")}
	j.term.Place, j.place = r.workplace(c.tree)
	j.phone, j.s.Row.PhoneText = r.phone("phone")
	j.s.Row.Out, j.s.Row.Start, j.s.Row.End = j.out, j.start, j.end
	c.layout(j)
	return j
}

// readOut reads whether the person works: the national column, or the village
// ledger's state 在外务工/已返乡 beside 是否就业.
func (c *workChecker) readOut(r *row) int {
	if c.rd.carries("out") {
		return r.yesNo("out")
	}
	if !c.rd.carries("away") {
		return 0
	}
	employed := r.yesNo("employed")
	switch t := r.text("away"); {
	case t == "":
		return employed
	case strings.Contains(t, "返乡"), strings.Contains(t, "未务工"), strings.Contains(t, "未外出"):
		if employed == fact.Yes {
			return fact.Yes // came back and found work at home
		}
		return fact.No
	}
	return fact.Yes
}

// decide matches the row and runs the rules over what the record would be.
func (c *workChecker) decide(j *jobRow, reg *register, all map[int64][]fact.Spell, seen map[int64]bool) transfer.Outcome {
	r := j.row
	var was *known
	if j.index != nil {
		was = reg.byIndex[string(j.index)]
		if was == nil || was.pending || was.MergedInto != 0 || !c.b.Region.Contains(was.Village) {
			away := c.elsewhere(was)
			was = nil
			if r.isFormer(reg, string(j.index), j.mask()) {
				// asked
			} else if away {
				r.add(rule.Of("id.elsewhere", j.mask()))
			} else {
				r.add(rule.Of("work.person_unknown", j.mask(), j.mask()))
			}
		}
	}
	if was == nil {
		r.found = rule.Run(r.found, j.s, c.set(0), rule.ScopeRow)
		return r.outcome(transfer.Rejected, nil)
	}
	j.s.Person = &was.Person
	j.w.PersonID, j.w.Village = was.ID, was.Village
	if j.name != "" && j.name != was.Name {
		r.add(rule.Of("work.name_differs", j.name, was.Name, j.name))
	}
	c.fill(j, was)
	if j.nothing {
		return r.outcome(transfer.Same, encode(&j.w))
	}
	if c.duplicate(j) {
		return j.refused()
	}
	spells := all[was.ID]
	old := match(spells, &j.claim, c.month, func(id int64) bool {
		return c.claimed[id] != 0 || c.named[id] != nil && c.named[id] != j
	})
	sp := c.state(j, old, spells)
	c.subject(j, old, sp, spells)
	r.found = rule.Run(r.found, j.s, c.set(was.Village), rule.ScopeRow, rule.ScopeSpell, rule.ScopeHousehold)
	for _, f := range rule.Run(nil, j.s, c.set(was.Village), rule.ScopePerson) {
		if postRules[f.Rule.ID] {
			r.add(f)
		}
	}
	if r.refused() {
		return j.refused()
	}
	if j.open {
		out := j.refused()
		out.Result = transfer.Conflict
		return out
	}
	return c.accept(j, was, old, sp, spells, seen)
}

// postRules are the rules of persons that a work record decides: public posts
// come in as a channel of work.
var postRules = map[string]bool{"post.too_old": true, "post.too_young": true, "post.no_labour": true}

func (j *jobRow) mask() string { return transfer.MaskValue(j.s.Row.IDText) }

// refused keeps the row out and its person named: who stands in a full file is
// not absent from it.
func (j *jobRow) refused() transfer.Outcome {
	out := j.row.outcome(transfer.Rejected, nil)
	out.Named, out.Payload = true, encode(&workRow{PersonID: j.w.PersonID, Village: j.w.Village})
	return out
}

// duplicate refuses the same spell of the same person twice in a file.
func (c *workChecker) duplicate(j *jobRow) bool {
	first, twice := c.rows.first(jobKey(j.w.PersonID, j.start, c.folded.of(j.term.Employer), j.term.Place), j.row.N)
	if twice {
		j.row.add(rule.Of("work.duplicate_row", j.start.String(), first))
	}
	return twice
}

// accept fills the payload and remembers what the file has stated.
func (c *workChecker) accept(j *jobRow, was *known, old, sp *fact.Spell, spells []fact.Spell, seen map[int64]bool) transfer.Outcome {
	w := &j.w
	result := transfer.Same
	switch {
	case w.Fresh:
		result = transfer.New
		c.fresh.add(sp)
	case old != nil:
		c.claimed[old.ID] = j.row.N
		if w.changes() {
			result = transfer.Changed
		}
		if w.NewEnd != 0 || w.NewStart != 0 {
			c.amended[old.ID] = *sp // others are as the ledger has them: no need to keep 200,000
		}
	}
	if sp != nil {
		w.Runs = j.running(c.month) && sp.Start <= c.month && sp.End > c.month
		if w.Runs && yearly(c.b) {
			w.Through = c.month
		}
		w.Seen = w.Runs && !w.Fresh && !seen[w.SpellID]
	}
	c.status(j, was, sp, spells)
	w.Found = j.row.kept()
	return j.row.outcome(result, encode(w))
}
