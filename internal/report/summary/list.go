package summary

import (
	"context"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/report"
)

// Slot is a unit's paper of a period, begun or not.
type Slot struct {
	Ref     Ref
	Name    string
	State   State
	Version int
	SentOn  calendar.Date
	Due     calendar.Date
}

// Late reports a slot that was due and has not been sent.
func (s *Slot) Late(today calendar.Date) bool {
	return s.Due < today && s.State != Submitted && s.State != Accepted || s.SentOn > s.Due
}

// Slots lists the papers of a unit and of the units below it, the unit's own
// first: what a matrix of units and periods asks for.
func (s *Store) Slots(ctx context.Context, scope region.Scope, k *Kind, at region.Code, p report.Period) ([]Slot, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	if !s.unit(at) {
		return nil, nil
	}
	places := []region.Place{{Code: at, Name: s.from.Tree.Name(at)}}
	if at.Level() < region.County {
		for _, c := range s.from.Tree.Children(at) {
			if c.Code.Level() <= region.County {
				places = append(places, c)
			}
		}
	}
	var a db.Args
	codes := make([]int64, len(places))
	for i, c := range places {
		codes[i] = int64(c.Code)
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT region, state, version, sent_on FROM summary WHERE kind = "+a.Add(k.ID)+" AND period = "+a.Add(p.String())+" AND region IN "+db.List(&a, codes), a.Values...)
	if err != nil {
		return nil, fmt.Errorf("summaries: %w", err)
	}
	defer rows.Close()
	begun := map[region.Code]Slot{}
	for rows.Next() {
		var x Slot
		if err := rows.Scan(&x.Ref.Region, &x.State, &x.Version, &x.SentOn); err != nil {
			return nil, fmt.Errorf("summaries: %w", err)
		}
		begun[x.Ref.Region] = x
	}
	var out []Slot
	for _, c := range places {
		x := begun[c.Code]
		x.Ref, x.Name, x.Due = Ref{k, c.Code, p}, c.Name, k.Due(p)
		out = append(out, x)
	}
	return out, rows.Err()
}

// Made is one draft of a paper.
type Made struct {
	Version int
	At      int64
	By      string
	Month   calendar.Month
}

// Versions are the drafts of a paper, the last first.
func (s *Store) Versions(ctx context.Context, scope region.Scope, ref Ref) ([]Made, error) {
	p, err := s.find(ctx, s.db.Read, scope, ref)
	if p == nil || err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT version, made_at, by_name, month FROM summary_version WHERE summary_id = $1 ORDER BY version DESC", p.ID)
	if err != nil {
		return nil, fmt.Errorf("drafts: %w", err)
	}
	defer rows.Close()
	var out []Made
	for rows.Next() {
		var m Made
		if err := rows.Scan(&m.Version, &m.At, &m.By, &m.Month); err != nil {
			return nil, fmt.Errorf("drafts: %w", err)
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// Event is one step of a paper's life.
type Event struct {
	At     int64
	By     string
	Action Action
	Remark string
}

// Events of a paper, the last first.
func (s *Store) Events(ctx context.Context, scope region.Scope, ref Ref) ([]Event, error) {
	p, err := s.find(ctx, s.db.Read, scope, ref)
	if p == nil || err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT at, by_name, action, remark FROM summary_event WHERE summary_id = $1 ORDER BY n DESC", p.ID)
	if err != nil {
		return nil, fmt.Errorf("summary events: %w", err)
	}
	defer rows.Close()
	var out []Event
	for rows.Next() {
		var e Event
		if err := rows.Scan(&e.At, &e.By, &e.Action, &e.Remark); err != nil {
			return nil, fmt.Errorf("summary events: %w", err)
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// Can reports whether the caller may take an action on a unit's paper now.
func Can(by account.Caller, at region.Code, state State, a Action) bool {
	step, ok := StepOf(state, a)
	if !ok {
		return false
	}
	place := at
	if step.Above {
		place = at.Parent()
	}
	return by.Scope(step.Need).Contains(place)
}
