package transferhttp

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"wengang/internal/transfer"
	"wengang/internal/web"
)

// edit is the cell that the address opens.
type edit struct{ sheet, row, position int }

// parseSpot reads sheet.row.position; what is none opens nothing.
func parseSpot(s string) edit {
	var e edit
	if n, err := fmt.Sscanf(s, "%d.%d.%d", &e.sheet, &e.row, &e.position); n != 3 || err != nil || e.sheet < 0 || e.row < 1 {
		return edit{position: -1, row: -1}
	}
	return e
}

func editing(r *web.Request, in transfer.Info) edit { return parseSpot(r.URL.Query().Get("edit")) }

// ref is the row that the spot names.
func (e edit) ref(in transfer.Info) transfer.RowRef {
	if e.sheet >= len(in.Reading.Sheets) {
		return transfer.RowRef{}
	}
	return transfer.RowRef{Sheet: in.Reading.Sheets[e.sheet].Name, Row: e.row}
}

func (e edit) is(in transfer.Info, l transfer.Look) bool { return e.row > 0 && e.ref(in) == l.Ref() }

func spotOf(in transfer.Info, l transfer.Look, position int) string {
	sheet := slices.IndexFunc(in.Reading.Sheets, func(s transfer.ReadSheet) bool { return s.Name == l.Sheet })
	return fmt.Sprintf("%d.%d.%d", max(sheet, 0), l.Row, position)
}

// withSpot lets the answer to an act show the editor that it came from.
func withSpot(r *web.Request, f *form) *http.Request {
	req := r.Request.Clone(r.Context())
	q := req.URL.Query()
	q.Set("edit", f.spot)
	req.URL.RawQuery = q.Encode()
	return req
}

// editor is the open cell of a row with its reason and what may be meant.
type editor struct {
	Spot     string
	Position int
	Label    string
	Value    string
	Mask     string // of a secret column: the field begins empty
	Unit     string
	Rule     string
	Reason   string // whole
	Hint     string
	Same     int // rows with the same text, this one among them
	Ideas    []idea
	Confirm  string // fingerprint of a remark that may be confirmed
	Cancel   string
	Preview  *preview
	Narrow   bool
}

type idea struct {
	Text, ID string
	Rows     int
}

type preview struct {
	Rows int
	List []transfer.Preview
	Idea string
}

const previewRows = 6

func (h *Rim) editor(r *web.Request, in transfer.Info, l transfer.Look, ed edit, at []int) (*editor, error) {
	if ed.position < 0 || ed.position >= len(l.Cells) || ed.position >= len(in.Reading.Columns) {
		return nil, nil
	}
	col, cell := in.Reading.Columns[ed.position], l.Cells[ed.position]
	e := &editor{Spot: spotOf(in, l, ed.position), Position: ed.position, Label: col.Title, Value: cell.Text, Cancel: r.Self("edit", "", "after", r.URL.Query().Get("after"))}
	e.Cancel = strings.Replace(actLink(r, in), "/act?", "?", 1)
	if col.Secret || cell.Hidden {
		e.Value, e.Mask = "", cell.Text
	}
	e.Narrow = len([]rune(cell.Text)) < 10
	for _, n := range cell.Notes {
		if e.Rule == "" {
			e.Rule, e.Hint = n.Rule, advice(r.Lang, n.Rule)
		}
		e.Reason = join(e.Reason, n.Text(r.Lang), r.T("import.desk.semicolon"))
		if slices.Contains(n.Offers, transfer.Confirm) {
			e.Rule, e.Confirm = n.Rule, n.Basis
		}
	}
	if strings.Contains(e.Reason, e.Hint) {
		e.Hint = ""
	}
	if e.Rule == "" {
		return e, nil
	}
	a, err := h.imports.Advise(r.Context(), r.Caller, in.ID, l.Ref(), ed.position, e.Rule)
	if err != nil {
		return nil, err
	}
	e.Same = a.Same
	for _, s := range a.Suggestions {
		x := idea{Text: r.T(s.Key, s.Args...), ID: s.ID, Rows: a.Same}
		if s.Own {
			x.Rows = a.Own[s.ID]
		}
		e.Ideas = append(e.Ideas, x)
	}
	return e, h.preview(r, in, l, e)
}

// preview shows what a bulk fix would write, where the form asked for it.
func (h *Rim) preview(r *web.Request, in transfer.Info, l transfer.Look, e *editor) error {
	if r.Method != http.MethodPost {
		return nil
	}
	f, err := readForm(r, in)
	if err != nil || f.spot != e.Spot {
		return err
	}
	if f.do != "idea" && f.idea == "" {
		e.Value = f.value
	}
	if f.do != "preview" {
		return nil
	}
	p := &preview{Idea: f.idea}
	p.Rows, p.List, err = h.imports.PreviewAll(r.Context(), r.Caller, in.ID, transfer.Bulk{At: l.Ref(), Position: f.position, Rule: f.rule, Value: f.value, Idea: f.idea}, previewRows)
	e.Preview = p
	return err
}

func join(a, b, with string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + with + b
}
