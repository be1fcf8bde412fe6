package rollup

import (
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// Members is the set of people behind a figure of a place and month. Its size
// equals the figure for every indicator but a mean and a total, whose set is
// the people they are made of.
func (s *Service) Members(ctx context.Context, scope region.Scope, d *indicator.Def, at region.Code, m calendar.Month, view View) (*roaring.Bitmap, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	d = d.Members()
	entries, err := s.entries(ctx, s.reach(d, at), m, view)
	if err != nil {
		return nil, err
	}
	set := roaring.New()
	for _, e := range entries {
		e.block.members(d, at, func(_ int, i int32) { set.Add(e.block.person[i]) })
	}
	return set, nil
}

// reach is where the rows of an indicator lie: for the workplace anywhere.
func (s *Service) reach(d *indicator.Def, at region.Code) region.Code {
	if d.Kind == indicator.Absorb {
		return region.Country
	}
	return at
}

// entries refreshes and loads the blocks of a place and month; only those with
// people are answered.
func (s *Service) entries(ctx context.Context, at region.Code, m calendar.Month, view View) ([]*entry, error) {
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	all, err := s.load(ctx, s.under(at), []calendar.Month{m}, view == AsKnown)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(e *entry) bool { return e.block == nil }), nil
}

// members calls f for every row of the block that counts at a place.
func (b *Block) members(d *indicator.Def, at region.Code, f func(village int, i int32)) {
	switch d.Kind {
	case indicator.Move:
		b.eachMover(func(m *mover, here, there bool) bool { return moves(d, m, here, there) }, at, f)
		return
	case indicator.Absorb:
		b.absorbed(d, at, f)
		return
	}
	hold := b.holding(d)
	lo, hi := b.villageRange(at)
	for v := lo; v < hi; v++ {
		for i := b.start[v]; i < b.start[v+1]; i++ {
			if hold[b.shape[i]] {
				f(v, i)
			}
		}
	}
	if d.Stay {
		b.eachMover(func(m *mover, here, there bool) bool { return here && there && !m.left && d.Moved(m.key) }, at, f)
	}
}

// holding says for every shape whether the indicator counts it.
func (b *Block) holding(d *indicator.Def) []bool {
	out := make([]bool, len(b.keys))
	for i, k := range b.keys {
		out[i] = d.Holds(k)
	}
	return out
}

// villageRange is the block's villages in a place, as positions.
func (b *Block) villageRange(at region.Code) (lo, hi int) {
	if at.Level() <= region.County {
		return 0, len(b.villages)
	}
	from, to := at.Range()
	lo, _ = slices.BinarySearch(b.villages, from)
	hi, _ = slices.BinarySearch(b.villages, to)
	return lo, hi
}

func (b *Block) eachMover(keep func(m *mover, here, there bool) bool, at region.Code, f func(int, int32)) {
	for k := range b.movers {
		m := &b.movers[k]
		if !keep(m, at.Contains(m.at), at.Contains(m.from)) {
			continue
		}
		if v, i := b.find(m.at, m.person); i >= 0 {
			f(v, i)
		}
	}
}

// absorbed calls f for the rows whose place of work lies in a place.
func (b *Block) absorbed(d *indicator.Def, at region.Code, f func(int, int32)) {
	if d.MidWest && !region.MidWest(b.County) {
		return
	}
	col := b.place
	if d.YearEnd {
		col = b.year
	}
	inside := make([]bool, len(b.places))
	some := false
	for p, code := range b.places {
		inside[p] = code != 0 && at.Contains(code)
		some = some || inside[p]
	}
	if !some {
		return
	}
	hold := b.holding(d)
	v := 0
	for i := range b.person {
		for int32(i) >= b.start[v+1] {
			v++
		}
		if inside[col[i]] && hold[b.shape[i]] {
			f(v, int32(i))
		}
	}
}

// Absorbed are the figures at the workplace of one place, by indicator id.
// Places of work reach to the county: below it there is nothing to tell, and
// the answer is empty.
func (s *Service) Absorbed(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month, view View) (map[string]int64, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	out := map[string]int64{}
	if at.Level() > region.County {
		return out, nil
	}
	entries, err := s.entries(ctx, region.Country, m, view)
	if err != nil {
		return nil, err
	}
	for _, d := range absorbDefs {
		out[d.ID] = 0
		for _, e := range entries {
			e.block.absorbed(d, at, func(int, int32) { out[d.ID]++ })
		}
	}
	return out, nil
}

