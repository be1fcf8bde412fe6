package peoplehttp

import (
	"html/template"
	"net/http"
	"strings"

	"wengang/internal/people"
	"wengang/internal/web"
)

// cell is one cell of a list, ready to read. Class places it on phones too.
type cell struct {
	Text, Class string
	State       *people.State // shown as a badge
	Out         string        // left the register: shown instead of the state
}

// listColumn is a column of the list beside the name, which always stands.
type listColumn struct {
	key   string
	label string // catalogue key
	unit  string // catalogue key
	class string
	sort  people.Sort
	usual bool
	cell  func(h *Rim, r *web.Request, p *rowView) cell
}

func plain(text func(h *Rim, r *web.Request, p *rowView) string) func(*Rim, *web.Request, *rowView) cell {
	return func(h *Rim, r *web.Request, p *rowView) cell { return cell{Text: text(h, r, p)} }
}

// listColumns in their order on the page. Classes: w-ell cuts long words, m-l
// and m-r are the two sides of a card on phones, m-hide leaves a cell out there.
var listColumns = []listColumn{
	{"sex", "people.field.sex", "", "w-c m-in w-mut", "", true, plain(func(_ *Rim, r *web.Request, p *rowView) string { return word(r, "sex", p.Sex) })},
	{"age", "people.age", "", "w-r w-n m-in", people.ByAge, true, plain(func(_ *Rim, r *web.Request, p *rowView) string { return ageText(r, p.Age) })},
	{"id", "people.field.id_number", "", "w-id w-n m-hide", "", true, plain(func(_ *Rim, _ *web.Request, p *rowView) string { return p.IDMask })},
	{"phone", "people.field.phone", "", "w-n m-hide", "", false, plain(func(_ *Rim, _ *web.Request, p *rowView) string { return p.PhoneMask })},
	{"village", "people.village", "", "w-ell m-l", people.ByVillage, true, plain(func(_ *Rim, _ *web.Request, p *rowView) string { return p.Place })},
	{"relation", "people.field.relation", "", "w-ell s m-hide", "", false, plain(func(_ *Rim, r *web.Request, p *rowView) string { return word(r, "relation", p.Relation) })},
	{"kind", "people.field.kind", "", "w-ell s m-r", "", true, plain(func(_ *Rim, _ *web.Request, p *rowView) string { return p.Kind })},
	{"status", "people.field.status", "", "m-top", "", true, func(_ *Rim, r *web.Request, p *rowView) cell {
		return cell{State: &p.State, Out: word(r, "outreason", p.OutReason)}
	}},
	{"status_on", "people.field.status_on", "", "w-n m-hide", "", false, plain(func(_ *Rim, _ *web.Request, p *rowView) string { return p.StatusOn.String() })},
	{"skill", "people.field.skill", "", "w-ell s m-hide", "", false, plain(func(_ *Rim, r *web.Request, p *rowView) string { return word(r, "skill", p.Skill) })},
	{"willing", "people.field.willing", "", "m-hide", "", false, plain(func(_ *Rim, r *web.Request, p *rowView) string { return word(r, "yesno", p.Willing) })},
	{"employer", "people.employer", "", "w-ell m-l", "", true, plain(func(_ *Rim, _ *web.Request, p *rowView) string { return p.Job.Employer })},
	{"place", "people.work_place", "", "w-ell s m-r", "", true, plain(func(_ *Rim, _ *web.Request, p *rowView) string { return p.WorkAt })},
	{"class", "people.filter.class", "", "w-ell s m-hide", "", false, plain(func(_ *Rim, r *web.Request, p *rowView) string { return word(r, "placeclass", p.Job.PlaceClass) })},
	{"channel", "people.field.channel", "", "w-ell s m-hide", "", true, plain(func(_ *Rim, r *web.Request, p *rowView) string { return word(r, "channel", p.Job.Channel) })},
	{"industry", "people.field.industry", "", "w-ell s m-hide", "", false, plain(func(_ *Rim, r *web.Request, p *rowView) string { return word(r, "industry", p.Job.Industry) })},
	{"wage", "people.wage", "people.yuan_unit", "w-r w-n m-hide", "", true, plain(func(_ *Rim, _ *web.Request, p *rowView) string {
		if p.Job.SpellID == 0 {
			return ""
		}
		return web.Yuan(p.Job.WageFen)
	})},
	{"spell", "people.spell", "", "w-n m-r", "", true, plain(func(_ *Rim, _ *web.Request, p *rowView) string { return p.Since })},
	{"seen", "people.seen", "", "w-n m-hide", "", false, plain(func(_ *Rim, _ *web.Request, p *rowView) string { return p.Job.Seen.String() })},
}

