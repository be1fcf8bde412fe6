package reporthttp

import (
	"fmt"

	"wengang/internal/account"
	"wengang/internal/report"
	"wengang/internal/web"
)

// againstView is the switch 本期, 与上期比, 与去年同期比 and what the chosen
// comparison rests on.
type againstView struct {
	Tabs []againstTab
	Note string
}

type againstTab struct {
	Text, Href string
	On         bool
}

// diffView is a cell's difference: what changed, or 不可比 with the reason.
type diffView struct {
	Text, Why string
	Mark      bool
}

// against lays the chosen comparison over the cells, and both comparisons into
// the explanation of the open one.
func (h *Rim) against(r *web.Request, v *sheetView) error {
	if v.form.Rows != report.Units {
		return nil
	}
	chosen := report.Against(r.URL.Query().Get("against"))
	v.Against = &againstView{Tabs: []againstTab{{r.T("report.compare.none"), r.Self("against", "", "cell", ""), chosen == ""}}}
	for _, a := range []report.Against{report.LastPeriod, report.YearAgo} {
		v.Against.Tabs = append(v.Against.Tabs, againstTab{r.T("report.compare." + string(a)), r.Self("against", string(a), "cell", ""), chosen == a})
		if chosen != a && v.Pop == nil {
			continue
		}
		c, err := h.store.Compare(r.Context(), r.Caller.Scope(account.ReportRead), v.S, a)
		if err != nil {
			return err
		}
		if v.Pop != nil {
			h.comparedPop(r, v, c)
		}
		if chosen == a {
			v.Against.Note = comparisonNote(r, c)
			comparedCells(r, v, c)
		}
	}
	return nil
}

func comparisonNote(r *web.Request, c *report.Comparison) string {
	if c.NotAtAll != "" {
		return r.T(c.NotAtAll)
	}
	kind := "report.compare.live"
	if c.Frozen {
		kind = "report.compare.frozen"
	}
	return r.T("report.compare.note", periodWord(r, c.Base), r.T(kind), c.Percent, c.Least)
}

func comparedCells(r *web.Request, v *sheetView, c *report.Comparison) {
	cols := v.form.Printed()
	paper := v.S.Paper()
	for i := range v.Rows {
		for k := range v.Rows[i].Cells {
			if k >= len(cols) {
				break
			}
			if d, ok := c.At(paper[i].Key, cols[k].Key); ok {
				v.Rows[i].Cells[k].Diff = differenceView(r, &d)
			}
		}
	}
}

func differenceView(r *web.Request, d *report.Difference) *diffView {
	if d.Why != "" {
		return &diffView{Text: r.T("report.compare.no"), Why: r.T(d.Why)}
	}
	if d.Abs == 0 {
		return &diffView{Text: r.T("report.compare.same")}
	}
	x := &diffView{Text: web.Signed(d.Abs), Mark: d.Marked}
	x.Why = r.T("report.compare.zero")
	if d.HasRate {
		x.Why = r.T("report.compare.tip", web.Thousands(d.Base), fmt.Sprintf("%+.1f%%", d.Percent))
	}
	return x
}

// comparedPop says both comparisons in the open cell's explanation.
func (h *Rim) comparedPop(r *web.Request, v *sheetView, c *report.Comparison) {
	row, col := cellAt(r)
	for _, x := range v.form.Printed() {
		if x.N != col {
			continue
		}
		text := r.T("report.compare.no") + "：" + r.T(c.NotAtAll)
		if d, ok := c.At(row, x.Key); ok {
			switch {
			case d.Why != "":
				text = r.T("report.compare.no") + "：" + r.T(d.Why)
			case d.HasRate:
				text = r.T("report.compare.fact.rate", periodWord(r, c.Base), web.Thousands(d.Base), web.Signed(d.Abs), fmt.Sprintf("%+.1f%%", d.Percent))
			default:
				text = r.T("report.compare.fact", periodWord(r, c.Base), web.Thousands(d.Base), web.Signed(d.Abs))
			}
			if d.Why == "" && !c.Frozen { // not what was sent then
				text += r.T("report.compare.dot") + r.T("report.compare.live")
			}
		} else if c.NotAtAll == "" {
			return
		}
		v.Pop.Facts = append(v.Pop.Facts, web.Fact{Label: r.T("report.compare." + string(c.Against)), Value: text})
	}
}
