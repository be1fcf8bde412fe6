package transfer

import (
	"slices"
	"strings"

	"wengang/internal/fault"
	"wengang/internal/sheet"
)

// headerRows is how far down a heading may begin; titles, units and dates of
// filling in stand above it.
const headerRows = 5

// Match says how a workbook is read: the layout, and for each sheet that has
// it where the heading lies and which column is which.
type Match struct {
	Layout  Layout
	Columns []string // canonical columns of Row.Cells, in the layout's order
	Sheets  []SheetMatch
	Skipped []string // visible sheets without the layout
	Hidden  []string // hidden sheets: never read
}

// SheetMatch is the reading of one sheet.
type SheetMatch struct {
	Name     string
	HeadRow  int      // last row of the heading
	HeadRows int      // 1, or 2 where a row of group headings stands above
	Headings []string // as the file has them, by Match.Columns; "" where absent
	Unknown  []string // headings that no column of the layout knows
	Twice    []string // headings whose column was already taken
	Above    []string // text of the rows above the heading: title, unit, date
	position []int    // by column of the sheet: index into Match.Columns, -1 for unknown
	colOf    []int    // by Match.Columns: column of the sheet, -1 where absent
	index    int      // of the sheet in the book
}

// Recognise finds the layout of a workbook by its headings: all required
// columns must be there, then the layout with the most columns found wins, the
// earlier one on a tie. Columns may stand in any order; every visible sheet
// with the layout is read. The refusals are Invalid and name what is missing.
func Recognise(b *sheet.Book, layouts []Layout) (*Match, error) {
	if len(layouts) == 1 && layouts[0].chosen() {
		return recogniseMapped(b, layouts[0])
	}
	var (
		found  []reading
		near   *reading
		hidden string
		names  []string
	)
	for i, sh := range b.Sheets() {
		head, err := readHead(sh)
		if err != nil {
			return nil, err
		}
		for li := range layouts {
			if layouts[li].Hand {
				continue
			}
			r := bestReading(head, &layouts[li])
			r.sheet, r.layout, r.above = i, li, textAbove(head, r)
			switch {
			case len(r.missing) > 0:
				if !sh.Hidden && layouts[li].Refuse == "" && (near == nil || r.count > near.count || r.count == near.count && len(r.missing) < len(near.missing)) {
					near = &r
				}
			case r.count == 0:
			case sh.Hidden:
				hidden = sh.Name
			default:
				found = append(found, r)
			}
		}
		if !sh.Hidden {
			names = append(names, sh.Name)
		}
	}
	found = ourSheets(found, layouts)
	if len(found) == 0 {
		return nil, notRecognised(b, layouts, near, hidden, names)
	}
	best := found[0]
	for _, r := range found[1:] {
		if r.count > best.count || r.count == best.count && r.layout < best.layout {
			best = r
		}
	}
	if l := &layouts[best.layout]; l.Refuse != "" {
		return nil, fault.New(fault.Invalid, l.Refuse, b.Sheets()[best.sheet].Name, l.Title)
	}
	return assemble(b, layouts[best.layout], best.layout, found), nil
}

// ourSheets drops the sheets that are known to be no business of the kind, as long as
// another sheet is.
func ourSheets(found []reading, layouts []Layout) []reading {
	best := map[int]reading{}
	for _, r := range found {
		if b, ok := best[r.sheet]; !ok || r.count > b.count {
			best[r.sheet] = r
		}
	}
	ours := slices.DeleteFunc(slices.Clone(found), func(r reading) bool {
		return layouts[best[r.sheet].layout].Refuse != "" || layouts[r.layout].Refuse != ""
	})
	if len(ours) == 0 {
		return found
	}
	return ours
}

func notRecognised(b *sheet.Book, layouts []Layout, near *reading, hidden string, names []string) error {
	if hidden != "" {
		return fault.New(fault.Invalid, "import.hidden", hidden)
	}
	if near == nil || near.count < 2 {
		var titles []string
		for _, l := range layouts {
			if !l.Hand && l.Refuse == "" {
				titles = append(titles, l.Title)
			}
		}
		return fault.New(fault.Invalid, "import.unrecognised", strings.Join(names, "、"), headerRows, strings.Join(titles, "；"))
	}
	return fault.New(fault.Invalid, "import.missing", b.Sheets()[near.sheet].Name, layouts[near.layout].Title, strings.Join(near.missing, "、"), near.row)
}

// assemble puts the readings of one layout together: Columns are what any of
// the sheets has.
func assemble(b *sheet.Book, l Layout, li int, found []reading) *Match {
	m := &Match{Layout: l}
	have := make([]bool, len(l.Columns))
	read := map[int]bool{}
	for _, r := range found {
		if r.layout != li {
			continue
		}
		read[r.sheet] = true
		for _, k := range r.column {
			if k >= 0 {
				have[k] = true
			}
		}
	}
	at := make([]int, len(l.Columns))
	for k, ok := range have {
		if at[k] = -1; ok {
			at[k] = len(m.Columns)
			m.Columns = append(m.Columns, l.Columns[k].Key)
		}
	}
	for _, r := range found {
		if r.layout != li {
			continue
		}
		s := SheetMatch{Name: b.Sheets()[r.sheet].Name, HeadRow: r.row, HeadRows: r.depth, Unknown: r.unknown, Twice: r.twice, Above: r.above, index: r.sheet,
			Headings: make([]string, len(m.Columns)), position: make([]int, len(r.column)), colOf: make([]int, len(m.Columns))}
		for i := range s.colOf {
			s.colOf[i] = -1
		}
		for c, k := range r.column {
			if s.position[c] = -1; k >= 0 {
				s.position[c], s.colOf[at[k]] = at[k], c
				s.Headings[at[k]] = r.heading[c]
			}
		}
		m.Sheets = append(m.Sheets, s)
	}
	for i, sh := range b.Sheets() {
		switch {
		case sh.Hidden:
			m.Hidden = append(m.Hidden, sh.Name)
		case !read[i]:
			m.Skipped = append(m.Skipped, sh.Name)
		}
	}
	return m
}

// readHead reads the rows in which a heading may stand, one more for the
// second row of a heading that begins in the last of them.
func readHead(sh *sheet.Sheet) (map[int][]string, error) {
	head := map[int][]string{}
	err := sh.Rows(func(n int, cells []sheet.Cell) error {
		if n > headerRows+1 {
			return sheet.Stop
		}
		row := make([]string, cells[len(cells)-1].Col+1)
		for _, c := range cells {
			row[c.Col] = CleanText(c.Text)
		}
		head[n] = row
		return nil
	})
	return head, err
}

// textAbove is what stands above the heading that a reading found.
func textAbove(head map[int][]string, r reading) []string {
	var out []string
	for n := 1; n <= r.row-r.depth; n++ {
		for _, s := range head[n] {
			if s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}
