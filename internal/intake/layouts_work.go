package intake

import "wengang/internal/transfer"

// The columns of work records. The place of work must reach the county: either
// in columns of its own or in one address.
var (
	cOut       = col("out", "是否已务工", "是否务工", "是否外出务工", "是否已外出务工", "是否在岗")
	cStart     = col("start", "开始时间", "务工开始时间", "外出时间", "外出务工时间", "上岗时间", "入职时间", "开始务工时间", "务工起始时间", "起始时间")
	cEnd       = col("end", "结束时间", "务工结束时间", "离岗时间", "实际返乡时间", "返乡时间", "终止时间")
	cWorkProv  = col("work_province", "务工所在省", "务工省份", "务工地省")
	cWorkCity  = col("work_city", "务工所在市", "务工地市", "务工城市")
	cWorkCty   = col("work_county", "务工所在县", "务工所在县(市、区)", "务工地县", "务工县", "务工所在县区")
	cWorkPlace = col("work_place", "务工地址", "务工所在地", "务工地", "务工地点", "工作单位地址", "就业地点", "就业地", "务工详细地址")
	cEmployer  = col("employer", "务工企业名称", "单位名称", "工作单位", "务工单位", "单位", "企业名称", "用工单位", "就业单位", "务工企业")
	cIndustry  = col("industry", "所属行业", "行业", "从事行业", "务工行业")
	cChannel   = col("channel", "就业渠道", "务工渠道", "就业方式", "务工类型")
	cP2P       = col("point_to_point", "是否点对点输送", "是否点对点", "点对点输送")
	cWage      = col("wage", "务工月收入", "务工月收入（元）", "月收入", "月工资", "月薪", "月收入(元)", "工资", "务工收入（月）")
	cTransport = col("transport", "年度交通费补助", "年度交通补助", "交通费补助", "交通补助")
)

var workLayouts = []transfer.Layout{
	{ID: "work.national", Title: "（务工月监测）已外出务工信息", Columns: []transfer.Column{
		cProvince, cCity, cCounty, cTown, cVillage, cHousehold, cCode, cName, cID, cKind, cMonitored, need(cOut), need(cStart), cEnd,
		cWorkProv, cWorkCity, need(cWorkCty), cWorkPlace, need(cEmployer), cIndustry, cChannel, cP2P, need(cWage), cTransport, cPhone}},
	{ID: "work.village", Title: "村务工信息台账", Columns: []transfer.Column{
		cName, cID, cSex, col("group", "村组", "村民小组"), cPhone, cKind, need(col("away", "务工状态")), col("employed", "是否就业"),
		col("area", "务工区域"), need(cWorkPlace), cWorkProv, cWorkCity, cWorkCty, cIndustry, col("trade", "工种", "务工工种"), cEmployer, cStart,
		col("return_plan", "预计返乡时间"), cEnd, col("special", "是否特殊人群"), cWage, col("year_income", "年收入"), cChannel, cNote}},
	{ID: "work.county", Title: "县级务工表", Columns: []transfer.Column{
		cProvince, cCity, cCounty, cTown, cVillage, cPlace, cHousehold, cName, cID, cOut, cStart, cEnd, cWorkProv, cWorkCity, cWorkCty,
		need(cWorkPlace), cEmployer, cIndustry, cChannel, cP2P, cWage, cTransport, cPhone, cNote}},
	{ID: "work.county_columns", Title: "县级务工表（分列地址）", Columns: []transfer.Column{
		cProvince, cCity, cCounty, cTown, cVillage, cPlace, cHousehold, cName, cID, cOut, cStart, cEnd, cWorkProv, cWorkCity,
		need(cWorkCty), cEmployer, cIndustry, cChannel, cP2P, cWage, cTransport, cPhone, cNote}},
}

var planLayouts = []transfer.Layout{
	{ID: "plan.national", Title: "计划外出务工信息", Columns: []transfer.Column{
		cProvince, cCity, cCounty, cTown, cVillage, cHousehold, cCode, cName, cID, cKind, cMonitored, need(cPlanOut),
		col("plan_province", "计划务工所在省"), col("plan_city", "计划务工所在市"), need(col("plan_county", "计划务工所在县")), need(cService), cPhone}},
	{ID: "plan.county", Title: "县级就业意向表", Columns: []transfer.Column{
		cProvince, cCity, cCounty, cTown, cVillage, cPlace, cHousehold, cName, cID, cWilling, need(cPlanOut),
		col("plan_province", "计划务工所在省"), col("plan_city", "计划务工所在市"), col("plan_county", "计划务工所在县"),
		col("plan_place", "计划务工地", "意向地", "意向务工地", "意向地区", "计划务工地点"), cService,
		col("wanted_job", "意向工种", "意向岗位", "求职意向", "意向行业"), col("wanted_wage", "意向薪资", "期望月薪", "期望工资", "意向工资"),
		col("training", "培训意向", "培训需求", "培训意向工种", "意向培训工种"), cPhone, cNote}},
}

var (
	cPlanOut = col("plan_out", "是否计划务工", "是否计划外出务工", "计划务工", "是否有外出意愿")
	cService = col("service", "就业服务需求", "服务需求", "需要的就业服务")
)
