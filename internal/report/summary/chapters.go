package summary

import (
	"fmt"
	"slices"
	"strings"

	"wengang/internal/region"
)

// whole is 全市, 全县, 全区 by the name of the place.
func (c *composer) whole() string {
	name := []rune(c.from.Tree.Name(c.at))
	if n := len(name); n > 0 && strings.ContainsRune("省市县区旗", name[n-1]) {
		return "全" + string(name[n-1])
	}
	return "我区"
}

func (c *composer) monthWords() string {
	if c.d.Month == 0 {
		return "目前"
	}
	return fmt.Sprintf("截至%d年%d月底", c.d.Month.Year(), c.d.Month.Num())
}

func (c *composer) opening() error {
	c.para(say("【主送机关】：")...)
	text := "【总体评价】。现将有关情况报告如下。"
	switch {
	case c.d.Month == 0:
		text = "【总体评价】。本期尚无月度数据，以下数字待月结后重新起草。"
	case !c.d.Closed:
		text += fmt.Sprintf("（%d年%d月尚未月结，文中数字为暂计，月结后请重新起草。）", c.d.Month.Year(), c.d.Month.Num())
	}
	c.para(say(periodWords(c.period), "，", c.from.Tree.Name(c.at), "认真落实防止返贫就业攻坚行动部署，", text)...)
	return nil
}

// scale is the first chapter: how many work, against target and last year,
// where and through which channels.
func (c *composer) scale() error {
	c.head(1, "一、稳岗就业总体情况")
	c.head(2, "（一）务工规模")
	c.para(say(c.monthWords(), "，", c.whole(), "脱贫人口（含监测对象）在册", c.figure("registered", c.at), "，当年累计务工", c.figure("worked_year", c.at),
		c.change("worked_year", c.at, "同比", c.yearAgo()), "；月末在岗", c.figure("working", c.at), c.change("working", c.at, "环比", c.d.Month.Add(-1)), "。")...)
	c.targets()
	c.head(2, "（二）就业地点和渠道")
	c.para(say("月末在岗人员中，县内就业", c.figure("working_inside", c.at), c.share("working_inside", "working", c.at), "；县外省内", c.figure("working_outside_county", c.at), c.share("working_outside_county", "working", c.at),
		"；省外", c.figure("working_outside_province", c.at), c.abroad(), c.share("working_outside_province", "working", c.at), c.unplaced(), "。")...)
	c.channels()
	return nil
}

// abroad names those in 港澳台 and abroad, whom the figure of 省外 holds and
// boards show apart.
func (c *composer) abroad() []Piece {
	if v := c.value("working_abroad", c.at); v.Known && v.N > 0 {
		return say("（含港澳台和境外", c.piece("working_abroad", c.at, v), "）")
	}
	return nil
}

// unplaced names the people without a place of work: the shares do not add up
// to the whole without them.
func (c *composer) unplaced() []Piece {
	if v := c.value("working_unplaced", c.at); v.Known && v.N > 0 {
		return say("；就业地未填", c.piece("working_unplaced", c.at, v))
	}
	return nil
}

func (c *composer) channels() {
	var parts []any
	for _, x := range []struct{ id, word string }{
		{"channel_organised", "有组织劳务输出"}, {"channel_employer", "单位招用"}, {"channel_self", "自主外出"}, {"channel_workshop", "就业帮扶车间"},
		{"channel_post", "乡村公益性岗位"}, {"channel_relief", "以工代赈"}, {"channel_local", "本地经营主体"}, {"channel_other", "其他"}, {"channel_unknown", "渠道未填"},
	} {
		v := c.value(x.id, c.at)
		if !v.Known || v.N == 0 {
			continue
		}
		if parts != nil {
			parts = append(parts, "，")
		}
		parts = append(parts, x.word, c.piece(x.id, c.at, v))
	}
	if parts != nil {
		c.para(say(append([]any{"按就业渠道分，"}, append(parts, "。")...)...)...)
	}
}

// targets says how far the place is to each of its own targets.
func (c *composer) targets() {
	said := false
	for _, table := range c.goals {
		for _, g := range table {
			if g.Place != c.at {
				continue
			}
			said = true
			c.target(&g)
		}
	}
	if !said {
		c.para(say("年度目标任务：【本地没有导入的目标任务，请补充文号和数字】。")...)
	}
}

