package report

import (
	"context"
	"sort"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Cursor is where the next page of a cell's list starts.
type Cursor struct {
	Space string
	ID    int64
}

// List is one page of the members of a cell.
type List struct {
	Sheet   *Sheet
	Row     *Row
	Cell    *Cell
	Column  *Column
	Members []Listed
	Size    int64 // listed members in all
	Heads   int64 // 无名单, in no list
	More    bool
	Next    Cursor
	AsThen  bool // names and places as frozen with the form, not as today
}

// Listed is a member with the space of its id.
type Listed struct {
	Space string
	fact.Snapshot
}

// pageSize is the rows of one page of a list.
const pageSize = 50

// Members opens the list behind a cell: of a frozen form exactly as it was,
// also years later; of a draft as registered now. Access follows the row's
// place.
func (s *Store) Members(ctx context.Context, scope region.Scope, ref Ref, after Cursor) (*List, error) {
	sh, err := s.Sheet(ctx, scope, ref.Form, ref.Region, ref.Period)
	if err != nil {
		return nil, err
	}
	row := sh.Row(ref.Row)
	if row == nil || !scope.Contains(row.Region) {
		return nil, errNotFound
	}
	l := &List{Sheet: sh, Row: row, AsThen: sh.Frozen || row.Source.ReportID != 0}
	for i := range row.Cells {
		if row.Cells[i].Col == ref.Col {
			l.Cell = &row.Cells[i]
		}
	}
	if l.Cell == nil || !sh.Form.Column(l.Cell.Key).Lists() || sh.Form.Rows == Projects {
		return nil, errNotFound
	}
	l.Column = sh.Form.Column(l.Cell.Key)
	set := l.Cell.Set
	if sh.Frozen {
		if set, err = s.setOf(ctx, sh, row, ref.Col); err != nil {
			return nil, err
		}
	}
	l.Size, l.Heads = set.Listed(), set.Heads
	return l, s.page(ctx, scope, l, set, after)
}

// page walks the spaces in their order and names one page of ids.
func (s *Store) page(ctx context.Context, scope region.Scope, l *List, set *Set, after Cursor) error {
	skip := after.Space != ""
	left := pageSize
	for _, space := range spaces {
		if skip && space != after.Space {
			continue
		}
		ids := set.IDs(space)
		if skip {
			i := sort.Search(len(ids), func(i int) bool { return ids[i] > after.ID })
			ids, skip = ids[i:], false
		}
		if len(ids) == 0 {
			continue
		}
		if left == 0 {
			l.More = true
			return nil
		}
		if len(ids) > left {
			ids, l.More = ids[:left], true
		}
		names, err := s.named(ctx, scope, l, space, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			x := names[id]
			x.ID = id
			l.Members = append(l.Members, Listed{space, x})
		}
		left -= len(ids)
		l.Next = Cursor{space, ids[len(ids)-1]}
		if l.More {
			return nil
		}
	}
	return nil
}

// named gives ids their names: as frozen where a frozen form holds them, as of
// today for the others (a draft, or rows of it that were not submitted).
func (s *Store) named(ctx context.Context, scope region.Scope, l *List, space string, ids []int64) (map[int64]fact.Snapshot, error) {
	out := map[int64]fact.Snapshot{}
	ps, err := s.frozenParts(ctx, l)
	if err != nil {
		return nil, err
	}
	if len(ps) > 0 {
		if out, err = s.names(ctx, ps, space, ids); err != nil {
			return nil, err
		}
	}
	var rest []int64
	for _, id := range ids {
		if _, ok := out[id]; !ok {
			rest = append(rest, id)
		}
	}
	now, err := s.Registers.Snapshots(ctx, s.db.Read, scope, space, rest)
	if err != nil {
		return nil, err
	}
	for _, x := range now {
		out[x.ID] = x
	}
	return out, nil
}

func (s *Store) frozenParts(ctx context.Context, l *List) ([]part, error) {
	if l.Sheet.Frozen || l.Row.Source.ReportID != 0 {
		return s.parts(ctx, l.Sheet, l.Row)
	}
	if l.Row.Role != Total {
		return nil, nil
	}
	var out []part
	for i := range l.Sheet.Rows {
		if l.Sheet.Rows[i].Source.ReportID == 0 {
			continue
		}
		ps, err := s.parts(ctx, l.Sheet, &l.Sheet.Rows[i])
		if err != nil {
			return nil, err
		}
		out = append(out, ps...)
	}
	return out, nil
}

// Listing is one line of the list of forms.
type Listing struct {
	Form   *Form
	Region region.Code
	Name   string
	Period Period
	State  State // "" where nobody has begun it
	Report *Report
	Due    calendar.Date
}

// Forms lists the forms of a unit and of the places below it for one month's
// periods, with state and due date, the unit's own first.
func (s *Store) Forms(ctx context.Context, scope region.Scope, at region.Code, pick func(*Form) Period) ([]Listing, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	if !s.unit(at) {
		return nil, nil
	}
	places := append([]region.Place{{Code: at, Name: s.Tree.Name(at)}}, s.below(at)...)
	codes := make([]region.Code, len(places))
	for i, p := range places {
		codes[i] = p.Code
	}
	var out []Listing
	all, err := s.every(ctx, s.db.Read)
	if err != nil {
		return nil, err
	}
	t, err := s.terms(ctx, s.db.Read, at)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		p := pick(f)
		if !f.Serves(at) || !f.InForce(p) {
			continue
		}
		begun, err := reports(ctx, s.db.Read, f.ID, codes, p)
		if err != nil {
			return nil, err
		}
		for _, x := range places {
			if !f.Must(x.Code) && begun[x.Code] == nil {
				continue
			}
			l := Listing{Form: f, Region: x.Code, Name: x.Name, Period: p, Due: t.of(f, x.Code, p).Due, Report: begun[x.Code]}
			if l.Report != nil {
				l.State = l.Report.State
				if l.State.Sent() {
					l.Due = l.Report.DueOn
				}
			}
			out = append(out, l)
		}
	}
	return out, nil
}
