package design

import (
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"wengang/internal/fault"
)

// Limits of a blank workbook.
const (
	MaxBlank  = 3 << 20 // bytes
	maxSheets = 30
	maxCells  = 60_000 // of the whole workbook
	maxRows   = 300    // of the table
	maxCols   = 80
	maxText   = 2_000    // characters of a cell
	maxUnzip  = 48 << 20 // bytes
)

// Cell is a cell of the blank, at its top left where it is merged.
type Cell struct {
	At           string // D7
	Row, Col     int    // from 1
	Down, Across int
	Text         string
	Formula      string // the workbook's own, kept
	Number       bool   // holds a number already
	Boxed        bool   // has a border
	Bold         bool
	Left         bool // words that are not centred
}

// Table is one sheet of a blank as it is seen on paper.
type Table struct {
	Sheet  string
	Sheets []string // of the workbook, hidden ones left out
	Rows   int
	Cols   int
	Widths []float64 // characters by column
	cells  map[[2]int]*Cell
	hidden map[[2]int]*Cell // covered by a merged cell
}

// Cell answers the cell at a place, or the merged one over it; nil outside.
func (t *Table) Cell(row, col int) *Cell {
	if c := t.cells[[2]int{row, col}]; c != nil {
		return c
	}
	return t.hidden[[2]int{row, col}]
}

// Top is the cell that begins at a place, nil where a merged one covers it.
func (t *Table) Top(row, col int) *Cell { return t.cells[[2]int{row, col}] }

var (
	outside = regexp.MustCompile(`(?i)\[[^\]]*\.(xl|csv|et)|\[\d+\]|\||\b(WEBSERVICE|FILTERXML|CALL|REGISTER(\.ID)?|EXEC|RTD|DDE|HYPERLINK|IMAGE|INFO|CELL)\s*\(`)
	number  = regexp.MustCompile(`(^|[^0-9])[1-9]\d{5}(18|19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[0-9Xx]([^0-9]|$)`)
)

// Read looks a blank over and reads one of its sheets, the first visible one
// with words where none is named.
func Read(raw []byte, name, wanted string) (t *Table, err error) {
	defer func() {
		if r := recover(); r != nil { // excelize on a file that no office made
			t, err = nil, fault.New(fault.Invalid, "sheet.broken", name, "xlsx")
		}
	}()
	if err := inspect(raw, name); err != nil {
		return nil, err
	}
	f, err := open(raw)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var visible []string
	for _, s := range f.GetSheetList() {
		if ok, err := f.GetSheetVisible(s); err == nil && ok {
			visible = append(visible, s)
		}
	}
	for _, s := range visible {
		if wanted != "" && s != wanted {
			continue
		}
		t, err := readSheet(f, s)
		if err != nil {
			return nil, err
		}
		if t.words() > 1 || wanted != "" {
			t.Sheets = visible
			return t, nil
		}
	}
	return nil, fault.New(fault.Invalid, "design.blank.empty")
}

func (t *Table) words() int {
	n := 0
	for _, c := range t.cells {
		if c.Text != "" {
			n++
		}
	}
	return n
}

func readSheet(f *excelize.File, name string) (*Table, error) {
	t := &Table{Sheet: name, cells: map[[2]int]*Cell{}, hidden: map[[2]int]*Cell{}}
	rows, err := f.GetRows(name)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "sheet.broken", name, "xlsx")
	}
	r := &reader{f: f, t: t, looks: map[int]look{}}
	if r.rows, r.cols, err = extent(f, name, rows); err != nil {
		return nil, err
	}
	if err := r.read(rows); err != nil {
		return nil, err
	}
	if err := r.merge(); err != nil {
		return nil, err
	}
	t.trim()
	for c := 1; c <= t.Cols; c++ {
		letters, _ := excelize.ColumnNumberToName(c)
		w, err := f.GetColWidth(name, letters)
		if err != nil {
			w = 9
		}
		t.Widths = append(t.Widths, w)
	}
	return t, nil
}

type reader struct {
	f          *excelize.File
	t          *Table
	rows, cols int
	looks      map[int]look // by style
}

type look struct{ boxed, bold, centred bool }

