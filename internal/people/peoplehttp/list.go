package peoplehttp

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/web"
)

// rowView is a line of the list, ready to read.
type rowView struct {
	people.Row
	Href, Place, Kind, WorkAt, Since string
	Age                              int
	Ended                            bool
	Cells                            []cell
}

type optionGroup struct {
	Name, Label string
	Options     []web.Option
}

type listView struct {
	Table   tableView
	Tabs    []web.Tab
	Switch  []web.Tab
	Chips   web.Chips
	Pager   web.Pager
	Empty   web.Empty
	Groups  []optionGroup
	Fields  []web.Field
	Hidden  map[string]string
	Columns optionGroup
	Keep    []web.Option // the other parameters of the address, for the column form
	Calibre string
	CanEdit bool
}

type sortHead struct {
	Href string
	Icon string // of the order in force
}

// multi are the filters of several codes and the enum of each.
var multi = []struct{ name, enum string }{
	{"status", "status"}, {"kind", "kind"}, {"skill", "skill"}, {"class", "placeclass"}, {"channel", "channel"},
}

func (h *Rim) list(w http.ResponseWriter, r *web.Request) error {
	f, pg, err := readFilter(r)
	if err != nil {
		return err
	}
	l, err := h.people.List(r.Context(), r.Scope(), f, pg)
	if err != nil {
		return err
	}
	cols := columnsOf(w, r)
	v := listView{Table: h.table(r, cols, h.rowViews(r, l.Rows), sortHeads(r)), Columns: columnForm(r, cols), CanEdit: r.Can("people.edit")}
	for name, vals := range r.URL.Query() {
		for _, val := range vals {
			if name != "cols" && name != "lang" {
				v.Keep = append(v.Keep, web.Option{Label: name, Value: val})
			}
		}
	}
	h.frameList(r, &v, f)
	h.pager(r, &v, l, pg)
	v.Groups, v.Fields = filterForm(r, f)
	v.Hidden = map[string]string{}
	for _, name := range []string{"at", "month", "sort", "desc", "list", "by"} {
		if val := r.URL.Query().Get(name); val != "" {
			v.Hidden[name] = val
		}
	}
	return h.shell.Page(w, r, "people/list", v)
}

func (h *Rim) rowViews(r *web.Request, rows []people.Row) []rowView {
	today := calendar.DateAt(h.shell.Now())
	out := make([]rowView, len(rows))
	for i, p := range rows {
		out[i] = rowView{Row: p, Href: h.personLink(r, p.ID), Place: h.placeBelow(r, p.Village), Kind: words(r, "kind", p.Kinds),
			WorkAt: h.workPlace(p.Job.Place), Age: ageOf(p.Birth, today), Ended: p.Job.SpellID != 0 && !p.Job.Running}
		if p.Job.SpellID != 0 {
			out[i].Since = monthText(r, p.Job.Start)
			if out[i].Ended {
				out[i].Since = r.T("people.until", monthText(r, p.Job.End))
			}
		}
	}
	return out
}

// readFilter binds the address; a value that is no code is not found, so that
// a list never shows more than its address says.
func readFilter(r *web.Request) (people.Filter, people.Page, error) {
	q := r.URL.Query()
	bad := fault.NotFoundf("people.badfilter")
	f := people.Filter{Name: q.Get("py"), Month: r.Month, Change: people.Change(q.Get("change")), List: people.FourList(q.Get("list")), Out: q.Get("out") == "1"}
	if q.Get("by") == "work" {
		f.By = people.ByWorkplace
	}
	if strings.Trim(f.Name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return f, people.Page{}, bad
	}
	for i, dst := range []*[]int{&f.Status, &f.Kinds, &f.Skill, &f.PlaceClass, &f.Channel} {
		for _, s := range q[multi[i].name] {
			n, err := strconv.Atoi(s)
			unverified := i == 0 && err == nil && n == people.Unverified
			if err != nil || enumOf(multi[i].enum).Name(n) == "" && !unverified {
				return f, people.Page{}, bad
			}
			*dst = append(*dst, n)
		}
	}
	for name, dst := range map[string]*int{"age_from": &f.AgeFrom, "age_to": &f.AgeTo, "willing": &f.Willing, "settled": &f.Settlement} {
		if s := q.Get(name); s != "" {
			n, err := strconv.Atoi(s)
			if err != nil || n < 0 || n > 150 {
				return f, people.Page{}, bad
			}
			*dst = n
		}
	}
	pg := people.Page{Sort: people.Sort(q.Get("sort")), Desc: q.Get("desc") == "1"}
	pg.After, _ = strconv.ParseInt(q.Get("after"), 10, 64)
	pg.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64)
	return f, pg, nil
}

