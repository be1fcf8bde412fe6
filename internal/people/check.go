package people

import (
	"context"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/rule"
)

// state is what the checks look at, before or after a save.
type state struct {
	person *fact.Person
	need   *fact.Need
	spells []fact.Spell
}

// verify checks the record as it would be after the save. An error of the
// book refuses the save beside its field, unless it already held before: an
// edit is not refused for what it did not cause. Everything else is answered
// to be kept as findings. before is nil for a new person.
func (s *Store) verify(ctx context.Context, q db.Querier, before, after *state) ([]rule.Finding, error) {
	run := func(st *state) ([]rule.Finding, error) {
		sub := &rule.Subject{Today: s.today(), Person: st.person, Spells: st.spells, Need: st.need}
		return s.Checks.Run(ctx, q, st.person.Village, sub)
	}
	found, err := run(after)
	if err != nil {
		return nil, err
	}
	var was []rule.Finding
	if before != nil && rule.Worst(found) == rule.Error {
		if was, err = run(before); err != nil {
			return nil, err
		}
	}
	if fields := rule.Refusals(was, found); len(fields) > 0 {
		return nil, fault.InvalidFields(fields...)
	}
	return found, nil
}

// needOf is the survey as the checks want it: nil where there was none.
func (r *Record) needOf() *fact.Need {
	if !r.HasNeed {
		return nil
	}
	n := r.Need
	return &n
}
