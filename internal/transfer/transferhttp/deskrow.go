package transferhttp

import (
	"slices"
	"strconv"

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
