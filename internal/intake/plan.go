package intake

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// planKind imports the four needs of A026: who plans to go out, where, and
// which job, service and training they want.
type planKind struct{ base }

func (k *planKind) ID() string                 { return "plan" }
func (k *planKind) Layouts() []transfer.Layout { return planLayouts }

// Open reads the region's settings.
func (k *planKind) Open(ctx context.Context, b *transfer.Batch) (transfer.Checker, error) {
	c, err := k.open(ctx, b)
	if err != nil {
		return nil, err
	}
	c.byCodes = true
	return &planChecker{checker: c}, nil
}

type planChecker struct{ *checker }

// planRow is the decision on one row: the needs as they will stand.
type planRow struct {
	PersonID int64
	Village  region.Code
	Need     fact.Need
	Found    []keptFinding
}

func (p *planRow) walk(c *coder) {
	num(c, &p.PersonID)
	num(c, &p.Village)
	n := &p.Need
	num(c, &n.PlanOut)
	num(c, &n.PlanPlace)
	c.str(&n.WantedJob)
	num(c, &n.WantedWageFen)
	c.str(&n.Service)
	c.str(&n.Training)
	num(c, &n.SurveyedOn)
	walkFound(c, &p.Found)
}

// wish is a row on its way through Check.
type wish struct {
	row   *row
	s     *rule.Subject
	index []byte
	name  string
	need  fact.Need
}

// Check reads the rows, looks up people and their needs, and decides.
func (c *planChecker) Check(ctx context.Context, rows []transfer.Row) ([]transfer.Outcome, error) {
	in, reg, err := readAll(ctx, c.checker, rows, false, func(r *row) (*wish, []byte) {
		w := c.read(r)
		return w, w.index
	})
	if err != nil {
		return nil, err
	}
	if err := c.formerly(ctx, reg, rowsOf(in, func(w *wish) *row { return w.row }), func(i int) *[]byte { return &in[i].index }, false); err != nil {
		return nil, err
	}
	ids := reg.ids()
	needs, err := loadNeeds(ctx, c.db.Read, ids)
	if err != nil {
		return nil, err
	}
	out := make([]transfer.Outcome, len(rows))
	for i, w := range in {
		out[i] = c.decide(w, reg, needs)
	}
	return out, nil
}

func (c *planChecker) read(r *row) *wish {
	w := &wish{row: r, s: &rule.Subject{Today: c.today, Row: &rule.Row{Has: c.rd.has, WorkMonths: -1, PostMonths: -1}}}
	w.index = c.ident(r, w.s)
	w.name = transfer.CleanName(r.text("name"))
	w.need = fact.Need{PlanOut: r.yesNo("plan_out"), WantedJob: clipWish(r.answers("wanted_job", c.b.Above)), WantedWageFen: r.fen("wanted_wage"),
		Service: clipWish(r.answers("service", c.b.Above)), Training: clipWish(r.answers("training", c.b.Above)), SurveyedOn: c.today}
	w.need.PlanPlace, w.s.Row.PlanText = c.place(r)
	w.s.Row.PlanPlace = w.need.PlanPlace
	return w
}

// place reads the planned place. Where it does not reach the county the rule
// plan.place_not_county warns and the place stays open: a plan is no record.
func (c *planChecker) place(r *row) (region.Code, string) {
	province, city, county, free := r.text("plan_province"), r.text("plan_city"), r.text("plan_county"), r.text("plan_place")
	written := province + city + county + free
	if written == "" {
		return 0, ""
	}
	m := c.tree.ResolvePath(province, city, county, "", "", region.Country)
	if county == "" && free != "" {
		m = c.tree.ResolveWorkplace(written)
	}
	if m.Status != region.One && m.Status != region.Several {
		m = c.tree.ResolveWorkplace(written)
	}
	code := m.Code
	if m.Status == region.Several {
		code = m.Common
	}
	if at, ok := countyOf(code); ok && m.Status != region.None {
		return at, clip(written)
	}
	return 0, clip(written)
}

