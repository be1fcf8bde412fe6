package rule

import (
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Work: place to county, dates and overlap, income, channel against place.
func init() {
	register(
		Rule{ID: "work.place_not_county", Severity: Error, Scope: ScopeRow, Field: "work_place", Cite: cite("5_01_005", "4_12_001")},
		Rule{ID: "work.place_missing", Severity: Error, Scope: ScopeRow, Field: "work_place", Cite: cite("5_01_005", "4_12_001")},
		Rule{ID: "work.place_unknown", Severity: Error, Scope: ScopeRow, Field: "work_place", Cite: cite("5_01_005", "4_12_001")},
		Rule{ID: "work.place_ambiguous", Severity: Error, Scope: ScopeRow, Field: "work_place", Cite: cite("5_01_005", "4_12_001")},
		Rule{ID: "work.person_unknown", Severity: Error, Scope: ScopeRow, Field: "id_number", Cite: citeOf("产品规则", "务工记录必须对应底册中的人员")},
		Rule{ID: "work.name_differs", Severity: Warning, Scope: ScopeRow, Field: "name", Cite: citeOf("产品规则", "同一号码姓名不同")},
		Rule{ID: "work.absent", Severity: Clue, Scope: ScopeRow, Field: "start", Cite: citeOf("产品规则", "全量文件中没有的人保留务工记录，当月待核实")},
		Rule{ID: "work.duplicate_row", Severity: Error, Scope: ScopeRow, Field: "start", Cite: citeOf("产品规则", "同一文件同一人同一段务工只录一次")},
		Rule{ID: "work.start_missing", Severity: Error, Scope: ScopeRow, Field: "start", Cite: cite("3_12_001")},
		Rule{ID: "work.end_before_start", Severity: Error, Scope: ScopeSpell, Field: "end", Cite: cite("5_12_001"), Check: checkEndBeforeStart},
		Rule{ID: "work.start_future", Severity: Error, Scope: ScopeSpell, Field: "start", Cite: cite("3_12_001"), Check: checkStartFuture},
		Rule{ID: "work.not_out_end", Severity: Error, Scope: ScopeRow, Field: "end", Cite: cite("1111_16", "1111_17"), Check: checkNotOutEnd},
		Rule{ID: "work.overlap", Severity: Warning, Scope: ScopeSpell, Field: "start", Cite: append(cite("5_12_001"), Citation{Document: "山东2023防止返贫就业攻坚行动", Paragraph: "三(三) 非全日制公益岗可兼职"}), Check: checkOverlap},
		Rule{ID: "work.too_young", Severity: Warning, Scope: ScopeSpell, Field: "start", Cite: cite("5_16_010"), Params: []string{SetWorkAge}, Check: checkTooYoung},
		Rule{ID: "work.long_open", Severity: Clue, Scope: ScopeSpell, Field: "start", Cite: cite("1111_08"), Params: []string{SetOpenYears}, Check: checkLongOpen},
		Rule{ID: "work.fields_missing", Severity: Warning, Scope: ScopeRow, Field: "wage", Cite: cite("5_01_007", "5_12_006"), Check: checkWorkFields},
		Rule{ID: "work.wage_bounds", Severity: Warning, Scope: ScopeSpell, Field: "wage", Cite: cite("5_16_001", "5_16_002"), Params: []string{SetWageMin, SetWageMax}, Check: term(checkWageBounds)},
		Rule{ID: "work.wage_low", Severity: Warning, Scope: ScopeSpell, Field: "wage", Cite: cite("1111_12"), Params: []string{SetWageLow, SetWageMin}, Check: term(checkWageLow)},
		Rule{ID: "work.months_over", Severity: Warning, Scope: ScopeRow, Field: "work_months", Cite: citeOf(national, "务工时间不超过12个月"), Check: checkMonthsOver},
		Rule{ID: "work.place_without_months", Severity: Warning, Scope: ScopeRow, Field: "work_months", Cite: citeOf("人员信息核查(县级)", "第13条 务工所在地与务工时间"), Check: checkPlaceMonths},
		Rule{ID: "channel.outside_county", Severity: Warning, Scope: ScopeSpell, Field: "channel", Cite: cite("5_01_003", "5_12_002"), Check: term(checkChannelPlace)},
		Rule{ID: "school.working", Severity: Warning, Scope: ScopeSpell, Field: "student", Cite: cite("4_01_006", "4_12_002"), Check: checkSchoolWorking},
		Rule{ID: "labour.none_working", Severity: Warning, Scope: ScopeSpell, Field: "skill", Cite: cite("2_01_015", "2_12_004"), Check: checkNoneWorking},
		Rule{ID: "ward.working", Severity: Warning, Scope: ScopeSpell, Field: "ward", Cite: cite("5_01_004", "5_12_003"), Check: checkWardWorking},
	)
}

func checkEndBeforeStart(_ *Subject, sp *fact.Spell, _ *Settings) (Hit, bool) {
	if sp.End < sp.Start {
		return hit(sp.End.String(), sp.Start, sp.End)
	}
	return none()
}

func checkStartFuture(s *Subject, sp *fact.Spell, _ *Settings) (Hit, bool) {
	if sp.Start > s.Today.Month() {
		return hit(sp.Start.String(), sp.Start)
	}
	return none()
}

// checkNotOutEnd: "not out" needs the month in which the work ended, and that
// month cannot lie ahead. A row that states no work at all is not in question.
func checkNotOutEnd(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	r := s.Row
	if r == nil || r.Out != fact.No {
		return none()
	}
	now := s.Today.Month()
	if r.End != 0 {
		if r.End > now {
			return hit(r.End.String(), r.End)
		}
		return none()
	}
	if r.Start != 0 || s.Focus != nil {
		return hit("", "")
	}
	return none()
}

// checkOverlap: a later record must not begin before an earlier one ended.
// Records with month precision may share the month of the change. A part-time
// public post beside other work is allowed (A103), so it is no hit.
func checkOverlap(s *Subject, sp *fact.Spell, _ *Settings) (Hit, bool) {
	for i := range s.Spells {
		o := &s.Spells[i]
		if o == sp || (o.ID != 0 && o.ID == sp.ID) {
			continue
		}
		first, second := o, sp
		if sp.Start < o.Start {
			// The earlier of the two is in question only when it is what the row
			// states. The later one carries the finding, as over the ledger.
			if s.Focus == nil {
				continue
			}
			first, second = sp, o
		} else if sp.Start == o.Start && s.Focus == nil && (sp.ID < o.ID) {
			continue
		}
		if second.Start < first.End && !besidePost(first, second) {
			return Hit{Value: sp.Start.String(), Args: []any{second.Start, endText(first.End)}, Spell: second}, true
		}
	}
	return none()
}

func endText(m calendar.Month) string {
	if m == calendar.Open {
		return "…"
	}
	return m.String()
}

func besidePost(a, b *fact.Spell) bool { return isPost(a) != isPost(b) }

func isPost(sp *fact.Spell) bool {
	for i := range sp.Terms {
		if sp.Terms[i].Channel == fact.ChannelPost {
			return true
		}
	}
	return false
}

func checkTooYoung(s *Subject, sp *fact.Spell, set *Settings) (Hit, bool) {
	if s.Person == nil {
		return none()
	}
	if a := ageAt(s.Person.Birth, sp.Start); a >= 0 && a < set.WorkAge {
		return hit(sp.Start.String(), a, set.WorkAge)
	}
	return none()
}

func checkLongOpen(s *Subject, sp *fact.Spell, set *Settings) (Hit, bool) {
	now := s.Today.Month()
	if sp.End == calendar.Open && sp.Start > 0 && sp.Start <= now && now.Sub(sp.Start) >= 12*set.OpenYears {
		return hit(sp.Start.String(), sp.Start, set.OpenYears)
	}
	return none()
}

// checkWorkFields asks only of layouts that carry all five columns.
func checkWorkFields(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	r := s.Row
	if r == nil || s.Focus == nil || r.Out == fact.No ||
		!r.Has.All(ColWage|ColEmployer|ColIndustry|ColChannel|ColPointToPoint) || len(s.Focus.Terms) == 0 {
		return none()
	}
	t := &s.Focus.Terms[len(s.Focus.Terms)-1]
	var missing []string
	field := ""
	need := func(ok bool, column, word string) {
		if !ok {
			missing = append(missing, word)
			if field == "" {
				field = column
			}
		}
	}
	need(t.WageFen >= 0, "wage", "务工月收入")
	need(t.Employer != "", "employer", "务工企业名称")
	need(t.Industry != 0, "industry", "所属行业")
	need(t.Channel != 0, "channel", "就业渠道")
	need(t.PointToPoint != 0, "point_to_point", "是否点对点输送")
	if len(missing) == 0 {
		return none()
	}
	return Hit{Field: field, Args: []any{strings.Join(missing, "、")}}, true
}

func checkWageBounds(_ *Subject, _ *fact.Spell, t *fact.Term, set *Settings) (Hit, bool) {
	if t.WageFen >= 0 && (t.WageFen > set.WageMaxFen || t.WageFen < set.WageMinFen) {
		return hit(yuan(t.WageFen), yuan(t.WageFen), yuan(set.WageMinFen), yuan(set.WageMaxFen))
	}
	return none()
}

func checkWageLow(_ *Subject, _ *fact.Spell, t *fact.Term, set *Settings) (Hit, bool) {
	if t.WageFen >= set.WageMinFen && t.WageFen < set.WageLowFen {
		return hit(yuan(t.WageFen), yuan(t.WageFen), yuan(set.WageLowFen))
	}
	return none()
}

func checkMonthsOver(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Row != nil && s.Row.WorkMonths > 12 {
		return hit(itoa(s.Row.WorkMonths), s.Row.WorkMonths)
	}
	return none()
}

func checkPlaceMonths(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	r := s.Row
	if r == nil || !r.Has.All(ColWorkMonths|ColWorkPlace) {
		return none()
	}
	switch {
	case r.WorkPlace != "" && r.WorkMonths <= 0:
		return Hit{Field: "work_months", Args: []any{r.WorkPlace, "—"}}, true
	case r.WorkPlace == "" && r.WorkMonths > 0:
		return Hit{Field: "work_place", Args: []any{"—", r.WorkMonths}}, true
	}
	return none()
}

// checkChannelPlace: public posts and workshops lie at home.
func checkChannelPlace(s *Subject, _ *fact.Spell, t *fact.Term, set *Settings) (Hit, bool) {
	if t.Channel != fact.ChannelPost && t.Channel != fact.ChannelWorkshop || t.Place == 0 {
		return none()
	}
	class := t.PlaceClass
	if class == 0 && s.Person != nil {
		class = fact.ClassOf(s.Person.Village, t.Place)
	}
	if class > fact.InsideCounty {
		return hit(fact.Channel.Name(t.Channel), fact.Channel.Name(t.Channel), set.placeName(t.Place))
	}
	return none()
}

// runs reports a spell that has not ended by today: what a person is now
// (in school, without labour ability) says nothing about years ago.
func runs(s *Subject, sp *fact.Spell) bool {
	m := s.Today.Month()
	return sp.Start <= m && sp.End >= m
}

func checkSchoolWorking(s *Subject, sp *fact.Spell, _ *Settings) (Hit, bool) {
	if s.inSchool() && runs(s, sp) {
		n := fact.Student.Name(s.Person.Student)
		return hit(n, n)
	}
	return none()
}

func checkNoneWorking(s *Subject, sp *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Person != nil && s.Person.Skill >= fact.SkillLost && runs(s, sp) {
		n := fact.Skill.Name(s.Person.Skill)
		return hit(n, n)
	}
	return none()
}

func checkWardWorking(s *Subject, sp *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Person != nil && s.Person.Ward == fact.Yes && runs(s, sp) {
		return hit("")
	}
	return none()
}

// placeKnown is used by imports to choose between the three place rules.
func placeKnown(c region.Code) bool { return region.ReachesCounty(c) }
