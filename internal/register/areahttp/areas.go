package areahttp

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/text"
	"wengang/internal/web"
)

type areasView struct {
	Sub    string
	Empty  *web.Empty
	Heads  []headView
	Lists  []listRow
	Notes  []string
	Leans  []leanRow
	Tabs   []web.Tab
	Tag    string
	Rows   []placeRow
	Edit   bool
	Fields []web.Field // of the dialog that adds
	Errors []web.FieldText
}

// listRow is one list: those on it and the rest of the place.
type listRow struct {
	Name, Href string
	Places     int
	In, Rest   []cell
}

// leanRow is how much of what is put into places goes to a list (A172): of
// every kind the number on the list and of all, and the share.
type leanRow struct {
	Name  string
	Cells []string
}

type placeRow struct {
	Name, Href, From, To, Source, Note string
	Code                               string
	FromDate                           int
	Shipped, Ended, May                bool
	ID                                 string
}

// areas is the page of key areas.
func (h *Rim) areas(w http.ResponseWriter, r *web.Request) error {
	return h.show(w, r, http.StatusOK, nil)
}

func (h *Rim) show(w http.ResponseWriter, r *web.Request, status int, bad []web.FieldText) error {
	v := &areasView{Sub: r.T("settlement.sub", r.Month.String()), Errors: bad, Edit: r.Caller.Scope(account.SettingEdit).Contains(r.At)}
	all, err := h.lists.AllTags(r.Context(), r.Month.LastDay())
	if err != nil {
		return err
	}
	if err := h.compare(r, v, all); err != nil {
		return err
	}
	if err := h.leans(r, v, all); err != nil {
		return err
	}
	if err := h.rowsOf(r, v); err != nil {
		return err
	}
	if len(v.Lists) == 0 {
		v.Empty = &web.Empty{Icon: "tags", Title: r.T("settlement.area.none"), Note: r.T("settlement.area.none.note")}
	}
	return h.shell.PageStatus(w, r, status, "areas/areas", v)
}

// tagName is a list's name; one of the installation's own is called by its id.
func tagName(r *web.Request, id string) string {
	if key := "region.tag." + id; text.Has(key) {
		return r.T(key)
	}
	return id
}

// touching counts the places of a list at or below a place, and whether the
// list has to do with it at all.
func touching(at region.Code, places map[region.Code]bool) (n int, any bool) {
	for c := range places {
		if at.Contains(c) {
			n++
		}
		any = any || at.Contains(c) || c.Contains(at)
	}
	return n, any
}

// compare are the figures of every list against the rest of the place.
func (h *Rim) compare(r *web.Request, v *areasView, all map[string]map[region.Code]bool) error {
	s, err := h.figures.Slice(r.Context(), r.Scope(), rollup.Query{At: r.At, Month: r.Month, By: []rollup.Dim{rollup.DimTag}})
	if err != nil {
		return err
	}
	for _, id := range columns {
		d := indicator.MustGet(id)
		v.Heads = append(v.Heads, headView{r.T("settlement." + headOf[id]), r.T("indicator.unit." + string(d.Unit))})
	}
	for id, places := range all {
		n, touches := touching(r.At, places)
		if !touches {
			continue
		}
		key := rollup.TagKey(id)
		row := listRow{Name: tagName(r, id), Href: r.Self("tag", id), Places: n}
		for _, col := range columns {
			d := indicator.MustGet(col)
			in := s.At(key).Value(d)
			rest := without(&s, key, d)
			row.In = append(row.In, cell{shown(d, in), list(r, d, in, "c.tag", key)})
			row.Rest = append(row.Rest, cell{Text: shown(d, rest)})
		}
		v.Lists = append(v.Lists, row)
		if t, ok := region.TagByID(id); ok && t.Partial {
			v.Notes = append(v.Notes, row.Name+"："+r.T("settlement.area.partial", len(places), t.Full))
		}
	}
	slices.SortFunc(v.Lists, func(a, b listRow) int {
		return cmp.Or(cmp.Compare(a.Places, b.Places), strings.Compare(a.Name, b.Name))
	})
	v.Notes = append(v.Notes, r.T("settlement.area.note"))
	return nil
}

// without is a figure of those who are not in a cell.
func without(s *rollup.Sliced, key int64, d *indicator.Def) rollup.Value {
	if d.Kind == indicator.Ratio {
		num, den := without(s, key, indicator.MustGet(d.Num)).N, without(s, key, indicator.MustGet(d.Den)).N
		if den == 0 {
			return rollup.Value{}
		}
		v := rollup.Value{Known: true, Num: num, Den: den, N: num}
		if d.Unit == indicator.Fen {
			v.N = (2*num + den) / (2 * den)
		}
		return v
	}
	whole := s.Whole.Value(d)
	return rollup.Value{Known: whole.Known, N: whole.N - s.At(key).Value(d).N}
}

// rowsOf are the places of one list with their dates.
func (h *Rim) rowsOf(r *web.Request, v *areasView) error {
	names, err := h.lists.TagNames(r.Context())
	if err != nil {
		return err
	}
	v.Tag = r.URL.Query().Get("tag")
	if !slices.Contains(names, v.Tag) {
		v.Tag = region.TagProvKey
	}
	var options []web.Option
	for _, id := range names {
		v.Tabs = append(v.Tabs, web.Tab{Label: tagName(r, id), Href: r.Self("tag", id), On: id == v.Tag})
		if id != region.TagMidWest && id != region.TagCounty832 { // closed lists
			options = append(options, web.Option{Value: id, Label: tagName(r, id), On: id == v.Tag})
		}
	}
	rows, err := h.lists.TagRows(r.Context(), v.Tag, r.At)
	if err != nil {
		return err
	}
	for i, x := range rows {
		p := placeRow{Name: h.name(r, x.Region), Href: r.Self("at", x.Region.String()), Source: x.Source, Note: x.Note, Code: x.Region.String(), FromDate: int(x.From), Shipped: x.Shipped, ID: "e" + strconv.Itoa(i)}
		if !r.FullScope().Contains(x.Region) {
			p.Href = ""
		}
		p.May = v.Edit && x.To == 0 && len(rows) <= 100 && r.Caller.Scope(account.SettingEdit).Contains(x.Region)
		if x.From != 0 {
			p.From = x.From.String()
		}
		p.To = r.T("settlement.area.now")
		if x.To != 0 {
			p.To, p.Ended = x.To.String(), true
		}
		v.Rows = append(v.Rows, p)
	}
	options = append(options, web.Option{Value: "+", Label: r.T("settlement.area.other")})
	v.Fields = []web.Field{
		{Name: "tag", Label: r.T("settlement.area.list"), Kind: "select", Options: options},
		{Name: "other", Label: r.T("settlement.area.other"), Hint: r.T("settlement.area.other.hint"), Max: 40},
		{Name: "place", Label: r.T("settlement.area.place"), Kind: "place", Required: true, Hint: r.T("settlement.area.placehint")},
		{Name: "from", Label: r.T("settlement.area.from"), Kind: "date", Required: true},
		{Name: "source", Label: r.T("settlement.area.source"), Required: true, Wide: true, Max: 200},
	}
	return nil
}
