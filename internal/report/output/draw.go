package output

import (
	"fmt"
	"strings"

	"wengang/internal/report"
)

// drawing is one sheet on its way to paper: y is where the next thing goes.
type drawing struct {
	*canvas
	sheet *report.Sheet
	o     Options
	t     *table
	y     float64
}

func (d *drawing) inner() float64 { return d.width - 2*side }

// newPage begins a page; a sheet that is not frozen has 草稿 across it.
func (d *drawing) newPage() {
	d.page()
	d.y = top
	if d.sheet.Frozen {
		return
	}
	d.pdf.SetTextColor(232, 232, 232)
	d.pdf.Rotate(30, d.width/2, d.height/2)
	d.text(0, d.height/2-60, d.width, 120, "草稿", centre, false)
	d.pdf.RotateReset()
	d.pdf.SetTextColor(0, 0, 0)
}

// head draws annex, title, unit and date. A designed form has these words in
// its own table.
func (d *drawing) head() {
	d.newPage()
	if designed(d.sheet) {
		return
	}
	f := d.sheet.Form
	d.text(side, d.y, d.inner(), 13, f.Annex, left, false)
	d.y += 22
	for _, l := range d.lines(f.Title, d.inner(), 20) {
		d.text(side, d.y, d.inner(), 20, l, centre, true)
		d.y += 26
	}
	d.y += 10
	d.text(side, d.y, d.inner(), 11, f.Left+d.o.Office, left, false)
	d.text(side, d.y, d.inner(), 11, "填表日期："+report.ChineseDate(d.sheet.FilledOn), right, false)
	d.y += 20
}

func designed(sh *report.Sheet) bool {
	return sh.Form.Design != nil && sh.Form.Design.Paper != nil
}

// body draws the table over as many pages as it needs.
func (d *drawing) body() {
	t := d.t
	cells, cols, heights := t.place(d.inner(), d.canvas)
	var first, heads float64
	for r := range t.heads {
		first += heights[r]
		if r >= t.again {
			heads += heights[r]
		}
	}
	d.rows(cells, cols, heights, 0, t.heads, d.y)
	d.y += first
	from := t.heads
	for _, end := range groups(cells, len(t.rows)) {
		if end <= t.heads {
			continue
		}
		tall := 0.0
		for r := from; r < end; r++ {
			tall += heights[r]
		}
		if d.y+tall > d.height-bottom && d.y > top+heads {
			d.newPage()
			d.rows(cells, cols, heights, t.again, t.heads, d.y)
			d.y += heads
		}
		d.rows(cells, cols, heights, from, end, d.y)
		d.y += tall
		from = end
	}
}

// rows draws the cells that begin in the rows from..to, the first at y.
func (d *drawing) rows(cells []placed, cols, heights []float64, from, to int, y float64) {
	tops := make([]float64, len(heights)+1)
	tops[from] = y
	for r := from; r < len(heights); r++ {
		tops[r+1] = tops[r] + heights[r]
	}
	d.pdf.SetLineWidth(0.6)
	for i := range cells {
		p := &cells[i]
		if p.row < from || p.row >= to {
			continue
		}
		x, up, down := side+cols[p.col], tops[p.row], tops[min(p.row+p.down, len(heights))]
		if !p.bare {
			d.pdf.RectFromUpperLeft(x, up, p.width, down-up)
		}
		tall := float64(len(p.lines)) * p.points() * leading
		at := up + (down-up-tall)/2 + p.points()*(leading-1)/2
		for _, l := range p.lines {
			d.text(x+pad, at, p.width-2*pad, p.points(), l, p.align, p.bold)
			at += p.points() * leading
		}
	}
}

// tableOf is the sheet as a table: of a designed form its filled blank, else
// the declared columns.
func tableOf(sh *report.Sheet, o Options) (*table, error) {
	if designed(sh) {
		g, err := sh.Form.Design.Paper.Grid(sh, report.Foot{Office: o.Office, Phone: o.Phone})
		return fromGrid(g), err
	}
	return declared(sh), nil
}

