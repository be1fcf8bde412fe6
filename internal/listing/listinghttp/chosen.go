package listinghttp

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"wengang/internal/fault"
	"wengang/internal/listing"
	"wengang/internal/people"
	"wengang/internal/people/peoplehttp"
	"wengang/internal/web"
)

func err404() error { return fault.NotFoundf("fault.notfound") }

// usual are the columns of a list that nobody has chosen yet.
var usual = []string{"name", "sex", "age", "id", "village", "kind", "skill", "status", "employer", "place", "wage", "months"}

// specOf reads a chosen list from the address: all of it stands there, so that
// it can be sent as a link.
func specOf(q url.Values) listing.Spec {
	s := listing.Spec{Sort: people.Sort(q.Get("sort")), Desc: q.Get("desc") == "1", Group: q.Get("group") == "1", Filter: listing.KeepFilter(q).Encode()}
	for _, k := range q["cols"] {
		if _, ok := listing.ColumnOf(k); ok && !slices.Contains(s.Columns, k) && len(s.Columns) < 24 {
			s.Columns = append(s.Columns, k)
		}
	}
	if len(s.Columns) == 0 {
		s.Columns = slices.Clone(usual)
	}
	return s
}

// query is a spec as an address.
func query(s listing.Spec) url.Values {
	q := s.Query()
	q["cols"] = s.Columns
	for name, v := range map[string]string{"sort": string(s.Sort), "desc": flag(s.Desc), "group": flag(s.Group)} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return q
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return ""
}

// link is an address of chosen lists with a spec.
func link(r *web.Request, path string, s listing.Spec, kv ...any) string {
	return r.Link(path+"?"+query(s).Encode(), kv...)
}

type chosenView struct {
	Name     string
	Saved    *listing.Saved
	Own      bool
	Table    tableView
	Pager    web.Pager
	Empty    web.Empty
	Chips    web.Chips
	Groups   []columnGroup
	Filters  []peoplehttp.Choices
	Fields   []web.Field
	Sorts    []web.Option
	Spec     listing.Spec
	Keep     []web.Option // the parameters of the filter, for the column form
	Cols     []web.Option // the columns, for the filter form
	Order    []web.Option // sort and grouping, for the filter form
	Withheld []string
	Print    string
	Leave    leaveView
	Save     string
	Errors   []web.FieldText
	Office   string
}

type columnGroup struct {
	Label   string
	Options []web.Option
}

// asked is the list of the address for its reader: columns that he may not
// read are named, not shown.
func (h *Rim) asked(r *web.Request, s listing.Spec) (listing.Asked, []string, error) {
	f, err := peoplehttp.ReadFilter(s.Query(), r.Month)
	if err != nil {
		return listing.Asked{}, nil, err
	}
	cols, withheld := listing.Allowed(r.Caller, s.Columns)
	return listing.Asked{Filter: f, Columns: cols, Sort: s.Sort, Desc: s.Desc, Group: s.Group}, withheld, nil
}

// chosen is a list with chosen columns, as its address says.
func (h *Rim) chosen(w http.ResponseWriter, r *web.Request) error {
	v, err := h.chosenView(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "lists/chosen", v)
}

func (h *Rim) chosenView(r *web.Request) (*chosenView, error) {
	s := specOf(r.URL.Query())
	a, withheld, err := h.asked(r, s)
	if err != nil {
		return nil, err
	}
	page, err := h.lists.List(r.Context(), r.Scope(), a, cursor(r, s))
	if err != nil {
		return nil, err
	}
	saved := r.URL.Query().Get("saved")
	v := &chosenView{Name: r.T("listing.chosen.new"), Spec: s, Table: h.table(r, a.Columns, page.Rows, s.Group), Pager: pager(r, page), Print: link(r, "/lists/mine/view/print", s, "saved", saved),
		Leave: h.leave(r, link(r, "/lists/mine/view/export", s, "saved", saved), page.Total), Save: r.Link("/lists/mine/view/save?" + r.URL.Query().Encode())}
	v.Empty = web.Empty{Icon: "list-details", Title: r.T("people.empty.title"), Note: r.T("people.empty.filter")}
	v.Chips = web.Chips{Items: peoplehttp.FilterChips(r, a.Filter), Dialog: "flt"}
	for i := range v.Table.Heads {
		if i > 0 {
			v.Table.Heads[i].Left = moveLeft(r, s, v.Table.Heads[i].Key)
		}
	}
	words := h.lists.Words(r.Lang)
	for _, k := range withheld {
		if c, ok := listing.ColumnOf(k); ok {
			v.Withheld = append(v.Withheld, words.Label(c))
		}
	}
	v.Filters, v.Fields = peoplehttp.FilterForm(r, a.Filter)
	h.choosers(r, v, words)
	return v, h.savedOf(r, v)
}

