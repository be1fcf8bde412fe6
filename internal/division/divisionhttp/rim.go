// Package divisionhttp is the pages of changes of divisions: what was changed,
// a new change at the chosen place, its effect, applying and undoing it.
package divisionhttp

import (
	"embed"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/division"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Tree is what the pages ask of the tree of places.
type Tree interface {
	Name(region.Code) string
	FullName(region.Code) string
	Children(region.Code) []region.Code
	Resolve(text string, within region.Code) region.Match
}

// Rim is the pages.
type Rim struct {
	shell *web.Shell
	store *division.Store
	tree  Tree
}

// New makes the rim; all are needed.
func New(s *web.Shell, store *division.Store, tree Tree) *Rim {
	if s == nil || store == nil || tree == nil {
		panic("divisionhttp.New: a dependency is missing")
	}
	return &Rim{shell: s, store: store, tree: tree}
}

// Register adds routes and templates to the shell.
func (h *Rim) Register() {
	h.shell.Templates("division", templates)
	h.shell.Nav(web.NavItem{Key: "division.title", Icon: "sitemap", Href: "/divisions", Need: account.SettingEdit, Under: "/settings", Order: 97})
	h.shell.Add(
		web.Route{Pattern: "GET /divisions", Need: account.SettingEdit, Action: h.list},
		web.Route{Pattern: "GET /divisions/new", Need: account.SettingEdit, Action: h.form},
		web.Route{Pattern: "POST /divisions", Need: account.SettingEdit, Action: h.draft},
		web.Route{Pattern: "GET /divisions/{id}", Need: account.SettingEdit, Action: h.show},
		web.Route{Pattern: "POST /divisions/{id}/{act}", Need: account.SettingEdit, Action: h.act})
}

type listView struct {
	Rows  []rowView
	Empty web.Empty
}

type rowView struct {
	division.Change
	Href, Title string
	Badge       web.Badge
}

func (h *Rim) list(w http.ResponseWriter, r *web.Request) error {
	all, err := h.store.List(r.Context(), r.Scope())
	if err != nil {
		return err
	}
	v := listView{Empty: web.Empty{Icon: "sitemap", Title: r.T("division.empty"), Note: r.T("division.empty_note"), Action: r.T("division.new"), Href: r.Link("/divisions/new")}}
	for _, c := range all {
		v.Rows = append(v.Rows, rowView{Change: c, Href: r.Link("/divisions/" + strconv.FormatInt(c.ID, 10)), Title: h.title(r, &c), Badge: badge(r, c.State)})
	}
	return h.shell.Page(w, r, "division/list", v)
}

// title says what became of which place, in one line.
func (h *Rim) title(r *web.Request, c *division.Change) string {
	var from []string
	top := c.Steps[0].From.Level()
	for _, s := range c.Steps {
		if s.From.Level() == top {
			from = append(from, h.name(s.From))
		}
	}
	const shown = 3
	names := strings.Join(from[:min(len(from), shown)], "、")
	if len(from) > shown {
		names = r.T("division.and_more", names, len(from))
	}
	to := c.Steps[0]
	if c.Kind == division.Move {
		return r.T("division.title.move", names, h.name(to.To.Parent()))
	}
	return r.T("division.title."+string(c.Kind), names, to.Name)
}

func (h *Rim) name(c region.Code) string {
	if n := h.tree.Name(c); n != "" {
		return n
	}
	return c.String()
}

var stateIcon = map[division.State][2]string{
	division.Draft: {"dash", "pencil"}, division.Applied: {"work", "check"},
	division.Undone: {"out", "arrow-back-up"}, division.Dropped: {"out", "x"},
}

func badge(r *web.Request, s division.State) web.Badge {
	return web.Badge{Kind: stateIcon[s][0], Icon: stateIcon[s][1], Text: r.T("division.state." + string(s))}
}

type showView struct {
	rowView
	Effect  division.Effect
	Steps   []stepView
	Facts   []web.Fact
	Blocked []string
	Act     string // address of the acts, without the act
}

type stepView struct {
	division.StepEffect
	FromName, ToName string
	FromCode, ToCode string
}

func (h *Rim) show(w http.ResponseWriter, r *web.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "division/show", v)
}

func (h *Rim) view(r *web.Request) (showView, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return showView{}, fault.NotFoundf("fault.notfound")
	}
	c, err := h.store.Get(r.Context(), r.FullScope(), id)
	if err != nil {
		return showView{}, err
	}
	v := showView{rowView: rowView{Change: c, Title: h.title(r, &c), Badge: badge(r, c.State)}, Act: "/divisions/" + strconv.FormatInt(id, 10) + "/"}
	if c.State == division.Draft || c.State == division.Applied {
		if v.Effect, err = h.store.Effect(r.Context(), r.FullScope(), r.Caller, id); err != nil {
			return v, err
		}
		for _, st := range v.Effect.Closed {
			v.Blocked = append(v.Blocked, r.T("division.closed", h.name(st.County), st.Month.String()))
		}
	}
	for i, s := range c.Steps {
		e := stepView{StepEffect: division.StepEffect{Step: s}, FromName: h.name(s.From), ToName: s.Name, FromCode: s.From.Full(), ToCode: s.To.Full()}
		if c.State == division.Draft && i < len(v.Effect.Steps) {
			e.StepEffect = v.Effect.Steps[i]
		}
		v.Steps = append(v.Steps, e)
	}
	v.Facts = []web.Fact{
		{Label: r.T("division.kind"), Value: r.T("division.kind." + string(c.Kind))},
		{Label: r.T("division.since"), Value: r.T("division.since_value", c.Month.Year(), c.Month.Num())},
		{Label: r.T("division.doc"), Value: c.DocNo},
		{Label: r.T("division.above"), Value: h.tree.FullName(c.Region)},
	}
	if c.Note != "" {
		v.Facts = append(v.Facts, web.Fact{Label: r.T("division.note"), Value: c.Note})
	}
	if c.State == division.Applied {
		v.Facts = append(v.Facts, web.Fact{Label: r.T("division.moved"), Value: r.T("division.people_n", c.People)})
	}
	return v, nil
}

func (h *Rim) act(w http.ResponseWriter, r *web.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.NotFoundf("fault.notfound")
	}
	acts := map[division.Action]func() error{
		division.ActApply: func() error { return h.store.Apply(r.Context(), r.FullScope(), r.Caller, id) },
		division.ActUndo:  func() error { return h.store.Undo(r.Context(), r.FullScope(), r.Caller, id) },
		division.ActDrop:  func() error { return h.store.Drop(r.Context(), r.FullScope(), r.Caller, id) },
	}
	do, ok := acts[division.Action(r.PathValue("act"))]
	if !ok {
		return fault.NotFoundf("fault.notfound")
	}
	if err := do(); err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/divisions/"+strconv.FormatInt(id, 10)))
}

// monthOf reads a month of a form; 0 where it is none.
func monthOf(text string) calendar.Month {
	m, err := calendar.ParseMonth(strings.TrimSpace(text))
	if err != nil {
		return 0
	}
	return m
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
