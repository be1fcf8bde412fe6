package report

import (
	"wengang/internal/account"
	"wengang/internal/calendar"
)

// themeSettlement is the theme of recruitment events that column 13 counts.
const themeSettlement = "乐业搬迁（迁建）"

const citation = "山东省人社厅、发展改革委、农业农村厅关于开展防止返贫就业攻坚行动的通知 三(四)"

const source = "山东省人社厅等三部门 2023-10-12 印发"

// issued is the day of the notice: what was due before it was not asked for.
const issued calendar.Date = 20231012

var forms = []*Form{progress, projects}

// progress is 附件1. Its note says 相关数据填当年累计数. Bodies and posts are
// counted as lasting: what stood on any day of the year so far, so that a
// cumulative figure does not fall when one ends; courses and events as begun.
// docs/adr/0010 gives the reasons per column.
var progress = &Form{
	ID: "progress", Annex: "附件1", Title: "防止返贫就业攻坚行动推进情况表", Short: "推进情况表", Citation: citation + "，附件1", Source: source,
	Since: issued, Every: Quarterly, Rows: Units, Left: "单位（公章）：", Cosign: []account.Dept{account.DeptPlanning, account.DeptAgriculture}, Note: "注：相关数据填当年累计数。", DueRule: "report.due.quarter",
	Due: func(p Period) calendar.Date { return calendar.DateOf(p.Year, p.Quarter*3, 15) },
	Columns: []Column{
		{N: 1, Key: "unit", Head: []string{"市、县\n（市、区）"}, Count: Words, Width: 13},
		{N: 2, Key: "alliances", Head: []string{"劳务协作联盟个数"}, Unit: "个", Count: Bodies, Kind: "alliance", Basis: Lasting, Width: 9},
		{N: 3, Key: "brands", Head: []string{"特色劳务品牌个数"}, Unit: "个", Count: Bodies, Kind: "brand", Basis: Lasting, Width: 9},
		{N: 4, Key: "bases", Head: []string{"乡村振兴劳务基地个数"}, Unit: "个", Count: Bodies, Kind: "base", Basis: Lasting, Width: 9},
		{N: 5, Key: "cooperatives", Head: []string{"劳务合作社个数"}, Unit: "个", Count: Bodies, Kind: "cooperative", Basis: Lasting, Width: 9},
		{N: 6, Key: "workshops", Head: []string{"就业帮扶车间个数", "（个数）"}, Unit: "个", Count: Bodies, Kind: "workshop", Basis: Lasting, Width: 8},
		{N: 7, Key: "workshop_poor", Head: []string{"就业帮扶车间个数", "吸纳脱贫人口数"}, Unit: "人", Count: PoorPeople, Kind: "workshop", Basis: Lasting, Width: 10},
		{N: 8, Key: "relief", Head: []string{"以工代赈吸纳当地农村劳动力就业人数", "（人数）"}, Unit: "人", Count: RuralLocal, Kind: "relief", Basis: Lasting, Width: 8},
		{N: 9, Key: "relief_poor", Head: []string{"以工代赈吸纳当地农村劳动力就业人数", "吸纳脱贫人口数"}, Unit: "人", Count: PoorPeople, Kind: "relief", Basis: Lasting, Width: 10},
		{N: 10, Key: "posts_poor", Head: []string{"乡村公益性岗位安置脱贫人口数"}, Unit: "人", Count: PoorPeople, Kind: "post", Basis: Lasting, Width: 10},
		{N: 11, Key: "training_poor", Head: []string{"组织脱贫人口参加职业技能培训人数"}, Unit: "人", Count: PoorPeople, Kind: "training", Basis: Begun, Width: 11},
		{N: 12, Key: "settled", Head: []string{"易地搬迁安置区脱贫人口就业人数"}, Unit: "人", Count: Figure, Figure: "settled_worked_year", Width: 12},
		{N: 13, Key: "events", Head: []string{"举办“乐业搬迁（迁建）”专场招聘活动次数"}, Unit: "次", Count: Bodies, Kind: "event", Basis: Begun, Theme: themeSettlement, Width: 14.5},
		{Key: "workshop_people", Unit: "人", Count: People, Kind: "workshop", Basis: Lasting},
	},
}

// projects is 附件2.
var projects = &Form{
	ID: "projects", Annex: "附件2", Title: "脱贫人口就业帮扶项目清单", Short: "项目清单", Citation: citation + "，附件2", Source: source,
	Since: issued, Every: Yearly, Rows: Projects, Cosign: []account.Dept{account.DeptPlanning, account.DeptAgriculture}, DueRule: "report.due.october",
	Due: func(p Period) calendar.Date { return calendar.DateOf(p.Year, 10, 25) },
	Columns: []Column{
		{N: 1, Key: "county", Head: []string{"县（市、区）"}, Count: Words, Width: 11},
		{N: 2, Key: "no", Head: []string{"序号"}, Count: Words, Width: 6},
		{N: 3, Key: "name", Head: []string{"项目名称"}, Count: Words, Width: 20, Wrapped: true},
		{N: 4, Key: "brief", Head: []string{"项目简介"}, Count: Words, Width: 32, Wrapped: true},
		{N: 5, Key: "people", Head: []string{"带动就业人数", "合计"}, Unit: "人", Count: People, Kind: "project", Width: 9},
		{N: 6, Key: "poor", Head: []string{"带动就业人数", "带动脱贫人口就业人数"}, Unit: "人", Count: PoorPeople, Kind: "project", Width: 11},
		{N: 7, Key: "marks", Head: []string{"项目所在地是否属于：①省乡村振兴重点帮扶县②易地搬迁安置区③黄河滩区居民迁建安置区"}, Count: Words, Width: 21},
		{N: 8, Key: "contact", Head: []string{"项目联系人"}, Count: Words, Width: 10},
		{N: 9, Key: "phone", Head: []string{"联系电话"}, Count: Words, Width: 14},
		{N: 10, Key: "note", Head: []string{"备注"}, Count: Words, Width: 10, Wrapped: true},
	},
}
