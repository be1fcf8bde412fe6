// Package listinghttp is the pages of lists: the official ones with their
// versions, those with chosen columns, the answer to pasted numbers, and all
// of them on paper and as workbooks. It binds and renders.
package listinghttp

import (
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/listing"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the pages of lists.
type Rim struct {
	shell *web.Shell
	lists *listing.Store
}

// New makes the rim; both are needed.
func New(s *web.Shell, l *listing.Store) *Rim {
	if s == nil || l == nil {
		panic("listinghttp.New: a dependency is missing")
	}
	return &Rim{shell: s, lists: l}
}

// Register adds routes, templates and tabs to the shell.
func (h *Rim) Register() {
	h.shell.Templates("lists", templates)
	h.shell.Nav(
		web.NavItem{Key: "listing.nav", Icon: "list-details", Href: "/lists", Under: "/people", Need: account.PeopleRead, Order: 32},
		web.NavItem{Key: "listing.nav.mine", Icon: "columns", Href: "/lists/mine", Under: "/people", Need: account.PeopleRead, Order: 37},
		web.NavItem{Key: "listing.nav.paste", Icon: "clipboard-list", Href: "/lists/paste", Under: "/people", Need: account.PeopleRead, Order: 37})
	add := func(need account.Permission, pattern string, a web.Action) {
		h.shell.Add(web.Route{Pattern: pattern, Need: need, Action: a, Long: strings.Contains(pattern, "print") || strings.Contains(pattern, "export") || strings.Contains(pattern, "keep")})
	}
	read, export := account.PeopleRead, account.PeopleExport
	add(read, "GET /lists", h.overview)
	add(read, "GET /lists/official/{list}", h.official)
	add(read, "GET /lists/official/{list}/print", h.printOfficial)
	add(account.PeopleEdit, "POST /lists/official/{list}/keep", h.keep)
	add(export, "POST /lists/official/{list}/export", h.exportOfficial)
	add(read, "GET /lists/version/{id}", h.version)
	add(read, "GET /lists/version/{id}/print", h.printVersion)
	add(read, "GET /lists/version/{id}/compare", h.compare)
	add(export, "POST /lists/version/{id}/export", h.exportVersion)
	add(read, "GET /lists/mine", h.mine)
	add(read, "GET /lists/mine/view", h.chosen)
	add(read, "GET /lists/mine/view/print", h.printChosen)
	add(export, "POST /lists/mine/view/export", h.exportChosen)
	add(read, "POST /lists/mine/view/save", h.save)
	add(read, "GET /lists/saved/{id}", h.saved)
	add(read, "POST /lists/saved/{id}/drop", h.drop)
	add(read, "GET /lists/paste", h.pasteForm)
	add(read, "POST /lists/paste", h.paste)
	add(export, "POST /lists/paste/export", h.exportPaste)
}

// pathID reads a positive id of the path; anything else is not found.
func pathID(r *web.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return id, nil
}

// head is a column of a table on the screen.
type head struct {
	Key                string
	Label, Unit, Class string
	Left               string // address that moves the column to the left
}

type cell struct {
	Text, Class, Label string
	Link               bool // leads to the record
}

type row struct {
	No    int
	Group string // name of the village that begins here
	Name  string
	Href  string
	Cells []cell
}

func num(n int64) string { return strconv.FormatInt(n, 10) }

type tableView struct {
	Heads []head
	Rows  []row
}

// phoneCells is how many columns a card of a phone shows.
const phoneCells = 5

// table draws people with columns; the name links to the record.
func (h *Rim) table(r *web.Request, cols []listing.Column, rows []listing.Person, grouped bool) tableView {
	w := h.lists.Words(r.Lang)
	if grouped = grouped && r.At.Level() < region.Village && !sparse(rows); grouped {
		cols = slices.DeleteFunc(slices.Clone(cols), func(c listing.Column) bool { return c.Key == "village" || c.Key == "town" })
	}
	t := tableView{Heads: heads(r, w, cols)}
	for i := range rows {
		p := &rows[i]
		v := row{Name: p.Name, Href: r.Link("/people/" + strconv.FormatInt(p.ID, 10))}
		if grouped && (i == 0 || rows[i-1].Village != p.Village) {
			v.Group = below(r, w, p.Village)
		}
		cells := make([]string, len(cols))
		for j := range cols {
			cells[j] = cols[j].Cell(r.Caller, p, w)
		}
		v.Cells = cellsOf(w, cols, cells)
		t.Rows = append(t.Rows, v)
	}
	return t
}

// sparse reports a page on which names of villages would outnumber people.
func sparse(rows []listing.Person) bool {
	n := 0
	for i := range rows {
		if i == 0 || rows[i-1].Village != rows[i].Village {
			n++
		}
	}
	return 2*n > len(rows)
}

// below is a place with those above it up to the page's place.
func below(r *web.Request, w *listing.Words, c region.Code) string {
	name := w.Short(c)
	for x := c.Parent(); x != r.At && x.Level() >= region.County; x = x.Parent() {
		name = w.Short(x) + " " + name
	}
	return name
}

func heads(r *web.Request, w *listing.Words, cols []listing.Column) []head {
	out := make([]head, 0, len(cols))
	for _, c := range cols {
		hd := head{Key: c.Key, Label: w.Label(c), Class: classOf(c)}
		if c.Form == listing.Money {
			hd.Unit = r.T("listing.paper.yuan")
		}
		out = append(out, hd)
	}
	return out
}

func classOf(c listing.Column) string {
	switch c.Form {
	case listing.Money, listing.Count:
		return "w-r w-n"
	case listing.Code:
		return "w-n w-nw"
	}
	return ""
}

func cellsOf(w *listing.Words, cols []listing.Column, values []string) []cell {
	out := make([]cell, len(cols))
	for j, c := range cols {
		class := classOf(c)
		switch {
		case c.Key == "name":
			class += " m-in nm"
		case c.Key == "sex" || c.Key == "age":
			class += " m-in w-mut"
		case c.Key == "status":
			class += " m-top"
		case j > phoneCells:
			class += " m-hide"
		}
		if c.Form == listing.Text && c.Width > 6 {
			class += " w-ell"
		}
		out[j] = cell{Text: values[j], Class: strings.TrimSpace(class), Label: w.Label(c), Link: c.Key == "name"}
		if strings.Contains(class, "m-in") || strings.Contains(class, "m-top") {
			out[j].Label = ""
		}
	}
	return out
}

// pager is the foot of a list by key.
func pager(r *web.Request, p listing.Page) web.Pager {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	q := r.URL.Query()
	if page < 1 || q.Get("after") == "" && q.Get("before") == "" {
		page = 1
	}
	v := web.Pager{Total: int64(p.Total), Unit: r.T("people.unit")}
	if len(p.Rows) == 0 {
		return v
	}
	v.From = int64((page-1)*people.PageSize + 1)
	v.To = v.From + int64(len(p.Rows)) - 1
	if p.HasPrev {
		v.Prev = r.Self("before", p.Rows[0].ID, "page", max(1, page-1))
	}
	if p.HasNext {
		v.Next = r.Self("after", p.Rows[len(p.Rows)-1].ID, "page", page+1)
	}
	return v
}

func cursor(r *web.Request, s listing.Spec) people.Page {
	q := r.URL.Query()
	pg := people.Page{Sort: s.Sort, Desc: s.Desc}
	if s.Group || s.Sort == people.ByHousehold {
		pg.Sort, pg.Desc = people.ByVillage, false
	}
	pg.After, _ = strconv.ParseInt(q.Get("after"), 10, 64)
	pg.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64)
	return pg
}

// send answers a workbook.
func (h *Rim) send(w http.ResponseWriter, r *web.Request, title string, data []byte) error {
	name := title + "_" + h.shell.Now().Format("20060102") + ".xlsx"
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="list.xlsx"; filename*=UTF-8''`+url.PathEscape(name))
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write(data)
	return err
}

// out reads how a workbook is to be written from an export form.
func (h *Rim) out(r *web.Request, title string, at region.Code) listing.Out {
	return listing.Out{Title: title, Region: at, Lang: r.Lang, Plain: r.PostFormValue("plain") == "1", Reason: r.PostFormValue("reason")}
}

// leaveView is the dialog of an export.
type leaveView struct {
	Action string
	Rows   int
	Plain  bool // numbers in plain are the caller's to take
	Ask    string
	Can    bool
	Hidden []web.Option
}

func (h *Rim) leave(r *web.Request, action string, rows int) leaveView {
	return leaveView{Action: action, Rows: rows, Can: r.Can(account.PeopleExport), Plain: r.Can(account.PeopleExport) && r.Caller.Can(account.PeopleReveal), Ask: r.Link("/exports/mine")}
}