func enumOf(id string) *fact.Enum {
	i := slices.IndexFunc(fact.Enums, func(e *fact.Enum) bool { return e.ID == id })
	return fact.Enums[i]
}

// frameList makes tabs, calibre, chips and the words of an empty list.
func (h *Rim) frameList(r *web.Request, v *listView, f people.Filter) {
	for _, l := range []people.FourList{"", people.ListBase, people.ListIntent, people.ListService, people.ListTraining} {
		key := "people.list." + string(l)
		if l == "" {
			key = "people.list.all"
		}
		v.Tabs = append(v.Tabs, web.Tab{Label: r.T(key), Href: r.Self("list", string(l)), On: f.List == l})
	}
	v.Switch = []web.Tab{
		{Label: r.T("people.by.home"), Href: r.Self("by", ""), On: f.By == people.ByResidence},
		{Label: r.T("people.by.work"), Href: r.Self("by", "work"), On: f.By == people.ByWorkplace},
	}
	v.Calibre = r.T("people.calibre.home")
	if f.By == people.ByWorkplace {
		v.Calibre = r.T("people.calibre.work", r.Month.String())
	}
	v.Chips = web.Chips{Items: chips(r, f), Dialog: "flt", ClearAll: r.Link("/people")}
	v.Empty = web.Empty{Icon: "users", Title: r.T("people.empty.title"), Note: r.T("people.empty.none")}
	switch {
	case f.By == people.ByWorkplace && r.At.Level() > region.County:
		v.Empty.Note = r.T("people.empty.county")
	case len(v.Chips.Items) > 0:
		v.Empty.Note, v.Empty.Action, v.Empty.Href = r.T("people.empty.filter"), r.T("web.chip.clearall"), v.Chips.ClearAll
	}
}

// sortHeads are the sorts with the address that puts each in force or turns it.
func sortHeads(r *web.Request) map[string]sortHead {
	out := map[string]sortHead{}
	q := r.URL.Query()
	for _, s := range []people.Sort{people.ByVillage, people.ByName, people.ByAge, people.ByUpdate} {
		hd := sortHead{Href: r.Self("sort", string(s), "desc", "")}
		if q.Get("sort") == string(s) || q.Get("sort") == "" && s == people.ByVillage {
			hd.Icon = "arrow-narrow-up"
			if q.Get("desc") == "1" {
				hd.Icon = "arrow-narrow-down"
			} else {
				hd.Href = r.Self("sort", string(s), "desc", "1")
			}
		}
		out[string(s)] = hd
	}
	return out
}

// filterWords are the codes of one filter in words; the first has 待核实 beside
// the words of its list.
func filterWords(r *web.Request, i int, codes []int) string {
	if i != 0 || !slices.Contains(codes, people.Unverified) {
		return words(r, multi[i].enum, codes)
	}
	rest := slices.DeleteFunc(slices.Clone(codes), func(c int) bool { return c == people.Unverified })
	if len(rest) == 0 {
		return r.T("web.unverified")
	}
	return words(r, multi[i].enum, rest) + r.T("people.and") + r.T("web.unverified")
}

