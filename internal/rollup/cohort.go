package rollup

import (
	"context"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// CohortQuery asks what became of those who began to work (新上岗) in the
// months From to To at a place: by month of placement, and by channel or class
// of their first place where By says so.
type CohortQuery struct {
	At       region.Code
	From, To calendar.Month // at most 24 months
	By       Dim            // "", DimChannel or DimPlaceClass
}

// Missing says why a step of a cohort has no figures.
type Missing string

// The reasons; "" where there are figures.
const (
	NotCome   Missing = "future"  // the month has not come
	NotClosed Missing = "open"    // a county of the place has not closed it
	NoRecords Missing = "none"    // a county of the place has no records of it
	Otherwise Missing = "calibre" // counted under another setting than the placement: 不可比
)

// Cohort is one month's (and channel's or class's) new people.
type Cohort struct {
	Month   calendar.Month
	Key     int64 // channel or place class; 0 without By
	Missing Missing
	Placed  int64
	Steps   []CohortStep // as many as Steps of the answer
}

// CohortStep is the cohort a number of months later. Every placed person is
// InWork, idle or Away: Placed = InWork + Idle + Away.
type CohortStep struct {
	Missing  Missing
	InWork   int64 // in work at that month's end
	Unbroken int64 // and at the end of every month since
	OneJob   int64 // and without a change of jobs; -1 where a month does not tell
	Idle     int64 // on the register, without work
	Away     int64 // moved to another county, died or left the register
}

// Cohorts answers with the steps in months (settings cohort.step_1 …). Only
// closed months count. It follows people within the place's counties and costs
// one pass over their rows per month from From to the last step of To.
func (s *Service) Cohorts(ctx context.Context, scope region.Scope, q CohortQuery) (steps []int, out []Cohort, err error) {
	t, err := s.track(ctx, scope, q)
	if err != nil {
		return nil, nil, err
	}
	for m := q.From; m <= t.last; m = m.Add(1) {
		if err := t.month(ctx, s, m); err != nil {
			return nil, nil, err
		}
	}
	for _, g := range t.groups {
		out = append(out, g.Cohort)
	}
	slices.SortStableFunc(out, func(a, b Cohort) int {
		if a.Month != b.Month {
			return int(a.Month - b.Month)
		}
		return int(a.Key - b.Key)
	})
	return t.steps, out, nil
}

// tracker follows the cohorts of a query month by month.
type tracker struct {
	q        CohortQuery
	steps    []int
	last     calendar.Month
	counties []region.Code
	groups   []*cohortGroup
}

// cohortGroup is a cohort with its people.
type cohortGroup struct {
	Cohort
	people   []uint32
	unbroken []bool // by position in people
	oneJob   []bool
	known    bool // of the job: every month since tells
	hole     Missing
	stamps   map[region.Code]string
}

func (s *Service) track(ctx context.Context, scope region.Scope, q CohortQuery) (*tracker, error) {
	if !scope.Contains(q.At) {
		return nil, errNotFound
	}
	if n := q.To.Sub(q.From) + 1; n < 1 || n > 24 || q.By != "" && q.By != DimChannel && q.By != DimPlaceClass {
		return nil, fault.New(fault.Invalid, "fault.invalid")
	}
	v, err := s.settings(ctx, q.At, q.To)
	if err != nil {
		return nil, err
	}
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	t := &tracker{q: q, counties: s.under(q.At)}
	for _, name := range []string{CohortStep1, CohortStep2, CohortStep3, CohortStep4} {
		t.steps = append(t.steps, v.Int(name))
	}
	slices.Sort(t.steps)
	t.steps = slices.Compact(t.steps)
	t.last = q.To.Add(t.steps[len(t.steps)-1])
	return t, nil
}

// month lets a month count for the cohorts before it, and takes its own new
// people.
func (t *tracker) month(ctx context.Context, s *Service, m calendar.Month) error {
	x, err := t.read(ctx, s, m)
	if err != nil {
		return err
	}
	for _, g := range t.groups {
		g.then(x, t.steps)
	}
	if m <= t.q.To {
		t.take(x)
	}
	return nil
}

// take makes the cohorts of a month.
func (t *tracker) take(x *snapshot) {
	by := map[int64]*cohortGroup{}
	group := func(key int64) *cohortGroup {
		g := by[key]
		if g == nil {
			g = &cohortGroup{Cohort: Cohort{Month: x.month, Key: key, Missing: x.missing, Steps: make([]CohortStep, len(t.steps))}, known: true, stamps: x.stamps}
			by[key] = g
			t.groups = append(t.groups, g)
		}
		return g
	}
	if x.missing != "" {
		g := group(0)
		for i := range g.Steps {
			g.Steps[i].Missing = x.missing
		}
		return
	}
	for _, e := range x.entries {
		eachPlaced(e.block, t.q, func(key int64, _ int, i int32) {
			g := group(key)
			g.people = append(g.people, e.block.person[i])
		})
	}
	if len(by) == 0 && t.q.By == "" {
		group(0)
	}
	for _, g := range by {
		g.Placed = int64(len(g.people))
		g.unbroken, g.oneJob = slices.Repeat([]bool{true}, len(g.people)), slices.Repeat([]bool{true}, len(g.people))
	}
}

// eachPlaced calls f for the rows of those who began to work, movers among
// them, with the cohort's key.
func eachPlaced(b *Block, q CohortQuery, f func(key int64, v int, i int32)) {
	const began = fact.Counted | fact.NewWork
	lo, hi := b.villageRange(q.At)
	for v := lo; v < hi; v++ {
		for i := b.start[v]; i < b.start[v+1]; i++ {
			k := b.keys[b.shape[i]]
			if indicator.FlagsOf(k)&began == began {
				f(q.key(k), v, i)
			}
		}
	}
}

func (q *CohortQuery) key(k indicator.Key) int64 {
	switch q.By {
	case DimChannel:
		return int64(indicator.ChannelOf(k))
	case DimPlaceClass:
		return int64(indicator.ClassOf(k))
	}
	return 0
}

// then lets a cohort live through a later month.
func (g *cohortGroup) then(x *snapshot, steps []int) {
	at := slices.Index(steps, x.month.Sub(g.Month))
	if x.missing != "" {
		if g.hole == "" {
			g.hole = x.missing
		}
		if at >= 0 {
			g.Steps[at].Missing = x.missing
		}
		return
	}
	g.known = g.known && x.facts >= 2
	for i, id := range g.people {
		g.unbroken[i] = g.unbroken[i] && x.in.has(id)
		g.oneJob[i] = g.oneJob[i] && g.unbroken[i] && !x.changed.has(id)
	}
	if at < 0 || g.Missing != "" {
		return
	}
	st := &g.Steps[at]
	if st.Missing = g.comparable(x); st.Missing != "" {
		return
	}
	for i, id := range g.people {
		switch {
		case x.in.has(id):
			st.InWork++
		case x.there.has(id):
			st.Idle++
		default:
			st.Away++
		}
		if g.unbroken[i] {
			st.Unbroken++
		}
		if g.oneJob[i] {
			st.OneJob++
		}
	}
	if !g.known || g.hole != "" {
		st.OneJob = -1
	}
	if g.hole != "" {
		st.Unbroken = -1
	}
}

// comparable: the work of both months was counted by the same settings.
func (g *cohortGroup) comparable(x *snapshot) Missing {
	for c, stamp := range g.stamps {
		if _, ok := working.Stamp(stamp).Against(working.Stamp(x.stamps[c])); !ok {
			return Otherwise
		}
	}
	return ""
}
