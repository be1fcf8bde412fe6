package listing

import (
	"unicode/utf8"

	"wengang/internal/region"
)

// Head is a column of a printed list.
type Head struct {
	Key, Label string
	Width      int // characters
	Form       Form
	Share      float64 // of the paper's width, percent
}

// LedgerRow is a printed row, or the name of the village that the rows behind
// it belong to.
type LedgerRow struct {
	No    int
	Group string // village; Cells are empty then
	Cells []string
	ID    int64
	lines int
}

// Sheet is one A4 page, landscape.
type Sheet struct {
	No, Of int
	Rows   []LedgerRow
	Last   bool // of its ledger: the signatures stand below
}

// Ledger is a list as it is printed.
type Ledger struct {
	Title  string
	Heads  []Head
	Sheets []Sheet
	Total  int
}

// The paper: half lines of 9.5-point text that fit between heading and foot of
// A4 landscape, and Chinese characters that fit across beside the padding.
const (
	sheetHalves = 66
	sheetChars  = 72
	noChars     = 3 // running number
)

// fit widens or narrows the columns of words to the width of the paper;
// numbers and figures keep theirs, because they must not break.
func fit(heads []Head) []Head {
	fixed, free := noChars, 0
	for _, h := range heads {
		if h.Form == Text && h.Width > 3 {
			free += h.Width
		} else {
			fixed += h.Width
		}
	}
	factor := max(0.45, float64(sheetChars-fixed)/float64(max(free, 1)))
	out, sum := make([]Head, len(heads)), float64(noChars)
	for i, h := range heads {
		if out[i] = h; h.Form == Text && h.Width > 3 {
			out[i].Width = max(2, int(float64(h.Width)*factor))
		}
		sum += float64(out[i].Width)
	}
	for i := range out {
		out[i].Share = float64(out[i].Width) / sum * 100
	}
	return out
}

// width is how many Chinese characters wide a text is.
func width(s string) int {
	w := 0
	for _, r := range s {
		if r < 0x2E80 {
			w++
		} else {
			w += 2
		}
	}
	return (w + 1) / 2
}

// linesOf is how many lines a cell needs in its column.
func linesOf(s string, chars int) int {
	if s == "" || utf8.RuneCountInString(s) <= chars/2 {
		return 1
	}
	return (width(s) + chars - 1) / chars
}

// weigh counts a row's lines of text; a row of n lines takes n and a half.
func (r *LedgerRow) weigh(heads []Head) {
	r.lines = 1
	for i, c := range r.Cells {
		r.lines = max(r.lines, linesOf(c, heads[i].Width))
	}
}

// paginate cuts rows into sheets. A village's name never stands last on a
// page; with split every village begins one.
func paginate(rows []LedgerRow, heads []Head, split bool) []Sheet {
	var out []Sheet
	var cur []LedgerRow
	used := 0
	flush := func() {
		if len(cur) > 0 {
			out = append(out, Sheet{Rows: cur})
		}
		cur, used = nil, 0
	}
	for i := range rows {
		r := &rows[i]
		r.weigh(heads)
		need := 2*r.lines + 1 // half lines
		keep := need
		if r.Group != "" && i+1 < len(rows) {
			keep += 3
		}
		if len(cur) > 0 && (used+keep > sheetHalves || split && r.Group != "") {
			flush()
		}
		cur = append(cur, *r)
		used += need
	}
	flush()
	if len(out) == 0 {
		out = []Sheet{{}}
	}
	for i := range out {
		out[i].No, out[i].Of = i+1, len(out)
	}
	out[len(out)-1].Last = true
	return out
}

// sparse reports a list in whose villages stand one or two people each: names
// of villages between them would hide the people.
func sparse(villages []region.Code) bool {
	n := 0
	for i, v := range villages {
		if i == 0 || villages[i-1] != v {
			n++
		}
	}
	return 2*n > len(villages)
}

// group puts the village's name before its rows where there are several.
func group(rows []LedgerRow, villages []region.Code, name func(region.Code) string) []LedgerRow {
	several := false
	for _, v := range villages {
		several = several || v != villages[0]
	}
	if !several {
		return rows
	}
	var out []LedgerRow
	for i, r := range rows {
		if i == 0 || villages[i] != villages[i-1] {
			out = append(out, LedgerRow{Group: name(villages[i])})
		}
		out = append(out, r)
	}
	return out
}
