package rollup

import (
	"context"
	"maps"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// Programmes tells who is on the rolls of a programme on a day, by the kind of
// register (internal/register): workshops, public posts, work relief,
// co-operatives, training. A headcount without names is nobody here.
type Programmes interface {
	ProgrammePeople(ctx context.Context, scope region.Scope, on calendar.Date) (map[string][]int64, error)
}

// UseProgrammes connects the rolls; without them there are no programmes.
func (s *Service) UseProgrammes(p Programmes) { s.programmes = p }

// ProgrammeFigures are the figures of the people of a place who are on a
// programme's rolls at the end of a month. Figures of kind Move and Absorb are
// not known of them, and who began or ended work while moving within the place
// is left out of those flows.
type ProgrammeFigures struct {
	Kind string
	Figures
}

// ByProgramme answers one line per programme with anybody on its rolls, by
// kind. A person may be on several.
func (s *Service) ByProgramme(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month, view View) ([]ProgrammeFigures, error) {
	rolls, entries, counties, err := s.onRolls(ctx, scope, at, m, view)
	if err != nil {
		return nil, err
	}
	var out []ProgrammeFigures
	for _, kind := range slices.Sorted(maps.Keys(rolls)) {
		f := newFigures(at, m)
		f.moves = nil
		on := rolls[kind]
		for i, e := range entries {
			f.note(e, counties[i], at)
			if e.block != nil {
				f.addSome(e.block, at, on)
			}
		}
		if f.Rows > 0 {
			out = append(out, ProgrammeFigures{kind, f})
		}
	}
	return out, nil
}

// addSome adds the rows of some people.
func (f *Figures) addSome(b *Block, at region.Code, of people) {
	lanes := make([][]int, len(b.keys)) // by shape, made when it is first met
	lo, hi := b.villageRange(at)
	for v := lo; v < hi; v++ {
		for i := b.start[v]; i < b.start[v+1]; i++ {
			if !of.has(b.person[i]) {
				continue
			}
			shape := b.shape[i]
			if lanes[shape] == nil {
				lanes[shape] = []int{}
				for lane, d := range indicator.Counts() {
					if d.Holds(b.keys[shape]) {
						lanes[shape] = append(lanes[shape], lane)
					}
				}
			}
			for _, lane := range lanes[shape] {
				f.counts[lane]++
			}
			f.money += b.wageAt(i)
			f.Rows++
		}
	}
}

// onRolls are the people of every programme as sets, and the place's blocks.
func (s *Service) onRolls(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month, view View) (map[string]people, []*entry, []region.Code, error) {
	if !scope.Contains(at) {
		return nil, nil, nil, errNotFound
	}
	if s.programmes == nil {
		return nil, nil, nil, nil
	}
	ids, err := s.programmes.ProgrammePeople(ctx, nation, m.LastDay())
	if err != nil {
		return nil, nil, nil, err
	}
	rolls := make(map[string]people, len(ids))
	for kind, of := range ids {
		var p people
		for _, id := range of {
			p.add(uint32(id))
		}
		rolls[kind] = p
	}
	if err := s.Refresh(ctx); err != nil {
		return nil, nil, nil, err
	}
	counties := s.under(at)
	entries, err := s.load(ctx, counties, []calendar.Month{m}, view == AsKnown)
	return rolls, entries, counties, err
}

// ListProgramme is a stretch of the people of a place who are on a programme's
// rolls and count in an indicator, by person id after a given one; with
// without set it is those on the rolls who do not count.
func (s *Service) ListProgramme(ctx context.Context, scope region.Scope, kind string, d *indicator.Def, without bool, at region.Code, m calendar.Month, view View, after int64, limit int) (Page, error) {
	d = d.Members()
	if limit <= 0 || limit > maxPage || d.Kind == indicator.Move || d.Kind == indicator.Absorb {
		return Page{}, fault.New(fault.Invalid, "fault.invalid")
	}
	rolls, entries, _, err := s.onRolls(ctx, scope, at, m, view)
	if err != nil {
		return Page{}, err
	}
	on, ok := rolls[kind]
	if !ok {
		return Page{}, errNotFound
	}
	entries = slices.DeleteFunc(entries, func(e *entry) bool { return e.block == nil })
	of := indicator.MustGet("registered")
	if !without {
		of = d // the year's counts have the dead, flows those who are gone
	}
	return gather(entries, of, at, after, limit, func(b *Block, i int32) bool {
		return on.has(b.person[i]) && d.Holds(b.keys[b.shape[i]]) != without
	}), nil
}
