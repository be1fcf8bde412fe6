package transfer

import "strings"

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