func chips(r *web.Request, f people.Filter) []web.Chip {
	var out []web.Chip
	add := func(name, value string) {
		out = append(out, web.Chip{Label: r.T("people.filter." + name), Value: value, Clear: r.Self(name, "")})
	}
	for i, codes := range [][]int{f.Status, f.Kinds, f.Skill, f.PlaceClass, f.Channel} {
		if len(codes) > 0 {
			add(multi[i].name, filterWords(r, i, codes))
		}
	}
	if f.Name != "" {
		add("py", f.Name)
	}
	if f.AgeFrom > 0 || f.AgeTo > 0 {
		from, to := strconv.Itoa(f.AgeFrom), strconv.Itoa(f.AgeTo)
		if f.AgeTo == 0 {
			to = ""
		}
		out = append(out, web.Chip{Label: r.T("people.filter.age"), Value: from + "–" + to, Clear: r.Self("age_from", "", "age_to", "")})
	}
	if f.Willing != 0 {
		add("willing", word(r, "yesno", f.Willing))
	}
	if f.Settlement != 0 {
		add("settled", word(r, "yesno", f.Settlement))
	}
	if f.Change != "" {
		add("change", r.T("people.change."+string(f.Change))+" "+r.Month.String())
	}
	if f.Out {
		add("out", r.T("people.yes"))
	}
	return out
}

// filterForm is the dialog with every condition.
func filterForm(r *web.Request, f people.Filter) ([]optionGroup, []web.Field) {
	var groups []optionGroup
	for i, on := range [][]int{f.Status, f.Kinds, f.Skill, f.PlaceClass, f.Channel} {
		g := optionGroup{Name: multi[i].name, Label: r.T("people.filter." + multi[i].name)}
		for _, wd := range enumOf(multi[i].enum).Words {
			g.Options = append(g.Options, web.Option{Value: strconv.Itoa(wd.Code), Label: word(r, multi[i].enum, wd.Code), On: slices.Contains(on, wd.Code)})
		}
		if i == 0 {
			g.Options = append(g.Options, web.Option{Value: strconv.Itoa(people.Unverified), Label: r.T("web.unverified"), On: slices.Contains(on, people.Unverified)})
		}
		groups = append(groups, g)
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	choice := func(name string, on string, pairs ...string) web.Field {
		fl := web.Field{Name: name, Label: r.T("people.filter." + name), Kind: "select", Options: []web.Option{{Label: r.T("people.any")}}}
		for i := 0; i < len(pairs); i += 2 {
			fl.Options = append(fl.Options, web.Option{Value: pairs[i], Label: pairs[i+1], On: pairs[i] == on})
		}
		return fl
	}
	yes, no := word(r, "yesno", fact.Yes), word(r, "yesno", fact.No)
	out := ""
	if f.Out {
		out = "1"
	}
	fields := []web.Field{
		{Name: "py", Label: r.T("people.filter.py"), Value: f.Name, Hint: r.T("people.filter.py.hint"), Max: 20},
		choice("change", string(f.Change), "new", r.T("people.change.new"), "left", r.T("people.change.left"), "in", r.T("people.change.in"), "out", r.T("people.change.out")),
		{Name: "age_from", Label: r.T("people.filter.age_from"), Kind: "number", Value: number(f.AgeFrom), Unit: r.T("people.years")},
		{Name: "age_to", Label: r.T("people.filter.age_to"), Kind: "number", Value: number(f.AgeTo), Unit: r.T("people.years")},
		choice("willing", number(f.Willing), "1", yes, "2", no),
		choice("settled", number(f.Settlement), "1", yes, "2", no),
		choice("out", out, "1", r.T("people.yes")),
	}
	return groups, fields
}

func (h *Rim) pager(r *web.Request, v *listView, l people.Listing, pg people.Page) {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	if page < 1 || pg.After == 0 && pg.Before == 0 {
		page = 1
	}
	v.Pager = web.Pager{Total: int64(l.Total), Unit: r.T("people.unit"), Sort: r.T("people.sorted." + sortName(pg.Sort))}
	if len(l.Rows) == 0 {
		return
	}
	v.Pager.From = int64((page-1)*people.PageSize + 1)
	v.Pager.To = v.Pager.From + int64(len(l.Rows)) - 1
	if l.HasPrev {
		v.Pager.Prev = r.Self("before", l.Rows[0].ID, "page", max(1, page-1))
	}
	if l.HasNext {
		v.Pager.Next = r.Self("after", l.Rows[len(l.Rows)-1].ID, "page", page+1)
	}
}

func sortName(s people.Sort) string {
	switch s {
	case people.ByName, people.ByAge, people.ByUpdate:
		return string(s)
	}
	return string(people.ByVillage)
}
