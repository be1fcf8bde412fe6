package peoplehttp

import (
	"net/http"
	"slices"
	"strconv"

	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/people/merge"
	"wengang/internal/web"
)

type doubleView struct {
	A, B rowView
	Why  []string
	Href string
}

type doublesView struct {
	Pairs  []doubleView
	More   bool
	Merges []mergeLine
	Empty  web.Empty
}

type mergeLine struct {
	merge.Record
	Name, Place, Href string
	KeptHref          string
}

// doubles are the records of the place that look like one person, and what was
// merged.
func (h *Rim) doubles(w http.ResponseWriter, r *web.Request) error {
	pairs, more, err := h.merges.Candidates(r.Context(), r.Scope())
	if err != nil {
		return err
	}
	v := doublesView{More: more, Empty: web.Empty{Icon: "git-merge", Title: r.T("people.double.none"), Note: r.T("people.double.none.note")}}
	for _, p := range pairs {
		rows := h.rowViews(r, []people.Row{p.A, p.B})
		d := doubleView{A: rows[0], B: rows[1], Href: r.Link("/people/"+id10(p.A.ID)+"/merge", "with", p.B.ID)}
		for _, why := range p.Why {
			d.Why = append(d.Why, r.T("people.double."+string(why)))
		}
		v.Pairs = append(v.Pairs, d)
	}
	if v.Merges, err = h.mergeLines(r, 0); err != nil {
		return err
	}
	return h.shell.Page(w, r, "people/doubles", v)
}

func id10(n int64) string { return strconv.FormatInt(n, 10) }

func (h *Rim) mergeLines(r *web.Request, person int64) ([]mergeLine, error) {
	list, err := h.merges.List(r.Context(), r.Scope(), person)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, m := range list {
		ids = append(ids, m.Kept)
	}
	slices.Sort(ids)
	rows, err := h.people.Rows(r.Context(), r.FullScope(), slices.Compact(ids), 0)
	if err != nil {
		return nil, err
	}
	var out []mergeLine
	for _, m := range list {
		l := mergeLine{Record: m, Href: r.Link("/people/doubles/merge/" + id10(m.ID)), KeptHref: h.personLink(r, m.Kept)}
		for _, p := range rows {
			if p.ID == m.Kept {
				l.Name, l.Place = p.Name, h.placeBelow(r, p.Village)
			}
		}
		out = append(out, l)
	}
	return out, nil
}

func (h *Rim) apart(w http.ResponseWriter, r *web.Request) error {
	a, errA := strconv.ParseInt(r.PostFormValue("a"), 10, 64)
	b, errB := strconv.ParseInt(r.PostFormValue("b"), 10, 64)
	if errA != nil || errB != nil || a == b {
		return errNotFound
	}
	if err := h.merges.Apart(r.Context(), r.FullScope(), r.Caller, a, b, r.PostFormValue("reason")); err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/people/doubles"))
}

// groupView is one choice of the page that shows both records.
type groupView struct {
	Name, Label  string
	Kept, Gone   string
	Same         bool
	FromGone     bool
	KeptV, GoneV string
}

type mergeView struct {
	Kept, Gone   *headView
	Groups       []groupView
	Kinds        string
	P            merge.Preview
	Errors       []web.FieldText
	Action, Back string
	Swap         string
	Reason       string
	ReasonError  string
	Versions     [2]int
}

// mergeForm shows both records side by side; without a second one it asks for
// it among people of the same name.
func (h *Rim) mergeForm(w http.ResponseWriter, r *web.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if r.URL.Query().Get("with") == "" {
		return h.mergeWith(w, r, id)
	}
	other, err := strconv.ParseInt(r.URL.Query().Get("with"), 10, 64)
	if err != nil {
		return errNotFound
	}
	v, err := h.mergeView(r, id, other, nil)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "people/merge", v)
}

type mergeWithView struct {
	Head *headView
	Rows []rowView
}

func (h *Rim) mergeWith(w http.ResponseWriter, r *web.Request, id int64) error {
	head, err := h.head(r, id)
	if err != nil {
		return err
	}
	if head.P.Reduced || head.P.MergedInto != 0 {
		return errNotFound
	}
	l, err := h.people.List(r.Context(), r.FullScope(), people.Filter{Name: head.P.Name}, people.Page{})
	if err != nil {
		return err
	}
	v := mergeWithView{Head: head}
	for _, p := range h.rowViews(r, l.Rows) {
		if p.ID != id {
			p.Href = r.Link("/people/"+id10(id)+"/merge", "with", p.ID)
			v.Rows = append(v.Rows, p)
		}
	}
	return h.shell.Page(w, r, "people/mergewith", v)
}

