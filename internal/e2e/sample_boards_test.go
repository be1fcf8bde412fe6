package e2e

import (
	"context"
	"testing"

	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
)

// explained are the figures whose change is held against the truth.
var explained = []string{"working", "worked_year", "stable", "jobless", "registered", "monitored_working"}

// boards: the change of every headline against the month and the year before,
// at every level, is that of the truth, child by child; causes and effects add
// up to it, and each cause has as many people.
func (w *world) boards(t *testing.T) {
	ctx := context.Background()
	index := map[string]int{}
	for i, f := range w.truth.Fields {
		index[f] = i
	}
	last := len(w.truth.Months) - 1
	now := w.sums(last)
	village := region.Code(371522101200)
	for _, at := range []region.Code{region.Country, 370000000000, 371500000000, 371522000000, village.At(region.Town), village} {
		var children []region.Code
		for _, p := range w.Tree().Children(at) {
			children = append(children, p.Code)
		}
		for _, back := range []int{1, 12} {
			was := w.sums(last - back)
			n := func(sums map[region.Code][]int64, place region.Code, id string) (sum int64) {
				for _, f := range same[id] {
					if sums[place] != nil {
						sum += sums[place][index[f]]
					}
				}
				return sum
			}
			q := rollup.Question{At: at, Children: children, Month: w.truth.Months[last], Back: back, By: rollup.ByPlace}
			for _, id := range explained {
				q.Def = indicator.MustGet(id)
				x, err := w.Rollup.ExplainOf(ctx, everywhere, q)
				if err != nil {
					t.Fatal(err)
				}
				if got, want := x.Whole.Delta(), n(now, at, id)-n(was, at, id); got != want {
					t.Errorf("%s %s since %d months: %d, truth %d", at, id, back, got, want)
				}
				deltas, sum := []int64{}, int64(0)
				for i := range x.Parts {
					p := &x.Parts[i]
					deltas, sum = append(deltas, p.Delta()), sum+p.Delta()
					if want := n(now, p.Region, id) - n(was, p.Region, id); p.Region != at && p.Delta() != want {
						t.Errorf("%s %s since %d months, %s: %d, truth %d", at, id, back, p.Region, p.Delta(), want)
					}
				}
				shares := int64(0)
				for _, s := range rollup.Shares(deltas) {
					shares += s
				}
				if sum != x.Whole.Delta() || sum != 0 && shares != 1000 {
					t.Errorf("%s %s since %d months: parts make %d of %d, shares %d", at, id, back, sum, x.Whole.Delta(), shares)
				}
				net := int64(0)
				for i, c := range rollup.Causes {
					if i < 3 {
						net += x.Whole.By[c]
					} else {
						net -= x.Whole.By[c]
					}
					if set := x.People[c]; set != nil && int64(set.GetCardinality()) != x.Whole.By[c] {
						t.Errorf("%s %s: %d people behind %s %d", at, id, set.GetCardinality(), c, x.Whole.By[c])
					}
				}
				if net != x.Whole.Delta() {
					t.Errorf("%s %s since %d months: causes make %d of %d", at, id, back, net, x.Whole.Delta())
				}
			}
			w.means(t, q, now, was, index)
		}
	}
}

// means: the effects on the mean income make the change of the truth's means.
func (w *world) means(t *testing.T, q rollup.Question, now, was map[region.Code][]int64, index map[string]int) {
	t.Helper()
	q.Def = indicator.MustGet("income_mean")
	x, err := w.Rollup.ExplainRatio(context.Background(), everywhere, q)
	if err != nil {
		t.Fatal(err)
	}
	mean := func(sums map[region.Code][]int64) int64 {
		if sums[q.At] == nil {
			return 0
		}
		sum, n := sums[q.At][index["wage_fen"]], sums[q.At][index["wage_n"]]
		if n == 0 {
			return 0
		}
		return (2*sum + n) / (2 * n)
	}
	if !x.FromV.Known || !x.ToV.Known {
		return
	}
	sum := int64(0)
	for i := range x.Parts {
		sum += x.Parts[i].Delta()
	}
	if want := mean(now) - mean(was); x.Delta() != want || sum != want {
		t.Errorf("%s mean since %d months: %d, effects %d, truth %d", q.At, q.Back, x.Delta(), sum, want)
	}
}
