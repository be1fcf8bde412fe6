package intake

import "wengang/internal/transfer"

// col is a column with its headings.
func col(key string, headings ...string) transfer.Column {
	return transfer.Column{Key: key, Headings: headings}
}

func need(c transfer.Column) transfer.Column { c.Required = true; return c }

func hide(c transfer.Column) transfer.Column { c.Secret = true; return c }

// The columns that several layouts share.
var (
	cProvince  = col("province", "省", "省（自治区、直辖市）", "省份")
	cCity      = col("city", "市", "市（州）", "地市", "市（盟）")
	cCounty    = col("county", "县", "县(市、区、旗)", "县（市、区）", "县区", "区县", "旗县", "县（区）")
	cTown      = col("town", "乡", "乡(镇)", "乡镇", "镇", "乡（镇、街道）", "苏木乡镇", "乡镇街道", "镇街", "街道")
	cVillage   = col("village", "村", "行政村", "村名", "行政村名称", "村（居）", "村居", "嘎查村", "所在村", "村（社区）")
	cPlace     = col("place", "住址", "家庭住址", "户籍地址", "户籍所在地", "所属地区", "地区", "家庭地址", "所在地")
	cHousehold = col("household", "户编号", "户编码", "家庭编号", "户号")
	cCode      = col("person_code", "人口编号", "人编号", "人员编号")
	cName      = need(col("name", "姓名", "成员姓名", "人员姓名", "客户名称", "务工人员姓名", "脱贫人口姓名"))
	cID        = need(hide(col("id_number", "证件号码", "身份证号", "身份证号码", "公民身份号码", "身份证", "证件号", "居民身份证号码", "残疾证或身份证号")))
	cIDKind    = col("id_kind", "证件类型")
	cSex       = col("sex", "性别")
	cBirth     = col("birth", "出生日期", "出生年月", "出生年月日")
	cEthnic    = col("ethnic", "民族")
	cHomePhone = hide(col("home_phone", "户联系电话", "户主联系电话", "家庭联系电话"))
	cPhone     = hide(col("phone", "成员联系电话", "人联系电话", "联系电话", "电话", "手机号", "手机号码", "家庭成员联系电话", "联系方式", "本人联系电话"))
	cRelation  = col("relation", "与户主关系", "与户主的关系", "家庭关系")
	cEducation = col("education", "文化程度", "学历")
	cStudent   = col("student", "在校生状况", "在校生情况", "是否在校")
	cHealth    = col("health", "健康状况", "身体状况")
	cSkill     = col("skill", "劳动技能", "劳动能力", "劳动力类型")
	cKind      = col("kind", "户类型", "户属性", "人员类别", "人口类型", "户籍类型", "对象类别", "人群类型", "人员属性")
	cMonitored = col("monitored_class", "监测对象类别", "易返贫致贫户(监测对象)类型", "易返贫致贫户类型", "监测类别", "监测对象类型", "检测对象类别")
	cRisk      = col("risk", "致贫/返贫风险1", "致贫返贫风险1", "返贫致贫风险", "风险类型", "致贫返贫风险", "致贫原因1", "主要致贫原因")
	cRemoved   = col("risk_removed", "风险是否已消除", "风险是否消除", "是否消除风险")
	cRemovedOn = col("risk_removed_on", "风险消除时间", "消除监测时间", "消除时间")
	cRiskOn    = col("risk_on", "风险识别时间", "识别监测时间", "识别时间", "纳入监测时间", "监测对象识别时间")
	cJoinedOn  = col("in_on", "人员识别时间", "建档时间", "纳入时间")
	cFirstOn   = col("first_on", "首次识别时间")
	cAllowance = col("allowance", "是否享受低保", "是否低保", "享受低保政策情况", "低保")
	cWard      = col("ward", "是否特困供养人员", "是否特困", "享受特困供养政策情况", "特困供养")
	cPolitical = col("political", "政治面貌")
	cWilling   = col("willing", "就业意愿", "是否有就业意愿", "务工意愿", "外出务工意愿")
	cStatus    = col("status", "就业状态", "目前状态", "当前状态")
	cNote      = col("note", "备注")
	cSettled   = col("settlement", "安置区", "易地搬迁安置区", "安置区名称", "所在安置区", "所属安置区", "易地搬迁安置区名称", "迁建安置区", "迁建安置区名称", "黄河滩区迁建安置区", "搬迁安置区", "安置点")
)

