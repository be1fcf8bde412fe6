package rollup

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/indicator"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// However odd the parts, shares add up to 100.0 % and lie within one tenth of
// the exact ones.
func TestSharesAddUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		deltas := make([]int64, 1+rng.IntN(40))
		var sum int64
		for i := range deltas {
			deltas[i] = rng.Int64N(2001) - 1000
			if rng.IntN(3) == 0 {
				deltas[i] = 0
			}
			sum += deltas[i]
		}
		got := Shares(deltas)
		if sum == 0 {
			if got != nil {
				t.Fatalf("%v has shares of nothing: %v", deltas, got)
			}
			continue
		}
		var all int64
		for i, s := range got {
			all += s
			if exact := float64(deltas[i]) / float64(sum) * 1000; float64(s) < exact-1.000001 || float64(s) > exact+1.000001 {
				t.Fatalf("share %d of %v is %d, exactly %f", i, deltas, s, exact)
			}
		}
		if all != 1000 {
			t.Fatalf("%v: shares %v make %d", deltas, got, all)
		}
	}
	if got := Shares([]int64{1, 1, 1}); fmt.Sprint(got) != "[334 333 333]" {
		t.Errorf("thirds: %v", got)
	}
}

// The effects on a mean add up to its change, before and after rounding.
func TestEffectsAddUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, id := range []string{"income_mean", "stable_share", "year_of_last"} {
		d := indicator.MustGet(id)
		for range 2000 {
			n := 1 + rng.IntN(30)
			parts, was, now := make([]Part, n), make([]fraction, n), make([]fraction, n)
			for i := range parts {
				for _, f := range []*fraction{&was[i], &now[i]} {
					if f.den = rng.Int64N(50); rng.IntN(4) == 0 {
						f.den = 0
					}
					if f.num = rng.Int64N(f.den + 1); d.Unit == indicator.Fen && f.den > 0 {
						f.num = rng.Int64N(f.den * 900_000)
					}
					if id == "year_of_last" { // who works this year need not have worked last year
						f.num = rng.Int64N(60)
					}
				}
			}
			x := decompose(d, parts, was, now)
			if !x.FromV.Known || !x.ToV.Known {
				continue
			}
			exact, sum := new(big.Rat), int64(0)
			for i := range x.Parts {
				e := &x.Parts[i]
				exact.Add(exact, e.within)
				exact.Add(exact, e.mix)
				sum += e.Delta()
			}
			want := new(big.Rat).Sub(big.NewRat(x.ToV.Num, x.ToV.Den), big.NewRat(x.FromV.Num, x.FromV.Den))
			if mul(want, new(big.Rat).SetInt64(scale(d))).Cmp(exact) != 0 {
				t.Fatalf("%s: effects make %s, the change is %s", id, exact.FloatString(6), want.FloatString(6))
			}
			if sum != x.Delta() || x.Within+x.Mix != sum {
				t.Fatalf("%s: printed effects make %d of %d", id, sum, x.Delta())
			}
		}
	}
}

var headlines = []string{"working", "worked_year", "stable", "jobless", "unverified", "registered", "monitored_working"}

func childrenOf(at region.Code) []region.Code {
	switch at {
	case region.Country:
		return []region.Code{370000000000, 410000000000}
	case monthtest.City:
		return []region.Code{monthtest.Neighbour, monthtest.County}
	case monthtest.County:
		return []region.Code{371522103000, 371522104000, 371522105000}
	case 371522103000:
		return monthtest.Villages[:2]
	}
	return nil
}

// Against the month and the year before, by place, class and channel, at every
// level: parts and causes add up, and the people behind a cause are as many.
func TestExplanationsAddUp(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	st, s := setUp(t, d, 3000)
	closeAll(t, st, 202209, 202311)
	places := []region.Code{region.Country, monthtest.City, monthtest.County, 371522103000, monthtest.Villages[0]}
	for _, at := range places {
		for _, m := range []calendar.Month{202310, 202311, 202312} {
			for _, id := range headlines {
				for _, back := range []int{1, 3, 12} {
					for _, by := range []Split{ByPlace, ByClass, ByChannel} {
						q := Question{Def: indicator.MustGet(id), At: at, Children: childrenOf(at), Month: m, Back: back, View: AsClosed, By: by}
						x, err := s.ExplainOf(ctx, nation, q)
						if err != nil {
							t.Fatal(err)
						}
						checkExplanation(t, s, q, &x)
					}
				}
			}
		}
	}
}

