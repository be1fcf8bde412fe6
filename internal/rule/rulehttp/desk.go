package rulehttp

import (
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/text"
	"wengang/internal/web"
)

type deskView struct {
	Switch     []web.Tab
	Severities []web.Tab
	Tiles      []web.Tile
	Chips      web.Chips
	Rule       *ruleView // the chosen rule
	Rules      []ruleRow
	Places     []placeRow
	Matrix     *matrixView
	Rows       []itemRow
	Pager      web.Pager
	Empty      web.Empty
	State      rule.State
	CanClear   bool // an exception may be stated for chosen ones
	Export     string
	Self       string
	Filters    []web.Field
	Keep       []web.Option
	Other      web.Tab // the matrix, or back from it
	Fields     []web.Field
	Errors     []fieldError
}

type ruleRow struct {
	Title, Href, Late string
	Badge             web.Badge
	Open              int
	People            int
	Overdue           int
}

type placeRow struct {
	Code       region.Code
	Href, Late string
	Open       int
	People     int
	Overdue    int
}

type itemRow struct {
	rule.Item
	Title, Message, Person, Href string
	FieldName                    string
	Badge                        web.Badge
	When, Until, DueText, Who    string
	Late                         bool
	How                          string
	Chosen                       bool
	Excusable                    bool
}

