package report

import (
	"slices"

	"wengang/internal/account"
	"wengang/internal/region"
)

// State of a form.
type State string

// The states. From filled to approved the unit signs a version that is frozen
// but not yet submitted; sentback is a draft with remarks from within the unit,
// returned one with remarks from the level above.
const (
	Draft     State = "draft"
	Sentback  State = "sentback"
	Returned  State = "returned"
	Filled    State = "filled"
	Reviewed  State = "reviewed"
	Approved  State = "approved"
	Submitted State = "submitted"
	Accepted  State = "accepted"
	Locked    State = "locked"
)

// States in the order of a form's life.
var States = []State{Draft, Sentback, Returned, Filled, Reviewed, Approved, Submitted, Accepted, Locked}

// Action moves a form.
type Action string

// The actions.
const (
	Fill    Action = "fill"    // 填表送审: freezes a version
	Review  Action = "review"  // 审核
	Approve Action = "approve" // 分管
	Sign    Action = "sign"    // 主要负责人: submits
	Submit  Action = "submit"  // of a unit whose chain is the filler alone
	Recall  Action = "recall"  // the filler takes it back before the next signature
	Back    Action = "back"    // a signer sends it back within the unit
	Change  Action = "change"  // a cell is corrected while it is being signed
	Return  Action = "return"
	Accept  Action = "accept"
	Lock    Action = "lock"

	// Reopen moves nothing: it is the mark that a month was opened again.
	Reopen Action = "reopen"
)

// Actions that move a form.
var Actions = []Action{Fill, Review, Approve, Sign, Submit, Recall, Back, Change, Return, Accept, Lock}

// who may take a step.
type who uint8

const (
	filler who = iota + 1 // fills the unit's forms
	turn                  // is named for the next signature
	above                 // reviews for the level above
)

// step is one line of the life cycle.
type step struct {
	From   State
	Action Action
	To     State
	Who    who
}

// life is the whole life cycle. Which of the signing steps comes next is the
// unit's chain; the last one submits. The level above returns with remarks or
// accepts; it locks, at the latest when it submits its own form.
var life = []step{
	{Draft, Fill, Filled, filler},
	{Sentback, Fill, Filled, filler},
	{Returned, Fill, Filled, filler},
	{Draft, Submit, Submitted, filler},
	{Sentback, Submit, Submitted, filler},
	{Returned, Submit, Submitted, filler},
	{Filled, Review, Reviewed, turn},
	{Filled, Approve, Approved, turn},
	{Filled, Sign, Submitted, turn},
	{Reviewed, Approve, Approved, turn},
	{Reviewed, Sign, Submitted, turn},
	{Approved, Sign, Submitted, turn},
	{Filled, Recall, Draft, filler},
	{Filled, Change, Draft, filler},
	{Reviewed, Change, Draft, filler},
	{Approved, Change, Draft, filler},
	{Filled, Back, Sentback, turn},
	{Reviewed, Back, Sentback, turn},
	{Reviewed, Back, Filled, turn},
	{Approved, Back, Sentback, turn},
	{Approved, Back, Filled, turn},
	{Approved, Back, Reviewed, turn},
	{Submitted, Return, Returned, above},
	{Submitted, Accept, Accepted, above},
	{Accepted, Return, Returned, above},
	{Accepted, Lock, Locked, above},
}

// stepOf finds the line of an action, or false where the state does not allow
// it. Of the ways back it finds the one to the filler; stepTo names another.
func stepOf(from State, a Action) (step, bool) {
	i := slices.IndexFunc(life, func(s step) bool { return s.From == from && s.Action == a })
	if i < 0 {
		return step{}, false
	}
	return life[i], true
}

func stepTo(from State, a Action, to State) (step, bool) {
	i := slices.IndexFunc(life, func(s step) bool { return s.From == from && s.Action == a && s.To == to })
	if i < 0 {
		return step{}, false
	}
	return life[i], true
}

// Open reports a state in which the unit still works on the cells.
func (s State) Open() bool { return s == Draft || s == Returned || s == Sentback || s == "" }

// Signing reports a frozen version on its way through the unit.
func (s State) Signing() bool { return s == Filled || s == Reviewed || s == Approved }

// Sent reports a form that the level above holds.
func (s State) Sent() bool { return s == Submitted || s == Accepted || s == Locked }

func (s State) open() bool { return s.Open() }

// Can reports whether the caller's permission reaches an action on a unit's
// form now. A signature needs the unit's word beside it: being named for the
// step (Store.Course).
func Can(by account.Caller, at region.Code, state State, a Action) bool {
	st, ok := stepOf(state, a)
	if !ok {
		return false
	}
	switch st.Who {
	case filler:
		return by.Scope(account.ReportFill).Contains(at)
	case turn:
		return by.Scope(account.ReportSign).Contains(at)
	}
	return by.Scope(account.ReportReview).Contains(at.Parent())
}
