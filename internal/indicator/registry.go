// Package indicator is the one registry of figures. An indicator is declared
// once: how it is counted, how it goes up the tree, in whose calibre, on which
// settings and which document it stands, and whose list lies behind it.
// Dashboard, targets, forms, verify and docs/indicators.md are derived from it.
package indicator

import (
	"fmt"
	"slices"

	"wengang/internal/calendar"
)

// Unit of a value.
type Unit string

// The units. A rate is kept as its two parts and shown in per cent.
const (
	Persons Unit = "person"
	Fen     Unit = "fen"
	Rate    Unit = "rate"
)

// Calibre says by which place people are counted (facts A039): the two are
// never added.
type Calibre string

// The calibres.
const (
	Origin    Calibre = "origin"    // 户籍地/输出地
	Workplace Calibre = "workplace" // 就业地/输入地
)

// Up says how a figure goes up the tree.
type Up string

// The ways up (design: semantics, Going up).
const (
	Sum     Up = "sum"     // counts of people by residence, money
	Union   Up = "union"   // distinct people, counted again at each level
	Last    Up = "last"    // a stock over time: the last month's value
	Derived Up = "derived" // recomputed from its parts, never added
)

// Kind says what a definition is made of.
type Kind uint8

// The kinds.
const (
	Count   Kind = iota // person-months for which one of Any holds
	Total               // wage of the person-months for which one of Any holds
	Ratio               // Num / Den
	Move                // movers across the place's border, for which one of Any holds
	Absorb              // person-months for which one of Any holds, at their place of work
	Combine             // Parts added and taken away; Any says who is behind it
)

// Goal is what an indicator says something about: the three aims of the
// notices (facts A025) and the base that they are measured on.
type Goal string

// The goals, in their order on pages.
const (
	Base   Goal = "base"    // 底数
	Keep   Goal = "keep"    // 稳存量
	Grow   Goal = "grow"    // 扩增量
	Better Goal = "quality" // 提质量
)

// Goals lists the goals in their order.
var Goals = []Goal{Base, Keep, Grow, Better}

// Part is one term of a Combine.
type Part struct {
	ID    string
	Minus bool
}

// Family groups indicators on pages and in the docs.
type Family string

// The families.
const (
	Population Family = "population"
	Work       Family = "work"
	Year       Family = "year"
	ByChannel  Family = "channel"
	Retained   Family = "retained"
	Added      Family = "added"
	Quality    Family = "quality"
	Duration   Family = "duration"
	Income     Family = "income"
	Settlement Family = "settlement"
	Flow       Family = "flow"
	Absorption Family = "absorption"
)

// Def declares one indicator. Its name stands in the catalogue under
// "indicator.<ID>", its calibre line under "indicator.<ID>.how".
type Def struct {
	ID       string
	Family   Family
	Goal     Goal
	Unit     Unit
	Calibre  Calibre
	Up       Up
	Kind     Kind
	Any      []Test
	Num, Den string // of a Ratio
	Parts    []Part // of a Combine
	Out      bool   // of a Move: those who left, not those who came
	Stay     bool   // of a Count: who moved inside the place counts too (Moved)
	MidWest  bool   // of an Absorb: only people of 中西部 origin
	YearEnd  bool   // of an Absorb: at the place of the year's latest work
	// SQL is the same count as a condition over person_month, written apart
	// from Any: verify counts again with it.
	SQL      string
	LeftSQL  string   // of an Out: the condition on the rows that movers leave behind
	Uses     []string // settings that make its calibre
	Citation string
	// Version grows when the words of the definition change: two versions are
	// two calibres of one name and never compared.
	Version   int
	Since     calendar.Month // first month in which it means something; 0 always
	Until     calendar.Month // last one; 0 always
	Facts     int            // version of the facts that it needs (fact.FactsVersion); 0 any
	List      string         // indicator whose members are the list behind it; "" its own
	Confirmed string         // of a headline: the same count of confirmed people only
	lane      int
	moved     Test
	left      Test
}

// Key of the catalogue for the name.
func (d *Def) Key() string { return "indicator." + d.ID }

// How is the catalogue key of the calibre line.
func (d *Def) How() string { return "indicator." + d.ID + ".how" }

// Lane is the position of a Count among the counts of a place, -1 for others.
func (d *Def) Lane() int { return d.lane }

// Members is the indicator whose people make the list behind this figure.
func (d *Def) Members() *Def {
	switch {
	case d.List != "":
		return MustGet(d.List)
	case d.Kind == Ratio:
		return MustGet(d.Num).Members()
	}
	return d
}

// In reports whether the definition holds in a month, counted from facts of a
// version.
func (d *Def) In(m calendar.Month, facts int) bool {
	return (d.Since == 0 || m >= d.Since) && (d.Until == 0 || m <= d.Until) && facts >= d.Facts
}

// Moved reports whether a person who moved between two villages of the place
// counts in a Stay indicator.
func (d *Def) Moved(k Key) bool { return d.Stay && d.moved.Holds(k) }

// Left reports whether a row that a mover left behind counts in an Out.
func (d *Def) Left(k Key) bool { return d.Out && d.left.Holds(k) }

// Holds reports whether a person-month with this key counts.
func (d *Def) Holds(k Key) bool {
	for _, t := range d.Any {
		if t.Holds(k) {
			return true
		}
	}
	return false
}

// goals are those of whole families; an entry may name another.
var goals = map[Family]Goal{Population: Base, Work: Keep, Year: Keep, ByChannel: Keep, Retained: Keep, Added: Grow,
	Quality: Better, Duration: Better, Income: Better, Settlement: Keep, Flow: Keep, Absorption: Keep}

var (
	all    []*Def
	byID   = map[string]*Def{}
	counts []*Def
	used   Key
)

func register(family Family, defs ...Def) {
	for i := range defs {
		d := &defs[i]
		d.Family = family
		if d.Calibre == "" {
			d.Calibre = Origin
		}
		if d.Goal == "" {
			d.Goal = goals[family]
		}
		if d.Version == 0 {
			d.Version = 1
		}
		if _, twice := byID[d.ID]; twice {
			panic("indicator declared twice: " + d.ID)
		}
		d.lane = -1
		if d.Kind == Count {
			d.lane = len(counts)
			counts = append(counts, d)
		}
		for _, t := range append([]Test{d.moved, d.left}, d.Any...) {
			used |= t.Mask
		}
		all = append(all, d)
		byID[d.ID] = d
	}
}

// All lists the registry in its order.
func All() []*Def { return slices.Clone(all) }

// OfGoal lists the indicators of a goal, in the registry's order.
func OfGoal(g Goal) []*Def {
	var out []*Def
	for _, d := range all {
		if d.Goal == g {
			out = append(out, d)
		}
	}
	return out
}

// Counts lists the indicators of kind Count by lane.
func Counts() []*Def { return counts }

// Lanes is how many counts a place has.
func Lanes() int { return len(counts) }

// Used is the part of a key that any indicator tests; the rest may be dropped.
func Used() Key { return used }

// Get finds an indicator by id.
func Get(id string) (*Def, bool) {
	d, ok := byID[id]
	return d, ok
}

// MustGet finds an indicator that the program itself names.
func MustGet(id string) *Def {
	d, ok := byID[id]
	if !ok {
		panic(fmt.Sprintf("no indicator %q", id))
	}
	return d
}
