package peoplehttp

import (
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/web"
)

// facts are the two-column cards.
func (h *Rim) facts(r *web.Request, v *recordView, spells []fact.Spell) {
	p := &v.Head.P
	now := calendar.MonthAt(h.shell.Now())
	year := r.T("people.months", touched(spells, now.January(), now))
	v.Work = append(v.Work, web.Fact{Label: r.T("people.field.status"), Value: stateText(r, v.Head.State), Source: join(p.StatusOn.String(), sourceText(r, p.StatusFrom))})
	if !p.Reduced {
		v.Work = append(v.Work, web.Fact{Label: r.T("people.field.willing"), Value: word(r, "yesno", p.Willing), Source: p.WillingOn.String()})
	}
	if n := len(spells); n > 0 {
		last := spells[n-1]
		sv := h.spellView(r, &v.Head, last)
		prefix := "people.last."
		if sv.Running {
			prefix = "people.current."
		}
		v.Work = append(v.Work,
			web.Fact{Label: r.T(prefix + "employer"), Value: sv.Term.Employer},
			web.Fact{Label: r.T("people.field.channel"), Value: sv.Channel, Source: sv.Class},
			web.Fact{Label: r.T(prefix + "span"), Value: sv.Span, Source: r.T("people.run", run(spells, min(now, last.End)))},
			web.Fact{Label: r.T(prefix + "wage"), Value: sv.Wage, Source: h.workPlace(sv.Term.Place)})
	}
	v.Work = append(v.Work,
		web.Fact{Label: r.T("people.year.worked"), Value: year, Source: strconv.Itoa(now.Year())},
		web.Fact{Label: r.T("people.field.skill"), Value: word(r, "skill", p.Skill)})
	if !p.Reduced {
		h.standing(r, v)
		h.needFacts(r, v)
	}
}

// standing are the facts that do not change by the month.
func (h *Rim) standing(r *web.Request, v *recordView) {
	p := &v.Head.P
	v.Self = []web.Fact{
		{Label: r.T("people.field.birth"), Value: p.Birth.String()},
		{Label: r.T("people.field.ethnic"), Value: word(r, "ethnic", p.Ethnic)},
		{Label: r.T("people.field.education"), Value: word(r, "education", p.Education)},
		{Label: r.T("people.field.student"), Value: word(r, "student", p.Student)},
		{Label: r.T("people.field.health"), Value: word(r, "health", p.Health)},
		{Label: r.T("people.field.political"), Value: word(r, "political", p.Political)},
		{Label: r.T("people.field.allowance"), Value: word(r, "yesno", p.Allowance)},
		{Label: r.T("people.field.ward"), Value: word(r, "yesno", p.Ward)},
	}
	if p.Disability != 0 {
		v.Self = append(v.Self, web.Fact{Label: r.T("people.field.disability_kind"), Value: r.T("people.disability", p.Disability, p.Grade)})
	}
	if p.Note != "" {
		v.Self = append(v.Self, web.Fact{Label: r.T("people.field.note"), Value: p.Note})
	}
	settled := r.T("people.settlement.none")
	if p.Settlement != 0 {
		settled = v.Head.settled[p.Settlement]
	}
	v.Family = []web.Fact{
		{Label: r.T("people.field.household"), Value: v.Head.Household.Code},
		{Label: r.T("people.field.relation"), Value: word(r, "relation", p.Relation)},
		{Label: r.T("people.field.settlement"), Value: settled},
		{Label: r.T("people.field.in_on"), Value: p.InOn.String()},
	}
	for _, k := range p.Kinds {
		f := web.Fact{Label: r.T("people.field.kind"), Value: word(r, "kind", k.Kind), Source: r.T("people.since", k.Since.String())}
		if k.Until != fact.Forever {
			f.Source = k.Since.String() + "–" + k.Until.String()
		}
		if k.RiskRemovedOn != 0 {
			f.Source += " " + r.T("people.risk_removed", k.RiskRemovedOn.String())
		} else if k.Risk != 0 {
			f.Source += " " + word(r, "risk", k.Risk)
		}
		v.Family = append(v.Family, f)
	}
}

func (h *Rim) needFacts(r *web.Request, v *recordView) {
	p := &v.Head.P
	if !p.HasNeed {
		v.NeedNote = r.T("people.need.none")
		return
	}
	n := p.Need
	wage := ""
	if n.WantedWageFen >= 0 {
		wage = wageText(r, n.WantedWageFen)
	}
	place := ""
	if n.PlanPlace != 0 {
		place = h.workPlace(n.PlanPlace)
	}
	v.Need = []web.Fact{
		{Label: r.T("people.field.plan_out"), Value: word(r, "yesno", n.PlanOut), Source: n.SurveyedOn.String()},
		{Label: r.T("people.field.plan_place"), Value: place},
		{Label: r.T("people.field.wanted_job"), Value: n.WantedJob},
		{Label: r.T("people.field.wanted_wage_fen"), Value: wage},
		{Label: r.T("people.field.service"), Value: n.Service},
		{Label: r.T("people.field.training"), Value: n.Training},
	}
}
