package rule

import (
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/secret"
)

// gb11643 is the standard of the identity number.
const gb11643 = "GB 11643-1999 公民身份号码"

// Identity, and what an import itself finds of a row.
func init() {
	register(
		Rule{ID: "id.missing", Severity: Error, Scope: ScopeRow, Field: "id_number", Cite: cite("1_01_003"), Check: onProblem(idcard.Empty)},
		Rule{ID: "id.mangled", Severity: Error, Scope: ScopeRow, Field: "id_number", Cite: citeOf("产品规则", "电子表格数值格式丢失末位"), Check: onProblem(idcard.Mangled)},
		Rule{ID: "id.length", Severity: Error, Scope: ScopeRow, Field: "id_number", Cite: cite("1_01_003"), Check: onProblem(idcard.Length, idcard.Letters)},
		Rule{ID: "id.checksum", Severity: Error, Scope: ScopeRow, Field: "id_number", Cite: append(cite("1_01_004"), citeOf(gb11643, "4.2 校验码")...), Check: onProblem(idcard.Check)},
		Rule{ID: "id.birth", Severity: Error, Scope: ScopeRow, Field: "id_number", Cite: citeOf(national, "出生年份小于1900或晚于当前、月份大于12"), Check: checkIDBirth},
		Rule{ID: "id.disability_code", Severity: Warning, Scope: ScopeRow, Field: "id_number", Cite: cite("1_01_003"), Check: onProblem(idcard.Cert)},
		Rule{ID: "id.placeholder", Severity: Warning, Scope: ScopeRow, Field: "id_number", Cite: cite("4_01_003"), Check: checkPlaceholder},
		Rule{ID: "id.upgraded", Severity: Clue, Scope: ScopeRow, Field: "id_number", Cite: citeOf(gb11643, "15位号码升位"), Check: checkUpgraded},
		Rule{ID: "id.area_unknown", Severity: Clue, Scope: ScopeRow, Field: "id_number", Cite: citeOf("GB/T 2260 行政区划代码", "历年版本"), Check: checkArea},
		Rule{ID: "id.birth_mismatch", Severity: Warning, Scope: ScopeRow, Field: "birth", Cite: citeOf(gb11643, "4.1 出生日期码"), Check: checkBirthColumn},
		Rule{ID: "id.sex_mismatch", Severity: Warning, Scope: ScopeRow, Field: "sex", Cite: citeOf(gb11643, "4.1 顺序码奇数男偶数女"), Check: checkSexColumn},
		Rule{ID: "id.duplicate_file", Severity: Error, Scope: ScopeRow, Field: "id_number", Cite: cite("1_01_001", "1_01_002")},
		Rule{ID: "id.other_person", Severity: Error, Scope: ScopeRow, Field: "id_number", Cite: cite("1_01_002")},
		Rule{ID: "person.name_changed", Severity: Warning, Scope: ScopeRow, Field: "name", Cite: citeOf("产品规则", "同一号码姓名不同")},
		Rule{ID: "id.former", Severity: Error, Scope: ScopeRow, Field: "id_number", Cite: citeOf("产品规则", "更正前的号码不自动匹配")},
		Rule{ID: "id.elsewhere", Severity: Error, Scope: ScopeRow, Field: "id_number", Cite: cite("1_01_001", "1_01_002")},
		Rule{ID: "id.pending", Severity: Error, Scope: ScopeRow, Field: "id_number", Cite: citeOf("产品规则", "同一人不在两个未完成的导入中")},
		Rule{ID: "row.required", Severity: Error, Scope: ScopeRow, Cite: citeOf("产品规则", "必填项")},
		Rule{ID: "row.word", Severity: Warning, Scope: ScopeRow, Cite: citeOf("全国防返贫监测信息系统指标选项", "")},
		Rule{ID: "row.number", Severity: Warning, Scope: ScopeRow, Cite: citeOf("产品规则", "数值格式")},
		Rule{ID: "row.date", Severity: Warning, Scope: ScopeRow, Cite: citeOf("产品规则", "日期格式")},
		Rule{ID: "row.month", Severity: Error, Scope: ScopeRow, Cite: citeOf("产品规则", "务工起止年月格式")},
		Rule{ID: "person.village_moved", Severity: Clue, Scope: ScopeRow, Field: "village", Cite: citeOf("产品规则", "同县换村按迁移记")},
		Rule{ID: "person.left", Severity: Error, Scope: ScopeRow, Field: "id_number", Cite: citeOf("产品规则", "已注销人员不随导入恢复")},
		Rule{ID: "person.kind_missing", Severity: Warning, Scope: ScopeRow, Field: "kind", Cite: citeOf("产品规则", "人群类型决定是否计入")},
		Rule{ID: "village.unknown", Severity: Error, Scope: ScopeRow, Field: "village", Cite: citeOf("统计用区划代码", "村级")},
		Rule{ID: "village.ambiguous", Severity: Error, Scope: ScopeRow, Field: "village", Cite: citeOf("统计用区划代码", "村级")},
		Rule{ID: "village.outside", Severity: Error, Scope: ScopeRow, Field: "village", Cite: citeOf("产品规则", "导入范围")},
		Rule{ID: "settlement.unknown", Severity: Error, Scope: ScopeRow, Field: "settlement", Cite: citeOf("产品规则", "安置区须为本县登记在册的安置区")},
		Rule{ID: "settlement.ambiguous", Severity: Error, Scope: ScopeRow, Field: "settlement", Cite: citeOf("产品规则", "同名安置区须写明乡镇")},
	)
}

