package rulehttp

import (
	"strconv"

	"wengang/internal/account"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/web"
)

type matrixView struct {
	Places []placeRow
	Rows   []matrixRow
}

type matrixRow struct {
	ruleRow
	Cells []matrixCell
}

type matrixCell struct {
	N    int
	Href string
}

// matrix puts rules against places; every figure is the length of its list.
func (h *Rim) matrix(r *web.Request, v *deskView, f rule.Filter, counts []rule.Count, places []rule.Count) error {
	cells, err := h.desk.Matrix(r.Context(), r.Scope(), f, r.At.Level()+1)
	if err != nil {
		return err
	}
	m := &matrixView{}
	for _, p := range places {
		m.Places = append(m.Places, placeRow{Code: p.Place, Href: r.Self("at", p.Place.String()), Open: p.Open})
	}
	for i, c := range counts {
		row := matrixRow{ruleRow: v.Rules[i]}
		for _, p := range places {
			cell := matrixCell{N: cells[rule.Cell{Rule: c.Rule.ID, Place: p.Place}]}
			if cell.N > 0 {
				cell.Href = r.Self("at", p.Place.String(), "rule", c.Rule.ID, "view", "")
			}
			row.Cells = append(row.Cells, cell)
		}
		m.Rows = append(m.Rows, row)
	}
	v.Matrix = m
	return nil
}

// frame makes switches, chips and the words of an empty list.
func (h *Rim) frame(r *web.Request, v *deskView, f rule.Filter) {
	for _, s := range []struct {
		state rule.State
		word  string
	}{{rule.Open, ""}, {rule.Excused, "excused"}, {rule.Mended, "mended"}} {
		v.Switch = append(v.Switch, web.Tab{Label: r.T("finding.state." + strconv.Itoa(int(s.state))), Href: r.Self("state", s.word, "overdue", "", "expiring", "", "how", ""), On: f.State == s.state})
	}
	v.Severities = []web.Tab{{Label: r.T("finding.severity.all"), Href: r.Self("severity", "", "rule", ""), On: f.Severity == 0}}
	for s := rule.Error; s <= rule.Clue; s++ {
		v.Severities = append(v.Severities, web.Tab{Label: r.T("finding.severity." + strconv.Itoa(int(s))), Href: r.Self("severity", int(s), "rule", ""), On: f.Severity == s})
	}
	chip := func(label, value, name string) {
		v.Chips.Items = append(v.Chips.Items, web.Chip{Label: label, Value: value, Clear: r.Self(name, "")})
	}
	if f.Rule != "" {
		rv := viewOf(r, rule.Get(f.Rule), nil)
		v.Rule = &rv
		chip(r.T("finding.rule"), rv.Title, "rule")
	}
	if f.PersonID != 0 {
		chip(r.T("finding.person"), strconv.FormatInt(f.PersonID, 10), "person")
	}
	if f.Overdue {
		chip(r.T("finding.due"), r.T("finding.tile.overdue"), "overdue")
	}
	if f.Expiring {
		chip(r.T("finding.excuse.until"), r.T("finding.tile.expiring"), "expiring")
	}
	if f.Owner != 0 {
		chip(r.T("finding.owner"), r.T("finding.level."+strconv.Itoa(int(f.Owner))), "owner")
	}
	if f.Dept != "" {
		chip(r.T("finding.dept"), r.T("account.dept."+string(f.Dept)), "dept")
	}
	if f.How != 0 {
		chip(r.T("finding.how"), r.T("finding.how.short."+strconv.Itoa(int(f.How))), "how")
	}
	v.Chips.Dialog = "flt"
	n := strconv.Itoa(int(f.State))
	v.Empty = web.Empty{Icon: "circle-check", Title: r.T("finding.empty." + n), Note: r.T("finding.empty." + n + ".note")}
	v.filters(r, f)
}

// filters are the fields of the dialog that narrows the list.
func (v *deskView) filters(r *web.Request, f rule.Filter) {
	pick := func(name, label string, options ...web.Option) {
		all := web.Option{Label: r.T("finding.any")}
		v.Filters = append(v.Filters, web.Field{Kind: "select", Name: name, Label: label, Options: append([]web.Option{all}, options...)})
	}
	var owners, depts, hows []web.Option
	for l := region.County; l <= region.Village; l++ {
		owners = append(owners, web.Option{Value: strconv.Itoa(int(l)), Label: r.T("finding.level." + strconv.Itoa(int(l))), On: f.Owner == l})
	}
	for _, d := range []account.Dept{account.DeptHR, account.DeptRural, account.DeptFinance} {
		depts = append(depts, web.Option{Value: string(d), Label: r.T("account.dept." + string(d)), On: f.Dept == d})
	}
	pick("owner", r.T("finding.owner"), owners...)
	pick("dept", r.T("finding.dept"), depts...)
	var rules []web.Option
	for _, x := range rule.All() {
		if x.Check != nil || x.Scope == rule.ScopeRow {
			rules = append(rules, web.Option{Value: x.ID, Label: r.T(x.Title()), On: f.Rule == x.ID})
		}
	}
	pick("rule", r.T("finding.rule"), rules...)
	switch f.State {
	case rule.Open:
		pick("overdue", r.T("finding.due"), web.Option{Value: "1", Label: r.T("finding.tile.overdue"), On: f.Overdue})
	case rule.Excused:
		pick("expiring", r.T("finding.excuse.until"), web.Option{Value: "1", Label: r.T("finding.tile.expiring"), On: f.Expiring})
	case rule.Mended:
		for c := rule.ByEdit; c <= rule.ByRecheck; c++ {
			hows = append(hows, web.Option{Value: strconv.Itoa(int(c)), Label: r.T("finding.how.short." + strconv.Itoa(int(c))), On: f.How == c})
		}
		pick("how", r.T("finding.how"), hows...)
	}
	for _, name := range []string{"severity", "state", "view", "person"} {
		if s := r.URL.Query().Get(name); s != "" {
			v.Keep = append(v.Keep, web.Option{Label: name, Value: s})
		}
	}
}
