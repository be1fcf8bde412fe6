// Package peoplehttp is the pages of people and work: list, record, search,
// forms. It binds and renders; every decision is the stores'.
package peoplehttp

import (
	"context"
	"embed"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/people/entry"
	"wengang/internal/people/flow"
	"wengang/internal/people/merge"
	"wengang/internal/people/proof"
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

// Stores are what the pages show and change; all are needed.
type Stores struct {
	People *people.Store
	Work   *work.Store
	Merges *merge.Store
	Flows  *flow.Store
	Entry  *entry.Store
	Proofs *proof.Store
	// Exported puts a file on record before it is answered (audit.Log).
	Exported func(ctx context.Context, by account.Caller, e audit.Export) error
	// Doubts are what the checks doubt of a person (rulehttp); nil: nothing is
	// shown.
	Doubts func(r *web.Request, personID int64) ([]web.Doubt, error)
}

// Rim is the pages of people and work.
type Rim struct {
	shell    *web.Shell
	people   *people.Store
	work     *work.Store
	merges   *merge.Store
	flows    *flow.Store
	entries  *entry.Store
	proofs   *proof.Store
	exported func(ctx context.Context, by account.Caller, e audit.Export) error
	doubted  func(r *web.Request, personID int64) ([]web.Doubt, error)
	tree     Tree
}

// New makes the rim; all are needed.
func New(s *web.Shell, st Stores, t Tree) *Rim {
	if s == nil || st.People == nil || st.Work == nil || st.Merges == nil || st.Flows == nil || st.Entry == nil || st.Proofs == nil || st.Exported == nil || t == nil {
		panic("peoplehttp.New: a dependency is missing")
	}
	return &Rim{shell: s, people: st.People, work: st.Work, merges: st.Merges, flows: st.Flows, entries: st.Entry, proofs: st.Proofs, exported: st.Exported, doubted: st.Doubts, tree: t}
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
	h.registerActs()
}

// registerActs adds the pages that concern many people, and acts on records as
// wholes.
func (h *Rim) registerActs() {
	h.shell.Nav(
		web.NavItem{Key: "people.nav.entry", Icon: "clipboard-list", Href: "/people/entry", Need: account.PeopleEdit, Order: 31, Under: "/people"},
		web.NavItem{Key: "people.nav.flow", Icon: "arrows-exchange", Href: "/people/flow", Need: account.PeopleRead, Order: 33, Under: "/people"},
		web.NavItem{Key: "people.nav.doubles", Icon: "git-merge", Href: "/people/doubles", Need: account.PeopleMerge, Order: 35, Under: "/people"},
		web.NavItem{Key: "people.nav.proofs", Icon: "file-certificate", Href: "/people/proofs", Need: account.PeopleProof, Order: 38, Under: "/people"})
	add := func(need account.Permission, pattern string, a web.Action) {
		h.shell.Add(web.Route{Pattern: pattern, Need: need, Action: a})
	}
	add(account.PeopleMerge, "GET /people/doubles", h.doubles)
	add(account.PeopleMerge, "POST /people/doubles/apart", h.apart)
	add(account.PeopleMerge, "GET /people/doubles/merge/{merge}", h.mergeRecord)
	add(account.PeopleMerge, "POST /people/doubles/merge/{merge}", h.undoMerge)
	add(account.PeopleMerge, "GET /people/{id}/merge", h.mergeForm)
	add(account.PeopleMerge, "POST /people/{id}/merge", h.saveMerge)
	add(account.PeopleMerge, "GET /people/{id}/identity", h.identityForm)
	add(account.PeopleMerge, "POST /people/{id}/identity", h.saveIdentity)
	add(account.PeopleEdit, "GET /people/{id}/regroup", h.regroupForm)
	add(account.PeopleEdit, "POST /people/{id}/regroup", h.saveRegroup)
	h.shell.Add(web.Route{Pattern: "GET /people/flow", Need: account.PeopleRead, Action: h.flowBook, Long: true},
		web.Route{Pattern: "POST /people/flow/export", Need: account.PeopleExport, Action: h.flowExport, Long: true})
	add(account.PeopleEdit, "GET /people/{id}/flow/{flow}", h.undoFlowForm)
	add(account.PeopleEdit, "POST /people/{id}/flow/{flow}", h.undoFlow)
	add(account.PeopleEdit, "GET /people/entry", h.entry)
	h.shell.Add(web.Route{Pattern: "POST /people/entry", Need: account.PeopleEdit, Action: h.saveEntry, Long: true})
	add(account.PeopleEdit, "POST /people/entry/sheets", h.printSheet)
	add(account.PeopleEdit, "POST /people/entry/find", h.findSheet)
	add(account.PeopleEdit, "GET /people/entry/sheets/{code}", h.sheet)
	add(account.PeopleEdit, "GET /people/entry/sheets/{code}/back", h.sheetBack)
	h.shell.Add(web.Route{Pattern: "POST /people/entry/sheets/{code}/back", Need: account.PeopleEdit, Action: h.saveSheet, Long: true})
	add(account.PeopleProof, "GET /people/proofs", h.proofList)
	add(account.PeopleProof, "POST /people/proofs/find", h.findProof)
	add(account.PeopleProof, "GET /people/proofs/paper/{proof}", h.proof)
	add(account.PeopleProof, "POST /people/proofs/paper/{proof}", h.voidProof)
	add(account.PeopleProof, "GET /people/{id}/proof", h.proofForm)
	add(account.PeopleProof, "POST /people/{id}/proof", h.issueProof)
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
