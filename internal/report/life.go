package report

import "wengang/internal/account"

// State of a form.
type State string

// The states.
const (
	Draft     State = "draft"
	Submitted State = "submitted"
	Returned  State = "returned"
	Accepted  State = "accepted"
	Locked    State = "locked"
)

// Action moves a form.
type Action string

// The actions.
const (
	Submit Action = "submit"
	Return Action = "return"
	Accept Action = "accept"
	Lock   Action = "lock"

	// Reopen moves nothing: it is the mark that a month was opened again.
	Reopen Action = "reopen"
)

// step is one line of the life cycle. Above: the permission is needed at the
// place above the form's, whose department reviews it.
type step struct {
	From   State
	Action Action
	To     State
	Need   account.Permission
	Above  bool
}

// life is the whole life cycle: the unit fills and submits to the level above,
// which returns it with remarks or accepts it; it is locked by the level
// above, at the latest when that level submits its own.
var life = []step{
	{Draft, Submit, Submitted, account.ReportFill, false},
	{Returned, Submit, Submitted, account.ReportFill, false},
	{Submitted, Return, Returned, account.ReportReview, true},
	{Submitted, Accept, Accepted, account.ReportReview, true},
	{Accepted, Return, Returned, account.ReportReview, true},
	{Accepted, Lock, Locked, account.ReportReview, true},
}

// stepOf finds the line of an action, or false where the state does not allow
// it.
func stepOf(from State, a Action) (step, bool) {
	for _, s := range life {
		if s.From == from && s.Action == a {
			return s, true
		}
	}
	return step{}, false
}

// open reports a state in which the unit still works on the form.
func (s State) open() bool { return s == Draft || s == Returned }
