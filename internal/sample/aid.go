package sample

// aidColumns are what the monitored list says of measures and of the
// household. Said of everybody, they contradict nothing: who can work has a
// measure that needs nobody's work records, who cannot is secured.
func aidColumns() []column {
	of := func(key, head string, value func(h *household) any) column {
		return col(key, head, "帮扶", func(p *person) any {
			if v, ok := p.home.aid[key]; ok {
				return v
			}
			return value(p.home)
		})
	}
	none := func(*household) any { return nil }
	always := func(v any) func(*household) any { return func(*household) any { return v } }
	where := func(test func(h *household) bool, yes, no any) func(*household) any {
		return func(h *household) any {
			if test(h) {
				return yes
			}
			return no
		}
	}
	return []column{
		col("yulu", "是否享受雨露计划", "帮扶", func(p *person) any { return yes(p.vocational()) }),
		of("risk2", "致贫/返贫风险2", none),
		of("removed_how", "风险消除方式", where(func(h *household) bool { return h.removedOn != 0 }, "通过帮扶消除", nil)),
		of("backstop", "整户无劳动能力兜底保障户", where((*household).able, "否", "是")),
		of("developed", "实施开发式帮扶措施情况", where((*household).able, "已实施", nil)),
		of("collector", "信息采集人", always("示例采集人")), of("collector_phone", "信息采集人联系电话", always("15400000000")),
		of("wage_income", "工资性收入", always(12000)),
		of("aid_industry", "产业帮扶", where((*household).able, "种植业", nil)),
		of("aid_jobs", "就业帮扶", none), of("aid_post", "公益岗位帮扶", none), of("aid_finance", "金融帮扶", none),
		of("aid_ensure", "综合保障", where((*household).able, nil, "低保")), of("aid_health", "健康帮扶", always("参加城乡居民基本医疗保险个人缴费补贴")),
		of("aid_education", "教育帮扶", where((*household).vocational, "雨露计划", nil)),
	}
}

// able reports a household in which somebody can work.
func (h *household) able() bool {
	for _, p := range h.members {
		if p.able() {
			return true
		}
	}
	return false
}

func (h *household) vocational() bool {
	for _, p := range h.members {
		if p.vocational() {
			return true
		}
	}
	return false
}

// vocational: 中职一年级 to 高职高专三年级.
func (p *person) vocational() bool { return p.student >= 15 && p.student <= 20 }

// says puts something else into the household's columns of the monitored list.
func (h *household) says(key string, v any) *household {
	if h.aid == nil {
		h.aid = map[string]any{}
	}
	h.aid[key] = v
	return h
}
