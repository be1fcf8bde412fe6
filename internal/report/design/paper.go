package design

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"wengang/internal/report"
)

// paper fills a blank: values go into its own cells, every style, merged cell,
// formula, note and other sheet stays.
type paper struct {
	raw  []byte
	spec *Spec
}

// filling is one blank being filled.
type filling struct {
	f       *excelize.File
	s       *Spec
	t       *Table // the blank
	sh      *report.Sheet
	values  map[Word]string
	shift   int // rows that were put in below the lines
	shown   map[string]report.GridCell
	styles  map[[2]int]int
	Nowhere []string // places without a row in the blank
}

// Write answers the filled workbook.
func (p *paper) Write(sh *report.Sheet, foot report.Foot, out io.Writer) error {
	f, _, err := p.fill(sh, foot)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteTo(out); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

func (p *paper) fill(sh *report.Sheet, foot report.Foot) (*excelize.File, *filling, error) {
	f, err := open(p.raw)
	if err != nil {
		return nil, nil, err
	}
	t, err := readSheet(f, p.spec.Sheet)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	x := &filling{f: f, s: p.spec, t: t, sh: sh, values: words(sh, foot), shown: map[string]report.GridCell{}, styles: map[[2]int]int{}}
	for _, step := range []func() error{x.unlink, x.lines, x.cells, x.recalculate} {
		if err := step(); err != nil {
			f.Close()
			return nil, nil, err
		}
	}
	return f, x, nil
}

// words that go into the blank beside the figures.
func words(sh *report.Sheet, foot report.Foot) map[Word]string {
	last := sh.Period.Last()
	period := fmt.Sprintf("%d年%d月", last.Year(), last.Num())
	if sh.Form.Every == report.Yearly {
		period = fmt.Sprintf("%d年", last.Year())
	}
	place := ""
	if len(sh.Rows) > 0 {
		place = sh.Rows[0].Name
	}
	return map[Word]string{WordOffice: foot.Office, WordPlace: place, WordDate: day(sh.FilledOn), WordPeriod: period, WordYear: strconv.Itoa(last.Year()) + "年", WordFiller: sh.Filler, WordPhone: foot.Phone}
}

// unit is the row of the unit itself.
func (x *filling) unit() *report.Row {
	if len(x.sh.Rows) == 0 {
		return &report.Row{}
	}
	return &x.sh.Rows[0]
}

func (x *filling) below() []*report.Row {
	var out []*report.Row
	for i := range x.sh.Rows {
		if r := &x.sh.Rows[i]; r.Role == report.Child || r.Role == report.Unit {
			out = append(out, r)
		}
	}
	if len(out) == 0 && len(x.sh.Rows) > 0 {
		out = append(out, &x.sh.Rows[0]) // a place with none below fills one row
	}
	return out
}

// lines fills the rows, or columns, of places.
func (x *filling) lines() error {
	l := x.s.Lines
	if l == nil {
		return nil
	}
	rows := x.below()
	if !l.Named && !l.Across {
		if err := x.makeRoom(len(rows)); err != nil {
			return err
		}
	}
	next := l.First
	for i, r := range rows {
		pos := 0
		if l.Named {
			pos = x.printed(r)
		} else if next <= l.Last+x.shift || !l.Across && next <= l.Last+x.shift {
			pos, next = next, next+1
		}
		if pos == 0 {
			x.Nowhere = append(x.Nowhere, r.Name)
			continue
		}
		if !l.Named {
			if err := x.name(l, pos, i+1, r.Name); err != nil {
				return err
			}
		}
		if err := x.line(pos, r); err != nil {
			return err
		}
	}
	if l.Total == 0 {
		return nil
	}
	pos := l.Total
	if pos > l.Last && !l.Across {
		pos += x.shift
	}
	return x.line(pos, x.unit())
}

// makeRoom repeats the last row of lines until there is one for each place.
func (x *filling) makeRoom(n int) error {
	l := x.s.Lines
	for have := l.Last - l.First + 1; have < n; have++ {
		if l.Total > 0 && l.Total >= l.First && l.Total <= l.Last {
			return nil
		}
		if err := x.f.DuplicateRow(x.t.Sheet, l.Last+x.shift); err != nil {
			return fmt.Errorf("more rows: %w", err)
		}
		x.shift++
	}
	return nil
}

func (x *filling) name(l *Lines, pos, i int, name string) error {
	at, no := cellName(l.Names, pos), ""
	if l.Number > 0 {
		no = cellName(l.Number, pos)
	}
	if l.Across {
		at, no = cellName(pos, l.Names), ""
	}
	if err := x.f.SetCellStr(x.t.Sheet, at, report.Inert(name)); err != nil {
		return err
	}
	if no == "" {
		return nil
	}
	return x.f.SetCellInt(x.t.Sheet, no, int64(i))
}

// printed finds the line that the blank prints a place's name in.
func (x *filling) printed(r *report.Row) int {
	l := x.s.Lines
	for pos := l.First; pos <= l.Last; pos++ {
		c := x.t.Cell(pos, l.Names)
		if l.Across {
			c = x.t.Cell(l.Names, pos)
		}
		if c != nil && SamePlace(c.Text, r.Name) {
			return pos
		}
	}
	return 0
}

// SamePlace compares two names of places, spaces and the kind of place aside.
func SamePlace(a, b string) bool {
	a, b = bare(a), bare(b)
	return a != "" && a == b
}

var kindsOfPlace = []string{"经济技术开发区", "自治县", "自治州", "开发区", "街道办事处", "街道", "办事处", "地区", "省", "市", "县", "区", "旗", "镇", "乡", "盟"}

func bare(s string) string {
	s = fold(s)
	for _, k := range kindsOfPlace {
		if cut, ok := strings.CutSuffix(s, k); ok && len([]rune(cut)) >= 2 {
			return cut
		}
	}
	return s
}

// line fills the cells of one place.
func (x *filling) line(pos int, r *report.Row) error {
	for i := range x.s.Binds {
		b := &x.s.Binds[i]
		p, ok := parseKey(b.At)
		if !ok || p.row > 0 && p.col > 0 {
			continue
		}
		at := cellName(max(p.col, 1), pos)
		if x.s.Lines.Across {
			at = cellName(pos, max(p.row, 1))
		}
		if err := x.put(at, b, r); err != nil {
			return err
		}
	}
	return nil
}

// Grid is the filled blank as a table.
func (p *paper) Grid(sh *report.Sheet, foot report.Foot) (report.Grid, error) {
	f, x, err := p.fill(sh, foot)
	if err != nil {
		return report.Grid{}, err
	}
	defer f.Close()
	t, err := readSheet(f, p.spec.Sheet)
	if err != nil {
		return report.Grid{}, err
	}
	g := report.Grid{Widths: t.Widths, Nowhere: x.Nowhere}
	for row := 1; row <= t.Rows; row++ {
		var cells []report.GridCell
		for col := 1; col <= t.Cols; col++ {
			c := t.Top(row, col)
			if c == nil {
				continue
			}
			gc := x.shown[c.At]
			gc.At, gc.Text, gc.Across, gc.Down, gc.Box, gc.Left = c.At, c.Text, c.Across, c.Down, c.Boxed, c.Left
			gc.Head = c.Bold || c.Boxed && c.Text != "" && !c.Number
			gc.Number = c.Number || gc.Row != ""
			if c.Formula != "" {
				gc.Formula = c.Formula
				if v, err := f.CalcCellValue(t.Sheet, c.At); err == nil {
					gc.Text, gc.Number = v, true
				}
			}
			cells = append(cells, gc)
		}
		g.Rows = append(g.Rows, cells)
	}
	return g, nil
}

// Places are the names that a blank prints in its lines.
func (s *Spec) Places(t *Table) []string {
	var out []string
	if l := s.Lines; l != nil && l.Named {
		for pos := l.First; pos <= l.Last; pos++ {
			c := t.Cell(pos, l.Names)
			if l.Across {
				c = t.Cell(l.Names, pos)
			}
			if c != nil && c.Text != "" {
				out = append(out, c.Text)
			}
		}
	}
	return out
}
