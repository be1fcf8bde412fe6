package rollup

import (
	"cmp"
	"context"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// View says which of the two series is meant.
type View uint8

// The views.
const (
	AsClosed View = iota // forms, targets, assessment
	AsKnown              // analysis: closed months with the late facts applied
)

// Figures are all figures of one place and month in the calibre of origin.
type Figures struct {
	Region region.Code
	Month  calendar.Month
	Rows   int // person-months behind them; 0: there is nothing to show
	Closed bool
	// ClosedAt is when the last county of the place closed, in Unix millis.
	ClosedAt int64

	facts    int     // lowest version of the facts of its counties; 0 none noted
	counts   []int64 // by lane
	money    int64
	moves    map[string]int64
	stamps   map[region.Code]string // calibre per county with people
	counties map[region.Code]int    // rows per county
}

// Value is one figure. For a Rate the unit is one: Num / Den; a mean is in N,
// rounded to the fen, with its parts beside it. Known is false where there is
// nothing to count or to divide by.
type Value struct {
	Known    bool
	N        int64
	Num, Den int64
}

// Float is the value as a number: a rate between 0 and 1, else N.
func (v Value) Float() float64 {
	if v.Den != 0 {
		return float64(v.Num) / float64(v.Den)
	}
	return float64(v.N)
}

// Value of an indicator in the calibre of origin. Figures at the workplace
// (Kind Absorb) come from Service.Absorbed.
func (f *Figures) Value(d *indicator.Def) Value {
	if f.counts == nil || !d.In(f.Month, f.facts) {
		return Value{}
	}
	switch d.Kind {
	case indicator.Count:
		return Value{Known: f.Rows > 0, N: f.counts[d.Lane()]}
	case indicator.Total:
		return Value{Known: f.Rows > 0, N: f.money}
	case indicator.Move:
		if f.moves == nil {
			return Value{} // of a slice's cell
		}
		return Value{Known: f.Rows > 0, N: f.moves[d.ID]}
	case indicator.Ratio:
		a, b := f.Value(indicator.MustGet(d.Num)), f.Value(indicator.MustGet(d.Den))
		num, den := a.N, b.N
		if !a.Known || !b.Known || den == 0 {
			return Value{}
		}
		v := Value{Known: true, Num: num, Den: den, N: num}
		if d.Unit == indicator.Fen {
			v.N = (2*num + den) / (2 * den)
		}
		return v
	case indicator.Combine:
		v := Value{Known: f.Rows > 0}
		for _, p := range d.Parts {
			x := f.Value(indicator.MustGet(p.ID))
			if !x.Known {
				return Value{}
			}
			if p.Minus {
				x.N = -x.N
			}
			v.N += x.N
		}
		return v
	}
	return Value{}
}

// Confirmed is what stands beside a headline: of it, those whom village or
// workplace confirmed. N is their number, Num / Den the share. It is unknown
// for an indicator that declares no confirmed version of itself.
func (f *Figures) Confirmed(d *indicator.Def) Value {
	if d.Confirmed == "" {
		return Value{}
	}
	n, of := f.Value(indicator.MustGet(d.Confirmed)), f.Value(d)
	if !n.Known || !of.Known || of.N == 0 {
		return Value{}
	}
	return Value{Known: true, N: n.N, Num: n.N, Den: of.N}
}

// N is the value of an indicator that the program names, for sums.
func (f *Figures) N(id string) int64 { return f.Value(indicator.MustGet(id)).N }

// Figures of one place.
func (s *Service) Figures(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month, view View) (Figures, error) {
	all, err := s.Series(ctx, scope, at, m, 1, view)
	if err != nil {
		return Figures{}, err
	}
	return all[0], nil
}

// Series are the figures of a place in the n months up to last, oldest first.
func (s *Service) Series(ctx context.Context, scope region.Scope, at region.Code, last calendar.Month, n int, view View) ([]Figures, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	months := make([]calendar.Month, n)
	for i := range months {
		months[i] = last.Add(i - n + 1)
	}
	counties := s.under(at)
	entries, err := s.loadFor(ctx, at, counties, months, view == AsKnown)
	if err != nil {
		return nil, err
	}
	out := make([]Figures, n)
	for i, m := range months {
		f := newFigures(at, m)
		for c, county := range counties {
			f.add(entries[c*n+i], county, at)
		}
		out[i] = f
	}
	return out, nil
}

// Late is how many people's closed rows of a place's counties would now be
// others: what the view AsKnown differs by.
func (s *Service) Late(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) (people int, err error) {
	if !scope.Contains(at) {
		return 0, errNotFound
	}
	lo, hi := at.Range()
	if at.Level() > region.County {
		lo, hi = countyOf(at), countyOf(at)+1
	}
	err = s.db.Read.QueryRowContext(ctx, `SELECT COUNT(DISTINCT person_id) FROM adjustment
		WHERE county >= $1 AND county < $2 AND month = $3 AND settled_at = 0 AND batch_id NOT IN (SELECT batch_id FROM hidden_batch)`,
		int64(lo), int64(hi), int32(m)).Scan(&people)
	return people, s.db.Dialect.Fault(err)
}

// At are the figures of several places in one month, in their order; all must
// lie in the scope.
func (s *Service) At(ctx context.Context, scope region.Scope, places []region.Code, m calendar.Month, view View) ([]Figures, error) {
	for _, p := range places {
		if !scope.Contains(p) {
			return nil, errNotFound
		}
	}
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	out := make([]Figures, len(places))
	for i, p := range places {
		counties := s.under(p)
		entries, err := s.loadFor(ctx, p, counties, []calendar.Month{m}, view == AsKnown)
		if err != nil {
			return nil, err
		}
		f := newFigures(p, m)
		for c, county := range counties {
			f.add(entries[c], county, p)
		}
		out[i] = f
	}
	return out, nil
}

func newFigures(at region.Code, m calendar.Month) Figures {
	return Figures{Region: at, Month: m, Closed: true, counts: make([]int64, indicator.Lanes()), moves: map[string]int64{},
		stamps: map[region.Code]string{}, counties: map[region.Code]int{}}
}

// add adds a county's part of a place.
func (f *Figures) add(e *entry, county, at region.Code) {
	f.note(e, county, at)
	if e == nil || e.block == nil {
		return
	}
	b := e.block
	counts, money, rows := b.node(at)
	for i, n := range counts {
		f.counts[i] += int64(n)
	}
	f.money += money
	f.Rows += rows
	for i := range b.movers {
		f.move(&b.movers[i], at)
	}
}

// note takes down what is known of a county's month beside its counts.
func (f *Figures) note(e *entry, county, at region.Code) {
	if e == nil || e.block == nil {
		f.Closed = false
		return
	}
	f.Closed, f.ClosedAt = f.Closed && !e.open, max(f.ClosedAt, e.at)
	f.stamps[county] = e.stamp
	if v := fact.VersionOf(e.stamp); f.facts == 0 || v < f.facts {
		f.facts = v
	}
	_, _, f.counties[county] = e.block.node(at)
}

// node is the part of the block that lies in a place.
func (b *Block) node(at region.Code) (counts []int32, money int64, rows int) {
	switch at.Level() {
	case region.Village:
		v, ok := slices.BinarySearch(b.villages, at)
		if !ok {
			return nil, 0, 0
		}
		b.eachVillage(v, v+1, func(_ int, c []int32, fen int64) { counts, money = c, fen })
		return counts, money, int(b.start[v+1] - b.start[v])
	case region.Town:
		t, ok := slices.BinarySearchFunc(b.towns, at, func(n node, c region.Code) int { return cmp.Compare(n.code, c) })
		if !ok {
			return nil, 0, 0
		}
		return b.towns[t].counts, b.towns[t].money, b.towns[t].rows
	}
	return b.total.counts, b.total.money, b.total.rows
}

var (
	moveDefs = kinds(func(d *indicator.Def) bool { return d.Kind == indicator.Move })
	stayDefs = kinds(func(d *indicator.Def) bool { return d.Stay && d.Kind == indicator.Count })
)

func kinds(keep func(*indicator.Def) bool) []*indicator.Def {
	var out []*indicator.Def
	for _, d := range indicator.All() {
		if keep(d) {
			out = append(out, d)
		}
	}
	return out
}

// move counts a mover at a place: across its border as a move, within it as
// whatever else changed.
func (f *Figures) move(m *mover, at region.Code) {
	here, there := at.Contains(m.at), at.Contains(m.from)
	for _, d := range moveDefs {
		if moves(d, m, here, there) {
			f.moves[d.ID]++
		}
	}
	if here && there && !m.left {
		for _, d := range stayDefs {
			if d.Moved(m.key) {
				f.counts[d.Lane()]++
			}
		}
	}
}

// moves reports whether a mover crosses the border of a place in the sense of
// the indicator. A row that was left behind counts the way out of the county,
// an arrival the way out of another village of the same county.
func moves(d *indicator.Def, m *mover, here, there bool) bool {
	switch {
	case m.left:
		return d.Out && here && !there && d.Left(m.key)
	case d.Out:
		return !here && there && countyOf(m.at) == countyOf(m.from) && d.Holds(m.key)
	}
	return here && !there && d.Holds(m.key)
}
