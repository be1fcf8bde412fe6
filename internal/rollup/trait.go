package rollup

import "wengang/internal/fact"

// Age bands of slices: band i ends below ageEnds[i-1], the last has no end;
// 0 is an unknown age. The borders are those of the working ages of the
// notices: 16, youth to 25, and women's and men's way into retirement.
var ageEnds = [...]int{16, 25, 35, 45, 50, 55, 60, 65}

// AgeBands is how many bands there are beside the unknown: codes 1 to AgeBands.
const AgeBands = len(ageEnds) + 1

// AgeBand is the band of an age in full years; 0 where the age is not known.
// Without a day of birth the age comes out beyond any person's.
func AgeBand(age int) int {
	if age < 0 || age > 150 {
		return 0
	}
	for i, end := range ageEnds {
		if age < end {
			return i + 1
		}
	}
	return AgeBands
}

// AgeRange is the first and last age of a band; last is -1 where it is open.
func AgeRange(band int) (first, last int) {
	if band > 1 {
		first = ageEnds[band-2]
	}
	if band > len(ageEnds) {
		return first, -1
	}
	return first, ageEnds[band-1] - 1
}

// trait is sex, age band, education, skill and industry of a person-month in
// one number of mixed radix: 2 bytes a row, the same in every block, so that a
// question about them is one table for the whole country. A code outside its
// list counts as not stated.
type trait uint16

// How many codes each part has, 0 included.
const (
	sexes      = 3
	bands      = AgeBands + 1
	educations = 7
	skills     = 6
	industries = 21
	traits     = sexes * bands * educations * skills * industries
)

var _ = [1]struct{}{}[traits/65536] // a trait fits in 16 bits

func traitOf(p *fact.PersonMonth) trait {
	part := func(code, n int) int {
		if code < 0 || code >= n {
			return 0
		}
		return code
	}
	t := part(p.Sex, sexes)
	t = t*bands + AgeBand(p.Age)
	t = t*educations + part(p.Education, educations)
	t = t*skills + part(p.Skill, skills)
	return trait(t*industries + part(p.Industry, industries))
}

func (t trait) industry() int  { return int(t) % industries }
func (t trait) skill() int     { return int(t) / industries % skills }
func (t trait) education() int { return int(t) / (industries * skills) % educations }
func (t trait) age() int       { return int(t) / (industries * skills * educations) % bands }
func (t trait) sex() int       { return int(t) / (industries * skills * educations * bands) }

// group is what a person-month belongs to beside its village: kinds, class and
// settlement. A block names its groups, a row the number of one.
type group struct {
	kinds      uint16
	class      uint8
	settlement int64
}

func groupOf(p *fact.PersonMonth) group {
	return group{kinds: uint16(p.Kinds & 0x7ff), class: uint8(ClassOf(p.Kinds, p.Flags)), settlement: p.Settlement}
}

// The population classes: everybody is in exactly one, where kinds overlap.
const (
	ClassNone      = 0 // no kind in force
	ClassPoor      = 1 // 脱贫户, not monitored
	ClassUnstable  = 2 // 脱贫不稳定户, risk not removed
	ClassEdge      = 3 // 边缘易致贫户, risk not removed
	ClassSudden    = 4 // 突发严重困难户, risk not removed
	ClassRiskGone  = 5 // monitored, risk removed
	ClassPrevented = 6 // 防止返贫致贫对象 alone
	ClassOther     = 9 // other rural labour
)

// Classes lists the population classes in their order on pages.
var Classes = []int{ClassPoor, ClassUnstable, ClassEdge, ClassSudden, ClassRiskGone, ClassPrevented, ClassOther, ClassNone}

// ClassOf is the population class of a person-month. Of several monitored
// kinds the gravest holds: sudden before edge before unstable.
func ClassOf(kinds uint32, flags fact.Flag) int {
	has := func(k int) bool { return kinds&(1<<k) != 0 }
	if flags&fact.Monitored != 0 {
		switch {
		case has(fact.KindSudden):
			return ClassSudden
		case has(fact.KindEdge):
			return ClassEdge
		case has(fact.KindUnstable):
			return ClassUnstable
		}
	}
	switch {
	case flags&fact.RiskGone != 0 || kinds&fact.MonitoredKinds != 0:
		return ClassRiskGone
	case has(fact.KindPoor):
		return ClassPoor
	case has(fact.KindPrevention):
		return ClassPrevented
	case kinds != 0:
		return ClassOther
	}
	return ClassNone
}
