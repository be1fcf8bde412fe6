package transfer

import (
	"context"
	"io"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/sheet"
	"wengang/internal/text"
)

// reasons of a row that was not saved.
type reasons struct {
	text   []string
	marked map[int]bool // positions in Match.Columns
}

// Rejects writes the rows that were not saved as a workbook of the same form:
// the heading as it came, the rows as they came, and a last column with the
// reasons. It is not masked and therefore for the uploader alone; the act is
// in the audit record before the first byte is written.
func (s *Service) Rejects(ctx context.Context, c account.Caller, id int64, lang text.Lang, out io.Writer) error {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return err
	}
	switch {
	case in.CreatedBy != c.UserID:
		return fault.New(fault.Forbidden, "import.rejects_owner")
	case in.Refused() == 0:
		return fault.New(fault.Conflict, "import.rejects_none")
	case !in.HasFile:
		return fault.New(fault.NotFound, "import.gone")
	}
	layouts, err := s.layoutsFor(in)
	if err != nil {
		return err
	}
	why, err := s.reasons(ctx, id, lang)
	if err != nil {
		return err
	}
	book, f, m, err := s.workbook(in.filePath, in.FileSize, in.FileName, layouts)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := s.db.Tx(ctx, func(tx *db.Tx) error { return s.note(ctx, tx, c, "import.rejects", in) }); err != nil {
		return err
	}
	over, err := s.overlay(ctx, s.db.Read, id)
	if err != nil {
		return err
	}
	w, err := sheet.NewWriter(s.vault.scratch())
	if err != nil {
		return err
	}
	defer w.Close()
	for i := range m.Sheets {
		if rows := why[valid(m.Sheets[i].Name)]; len(rows) > 0 {
			if err := writeRejects(w, book, &m.Sheets[i], rows, over, text.T(lang, "import.reason")); err != nil {
				return err
			}
		}
	}
	return w.Write(out)
}

// reasons reads why rows were not saved, by sheet and row.
func (s *Service) reasons(ctx context.Context, id int64, lang text.Lang) (map[string]map[int]*reasons, error) {
	out := map[string]map[int]*reasons{}
	err := s.eachFinding(ctx, id, "AND result IN (0, 4)", func(f found) error {
		if out[f.sheet] == nil {
			out[f.sheet] = map[int]*reasons{}
		}
		r := out[f.sheet][int(f.row)]
		if r == nil {
			r = &reasons{marked: map[int]bool{}}
			out[f.sheet][int(f.row)] = r
		}
		words := decodeMessage(f.message).text(lang)
		if f.column != "" {
			words = f.column + text.T(lang, "import.colon") + words
		}
		r.text = append(r.text, words)
		if f.position >= 0 {
			r.marked[f.position] = true
		}
		return nil
	})
	return out, err
}

func writeRejects(w *sheet.Writer, book *sheet.Book, sm *SheetMatch, rows map[int]*reasons, over *overlay, title string) error {
	reason := len(sm.position) // first free column
	if err := w.Sheet(sm.Name, widths(reason), sm.HeadRow); err != nil {
		return err
	}
	line := 0
	return book.Sheets()[sm.index].Rows(func(n int, cells []sheet.Cell) error {
		head := n <= sm.HeadRow
		why := rows[n]
		if !head && why == nil {
			return nil
		}
		for head && line < n-1 { // empty rows above the heading stay where they were
			line++
			if err := w.Row(); err != nil {
				return err
			}
		}
		line++
		values := make([]any, max(reason, cells[len(cells)-1].Col+1)+1)
		for _, c := range cells {
			values[c.Col] = asItCame(c)
		}
		if head {
			if n == sm.HeadRow {
				values[reason] = title
			}
			return w.RowLook(sheet.Head, values...)
		}
		if h := over.rows[rowKey{valid(sm.Name), n}]; h != nil {
			for p, v := range h.cells { // what was corrected so far is not lost
				if col := sm.colOf[p]; col >= 0 {
					values[col] = v
				}
			}
		}
		for p := range why.marked {
			if col := sm.colOf[p]; col >= 0 {
				if values[col] == nil {
					values[col] = ""
				}
				values[col] = sheet.Styled{Value: values[col], Look: sheet.Marked}
			}
		}
		// Cells beyond the heading give way to the reason: they have no column.
		values[reason] = sheet.Styled{Value: strings.Join(why.text, "\n"), Look: sheet.Reason}
		return w.Row(values...)
	})
}

// asItCame keeps short numbers numbers; whatever could lose digits is text.
func asItCame(c sheet.Cell) any {
	if c.Number && !c.Date && len(c.Text) <= 12 {
		if f, err := strconv.ParseFloat(c.Text, 64); err == nil {
			return f
		}
	}
	return c.Text
}

func widths(columns int) []float64 {
	out := make([]float64, columns+1)
	for i := range out {
		out[i] = 14
	}
	out[columns] = 60
	return out
}
