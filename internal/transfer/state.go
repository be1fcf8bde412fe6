package transfer

// State of a batch.
type State string

// The states.
const (
	StateMapping   State = "mapping"  // file kept, its columns wait to be chosen
	StateStaged    State = "staged"   // file kept, layout recognised
	StateChecking  State = "checking" // rows being checked
	StateChecked   State = "checked"  // waiting for a person to save
	StateWaiting   State = "waiting"  // checked; another officer is to confirm the save
	StateSaving    State = "saving"   // rows being written, hidden
	StateDone      State = "done"     // visible
	StateCancelled State = "cancelled"
	StateFailed    State = "failed" // nothing of it is in the ledger
	StateUndone    State = "undone"
)

// Action moves a batch.
type Action string

// The actions. Those of a person need account.ImportRun at the batch's place;
// the others are the worker's own.
const (
	ActMap     Action = "map"
	ActCheck   Action = "check"
	ActChecked Action = "checked"
	ActAsk     Action = "ask"
	ActReturn  Action = "return"
	ActSave    Action = "save"
	ActDone    Action = "done"
	ActCancel  Action = "cancel"
	ActFail    Action = "fail"
	ActUndo    Action = "undo"
)

// moves is the life of a batch: from, action, to. Check starts again from
// checked and failed too, because the ledger may have changed since.
var moves = map[State]map[Action]State{
	StateMapping:   {ActMap: StateStaged, ActCancel: StateCancelled},
	StateStaged:    {ActCheck: StateChecking, ActCancel: StateCancelled, ActFail: StateFailed},
	StateChecking:  {ActCheck: StateChecking, ActChecked: StateChecked, ActCancel: StateCancelled, ActFail: StateFailed},
	StateChecked:   {ActMap: StateStaged, ActCheck: StateChecking, ActAsk: StateWaiting, ActSave: StateSaving, ActCancel: StateCancelled},
	StateWaiting:   {ActReturn: StateChecked, ActSave: StateSaving, ActCancel: StateCancelled},
	StateSaving:    {ActSave: StateSaving, ActDone: StateDone, ActCancel: StateCancelled, ActFail: StateFailed},
	StateDone:      {ActUndo: StateUndone},
	StateFailed:    {ActMap: StateStaged, ActCheck: StateChecking, ActCancel: StateCancelled},
	StateCancelled: {},
	StateUndone:    {},
}

// Next is the state after an action; ok is false where the action is not
// possible.
func (s State) Next(a Action) (to State, ok bool) {
	to, ok = moves[s][a]
	return to, ok
}

// Running reports a state in which a worker is or should be busy.
func (s State) Running() bool { return s == StateChecking || s == StateSaving }

// Ended reports a state that nothing leaves but undo.
func (s State) Ended() bool { return s == StateDone || s == StateCancelled || s == StateUndone }

// from lists the states in which an action is possible.
func from(a Action) []string {
	var out []string
	for _, s := range []State{StateMapping, StateStaged, StateChecking, StateChecked, StateWaiting, StateSaving, StateDone, StateFailed} {
		if _, ok := s.Next(a); ok {
			out = append(out, string(s))
		}
	}
	return out
}
