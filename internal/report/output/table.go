package output

import "strings"

// align of a text in its cell.
type align uint8

const (
	centre align = iota
	left
	right
)

// cell of a table; row and column follow from its place and the spans above.
type cell struct {
	text         string
	down, across int
	align        align
	bold         bool
	size         float64 // points, 0 for the table's
	bare         bool    // no border
}

// table is what a form is drawn from: relative widths, rows of cells, those
// under a merged one left out. The first page begins with the rows before
// heads, every other one with those from again to heads.
type table struct {
	widths []float64
	rows   [][]cell
	again  int
	heads  int
	min    float64 // least height of a row, points
}

// placed is a cell with its lines, column and width.
type placed struct {
	*cell
	row, col int
	width    float64
	lines    []string
}

const (
	bodySize = 10.5
	pad      = 3.5
	leading  = 1.32
)

func (c *cell) points() float64 {
	if c.size > 0 {
		return c.size
	}
	return bodySize
}

func (p *placed) need() float64 {
	n := float64(len(p.lines))
	if n == 1 && p.lines[0] == "" {
		return 0
	}
	return n*p.points()*leading + 2*pad
}

// fitter measures and breaks texts (canvas).
type fitter interface {
	lines(text string, width, size float64) []string
	measure(text string, size float64) float64
}

// fit breaks the cell's text into lines. A short one that nearly fits on one
// line, （个数） or a telephone, is set a little smaller instead.
func (p *placed) fit(c fitter) {
	room := p.width - 2*pad
	p.lines = c.lines(p.text, room, p.points())
	if n := len([]rune(p.text)); len(p.lines) < 2 || n > 14 || strings.Contains(p.text, "\n") {
		return
	}
	if share := room / c.measure(p.text, p.points()); share >= 0.78 && share < 1 {
		p.size = p.points() * share * 0.995
		p.lines = []string{p.text}
	}
}

// place finds every cell's column and wraps its text; heights are those of the
// rows.
func (t *table) place(total float64, c fitter) (cells []placed, cols, heights []float64) {
	sum := 0.0
	for _, w := range t.widths {
		sum += w
	}
	cols = make([]float64, len(t.widths)+1)
	for i, w := range t.widths {
		cols[i+1] = cols[i] + w/sum*total
	}
	heights = make([]float64, len(t.rows))
	taken := make([]int, len(t.widths)) // first free row of each column
	for r := range t.rows {
		heights[r] = t.min
		at := 0
		for i := range t.rows[r] {
			x := &t.rows[r][i]
			for at < len(taken) && taken[at] > r {
				at++
			}
			if at >= len(taken) {
				break
			}
			x.down, x.across = max(1, x.down), min(max(1, x.across), len(taken)-at)
			p := placed{cell: x, row: r, col: at, width: cols[at+x.across] - cols[at]}
			p.fit(c)
			cells = append(cells, p)
			for k := at; k < at+x.across; k++ {
				taken[k] = r + x.down
			}
			at += x.across
		}
	}
	for _, p := range cells {
		if p.down == 1 {
			heights[p.row] = max(heights[p.row], p.need())
		}
	}
	for _, p := range cells {
		have := 0.0
		last := min(p.row+p.down, len(heights))
		for r := p.row; r < last; r++ {
			have += heights[r]
		}
		if missing := p.need() - have; missing > 0 {
			for r := p.row; r < last; r++ {
				heights[r] += missing / float64(last-p.row)
			}
		}
	}
	return cells, cols, heights
}

// groups splits the rows into those that must stay together on a page: cells
// that reach down bind their rows.
func groups(cells []placed, rows int) (ends []int) {
	reach := make([]int, rows)
	for _, p := range cells {
		reach[p.row] = max(reach[p.row], p.row+p.down)
	}
	end := 0
	for r := range rows {
		end = max(end, reach[r], r+1)
		if end == r+1 {
			ends = append(ends, end)
		}
	}
	if len(ends) == 0 || ends[len(ends)-1] < rows {
		ends = append(ends, rows)
	}
	return ends
}