var absorbDefs = kinds(func(d *indicator.Def) bool { return d.Kind == indicator.Absorb })

// Value answers one indicator of any kind at a place.
func (s *Service) Value(ctx context.Context, scope region.Scope, d *indicator.Def, at region.Code, m calendar.Month, view View) (Value, error) {
	if d.Kind != indicator.Absorb {
		f, err := s.Figures(ctx, scope, at, m, view)
		return f.Value(d), err
	}
	all, err := s.Absorbed(ctx, scope, at, m, view)
	if err != nil {
		return Value{}, err
	}
	n, ok := all[d.ID]
	return Value{Known: ok, N: n}, nil
}

// Member is one person behind a figure, as the month has them.
type Member struct {
	PersonID int64
	Village  region.Code
	Place    region.Code
	Class    int // of the place of work
	Channel  int
	WageFen  int64 // counted as income; -1 unknown or not working
	Flags    fact.Flag
}

// Page is a stretch of a list by person id.
type Page struct {
	Total   int
	Members []Member
	Next    int64 // ask again after this id; 0 at the end
}

// Narrow is a part of a list by place of work; its zero value is all of it.
type Narrow struct {
	To    region.Code // place of work at or below it
	Class int         // place class of the work; NoClass for none stated
	From  region.Code // origin: a county or above
}

// NoClass asks for people whose place of work is not stated.
const NoClass = -1

func (n Narrow) holds(b *Block, i int32) bool {
	if n.From != 0 && !n.From.Contains(b.County) {
		return false
	}
	if n.Class != 0 && indicator.ClassOf(b.keys[b.shape[i]]) != max(0, n.Class) {
		return false
	}
	return n.To == 0 || n.To.Contains(b.places[b.place[i]]) && b.place[i] != 0
}

// maxPage bounds what one question may read.
const maxPage = 10_000

// List is the list behind a figure, by person id after a given one; of several
// indicators it is everybody in any of them, once.
func (s *Service) List(ctx context.Context, scope region.Scope, defs []*indicator.Def, at region.Code, m calendar.Month, view View, only Narrow, after int64, limit int) (Page, error) {
	if !scope.Contains(at) {
		return Page{}, errNotFound
	}
	if limit <= 0 || limit > maxPage || len(defs) == 0 {
		return Page{}, fault.New(fault.Invalid, "fault.invalid")
	}
	seen := roaring.New()
	var found []spot
	for _, d := range defs {
		d = d.Members()
		entries, err := s.entries(ctx, s.reach(d, at), m, view)
		if err != nil {
			return Page{}, err
		}
		for _, e := range entries {
			e.block.members(d, at, func(v int, i int32) {
				if only.holds(e.block, i) && seen.CheckedAdd(e.block.person[i]) && int64(e.block.person[i]) > after {
					found = append(found, spot{e.block, v, i})
				}
			})
		}
	}
	return pageOf(found, int(seen.GetCardinality()), limit), nil
}

// pageOf is the first rows found, by person.
func pageOf(found []spot, total, limit int) Page {
	slices.SortFunc(found, func(a, b spot) int { return int(a.b.person[a.i]) - int(b.b.person[b.i]) })
	p := Page{Total: total}
	for k, f := range found {
		if k == limit {
			p.Next = p.Members[k-1].PersonID
			break
		}
		p.Members = append(p.Members, f.b.member(f.v, f.i))
	}
	return p
}

// spot is a row of a block.
type spot struct {
	b *Block
	v int
	i int32
}

func (b *Block) member(v int, i int32) Member {
	k := b.keys[b.shape[i]]
	m := Member{PersonID: int64(b.person[i]), Village: b.villages[v], Place: b.places[b.place[i]],
		Class: indicator.ClassOf(k), Channel: indicator.ChannelOf(k), WageFen: -1, Flags: fact.Flag(uint32(k))}
	if income.Holds(k) {
		m.WageFen = b.wageAt(i)
	}
	return m
}
