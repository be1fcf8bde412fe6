// Package split is 分解下达: a place's target is divided among the places below
// it, step by step down the tree. A draft is written by one person and signed
// with a document by another; then it is a table of targets like one that was
// imported, and the places below divide their rows in the same way (A047).
package split

import (
	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/target"
)

// State is where a decomposition stands.
type State string

// The states.
const (
	Draft     State = "draft"
	Review    State = "review"
	Force     State = "force"
	Replaced  State = "replaced"
	Withdrawn State = "withdrawn"
	Dropped   State = "dropped"
)

// Action leads from one state to another.
type Action string

// The actions. Replace happens to a version when the next one is signed.
const (
	Save     Action = "save"
	Submit   Action = "submit"
	Recall   Action = "recall"
	Drop     Action = "drop"
	Return   Action = "return"
	Sign     Action = "sign"
	Withdraw Action = "withdraw"
	Replace  Action = "replace"
)

type move struct {
	from State
	act  Action
	to   State
	need account.Permission
}

// moves are the whole life of a decomposition.
var moves = []move{
	{Draft, Save, Draft, account.TargetEdit},
	{Draft, Submit, Review, account.TargetEdit},
	{Draft, Drop, Dropped, account.TargetEdit},
	{Review, Recall, Draft, account.TargetEdit},
	{Review, Return, Draft, account.TargetSign},
	{Review, Sign, Force, account.TargetSign},
	{Force, Withdraw, Withdrawn, account.TargetSign},
	{Force, Replace, Replaced, account.TargetSign},
}

func find(from State, act Action) (move, bool) {
	for _, m := range moves {
		if m.from == from && m.act == act {
			return m, true
		}
	}
	return move{}, false
}

// need is the permission of an action, whatever the state.
func need(act Action) account.Permission {
	for _, m := range moves {
		if m.act == act {
			return m.need
		}
	}
	return account.TargetSign
}

// Rules of how the children's sum must stand to the parent's value.
const (
	Exact     = "="
	AtLeast   = ">="
	Tolerance = "~"
)

// Hand is who did something when.
type Hand struct {
	By   int64
	Name string
	At   int64 // Unix ms
}

// Split is one decomposition.
type Split struct {
	ID          int64
	Region      region.Code
	ParentTable int64
	Lineage     string
	Indicator   string
	Year        int
	Unit        string
	Decimals    int
	Rule        string
	BP          int // tolerance in basis points of the parent's value
	Method      string
	State       State
	DocNo       string
	DocDate     calendar.Date
	Reason      string // of a return or a withdrawal
	Replaces    int64  // table that stands until this one is signed
	TableID     int64  // as issued
	LockNo      int
	Created     Hand
	Saved       Hand
	Submitted   Hand
	Decided     Hand
	Rows        []Row
}

// Row is what one place below gets. Printed is a number in the unit with the
// decimals of the split, "" while nothing is entered.
type Row struct {
	Part    int // 0 the whole, 1… the 其中 items of the parent
	Region  region.Code
	Printed string
	Note    string
}

// Parent is what is divided, as it stands now.
type Parent struct {
	Table *target.Table
	Row   target.Row
	Parts []target.Row // 其中 items of the row
}

// Tick is how many persons (or things) the last printed digit is; 0 where the
// unit has no such digit.
func (s *Split) Tick() int64 { return tick(s.Unit, s.Decimals) }

func tick(unit string, decimals int) int64 {
	scale, ok := target.UnitScale(unit)
	if !ok || decimals < 0 {
		return 0
	}
	for range decimals {
		if scale%10 != 0 {
			return 0
		}
		scale /= 10
	}
	return scale
}

// row finds a place's entry.
func (s *Split) row(part int, at region.Code) *Row {
	for i := range s.Rows {
		if s.Rows[i].Part == part && s.Rows[i].Region == at {
			return &s.Rows[i]
		}
	}
	return nil
}

// Entered is a place's number as printed and in persons; -1 while none is.
func (s *Split) Entered(part int, at region.Code) (printed string, persons int64) {
	r := s.row(part, at)
	if r == nil || r.Printed == "" {
		return "", -1
	}
	n, ok := ticks(r.Printed, s.Decimals)
	if !ok {
		return r.Printed, -1
	}
	return r.Printed, n * s.Tick()
}

// Note is what stands beside a place.
func (s *Split) Note(at region.Code) string {
	if r := s.row(0, at); r != nil {
		return r.Note
	}
	return ""
}

// Sum is how a column stands to the parent's value, in persons.
type Sum struct {
	Part      int
	Name      string // of the 其中 item, "" for the whole
	Parent    int64
	Given     int64
	Remainder int64 // Parent − Given: positive is still to be given out
	Entered   int   // places with a number
	OK        bool
}

// Problem is why a split cannot be submitted; Key is a catalogue key.
type Problem struct {
	Key  string
	Args []any
	At   region.Code
}

// Check adds the columns up and tells what stands in the way.
func Check(s *Split, p *Parent, children []region.Code, name func(region.Code) string) ([]Sum, []Problem) {
	var problems []Problem
	sums := []Sum{{Parent: p.Row.Value}}
	for i, x := range p.Parts {
		sums = append(sums, Sum{Part: i + 1, Name: x.PartName, Parent: x.Value})
	}
	for _, c := range children {
		_, whole := s.Entered(0, c)
		if whole < 0 {
			problems = append(problems, Problem{Key: "target.split.blank", Args: []any{name(c)}, At: c})
		}
		for i := range sums {
			_, n := s.Entered(i, c)
			if n < 0 {
				continue
			}
			sums[i].Given += n
			sums[i].Entered++
			if i > 0 && n > max(whole, 0) {
				problems = append(problems, Problem{Key: "target.split.part_over", Args: []any{name(c), sums[i].Name}, At: c})
			}
		}
	}
	for i := range sums {
		x := &sums[i]
		x.Remainder = x.Parent - x.Given
		x.OK = Holds(s.Rule, s.BP, x.Parent, x.Given)
		if !x.OK {
			problems = append(problems, Problem{Key: "target.split.sum." + s.Rule, Args: []any{x.Name, target.Printed(x.Given, s.Unit, s.Decimals), target.Printed(x.Parent, s.Unit, s.Decimals), target.Printed(x.Remainder, s.Unit, s.Decimals)}})
		}
	}
	return sums, problems
}

// Holds reports that what was given out stands to the parent's value as the
// rule asks, both in persons.
func Holds(rule string, bp int, parent, given int64) bool {
	switch rule {
	case AtLeast:
		return given >= parent
	case Tolerance:
		d := given - parent
		return max(d, -d)*10000 <= int64(bp)*parent
	}
	return given == parent
}

var errNotFound = fault.NotFoundf("fault.notfound")
