package rollup

import (
	"context"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// Stock is a stock whose flows the registry counts: 期初 + 流入 − 流出 = 期末
// (facts A025, A177).
type Stock string

// The stocks.
const (
	OfWorking    Stock = "working"    // 在岗务工
	OfRegistered Stock = "registered" // 脱贫人口（含监测对象）
)

// Stocks lists them in their order on pages.
var Stocks = []Stock{OfWorking, OfRegistered}

// stockFlows are the indicators of what came to a stock and what left it.
var stockFlows = map[Stock]struct{ in, out []string }{
	OfWorking: {in: []string{"new_work", "entered_working", "moved_in_working"},
		out: []string{"left_work", "gone_working", "died_working", "moved_out_working"}},
	OfRegistered: {in: []string{"entered", "moved_in"}, out: []string{"gone", "died", "moved_out"}},
}

// Flow is one term of an identity.
type Flow struct {
	Def *indicator.Def
	N   int64
}

// Identity is a stock's way from the end of the month before From to the end
// of To. Start + the sum of In − the sum of Out − End is Gap, and Gap is 0
// wherever all counties of the place have records from the start on.
type Identity struct {
	Stock      Stock
	At         region.Code
	From, To   calendar.Month
	Known      bool // both ends have records
	Start, End int64
	In, Out    []Flow
	// Since is the stock of counties whose records begin within the time: it was
	// there and nobody had counted it.
	Since int64
}

// Gap is what the flows leave unexplained.
func (x *Identity) Gap() int64 { return x.Start + x.Net() - x.End }

// Net is what came minus what left.
func (x *Identity) Net() int64 {
	n := x.Since
	for _, f := range x.In {
		n += f.N
	}
	for _, f := range x.Out {
		n -= f.N
	}
	return n
}

func newIdentity(st Stock, was *Figures) Identity {
	x := Identity{Stock: st, At: was.Region, From: was.Month.Add(1), To: was.Month, Known: was.Rows > 0, Start: was.N(string(st)), End: was.N(string(st))}
	for _, id := range stockFlows[st].in {
		x.In = append(x.In, Flow{Def: indicator.MustGet(id)})
	}
	for _, id := range stockFlows[st].out {
		x.Out = append(x.Out, Flow{Def: indicator.MustGet(id)})
	}
	return x
}

// then goes on by a month: is follows was.
func (x *Identity) then(was, is *Figures) {
	x.To, x.End = is.Month, is.N(string(x.Stock))
	x.Known = x.Known && is.Rows > 0
	rest := is.N(string(x.Stock)) - was.N(string(x.Stock))
	for i := range x.In {
		n := is.Value(x.In[i].Def).N
		x.In[i].N, rest = x.In[i].N+n, rest-n
	}
	for i := range x.Out {
		n := is.Value(x.Out[i].Def).N
		x.Out[i].N, rest = x.Out[i].N+n, rest+n
	}
	for c := range is.counties {
		if _, had := was.counties[c]; !had {
			x.Since += rest
			break
		}
	}
}

// Between is the identity of two following months.
func Between(st Stock, was, is *Figures) Identity {
	x := newIdentity(st, was)
	x.then(was, is)
	return x
}

// Identities are a stock's identities at a place month by month from a month
// to another, at most 36 of them, and the one over the whole time: for a year
// from January. Moves within the place are neither in nor out of any of them.
func (s *Service) Identities(ctx context.Context, scope region.Scope, st Stock, at region.Code, from, to calendar.Month, view View) (months []Identity, whole Identity, err error) {
	n := to.Sub(from) + 1
	if _, ok := stockFlows[st]; !ok || n < 1 || n > 36 {
		return nil, whole, fault.New(fault.Invalid, "fault.invalid")
	}
	series, err := s.Series(ctx, scope, at, to, n+1, view)
	if err != nil {
		return nil, whole, err
	}
	whole = newIdentity(st, &series[0])
	for i := 1; i < len(series); i++ {
		months = append(months, Between(st, &series[i-1], &series[i]))
		whole.then(&series[i-1], &series[i])
	}
	return months, whole, nil
}