func clipWish(s string) string {
	if t := []rune(s); len(t) > 200 {
		return string(t[:200])
	}
	return s
}

func (c *planChecker) decide(w *wish, reg *register, needs map[int64]fact.Need) transfer.Outcome {
	r := w.row
	var was *known
	if w.index != nil {
		key := string(w.index)
		was = reg.byIndex[key]
		if was == nil || was.pending || was.MergedInto != 0 || !c.b.Region.Contains(was.Village) {
			away := c.elsewhere(was)
			was = nil
			if r.isFormer(reg, key, transfer.MaskValue(w.s.Row.IDText)) {
				// asked
			} else if away {
				r.add(rule.Of("id.elsewhere", transfer.MaskValue(w.s.Row.IDText)))
			} else {
				r.add(rule.Of("work.person_unknown", transfer.MaskValue(w.s.Row.IDText), transfer.MaskValue(w.s.Row.IDText)))
			}
		} else if first, twice := c.rows.first(indexKey(w.index), r.N); twice {
			r.add(rule.Of("id.duplicate_file", transfer.MaskValue(w.s.Row.IDText), first))
		}
	}
	if was == nil {
		r.found = rule.Run(r.found, w.s, c.set(0), rule.ScopeRow)
		return r.outcome(transfer.Rejected, nil)
	}
	if w.name != "" && w.name != was.Name {
		r.add(rule.Of("work.name_differs", w.name, was.Name, w.name))
	}
	old, have := needs[was.ID]
	now := needOver(old, w.need, have)
	w.s.Person, w.s.Need = &was.Person, &now
	r.found = rule.Run(r.found, w.s, c.set(was.Village), rule.ScopeRow, rule.ScopePlan)
	if r.refused() {
		return r.outcome(transfer.Rejected, nil)
	}
	result := transfer.Changed
	switch {
	case !have:
		result = transfer.New
	case sameNeed(old, now):
		result, now = transfer.Same, old
	}
	p := planRow{PersonID: was.ID, Village: was.Village, Need: now, Found: r.kept()}
	return r.outcome(result, encode(&p))
}

// needOver lays what the row says over the survey on record.
func needOver(old, said fact.Need, have bool) fact.Need {
	if !have {
		return said
	}
	n := old
	if said.PlanOut != 0 {
		n.PlanOut = said.PlanOut
	}
	if said.PlanPlace != 0 {
		n.PlanPlace = said.PlanPlace
	}
	if said.WantedWageFen >= 0 {
		n.WantedWageFen = said.WantedWageFen
	}
	for _, f := range [][2]*string{{&n.WantedJob, &said.WantedJob}, {&n.Service, &said.Service}, {&n.Training, &said.Training}} {
		if *f[1] != "" {
			*f[0] = *f[1]
		}
	}
	n.SurveyedOn = said.SurveyedOn
	return n
}

// sameNeed leaves the day of the survey aside.
func sameNeed(a, b fact.Need) bool {
	a.SurveyedOn = b.SurveyedOn
	return a == b
}

func loadNeeds(ctx context.Context, q db.Querier, ids []int64) (map[int64]fact.Need, error) {
	out := map[int64]fact.Need{}
	var id int64
	var n fact.Need
	err := eachOf(ctx, q, ids, func(in string, _ *db.Args) string {
		return `SELECT n.person_id, n.plan_out, n.plan_place, n.wanted_job, n.wanted_wage_fen, n.service, n.training, n.surveyed_on
			FROM need n WHERE n.person_id IN ` + in + ` AND ` + live("n")
	}, func() { out[id] = n }, &id, &n.PlanOut, &n.PlanPlace, &n.WantedJob, &n.WantedWageFen, &n.Service, &n.Training, &n.SurveyedOn)
	if err != nil {
		return nil, fmt.Errorf("read needs: %w", err)
	}
	return out, nil
}