func (h *Rim) mergeView(r *web.Request, kept, gone int64, chosen []string) (*mergeView, error) {
	p, err := h.merges.Preview(r.Context(), r.FullScope(), kept, gone)
	if err != nil {
		return nil, err
	}
	v := &mergeView{P: p, Action: r.Link("/people/"+id10(kept)+"/merge", "with", gone), Back: r.Link("/people/doubles"),
		Swap: r.Link("/people/"+id10(gone)+"/merge", "with", kept), Versions: [2]int{p.Kept.Version, p.Gone.Version}}
	if v.Kept, err = h.head(r, kept); err != nil {
		return nil, err
	}
	if v.Gone, err = h.head(r, gone); err != nil {
		return nil, err
	}
	if chosen == nil {
		chosen = p.Suggest
	}
	for _, g := range merge.Groups {
		gv := groupView{Name: g.Name, Label: r.T("people.merge.group." + g.Name), Kept: h.groupText(r, g.Name, &p.Kept), Gone: h.groupText(r, g.Name, &p.Gone), FromGone: slices.Contains(chosen, g.Name)}
		gv.Same = gv.Kept == gv.Gone
		if gv.Same && gv.Kept == "" {
			continue // neither says anything
		}
		v.Groups = append(v.Groups, gv)
	}
	for i, k := range p.Kinds {
		if i > 0 {
			v.Kinds += r.T("people.and")
		}
		v.Kinds += word(r, "kind", k.Kind)
	}
	return v, nil
}

// groupText is what a record says in one group of fields.
func (h *Rim) groupText(r *web.Request, group string, p *fact.Person) string {
	switch group {
	case "name":
		return p.Name
	case "id":
		return join(p.IDMask, word(r, "idkind", p.IDKind), p.Birth.String(), word(r, "sex", p.Sex))
	case "phone":
		return p.PhoneMask
	case "home":
		return join(h.fromCounty(p.Village), p.Household, word(r, "relation", p.Relation))
	case "code":
		return p.Code
	case "in_on":
		return p.InOn.String()
	case "out":
		if p.OutOn == 0 {
			return ""
		}
		return join(word(r, "outreason", p.OutReason), p.OutOn.String())
	case "status":
		return join(word(r, "status", p.Status), p.StatusOn.String())
	case "willing":
		return join(word(r, "yesno", p.Willing), p.WillingOn.String())
	case "school":
		return join(word(r, "education", p.Education), word(r, "student", p.Student))
	case "disability":
		if p.Disability == 0 {
			return ""
		}
		return r.T("people.disability", p.Disability, p.Grade)
	case "note":
		return p.Note
	}
	code := map[string]struct {
		enum string
		n    int
	}{"skill": {"skill", p.Skill}, "health": {"health", p.Health}, "ethnic": {"ethnic", p.Ethnic}, "political": {"political", p.Political},
		"allowance": {"yesno", p.Allowance}, "ward": {"yesno", p.Ward}}[group]
	return word(r, code.enum, code.n)
}

func (h *Rim) saveMerge(w http.ResponseWriter, r *web.Request) error {
	kept, err := pathID(r, "id")
	if err != nil {
		return err
	}
	gone, err := strconv.ParseInt(r.URL.Query().Get("with"), 10, 64)
	if err != nil {
		return errNotFound
	}
	c := merge.Choice{Reason: r.PostFormValue("reason"), Gone: []string{}}
	for i, name := range []string{"v1", "v2"} {
		c.Versions[i], _ = strconv.Atoi(r.PostFormValue(name))
	}
	for _, g := range merge.Groups {
		if r.PostFormValue("g_"+g.Name) == "2" {
			c.Gone = append(c.Gone, g.Name)
		}
	}
	_, err = h.merges.Merge(r.Context(), r.FullScope(), r.Caller, kept, gone, c)
	if err == nil {
		return r.Redirect(w, h.personLink(r, kept))
	}
	if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
		return err
	}
	v, again := h.mergeView(r, kept, gone, c.Gone)
	if again != nil {
		return again // not the caller's, or no longer two
	}
	f := form{r: r, bad: map[string]string{}}
	if err := f.failed(err); err != nil {
		return err
	}
	v.Errors, v.Reason, v.ReasonError = f.view.Errors, c.Reason, f.bad["reason"]
	return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "people/merge", v)
}