// nationalPerson are the columns of the national person export that the checks
// read and the ledger does not keep.
var nationalPerson = []transfer.Column{
	col("year", "年度"), col("work_months", "务工时间（月）", "务工时间(月)", "务工月数", "务工时间"), col("employer", "务工企业名称"),
	col("drop_reason", "失学或辍学原因", "义务教育阶段未上学原因", "失学原因"), col("abroad", "是否国外务工"), col("sector", "产业分类"),
	col("post", "公益性岗位类型", "公益性岗位"), col("post_months", "公益性岗位(月数)", "公益性岗位（月数）", "公益性岗位月数"),
	col("channel", "就业渠道", "就业渠道（易地搬迁后扶使用）"), col("disability", "残疾类别"), col("work_place", "务工所在地"),
	col("head_name", "户主姓名"), hide(col("head_id", "户主证件号码")), col("standard", "识别标准"),
}

func columns(own []transfer.Column, more ...transfer.Column) []transfer.Column {
	return append(append([]transfer.Column(nil), own...), more...)
}

var peopleLayouts = []transfer.Layout{
	{ID: "people.national", Title: "人员全字段导出", Columns: columns(columns(nationalPerson, aidColumns...),
		cProvince, cCity, need(cCounty), need(cTown), need(cVillage), need(cHousehold), need(cCode), cName, cID, cIDKind, cSex, cBirth, cEthnic,
		cHomePhone, cPhone, need(cRelation), need(cEducation), need(cStudent), need(cSkill), cHealth, cPolitical, cAllowance, cWard)},
	{ID: "people.roll", Title: "已脱贫人口名单", Columns: columns(rollColumns(),
		need(cCounty), need(cTown), need(cVillage), need(cHousehold), cCode, cName, cID)},
	{ID: "people.county", Title: "县级人员表", Columns: []transfer.Column{
		cProvince, cCity, cCounty, cTown, cVillage, cPlace, cHousehold, cCode, cName, cID, cIDKind, cSex, cBirth, cEthnic,
		cHomePhone, cPhone, cRelation, cEducation, cStudent, cSkill, cHealth, cPolitical, cAllowance, cWard,
		cKind, cMonitored, cRisk, cRemoved, cRemovedOn, cRiskOn, cJoinedOn, cWilling, cStatus, cSettled, cAccount, cNote}},
}

// rollColumns are the columns of the banks' and counties' 名单, which serves
// 脱贫 people and monitored ones under one header.
func rollColumns() []transfer.Column {
	return []transfer.Column{
		cRelation, cEthnic, cEducation, cStudent, cHealth, cSkill, cHomePhone, cPhone,
		col("as_of", "数据日期"), col("natural_village", "自然村", "村民小组"), col("members", "人数"),
		col("work_months", "务工时间（月）", "务工时间(月)"), cRisk, cJoinedOn, cFirstOn,
		need(cKind), need(cMonitored), need(cRemoved), cRiskOn, cRemovedOn, col("income", "人均纯收入"),
	}
}

var monitoredLayouts = []transfer.Layout{
	{ID: "monitored.national", Title: "（自定义）监测对象信息", Columns: columns(columns(columns(nationalPerson, aidColumns...), householdAid...),
		cProvince, cCity, cCounty, cTown, cVillage, cHousehold, cCode, cName, cID, cIDKind, cSex, cBirth, cEthnic,
		cHomePhone, cPhone, cRelation, cEducation, cStudent, cSkill, cHealth, cPolitical, cAllowance, cWard,
		cKind, need(cMonitored), need(cRisk), need(cRemoved), cRemovedOn, need(cRiskOn), cJoinedOn)},
	{ID: "monitored.roll", Title: "监测对象名单", Columns: columns(rollColumns(),
		need(cCounty), need(cTown), need(cVillage), need(cHousehold), cCode, cName, cID)},
	{ID: "monitored.county", Title: "县级监测对象表", Columns: []transfer.Column{
		cProvince, cCity, cCounty, cTown, cVillage, cPlace, cHousehold, cCode, cName, cID, cSex, cBirth, cEthnic,
		cHomePhone, cPhone, cRelation, cEducation, cStudent, cSkill, cHealth, cKind, need(cMonitored), cRisk, cRemoved, cRemovedOn,
		need(cRiskOn), cJoinedOn, cSettled, cNote}},
}
