package rollup

import (
	"context"
	"math/big"

	"wengang/internal/calendar"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// Effect is what one part does to a mean or a rate: its own value changed
// (Within), or its weight did (Mix: more people where the value is high or low).
// Both are in the unit of Whole; Within + Mix over all parts is the change.
type Effect struct {
	Region           region.Code
	Code             int // class or channel, where the split is not by place
	From, To         Value
	FromWeight       Value // share of the denominator
	ToWeight         Value
	Within, Mix      int64
	within, mix      *big.Rat
	fromShare, share *big.Rat
}

// Delta is what the part does altogether.
func (e *Effect) Delta() int64 { return e.Within + e.Mix }

// RatioExplanation takes the change of a mean (in fen) or a rate (in hundredths
// of a percentage point) apart. From and To are rounded as they are printed,
// and the effects add up to To − From exactly.
type RatioExplanation struct {
	From, To    int64
	FromV, ToV  Value
	Parts       []Effect
	Within, Mix int64 // sums over the parts
}

// Delta is the change as printed.
func (x *RatioExplanation) Delta() int64 { return x.To - x.From }

// ExplainsRatio reports whether ExplainRatio takes the indicator.
func ExplainsRatio(d *indicator.Def) bool {
	if d.Kind != indicator.Ratio || d.Calibre != indicator.Origin {
		return false
	}
	num, den := indicator.MustGet(d.Num), indicator.MustGet(d.Den)
	return (num.Kind == indicator.Count || num.Kind == indicator.Total) && den.Kind == indicator.Count && !num.Stay && !den.Stay
}

// fraction is numerator and denominator of one part in one month.
type fraction struct{ num, den int64 }

// ExplainRatio takes the change of a mean or a rate apart (Kitagawa's
// decomposition with the weights of both months): of part i with the value r
// and the share w of the denominator, Within = w̄ᵢ·Δrᵢ and
// Mix = (r̄ᵢ − R̄)·Δwᵢ. The sum is the change, exactly; it is then allotted to
// whole units by largest remainder, so that what is printed adds up as well. A
// part without people in one of the months acts by its weight alone. Known is
// false in FromV or ToV, and Parts empty, where a month has nothing to divide by.
func (s *Service) ExplainRatio(ctx context.Context, scope region.Scope, q Question) (RatioExplanation, error) {
	if !q.ok(scope) || !ExplainsRatio(q.Def) {
		return RatioExplanation{}, errNotFound
	}
	x := newExplainer(indicator.MustGet(q.Def.Den), q.At, q.Children)
	x.split(q.By)
	var sides [2][]fraction
	for i, m := range []calendar.Month{q.Base(), q.Month} {
		entries, err := s.entries(ctx, q.At, m, q.View)
		if err != nil {
			return RatioExplanation{}, err
		}
		sides[i] = x.fractions(entries, q.Def)
	}
	return decompose(q.Def, x.parts, sides[0], sides[1]), nil
}

func (x *explainer) fractions(entries []*entry, d *indicator.Def) []fraction {
	num, den := indicator.MustGet(d.Num), indicator.MustGet(d.Den)
	out := make([]fraction, len(x.parts))
	for _, e := range entries {
		b := e.block
		for side, def := range []*indicator.Def{num, den} {
			last, child := -1, 0
			b.members(def, x.at, func(v int, i int32) {
				if v != last && x.by == ByPlace {
					last, child = v, x.childOf(b.villages[v])
				}
				p := &out[x.partOf(child, b.keys[b.shape[i]])]
				switch {
				case side == 1:
					p.den++
				case def.Kind == indicator.Total:
					p.num += b.wageAt(i)
				default:
					p.num++
				}
			})
		}
	}
	return out
}

// scale is how many printed units one is: fen are whole, a rate is printed in
// hundredths of a percentage point.
func scale(d *indicator.Def) int64 {
	if d.Unit == indicator.Fen {
		return 1
	}
	return 10_000
}

func decompose(d *indicator.Def, parts []Part, was, now []fraction) RatioExplanation {
	var a, b fraction
	for i := range parts {
		a.num, a.den = a.num+was[i].num, a.den+was[i].den
		b.num, b.den = b.num+now[i].num, b.den+now[i].den
	}
	out := RatioExplanation{FromV: a.value(d), ToV: b.value(d)}
	if a.den == 0 || b.den == 0 {
		return out
	}
	unit := new(big.Rat).SetInt64(scale(d))
	out.From, out.To = round(mul(a.rat(), unit)), round(mul(b.rat(), unit))
	mean := half(a.rat(), b.rat())
	var exact []*big.Rat
	for i := range parts {
		if was[i] == (fraction{}) && now[i] == (fraction{}) {
			continue
		}
		e := Effect{Region: parts[i].Region, Code: parts[i].Code, From: was[i].value(d), To: now[i].value(d),
			FromWeight: share(was[i].den, a.den), ToWeight: share(now[i].den, b.den)}
		e.effects(was[i], now[i], a.den, b.den, mean)
		e.within, e.mix = mul(e.within, unit), mul(e.mix, unit)
		exact = append(exact, e.within, e.mix)
		out.Parts = append(out.Parts, e)
	}
	for i, n := range Settle(out.Delta(), exact) {
		e := &out.Parts[i/2]
		if i%2 == 0 {
			e.Within, out.Within = n, out.Within+n
		} else {
			e.Mix, out.Mix = n, out.Mix+n
		}
	}
	return out
}

func (e *Effect) effects(was, now fraction, fromDen, toDen int64, mean *big.Rat) {
	e.fromShare, e.share = big.NewRat(was.den, fromDen), big.NewRat(now.den, toDen)
	before, after := was.rat(), now.rat()
	if was.den == 0 {
		before = after
	}
	if now.den == 0 {
		after = before
	}
	// w̄·Δr is what the part's share of the value changed by, less the mix. So
	// said it also holds for a part with people in the numerator alone (who work
	// this year where nobody worked last year): they are no weight.
	change := new(big.Rat).Sub(big.NewRat(now.num, toDen), big.NewRat(was.num, fromDen))
	change.Sub(change, mul(mean, new(big.Rat).Sub(e.share, e.fromShare)))
	e.mix = mul(new(big.Rat).Sub(half(before, after), mean), new(big.Rat).Sub(e.share, e.fromShare))
	e.within = change.Sub(change, e.mix)
}

func (f fraction) rat() *big.Rat {
	if f.den == 0 {
		return new(big.Rat)
	}
	return big.NewRat(f.num, f.den)
}

func (f fraction) value(d *indicator.Def) Value {
	if f.den == 0 {
		return Value{}
	}
	v := Value{Known: true, Num: f.num, Den: f.den, N: f.num}
	if d.Unit == indicator.Fen {
		v.N = (2*f.num + f.den) / (2 * f.den)
	}
	return v
}

func share(part, whole int64) Value { return Value{Known: whole != 0, Num: part, Den: whole, N: part} }

func mul(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }

func half(a, b *big.Rat) *big.Rat { return mul(new(big.Rat).Add(a, b), big.NewRat(1, 2)) }

// round is to the nearest, halves away from zero; values here are not negative.
func round(x *big.Rat) int64 {
	n := new(big.Int).Mul(x.Num(), big.NewInt(2))
	n.Add(n, x.Denom())
	return n.Div(n, new(big.Int).Mul(x.Denom(), big.NewInt(2))).Int64()
}
