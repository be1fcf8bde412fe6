package transfer

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/fault"
	"wengang/internal/secret"
	"wengang/internal/sheet"
)

// Mapping says by hand which heading of a file is which column. It goes by the
// headings' words, so columns may change places from one file to the next.
type Mapping struct {
	ID       int64       `json:"id,omitempty"` // of what the office remembers; 0: chosen for this file
	Layout   string      `json:"layout"`
	HeadRow  int         `json:"head_row"`  // last row of the heading in the file it was made for
	HeadRows int         `json:"head_rows"` // 1 or 2
	Columns  []MapColumn `json:"columns"`
}

// MapColumn is one heading with its column.
type MapColumn struct {
	Heading string `json:"h"`
	Key     string `json:"k,omitempty"` // "": not imported
}

// chosen reports whether somebody chose the columns of a layout by hand.
func (l *Layout) chosen() bool { return l.mapping != nil }

// groupMark stands between a group heading and the one below it.
const groupMark = "｜"

// wholeHeadings are the headings of a sheet's columns with the group heading
// before them, "" for a column without. A heading that stands twice is numbered,
// so that each can be chosen.
func wholeHeadings(parent, child []string) []string {
	out := make([]string, max(len(parent), len(child)))
	seen := map[string]int{}
	group := ""
	for c := range out {
		p, ch := at(parent, c), at(child, c)
		switch {
		case p != "":
			group = p
		case ch == "":
			group = ""
		}
		switch {
		case ch == "":
			out[c] = p
		case parent != nil && group != "" && group != ch:
			out[c] = group + groupMark + ch
		default:
			out[c] = ch
		}
		if out[c] == "" {
			continue
		}
		key := Fold(out[c])
		if seen[key]++; seen[key] > 1 {
			out[c] += "（" + strconv.Itoa(seen[key]) + "）"
		}
	}
	return out
}

// signature names a set of headings, whatever their order; "" for fewer than
// two, which say nothing.
func signature(headings []string) string {
	var all []string
	for _, h := range headings {
		if f := Fold(h); f != "" {
			all = append(all, f)
		}
	}
	if len(all) < 2 {
		return ""
	}
	slices.Sort(all)
	sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
	return hex.EncodeToString(sum[:16])
}

// headAt are the whole headings where the heading ends in row and is rows deep.
func headAt(head map[int][]string, row, rows int) []string {
	child := head[row]
	if rows == 2 {
		if head[row-1] == nil {
			return nil
		}
		return wholeHeadings(head[row-1], child)
	}
	return wholeHeadings(nil, child)
}

// signatures are those of every place where a heading may stand in the book's
// visible sheets.
func signatures(b *sheet.Book) ([]string, error) {
	var out []string
	for _, sh := range b.Sheets() {
		if sh.Hidden {
			continue
		}
		head, err := readHead(sh)
		if err != nil {
			return nil, err
		}
		for row := 1; row <= headerRows+1; row++ {
			for rows := 1; rows <= 2; rows++ {
				if s := signature(headAt(head, row, rows)); s != "" && !slices.Contains(out, s) {
					out = append(out, s)
				}
			}
		}
	}
	return out, nil
}

