package rulehttp

import (
	"net/http"
	"strconv"

	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/web"
)

type deskView struct {
	Switch     []web.Tab
	Severities []web.Tab
	Chips      web.Chips
	Rule       *ruleView // the chosen rule
	Rules      []ruleRow
	Places     []placeRow
	Rows       []itemRow
	Pager      web.Pager
	Empty      web.Empty
	Excused    bool
	CanClear   bool
}

type ruleRow struct {
	Title, Href string
	Badge       web.Badge
	Open        int
	People      int
}

type placeRow struct {
	Code   region.Code
	Href   string
	Open   int
	People int
}

type itemRow struct {
	rule.Item
	Title, Message, Person, Href string
	Badge                        web.Badge
	When, Until                  string
}

// readFilter binds the address; a value that is none of the words is not
// found, so that a list never shows more than its address says.
func readFilter(r *web.Request) (rule.Filter, error) {
	q := r.URL.Query()
	f := rule.Filter{Rule: q.Get("rule")}
	if f.Rule != "" && rule.Get(f.Rule) == nil {
		return f, fault.NotFoundf("fault.notfound")
	}
	switch q.Get("severity") {
	case "":
	case "1", "2", "3":
		n, _ := strconv.Atoi(q.Get("severity"))
		f.Severity = rule.Severity(n)
	default:
		return f, fault.NotFoundf("fault.notfound")
	}
	if q.Get("state") == "excused" {
		f.State = rule.Excused
	}
	if p := q.Get("person"); p != "" {
		n, err := strconv.ParseInt(p, 10, 64)
		if err != nil || n <= 0 {
			return f, fault.NotFoundf("fault.notfound")
		}
		f.PersonID = n
	}
	return f, nil
}

func (h *Rim) show(w http.ResponseWriter, r *web.Request) error {
	f, err := readFilter(r)
	if err != nil {
		return err
	}
	counts, err := h.desk.ByRule(r.Context(), r.Scope(), f)
	if err != nil {
		return err
	}
	v := deskView{Excused: f.State == rule.Excused, CanClear: r.Can("findings.clear")}
	var total int64
	for _, c := range counts {
		total += int64(c.Open)
		v.Rules = append(v.Rules, ruleRow{Title: r.T(c.Rule.Title()), Href: r.Self("rule", c.Rule.ID), Badge: badge(r, c.Rule.Severity), Open: c.Open, People: c.People})
	}
	if r.At.Level() < region.Village && total > 0 {
		places, err := h.desk.ByPlace(r.Context(), r.Scope(), f, r.At.Level()+1)
		if err != nil {
			return err
		}
		for _, p := range places {
			v.Places = append(v.Places, placeRow{Code: p.Place, Href: r.Self("at", p.Place.String()), Open: p.Open, People: p.People})
		}
	}
	if err := h.items(r, &v, f); err != nil {
		return err
	}
	v.Pager.Total, v.Pager.Unit = total, r.T("finding.unit")
	h.frame(r, &v, f)
	return h.shell.Page(w, r, "finding/desk", v)
}

func (h *Rim) items(r *web.Request, v *deskView, f rule.Filter) error {
	after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	items, more, err := h.desk.List(r.Context(), r.Scope(), f, after, rule.PageSize)
	if err != nil {
		return err
	}
	for _, it := range items {
		v.Rows = append(v.Rows, h.row(r, it))
	}
	if more {
		v.Pager.Next = r.Self("after", items[len(items)-1].ID)
	}
	if after > 0 {
		v.Pager.Prev = r.Self()
	}
	return nil
}

func (h *Rim) row(r *web.Request, it rule.Item) itemRow {
	return itemRow{Item: it, Title: r.T(it.Rule.Title()), Message: r.T(it.Rule.Message(), it.Args...), Badge: badge(r, it.Severity),
		Person: r.Link("/people/" + strconv.FormatInt(it.PersonID, 10)), Href: r.Link(base(it.ID)),
		When: it.OpenedAt.Format("2006-01-02"), Until: it.ExceptUntil.String()}
}

// frame makes switches, chips and the words of an empty list.
func (h *Rim) frame(r *web.Request, v *deskView, f rule.Filter) {
	v.Switch = []web.Tab{
		{Label: r.T("finding.state.open"), Href: r.Self("state", ""), On: !v.Excused},
		{Label: r.T("finding.state.excused"), Href: r.Self("state", "excused"), On: v.Excused},
	}
	v.Severities = []web.Tab{{Label: r.T("finding.severity.all"), Href: r.Self("severity", "", "rule", ""), On: f.Severity == 0}}
	for s := rule.Error; s <= rule.Clue; s++ {
		v.Severities = append(v.Severities, web.Tab{Label: r.T("finding.severity." + strconv.Itoa(int(s))), Href: r.Self("severity", int(s), "rule", ""), On: f.Severity == s})
	}
	if f.Rule != "" {
		rv := viewOf(r, rule.Get(f.Rule), nil)
		v.Rule = &rv
		v.Chips.Items = append(v.Chips.Items, web.Chip{Label: r.T("finding.rule"), Value: rv.Title, Clear: r.Self("rule", "")})
	}
	if f.PersonID != 0 {
		v.Chips.Items = append(v.Chips.Items, web.Chip{Label: r.T("finding.person"), Value: strconv.FormatInt(f.PersonID, 10), Clear: r.Self("person", "")})
	}
	v.Empty = web.Empty{Icon: "circle-check", Title: r.T("finding.empty"), Note: r.T("finding.empty.note")}
	if v.Excused {
		v.Empty = web.Empty{Icon: "checks", Title: r.T("finding.empty.excused"), Note: r.T("finding.empty.excused.note")}
	}
}