// readFilter binds the address; a value that is none of the words is not
// found, so that a list never shows more than its address says.
func readFilter(r *web.Request) (rule.Filter, error) {
	q := r.URL.Query()
	bad := fault.NotFoundf("fault.notfound")
	f := rule.Filter{Rule: q.Get("rule"), Overdue: q.Get("overdue") == "1", Expiring: q.Get("expiring") == "1"}
	if f.Rule != "" && rule.Get(f.Rule) == nil {
		return f, bad
	}
	number := func(name string, from, to int) (int, error) {
		s := q.Get(name)
		if s == "" {
			return 0, nil
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < from || n > to {
			return 0, bad
		}
		return n, nil
	}
	severity, err := number("severity", int(rule.Error), int(rule.Clue))
	if err != nil {
		return f, err
	}
	owner, err := number("owner", int(region.County), int(region.Village))
	if err != nil {
		return f, err
	}
	how, err := number("how", int(rule.ByEdit), int(rule.ByRecheck))
	if err != nil {
		return f, err
	}
	f.Severity, f.Owner, f.How = rule.Severity(severity), region.Level(owner), rule.Closing(how)
	state, ok := map[string]rule.State{"": rule.Open, "excused": rule.Excused, "mended": rule.Mended}[q.Get("state")]
	if !ok {
		return f, bad
	}
	f.State = state
	if d := account.Dept(q.Get("dept")); d != "" {
		if !deptKnown(d) {
			return f, bad
		}
		f.Dept = d
	}
	if p := q.Get("person"); p != "" {
		n, err := strconv.ParseInt(p, 10, 64)
		if err != nil || n <= 0 {
			return f, bad
		}
		f.PersonID = n
	}
	return f, nil
}

func deptKnown(d account.Dept) bool {
	for _, r := range rule.All() {
		if r.Dept() == d {
			return true
		}
	}
	return false
}

// cursor reads the place in the list: key-id.
func cursor(s string) rule.Cursor {
	key, id, _ := strings.Cut(s, "-")
	var c rule.Cursor
	c.Key, _ = strconv.ParseInt(key, 10, 64)
	c.ID, _ = strconv.ParseInt(id, 10, 64)
	return c
}

func (h *Rim) show(w http.ResponseWriter, r *web.Request) error {
	return h.deskPage(w, r, http.StatusOK, nil)
}

// deskPage shows the desk, after a refusal of a bulk exception with its errors
// and what was chosen.
func (h *Rim) deskPage(w http.ResponseWriter, r *web.Request, status int, refused *fault.Error) error {
	f, err := readFilter(r)
	if err != nil {
		return err
	}
	v := deskView{State: f.State, CanClear: f.State == rule.Open && r.Can(account.FindingsClear), Self: r.Self()}
	if r.Can(account.PeopleExport) {
		v.Export = r.Link("/findings/export?" + r.URL.Query().Encode())
	}
	counts, err := h.desk.ByRule(r.Context(), r.Scope(), f)
	if err != nil {
		return err
	}
	if err := h.tiles(r, &v); err != nil {
		return err
	}
	total := h.tables(r, &v, counts)
	if err := h.byPlace(r, &v, f, counts, total); err != nil {
		return err
	}
	if err := h.items(r, &v, f); err != nil {
		return err
	}
	v.Pager.Total, v.Pager.Unit, v.Pager.Sort = total, r.T("finding.unit"), r.T("finding.sort."+strconv.Itoa(int(f.State)))
	h.frame(r, &v, f)
	h.bulk(r, &v, refused)
	return h.shell.PageStatus(w, r, status, "finding/desk", v)
}

func (h *Rim) tiles(r *web.Request, v *deskView) error {
	t, err := h.desk.Totals(r.Context(), r.Scope())
	if err != nil {
		return err
	}
	tile := func(key string, n int, kv ...any) web.Tile {
		return web.Tile{Label: r.T("finding.tile." + key), Value: web.Thousands(n), Unit: r.T("finding.unit"), Href: r.Link("/findings", kv...), Calibre: []string{r.T("finding.tile." + key + ".how")}}
	}
	v.Tiles = []web.Tile{tile("overdue", t.Overdue, "overdue", 1), tile("open", t.Open), tile("excused", t.Excused, "state", "excused"),
		tile("expiring", t.Expiring, "state", "excused", "expiring", 1)}
	return nil
}

// tables fills the counts by rule and answers their sum.
func (h *Rim) tables(r *web.Request, v *deskView, counts []rule.Count) (total int64) {
	for _, c := range counts {
		total += int64(c.Open)
		v.Rules = append(v.Rules, ruleRow{Title: r.T(c.Rule.Title()), Href: r.Self("rule", c.Rule.ID), Badge: badge(r, c.Rule.Severity), Open: c.Open, People: c.People,
			Overdue: c.Overdue, Late: r.Self("rule", c.Rule.ID, "overdue", 1)})
	}
	return total
}

// byPlace fills the places one level below, as a table or as columns beside
// the rules.
func (h *Rim) byPlace(r *web.Request, v *deskView, f rule.Filter, counts []rule.Count, total int64) error {
	if r.At.Level() >= region.Village || total == 0 {
		return nil
	}
	places, err := h.desk.ByPlace(r.Context(), r.Scope(), f, r.At.Level()+1)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("view") == "matrix" {
		v.Other = web.Tab{Label: r.T("finding.view.list"), Href: r.Self("view", "")}
		return h.matrix(r, v, f, counts, places)
	}
	v.Other = web.Tab{Label: r.T("finding.view.matrix"), Href: r.Self("view", "matrix")}
	for _, p := range places {
		v.Places = append(v.Places, placeRow{Code: p.Place, Href: r.Self("at", p.Place.String()), Open: p.Open, People: p.People,
			Overdue: p.Overdue, Late: r.Self("at", p.Place.String(), "overdue", 1)})
	}
	return nil
}

func (h *Rim) items(r *web.Request, v *deskView, f rule.Filter) error {
	after := cursor(r.URL.Query().Get("after"))
	items, next, err := h.desk.List(r.Context(), r.Scope(), f, after, rule.PageSize)
	if err != nil {
		return err
	}
	for _, it := range items {
		v.Rows = append(v.Rows, h.row(r, it))
	}
	if next != nil {
		v.Pager.Next = r.Self("after", strconv.FormatInt(next.Key, 10)+"-"+strconv.FormatInt(next.ID, 10))
	}
	if after.ID > 0 {
		v.Pager.Prev = r.Self()
	}
	return nil
}

func (h *Rim) row(r *web.Request, it rule.Item) itemRow {
	today := calendar.DateAt(h.shell.Now())
	return itemRow{Item: it, Title: r.T(it.Rule.Title()), Message: r.T(it.Rule.Message(), it.Args...), Badge: badge(r, it.Severity),
		FieldName: fieldName(r, it.Field()), Person: r.Link("/people/" + strconv.FormatInt(it.PersonID, 10)), Href: r.Link(base(it.ID)),
		When: calendar.DateAt(it.OpenedAt).String(), Until: it.ExceptUntil.String(), DueText: it.Due.String(), Late: it.Overdue(today), Who: who(r, &it, today), How: how(r, &it),
		Excusable: it.State == rule.Open && it.Severity != rule.Error}
}

// fieldName is the column that a finding stands at, as the pages call it; ""
// for one that only a file has.
func fieldName(r *web.Request, field string) string {
	for _, key := range []string{"finding.field." + field, "people.field." + field} {
		if text.Has(key) {
			return r.T(key)
		}
	}
	return ""
}

// who must clear a finding: 乡镇 · 人社.
func who(r *web.Request, it *rule.Item, today calendar.Date) string {
	return r.T("finding.who", r.T("finding.level."+strconv.Itoa(int(it.Clears(today)))), r.T("account.dept_short."+string(it.Rule.Dept())))
}

// how a finding was cleared, and by whom.
func how(r *web.Request, it *rule.Item) string {
	name, day := it.ClosedByName, calendar.DateAt(it.ClosedAt).String()
	if name == "" {
		name = r.T("finding.how.someone")
	}
	switch it.State {
	case rule.Excused:
		return r.T("finding.how.excused", name, day)
	case rule.Mended:
		switch it.How {
		case rule.ByEdit:
			return r.T("finding.how.1", name, day)
		case rule.ByImport:
			return r.T("finding.how.2", it.ClosedFile, day)
		case rule.ByLeaving, rule.ByRecheck:
			return r.T("finding.how."+strconv.Itoa(int(it.How)), day)
		}
	}
	return ""
}
