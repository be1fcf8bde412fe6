package report

import (
	"context"
	"slices"

	"wengang/internal/account"
	"wengang/internal/region"
)

// Step of a course: who signed it, or who is to.
type Step struct {
	Action Action
	Signed *Signature
	Named  []Signatory
	Next   bool // the form waits for it
}

// Course is where a form stands on its way through the unit, and what the
// caller may do about it.
type Course struct {
	Signing *Signing
	Steps   []Step
	Depts   []Word // of the version in signing
	Void    []Signature
	May     map[Action]bool
	BackTo  []State // where the caller may send it back to
}

// Course reads the way of a sheet through its unit.
func (s *Store) Course(ctx context.Context, by account.Caller, sh *Sheet) (*Course, error) {
	if !by.Scope(account.ReportRead).Contains(sh.Region) {
		return nil, errNotFound
	}
	g, err := s.signing(ctx, s.db.Read, sh.Form.ID, sh.Region)
	if err != nil {
		return nil, err
	}
	c := &Course{Signing: g, May: map[Action]bool{}}
	state, version, chain := Draft, 0, g.Steps
	var signed []Signature
	if r := sh.Report; r != nil {
		state, version = r.State, r.Version
		if r.chain != "" && !state.open() {
			chain = parseChain(r.chain)
		}
		all, err := signatures(ctx, s.db.Read, r.ID)
		if err != nil {
			return nil, err
		}
		if !state.open() {
			signed = standing(all, version)
		}
		for _, x := range all {
			if x.VoidAt != 0 && x.Version == version {
				c.Void = append(c.Void, x)
			}
		}
	}
	if c.Depts, err = s.words(ctx, s.db.Read, sh.Report, g.Depts); err != nil {
		return nil, err
	}
	next := chain.next(state)
	for _, a := range chain {
		st := Step{Action: a, Named: g.Named[a], Next: a == next || a == Fill && state.open()}
		if i := slices.IndexFunc(signed, func(x Signature) bool { return x.Step == a }); i >= 0 {
			st.Signed = &signed[i]
		}
		c.Steps = append(c.Steps, st)
	}
	c.may(by, sh.Region, state, chain, signed)
	return c, nil
}

func (c *Course) may(by account.Caller, at region.Code, state State, chain Chain, signed []Signature) {
	for _, a := range []Action{Return, Accept, Lock} {
		c.May[a] = Can(by, at, state, a)
	}
	fills := by.Scope(account.ReportFill).Contains(at)
	c.May[Fill] = fills && state.open()
	c.May[Recall] = fills && state == Filled && len(signed) > 0 && own(by, signed[0].UserID)
	c.May[Change] = fills && state.Signing()
	next := chain.next(state)
	if next == "" || !Can(by, at, state, next) || !named(by, c.Signing.Named[next]) {
		return
	}
	c.May[next], c.May[Back] = true, true
	c.BackTo = backTo(chain, state)
}

// backTo are the states behind one, the filler first.
func backTo(chain Chain, state State) []State {
	out := []State{Sentback}
	for _, a := range chain {
		if after[a] == state {
			break
		}
		out = append(out, after[a])
	}
	return out
}
