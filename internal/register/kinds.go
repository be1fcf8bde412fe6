package register

import "slices"

func text(key string, headings ...string) Field { return Field{Key: key, Headings: headings} }
func date(key string, headings ...string) Field {
	return Field{Key: key, Headings: headings, Type: Date}
}
func count(key string, headings ...string) Field {
	return Field{Key: key, Headings: headings, Type: Count, Unit: "人"}
}
func money(key string, headings ...string) Field {
	return Field{Key: key, Headings: headings, Type: Money, Unit: "元"}
}
func choice(key, heading string, choices ...string) Field {
	return Field{Key: key, Headings: []string{heading}, Type: Choice, Choices: choices}
}
func named(headings ...string) Field {
	return Field{Key: "name", Headings: headings, Required: true}
}
func (f Field) in(unit string) Field   { f.Unit = unit; return f }
func (f Field) must() Field            { f.Required = true; return f }
func (f Field) also(h ...string) Field { f.Headings = append(f.Headings, h...); return f }

func fields(groups ...[]Field) []Field { return slices.Concat(groups...) }

var (
	place = []Field{
		{Key: "county", Headings: []string{"县（市、区）", "县", "市县", "县(市、区、旗)", "所在县", "所属县区", "县区"}, Type: CountyName},
		{Key: "town", Headings: []string{"乡（镇）", "乡镇", "乡", "镇街", "乡镇（街道）", "所在乡镇"}, Type: TownName},
		{Key: "village", Headings: []string{"行政村", "村", "村（社区）", "村居", "村（居）", "所在村"}, Type: VillageName},
	}
	level   = []Field{{Key: "level", Headings: []string{"级别", "认定级别", "层级"}, Type: Level}}
	uscc    = Field{Key: "uscc", Headings: []string{"统一社会信用代码", "信用代码", "社会信用代码", "信用代码（USCC）"}, Type: USCC}
	contact = []Field{text("contact", "联系人", "负责人", "项目联系人"), {Key: "phone", Headings: []string{"联系电话", "电话", "手机号码"}, Type: Phone}}
	ends    = []Field{date("ended_on", "退出日期", "终止日期", "注销日期", "结束日期"), text("end_reason", "退出原因", "终止原因")}
	note    = []Field{text("note", "备注", "说明")}
	marks   = Field{Key: "marks", Type: AreaMarks, Headings: []string{
		"项目所在地是否属于：①省乡村振兴重点帮扶县②易地搬迁安置区③黄河滩区居民迁建安置区",
		"项目所在地是否属于①省乡村振兴重点帮扶县②易地搬迁安置区③黄河滩区居民迁建安置区", "所属区域", "是否属于重点地区"}}
	// relocated: of the posts of a project at least a tenth go to those who were
	// moved (A169); stated where no list of people tells.
	relocated = count("relocated", "安置搬迁群众人数", "其中搬迁群众人数", "搬迁群众人数")
	// person heads every workbook of members. A row with neither name nor
	// number is a headcount (无名单).
	person = []Field{
		text("person", "姓名", "人员姓名"),
		{Key: "id_number", Headings: []string{"证件号码", "身份证号码", "身份证号", "公民身份号码"}, Type: IDNumber},
		choice("category", "人员类别", "脱贫人口", "监测对象", "其他农村劳动力", "城镇居民").also("身份类别", "户属性", "人员身份", "户类型"),
	}
	headcount = []Field{count("people", "无名单人数", "人数"), count("poor", "无名单脱贫人口数", "其中脱贫人口数", "其中脱贫人口")}
)

func stays(start, end string) []Field {
	return []Field{date("started_on", start, "开始日期", "开始时间", "起始日期", "协议起始日期"), date("ended_on", end, "结束日期", "结束时间", "终止日期", "协议终止日期"), text("end_reason", "离岗原因", "退出原因")}
}

// of names the register that a member belongs to.
func of(headings ...string) []Field {
	return []Field{{Key: "register", Headings: headings, Required: true}}
}