func (c *composer) target(g *Goal) {
	name := g.Indicator
	if g.Sample {
		name += "（示例口径）"
	}
	goal := c.d.add(Figure{Key: fmt.Sprintf("target %s@%s@%d", g.Document, g.Place, c.d.Month.Year()), Label: name + "年度目标", Text: fmt.Sprintf("%d人", g.Target), N: g.Target, Unit: "人",
		Source: "目标任务：" + g.Document, Place: g.Place, Name: g.Name, Month: c.d.Month})
	if g.Actual < 0 || g.Rate < 0 {
		c.para(say("对照", name, "年度目标", goal, "，完成情况暂无数据。")...)
		return
	}
	rate := c.rate(g, name)
	points := (g.Rate - g.Time) * 100
	pace := fmt.Sprintf("，快于时间进度%.1f个百分点", points)
	if points < 0 {
		pace = fmt.Sprintf("，慢于时间进度%.1f个百分点", -points)
	}
	if g.Met {
		pace = "，已完成全年任务"
	}
	c.para(say("对照", name, "年度目标", goal, "，已完成", rate, pace, "。")...)
}

func (c *composer) rate(g *Goal, name string) Piece {
	return c.d.add(Figure{Key: fmt.Sprintf("rate %s@%s@%d", g.Document, g.Place, c.d.Month), Label: name + "完成率", Text: percent(g.Rate), N: int64(g.Rate * 1000), Unit: "%",
		Source: "完成 ÷ 目标：" + g.Document, Place: g.Place, Name: g.Name, Month: c.d.Month})
}

func (c *composer) quality() error {
	c.head(1, "二、就业质量和务工收入")
	c.para(say("在岗人员中稳定就业", c.figure("stable_working", c.at), "，稳定率", c.figure("stable_share", c.at), c.change("stable_share", c.at, "同比", c.yearAgo()), "。")...)
	c.para(say("已填报收入的", c.figure("income_known", c.at), "（收入填报率", c.figure("income_known_share", c.at), "）人均月务工收入", c.figure("income_mean", c.at), c.change("income_mean", c.at, "同比", c.yearAgo()), "；未填报的不作零计算。")...)
	c.para(say("就业真实性方面，在岗人员中经村（社区）或用工单位近期确认的", c.figure("confirmed", c.at), "，确认率", c.figure("confirmed_share", c.at), "；状态待核实的", c.figure("unverified", c.at), "。")...)
	return nil
}

func (c *composer) groups() error {
	c.head(1, "三、重点群体和重点区域")
	c.para(say("监测对象（风险未消除）", c.figure("monitored", c.at), "，其中在岗", c.figure("monitored_working", c.at), "，有能力有意愿而未就业的", c.figure("monitored_jobless", c.at), "；当年风险消除仍计入的", c.figure("risk_removed", c.at), "。")...)
	if v := c.value("settled", c.at); v.Known && v.N > 0 {
		c.para(say("易地搬迁（黄河滩区迁建）安置区脱贫人口", c.piece("settled", c.at, v), "，当年累计务工", c.figure("settled_worked_year", c.at), c.change("settled_worked_year", c.at, "同比", c.yearAgo()), "。")...)
	} else {
		c.para(say(c.whole(), "台账中没有登记的易地搬迁安置区脱贫人口。")...)
	}
	for _, a := range []struct{ tag, name string }{{region.TagKey160, "国家乡村振兴重点帮扶县"}, {region.TagProvKey, "省乡村振兴重点帮扶县"}} {
		if err := c.area(a.tag, a.name); err != nil {
			return err
		}
	}
	c.para(say("【重点帮扶县、重点村的专项措施】。")...)
	return nil
}

