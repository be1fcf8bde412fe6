package listing

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
)

// Changed is a person who stands in both versions with other values.
type Changed struct {
	Old, New Print
	Columns  []int // places of the cells that differ
}

// Difference is what happened between two versions of one list of one place.
type Difference struct {
	Columns []string
	Came    []Print
	Went    []Print
	Changed []Changed
	Same    int
}

// Compare holds an older version against a newer one, or against the record as
// it is now where newer is nil. Both are of the same list and place.
func (s *Store) Compare(ctx context.Context, by account.Caller, older Version, newer *Version) (Difference, error) {
	scope := by.Scope(account.PeopleRead)
	old, err := s.Prints(ctx, scope, older)
	if err != nil {
		return Difference{}, err
	}
	var now []Print
	cols := older.Columns
	switch {
	case newer == nil:
		o, err := OfficialOf(older.List)
		if err != nil {
			return Difference{}, err
		}
		err = s.db.Snapshot(ctx, func(q db.Querier) error {
			_, err := s.whole(ctx, q, scope.Within(older.Region), Asked{Filter: o.Filter(s.month()), Sort: o.Spec().Sort, Group: true}, maxRows, func(rows []Person) error {
				now = append(now, s.prints(rows, columnsOf(o.Columns))...)
				return nil
			})
			return err
		})
		if err != nil {
			return Difference{}, err
		}
		return diff(cols, old, o.Columns, now), nil
	case newer.List != older.List || newer.Region != older.Region:
		return Difference{}, fault.New(fault.Invalid, "listing.compare.other")
	}
	if now, err = s.Prints(ctx, scope, *newer); err != nil {
		return Difference{}, err
	}
	return diff(cols, old, newer.Columns, now), nil
}

// diff pairs rows by person. Columns that only one side has are not compared;
// an age that grew says nothing of the person and is left out too.
func diff(oldCols []string, old []Print, newCols []string, now []Print) Difference {
	d := Difference{Columns: newCols}
	pair := make([]int, len(newCols)) // place in the old row, -1 none
	for j, key := range newCols {
		pair[j] = -1
		for i, k := range oldCols {
			if k == key && key != "age" {
				pair[j] = i
			}
		}
	}
	was := make(map[int64]Print, len(old))
	for _, p := range old {
		was[p.ID] = p
	}
	for _, p := range now {
		o, both := was[p.ID]
		if !both {
			d.Came = append(d.Came, p)
			continue
		}
		delete(was, p.ID)
		c := Changed{Old: o, New: p}
		for j, i := range pair {
			if i >= 0 && o.Cells[i] != p.Cells[j] {
				c.Columns = append(c.Columns, j)
			}
		}
		if len(c.Columns) == 0 {
			d.Same++
			continue
		}
		c.Old.Cells = reorder(o.Cells, pair)
		d.Changed = append(d.Changed, c)
	}
	for _, p := range old {
		if _, gone := was[p.ID]; gone {
			p.Cells = reorder(p.Cells, pairAll(oldCols, newCols))
			d.Went = append(d.Went, p)
		}
	}
	return d
}

// pairAll is the place of every new column in the old row, -1 none.
func pairAll(oldCols, newCols []string) []int {
	out := make([]int, len(newCols))
	for j, key := range newCols {
		out[j] = -1
		for i, k := range oldCols {
			if k == key {
				out[j] = i
			}
		}
	}
	return out
}

func reorder(cells []string, places []int) []string {
	out := make([]string, len(places))
	for j, i := range places {
		if i >= 0 {
			out[j] = cells[i]
		}
	}
	return out
}
