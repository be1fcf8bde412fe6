package transfer

import (
	"bytes"
	"context"
	"strings"
	"unicode/utf8"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/setting"
	"wengang/internal/sheet"
)

// PasteRows is the setting that bounds what is pasted at once.
const PasteRows = "import.paste_rows"

// MaxPaste bounds a pasted text in bytes, whatever its rows.
const MaxPaste = 8 << 20

func init() {
	setting.Register(setting.Def{Name: PasteRows, Default: 2000, Min: 100, Max: 20000, Source: "产品规则：粘贴的内容一次看得完；更多的行用文件导入"})
}

// ParsePaste reads cells as Excel, WPS and LibreOffice put them on the
// clipboard: tabs between cells, line ends between rows; a cell that holds
// either, or a quote beside them, stands in quotes with its own quotes doubled.
// A quote that does not end its cell is a character like any other. Rows
// without a cell are kept, so that row numbers are those of the selection.
func ParsePaste(text string) [][]string {
	text = strings.TrimPrefix(strings.ToValidUTF8(text, "\uFFFD"), "\uFEFF")
	var rows [][]string
	var row []string
	for i := 0; i < len(text); {
		cell, next := pasteCell(text, i)
		row = append(row, cell)
		if next < len(text) && text[next] == '\t' {
			if i = next + 1; i == len(text) {
				row = append(row, "")
			}
			continue
		}
		rows, row = append(rows, row), nil
		if i = next; i < len(text) && text[i] == '\r' {
			i++
		}
		if i < len(text) && text[i] == '\n' {
			i++
		}
	}
	if row != nil {
		rows = append(rows, row)
	}
	for len(rows) > 0 && blank(rows[len(rows)-1]) {
		rows = rows[:len(rows)-1]
	}
	return rows
}

// pasteCell reads the cell that begins at i and answers where it ends.
func pasteCell(text string, i int) (cell string, end int) {
	if text[i] == '"' {
		if cell, end, ok := quoted(text, i+1); ok {
			return cell, end
		}
	}
	end = i
	for end < len(text) && text[end] != '\t' && text[end] != '\n' && text[end] != '\r' {
		end++
	}
	return text[i:end], end
}

// quoted reads up to the closing quote; ok is false where it does not end the
// cell.
func quoted(text string, i int) (cell string, end int, ok bool) {
	var b strings.Builder
	for i < len(text) {
		q := strings.IndexByte(text[i:], '"')
		if q < 0 {
			return "", 0, false
		}
		b.WriteString(text[i : i+q])
		i += q + 1
		switch {
		case i < len(text) && text[i] == '"':
			b.WriteByte('"')
			i++
		case i == len(text) || text[i] == '\t' || text[i] == '\n' || text[i] == '\r':
			return b.String(), i, true
		default:
			return "", 0, false
		}
		if b.Len() > 4*sheet.MaxCell {
			return "", 0, false // a quote that was never meant to close
		}
	}
	return "", 0, false
}

func blank(row []string) bool {
	for _, c := range row {
		if CleanText(c) != "" {
			return false
		}
	}
	return true
}

// pasted is what was pasted as a text file: every digit stays. All cells stand
// in quotes, so that nothing in them passes for the file's delimiter.
func pasted(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\uFEFF")
	for _, r := range rows {
		// Two cells at least: a row without a delimiter has nothing to show it.
		for i := range max(2, len(r)) {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteByte('"')
			if i < len(r) {
				if utf8.RuneCountInString(r[i]) > sheet.MaxCell {
					return nil, fault.New(fault.Invalid, "sheet.cell", "", sheet.MaxCell)
				}
				b.WriteString(strings.ReplaceAll(strings.ReplaceAll(r[i], "\x00", ""), `"`, `""`))
			}
			b.WriteByte('"')
		}
		b.WriteString("\r\n")
	}
	return b.Bytes(), nil
}

// PasteLimit is how many rows of data may be pasted at once at the request's
// place.
func (s *Service) PasteLimit(ctx context.Context, c account.Caller, r Request) (int, error) {
	at := r.Region
	if !c.Scope(account.ImportRun).Contains(at) {
		return 0, fault.NotFoundf("fault.notfound")
	}
	v, err := setting.At(ctx, s.db.Read, at, s.db.Clock().Year())
	if err != nil {
		return 0, err
	}
	return v.Int(PasteRows), nil
}

// Paste stages cells from the clipboard as Stage stages a file; FileName names
// the batch. The first row is the heading.
func (s *Service) Paste(ctx context.Context, c account.Caller, r Request, text string) (int64, error) {
	limit, err := s.PasteLimit(ctx, c, r)
	if err != nil {
		return 0, err
	}
	if len(text) > MaxPaste {
		return 0, fault.InvalidFields(fault.Field{Name: "text", Key: "import.paste.large", Args: []any{limit}})
	}
	rows := ParsePaste(text)
	switch {
	case len(rows) == 0:
		return 0, fault.InvalidFields(fault.Field{Name: "text", Key: "import.paste.empty"})
	case len(rows) == 1:
		return 0, fault.InvalidFields(fault.Field{Name: "text", Key: "import.paste.one"})
	case len(rows)-1 > limit:
		return 0, fault.InvalidFields(fault.Field{Name: "text", Key: "import.paste.many", Args: []any{len(rows) - 1, limit}})
	}
	raw, err := pasted(rows)
	if err != nil {
		return 0, err
	}
	r.File = bytes.NewReader(raw)
	return s.Stage(ctx, c, r)
}
