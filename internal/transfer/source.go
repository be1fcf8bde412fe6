package transfer

import (
	"strings"

	"wengang/internal/sheet"
)

// source walks the rows of data of a recognised workbook.
type source struct {
	book  *sheet.Book
	match *Match
	// required are the positions that a row of data must fill in part: a row
	// with none of them and a word of closing is the table's foot.
	required []int
}

func newSource(b *sheet.Book, m *Match) *source {
	s := &source{book: b, match: m}
	need := map[string]bool{}
	for _, c := range m.Layout.Columns {
		need[c.Key] = c.Required
	}
	for i, key := range m.Columns {
		if need[key] {
			s.required = append(s.required, i)
		}
	}
	return s
}

// row is one row on its way through the engine: projected for the checker, and
// as it came for the workbook of rejected rows.
type row struct {
	Row
	fault int // position of the first cell that could not be read, -1

	handled bool      // an act of an officer stands on it
	out     *Decision // it was left out
}

// each walks the rows of data, skipping what is none: the heading and rows above
// it, repeated headings, a row that numbers the columns, the foot (合计, 填报人).
func (s *source) each(alloc func() []Cell, fn func(r row) error) error {
	for si := range s.match.Sheets {
		sm := &s.match.Sheets[si]
		first := true
		err := s.book.Sheets()[sm.index].Rows(func(n int, cells []sheet.Cell) error {
			if n <= sm.HeadRow {
				return nil
			}
			r := row{Row: Row{Sheet: sm.Name, N: n, Cells: alloc()}, fault: -1}
			filled := s.project(sm, cells, &r)
			if s.noData(sm, cells, &r, filled, first) {
				return nil
			}
			first = false
			return fn(r)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// project puts the known cells of a row where Match.Columns has them.
func (s *source) project(sm *SheetMatch, cells []sheet.Cell, r *row) int {
	filled := 0
	for i := range r.Cells {
		r.Cells[i] = Cell{Column: sm.Headings[i]}
	}
	for _, c := range cells {
		if c.Col >= len(sm.position) || sm.position[c.Col] < 0 {
			continue
		}
		p := sm.position[c.Col]
		r.Cells[p].Text, r.Cells[p].Number, r.Cells[p].IsDate, r.Cells[p].From1904 = c.Text, c.Number, c.Date, s.book.Date1904
		filled++
		if c.Fault && r.fault < 0 {
			r.fault = p
		}
	}
	return filled
}

// noData tells furniture from data. Rows without a known cell are passed over;
// a row with some is only furniture where it says so.
func (s *source) noData(sm *SheetMatch, cells []sheet.Cell, r *row, filled int, first bool) bool {
	if filled == 0 {
		return true
	}
	same := 0
	for i, c := range r.Cells {
		if c.Text != "" && CleanText(c.Text) == sm.Headings[i] {
			same++
		}
	}
	if same*5 >= filled*4 {
		return true
	}
	if first && (numbering(cells) || example(cells)) {
		return true
	}
	for _, p := range s.required {
		if !r.Cells[p].Empty() {
			// 合计 may itself stand in a required column, with nothing else required.
			if !footWord(r.Cells[p].Text) {
				return false
			}
		}
	}
	return footWord(cells[0].Text)
}

// footWord recognises how the lines below a table begin.
func footWord(s string) bool {
	f := Fold(s)
	for _, w := range []string{"合计", "总计", "小计", "共计", "填报", "填表", "制表", "审核", "备注", "注", "说明", "单位负责人", "联系人", "联系电话", "打印"} {
		if strings.HasPrefix(f, w) {
			return true
		}
	}
	return false
}

// example recognises the row that shows how an empty table is filled in.
func example(cells []sheet.Cell) bool {
	for _, c := range cells {
		if strings.HasPrefix(CleanText(c.Text), ExampleMark) {
			return true
		}
	}
	return false
}

// numbering recognises the row that numbers the columns: 1 2 3 …, 甲 乙 1 2.
func numbering(cells []sheet.Cell) bool {
	if len(cells) < 3 {
		return false
	}
	const stems = "甲乙丙丁戊己庚辛壬癸"
	next := 0
	for i, c := range cells {
		t := Fold(c.Text)
		if i < 10 && t == string([]rune(stems)[i]) {
			continue
		}
		n, ok, p := (Cell{Text: t}).Int()
		if p != nil || !ok || next > 0 && int(n) != next || next == 0 && n != 1 && int(n) != i+1 {
			return false
		}
		next = int(n) + 1
	}
	return next > 0
}

// progress is the share of the recognised sheets read so far, by bytes.
func progress(b *sheet.Book, m *Match) float64 {
	var done, all float64
	for _, sm := range m.Sheets {
		sh := b.Sheets()[sm.index]
		done += sh.Progress() * float64(sh.Size())
		all += float64(sh.Size())
	}
	if all == 0 {
		return 0
	}
	return done / all
}
