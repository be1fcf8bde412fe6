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
	found = own(found, layouts)
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

// own drops the sheets that are known to be no business of the kind, as long as
// another sheet is.
func own(found []reading, layouts []Layout) []reading {
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

// reading is one way to read a sheet.
type reading struct {
	sheet, layout int
	row, depth    int
	above         []string
	column        []int // by column of the sheet: index into the layout's columns, -1 unknown
	heading       []string
	count         int
	missing       []string
	unknown       []string
	twice         []string
}

// bestReading tries every row as the heading, alone and with the row of group
// headings above it. On a tie the deeper reading wins: the row below then has
// nothing under any known column and is no row of data.
func bestReading(head map[int][]string, l *Layout) reading {
	exact, bare := layoutIndex(l)
	best := reading{missing: missing(l, nil)}
	for row := 1; row <= headerRows+1; row++ {
		child := head[row]
		if child == nil {
			continue
		}
		if row <= headerRows {
			if r := readRow(l, exact, bare, nil, child); r.count > best.count {
				r.row, r.depth = row, 1
				best = r
			}
		}
		if parent := head[row-1]; parent != nil {
			if r := readRow(l, exact, bare, parent, child); r.count > best.count || r.count == best.count && row > best.row && r.count > 0 {
				r.row, r.depth = row, 2
				best = r
			}
		}
	}
	return best
}

// layoutIndex finds columns by folded heading; several columns may share one
// (联系电话 of the household and of the person) and take it in their order.
func layoutIndex(l *Layout) (exact, bare map[string][]int) {
	exact, bare = map[string][]int{}, map[string][]int{}
	for k, c := range l.Columns {
		for _, h := range c.Headings {
			exact[Fold(h)] = append(exact[Fold(h)], k)
			bare[foldBare(h)] = append(bare[foldBare(h)], k)
		}
	}
	return exact, bare
}

// readRow gives each column of the sheet its place in the layout: first by the
// whole heading, then, for what is left, without units and remarks in brackets.
func readRow(l *Layout, exact, bare map[string][]int, parent, child []string) reading {
	width := max(len(parent), len(child))
	r := reading{column: make([]int, width), heading: make([]string, width)}
	names := make([][]string, width)
	group := ""
	for c := range width {
		r.column[c] = -1
		p, ch := at(parent, c), at(child, c)
		switch {
		case p != "":
			group = p
		case ch == "":
			group = "" // a gap ends the group heading that reaches to the right
		}
		switch {
		case ch != "" && parent != nil && group != "":
			names[c] = []string{group + ch, ch + group, ch}
		case ch != "":
			names[c] = []string{ch}
		case p != "":
			names[c] = []string{p}
		}
		if len(names[c]) > 0 {
			r.heading[c] = names[c][len(names[c])-1]
		}
	}
	taken := make([]bool, len(l.Columns))
	dup := make([]bool, width)
	assign := func(index map[string][]int, fold func(string) string) {
		for c := range width {
			for _, name := range names[c] {
				if r.column[c] >= 0 {
					break
				}
				for _, k := range index[fold(name)] {
					if dup[c] = taken[k]; !taken[k] {
						taken[k], r.column[c] = true, k
						r.count++
						break
					}
				}
			}
		}
	}
	assign(exact, Fold)
	assign(bare, foldBare)
	for c := range width {
		switch {
		case r.column[c] >= 0 || len(names[c]) == 0:
		case dup[c]:
			r.twice = append(r.twice, r.heading[c])
		default:
			r.unknown = append(r.unknown, r.heading[c])
		}
	}
	r.missing = missing(l, taken)
	return r
}

func at(row []string, c int) string {
	if c < len(row) {
		return row[c]
	}
	return ""
}

// missing lists the required columns that were not found, by their first heading.
func missing(l *Layout, taken []bool) []string {
	var out []string
	for k, c := range l.Columns {
		if c.Required && (taken == nil || !taken[k]) {
			name := c.Key
			if len(c.Headings) > 0 {
				name = c.Headings[0]
			}
			out = append(out, name)
		}
	}
	for _, group := range l.OneOf {
		var names []string
		there := false
		for _, key := range group {
			for k, c := range l.Columns {
				if c.Key != key {
					continue
				}
				there = there || taken != nil && taken[k]
				names = append(names, c.Headings[0])
			}
		}
		if !there && len(names) > 0 {
			out = append(out, strings.Join(names, "/"))
		}
	}
	return out
}