// moveLeft is the address with a column one place further left.
func moveLeft(r *web.Request, s listing.Spec, key string) string {
	cols := slices.Clone(s.Columns)
	if i := slices.Index(cols, key); i > 0 {
		cols[i-1], cols[i] = cols[i], cols[i-1]
	}
	s.Columns = cols
	return link(r, "/lists/mine/view", s, "saved", r.URL.Query().Get("saved"))
}

// choosers fills the dialogs: columns by group, order, and what each form
// carries of the others.
func (h *Rim) choosers(r *web.Request, v *chosenView, words *listing.Words) {
	for _, g := range []listing.Group{listing.OfPerson, listing.OfWork, listing.OfNeed, listing.OfCheck} {
		cg := columnGroup{Label: r.T("listing.group." + string(g))}
		for _, c := range listing.Columns {
			if c.Group == g && (c.Need == "" || r.Caller.Can(c.Need)) {
				cg.Options = append(cg.Options, web.Option{Value: c.Key, Label: words.Label(c), On: slices.Contains(v.Spec.Columns, c.Key)})
			}
		}
		if len(cg.Options) > 0 {
			v.Groups = append(v.Groups, cg)
		}
	}
	for _, s := range []people.Sort{people.ByHousehold, people.ByVillage, people.ByName, people.ByAge, people.ByUpdate} {
		v.Sorts = append(v.Sorts, web.Option{Value: string(s), Label: r.T("listing.sort." + string(s)), On: s == v.Spec.Sort || v.Spec.Sort == "" && s == people.ByVillage})
	}
	for name, vals := range v.Spec.Query() {
		for _, val := range vals {
			v.Keep = append(v.Keep, web.Option{Label: name, Value: val})
		}
	}
	for _, k := range v.Spec.Columns {
		v.Cols = append(v.Cols, web.Option{Label: "cols", Value: k})
	}
	q := r.URL.Query()
	for _, name := range []string{"sort", "desc", "group", "saved", "at", "month"} {
		if val := q.Get(name); val != "" {
			v.Order = append(v.Order, web.Option{Label: name, Value: val})
		}
	}
}

// savedOf reads the kept list that the address came from.
func (h *Rim) savedOf(r *web.Request, v *chosenView) error {
	id, _ := strconv.ParseInt(r.URL.Query().Get("saved"), 10, 64)
	if id <= 0 {
		return nil
	}
	x, err := h.lists.SavedList(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	v.Saved, v.Name, v.Own = &x, x.Name, x.OwnerID == r.Caller.UserID
	return nil
}

func (h *Rim) printChosen(w http.ResponseWriter, r *web.Request) error {
	s := specOf(r.URL.Query())
	a, _, err := h.asked(r, s)
	if err != nil {
		return err
	}
	l, err := h.lists.Print(r.Context(), r.Caller, a, listing.Out{Title: h.chosenTitle(r), Region: r.At, Lang: r.Lang})
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "lists/paper", h.paper(r, l, r.At, h.today(), link(r, "/lists/mine/view", s, "saved", r.URL.Query().Get("saved"))))
}

// chosenTitle is the name under which the list was saved, else a plain one.
func (h *Rim) chosenTitle(r *web.Request) string {
	var v chosenView
	v.Name = r.T("listing.chosen.title")
	if err := h.savedOf(r, &v); err != nil {
		v.Name = r.T("listing.chosen.title")
	}
	return r.T("listing.title", h.lists.Words(r.Lang).Place(r.At), v.Name)
}

func (h *Rim) exportChosen(w http.ResponseWriter, r *web.Request) error {
	a, _, err := h.asked(r, specOf(r.URL.Query()))
	if err != nil {
		return err
	}
	title := h.chosenTitle(r)
	data, err := h.lists.Export(r.Context(), r.Caller, a, h.out(r, title, r.At))
	if err != nil {
		return err
	}
	return h.send(w, r, title, data)
}
