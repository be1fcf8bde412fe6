package monthtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Lifelike writes people of the whole city with lives as they are: most go out
// after the Spring Festival and come home before it; wages go with distance.
// It is the ledger for looking at pages; Fill is the one for finding faults.
func Lifelike(t testing.TB, d *db.DB, n int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(8, 8))
	tree := region.National()
	var villages []region.Code
	for _, c := range tree.Counties(City) {
		all := tree.Villages(c)
		for i := 0; i < len(all); i += 9 {
			villages = append(villages, all[i])
		}
	}
	err := d.Tx(context.Background(), func(tx *db.Tx) error {
		w := writer{tx: tx, rng: rng}
		for id := int64(1); id <= int64(n); id++ {
			w.life(id, villages[rng.IntN(len(villages))])
		}
		return w.flush()
	})
	if err != nil {
		t.Fatal(err)
	}
}

var work = []struct {
	place   region.Code
	wage    int64
	percent int
}{{0, 240_000, 42}, {371502000000, 290_000, 10}, {370102000000, 420_000, 12}, {370202000000, 450_000, 8}, {370702000000, 400_000, 6},
	{110105000000, 510_000, 6}, {120101000000, 470_000, 5}, {320505000000, 500_000, 4}, {330106000000, 520_000, 3}, {440305000000, 540_000, 2},
	{130102000000, 430_000, 1}, {region.HongKong, 900_000, 1}}

func (w *writer) life(id int64, village region.Code) {
	rng := w.rng
	skill, willing, status := 1, 1, fact.StatusFarm
	if rng.IntN(100) < 42 {
		skill, willing, status = 3+rng.IntN(3), rng.IntN(3), 0
	}
	out, reason := 0, 0
	if rng.IntN(120) == 0 {
		out, reason = 20220110+rng.IntN(2)*10000+rng.IntN(11)*100, 1+rng.IntN(2)
	}
	w.persons.rows = append(w.persons.rows, []any{id, 1, int64(village), fmt.Sprintf("%s%s", []string{"王", "李", "张", "刘", "陈", "宋"}[rng.IntN(6)], []string{"秀英", "建国", "志强", "玉芬", "海燕", "文静", "长河"}[rng.IntN(7)]),
		19600101 + rng.IntN(40)*10000, []byte{1}, fmt.Appendf(nil, "%08d", id), "00**************27", skill, willing, 0, rng.IntN(12) / 11, status, 20211201, 0, out, reason, 0, 0})
	w.stays.rows = append(w.stays.rows, []any{id, 201501, int32(calendar.Open), int64(village)})
	kind := fact.KindPoor
	if rng.IntN(14) == 0 {
		kind = fact.KindEdge
	}
	w.kinds.rows = append(w.kinds.rows, []any{id, kind, 20200101, int(fact.Forever), 0})
	if skill > 1 || rng.IntN(100) < 18 {
		return
	}
	pick, p := rng.IntN(100), 0
	for pick -= work[0].percent; pick >= 0; pick -= work[p].percent {
		p++
	}
	start := calendar.Month(202110).Add(rng.IntN(6))
	for start < 202312 {
		end := calendar.Month(202301)
		if start > 202301 {
			end = 202401
		}
		away := rng.IntN(100) < 24 // comes home for the festival
		if !away || end > 202312 {
			end = calendar.Open
		}
		if rng.IntN(30) == 0 {
			end = start.Add(2 + rng.IntN(20))
		}
		w.stretch(id, village, start, end, p)
		if end == calendar.Open || rng.IntN(10) == 0 {
			return
		}
		start = end.Add(1 + rng.IntN(3))
	}
}

func (w *writer) stretch(id int64, village region.Code, from, to calendar.Month, p int) {
	rng := w.rng
	w.spell++
	at, channel := work[p].place, []int{1, 1, 1, 2, 2, 2, 3, 1, 2, 3}[rng.IntN(10)]
	if at == 0 {
		at, channel = village.At(region.County), []int{4, 5, 1, 2, 4, 5, 6, 7, 2, 1}[rng.IntN(10)]
	}
	wage := work[p].wage + int64(rng.IntN(120_000))
	if rng.IntN(19) == 0 {
		wage = -1
	}
	w.spells.rows = append(w.spells.rows, []any{id, w.spell, int32(from), int32(to), 0, 0})
	for k := 0; k < 3 && from.Add(k*12) <= min(to, 202312); k++ {
		if wage > 0 {
			wage += int64(k) * 18_000
		}
		w.terms.rows = append(w.terms.rows, []any{id, w.spell, int32(from.Add(k * 12)), wage, "厂", int64(at), 0, channel})
	}
	for m := max(from, 202310); m <= min(to, 202311); m = m.Add(1) {
		if rng.IntN(100) < 94 {
			w.seen.rows = append(w.seen.rows, []any{id, w.spell, int32(m), 1 + rng.IntN(3)})
		}
	}
}