func declared(sh *report.Sheet) *table {
	cols := sh.Form.Printed()
	heads, depth := report.Headings(cols)
	t := &table{rows: make([][]cell, depth), heads: depth, min: 21}
	for i := range cols {
		t.widths = append(t.widths, cols[i].Width)
	}
	for _, h := range heads {
		t.rows[h.Row] = append(t.rows[h.Row], cell{text: h.Text, down: h.Down, across: h.Across, size: 10})
	}
	for _, r := range sh.Paper() {
		var row []cell
		for i := range cols {
			x := cell{bold: r.Role == report.Total}
			if c := r.Cell(cols[i].Key); c != nil {
				x.text = report.Printed(&cols[i], &r, c)
			}
			if cols[i].Wrapped {
				x.align = left
			}
			row = append(row, x)
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// narrow is the width in characters up to which a blank stands upright.
const narrow = 88

func (t *table) upright() bool {
	sum := 0.0
	for _, w := range t.widths {
		sum += w
	}
	return sum <= narrow
}

// heading finds the rows above the first one with figures, without the title
// and lines over the whole width: they are repeated on every page.
func heading(g report.Grid) (again, heads int) {
	for i, row := range g.Rows {
		for _, c := range row {
			if c.Row != "" {
				return again, i
			}
		}
		if len(row) == 1 && again == i {
			again = i + 1
		}
	}
	return 0, 0
}

func fromGrid(g report.Grid) *table {
	t := &table{widths: g.Widths, min: 18}
	if t.again, t.heads = heading(g); t.heads > 12 {
		t.again, t.heads = 0, 0
	}
	for _, row := range g.Rows {
		var out []cell
		for _, c := range row {
			x := cell{text: c.Text, down: c.Down, across: c.Across, bold: c.Head && c.Across > 1 && c.Across >= len(g.Widths)-1}
			if c.Left {
				x.align = left
			}
			if c.Across >= len(g.Widths)-1 && len(g.Widths) > 2 {
				x.bare = !c.Box
				if c.Head {
					x.size = 16
				}
			}
			out = append(out, x)
		}
		t.rows = append(t.rows, out)
	}
	return t
}

// foot draws note, filler and telephone; all of it stays on one page.
func (d *drawing) foot() {
	var lines []string
	if !designed(d.sheet) {
		if d.sheet.Form.Note != "" {
			lines = append(lines, d.lines(d.sheet.Form.Note, d.inner(), 11)...)
		}
		lines = append(lines, "")
	}
	if d.y+float64(len(lines))*20+10 > d.height-bottom {
		d.newPage()
	}
	d.y += 8
	for i, l := range lines {
		if i == len(lines)-1 && l == "" {
			d.text(side, d.y, d.inner()/2, 11, "填表人："+d.sheet.Filler, left, false)
			d.text(side+d.inner()/2, d.y, d.inner()/2, 11, "电话："+d.o.Phone, left, false)
		}
		d.text(side, d.y, d.inner(), 11, l, left, false)
		d.y += 20
	}
}

// finish puts state, code and page number at the foot of every page.
func (d *drawing) finish() error {
	state := Mark(d.sheet)
	if code := d.sheet.Code(); code != "" {
		state += "　" + code
	}
	for i := 1; i <= d.pages; i++ {
		d.keep(d.pdf.SetPage(i))
		y := d.height - 30
		d.text(side, y, d.inner(), 9, state, left, false)
		d.text(side, y, d.inner(), 9, fmt.Sprintf("第 %d 页　共 %d 页", i, d.pages), right, false)
		if len(d.missing) > 0 && i == d.pages {
			d.text(side, y+12, d.inner(), 8, Absent(d.missing), left, false)
		}
	}
	return d.err
}

// Absent is the line that names the signs which the font lacks.
func Absent(missing []rune) string {
	var names []string
	for _, r := range missing {
		names = append(names, fmt.Sprintf("U+%04X", r))
	}
	return "字库缺字，以" + string(absent) + "代，请手写补正：" + strings.Join(names, "、")
}

// Mark is the state of a sheet in the words of paper.
func Mark(sh *report.Sheet) string {
	if !sh.Frozen || sh.Report == nil {
		return "【草稿】"
	}
	words := map[report.State]string{report.Filled: "送审稿，待审核", report.Reviewed: "送审稿，待分管签署", report.Approved: "送审稿，待主要负责人签署",
		report.Submitted: "已报送", report.Accepted: "已受理", report.Locked: "已锁定", report.Returned: "已退回", report.Sentback: "已退回修改"}
	word := words[sh.Report.State]
	switch {
	case sh.Version < sh.Report.Version:
		word = "旧版，已有新版"
	case word == "":
		word = "草稿"
	}
	return fmt.Sprintf("【%s】第 %d 版", word, sh.Version)
}
