package rollup

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// checkSlice answers the query again, reading every row of the country and
// asking each condition of it, and compares cells, whole and list.
func (n *nationBlocks) checkSlice(a *benchAnswer, listed map[int64]map[region.Code]bool) error {
	q := a.sliced.Query
	var mu sync.Mutex
	cells, whole, members := map[[2]int64][]int64{}, make([]int64, indicator.Lanes()+2), 0
	var first []uint32
	parallel(len(n.blocks), func(i int) {
		local := scanBlock(n.blocks[i], &q, a, listed)
		mu.Lock()
		defer mu.Unlock()
		for k, s := range local.cells {
			if cells[k] == nil {
				cells[k] = make([]int64, len(s))
			}
			sumInto(cells[k], s)
		}
		sumInto(whole, local.whole)
		members += len(local.members)
		first = append(first, local.members...)
	})
	differs := fmt.Errorf("bench slice: %s where %v by %v differs from the scan", q.At, q.Where, q.By)
	if len(q.By) > 0 && len(cells) != len(a.sliced.Cells) || !slices.Equal(whole, formOf(&a.sliced.Whole)) {
		return differs
	}
	for i := range a.sliced.Cells {
		c := &a.sliced.Cells[i]
		var k [2]int64
		copy(k[:], c.Keys)
		if !slices.Equal(cells[k], formOf(c)) {
			return differs
		}
	}
	slices.Sort(first)
	if members != a.page.Total || len(a.page.Members) != min(50, members) {
		return fmt.Errorf("bench slice: list of %d, the scan finds %d", a.page.Total, members)
	}
	for i, m := range a.page.Members {
		if m.PersonID != int64(first[i]) {
			return errors.New("bench slice: the list differs from the scan")
		}
	}
	return nil
}

func sumInto(into, from []int64) {
	for i, n := range from {
		into[i] += n
	}
}

func formOf(c *SliceCell) []int64 { return append(slices.Clone(c.counts), c.money, int64(c.Rows)) }

// scanned is what the scan of one block finds.
type scanned struct {
	cells   map[[2]int64][]int64
	whole   []int64
	members []uint32
	tags    []int64 // of the village at hand
	one     []int64
}

func scanBlock(b *Block, q *Query, a *benchAnswer, listed map[int64]map[region.Code]bool) scanned {
	s := scanned{cells: map[[2]int64][]int64{}, whole: make([]int64, indicator.Lanes()+2), one: make([]int64, indicator.Lanes()+2)}
	for v, village := range b.villages {
		if !q.At.Contains(village) {
			continue
		}
		s.tags = nil
		if !slices.Contains(q.By, DimTag) && q.Where[DimTag] == nil {
			listed = nil
		}
		for k, at := range listed {
			for c := range at {
				if c.Contains(village) {
					s.tags = append(s.tags, k)
					break
				}
			}
		}
		for i := b.start[v]; i < b.start[v+1]; i++ {
			r := b.rowAt(v, i)
			s.row(&r, q, a)
		}
	}
	return s
}

func (s *scanned) row(r *row, q *Query, a *benchAnswer) {
	for d, want := range q.Where {
		if d == DimPlace {
			if !slices.ContainsFunc(want, func(c int64) bool { return region.Code(c).Contains(r.village) }) {
				return
			}
		} else if have := s.values(r, d, 0); !slices.ContainsFunc(want, func(v int64) bool { return slices.Contains(have, v) }) {
			return
		}
	}
	one := s.one
	clear(one)
	for lane, d := range indicator.Counts() {
		if d.Holds(r.key) {
			one[lane] = 1
		}
	}
	one[len(one)-2], one[len(one)-1] = r.wage, 1
	sumInto(s.whole, one)
	member := a.def.Holds(r.key)
	var first, second []int64
	switch {
	case len(q.By) == 0:
		if member {
			s.members = append(s.members, r.person)
		}
		return
	case len(q.By) == 1:
		first, second = s.values(r, q.By[0], q.level()), []int64{0}
	default:
		first, second = s.values(r, q.By[0], q.level()), s.values(r, q.By[1], q.level())
	}
	for _, x := range first {
		for _, y := range second {
			k := [2]int64{x, y}
			if s.cells[k] == nil {
				s.cells[k] = make([]int64, len(one))
			}
			sumInto(s.cells[k], one)
			if member && len(a.only.Cell) > 0 && a.only.Cell[0] == x && (len(a.only.Cell) == 1 || a.only.Cell[1] == y) {
				s.members = append(s.members, r.person)
			}
		}
	}
}

// values are the values of a dimension that a row has.
func (s *scanned) values(r *row, d Dim, l region.Level) []int64 {
	var n int
	switch d {
	case DimPlace:
		return []int64{int64(r.village.At(l))}
	case DimKind:
		var out []int64
		for k := range 11 {
			if r.group.kinds&(1<<k) != 0 {
				out = append(out, int64(k))
			}
		}
		if out != nil {
			return out
		}
	case DimClass:
		n = int(r.group.class)
	case DimSex:
		n = r.trait.sex()
	case DimAge:
		n = r.trait.age()
	case DimEducation:
		n = r.trait.education()
	case DimSkill:
		n = r.trait.skill()
	case DimIndustry:
		n = r.trait.industry()
	case DimChannel:
		n = indicator.ChannelOf(r.key)
	case DimPlaceClass:
		n = indicator.ClassOf(r.key)
	case DimSettlement:
		return []int64{r.group.settlement}
	case DimTag:
		if s.tags != nil {
			return s.tags
		}
	}
	return []int64{int64(n)}
}

// benchTraits gives an invented person what slices tell apart.
func benchTraits(rng *rand.Rand, p *fact.PersonMonth) {
	p.Sex, p.Age = 1+rng.IntN(2), 14+rng.IntN(60)
	p.Education, p.Skill = 1+rng.IntN(6), 1+rng.IntN(5)
	if p.Channel != 0 {
		p.Industry = 1 + rng.IntN(20)
	}
	if p.Flags&fact.Stable != 0 {
		p.StableMonths, p.MonthsWorked = 3+rng.IntN(9), 1+rng.IntN(11)
	}
	if p.Flags&fact.Monitored != 0 {
		p.Kinds |= 1 << (fact.KindUnstable + rng.IntN(3))
	}
	if rng.IntN(100) < 9 {
		p.Kinds |= 1 << (fact.KindLowIncome + rng.IntN(4))
	}
	if p.Settlement != 0 {
		p.Settlement = int64(p.Village.At(region.County))/1_000_000*10 + 1 + rng.Int64N(4)
	}
}