// area says how the counties of a list stand; a list without a county here
// says nothing.
func (c *composer) area(tag, name string) error {
	places, err := c.from.Areas.Tags(c.ctx, tag, c.today)
	if err != nil {
		return err
	}
	var in []region.Code
	for at := range places {
		if at.Level() == region.County && c.at.Contains(at) && c.scope.Contains(at) {
			in = append(in, at)
		}
	}
	if len(in) == 0 {
		return nil
	}
	slices.Sort(in)
	parts := []any{fmt.Sprintf("%s%d个，当年累计务工：", name, len(in))}
	for i, at := range in {
		if i > 0 {
			parts = append(parts, "；")
		}
		parts = append(parts, c.from.Tree.Name(at), c.figure("worked_year", at), c.change("worked_year", at, "同比", c.yearAgo()))
	}
	c.para(say(append(parts, "。")...)...)
	return nil
}

// carriers takes the year's figures of annex 1, as the form has them.
func (c *composer) carriers() error {
	c.head(1, "四、载体平台建设和就业服务")
	if c.sheet == nil || len(c.sheet.Rows) == 0 {
		c.para(say("【附件1由县级以上填报，请按需补充】。")...)
		return nil
	}
	x := c.cell
	c.para(say("当年存续劳务协作联盟", x("alliances"), "、特色劳务品牌", x("brands"), "、乡村振兴劳务基地", x("bases"), "、劳务合作社", x("cooperatives"), "。【典型做法】。")...)
	c.para(say("就业帮扶车间", x("workshops"), "，当年累计吸纳脱贫人口", x("workshop_poor"), "；以工代赈当年累计吸纳当地农村劳动力", x("relief"), "，其中脱贫人口", x("relief_poor"), "；乡村公益性岗位当年累计安置脱贫人口", x("posts_poor"), "。")...)
	c.para(say("组织脱贫人口参加职业技能培训", x("training_poor"), "，举办“乐业搬迁（迁建）”专场招聘活动", x("events"), "；安置区脱贫人口就业", x("settled"), "。")...)
	return nil
}

// cell is a number of annex 1 in the unit's own row.
func (c *composer) cell(key string) Piece {
	row := &c.sheet.Rows[0]
	cell, col := row.Cell(key), c.sheet.Form.Column(key)
	if cell == nil || col == nil || cell.Value < 0 {
		return Piece{Text: "（暂无数据）"}
	}
	return c.annex(row.Region, key, cell.Value)
}

func (c *composer) annex(at region.Code, key string, n int64) Piece {
	col := c.sheet.Form.Column(key)
	calibre := "口径 " + c.sheet.Rows[0].Cell(key).Explain.Calibre + "，截止 " + c.sheet.Cutoff.String()
	if code := c.sheet.Code(); code != "" {
		calibre += "，" + code
	} else {
		calibre += "，草稿"
	}
	return c.d.add(Figure{Key: fmt.Sprintf("annex1.%s@%s@%s", key, at, c.sheet.Period), Label: strings.ReplaceAll(col.Head[len(col.Head)-1], "\n", ""), Text: fmt.Sprintf("%d%s", n, col.Unit), N: n, Unit: col.Unit,
		Source: fmt.Sprintf("附件1第%d栏，%s", col.N, c.sheet.Period), Place: at, Name: c.from.Tree.Name(at), Month: c.sheet.Period.Last(), Calibre: calibre})
}

// moves is the chapter of a quarter's analysis on who came and went.
func (c *composer) moves() error {
	c.head(1, "三、就业变动情况")
	c.para(say("当月新上岗", c.figure("new_work", c.at), "，离岗", c.figure("left_work", c.at), "，其中失去工作（有能力有意愿而未就业）", c.figure("lost_work", c.at), "。")...)
	c.para(say("月末有能力、有意愿而未就业的", c.figure("jobless", c.at), c.change("jobless", c.at, "环比", c.d.Month.Add(-1)), "；新纳入", c.figure("entered", c.at), "，退出", c.figure("gone", c.at), "。【形势研判】。")...)
	return nil
}

func (c *composer) plans() error {
	next := "六、下一步打算"
	if c.kind.ID == "quarter" {
		next = "五、下一步打算"
	}
	c.head(1, next)
	c.para(say("【下一步措施，逐条填写】。")...)
	c.para(Piece{Text: ""})
	c.d.Paras = append(c.d.Paras, Para{Sign: true, Pieces: say(c.d.Office)}, Para{Sign: true, Pieces: say("【成文日期】")})
	c.para(say("（联系人：【姓名】；电话：【电话】）")...)
	return nil
}
