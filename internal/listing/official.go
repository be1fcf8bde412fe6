package listing

import (
	"context"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
)

// Official is a list that the notices ask for (A026, A028): always made anew
// from the person record, with the columns of its printed ledger. Its title is
// the catalogue's "listing.official.<id>".
type Official struct {
	ID       string // also the filter's name
	Columns  []string
	Citation string
}

// Officials are the four lists of the notice and the list of key persons.
var Officials = []Official{
	{"base", []string{"name", "sex", "age", "id", "village", "relation", "kind", "skill", "willing", "status", "employer", "place", "wage", "phone"}, "人社部发〔2022〕13号 三(三)（A026）"},
	{"intent", []string{"name", "sex", "age", "id", "village", "education", "skill", "status", "plan_out", "plan_place", "wanted_job", "wanted_wage", "phone", "surveyed_on"}, "人社部发〔2022〕13号 三(三)（A026）"},
	{"service", []string{"name", "sex", "age", "id", "village", "kind", "skill", "status", "service", "wanted_job", "wanted_wage", "phone", "surveyed_on"}, "人社部发〔2022〕13号 三(三)（A026）"},
	{"training", []string{"name", "sex", "age", "id", "village", "education", "skill", "status", "training", "phone", "surveyed_on"}, "人社部发〔2022〕13号 三(三)（A026）"},
	{"key", []string{"name", "sex", "age", "id", "village", "kind", "risk", "watched", "skill", "status", "employer", "seen", "months", "phone"}, "A028"},
}

// OfficialOf is the official list of an id.
func OfficialOf(id string) (*Official, error) {
	i := slices.IndexFunc(Officials, func(o Official) bool { return o.ID == id })
	if i < 0 {
		return nil, errNotFound
	}
	return &Officials[i], nil
}

// Filter is the list's membership, as the people's list filters it.
func (o *Official) Filter(m calendar.Month) people.Filter {
	return people.Filter{List: people.FourList(o.ID), Month: m}
}

// Spec is the list as a chosen one.
func (o *Official) Spec() Spec {
	return Spec{Columns: o.Columns, Sort: people.ByHousehold, Group: true}
}

// Total is how many people one list has at one place.
type Total struct {
	Region region.Code
	Counts map[string]int // by list
}

// Totals counts the official lists for a place and the places right below it
// that the scope reaches, from the record as it is now.
func (s *Store) Totals(ctx context.Context, scope region.Scope, at region.Code) (here Total, below []Total, err error) {
	scope = scope.Within(at)
	if scope.Empty() {
		return here, nil, errNotFound
	}
	level := min(at.Level()+1, region.Village)
	here = Total{Region: at, Counts: map[string]int{}}
	by := map[region.Code]map[string]int{}
	err = s.db.Snapshot(ctx, func(q db.Querier) error {
		for _, o := range Officials {
			counts, err := s.People.CountBy(ctx, q, scope, o.Filter(0), level)
			if err != nil {
				return err
			}
			for c, n := range counts {
				here.Counts[o.ID] += n
				if by[c] == nil {
					by[c] = map[string]int{}
				}
				by[c][o.ID] = n
			}
		}
		return nil
	})
	if err != nil || at.Level() == region.Village {
		return here, nil, err
	}
	for _, c := range s.Tree.Children(at) {
		if by[c] != nil {
			below = append(below, Total{Region: c, Counts: by[c]})
		}
		delete(by, c)
	}
	for c, counts := range by { // a place that the tree no longer has
		below = append(below, Total{Region: c, Counts: counts})
	}
	slices.SortStableFunc(below, func(a, b Total) int { return int(a.Region - b.Region) })
	return here, below, nil
}

// Asked is what a list is made of: filter, columns, order.
type Asked struct {
	Filter  people.Filter
	Columns []Column
	Sort    people.Sort
	Desc    bool
	Group   bool // the village goes before the sort
	// IDs are the people themselves, chosen elsewhere, in this order: Filter
	// then gives the month alone. Those out of scope are left out.
	IDs []int64
}

// whole reads every member of a list within a snapshot; more than limit people
// are refused with the setting's or the program's bound.
func (s *Store) whole(ctx context.Context, q db.Querier, scope region.Scope, a Asked, limit int, take func([]Person) error) (int, error) {
	ids := a.IDs
	if ids == nil {
		var err error
		if ids, err = s.People.IDs(ctx, q, scope, a.Filter, a.Sort, a.Desc, a.Group, limit+1); err != nil {
			return 0, err
		}
	}
	if len(ids) > limit {
		return 0, fault.New(fault.Invalid, "listing.too_many", limit)
	}
	n := 0
	for part := range slices.Chunk(ids, chunk) {
		rows, err := s.load(ctx, q, scope, part, a.Filter.Month)
		if err != nil {
			return 0, err
		}
		n += len(rows)
		if err := take(rows); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// Page is one page of a list on the screen.
type Page struct {
	Rows    []Person
	Total   int
	HasPrev bool
	HasNext bool
}

// List is a page of a list, read anew.
func (s *Store) List(ctx context.Context, scope region.Scope, a Asked, pg people.Page) (Page, error) {
	l, err := s.People.List(ctx, scope, a.Filter, pg)
	if err != nil {
		return Page{}, err
	}
	out := Page{Total: l.Total, HasPrev: l.HasPrev, HasNext: l.HasNext}
	ids := make([]int64, len(l.Rows))
	for i, r := range l.Rows {
		ids[i] = r.ID
	}
	err = s.db.Snapshot(ctx, func(q db.Querier) (err error) {
		out.Rows, err = s.load(ctx, q, scope, ids, a.Filter.Month)
		return err
	})
	if err != nil {
		return Page{}, fmt.Errorf("list: %w", err)
	}
	return out, nil
}
