package transferhttp

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/transfer"
	"wengang/internal/web"
)

type tableRow struct {
	Sheet   string
	Row     int
	Spot    string // sheet.row.position of the cell to mend first
	Badge   web.Badge
	Cells   []tableCell
	Notes   []string
	Handled bool
	Links   []rowLink
	Buttons []rowButton
	Edit    *editor
}

type tableCell struct {
	Text   string
	Was    string // before the edits that stand
	Theirs string // what the ledger has
	Label  string
	Class  string // er, cf, fx or ""
	Why    []why
	Name   bool
	Figure bool
	Spot   string // sheet.row.position
	Href   string // opens the editor on it
}

// rowLink opens something, rowButton does something.
type rowLink struct{ Label, Href string }

type rowButton struct {
	Label, Do string
	Muted     bool
}

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
	if col.Secret {
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

func rowOf(r *web.Request, in transfer.Info, l transfer.Look, at []int, can, asks bool) tableRow {
	row := tableRow{Sheet: l.Sheet, Row: l.Row, Handled: len(l.Acts) > 0, Badge: badgeOf(r, l)}
	for i, c := range l.Cells {
		if slices.Contains(at, i) {
			continue
		}
		for _, n := range c.Notes {
			row.Notes = append(row.Notes, in.Reading.Columns[i].Title+r.T("import.colon")+n.Text(r.Lang))
		}
	}
	for _, n := range l.Notes {
		row.Notes = append(row.Notes, n.Text(r.Lang))
	}
	for _, a := range l.Acts {
		if a.Reason != "" {
			row.Notes = append(row.Notes, r.T("import.verdict."+string(a.Verdict))+r.T("import.colon")+a.Reason)
		}
	}
	for _, i := range at {
		cell := cellOf(r, in, l, i)
		if can && !leftOut(l) {
			cell.Spot = spotOf(in, l, i)
			if len(cell.Why) > 0 {
				cell.Href = openLink(r, in, cell.Spot)
			}
		}
		row.Cells = append(row.Cells, cell)
	}
	row.Spot = spotOf(in, l, firstSpot(l))
	if can {
		row.does(r, in, l, asks)
	}
	return row
}

func cellOf(r *web.Request, in transfer.Info, l transfer.Look, i int) tableCell {
	c := l.Cells[i]
	cell := tableCell{Text: c.Text, Label: in.Reading.Columns[i].Title, Name: in.Reading.Columns[i].Key == "name"}
	for _, n := range c.Notes {
		cell.Why = append(cell.Why, reason(r.Lang, n))
		if cell.Theirs == "" {
			cell.Theirs = n.Theirs
		}
		if n.Severity == transfer.Error && l.Result != transfer.Conflict {
			cell.Class = "er"
		} else if cell.Class == "" {
			cell.Class = "cf"
		}
	}
	if cell.Text == "" && len(cell.Why) > 0 {
		cell.Text = r.T("import.blank")
	}
	if c.Edited && c.Was != c.Text {
		if cell.Was = c.Was; cell.Was == "" {
			cell.Was = r.T("import.blank")
		}
		if cell.Class == "" {
			cell.Class = "fx"
		}
	}
	return cell
}

func badgeOf(r *web.Request, l transfer.Look) web.Badge {
	switch {
	case leftOut(l):
		return web.Badge{Kind: "out", Icon: "x", Text: r.T("import.desk.out")}
	case hasRule(l, "id.elsewhere"):
		return web.Badge{Kind: "yel", Icon: "map-off", Text: r.T("import.desk.elsewhere")}
	case l.Result == transfer.Conflict:
		return web.Badge{Kind: "yel", Icon: "git-merge", Text: r.T("import.c.con")}
	case l.Result == transfer.Rejected:
		return web.Badge{Kind: "red", Icon: "ban", Text: r.T("import.c.bad")}
	case len(l.Acts) > 0 && l.Acts[0].Verdict != "":
		return web.Badge{Kind: "neu", Icon: "check", Text: r.T("import.desk.decided")}
	case len(l.Acts) > 0:
		return web.Badge{Kind: "neu", Icon: "check", Text: r.T("import.desk.fixed")}
	}
	return web.Badge{Kind: "neu", Icon: "info-circle", Text: r.T("import.noted")}
}

func leftOut(l transfer.Look) bool {
	return slices.ContainsFunc(l.Acts, func(a transfer.RowAct) bool { return a.Verdict == transfer.LeaveOut })
}

func hasRule(l transfer.Look, rule string) bool {
	is := func(n transfer.Note) bool { return n.Rule == rule }
	return slices.ContainsFunc(l.Notes, is) || slices.ContainsFunc(l.Cells, func(c transfer.LookCell) bool { return slices.ContainsFunc(c.Notes, is) })
}

// firstSpot is the cell to mend first: one with an error, else one with a
// remark, else the first.
func firstSpot(l transfer.Look) int {
	first := 0
	for i := len(l.Cells) - 1; i >= 0; i-- {
		if len(l.Cells[i].Notes) > 0 {
			first = i
		}
	}
	for i, c := range l.Cells {
		for _, n := range c.Notes {
			if n.Severity == transfer.Error {
				return i
			}
		}
	}
	return first
}

// does lists what can be done about a row, the likely thing first.
func (row *tableRow) does(r *web.Request, in transfer.Info, l transfer.Look, asks bool) {
	edit := rowLink{r.T("import.desk.edit"), openLink(r, in, row.Spot)}
	undo := func() {
		for _, a := range l.Acts[:min(1, len(l.Acts))] {
			label := r.T("import.desk.undo")
			if a.Rows > 1 {
				label = r.T("import.desk.undo_rows", web.Thousands(int64(a.Rows)))
			}
			row.Buttons = append(row.Buttons, rowButton{Label: label, Do: "undo|" + strconv.FormatInt(a.ID, 10), Muted: !l.Saved()})
		}
	}
	if leftOut(l) {
		undo()
		return
	}
	asked := map[string]bool{}
	for _, n := range l.All() {
		for _, v := range n.Offers {
			if v == transfer.Confirm || asked[n.Rule+string(v)] {
				continue
			}
			asked[n.Rule+string(v)] = true
			row.Buttons = append(row.Buttons, rowButton{Label: r.T("import.verdict." + string(v)), Do: "decide|" + n.Rule + "|" + string(v) + "|" + n.Basis})
		}
	}
	switch {
	case l.Saved() && row.Handled:
		undo()
		return
	case len(asked) > 0:
	case hasRule(l, "id.elsewhere") && !asks:
	case hasRule(l, "id.elsewhere"):
		row.Buttons = append(row.Buttons, rowButton{Label: r.T("import.desk.handover"), Do: "handover"})
	default:
		row.Links = append(row.Links, edit)
	}
	if row.Handled {
		undo()
	}
	if !l.Saved() {
		row.Buttons = append(row.Buttons, rowButton{Label: r.T("import.desk.leave"), Do: "leave", Muted: true})
	}
}

// openLink opens the editor on a cell.
func openLink(r *web.Request, in transfer.Info, spot string) string {
	q := r.URL.Query()
	return r.Link(base(in), "result", q.Get("result"), "rule", q.Get("rule"), "warned", q.Get("warned"), "after", q.Get("after"), "edit", spot)
}

// settleAll offers one decision for every row of the rule that is chosen.
func (t *table) settleAll(r *web.Request, looks []transfer.Look, rule string) {
	if rule == "" || !t.Can {
		return
	}
	seen := map[transfer.Verdict]bool{}
	for _, l := range looks {
		for _, n := range l.All() {
			for _, v := range n.Offers {
				if n.Rule == rule && v != transfer.Confirm && !seen[v] {
					seen[v] = true
					t.All = append(t.All, rowButton{Label: r.T("import.desk.all", r.T("import.verdict."+string(v))), Do: "all|" + rule + "|" + string(v) + "|"})
				}
			}
		}
	}
}

// subtitle counts what is to be looked at.
func subtitle(r *web.Request, in transfer.Info) string {
	s := ""
	if in.Rejected > 0 {
		s = r.T("import.c.bad") + " " + web.Thousands(in.Rejected)
	}
	if in.Conflict > 0 {
		s = join(s, r.T("import.c.con")+" "+web.Thousands(in.Conflict), " · ")
	}
	return s
}
