package rollup

import (
	"context"

	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// CohortPart is a part of a cohort at a step.
type CohortPart string

// The parts.
const (
	Placed   CohortPart = "placed"
	InWork   CohortPart = "in"
	Unbroken CohortPart = "unbroken"
	OneJob   CohortPart = "one"
	Idle     CohortPart = "idle"
	Away     CohortPart = "away"
)

// CohortCell names the people behind a number: of those placed in a month,
// with a key of By (AnyKey: all), the part that they make After months later.
type CohortCell struct {
	Query CohortQuery // From and To are the month of the placement
	Key   int64
	After int
	Part  CohortPart
}

// AnyKey asks for all of a month's cohorts.
const AnyKey = -1

// ListCohort is a stretch of the people behind a number, by person id after a
// given one: as the later month has them; those away, and those who live
// outside the scope by then, as the month of their placement had them.
func (s *Service) ListCohort(ctx context.Context, scope region.Scope, c CohortCell, after int64, limit int) (Page, error) {
	q := c.Query
	if c.After < 0 || c.After > 24 || limit <= 0 || limit > maxPage || q.From != q.To {
		return Page{}, fault.New(fault.Invalid, "fault.invalid")
	}
	t, err := s.track(ctx, scope, q)
	if err != nil {
		return Page{}, err
	}
	t.steps = []int{c.After}
	var first, last *snapshot
	for m := q.From; m <= q.From.Add(c.After); m = m.Add(1) {
		x, err := t.read(ctx, s, m)
		if err != nil {
			return Page{}, err
		}
		for _, g := range t.groups {
			g.then(x, t.steps)
		}
		if m == q.From {
			first = x
			t.take(x)
		}
		last = x
	}
	return t.rows(c, scope, first, last, after, limit)
}

// rows are the rows of a part: of the last month where it has them within the
// scope, else of the first.
func (t *tracker) rows(c CohortCell, scope region.Scope, first, last *snapshot, after int64, limit int) (Page, error) {
	if first.missing != "" || last.missing != "" {
		return Page{}, fault.NotFoundf("fault.notfound")
	}
	var want people
	total := 0
	for _, g := range t.groups {
		if c.Key != AnyKey && g.Key != c.Key {
			continue
		}
		if c.After > 0 && (g.Steps[0].Missing != "" || c.Part == Unbroken && g.Steps[0].Unbroken < 0 || c.Part == OneJob && g.Steps[0].OneJob < 0) {
			return Page{}, fault.NotFoundf("fault.notfound")
		}
		for i, id := range g.people {
			if !want.has(id) && g.part(c.Part, i, id, last) {
				want.add(id)
				total++
			}
		}
	}
	var found []spot
	var have people
	take := func(x *snapshot, within func(region.Code) bool) {
		for _, e := range x.entries {
			b := e.block
			for v, village := range b.villages {
				if !within(village) {
					continue
				}
				for i := b.start[v]; i < b.start[v+1]; i++ {
					id := b.person[i]
					if int64(id) <= after || !want.has(id) || have.has(id) || indicator.FlagsOf(b.keys[b.shape[i]])&fact.MovedOut != 0 {
						continue
					}
					have.add(id)
					found = append(found, spot{b, v, i})
				}
			}
		}
	}
	if c.Part != Placed && c.Part != Away {
		take(last, scope.Contains)
	}
	take(first, c.Query.At.Contains)
	return pageOf(found, total, limit), nil
}

// part reports whether the i-th person belongs to a part in the month x.
func (g *cohortGroup) part(p CohortPart, i int, id uint32, x *snapshot) bool {
	switch p {
	case Placed:
		return true
	case InWork:
		return x.in.has(id)
	case Unbroken:
		return g.unbroken[i]
	case OneJob:
		return g.oneJob[i]
	case Idle:
		return !x.in.has(id) && x.there.has(id)
	case Away:
		return !x.there.has(id)
	}
	return false
}

// CohortTotal adds up the cohorts of a time at a step, by key: only those that
// have figures there, so that retained and placed are of the same people.
// Missing is set where none has.
func CohortTotal(all []Cohort, key int64, at int) (placed int64, sum CohortStep) {
	sum.Missing = NotCome
	for i := range all {
		c := &all[i]
		if key != AnyKey && c.Key != key {
			continue
		}
		st := c.Steps[at]
		if c.Missing != "" || st.Missing != "" {
			if sum.Missing == NotCome && st.Missing != "" {
				sum.Missing = st.Missing
			}
			continue
		}
		if placed == 0 && sum.Missing != "" {
			sum = CohortStep{}
		}
		placed += c.Placed
		sum.InWork, sum.Idle, sum.Away = sum.InWork+st.InWork, sum.Idle+st.Idle, sum.Away+st.Away
		sum.Unbroken = addKnown(sum.Unbroken, st.Unbroken)
		sum.OneJob = addKnown(sum.OneJob, st.OneJob)
	}
	return placed, sum
}

func addKnown(a, b int64) int64 {
	if a < 0 || b < 0 {
		return -1
	}
	return a + b
}
