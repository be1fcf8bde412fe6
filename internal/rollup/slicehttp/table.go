package slicehttp

import (
	"cmp"
	"slices"
	"strconv"

	"wengang/internal/indicator"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// maxColumns is how many columns of values stand on the page; the file has all.
const maxColumns = 24

type tableView struct {
	Corner             string
	Heads              []headView
	Total              bool // a total column
	Share              bool
	Compared           bool
	TotalIs, TotalUnit string
	Rows               []rowView
	Sum                rowView
	Hidden             int // columns that only the file has
	Rest               bool
}

type headView struct{ Label, Unit, Href string }

type rowView struct {
	Name, Href, Down string
	Cells            []cellView
	Total            cellView
	Share            string
	Last, Year       web.Change
	Line             string
	LineOn           bool
}

type cellView struct{ Text, Href string }

// shown writes a value in its unit.
func shown(d *indicator.Def, v rollup.Value) string {
	return web.Amount(d.Unit, v.Known, v.N, v.Float())
}

func unit(r *web.Request, d *indicator.Def) string {
	return r.T("indicator.unit." + string(d.Unit))
}

// table draws the matrix with its links.
func table(r *web.Request, m *matrix, w *Words) tableView {
	x := m.x
	t := tableView{Corner: w.Dim(x.Rows), Total: m.heads == nil, Share: m.width() == 0 && m.additive() && !x.Rows.Overlaps(), Compared: m.last != nil && m.heads == nil,
		TotalIs: r.T(x.Ind.Key()), TotalUnit: unit(r, x.Ind)}
	if m.width() > 0 {
		t.TotalIs = r.T("board.total")
	}
	cols := m.columns(&t)
	for _, j := range cols {
		hd := headView{Unit: unit(r, m.def(j))}
		if m.heads != nil {
			hd.Label, hd.Href = r.T(m.heads[j].Key()), r.Self("ind", m.heads[j].ID, "cols", "", "line", "")
		} else {
			hd.Label, hd.Href, hd.Unit = w.Value(x.Cols, m.cols[j]), x.only(r, x.Cols, m.cols[j]), ""
		}
		t.Heads = append(t.Heads, hd)
	}
	link := mayList(r)
	for _, key := range m.rows {
		t.Rows = append(t.Rows, m.line(r, w, &t, cols, key, link))
	}
	t.Sum = m.sum(r, w, &t, cols, link)
	return t
}

// columns are those that the page shows: all, or the largest.
func (m *matrix) columns(t *tableView) []int {
	out := make([]int, m.width())
	for i := range out {
		out[i] = i
	}
	if len(out) <= maxColumns {
		return out
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(m.col(b).Float(), m.col(a).Float()) })
	t.Hidden, t.Rest = len(out)-maxColumns, m.additive() && !m.x.Cols.Overlaps()
	out = out[:maxColumns]
	slices.Sort(out)
	return out
}

// rest is what the columns that are not shown hold of a row.
func rest(all int64, shown []rollup.Value) int64 {
	for _, v := range shown {
		all -= v.N
	}
	return all
}

func (m *matrix) line(r *web.Request, w *Words, t *tableView, cols []int, key int64, link bool) rowView {
	x := m.x
	row := rowView{Name: w.Value(x.Rows, key), Href: x.only(r, x.Rows, key)}
	if x.Rows == rollup.DimPlace {
		row.Href = r.Self("at", valueText(x.Rows, key), "w.place", "", "level", "", "line", "")
	}
	var values []rollup.Value
	for _, j := range cols {
		v := m.cell(key, j)
		values = append(values, v)
		c := cellView{Text: shown(m.def(j), v)}
		if link && v.Known && v.N != 0 {
			c.Href = m.listOf(r, key, j)
		}
		row.Cells = append(row.Cells, c)
	}
	v := m.row(key)
	if t.Rest {
		row.Cells = append(row.Cells, cellView{Text: web.Thousands(rest(v.N, values))})
	}
	row.Total = cellView{Text: shown(x.Ind, v)}
	if link && v.Known && v.N != 0 {
		row.Total.Href = x.list(r, []rollup.Dim{x.Rows}, []int64{key})
	}
	if whole := m.whole(); t.Share && whole.N != 0 {
		row.Share = web.Percent(float64(v.N) / float64(whole.N) * 100)
	}
	if t.Compared {
		last, year := m.changes(&key)
		row.Last, row.Year = change(r, w, x.Ind, "board.mom", last), change(r, w, x.Ind, "board.yoy", year)
		row.LineOn = x.Line != nil && *x.Line == key
		row.Line = r.Self("line", strconv.FormatInt(key, 10))
		if row.LineOn {
			row.Line = r.Self("line", "")
		}
	}
	return row
}

