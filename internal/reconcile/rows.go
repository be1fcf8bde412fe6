package reconcile

import (
	"context"
	"fmt"
	"io"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/sheet"
)

// Filter narrows what a pass found; zero values do not narrow.
type Filter struct {
	Class Class
	Why   string
	Field string // of those that differ
	Place region.Code
}

// Item is one person or line that a pass found. Person is nil where the scope
// does not see them, Line where the list does not have them.
type Item struct {
	N       int64
	Class   Class
	Why     string
	Fields  []string
	Village region.Code
	Person  *people.Row
	// Household is the code of the person's household, for the comparison.
	Household string
	Line      *Line
}

// PageSize is how many items a list shows at once.
const PageSize = 50

func (f Filter) where(r *Run, a *db.Args) string {
	c := []string{"reconcile_id = " + a.Add(r.ID), "pass = " + a.Add(r.Pass)}
	if f.Class != "" {
		c = append(c, "class = "+a.Add(string(f.Class)))
	}
	if f.Why != "" {
		c = append(c, "why = "+a.Add(f.Why))
	}
	if f.Field != "" {
		c = append(c, "(',' || fields || ',') LIKE "+a.Add("%,"+f.Field+",%"))
	}
	if f.Place != 0 {
		c = append(c, region.ScopeOf(f.Place).Predicate("village", a.Add))
	}
	return strings.Join(c, " AND ")
}

// Count is how many items match.
func (s *Store) Count(ctx context.Context, scope region.Scope, id int64, f Filter) (n int64, err error) {
	r, err := s.Load(ctx, scope, id)
	if err != nil {
		return 0, err
	}
	var a db.Args
	if err := s.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM reconcile_row WHERE `+f.where(&r, &a), a.Values...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count rows: %w", err)
	}
	return n, nil
}

// Items is a page of the last pass, after item number after.
func (s *Store) Items(ctx context.Context, scope region.Scope, id int64, f Filter, after int64, limit int) (items []Item, more bool, err error) {
	r, err := s.Load(ctx, scope, id)
	if err != nil {
		return nil, false, err
	}
	if limit <= 0 || limit > 1000 {
		limit = PageSize
	}
	var a db.Args
	cond := f.where(&r, &a) + " AND n > " + a.Add(after)
	ids, lines := []int64{}, []int64{}
	err = each(ctx, s.db.Read, `SELECT n, class, why, fields, village, person_id, line FROM reconcile_row WHERE `+cond+` ORDER BY n LIMIT `+a.Add(limit+1), a.Values, func(scan func(...any) error) error {
		var x Item
		var fields string
		var person, line int64
		if err := scan(&x.N, &x.Class, &x.Why, &fields, &x.Village, &person, &line); err != nil {
			return err
		}
		if fields != "" {
			x.Fields = strings.Split(fields, ",")
		}
		items, ids, lines = append(items, x), append(ids, person), append(lines, line)
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("list rows: %w", err)
	}
	if len(items) > limit {
		items, ids, lines, more = items[:limit], ids[:limit], lines[:limit], true
	}
	if err := s.addPeople(ctx, scope, &r, items, ids); err != nil {
		return nil, false, err
	}
	return items, more, s.addLines(ctx, &r, items, lines)
}

func (s *Store) addPeople(ctx context.Context, scope region.Scope, r *Run, items []Item, ids []int64) error {
	var want []int64
	for _, id := range ids {
		if id != 0 {
			want = append(want, id)
		}
	}
	if len(want) == 0 {
		return nil
	}
	rows, err := s.People.Rows(ctx, scope, want, r.Month)
	if err != nil {
		return err
	}
	by := make(map[int64]*people.Row, len(rows))
	for i := range rows {
		by[rows[i].ID] = &rows[i]
	}
	for i, id := range ids {
		items[i].Person = by[id]
	}
	var a db.Args
	codes := map[int64]string{}
	err = each(ctx, s.db.Read, `SELECT p.id, h.code FROM person p JOIN household h ON h.id = p.household_id WHERE p.id IN `+db.List(&a, want)+` AND `+scope.Predicate("p.village", a.Add), a.Values, func(scan func(...any) error) error {
		var id int64
		var code string
		err := scan(&id, &code)
		codes[id] = code
		return err
	})
	if err != nil {
		return fmt.Errorf("read households: %w", err)
	}
	for i, id := range ids {
		items[i].Household = codes[id]
	}
	return nil
}

// addLines opens the chunks that the page's lines lie in.
func (s *Store) addLines(ctx context.Context, r *Run, items []Item, lines []int64) error {
	open := map[int64][]Line{}
	for i, n := range lines {
		if n < 0 || r.Purged {
			continue
		}
		c := n / chunkLines
		if _, there := open[c]; !there {
			part, err := s.lines(ctx, r.ID, int(c))
			if err != nil {
				return err
			}
			open[c] = part
		}
		if k := int(n % chunkLines); k < len(open[c]) {
			items[i].Line = &open[c][k]
		}
	}
	return nil
}

// MaxExport bounds one workbook.
const MaxExport = 50_000

// Export writes the items of a filter as a masked workbook; row makes the cells
// of an item. The act is on record before the first byte.
func (s *Store) Export(ctx context.Context, scope region.Scope, by account.Caller, id int64, f Filter, title string, head []any, row func(Item) []any, out io.Writer) error {
	r, err := s.Load(ctx, scope, id)
	if err != nil {
		return err
	}
	if !by.Scope(account.PeopleExport).Contains(r.Region) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.PeopleExport)
	}
	n, err := s.Count(ctx, scope, id, f)
	if err != nil {
		return err
	}
	if n > MaxExport {
		return fault.New(fault.Invalid, "reconcile.export.large", MaxExport)
	}
	w, err := sheet.NewWriter(s.Scratch)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := w.Sheet(title, nil, 1); err != nil {
		return err
	}
	if err := w.Row(head...); err != nil {
		return err
	}
	var people []int64 // whom the file shows as the ledger has them
	for after, more := int64(0), true; more; {
		var items []Item
		if items, more, err = s.Items(ctx, scope, id, f, after, 1000); err != nil {
			return err
		}
		for _, x := range items {
			after = x.N
			if x.Person != nil {
				people = append(people, x.Person.ID)
			}
			if err := w.Row(row(x)...); err != nil {
				return err
			}
		}
		more = more && len(items) > 0
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := s.Audit.Exported(ctx, tx, by, audit.Export{Kind: "reconcile", Region: r.Region, Rows: n, People: people})
		return err
	})
	if err != nil {
		return err
	}
	return w.Write(out)
}