func ageText(r *web.Request, age int) string {
	if age < 0 {
		return ""
	}
	return web.Thousands(age)
}

// columnCookie keeps the choice on this machine; ?cols= makes it a link that
// can be sent.
const columnCookie = "people_cols"

// columnsOf reads the chosen columns: the address, else the cookie, else the
// usual ones. A choice in the address is remembered.
func columnsOf(w http.ResponseWriter, r *web.Request) []listColumn {
	q := r.URL.Query()
	asked := q["cols"]
	if len(asked) == 0 {
		if c, err := r.Cookie(columnCookie); err == nil {
			asked = strings.Split(c.Value, ".")
		}
	}
	chosen := map[string]bool{}
	for _, a := range asked {
		chosen[a] = true
	}
	var out []listColumn
	for _, c := range listColumns {
		if chosen[c.key] || len(asked) == 0 && c.usual {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return usualColumns()
	}
	if len(q["cols"]) > 0 {
		keys := make([]string, len(out))
		for i, c := range out {
			keys[i] = c.key
		}
		http.SetCookie(w, &http.Cookie{Name: columnCookie, Value: strings.Join(keys, "."), Path: "/people", MaxAge: 31536000, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode})
	}
	return out
}

func usualColumns() []listColumn {
	var out []listColumn
	for _, c := range listColumns {
		if c.usual {
			out = append(out, c)
		}
	}
	return out
}

// heading is a column's header with its sort link.
type heading struct {
	Label, Unit, Class, Href, Icon string
}

// tableView is a list as the table partial draws it.
type tableView struct {
	Name  heading
	Heads []heading
	Rows  []rowView
	Body  template.HTML
}

func (h *Rim) table(r *web.Request, cols []listColumn, rows []rowView, sorts map[string]sortHead) tableView {
	head := func(label, unit, class string, s people.Sort) heading {
		hd := heading{Label: r.T(label), Class: class}
		if unit != "" {
			hd.Unit = r.T(unit)
		}
		if sh, ok := sorts[string(s)]; ok && s != "" {
			hd.Href, hd.Icon = sh.Href, sh.Icon
		}
		return hd
	}
	t := tableView{Name: head("people.field.name", "", "", people.ByName), Rows: rows}
	for _, c := range cols {
		class := ""
		for _, k := range strings.Fields(c.class) {
			if k == "w-r" || k == "w-c" {
				class = k
			}
		}
		t.Heads = append(t.Heads, head(c.label, c.unit, class, c.sort))
	}
	for i := range rows {
		p := &rows[i]
		p.Cells = make([]cell, 0, len(cols))
		for _, c := range cols {
			v := c.cell(h, r, p)
			v.Class = c.class
			p.Cells = append(p.Cells, v)
		}
	}
	t.Body = h.rowsOf(r, rows)
	return t
}

// columnForm are the boxes of the column dialog.
func columnForm(r *web.Request, cols []listColumn) optionGroup {
	g := optionGroup{Name: "cols", Label: r.T("people.columns")}
	for _, c := range listColumns {
		on := false
		for _, x := range cols {
			on = on || x.key == c.key
		}
		g.Options = append(g.Options, web.Option{Value: c.key, Label: r.T(c.label), On: on})
	}
	return g
}
