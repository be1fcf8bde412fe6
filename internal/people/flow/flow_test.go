package flow

import (
	"math/rand/v2"
	"slices"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

const (
	countyA region.Code = 371522000000
	countyB region.Code = 371521000000
)

// TestBookMeetsItsStock: random lives, read naively day by day, against the
// book of every node and of periods of one to six months.
func TestBookMeetsItsStock(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	villages := []region.Code{371522103201, 371522103202, 371522104201, 371521103201, 371521104201, 440305001001}
	var lives []life
	for i := range 400 {
		l := life{id: int64(i + 1), in: calendar.DateOf(2022+r.IntN(2), 1+r.IntN(12), 1+r.IntN(28))}
		m := l.in.Month()
		for range 1 + r.IntN(4) {
			l.stays = append(l.stays, stay{since: m, until: calendar.Open, village: villages[r.IntN(len(villages))]})
			m = m.Add(1 + r.IntN(5))
		}
		for j := range l.stays[:len(l.stays)-1] {
			l.stays[j].until = l.stays[j+1].since.Add(-1)
		}
		l.village = l.stays[len(l.stays)-1].village
		if r.IntN(3) == 0 {
			l.out = calendar.DateOf(2022+r.IntN(2), 1+r.IntN(12), 1+r.IntN(28))
			l.why = []int{1, 2, 9}[r.IntN(3)]
		}
		if r.IntN(20) == 0 {
			l.merged = 1
		}
		if r.IntN(2) == 0 {
			l.papers = append(l.papers, Paper{ID: 1, Kind: Kinds[r.IntN(len(Kinds))], On: l.in})
		}
		lives = append(lives, l)
	}
	nodes := append([]region.Code{region.Country, 370000000000, 371500000000, countyA, countyB, 371522103000}, villages...)
	busy := 0
	for _, at := range nodes {
		var places []region.Code
		for _, v := range villages {
			if at.Level() == region.Village || !at.Contains(v) {
				continue
			}
			if c := v.At(at.Level() + 1); !slices.Contains(places, c) {
				places = append(places, c)
			}
		}
		for from := calendar.Month(202201); from <= 202312; from = from.Add(1) {
			for n := range 6 {
				b := book(lives, at, from, from.Add(n), places)
				open, end := 0, 0
				for i := range lives {
					if v := lives[i].on(from.Add(-1).LastDay()); v != 0 && at.Contains(v) {
						open++
					}
					if v := lives[i].on(from.Add(n).LastDay()); v != 0 && at.Contains(v) {
						end++
					}
				}
				l := &b.Total
				busy += l.In() + l.Out()
				if l.Opening != open || l.Closing != end || l.Opening+l.In()-l.Out() != l.Closing {
					t.Fatalf("%s %s+%d: %d + %d − %d = %d; the ledger has %d and %d", at, from, n, l.Opening, l.In(), l.Out(), l.Closing, open, end)
				}
				sum := [2]int{}
				for _, p := range b.Places {
					if p.Opening+p.In()-p.Out() != p.Closing {
						t.Fatalf("%s in %s: %d + %d − %d ≠ %d", p.Place, from, p.Opening, p.In(), p.Out(), p.Closing)
					}
					sum[0] += p.Opening
					sum[1] += p.In() - p.Out()
				}
				if len(places) > 0 && (sum[0] != l.Opening || sum[1] != l.In()-l.Out()) {
					t.Fatalf("%s: the places below do not make the total", at)
				}
			}
		}
	}
	if busy < 1000 {
		t.Fatalf("only %d events: the test is blind", busy)
	}
}
