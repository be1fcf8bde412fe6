package summary

import (
	"fmt"
	"sort"
	"strings"

	"wengang/internal/region"
	"wengang/internal/report"
)

// problems names what the figures show: places behind their targets, places
// that fell, months that are not closed, forms that are late.
func (c *composer) problems() error {
	c.head(1, map[string]string{"stage": "五、存在的问题", "quarter": "四、存在的问题"}[c.kind.ID])
	before := len(c.d.Paras)
	c.behind()
	c.falls()
	if err := c.notClosed(); err != nil {
		return err
	}
	if err := c.late(); err != nil {
		return err
	}
	if v := c.value("unverified", c.at); v.Known && v.N > 0 {
		c.para(say("状态核实不够及时，仍有", c.piece("unverified", c.at, v), "状态待核实。")...)
	}
	if len(c.d.Paras) == before {
		c.para(say("从数据看未发现进度滞后、规模下降或漏报的地方。")...)
	}
	c.para(say("【原因分析】。")...)
	return nil
}

func (c *composer) behind() {
	for _, table := range c.goals {
		var slow []Goal
		for _, g := range table {
			if g.Place != c.at && g.Behind && g.Rate >= 0 {
				slow = append(slow, g)
			}
		}
		sort.SliceStable(slow, func(i, j int) bool { return slow[i].Rate < slow[j].Rate })
		if len(slow) == 0 {
			continue
		}
		name := slow[0].Indicator
		parts := []any{"完成" + name + "目标慢于时间进度的有" + fmt.Sprint(len(slow)) + "个地方："}
		for i := range slow {
			if i > 0 {
				parts = append(parts, "、")
			}
			parts = append(parts, slow[i].Name+"（", c.rate(&slow[i], name), "）")
		}
		c.para(say(append(parts, "。")...)...)
	}
}

// falls names the places below whose 当年累计务工 is less than a year ago. What
// cannot be compared is no fall.
func (c *composer) falls() {
	if c.d.Month == 0 {
		return
	}
	var parts []any
	var unknown []string
	for _, p := range c.below() {
		v := c.value("worked_year", p.Code)
		if !v.Known {
			continue
		}
		x, err := c.from.Numbers.Change(c.ctx, c.scope, "worked_year", p.Code, c.d.Month, c.yearAgo())
		c.keep(err)
		switch {
		case err != nil:
			return
		case !x.OK:
			unknown = append(unknown, p.Name)
		case x.Abs < 0:
			if parts != nil {
				parts = append(parts, "、")
			}
			parts = append(parts, p.Name+"（减少", c.changed("worked_year", p.Code, "同比", "abs", fmt.Sprintf("%d人", -x.Abs), x.Abs, c.yearAgo()), "）")
		}
	}
	if parts != nil {
		c.para(say(append(append([]any{"当年累计务工人数同比下降的有："}, parts...), "。")...)...)
	}
	if unknown != nil {
		c.para(say(fmt.Sprintf("另有%d个地方与去年同期不可比，未作判断：%s。", len(unknown), strings.Join(unknown, "、")))...)
	}
}

// below are the places under this one that have figures of their own.
func (c *composer) below() []region.Place {
	if c.at.Level() >= region.Town {
		return nil
	}
	return c.from.Tree.Children(c.at)
}

func (c *composer) notClosed() error {
	if c.d.Month == 0 || c.at.Level() >= region.County {
		return nil
	}
	var open []string
	for _, p := range c.below() {
		st, err := c.from.Numbers.Month(c.ctx, c.scope, p.Code, c.d.Month)
		if err != nil {
			return err
		}
		if st.Rows > 0 && !st.Closed {
			open = append(open, p.Name)
		}
	}
	if open != nil {
		c.para(say(fmt.Sprintf("%s月结不及时，%d月未月结的有：%s。", c.whole(), c.d.Month.Num(), strings.Join(open, "、")))...)
	}
	return nil
}

// late names who has not sent the forms of the period in time.
func (c *composer) late() error {
	if c.at.Level() > region.City || c.at.Level() < region.Province {
		return nil
	}
	m := min(c.period.Last(), c.today.Month())
	all, err := c.from.Forms.Forms(c.ctx, c.scope, c.at, func(f *report.Form) report.Period { return f.PeriodAt(m) })
	if err != nil {
		return err
	}
	open := map[*report.Form][]string{}
	var order []*report.Form
	for _, l := range all {
		if l.Region == c.at || l.Form.Design != nil || l.State.Sent() || l.Due >= c.today {
			continue
		}
		if open[l.Form] == nil {
			order = append(order, l.Form)
		}
		open[l.Form] = append(open[l.Form], l.Name)
	}
	for _, f := range order {
		c.para(say(fmt.Sprintf("未按时报送%s《%s》的有%d个单位：%s。", f.Annex, f.Title, len(open[f]), strings.Join(open[f], "、")))...)
	}
	return nil
}

