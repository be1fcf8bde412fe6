package intake

import "wengang/internal/transfer"

// Layouts of villages, banks, communities and posts. What a layout does not say
// is not made up: docs/layouts.md tells which columns are read and why the
// others are not.

// optional is a column that a layout may do without.
func optional(c transfer.Column) transfer.Column { c.Required = false; return c }

// rowKeys are the columns by which a row without a number finds its person.
var rowKeys = [][]string{{"id_number", "household", "person_code"}}

var (
	cMonths = col("work_months", "上年务工时间（月）", "上年务工时间", "务工累计时间（月）", "务工累计时间", "务工时间（月）")
	cYear   = col("year", "年份", "年度")
	cTrade  = col("trade", "务工工种", "工种")
	cDays   = col("post_days", "本月累计出勤天数（天）", "本月累计出勤天数", "出勤天数", "累计出勤天数")
	cPay    = col("wage", "补贴金额（元）", "补贴金额", "岗位补贴金额", "岗位补贴")
	cKind2  = col("jobless_type", "失业人员类型", "失业类型")
	cLost   = col("end", "失业时间", "失业日期")
)

// months of the income table, by column: first and last month.
var incomeMonths = []struct {
	key         string
	first, last int
}{{"income_q1", 1, 3}, {"income_q2", 4, 6}, {"income_q3", 7, 9}, {"income_10", 10, 10}, {"income_11", 11, 11}, {"income_12", 12, 12}}

// Layouts that speak of a whole year instead of a month.
const (
	layoutLastYear = "work.last_year"
	layoutIncome   = "work.income"
	layoutPosts    = "work.posts"
	layoutJobless  = "work.jobless"
)

var moreWork = []transfer.Layout{
	{ID: layoutPosts, Title: "乡村公益性岗位出勤天数和补贴金额汇总表", Columns: []transfer.Column{
		cName, cID, need(cDays), need(cPay), col("start", "协议时间起止时间起", "起", "协议开始时间", "协议起始时间"),
		col("post_until", "协议时间起止时间止", "止", "协议结束时间", "协议终止时间"), col("post_name", "岗位名称", "岗位"), cPhone, cNote}},
	{ID: layoutLastYear, Title: "上年务工信息表", Columns: []transfer.Column{
		cHousehold, cCode, cName, optional(cID), need(col("away", "务工状况")), col("work_province", "所在省", "务工所在省"), col("work_city", "所在市", "务工所在市"),
		need(col("work_county", "所在县", "务工所在县")), col("work_town", "所在乡"), need(cMonths), cStart, cEnd, cEmployer}},
	{ID: layoutIncome, Title: "工资性收入表（一户一年）", Columns: []transfer.Column{
		cHousehold, cCode, cName, optional(cID), cTrade, need(col("work_place", "务工省、市、县", "务工地点", "务工所在地")), need(cMonths), cEmployer, need(cYear),
		need(col("income_q1", "1-3月")), col("income_q2", "4-6月"), col("income_q3", "7-9月"), col("income_10", "10月"), col("income_11", "11月"), need(col("income_12", "12月"))}},
	{ID: "work.bank", Title: "外出务工客户明细", Columns: []transfer.Column{
		col("area_code", "区域代码"), need(col("branch", "所属支行", "支行")), col("bank_village", "所属村编码"), col("natural_village", "所属村名称"), col("bank_household", "户号编码"),
		cName, cID, col("age", "年龄"), cSex, cPhone, col("residence_kind", "户口性质"), col("place", "户籍地址"), cIndustry, cEmployer, need(cWorkPlace), col("return_plan", "预计返乡时间")}},
	{ID: layoutJobless, Title: "失业人员管理台账", Columns: joblessColumns()},
	{ID: "work.hand", Title: "务工记录（自选列）", Hand: true, OneOf: rowKeys, Columns: []transfer.Column{
		cName, optional(cID), cHousehold, cCode, cOut, cStart, cEnd, cWorkProv, cWorkCity, cWorkCty, cWorkPlace, cEmployer, cIndustry, cChannel, cP2P, cWage, cTransport, cPhone}},
}

func joblessColumns() []transfer.Column {
	return []transfer.Column{
		cName, cSex, col("age", "年龄"), cEducation, cID, col("residence_kind", "户籍性质", "户口性质"), col("talent", "技能特长"), col("job_card", "就业创业证号"),
		col("registered", "是否登记失业人员"), need(cKind2), need(cLost), col("insured", "领取失业保险金起止时间"), col("wanted_job", "求职意向"), col("training", "培训意向"),
		optional(cService), cPhone, col("person_type", "类型"), col("grade", "等级")}
}

