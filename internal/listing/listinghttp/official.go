package listinghttp

import (
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/listing"
	"wengang/internal/region"
	"wengang/internal/web"
)

type tileView struct {
	web.Tile
	Last string // the newest version
	Href string
}

type totalRow struct {
	Name, Href string
	Cells      []totalCell
}

type totalCell struct {
	N    int
	Href string
}

type overviewView struct {
	Tiles []tileView
	Heads []string
	Rows  []totalRow
	Level string
}

// overview is the five lists of a place: how many now, what was settled last,
// and the places below.
func (h *Rim) overview(w http.ResponseWriter, r *web.Request) error {
	here, below, err := h.lists.Totals(r.Context(), r.FullScope(), r.At)
	if err != nil {
		return err
	}
	last, err := h.lists.Latest(r.Context(), r.FullScope(), r.At)
	if err != nil {
		return err
	}
	v := overviewView{Level: r.T("listing.level." + strconv.Itoa(int(min(r.At.Level()+1, region.Village))))}
	for _, o := range listing.Officials {
		name := r.T("listing.official." + o.ID + ".short")
		v.Heads = append(v.Heads, name)
		t := tileView{Href: r.Link("/lists/official/" + o.ID), Tile: web.Tile{Label: name, Value: web.Thousands(here.Counts[o.ID]), Unit: r.T("people.unit")}, Last: r.T("listing.never")}
		t.Tile.Href, t.Tile.LinkText = t.Href, r.T("listing.open")
		if lv, ok := last[o.ID]; ok {
			t.Last = r.T("listing.last", lv.No, lv.AsOf.String(), lv.People)
		}
		t.Calibre = []string{r.T("listing.official." + o.ID + ".who"), t.Last}
		v.Tiles = append(v.Tiles, t)
	}
	words := h.lists.Words(r.Lang)
	for _, b := range below {
		row := totalRow{Name: words.Short(b.Region), Href: r.Link("/lists", "at", b.Region.Full())}
		for _, o := range listing.Officials {
			row.Cells = append(row.Cells, totalCell{b.Counts[o.ID], r.Link("/lists/official/"+o.ID, "at", b.Region.Full())})
		}
		v.Rows = append(v.Rows, row)
	}
	return h.shell.Page(w, r, "lists/overview", v)
}

type versionRow struct {
	listing.Version
	Href, Compare, Now string
}

type officialView struct {
	Official *listing.Official
	Title    string
	Who      string
	Table    tableView
	Pager    web.Pager
	Empty    web.Empty
	Versions []versionRow
	Tabs     []web.Tab
	Print    string
	Split    string
	Keep     bool
	Leave    leaveView
	Today    string
	AsOf     string
}

// official is one list as it is now, with its versions beside.
func (h *Rim) official(w http.ResponseWriter, r *web.Request) error {
	o, err := listing.OfficialOf(r.PathValue("list"))
	if err != nil {
		return err
	}
	spec := o.Spec()
	cols, _ := listing.Allowed(r.Caller, o.Columns)
	page, err := h.lists.List(r.Context(), r.Scope(), listing.Asked{Filter: o.Filter(r.Month), Columns: cols}, cursor(r, spec))
	if err != nil {
		return err
	}
	v := officialView{Official: o, Title: h.title(r, o, r.At), Who: r.T("listing.official." + o.ID + ".who"), Table: h.table(r, cols, page.Rows, true), Pager: pager(r, page),
		Print: r.Link("/lists/official/" + o.ID + "/print"), Keep: r.Caller.Scope(account.PeopleEdit).Contains(r.At) && r.At.Level() >= region.City,
		Leave: h.leave(r, r.Link("/lists/official/"+o.ID+"/export"), page.Total), AsOf: r.Month.String()}
	if r.At.Level() < region.Village {
		v.Split = r.Link("/lists/official/"+o.ID+"/print", "split", "1")
	}
	v.Empty = web.Empty{Icon: "list-details", Title: r.T("listing.empty"), Note: r.T("listing.empty." + o.ID)}
	for _, x := range listing.Officials {
		v.Tabs = append(v.Tabs, web.Tab{Label: r.T("listing.official." + x.ID + ".short"), Href: r.Link("/lists/official/" + x.ID), On: x.ID == o.ID})
	}
	versions, err := h.lists.Versions(r.Context(), r.FullScope(), o.ID, r.At)
	if err != nil {
		return err
	}
	for i, x := range versions {
		base := "/lists/version/" + strconv.FormatInt(x.ID, 10)
		vr := versionRow{Version: x, Href: r.Link(base), Now: r.Link(base + "/compare")}
		if i+1 < len(versions) {
			vr.Compare = r.Link("/lists/version/"+strconv.FormatInt(versions[i+1].ID, 10)+"/compare", "with", x.ID)
		}
		v.Versions = append(v.Versions, vr)
	}
	return h.shell.Page(w, r, "lists/official", v)
}

// title is the printed title: the place and the list.
func (h *Rim) title(r *web.Request, o *listing.Official, at region.Code) string {
	return r.T("listing.title", h.lists.Words(r.Lang).Place(at), r.T("listing.official."+o.ID))
}

// keep settles the list as it is now.
func (h *Rim) keep(w http.ResponseWriter, r *web.Request) error {
	v, err := h.lists.Keep(r.Context(), r.Caller, r.PathValue("list"), r.At, r.Month, r.PostFormValue("document"))
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/lists/version/"+strconv.FormatInt(v.ID, 10), "kept", "1"))
}

func (h *Rim) exportOfficial(w http.ResponseWriter, r *web.Request) error {
	o, err := listing.OfficialOf(r.PathValue("list"))
	if err != nil {
		return err
	}
	cols, _ := listing.Allowed(r.Caller, o.Columns)
	spec, title := o.Spec(), h.title(r, o, r.At)
	data, err := h.lists.Export(r.Context(), r.Caller, listing.Asked{Filter: o.Filter(r.Month), Columns: cols, Sort: spec.Sort, Group: spec.Group}, h.out(r, title, r.At))
	if err != nil {
		return err
	}
	return h.send(w, r, title, data)
}

// paperView is a list on paper, with the frame of the console around it.
type paperView struct {
	*listing.Ledger
	Unit, AsOf, Office, Back string
	Mark                     string
	Split                    bool
	Note                     string // what a version says of itself
}

func (h *Rim) paper(r *web.Request, l *listing.Ledger, at region.Code, asOf, back string) paperView {
	return paperView{Ledger: l, Unit: h.lists.Words(r.Lang).Place(at), AsOf: asOf, Back: back, Mark: r.Caller.Name + " " + h.shell.Now().Format("2006-01-02 15:04")}
}

func (h *Rim) printOfficial(w http.ResponseWriter, r *web.Request) error {
	o, err := listing.OfficialOf(r.PathValue("list"))
	if err != nil {
		return err
	}
	cols, _ := listing.Allowed(r.Caller, o.Columns)
	spec := o.Spec()
	split := r.URL.Query().Get("split") == "1"
	l, err := h.lists.Print(r.Context(), r.Caller, listing.Asked{Filter: o.Filter(r.Month), Columns: cols, Sort: spec.Sort, Group: true},
		listing.Out{Title: h.title(r, o, r.At), Region: r.At, Lang: r.Lang, Split: split})
	if err != nil {
		return err
	}
	v := h.paper(r, l, r.At, h.today(), r.Link("/lists/official/"+o.ID))
	v.Split = split
	return h.shell.Page(w, r, "lists/paper", v)
}

func (h *Rim) today() string { return h.shell.Now().Format("2006-01-02") }