// listOf is the list behind a cell; columns of Headline have their own
// indicator.
func (m *matrix) listOf(r *web.Request, key int64, col int) string {
	if m.heads != nil {
		y := *m.x
		y.Ind = m.heads[col]
		return y.list(r, []rollup.Dim{m.x.Rows}, []int64{key})
	}
	return m.x.list(r, []rollup.Dim{m.x.Rows, m.x.Cols}, []int64{key, m.cols[col]})
}

func (m *matrix) sum(r *web.Request, w *Words, t *tableView, cols []int, link bool) rowView {
	x := m.x
	s := rowView{Name: r.T("board.total")}
	if m.additive() && x.Rows.Overlaps() {
		s.Name = r.T("slice.total.once")
	}
	var values []rollup.Value
	for _, j := range cols {
		v := m.col(j)
		values = append(values, v)
		c := cellView{Text: shown(m.def(j), v)}
		if link && v.Known && v.N != 0 {
			if m.heads != nil {
				y := *x
				y.Ind = m.heads[j]
				c.Href = y.list(r, nil, nil)
			} else {
				c.Href = x.list(r, []rollup.Dim{x.Cols}, []int64{m.cols[j]})
			}
		}
		s.Cells = append(s.Cells, c)
	}
	v := m.whole()
	if t.Rest {
		s.Cells = append(s.Cells, cellView{Text: web.Thousands(rest(v.N, values))})
	}
	s.Total = cellView{Text: shown(x.Ind, v)}
	if link && v.Known && v.N != 0 {
		s.Total.Href = x.list(r, nil, nil)
	}
	if t.Share {
		s.Share = web.Percent(100)
	}
	if t.Compared {
		last, year := m.changes(nil)
		s.Last, s.Year = change(r, w, x.Ind, "board.mom", last), change(r, w, x.Ind, "board.yoy", year)
	}
	return s
}

// change puts a comparison into words; a refused one says why.
func change(r *web.Request, w *Words, d *indicator.Def, label string, c rollup.Change) web.Change {
	out := web.Change{Label: r.T(label)}
	if !c.OK {
		out.Reason = reason(r, w, c)
		return out
	}
	p := c.Ratio * 100
	out.Up, out.Down = p >= 0.05, p <= -0.05
	if p < 0 {
		p = -p
	}
	if d.Unit == indicator.Rate {
		out.Value = r.T("board.points", web.Rate(p))
	} else {
		out.Value = web.Percent(p)
	}
	return out
}

// notes are the plain sentences below the table.
func notes(r *web.Request, m *matrix, w *Words, t *tableView) []string {
	var out []string
	x := m.x
	if m.additive() {
		over := ""
		for _, d := range []rollup.Dim{x.Rows, x.Cols} {
			if d.Overlaps() {
				if over != "" {
					over += r.T("people.and")
				}
				over += w.Dim(d)
			}
		}
		if over != "" {
			out = append(out, r.T("slice.note.overlap", over))
		}
	} else if m.heads == nil {
		out = append(out, r.T("slice.note.derived", r.T(x.Ind.Key())))
	}
	if t.Hidden > 0 {
		out = append(out, r.T("slice.note.hidden", maxColumns, t.Hidden))
	}
	if m.hasNone() {
		out = append(out, r.T("slice.note.none"))
	}
	return out
}

// hasNone reports a row or column of people about whom nothing is stated.
func (m *matrix) hasNone() bool {
	return stated(m.x.Rows) && slices.Contains(m.rows, 0) || stated(m.x.Cols) && slices.Contains(m.cols, 0)
}

// stated are the dimensions that a record may leave blank.
func stated(d rollup.Dim) bool {
	return d != rollup.DimPlace && d != rollup.DimTag && d != rollup.DimSettlement && d != rollup.DimKind && d != rollup.DimClass
}
