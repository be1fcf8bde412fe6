package people

import (
	"context"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// State is what a person lives by at the end of a month, read as the month
// reads it: a running spell is work; the end of the last spell says that work
// ended, unless something was stated since. Code 0 is not known.
type State struct {
	Code int
	// Unverified: the person could be working and nobody confirmed the state
	// for the set number of months: shown as 待核实, not as jobless.
	Unverified bool
}

// lives is the part of a record that a state is read from.
type lives struct {
	status, skill, willing, student int
	on                              calendar.Date
	job                             Job
}

func (l lives) state(m calendar.Month, months int) State {
	code, confirmed := l.status, l.on.Month()
	switch {
	case l.job.Running:
		code, confirmed = fact.StatusWork, l.job.Seen
		if l.status == fact.StatusWork {
			confirmed = max(confirmed, l.on.Month())
		}
	case l.job.SpellID != 0 && l.student == 0 && (l.on.Month() < l.job.End || l.on.Month() == l.job.End && l.status == fact.StatusWork):
		code, confirmed = fact.StatusJobless, l.job.End
	}
	able := l.skill >= fact.SkillOrdinary && l.skill <= fact.SkillWeak
	settled := code == fact.StatusOwn || code == fact.StatusFarm || code == fact.StatusCare
	wants := l.willing == fact.Yes || code == fact.StatusWork || code == 0
	return State{Code: code, Unverified: able && wants && !settled && (confirmed == 0 || m.Sub(confirmed) >= months)}
}

// unverifiedMonths is the setting of the month slice; where that slice is not
// part of the program, its default.
func unverifiedMonths(ctx context.Context, q db.Querier, at region.Code, m calendar.Month) (int, error) {
	const name, usual = "month.unverified_months", 2
	if _, known := setting.Lookup(name); !known {
		return usual, nil
	}
	v, err := setting.At(ctx, q, at, m.Year())
	if err != nil {
		return 0, err
	}
	return v.Int(name), nil
}

// StateOf is the state of one person at the end of the running month, from
// their spells.
func (s *Store) StateOf(ctx context.Context, r Record, spells []fact.Spell) (State, error) {
	m := s.month()
	months, err := unverifiedMonths(ctx, s.db.Read, r.Village, m)
	if err != nil {
		return State{}, err
	}
	return livesOf(&r, spells, m).state(m, months), nil
}

func livesOf(r *Record, spells []fact.Spell, m calendar.Month) lives {
	l := lives{status: r.Status, skill: r.Skill, willing: r.Willing, student: r.Student, on: r.StatusOn}
	for i := range spells {
		w := &spells[i]
		running := w.ActiveAtEnd(m)
		if w.Start <= m && (running || !l.job.Running) {
			l.job = Job{SpellID: w.ID, Running: running, Start: w.Start, End: w.End, Seen: max(w.LastSeen(m).Month, l.job.Seen)}
		}
	}
	return l
}