// tables are the year's figures by place, and annex 1.
func (c *composer) tables() {
	c.byPlace()
	if c.sheet != nil && c.kind.ID == "stage" && len(c.sheet.Paper()) > 0 {
		c.annexTable()
	}
}

func (c *composer) byPlace() {
	below := c.below()
	if c.d.Month == 0 || len(below) == 0 {
		return
	}
	goals := map[region.Code]Goal{}
	if len(c.goals) > 0 {
		for _, g := range c.goals[0] {
			goals[g.Place] = g
		}
	}
	t := Table{Title: fmt.Sprintf("附表1　各地完成情况（%d年%d月底）", c.d.Month.Year(), c.d.Month.Num()), Heads: []string{"地区", "在册脱贫人口（人）", "当年累计务工（人）", "同比", "年度目标（人）", "完成率", "月末在岗（人）", "稳定率", "确认率"}, Widths: []int{16, 12, 12, 14, 12, 10, 12, 10, 10}}
	for _, p := range append([]region.Place{{Code: c.at, Name: c.from.Tree.Name(c.at)}}, below...) {
		g, has := goals[p.Code]
		row := []Piece{{Text: p.Name}, c.figure("registered", p.Code), c.figure("worked_year", p.Code), c.ratio("worked_year", p.Code)}
		if has {
			row = append(row, c.d.add(Figure{Key: fmt.Sprintf("target %s@%s@%d", g.Document, g.Place, c.d.Month.Year()), Label: g.Indicator + "年度目标", Text: fmt.Sprintf("%d人", g.Target), N: g.Target, Unit: "人", Source: "目标任务：" + g.Document, Place: g.Place, Name: g.Name, Month: c.d.Month}))
		} else {
			row = append(row, Piece{Text: "—"})
		}
		if has && g.Rate >= 0 {
			row = append(row, c.rate(&g, g.Indicator))
		} else {
			row = append(row, Piece{Text: "—"})
		}
		row = append(row, c.figure("working", p.Code), c.figure("stable_share", p.Code), c.figure("confirmed_share", p.Code))
		for i := range row {
			row[i].Bare = true
			if row[i].Text == "（暂无数据）" {
				row[i].Text = "—"
			}
		}
		t.Rows = append(t.Rows, row)
	}
	t.Note = "注：“—”为没有数据，不是零；“不可比”的原因见数据出处或系统看板。"
	c.d.Tables = append(c.d.Tables, t)
}

// ratio is 同比 in a table: a share with its sign, or 不可比.
func (c *composer) ratio(id string, at region.Code) Piece {
	v := c.value(id, at)
	if !v.Known {
		return Piece{Text: "—"}
	}
	x, err := c.from.Numbers.Change(c.ctx, c.scope, id, at, c.d.Month, c.yearAgo())
	c.keep(err)
	if err != nil || !x.OK {
		return Piece{Text: "不可比"}
	}
	return c.d.add(Figure{Key: fmt.Sprintf("%s@%s@%d~%d.signed", id, at, c.d.Month, c.yearAgo()), Label: v.Label + "同比幅度", Text: fmt.Sprintf("%+.1f%%", x.Ratio*100), N: int64(x.Ratio * 1000), Unit: "%",
		Source: id + "，与" + c.yearAgo().String() + "比", Place: at, Name: c.from.Tree.Name(at), Month: c.d.Month, Calibre: v.Calibre})
}

func (c *composer) annexTable() {
	f := c.sheet.Form
	t := Table{Title: "附表2　" + f.Title + "（汇总）", Wide: true, Note: f.Note}
	for _, col := range f.Printed() {
		head := strings.ReplaceAll(col.Head[len(col.Head)-1], "\n", "")
		switch {
		case len(col.Head) > 1 && strings.HasPrefix(head, "（"):
			head = col.Head[0]
		case len(col.Head) > 1:
			head = col.Head[0] + " " + head
		}
		t.Heads, t.Widths = append(t.Heads, head), append(t.Widths, int(col.Width))
	}
	for _, r := range c.sheet.Paper() {
		row := []Piece{{Text: r.Name}}
		for _, col := range f.Printed()[1:] {
			p := Piece{Text: "—"}
			if x := r.Cell(col.Key); x != nil && x.Value >= 0 {
				p = c.annex(r.Region, col.Key, x.Value)
				p.Bare = true
			}
			row = append(row, p)
		}
		t.Rows = append(t.Rows, row)
	}
	c.d.Tables = append(c.d.Tables, t)
}