// recogniseMapped reads a book as its mapping says: every visible sheet that
// has all the headings that are imported.
func recogniseMapped(b *sheet.Book, l Layout) (*Match, error) {
	var found []reading
	var names []string
	m := l.mapping
	for i, sh := range b.Sheets() {
		if sh.Hidden {
			continue
		}
		names = append(names, sh.Name)
		head, err := readHead(sh)
		if err != nil {
			return nil, err
		}
		if r, ok := l.mappedReading(head, m); ok {
			r.sheet, r.above = i, textAbove(head, r)
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		return nil, fault.New(fault.Invalid, "import.map.gone", strings.Join(names, "、"))
	}
	if miss := found[0].missing; len(miss) > 0 {
		return nil, fault.New(fault.Invalid, "import.map.missing", strings.Join(miss, "、"))
	}
	return assemble(b, l, 0, found), nil
}

// mappedReading finds the mapping's headings in a sheet, first where they stood
// in the file that it was made for.
func (l *Layout) mappedReading(head map[int][]string, m *Mapping) (reading, bool) {
	if r, ok := l.mappedAt(head, m, m.HeadRow, m.HeadRows); ok {
		return r, true
	}
	for rows := 2; rows >= 1; rows-- {
		for row := 1; row <= headerRows+1; row++ {
			if r, ok := l.mappedAt(head, m, row, rows); ok {
				return r, true
			}
		}
	}
	return reading{}, false
}

func (l *Layout) mappedAt(head map[int][]string, m *Mapping, row, rows int) (reading, bool) {
	names := headAt(head, row, rows)
	r := reading{row: row, depth: rows, column: make([]int, len(names)), heading: names}
	taken := make([]bool, len(l.Columns))
	at := map[string]int{}
	for c, h := range names {
		r.column[c] = -1
		if f := Fold(h); f != "" {
			at[f] = c + 1
		}
	}
	known := map[int]bool{}
	for _, mc := range m.Columns {
		c := at[Fold(mc.Heading)] - 1
		if c < 0 {
			if mc.Key != "" {
				return r, false
			}
			continue
		}
		known[c] = true
		k := slices.IndexFunc(l.Columns, func(x Column) bool { return x.Key == mc.Key })
		if mc.Key == "" || k < 0 || taken[k] {
			r.unknown = append(r.unknown, names[c])
			continue
		}
		taken[k], r.column[c] = true, k
		r.count++
	}
	for c, h := range names {
		if h != "" && !known[c] {
			r.unknown = append(r.unknown, h)
		}
	}
	r.missing = missing(l, taken)
	return r, r.count > 0
}

// byHand is the layout over which a kind's columns are chosen one by one: the
// kind's own list for that, with what the recognised layout has beside; kinds
// without one are chosen over the layout itself.
func byHand(k Kind, layout string) (Layout, bool) {
	var hand, named *Layout
	all := k.Layouts()
	usable := 0
	for i := range all {
		switch {
		case all[i].Hand:
			hand = &all[i]
		case all[i].Refuse == "":
			usable++
			if all[i].ID == layout || layout == "" && named == nil {
				named = &all[i]
			}
		}
	}
	switch {
	case hand == nil && named != nil && (layout != "" || usable == 1):
		return *named, true
	case hand == nil:
		return Layout{}, false
	case named == nil || layout == "" || layout == hand.ID:
		return *hand, true
	}
	l := Layout{ID: named.ID, Title: named.Title, OneOf: hand.OneOf, Columns: slices.Clone(hand.Columns)}
	for _, c := range named.Columns {
		if !slices.ContainsFunc(l.Columns, func(x Column) bool { return x.Key == c.Key }) {
			c.Required = false
			l.Columns = append(l.Columns, c)
		}
	}
	return l, true
}

// layoutsFor are the layouts by which a batch's file is read again: its own, or
// the columns that somebody chose.
func (s *Service) layoutsFor(in Info) ([]Layout, error) {
	k := s.kinds[in.Kind]
	if in.Reading.Mapping == nil {
		return layoutsOf(k, in.Layout)
	}
	l, ok := byHand(k, in.Reading.Mapping.Layout)
	if !ok {
		return nil, fault.New(fault.Invalid, "import.gone")
	}
	l.mapping = in.Reading.Mapping
	return []Layout{l}, nil
}

// shownSample is a cell of the file as the page of columns shows it: what may
// be somebody's number is hidden whatever the column was taken for.
func shownSample(s string, hidden bool) string {
	s = clip(CleanText(s))
	if hidden || longRun(s) {
		return MaskValue(s)
	}
	return secret.Scrub(s)
}

// longRun finds seven digits or letters of a number in a row: telephone
// numbers, certificates, accounts.
func longRun(s string) bool {
	run := 0
	for _, r := range s {
		if r = narrow(r); r >= '0' && r <= '9' || run > 0 && (r == 'X' || r == 'x') {
			if run++; run >= 7 {
				return true
			}
		} else {
			run = 0
		}
	}
	return false
}
