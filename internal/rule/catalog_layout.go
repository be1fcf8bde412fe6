package rule

// What layouts without numbers, months or words for their answers cannot say.
func init() {
	register(
		Rule{ID: "id.no_key", Severity: Error, Scope: ScopeRow, Field: "name", Cite: citeOf("产品规则", "仅凭姓名不认定是谁")},
		Rule{ID: "id.code_unknown", Severity: Error, Scope: ScopeRow, Field: "household", Cite: citeOf("产品规则", "无证件号码的表按户编号或人编号加姓名认人")},
		Rule{ID: "id.code_ambiguous", Severity: Error, Scope: ScopeRow, Field: "household", Cite: citeOf("产品规则", "同户同名不猜")},
		Rule{ID: "work.months_only", Severity: Error, Scope: ScopeRow, Field: "work_months", Cite: citeOf("产品规则", "务工记录须有起止月份")},
		Rule{ID: "work.income_months", Severity: Error, Scope: ScopeRow, Field: "work_months", Cite: citeOf("产品规则", "务工记录须有起止月份")},
		Rule{ID: "work.year_differs", Severity: Error, Scope: ScopeRow, Field: "year", Cite: citeOf("产品规则", "一户一年的表一次导入一个年份")},
		Rule{ID: "work.post_days", Severity: Error, Scope: ScopeRow, Field: "post_days", Cite: citeOf("乡村公益性岗位出勤天数和拟拨付岗位补贴金额汇总表", "本月累计出勤天数")},
		Rule{ID: "plan.answer_code", Severity: Warning, Scope: ScopeRow, Field: "service", Cite: citeOf("失业人员管理台账", "答案用①…⑥编码")},
	)
}
