package intake

import "wengang/internal/transfer"

// aidColumns are the columns of insurance, posts and monitoring that only the
// checks read (fact.Aid).
var aidColumns = []transfer.Column{
	col("medical_resident", "是否参加城乡居民基本医疗保险", "是否参加新型农村合作医疗（城乡居民基本医疗保险）", "是否参加新型农村合作医疗"),
	col("medical_worker", "是否参加城镇职工基本医疗保险"), col("serious_illness", "是否参加大病保险"),
	col("medical_aid", "是否接受医疗救助", "是否接受大病医疗救助"),
	col("pension_resident", "是否参加城乡居民基本养老保险"), col("pension_worker", "是否参加城镇职工基本养老保险"),
	col("yulu", "是否享受雨露计划", "是否享受雨露计划职业教育补助", "雨露计划"),
}

// householdAid are those of the monitored list that speak of the household.
var householdAid = []transfer.Column{
	col("risk2", "致贫/返贫风险2"), col("risk3", "致贫/返贫风险3"), col("risk4", "致贫/返贫风险4"), col("risk5", "致贫/返贫风险5"),
	col("removed_how", "风险消除方式"), col("backstop", "整户无劳动能力兜底保障户"), col("developed", "实施开发式帮扶措施情况", "是否实施开发式帮扶措施"),
	col("collector", "信息采集人", "监测联系人"), hide(col("collector_phone", "信息采集人联系电话", "监测联系人电话")),
	col("wage_income", "工资性收入"),
	col("aid_industry", "产业帮扶"), col("aid_jobs", "就业帮扶"), col("aid_post", "公益岗位帮扶", "公益性岗位帮扶"), col("aid_finance", "金融帮扶"),
	col("aid_move", "搬迁"), col("aid_ensure", "综合保障"), col("aid_health", "健康帮扶"), col("aid_schooling", "义务教育保障"),
	col("aid_education", "教育帮扶"), col("aid_social", "社会帮扶"), col("aid_housing", "住房安全保障"), col("aid_water", "饮水安全保障"),
	col("aid_living", "生产生活条件改善"), col("aid_infra", "基础设施建设"),
}

// cAccount is the account that subsidies are paid to. It is kept as a blind
// index only: the checks ask whether many households share one.
var cAccount = hide(col("account", "一卡通", "一卡通账号", "社会保障卡账号", "社保卡银行账号", "银行账号", "银行卡号"))