// extent is how far the sheet reaches, cells that only have borders included.
func extent(f *excelize.File, name string, rows [][]string) (int, int, error) {
	n, m := len(rows), 0
	for _, r := range rows {
		m = max(m, len(r))
	}
	if d, err := f.GetSheetDimension(name); err == nil {
		_, last, two := strings.Cut(d, ":")
		if !two {
			last = d
		}
		if c, r, err := excelize.CellNameToCoordinates(last); err == nil {
			n, m = max(n, min(r, maxRows)), max(m, min(c, maxCols))
		}
	}
	if n > maxRows || m > maxCols {
		return 0, 0, fault.New(fault.Invalid, "design.blank.wide", maxRows, maxCols)
	}
	// A sheet's own word on its extent may leave out cells that only have
	// borders: look a little further; trim cuts what is empty.
	return min(n+40, maxRows), min(m+12, maxCols), nil
}

func (r *reader) read(rows [][]string) error {
	for row := 1; row <= r.rows; row++ {
		for col := 1; col <= r.cols; col++ {
			at, _ := excelize.CoordinatesToCellName(col, row)
			c := &Cell{At: at, Row: row, Col: col, Down: 1, Across: 1}
			if row <= len(rows) && col <= len(rows[row-1]) {
				c.Text = clip(strings.TrimSpace(rows[row-1][col-1]))
			}
			formula, err := r.f.GetCellFormula(r.t.Sheet, at)
			if err == nil && formula != "" {
				if outside.MatchString(formula) {
					return fault.New(fault.Invalid, "design.blank.formula", at)
				}
				c.Formula = formula
			}
			if kind, err := r.f.GetCellType(r.t.Sheet, at); err == nil && c.Text != "" {
				c.Number = kind == excelize.CellTypeNumber || kind == excelize.CellTypeUnset && numeral(c.Text)
			}
			l := r.look(at)
			c.Boxed, c.Bold, c.Left = l.boxed, l.bold, !l.centred
			r.t.cells[[2]int{row, col}] = c
		}
	}
	return nil
}

func clip(s string) string {
	if x := []rune(s); len(x) > maxText {
		return string(x[:maxText])
	}
	return s
}

func numeral(s string) bool {
	return strings.Trim(s, "0123456789.,%-") == ""
}

func (r *reader) look(at string) (l look) {
	id, err := r.f.GetCellStyle(r.t.Sheet, at)
	if err != nil || id == 0 {
		return l
	}
	if l, ok := r.looks[id]; ok {
		return l
	}
	s, err := r.f.GetStyle(id)
	if err == nil && s != nil {
		for _, b := range s.Border {
			l.boxed = l.boxed || b.Style > 0
		}
		l.bold = s.Font != nil && s.Font.Bold
		l.centred = s.Alignment != nil && (s.Alignment.Horizontal == "center" || s.Alignment.Horizontal == "right" || s.Alignment.Horizontal == "centerContinuous")
	}
	r.looks[id] = l
	return l
}

func (r *reader) merge() error {
	merged, err := r.f.GetMergeCells(r.t.Sheet)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "sheet.broken", r.t.Sheet, "xlsx")
	}
	for _, m := range merged {
		c1, r1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		c2, r2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err1 != nil || err2 != nil || r1 > r.rows || c1 > r.cols {
			continue
		}
		top := r.t.cells[[2]int{r1, c1}]
		if top == nil {
			continue // two merged ranges overlap
		}
		r2, c2 = min(r2, r.rows), min(c2, r.cols)
		top.Down, top.Across = r2-r1+1, c2-c1+1
		for row := r1; row <= r2; row++ {
			for col := c1; col <= c2; col++ {
				if k := [2]int{row, col}; k != [2]int{r1, c1} && r.t.cells[k] != nil {
					delete(r.t.cells, k)
					r.t.hidden[k] = top
				}
			}
		}
	}
	return nil
}

// trim leaves out the empty cells without borders at the right and below.
func (t *Table) trim() {
	for _, c := range t.cells {
		if c.Text != "" || c.Formula != "" || c.Boxed {
			t.Rows, t.Cols = max(t.Rows, c.Row+c.Down-1), max(t.Cols, c.Col+c.Across-1)
		}
	}
}

// Fingerprint of a blank: its words and where they stand, so that the same
// table is known again next month under another file name.
func (t *Table) headings() []string {
	var out []string
	for _, c := range t.cells {
		if s := fold(c.Text); s != "" && !c.Number {
			out = append(out, c.At+"="+s)
		}
	}
	slices.Sort(out)
	return out
}
