package reporthttp

import (
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/report"
	"wengang/internal/web"
)

type findingView struct {
	Text string
	Hard bool
	Href string
	More []findingView // the same hint of many rows, one by one
}

type noteView struct {
	Title, Old, New, Unit, Reason, By string
	Ref                               string
	Withdraw, Prove                   bool
	Paper                             string
}

func (h *Rim) findings(r *web.Request, v *sheetView) {
	for _, f := range v.S.Findings {
		x := findingView{Text: r.T(f.Rule, f.Args...), Hard: f.Hard}
		if f.Col > 0 && v.form.Rows == report.Units {
			x.Href = v.link(r, "", "cell", f.Row+"."+strconv.Itoa(f.Col))
		}
		if f.Rule == "report.check.below" {
			v.Below = r.T("report.below", f.Args[0], f.Args[1])
		}
		if f.Hard {
			v.Hard++
		}
		v.Findings = append(v.Findings, x)
	}
	v.Passed = v.S.Checked - len(v.Findings)
	v.Findings = grouped(r, v.S.Findings, v.Findings)
}

// notes are the corrections, and why the unit's row is not the plain sum.
func (h *Rim) notes(r *web.Request, v *sheetView) {
	for _, rw := range v.S.Paper() {
		for i := range rw.Cells {
			c := rw.Cells[i].Correction
			col := v.form.Column(rw.Cells[i].Key)
			if c == nil || col == nil {
				continue
			}
			v.Corrections++
			n := noteView{Title: rw.Name + " · " + columnName(col), New: printed(col, c.Corrected), Unit: unit(r, col), Reason: c.Reason,
				By: c.ByName + " · " + db.FromMillis(c.At).Format("01-02 15:04"), Ref: rw.Key + "." + strconv.Itoa(col.N), Withdraw: v.Withdraw, Prove: v.Withdraw && h.papers != nil}
			if c.Evidence != 0 {
				n.Paper = r.Link("/evidence/"+strconv.FormatInt(c.Evidence, 10), "month", "")
			}
			if c.Corrected != c.Computed && c.Computed >= 0 {
				n.Old = printed(col, c.Computed)
			}
			v.Notes = append(v.Notes, n)
		}
	}
	if len(v.S.Rows) == 0 || v.S.Rows[0].Role != report.Total {
		return
	}
	var own, double []string
	for i := range v.S.Rows[0].Cells {
		c := &v.S.Rows[0].Cells[i]
		col := v.form.Column(c.Key)
		if c.Col < 1 || col == nil {
			continue
		}
		if c.Explain.Own > 0 {
			own = append(own, columnName(col)+" "+web.Thousands(c.Explain.Own))
		}
		if c.Explain.Double > 0 {
			double = append(double, columnName(col)+" "+web.Thousands(c.Explain.Double))
		}
	}
	if own != nil {
		v.Notes = append(v.Notes, noteView{Title: r.T("report.note.own"), Reason: r.T("report.note.own.why", strings.Join(own, "、"))})
	}
	if double != nil {
		v.Notes = append(v.Notes, noteView{Title: r.T("report.note.double"), Reason: r.T("report.note.double.why", strings.Join(double, "、"))})
	}
}

// columnName is the official heading on one line.
func columnName(c *report.Column) string {
	head := strings.ReplaceAll(c.Head[len(c.Head)-1], "\n", "")
	if len(c.Head) > 1 && (strings.HasPrefix(head, "（") || head == "合计") {
		return c.Head[0]
	}
	if len(c.Head) > 1 {
		return strings.TrimSuffix(c.Head[0], "个数") + "·" + head
	}
	return head
}

func (h *Rim) events(r *web.Request, v *sheetView) error {
	all, err := h.store.Events(r.Context(), r.Caller.Scope(account.ReportRead), v.form.ID, v.at, v.period)
	if err != nil {
		return err
	}
	icons := map[report.Action]string{report.Submit: "send", report.Fill: "edit", report.Review: "check", report.Approve: "check", report.Sign: "send", report.Recall: "arrow-back-up", report.Back: "arrow-back-up", report.Change: "pencil", report.Return: "arrow-back-up", report.Accept: "circle-check", report.Lock: "lock", report.Reopen: "lock-open"}
	for i := len(all) - 1; i >= 0; i-- {
		e := all[i]
		x := web.Event{When: db.FromMillis(e.At).Format("01-02 15:04"), Icon: icons[e.Action], Title: r.T("report.event."+string(e.Action), e.Version), Note: e.Remark, Source: e.ByName}
		if e.Action == report.Submit || e.Action == report.Fill || e.Action == report.Sign {
			x.Href = v.link(r, "", "version", e.Version, "cell", "")
		}
		v.Events = append(v.Events, x)
	}
	return nil
}