// onProblem hits where the id cell has one of the problems.
func onProblem(problems ...idcard.Problem) Check {
	return func(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
		if s.Row == nil {
			return none()
		}
		for _, p := range problems {
			if s.Row.Problem == p {
				m := secret.MaskID(s.Row.IDText)
				return hit(m, m, len([]rune(s.Row.IDText)))
			}
		}
		return none()
	}
}

// idRead reports an id whose 18 characters can be trusted.
func (s *Subject) idRead() bool {
	return s.Row != nil && (s.Row.Problem == idcard.OK || s.Row.Problem == idcard.Cert)
}

// checkIDBirth: the standard's own date must exist; before 1900 and after
// today nobody is born.
func checkIDBirth(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Row == nil {
		return none()
	}
	b := s.Row.ID.Birth
	if s.Row.Problem == idcard.BadBirth || s.idRead() && (b < calendar.DateOf(1900, 1, 1) || b > s.Today) {
		m := secret.MaskID(s.Row.IDText)
		return hit(m, m)
	}
	return none()
}

func checkPlaceholder(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.idRead() && s.Row.ID.Area() == 999999 {
		m := secret.MaskID(s.Row.IDText)
		return hit(m, m)
	}
	return none()
}

func checkUpgraded(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.idRead() && s.Row.ID.Upgraded {
		m := secret.MaskID(s.Row.IDText)
		return hit(m, m, secret.MaskID(s.Row.ID.Number))
	}
	return none()
}

// checkArea: areas are renumbered, so an unknown one is a clue. 000000 cannot
// be a real person's: it marks synthetic numbers. 999999 has its own rule.
func checkArea(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if !s.idRead() || set.Places == nil {
		return none()
	}
	area := s.Row.ID.Area()
	if area == 0 || area == 999999 || set.Places.KnownArea(int32(area)) {
		return none()
	}
	m := secret.MaskID(s.Row.IDText)
	return hit(m, m, strconv.Itoa(area/10000)+"****")
}

func checkBirthColumn(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.idRead() && s.Row.Birth != 0 && s.Row.Birth != s.Row.ID.Birth {
		return hit(s.Row.Birth.String(), s.Row.Birth)
	}
	return none()
}

func checkSexColumn(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.idRead() && s.Row.Sex != 0 && s.Row.Sex != s.Row.ID.Sex {
		n := fact.Sex.Name(s.Row.Sex)
		return hit(n, n)
	}
	return none()
}

func maskPhone(p string) string { return secret.MaskPhone(p) }

func itoa(n int) string { return strconv.Itoa(n) }

// yuan prints fen as yuan, with two decimals where there are any.
func yuan(fen int64) string {
	if fen%100 == 0 {
		return strconv.FormatInt(fen/100, 10)
	}
	return strconv.FormatInt(fen/100, 10) + "." + string([]byte{byte('0' + fen%100/10), byte('0' + fen%10)})
}
