package report

import (
	"context"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
)

func (c *computing) cell(ctx context.Context, col *Column, i int, at region.Code, role Role, in func(region.Code) bool) (Cell, error) {
	cell := Cell{Col: position(col, i), Key: col.Key, Set: newSet(), Explain: Explain{
		Column: col.Key, From: c.from, Cutoff: c.sheet.Cutoff, Received: c.sheet.Received, Last: -1, Calibre: calibreVersion}}
	var err error
	switch {
	case col.Count == Words:
		cell.Set = nil
		return cell, nil
	case col.Count == Typed || col.Count == Derived || col.Count == Measured:
		if role != Own {
			cell.Value = Unknown
			if col.Count == Measured {
				err = c.measured(ctx, col, at, &cell)
			}
		}
		cell.Computed = cell.Value
		return cell, err
	case col.Count == Figure && role != Own && c.sheet.Form.Design != nil:
		cell.Explain.Month, err = c.span(ctx, col, at, cell.Set)
	case col.Count == Figure && role != Own: // people belong to villages, never to a city as such
		cell.Explain.Month, err = c.figure(ctx, col, at, cell.Set)
	case col.Count != Figure:
		cell.Explain.Records, err = c.measure(col, in, cell.Set)
	}
	cell.Explain.Heads, cell.Explain.Outside = cell.Set.Heads, int64(cell.Set.outsiders.GetCardinality())
	cell.Value = cell.Set.Size()
	if col.Count == Figure && role != Own && cell.Explain.Month == 0 {
		cell.Value = Unknown
	}
	cell.Computed = cell.Value
	return cell, err
}

// measure counts a column's registers or people in the places of in.
func (c *computing) measure(col *Column, in func(region.Code) bool, set *Set) (records int, err error) {
	for _, it := range c.items[col.Kind] {
		if !in(it.Region) || col.Basis == Begun && it.StartedOn < c.from || col.Theme != "" && it.Extra["theme"] != col.Theme {
			continue
		}
		records++
		if col.Count == Bodies {
			if err := add(set.registers, it.ID); err != nil {
				return 0, err
			}
			continue
		}
		if err := c.people(col, it, set); err != nil {
			return 0, err
		}
	}
	return records, nil
}

// people puts the members of one register in; a register without a list gives
// the headcount that it states.
func (c *computing) people(col *Column, it *fact.RegisterItem, set *Set) error {
	if len(it.Members) == 0 {
		n := it.People
		if col.Count == PoorPeople {
			n = it.Poor
		}
		set.Heads += max(0, n)
		return nil
	}
	for i := range it.Members {
		m := &it.Members[i]
		n := m.People
		switch col.Count {
		case PoorPeople:
			n = m.Poor
			if m.People == 0 && !m.Counted {
				continue
			}
		case RuralLocal:
			if m.Urban {
				continue
			}
		}
		if err := set.addMember(m, n); err != nil {
			return err
		}
	}
	return nil
}

// figure takes the people behind an indicator in the month of the cut-off, or
// the month before where that one has no figures yet.
func (c *computing) figure(ctx context.Context, col *Column, at region.Code, set *Set) (calendar.Month, error) {
	for _, m := range []calendar.Month{c.sheet.Cutoff.Month(), c.sheet.Cutoff.Month().Add(-1)} {
		ids, known, err := c.Figures.Members(ctx, c.scope, col.Figure, at, m)
		if err != nil {
			return 0, err
		}
		if !known {
			continue
		}
		c.sheet.Month = m
		for _, id := range ids {
			if err := add(set.people, id); err != nil {
				return 0, err
			}
		}
		return m, nil
	}
	return 0, nil
}