var kinds = []*Kind{
	{ID: "alliance", Name: "劳务协作联盟", Title: "区域劳务协作联盟登记表", Unit: "个", Facts: "A064",
		Fields: fields(place, []Field{named("联盟名称", "劳务协作联盟名称"), choice("reach", "协作范围", "省际", "市际", "县际").also("联盟类型")}, level,
			[]Field{text("partners", "成员单位", "联盟成员", "协作地区"), date("started_on", "成立日期", "组建日期"), text("doc_no", "协议文号", "文号")}, contact, ends, note)},
	{ID: "brand", Name: "特色劳务品牌", Title: "特色劳务品牌登记表", Unit: "个", Facts: "A070",
		Fields: fields(place, []Field{named("品牌名称", "劳务品牌名称")}, level, []Field{text("industry", "所属行业", "行业"), count("people", "从业人数", "带动就业人数"), count("poor", "脱贫人口数", "其中脱贫人口数"),
			text("doc_no", "认定文号", "文号"), date("started_on", "认定日期", "命名日期"), date("valid_to", "有效期至")}, contact, ends, note)},
	{ID: "base", Name: "乡村振兴劳务基地", Title: "乡村振兴劳务基地登记表", Unit: "个", Facts: "A071, A123",
		Fields: fields(place, []Field{named("基地名称", "劳务基地名称")}, level, []Field{text("owner", "依托单位", "运营单位"), uscc, count("people", "吸纳就业人数", "就业人数"), count("poor", "吸纳脱贫人口数", "其中脱贫人口数"),
			text("doc_no", "认定文号", "文号"), date("started_on", "认定日期", "成立日期")}, contact, ends, note)},
	{ID: "cooperative", Name: "劳务合作社", Title: "农村劳务专业合作社登记表", Unit: "个", Facts: "A072, A073",
		Fields: fields(place, []Field{named("合作社名称", "劳务合作社名称"), uscc, text("founder", "理事长", "创办人", "法定代表人"), count("people", "社员人数", "成员人数"), count("poor", "脱贫社员数", "脱贫人口社员数"),
			date("started_on", "成立日期", "登记日期")}, contact, ends, note),
		Members: &Members{Noun: "社员", Title: "劳务合作社社员名册", Fields: fields(place, of("合作社名称", "劳务合作社名称"), person, stays("入社日期", "退社日期"), headcount, note)}},
	{ID: "workshop", Name: "就业帮扶车间", Title: "就业帮扶车间登记表", Unit: "个", Facts: "A075–A083",
		Fields: fields(place, []Field{named("车间名称", "帮扶车间名称", "就业帮扶车间名称"), choice("form", "车间类型", "厂房式", "居家式", "种养式", "贸易流通式", "文化旅游式", "其他"),
			text("owner", "经营主体", "主体名称", "企业名称"), uscc, text("address", "地址", "车间地址"), count("people", "吸纳就业人数", "就业人数", "用工人数"), count("poor", "吸纳脱贫人口数", "其中脱贫人口数"),
			text("doc_no", "认定文号", "文号"), date("started_on", "认定日期", "投产日期"), choice("state", "状态", "运行", "季节停工", "闲置", "退出").also("运行状态")}, contact, ends, note),
		Members: &Members{Noun: "务工人员", Title: "就业帮扶车间务工人员名册", Fields: fields(place, of("车间名称", "帮扶车间名称", "就业帮扶车间名称"), person,
			[]Field{text("role", "工种", "岗位")}, stays("进入日期", "离开日期"), []Field{money("wage", "月工资（元）", "月工资", "月收入")}, headcount, note)}},
	{ID: "relief", Name: "以工代赈项目", Title: "以工代赈项目登记表", Unit: "个", Facts: "A084–A094",
		Fields: fields(place, []Field{named("项目名称", "以工代赈项目名称"), choice("class", "项目类别", "重点工程项目", "中小型农业农村基础设施项目", "以工代赈专项投资项目"),
			choice("work", "建设内容", "农田水利", "村庄道路", "人居环境整治", "乡村绿化", "其他"), text("fund", "资金来源"), money("funds", "项目资金（元）", "项目资金", "资金基数（元）"), money("wages", "劳务报酬（元）", "劳务报酬", "发放劳务报酬"),
			text("owner", "业主单位"), text("builder", "施工单位"), text("doc_no", "批复文号", "立项文号"), date("started_on", "开工日期", "开工时间").must(), date("ended_on", "完工日期", "完工时间"),
			count("people", "吸纳当地农村劳动力人数", "吸纳当地农村劳动力就业人数", "务工人数"), count("poor", "吸纳脱贫人口数", "其中脱贫人口数"), relocated}, contact, note),
		Members: &Members{Noun: "务工人员", Title: "以工代赈项目务工人员名册", Fields: fields(place, of("项目名称", "以工代赈项目名称"), person,
			[]Field{text("role", "工种", "岗位"), text("agreement", "劳务协议号", "协议号")}, stays("上工日期", "离场日期"), []Field{money("paid", "已发劳务报酬（元）", "实发报酬", "实发金额")}, headcount, note)}},
	{ID: "post", Name: "乡村公益性岗位", Title: "乡村公益性岗位登记表", Unit: "个", Facts: "A095–A111",
		Fields: fields(place, []Field{named("岗位名称", "公益性岗位名称"), choice("form", "岗位类型", "护林员", "护路员", "保洁员", "护水员", "护理员", "村务管理员", "光伏岗位", "其他").also("岗位类别"),
			text("fund", "资金渠道", "资金来源"), choice("hours", "用工形式", "全日制", "非全日制"), count("quota", "核定岗位数", "指标数", "岗位数").in("个"), money("pay", "补贴标准（元/月）", "补贴标准", "岗位补贴"),
			text("reason", "设岗理由"), date("started_on", "设岗日期", "开发日期"), count("people", "在岗人数"), count("poor", "安置脱贫人口数", "其中脱贫人口数"), relocated}, contact, ends, note),
		Members: &Members{Noun: "在岗人员", Title: "乡村公益性岗位在岗人员名册", Creates: true, Fields: fields(place, of("岗位名称", "公益性岗位名称"), person,
			[]Field{choice("form", "岗位类型", "护林员", "护路员", "保洁员", "护水员", "护理员", "村务管理员", "光伏岗位", "其他").also("岗位类别"), choice("hours", "用工形式", "全日制", "非全日制"), text("fund", "资金渠道", "资金来源")},
			stays("上岗日期", "离岗日期"), []Field{money("pay", "补贴标准（元/月）", "补贴标准", "岗位补贴")}, headcount, note)}},
	{ID: "training", Name: "职业技能培训", Title: "职业技能培训班次登记表", Unit: "班", Facts: "A144, A159", Instant: true,
		Fields: fields(place, []Field{named("班次名称", "培训班名称", "培训项目"), text("trade", "培训工种", "工种"), text("school", "培训机构", "承训单位"), date("started_on", "开班日期", "开班时间").must(), date("ended_on", "结业日期", "结业时间"),
			count("lessons", "课时").in("课时"), text("brand", "关联品牌", "劳务品牌"), count("people", "参训人数", "培训人数"), count("poor", "脱贫人口参训人数", "其中脱贫人口数")}, contact, note),
		Members: &Members{Noun: "学员", Title: "职业技能培训学员名册", Creates: true, Fields: fields(place, of("班次名称", "培训班名称", "培训项目"), person,
			[]Field{date("started_on", "开班日期", "培训日期", "开班时间"), date("ended_on", "结业日期", "结业时间"), {Key: "passed", Headings: []string{"是否结业", "是否合格"}, Type: YesNo}, text("certificate", "证书编号", "证书")}, headcount, note)}},
	{ID: "event", Name: "招聘活动", Title: "专场招聘活动登记表", Unit: "次", Facts: "A145", Instant: true,
		Fields: fields(place, []Field{named("活动名称", "招聘活动名称"), choice("theme", "活动类型", ThemeSettlement, "春风行动", "就业援助月", "一般招聘会", "其他").also("活动类别", "活动主题"),
			date("started_on", "举办日期", "活动日期", "举办时间").must(), text("venue", "举办地点", "地点"), count("firms", "参会企业数", "企业数").in("家"), count("jobs", "提供岗位数", "岗位数").in("个"), count("hired", "达成意向人数", "达成意向")}, contact, note)},
	{ID: "project", Name: "就业帮扶项目", Title: "脱贫人口就业帮扶项目登记表", Unit: "个", Facts: "A173, A183",
		Fields: fields(place, []Field{named("项目名称", "帮扶项目名称"), text("brief", "项目简介", "简介").must(), count("people", "带动就业人数", "合计").must(), count("poor", "带动脱贫人口就业人数", "其中脱贫人口").must(),
			relocated, marks, date("started_on", "入单日期", "实施日期", "开始日期")}, contact, ends, note)},
	{ID: SettlementKind, Name: "安置区", Title: "易地搬迁（滩区迁建）安置区登记表", Unit: "个", Facts: "A031, A164, A165, A167, A203",
		Fields: fields(place, []Field{named("安置区名称", "易地搬迁安置区名称", "迁建安置区名称"), choice("form", "安置区类型", "易地搬迁安置区", "黄河滩区居民迁建安置区", "其他安置区").also("安置类型").must(),
			count("households", "搬迁户数", "安置户数", "迁建户数").in("户"), count("people", "搬迁人口数", "安置人口数", "迁建人口数"), count("poor", "脱贫人口数", "其中脱贫人口数"), count("able", "劳动力人数", "其中劳动力人数"),
			date("started_on", "入住日期", "建成日期", "投用日期"), {Key: "facility", Headings: []string{"有无综合服务设施", "综合服务设施"}, Type: YesNo},
			{Key: "window", Headings: []string{"是否设就业服务窗口", "公共就业服务窗口"}, Type: YesNo}, text("platform", "依托平台", "依托就近平台")}, contact, ends, note),
		Members: &Members{Noun: "居民", Title: "安置区居民名册", Fields: fields(place, of("安置区名称", "易地搬迁安置区名称", "迁建安置区名称", "所在安置区"), person, stays("入住日期", "搬离日期"), headcount, note)}},
}

// SettlementKind is the register of 易地搬迁 and 黄河滩区迁建 settlements. No column
// of the forms counts it: people of the ledger refer to it.
const SettlementKind = "settlement"

// ThemeSettlement is the theme that column 13 of 附件1 counts.
const ThemeSettlement = "乐业搬迁（迁建）"
