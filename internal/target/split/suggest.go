package split

import (
	"math/bits"
	"sort"
	"strconv"
	"strings"

	"wengang/internal/region"
)

// Methods of a suggestion.
const (
	ByPopulation = "population"  // 脱贫人口
	ByAble       = "able"        // 有劳动能力和就业意愿
	ByLastDone   = "last_done"   // each keeps its share of what was done last year
	ByLastTarget = "last_target" // every last target grows at the same rate
)

// Methods lists them in the order of the page.
func Methods() []string { return []string{ByPopulation, ByAble, ByLastDone, ByLastTarget} }

// Basis is what is known of a place below; -1 is unknown.
type Basis struct {
	Region     region.Code
	Registered int64
	Able       int64
	LastDone   int64
	LastTarget int64
	SoFar      int64
}

// Weight is a place's part in a method; 0 where nothing is known.
func (b *Basis) Weight(method string) int64 {
	n := map[string]int64{ByPopulation: b.Registered, ByAble: b.Able, ByLastDone: b.LastDone, ByLastTarget: b.LastTarget}[method]
	return max(n, 0)
}

// Share divides total by weights with the largest remainders, so that the parts
// add up to it exactly; of equal remainders the first gets more. It answers nil
// where no weight is above zero. Neither total nor a weight is negative.
func Share(total int64, weights []int64) []int64 {
	var sum uint64
	for _, w := range weights {
		sum += uint64(w)
	}
	if sum == 0 {
		return nil
	}
	out, left := make([]int64, len(weights)), total
	rest := make([]uint64, len(weights))
	order := make([]int, len(weights))
	for i, w := range weights {
		hi, lo := bits.Mul64(uint64(total), uint64(w)) // total × w < total × sum: the quotient fits
		q, r := bits.Div64(hi, lo, sum)
		out[i], rest[i], order[i] = int64(q), r, i
		left -= int64(q)
	}
	sort.SliceStable(order, func(a, b int) bool { return rest[order[a]] > rest[order[b]] })
	for _, i := range order[:left] {
		out[i]++
	}
	return out
}

// Suggest fills a split by a method: the whole in parts of the last printed
// digit, then each 其中 item in proportion to the whole. It answers false where
// the method knows no place.
func Suggest(s *Split, p *Parent, basis []Basis, method string) bool {
	unit := s.Tick()
	weights := make([]int64, len(basis))
	for i := range basis {
		weights[i] = basis[i].Weight(method)
	}
	whole := Share(p.Row.Value/unit, weights)
	if whole == nil {
		return false
	}
	s.Method = method
	columns := [][]int64{whole}
	for _, x := range p.Parts {
		columns = append(columns, Share(x.Value/unit, whole))
	}
	for part, column := range columns {
		for i := range column {
			at := basis[i].Region
			r := s.row(part, at)
			if r == nil {
				s.Rows = append(s.Rows, Row{Part: part, Region: at})
				r = &s.Rows[len(s.Rows)-1]
			}
			r.Printed = printTicks(column[i], s.Decimals)
		}
	}
	return true
}

// ticks reads a number with at most so many decimals as a count of its last
// digit.
func ticks(printed string, decimals int) (int64, bool) {
	whole, frac, dot := strings.Cut(strings.TrimSpace(printed), ".")
	frac = strings.TrimRight(frac, "0")
	if whole == "" || len(whole) > 11 || len(frac) > decimals || dot && strings.HasSuffix(printed, ".") {
		return 0, false
	}
	for _, c := range whole + frac {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", decimals-len(frac)), 10, 64)
	return n, err == nil
}

func printTicks(n int64, decimals int) string {
	s := strconv.FormatInt(n, 10)
	if decimals == 0 {
		return s
	}
	if len(s) <= decimals {
		s = strings.Repeat("0", decimals-len(s)+1) + s
	}
	return s[:len(s)-decimals] + "." + s[len(s)-decimals:]
}