func checkExplanation(t *testing.T, s *Service, q Question, x *Explanation) {
	t.Helper()
	ctx := context.Background()
	where := fmt.Sprintf("%s %s %s since %s by %s", q.At, q.Month, q.Def.ID, q.Base(), q.By)
	now, _ := s.Figures(ctx, nation, q.At, q.Month, q.View)
	was, _ := s.Figures(ctx, nation, q.At, q.Base(), q.View)
	if x.Whole.From != was.Value(q.Def).N || x.Whole.To != now.Value(q.Def).N {
		t.Fatalf("%s: whole %d → %d, figures %d → %d", where, x.Whole.From, x.Whole.To, was.Value(q.Def).N, now.Value(q.Def).N)
	}
	sum := int64(0)
	for i := range x.Parts {
		sum += x.Parts[i].Delta()
		adds(t, where, &x.Parts[i])
	}
	if sum != x.Whole.Delta() {
		t.Errorf("%s: parts make %d of %d", where, sum, x.Whole.Delta())
	}
	adds(t, where, &x.Whole)
	for _, c := range Causes {
		n := uint64(0)
		if set := x.People[c]; set != nil {
			n = set.GetCardinality()
		}
		if int64(n) != x.Whole.By[c] {
			t.Errorf("%s: %d people behind %s %d", where, n, c, x.Whole.By[c])
		}
	}
	for i := range x.Parts { // drilling down shows the same change
		p := &x.Parts[i]
		if q.By != ByPlace || p.Region == q.At {
			continue
		}
		a, _ := s.Figures(ctx, nation, p.Region, q.Month, q.View)
		b, _ := s.Figures(ctx, nation, p.Region, q.Base(), q.View)
		if a.Value(q.Def).N-b.Value(q.Def).N != p.Delta() {
			t.Errorf("%s: %s has %d here and %d there", where, p.Region, p.Delta(), a.Value(q.Def).N-b.Value(q.Def).N)
		}
	}
}

func TestRatiosAddUp(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	st, s := setUp(t, d, 2500)
	closeAll(t, st, 202209, 202311)
	seen := 0
	for _, def := range indicator.All() {
		if !ExplainsRatio(def) {
			continue
		}
		for _, at := range []region.Code{region.Country, monthtest.City, monthtest.County, 371522103000, monthtest.Villages[0]} {
			for _, by := range []Split{ByPlace, ByClass, ByChannel} {
				for _, back := range []int{1, 12} {
					q := Question{Def: def, At: at, Children: childrenOf(at), Month: 202311, Back: back, By: by}
					x, err := s.ExplainRatio(ctx, nation, q)
					if err != nil {
						t.Fatal(err)
					}
					now, _ := s.Figures(ctx, nation, at, q.Month, AsClosed)
					was, _ := s.Figures(ctx, nation, at, q.Base(), AsClosed)
					if x.ToV != now.Value(def) || x.FromV != was.Value(def) {
						t.Fatalf("%s %s: %+v → %+v, figures %+v → %+v", at, def.ID, x.FromV, x.ToV, was.Value(def), now.Value(def))
					}
					sum := int64(0)
					for i := range x.Parts {
						sum += x.Parts[i].Delta()
					}
					if sum != x.Delta() {
						t.Errorf("%s %s by %s since %s: effects make %d of %d", at, def.ID, by, q.Base(), sum, x.Delta())
					}
					seen++
				}
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d were looked at", seen)
	}
}

// What an explanation refuses: flows, the workplace, no span, another scope.
func TestExplainRefuses(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	_, s := setUp(t, d, 100)
	ok := Question{Def: indicator.MustGet("working"), At: monthtest.County, Month: 202311, Back: 1}
	for name, change := range map[string]func(*Question){
		"a flow":        func(q *Question) { q.Def = indicator.MustGet("new_work") },
		"the workplace": func(q *Question) { q.Def = indicator.MustGet("absorbed") },
		"no span":       func(q *Question) { q.Back = 0 },
		"above":         func(q *Question) { q.At = monthtest.City },
		"the neighbour": func(q *Question) { q.At = monthtest.Neighbour },
	} {
		q := ok
		change(&q)
		if _, err := s.ExplainOf(ctx, region.ScopeOf(monthtest.County), q); err == nil {
			t.Errorf("%s: explained", name)
		}
		if _, err := s.ExplainRatio(ctx, region.ScopeOf(monthtest.County), q); err == nil {
			t.Errorf("%s: explained as a ratio", name)
		}
	}
}

// 吸纳 against an earlier month: the difference of the two figures, or why not.
func TestAbsorbedCompares(t *testing.T) {
	ctx := context.Background()
	d := testkit.SQLite(t)
	st, s := setUp(t, d, 2500)
	closeAll(t, st, 202209, 202311)
	for _, at := range []region.Code{region.Country, 370000000000, monthtest.City, monthtest.County} {
		for _, base := range []calendar.Month{202310, 202211, 202108} {
			changes, err := s.CompareAbsorbed(ctx, nation, at, 202311, base, AsClosed)
			if err != nil {
				t.Fatal(err)
			}
			now, _ := s.Absorbed(ctx, nation, at, 202311, AsClosed)
			was, _ := s.Absorbed(ctx, nation, at, base, AsClosed)
			for id, c := range changes {
				switch {
				case c.OK && (base < 202209 || c.Abs != now[id]-was[id] || was[id] == 0):
					t.Errorf("%s %s since %s: %+v of %d and %d", at, id, base, c, was[id], now[id])
				case !c.OK && c.Key == "":
					t.Errorf("%s %s since %s: no reason", at, id, base)
				}
			}
			if base >= 202209 && now["absorbed"] > 0 && was["absorbed"] > 0 && !changes["absorbed"].OK {
				t.Errorf("%s since %s: %+v", at, base, changes["absorbed"])
			}
		}
	}
	if _, err := s.CompareAbsorbed(ctx, region.ScopeOf(monthtest.County), monthtest.City, 202311, 202310, AsClosed); err == nil {
		t.Error("compared above the scope")
	}
}
