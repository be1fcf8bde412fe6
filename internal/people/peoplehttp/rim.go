// Package peoplehttp is the pages of people and work: list, record, search,
// forms. It binds and renders; every decision is the stores'.
package peoplehttp

import (
	"context"
	"embed"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/web"
	"wengang/internal/work"
)

//go:embed templates/*.html
var templates embed.FS

// Tree is what the pages ask of the tree of places.
type Tree interface {
	Name(region.Code) string
	FullName(region.Code) string
	Resolve(text string, within region.Code) region.Match
	ResolveWorkplace(text string) region.Match
}

// Rim is the pages of people and work.
type Rim struct {
	shell  *web.Shell
	people *people.Store
	work   *work.Store
	tree   Tree
}

// New makes the rim; all are needed.
func New(s *web.Shell, p *people.Store, w *work.Store, t Tree) *Rim {
	if s == nil || p == nil || w == nil || t == nil {
		panic("peoplehttp.New: a dependency is missing")
	}
	return &Rim{shell: s, people: p, work: w, tree: t}
}

// Register adds routes, templates, navigation and search to the shell.
func (h *Rim) Register() {
	h.shell.Templates("people", templates)
	h.shell.Nav(web.NavItem{Key: "web.nav.people", Icon: "users", Href: "/people", Need: account.PeopleRead, Order: 30})
	h.shell.Searches(h)
	read := func(pattern string, a web.Action) {
		h.shell.Add(web.Route{Pattern: pattern, Need: account.PeopleRead, Action: a})
	}
	edit := func(path string, show, save web.Action) {
		h.shell.Add(web.Route{Pattern: "GET " + path, Need: account.PeopleEdit, Action: show},
			web.Route{Pattern: "POST " + path, Need: account.PeopleEdit, Action: save})
	}
	read("GET /people", h.list)
	read("POST /people/find", h.find)
	read("GET /people/found", h.found)
	read("GET /people/{id}", h.record)
	read("GET /people/{id}/household", h.household)
	h.shell.Add(
		web.Route{Pattern: "GET /people/{id}/reveal", Need: account.PeopleReveal, Action: h.askReveal},
		web.Route{Pattern: "POST /people/{id}/reveal", Need: account.PeopleReveal, Action: h.reveal})
	edit("/people/new", h.newPerson, h.createPerson)
	edit("/people/{id}/edit", h.editPerson, h.savePerson)
	edit("/people/{id}/status", h.statusForm, h.saveStatus)
	edit("/people/{id}/need", h.needForm, h.saveNeed)
	edit("/people/{id}/kinds", h.kindsForm, h.saveKinds)
	edit("/people/{id}/move", h.moveForm, h.saveMove)
	edit("/people/{id}/leave", h.leaveForm, h.saveLeave)
	edit("/people/{id}/work/new", h.spellForm, h.saveSpell)
	edit("/people/{id}/work/{spell}/terms", h.termsForm, h.saveTerms)
	edit("/people/{id}/work/{spell}/end", h.endForm, h.saveEnd)
	edit("/people/{id}/work/{spell}/dates", h.datesForm, h.saveDates)
	h.shell.Add(web.Route{Pattern: "POST /people/{id}/work/{spell}/seen", Need: account.PeopleEdit, Action: h.saveSeen})
}

// Search answers the search box with people: name, pinyin, number, phone,
// code. Numbers are looked up with a record of it.
func (h *Rim) Search(ctx context.Context, r *web.Request, q string, limit int) ([]web.Hit, error) {
	scope := r.Caller.Scope(account.PeopleRead)
	rows, err := h.people.Find(ctx, scope, r.Caller, q, limit)
	if err != nil {
		return nil, err
	}
	hits := make([]web.Hit, len(rows))
	for i, p := range rows {
		hits[i] = web.Hit{Icon: "user", Title: p.Name, Note: word(r, "sex", p.Sex) + " " + h.placeBelow(r, p.Village) + " " + p.IDMask, Href: h.personLink(r, p.ID)}
	}
	return hits, nil
}

func (h *Rim) personLink(r *web.Request, id int64) string {
	return r.Link("/people/" + strconv.FormatInt(id, 10))
}

// placeBelow is a place's name with those above it up to the caller's place,
// from the county on at most.
func (h *Rim) placeBelow(r *web.Request, c region.Code) string {
	if c == 0 {
		return ""
	}
	name := h.short(c)
	for x := c.Parent(); x != r.At && x.Level() >= region.County; x = x.Parent() {
		name = h.short(x) + " " + name
	}
	return name
}

// fromCounty is the place's name from the county down.
func (h *Rim) fromCounty(c region.Code) string {
	name := h.short(c)
	for x := c.Parent(); x.Level() >= region.County; x = x.Parent() {
		name = h.tree.Name(x) + name
	}
	return name
}

// committees are the endings of village names in the statistical list that
// nobody says: 前十里岔村委会 is 前十里岔村.
var committees = []struct{ ending, short string }{
	{"社区居民委员会", "社区"}, {"社区居委会", "社区"}, {"村民委员会", "村"}, {"居民委员会", "社区"}, {"村委会", "村"}, {"居委会", "社区"}, {"嘎查委员会", "嘎查"},
}

func (h *Rim) short(c region.Code) string {
	n := h.tree.Name(c)
	if c.Level() != region.Village {
		return n
	}
	for _, e := range committees {
		if s, ok := strings.CutSuffix(n, e.ending); ok && s != "" {
			if strings.HasSuffix(s, e.short) {
				return s
			}
			return s + e.short
		}
	}
	return n
}

// workPlace is a place of work as people say it: city and county; with the
// province where it is another.
func (h *Rim) workPlace(c region.Code) string {
	if c == 0 {
		return ""
	}
	city := h.tree.Name(c.At(region.City))
	if c.Level() <= region.City || city == "" || city == "市辖区" || city == "县" {
		return h.tree.FullName(c)
	}
	return city + h.tree.Name(c)
}

// pathID reads a positive id of the path; anything else is not found.
func pathID(r *web.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return id, nil
}
