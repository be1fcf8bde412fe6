// Package division applies changes of divisions by document: a place renamed,
// villages or towns merged, a village moved below another town. A change is
// drafted with its effect shown, applied from the first day of a month on and
// undone until that month closes. History before the month, and every locked
// form, stays with the codes that it had (semantics, Time).
package division

import (
	"wengang/internal/calendar"
	"wengang/internal/region"
)

// Kind of a change.
type Kind string

// The kinds. What touches counties comes with a new tree of the country.
const (
	Rename Kind = "rename" // one place gets another name
	Merge  Kind = "merge"  // places of one level become one of them, or a new one
	Move   Kind = "move"   // places go below another one and get new codes
)

// State of a change.
type State string

// The states.
const (
	Draft   State = "draft"
	Applied State = "applied"
	Undone  State = "undone"
	Dropped State = "dropped"
)

// Action moves a change.
type Action string

// The actions. Each needs account.SettingEdit over every place of the change.
const (
	ActApply Action = "apply"
	ActUndo  Action = "undo"
	ActDrop  Action = "drop"
)

// moves is the life of a change: from, action, to.
var moves = map[State]map[Action]State{
	Draft:   {ActApply: Applied, ActDrop: Dropped},
	Applied: {ActUndo: Undone},
	Undone:  {},
	Dropped: {},
}

// Next is the state after an action; ok is false where it is not possible.
func (s State) Next(a Action) (to State, ok bool) {
	to, ok = moves[s][a]
	return to, ok
}

// Ask is what a person enters.
type Ask struct {
	Kind  Kind
	From  []region.Code  // the places that change; one for Rename
	Into  region.Code    // Merge: the place that stays; 0 for a new one. Move: the place above
	Name  string         // Rename, Merge into a new place: the name
	Under region.Code    // Merge into a new place: the place above it
	Month calendar.Month // from its first day on
	DocNo string
	Note  string
}

// Step is what becomes of one place. From and To are equal for another name.
type Step struct {
	From region.Code `json:"from"`
	To   region.Code `json:"to"`
	Name string      `json:"name"` // of To from the month on
	New  bool        `json:"new"`  // To is a place of this change
}

// Change is one change of divisions.
type Change struct {
	ID        int64
	Kind      Kind
	Region    region.Code // the lowest place above all of it
	Month     calendar.Month
	DocNo     string
	Note      string
	Steps     []Step
	State     State
	People    int // who moved, once applied
	Version   int
	CreatedBy int64
	CreatedAt int64 // Unix milliseconds, as the others
	AppliedBy int64
	AppliedAt int64
	UndoneBy  int64
	UndoneAt  int64
}

// places are all codes of the steps.
func (c *Change) places() []region.Code {
	seen := map[region.Code]bool{}
	var out []region.Code
	for _, s := range c.Steps {
		for _, p := range []region.Code{s.From, s.To} {
			if !seen[p] {
				seen[p] = true
				out = append(out, p)
			}
		}
	}
	return out
}

// counties are those whose months the change touches: none for another name.
func (c *Change) counties() []region.Code {
	if c.Kind == Rename {
		return nil
	}
	seen := map[region.Code]bool{}
	var out []region.Code
	for _, p := range c.places() {
		if k := p.At(region.County); !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}
