package rollup

import (
	"math/big"
	"slices"
)

// Allot splits a whole number into parts in proportion to exact weights, by
// largest remainder: the answer adds up to total, and no part is further than
// one from its exact value. Weights may be negative; exactly one thing is asked
// of them, that they do not sum to zero. With a sum of zero all parts are 0.
func Allot(total int64, weights []*big.Rat) []int64 {
	sum := new(big.Rat)
	for _, w := range weights {
		sum.Add(sum, w)
	}
	if sum.Sign() == 0 {
		return make([]int64, len(weights))
	}
	exact := make([]*big.Rat, len(weights))
	for i, w := range weights {
		exact[i] = new(big.Rat).Quo(new(big.Rat).Mul(w, new(big.Rat).SetInt64(total)), sum)
	}
	return Settle(total, exact)
}

// Settle rounds exact parts to whole numbers that add up to total: all are
// rounded down, and what is missing goes to the largest remainders, the first
// of equal ones first. The sum of the parts may differ from total by the
// rounding of total itself.
func Settle(total int64, exact []*big.Rat) []int64 {
	out := make([]int64, len(exact))
	if len(exact) == 0 {
		return out
	}
	rest := make([]*big.Rat, len(exact))
	order := make([]int, len(exact))
	missing := total
	for i, x := range exact {
		down := new(big.Int).Div(x.Num(), x.Denom()) // Euclidean with a positive divisor: towards −∞
		out[i], order[i] = down.Int64(), i
		rest[i] = new(big.Rat).Sub(x, new(big.Rat).SetInt(down))
		missing -= out[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return rest[b].Cmp(rest[a]) })
	n := int64(len(exact))
	for k := int64(0); missing > 0; k, missing = k+1, missing-1 {
		out[order[k%n]]++
	}
	for k := int64(0); missing < 0; k, missing = k+1, missing+1 {
		out[order[n-1-k%n]]--
	}
	return out
}

// Shares are the parts of a change in tenths of a per cent of it: they add up
// to 1000. Where nothing changed altogether there are none.
func Shares(deltas []int64) []int64 {
	weights := make([]*big.Rat, len(deltas))
	var sum int64
	for i, d := range deltas {
		weights[i] = new(big.Rat).SetInt64(d)
		sum += d
	}
	if sum == 0 {
		return nil
	}
	return Allot(1000, weights)
}