var morePlan = []transfer.Layout{
	{ID: "plan.jobless", Title: "失业人员管理台账", Columns: joblessColumns()},
	{ID: "plan.hand", Title: "就业意向（自选列）", Hand: true, OneOf: rowKeys, Columns: []transfer.Column{
		cName, optional(cID), cHousehold, cCode, cPlanOut, col("plan_province", "计划务工所在省"), col("plan_city", "计划务工所在市"), col("plan_county", "计划务工所在县"),
		col("plan_place", "计划务工地", "意向地"), cService, col("wanted_job", "意向工种", "意向岗位", "求职意向"), col("wanted_wage", "意向薪资", "期望月薪"),
		col("training", "培训意向", "培训需求"), cWilling, cPhone}},
}

var morePeople = []transfer.Layout{
	{ID: "people.hand", Title: "人员（自选列）", Hand: true, Columns: handPeople()},
}

var moreMonitored = []transfer.Layout{
	{ID: "monitored.hand", Title: "监测对象（自选列）", Hand: true, Columns: append(handPeople(), need(cMonitoredHand), need(cRiskOn), cRisk, cRemoved, cRemovedOn)},
}

var cMonitoredHand = cMonitored

func handPeople() []transfer.Column {
	return []transfer.Column{cName, cID, cHousehold, cCode, cProvince, cCity, cCounty, cTown, cVillage, cPlace, cIDKind, cSex, cBirth, cEthnic, cHomePhone, cPhone, cRelation,
		cEducation, cStudent, cHealth, cSkill, cPolitical, cAllowance, cWard, cKind, cJoinedOn, cFirstOn, cWilling, cStatus, cSettled, cNote}
}

// foreign are tables that officers have and the ledger has no place for: told
// by name, so that nobody looks for a mistake in the file.
var foreign = []transfer.Layout{
	{ID: "village.national", Title: "（自定义）行政村信息", Refuse: "import.refuse.village", Columns: []transfer.Column{
		need(col("collective", "村级集体经济收入（万元）")), need(col("total", "总人口数")), need(col("school", "村小学（个数）"))}},
	{ID: "household.national", Title: "（乡村建设）户信息", Refuse: "import.refuse.household", Columns: []transfer.Column{
		need(cHousehold), need(col("toilet", "卫生厕所是否能正常使用"))}},
	{ID: "household.questions", Title: "入户核查问卷（就业部分）", Refuse: "import.refuse.questions", Columns: []transfer.Column{
		need(col("workers", "家庭劳动力人数")), need(col("long", "长期务工人数")), need(col("short", "短期务工人数"))}},
	{ID: "payments", Title: "政策性补贴发放登记", Refuse: "import.refuse.payments", Columns: []transfer.Column{
		need(col("subsidy", "补贴类型")), col("year", "年度"), col("round", "批次"), cName, optional(cID), cPhone, cVillage, col("group", "村组"), col("members", "家庭人口数"), cKind,
		col("account", "一卡通"), col("bank", "开户行"), col("item", "补贴项目"), col("standard", "补贴标准"), cEmployer, col("asked", "申报金额"),
		need(col("paid", "实发金额")), need(col("paid_state", "发放状态")), col("paid_on", "发放日期"), cNote}},
	{ID: "policies", Title: "惠农补贴政策清单", Refuse: "import.refuse.other", Columns: []transfer.Column{
		need(col("item", "补贴项目")), need(col("basis", "政策依据")), need(col("target", "补贴对象"))}},
	{ID: "vacancies", Title: "招聘信息", Refuse: "import.refuse.other", Columns: []transfer.Column{
		need(col("job", "职位", "职位名称")), need(col("firm", "公司", "公司名称")), need(col("posted", "发布时间"))}},
	{ID: "relief.month", Title: "以工代赈月度台账", Refuse: "import.refuse.relief", Columns: []transfer.Column{
		need(col("absorbed", "报告期当日吸纳就业人数")), need(col("year_absorbed", "本年累计已吸纳就业人数"))}},
}

func init() {
	peopleLayouts = append(append(peopleLayouts, morePeople...), foreign...)
	monitoredLayouts = append(append(monitoredLayouts, moreMonitored...), foreign...)
	workLayouts = append(append(workLayouts, moreWork...), foreign...)
	planLayouts = append(append(planLayouts, morePlan...), foreign...)
	for _, layouts := range [][]transfer.Layout{peopleLayouts, monitoredLayouts, workLayouts, planLayouts} {
		describe(layouts)
	}
}
