// Package storybook shows every component of the shell with invented data, so
// that its looks can be judged without a database. It is mounted by tests and
// by serve --storybook only.
package storybook

import (
	"context"
	"embed"
	"net/http"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Pages are the paths of the book, by name.
var Pages = [][2]string{{"board", "/story/board"}, {"list", "/story/list"}, {"person", "/story/person"}, {"import", "/story/import"}, {"sheet", "/story/sheet"}, {"form", "/story/form"}, {"parts", "/story/parts"}}

// Register mounts the book on a shell.
func Register(s *web.Shell) {
	s.Templates("story", templates)
	for _, p := range Pages {
		name := p[0]
		s.Add(web.Route{Pattern: "GET " + p[1], Action: func(w http.ResponseWriter, r *web.Request) error {
			return s.Page(w, r, "story/"+name, data[name])
		}})
	}
	s.Nav(
		web.NavItem{Key: "web.nav.board", Icon: "layout-dashboard", Href: "/story/board", Order: 20},
		web.NavItem{Key: "web.nav.people", Icon: "users", Href: "/story/list", Order: 30},
		web.NavItem{Key: "web.nav.import", Icon: "upload", Href: "/story/import", Order: 40},
		web.NavItem{Key: "web.nav.findings", Icon: "checks", Href: "/story/parts", Order: 50, Count: func(context.Context, *web.Request) int { return 12 }},
		web.NavItem{Key: "web.nav.register", Icon: "building-factory", Href: "/story/form", Order: 60},
		web.NavItem{Key: "web.nav.target", Icon: "target-arrow", Href: "/story/person", Order: 70},
		web.NavItem{Key: "web.nav.report", Icon: "report", Href: "/story/sheet", Order: 80},
	)
	s.Todos(todos{})
	s.Figures(todos{})
}

type todos struct{}

func (todos) Todos(context.Context, *web.Request) ([]web.Todo, error) {
	return []web.Todo{
		{Due: 20231208, Icon: "message-report", Title: "答复公示异议", Count: "1 件", Note: "朝城镇刘楼村 · 一次性求职补贴", Hint: "未答复前，本批 36 人不能发放", Action: "答复", Href: "/story/list"},
		{Due: 20231211, Icon: "phone", Title: "派人回访待核实", Count: "6 人", Note: "离岗未说明 6 人，涉及 5 个镇", Hint: "连续 2 个月未确认，不计在岗", Action: "派人", Href: "/story/list"},
		{Due: 20231211, Icon: "git-merge", Title: "判定导入冲突", Count: "28 处", Note: "务工台账11月.xlsx · 月收入 19、证件号码 9", Hint: "判定前按台账原值", Action: "判定", Href: "/story/import"},
		{Due: 20231212, Icon: "clipboard-list", Title: "建 131 台账", Count: "14 人", Note: "离岗满 30 天未再就业，其中高风险 3 人", Hint: "建账后 5 个工作日内首次指导", Action: "建台账", Href: "/story/list"},
		{Due: 20231215, Icon: "report", Title: "回复市局问询", Count: "1 格", Note: "附件1 · 以工代赈人数 517，较上季 +204", Hint: "项目 3 个，名单 517 人可直接附上", Action: "回复", Href: "/story/sheet"},
		{Due: 20240105, Icon: "lock", Title: "关账 12 月", Count: "1 个月", Note: "莘县 · 24 个乡镇", Hint: "", Action: "关账", Href: "/story/list"},
	}, nil
}

func (todos) Figures(context.Context, *web.Request) ([]web.Figure, error) {
	return []web.Figure{
		{Label: "在岗务工", Value: "3,412", Unit: "人", Down: true, Delta: "108 人", Against: "较10月，−3.1%", Calibre: "11月 · 户籍口径", Href: "/story/list", LinkText: "看是谁", Values: []float64{3390, 3320, 2980, 3100, 3270, 3340, 3380, 3410, 3440, 3460, 3500, 3520, 3412}},
		{Label: "待核实", Value: "286", Unit: "人", Up: true, Delta: "41 人", Against: "较10月，+16.7%", Calibre: "11月 · 连续 2 个月未确认", Href: "/story/list", LinkText: "看名单", Values: []float64{110, 118, 180, 170, 160, 150, 152, 165, 172, 184, 195, 210, 286}},
		{Label: "目标进度", Value: "89.5", Unit: "%", Up: true, Delta: "0.6 点", Against: "低于时间进度 91.7% 共 2.2 点", Calibre: "3,455 / 3,860 人 · 示例口径", Href: "/story/board", LinkText: "看差在哪", Bar: true, Progress: 89.5, Tick: 91.7, Risk: "yel", Word: "偏慢"},
	}, nil
}

type rank struct {
	Name              string
	Unit              bool
	Done, Target, Now int
	Delta             int
	Rate, Width, Tick float64
	Slow              bool
	Parts             []web.Part
}

type person struct {
	Name, Sex, ID, Village, Kind, Last, Left, Why, Next, Due string
	Age, Status                                              int
	Risk                                                     string
}

var data = map[string]any{
	"board":  board(),
	"list":   list(),
	"person": record(),
	"import": imports(),
	"sheet":  sheet(),
	"form":   form(),
	"parts":  parts(),
}

func board() any {
	up := func(l, v string) web.Change { return web.Change{Label: l, Value: v, Up: true} }
	down := func(l, v string) web.Change { return web.Change{Label: l, Value: v, Down: true} }
	months, now, stable := []string{}, []*float64{}, []*float64{}
	v := []float64{15986, 15240, 13865, 15512, 16204, 16580, 16772, 16910, 17036, 17120, 17244, 17310, 16896, 14420, 15210, 16602, 17188, 17490, 17655, 17802, 17930, 18021, 18104, 17862}
	s := []float64{13010, 12644, 11820, 11936, 12480, 13065, 13512, 13806, 13987, 14102, 14210, 14286, 14190, 12510, 11902, 12488, 13320, 13904, 14318, 14602, 14790, 14923, 15012, 14905}
	for i := range v {
		months = append(months, calendar.Month(202112).Add(i).String())
		now, stable = append(now, web.F(v[i])), append(stable, web.F(s[i]))
	}
	ranks := []rank{
		{Name: "东阿县", Done: 1326, Target: 1270, Rate: 104.4, Now: 1187, Delta: 37}, {Name: "高唐县", Done: 1402, Target: 1360, Rate: 103.1, Now: 1265, Delta: 18},
		{Name: "高新区", Unit: true, Done: 232, Target: 230, Rate: 100.9, Now: 213, Delta: 1}, {Name: "东昌府区", Done: 2301, Target: 2290, Rate: 100.5, Now: 2104, Delta: -31},
		{Name: "茌平区", Done: 1538, Target: 1540, Rate: 99.9, Now: 1398, Delta: -6}, {Name: "临清市", Done: 2049, Target: 2060, Rate: 99.5, Now: 1876, Delta: -24},
		{Name: "阳谷县", Done: 2968, Target: 3010, Rate: 98.6, Now: 2731, Delta: -52}, {Name: "度假区", Unit: true, Done: 345, Target: 350, Rate: 98.6, Now: 318, Delta: -3},
		{Name: "冠县", Done: 3236, Target: 3310, Rate: 97.8, Now: 2986, Delta: -79}, {Name: "开发区", Unit: true, Done: 409, Target: 420, Rate: 97.4, Now: 372, Delta: 5},
		{Name: "莘县", Done: 3455, Target: 3860, Rate: 89.5, Now: 3412, Delta: -108, Slow: true},
	}
	labels := []string{"自主外出", "单位招用", "有组织输出", "帮扶车间", "公益性岗位", "以工代赈及其他"}
	for i := range ranks {
		r := &ranks[i]
		r.Width, r.Tick = float64(r.Done)/40, float64(r.Target)/40
		for j, f := range []float64{.34, .26, .13, .11, .11, .05} {
			r.Parts = append(r.Parts, web.Part{Label: labels[j], Value: float64(r.Now)*f + float64((i*7+j*11)%40)})
		}
	}
	flow := web.Chart{Kind: "sankey", Title: "聊城籍在岗人员去了哪里", Sub: "2023年11月 · 就业地到县 · 人", Unit: "人", Tall: true,
		Nodes: []web.Node{{Name: "聊城市", Label: "聊城籍在岗\n17,862"}}}
	for i, g := range []struct {
		name, share string
		total       float64
		to          []string
		n           []float64
	}{{"县内", "44.2%", 7904, []string{"本乡镇", "本县其他乡镇"}, []float64{4812, 3092}},
		{"县外省内", "33.8%", 6037, []string{"济南市", "聊城市内其他县", "青岛市", "潍坊市", "省内其他市"}, []float64{2214, 1376, 1058, 785, 604}},
		{"省外", "22.0%", 3921, []string{"北京市", "天津市", "江苏省", "浙江省", "河北省", "广东省", "其他省份"}, []float64{842, 776, 731, 548, 437, 325, 262}}} {
		flow.Nodes = append(flow.Nodes, web.Node{Name: g.name, Label: g.name + " " + web.Thousands(g.total) + "\n" + g.share, Colour: i + 1, Bold: true})
		flow.Flows = append(flow.Flows, web.Flow{From: "聊城市", To: g.name, Value: g.total})
		for j, n := range g.to {
			flow.Nodes = append(flow.Nodes, web.Node{Name: n, Label: n + "  " + web.Thousands(g.n[j]), Colour: i + 1})
			flow.Flows = append(flow.Flows, web.Flow{From: g.name, To: n, Value: g.n[j]})
		}
	}
	from := 10000.0
	return map[string]any{
		"Tiles": []web.Tile{
			{Label: "在岗务工", Value: "17,862", Unit: "人", Href: "/story/list", Changes: []web.Change{up("同比", "3.2%"), down("环比", "1.3%")}, Calibre: []string{"月末有效务工记录", "已确认 91.6%"}},
			{Label: "当年累计务工", Value: "19,261", Unit: "人", Href: "/story/list", Changes: []web.Change{up("同比", "6.3%"), up("环比", "1.1%")}, Calibre: []string{"1–11月务工满 1 个月", "按人去重"}},
			{Label: "人均月收入", Value: "3,286.40", Unit: "元", Href: "/story/list", Changes: []web.Change{up("同比", "6.5%"), down("环比", "0.5%")}, Calibre: []string{"n = 16,940 人", "收入已知 94.8%"}},
			{Label: "稳定就业 ≥3个月", Value: "14,905", Unit: "人", Href: "/story/list", Changes: []web.Change{up("同比", "4.3%"), down("环比", "0.7%")}, Calibre: []string{"连续 3 个月有务工", "占在岗 83.4%"}},
			{Label: "待核实", Value: "1,126", Unit: "人", Href: "/story/list", Changes: []web.Change{{Label: "同比", Reason: "2023年1月起改为连续 2 个月未确认，与上年口径不同"}, up("环比", "14.4%")}, Calibre: []string{"连续2个月未确认", "不算失业"}},
			{Label: "目标进度", Value: "97.8", Unit: "%", Href: "/story/list", LinkText: "目标", Bar: true, Progress: 97.8, Tick: 91.7, Changes: []web.Change{up("同比", "1.7点"), up("环比", "1.1点")}, Calibre: []string{"19,261 / 19,700 人", "目标为示例口径"}},
		},
		"Line": web.Chart{Kind: "line", Title: "聊城市在岗务工与稳定就业", Sub: "2021-12 至 2023-11 · 人 · 纵轴自 10,000 起", Unit: "人", From: &from, First: "月份", Categories: months,
			Series: []web.Series{{Name: "在岗务工", Values: now, Marks: []web.Mark{{At: 11, Text: "上年同月 17,310"}, {At: 23, Text: "在岗 17,862", Emphasis: true}, {At: 2, Text: "春节返乡", Below: true, Quiet: true}}},
				{Name: "稳定就业", Values: stable, Dashed: true, Marks: []web.Mark{{At: 23, Text: "稳定 14,905"}, {At: 14, Text: "春节返乡", Below: true, Quiet: true}}}}},
		"Near": web.Chart{Kind: "line", Title: "两条挨得很近的线（图库）", Sub: "人", Unit: "人", First: "月份", Categories: months[12:],
			Series: []web.Series{{Name: "在岗", Values: now[12:], Marks: []web.Mark{{At: 11, Text: "在岗 17,862", Emphasis: true}}}, {Name: "稳定", Dashed: true, Values: near(v[12:]), Marks: []web.Mark{{At: 11, Text: "稳定 17,840"}}}}},
		"Ranks": ranks, "Labels": labels, "Flow": flow, "City": ranks[10].Parts,
		"Stack": web.Chart{Kind: "stack", Title: "就业渠道构成（图库）", Sub: "2023年11月 · 人", Unit: "人", First: "单位", Categories: []string{"莘县", "冠县", "阳谷县", "东昌府区", "临清市"},
			Series: []web.Series{{Name: "自主外出", Values: fs(1205, 1164, 964, 596, 588)}, {Name: "单位招用", Values: fs(798, 687, 737, 694, 563)}, {Name: "有组织输出", Values: fs(462, 470, 339, 231, 243)}, {Name: "帮扶车间", Values: fs(466, 228, 246, 197, 187)}}},
		"Bar": web.Chart{Kind: "bar", Title: "待核实人数（图库）", Sub: "2023年11月 · 人", Unit: "人", First: "单位", Categories: []string{"莘县", "冠县", "阳谷县", "东昌府区", "临清市"}, Series: []web.Series{{Name: "待核实", Values: fs(286, 204, 188, 121, 96)}}},
	}
}

func near(v []float64) []*float64 {
	out := make([]*float64, len(v))
	for i := range v {
		out[i] = web.F(v[i] - 22)
	}
	return out
}

func fs(v ...float64) []*float64 {
	out := make([]*float64, len(v))
	for i := range v {
		out[i] = web.F(v[i])
	}
	return out
}

func list() any {
	rows := []person{
		{"陈秀兰", "女", "00**************27", "张鲁镇 李庄村", "脱贫户", "鲁西缝制帮扶车间", "11-08", "停产减单", "待建 131", "12-12", 46, fact.StatusJobless, "red"},
		{"赵建军", "男", "00**************35", "十八里铺镇 王堤口村", "脱贫户", "鲁西缝制帮扶车间", "11-15", "未说明", "待回访", "12-11", 51, 0, ""},
		{"马国庆", "男", "00**************18", "张寨镇 马庄村", "突发严重困难户", "张寨木艺帮扶车间", "11-03", "停产减单", "131 已建", "12-11", 38, fact.StatusJobless, "red"},
		{"刘桂芝", "女", "00**************44", "朝城镇 刘楼村", "脱贫户", "朝城箱包帮扶车间", "11-10", "家庭原因", "", "", 54, fact.StatusFarm, "grn"},
		{"孙玉梅", "女", "00**************62", "古云镇 西池村", "边缘易致贫户", "古云服饰帮扶车间", "11-20", "停产减单", "待建 131", "12-13", 43, fact.StatusJobless, "yel"},
		{"吴彩霞", "女", "00**************26", "大王寨镇 曹庄村", "脱贫户", "鲁西缝制帮扶车间", "11-17", "照护老人", "", "", 35, fact.StatusCare, "grn"},
		{"高振东", "男", "00**************77", "柿子园镇 高庄村", "脱贫户", "张寨木艺帮扶车间", "11-02", "转岗外出", "", "", 29, fact.StatusWork, "grn"},
		{"韩立新", "男", "00**************53", "董杜庄镇 韩庄村", "脱贫户", "董杜庄果蔬帮扶车间", "11-12", "自主创业", "", "", 45, fact.StatusOwn, "grn"},
	}
	rows = append(rows, rows...)
	return map[string]any{"Rows": rows,
		"Chips": web.Chips{Items: []web.Chip{{Label: "户籍", Value: "莘县", Clear: "/story/list"}, {Label: "11月变动", Value: "离岗", Clear: "/story/list"}, {Label: "上月渠道", Value: "就业帮扶车间", Clear: "/story/list"}}, ClearAll: "/story/list", Dialog: "flt"},
		"Pager": web.Pager{Total: 118, Unit: "人", From: 1, To: 50, Next: "/story/list?after=50", Sort: "按户籍村排序"},
		"Tabs":  []web.Tab{{Label: "离岗", Note: "118", Href: "/story/list", On: true}, {Label: "新上岗", Note: "22", Href: "/story/list"}},
		"Filter": []web.Field{
			{Name: "status", Label: "状态", Kind: "select", Options: []web.Option{{Label: "全部"}, {Value: "1", Label: "务工"}, {Value: "5", Label: "未就业"}}},
			{Name: "kind", Label: "人群", Kind: "select", Options: []web.Option{{Label: "全部"}, {Value: "1", Label: "脱贫户"}}},
			{Name: "from", Label: "年龄从", Kind: "number"}, {Name: "to", Label: "到", Kind: "number"},
		}}
}

func record() any {
	return map[string]any{
		"Work": []web.Fact{{Label: "状态", Value: "未就业", Source: "12-02 关账"}, {Label: "就业意愿", Value: "愿意，县内优先", Source: "12-05 回访"}, {Label: "上一单位", Value: "鲁西缝制帮扶车间"}, {Label: "上一渠道", Value: "就业帮扶车间 · 县内"},
			{Label: "上一段起止", Value: "2022-09 至 2023-11", Source: "连续 15 个月"}, {Label: "末月收入", Value: "2,350.00 元", Source: "车间名册 10月"}, {Label: "当年累计务工", Value: "11 个月", Source: "已确认 10"}, {Label: "稳定就业", Value: "曾稳定，已中断"}},
		"Self": []web.Fact{{Label: "出生年月", Value: "1977-04"}, {Label: "文化程度", Value: "初中"}, {Label: "劳动技能", Value: "技能劳动力", Source: "2022-07 缝纫工初级"}, {Label: "健康状况", Value: "健康"}, {Label: "求职需求", Value: "岗位、培训", Source: "12-05 回访"}, {Label: "照护负担"}},
		"Events": []web.Event{{Date: 20231208, Icon: "circle", Title: "建议建 131 台账", Source: "系统 · 规则「离岗满30天未再就业」", On: true},
			{Date: 20231205, Icon: "phone", Title: "村级回访：车间通知元旦前不复工，本人愿在县内务工", Note: "录音 1 · 照片 1", Source: "张鲁镇李庄村 · 王海燕（手机采集）"},
			{Date: 20231202, Icon: "alert-triangle", Title: "状态 务工 → 未就业，风险 低 → 高", Note: "依据：11-08 离岗记录；户内唯一务工人员", Source: "系统 · 11月关账"},
			{Date: 20231108, Icon: "square", Title: "离岗：鲁西缝制帮扶车间（停产减单）", Note: "2,350.00 元/月，连续 15 个月", Source: "车间名册 2023-11 · 第 42 行"},
			{When: "2022-01", Icon: "file-import", Title: "进入底册", Note: "赵强 · 莘县乡村振兴局", Source: "导入 脱贫人口底册2022.xlsx · 第 1,204 行"}},
	}
}

func imports() any {
	return map[string]any{
		"Steps":    []web.Step{{Title: "选文件", Note: "务工台账11月.xlsx", State: "done"}, {Title: "认列", Note: "21 列，全部认出", State: "done"}, {Title: "核对", Note: "4,226 行", State: "on"}, {Title: "保存", Note: "预计 12 秒"}},
		"Progress": web.Progress{Title: "车间名册11月.csv", Note: "正在后台保存", Done: 1640, Total: 2310, Rate: "410 行/秒", Left: "约剩 2 秒", Cancel: "/story/import"},
		"Done":     web.Progress{Title: "务工台账11月.xlsx", Note: "核对完成", Done: 4226, Total: 4226, Finished: true, Result: "/story/import", ResultText: "看结果"},
	}
}

type sheetRow struct {
	Name  string
	Total bool
	Cells []int
}

func sheet() any {
	return map[string]any{
		"Steps": []web.Step{{Title: "填表", Note: "周敏 · 12-08 16:20", State: "done"}, {Title: "审核", Note: "科室 · 待 刘志勇", State: "on"}, {Title: "分管", Note: "副局长"}, {Title: "主要负责人", Note: "局长"}},
		"Rows": []sheetRow{{"聊城市", true, []int{26, 17, 37, 113, 224, 2183, 2748, 878, 2044, 1436, 424, 15}}, {"东昌府区", false, []int{3, 2, 4, 11, 24, 221, 318, 92, 290, 164, 0, 1}}, {"茌平区", false, []int{2, 1, 3, 9, 17, 156, 244, 71, 184, 118, 0, 1}},
			{"阳谷县", false, []int{3, 2, 5, 16, 31, 276, 462, 158, 287, 231, 86, 2}}, {"莘县", false, []int{4, 3, 6, 21, 47, 584, 517, 176, 358, 286, 142, 3}}, {"东阿县", false, []int{2, 2, 3, 8, 18, 131, 212, 64, 171, 109, 61, 1}}, {"冠县", false, []int{3, 2, 5, 18, 29, 356, 401, 133, 309, 221, 73, 2}},
			{"高唐县", false, []int{2, 1, 3, 10, 19, 148, 230, 72, 166, 122, 0, 1}}, {"临清市", false, []int{2, 2, 4, 13, 22, 187, 262, 81, 206, 141, 38, 1}}, {"开发区", false, []int{1, 0, 1, 3, 7, 55, 40, 12, 31, 18, 0, 0}}, {"度假区", false, []int{1, 0, 1, 2, 6, 49, 36, 11, 26, 15, 24, 1}}, {"高新区", false, []int{0, 0, 1, 2, 4, 32, 26, 8, 16, 11, 0, 0}}},
	}
}

func form() any {
	return map[string]any{
		"Errors": []web.FieldText{{Name: "income", Message: "月收入应在 100–30,000 元"}, {Name: "county", Message: "就业地须写到县"}},
		"Fields": []web.Field{
			{Name: "employer", Label: "用工单位", Value: "新城制衣", Required: true, Hint: "营业执照上的全称"},
			{Name: "county", Label: "就业地", Kind: "place", Value: "山东省", Required: true, Error: "就业地须写到县"},
			{Name: "channel", Label: "就业渠道", Kind: "select", Options: []web.Option{{Value: "2", Label: "单位招用", On: true}, {Value: "3", Label: "有组织输出"}}},
			{Name: "income", Label: "月收入", Value: "285000", Unit: "元", Error: "月收入应在 100–30,000 元"},
			{Name: "from", Label: "起", Kind: "month", Value: "2023-08", Required: true}, {Name: "to", Label: "止", Kind: "month", Hint: "还在岗就空着"},
			{Name: "file", Label: "附件", Kind: "file", Accept: ".xlsx,.csv", Wide: true},
			{Name: "reason", Label: "事由", Kind: "radio", Required: true, Wide: true, Options: []web.Option{{Value: "1", Label: "核对身份（与原件比对）", On: true}, {Value: "2", Label: "补贴申领核验"}, {Value: "3", Label: "处理导入冲突"}, {Value: "4", Label: "其他", Hint: "须写说明"}}},
			{Name: "note", Label: "说明", Kind: "area", Wide: true, Placeholder: "选「其他」时必填"},
			{Name: "agree", Label: "已与本人核对", Kind: "check", Wide: true},
		}}
}

func parts() any {
	return map[string]any{
		"Empty": web.Empty{Icon: "checks", Title: "没有待处理的核查结果", Note: "2023年11月的 4,226 行都通过了。下次导入后，有问题的行会列在这里。", Action: "去导入", Href: "/story/import"},
		"Tabs":  []web.Tab{{Label: "待处理", Note: "12", Href: "/story/parts", On: true}, {Label: "已处理", Note: "318", Href: "/story/parts"}, {Label: "规则", Href: "/story/parts"}},
	}
}
