// Package handover is the transfer request (迁移申请): a county asks for a
// person that another county holds, that county hands the person over or
// refuses, and the place above both decides what stays unanswered. Who asks
// learns that the person is held elsewhere and nothing more until the person
// has come (semantics: The same id in two counties is one person).
package handover

import "wengang/internal/account"

// State of a request.
type State string

// The states. Asked, Queried and Escalated are open: one open request per
// person and asking county.
const (
	Asked     State = "asked"     // waits for the county that holds
	Queried   State = "queried"   // the holder asked back; waits for who asked
	Escalated State = "escalated" // waits for the place above both
	Accepted  State = "accepted"  // the person has moved
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
	Void      State = "void" // the person died, was merged, came otherwise, or nobody replied
)

// States lists them in the order of a page's chips.
var States = []State{Asked, Queried, Escalated, Accepted, Refused, Withdrawn, Void}

// Open reports a state that waits for somebody.
func (s State) Open() bool { return s == Asked || s == Queried || s == Escalated }

// Side is who acts on a request.
type Side string

// The sides.
const (
	Asker  Side = "asker"  // holds account.HandoverAsk at the village that asks
	Holder Side = "holder" // holds account.HandoverAnswer at the county that has the person
	Above  Side = "above"  // holds account.HandoverAnswer above both counties
	System Side = "system" // the nightly schedule
)

// Act is what a side does.
type Act string

// The acts.
const (
	ActAsk      Act = "ask"
	ActAccept   Act = "accept"
	ActRefuse   Act = "refuse"
	ActQuery    Act = "query"
	ActReply    Act = "reply"
	ActWithdraw Act = "withdraw"
	ActAppeal   Act = "appeal"
	ActEscalate Act = "escalate"
	ActVoid     Act = "void"
	ActPass     Act = "pass" // the person now lives in a third county, which answers
)

// Transition is one act in one state.
type Transition struct {
	From  State // "" before there is a request
	Act   Act
	Side  Side
	To    State
	Need  account.Permission // "" for the schedule
	Words bool               // needs words: a reason, a question, an answer
}

// Transitions is the life of a request; what is not listed is a conflict.
var Transitions = []Transition{
	{From: "", Act: ActAsk, Side: Asker, To: Asked, Need: account.HandoverAsk, Words: true},
	{From: Asked, Act: ActAccept, Side: Holder, To: Accepted, Need: account.HandoverAnswer},
	{From: Asked, Act: ActRefuse, Side: Holder, To: Refused, Need: account.HandoverAnswer, Words: true},
	{From: Asked, Act: ActQuery, Side: Holder, To: Queried, Need: account.HandoverAnswer, Words: true},
	{From: Asked, Act: ActWithdraw, Side: Asker, To: Withdrawn, Need: account.HandoverAsk},
	{From: Asked, Act: ActEscalate, Side: System, To: Escalated},
	{From: Asked, Act: ActPass, Side: System, To: Asked},
	{From: Asked, Act: ActVoid, Side: System, To: Void},
	{From: Queried, Act: ActReply, Side: Asker, To: Asked, Need: account.HandoverAsk, Words: true},
	{From: Queried, Act: ActWithdraw, Side: Asker, To: Withdrawn, Need: account.HandoverAsk},
	{From: Queried, Act: ActAccept, Side: Holder, To: Accepted, Need: account.HandoverAnswer},
	{From: Queried, Act: ActRefuse, Side: Holder, To: Refused, Need: account.HandoverAnswer, Words: true},
	{From: Queried, Act: ActPass, Side: System, To: Asked},
	{From: Queried, Act: ActVoid, Side: System, To: Void},
	{From: Escalated, Act: ActAccept, Side: Holder, To: Accepted, Need: account.HandoverAnswer},
	{From: Escalated, Act: ActAccept, Side: Above, To: Accepted, Need: account.HandoverAnswer},
	{From: Escalated, Act: ActRefuse, Side: Above, To: Refused, Need: account.HandoverAnswer, Words: true},
	{From: Escalated, Act: ActWithdraw, Side: Asker, To: Withdrawn, Need: account.HandoverAsk},
	{From: Escalated, Act: ActPass, Side: System, To: Asked},
	{From: Escalated, Act: ActVoid, Side: System, To: Void},
	{From: Refused, Act: ActAppeal, Side: Asker, To: Escalated, Need: account.HandoverAsk, Words: true},
}

// Find is the transition of an act by a side.
func Find(from State, act Act, side Side) (Transition, bool) {
	for _, t := range Transitions {
		if t.From == from && t.Act == act && t.Side == side {
			return t, true
		}
	}
	return Transition{}, false
}
