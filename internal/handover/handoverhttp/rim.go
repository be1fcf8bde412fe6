// Package handoverhttp is the pages of transfer requests: list, one request,
// a new one. It binds and renders; every decision is the store's.
package handoverhttp

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/handover"
	"wengang/internal/region"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Tree is what the pages ask of the tree of places.
type Tree interface {
	FullName(region.Code) string
	Resolve(text string, within region.Code) region.Match
}

// Rim is the pages of transfer requests.
type Rim struct {
	shell *web.Shell
	store *handover.Store
	tree  Tree
}

// New makes the rim; all are needed.
func New(s *web.Shell, st *handover.Store, t Tree) *Rim {
	if s == nil || st == nil || t == nil {
		panic("handoverhttp.New: a dependency is missing")
	}
	return &Rim{shell: s, store: st, tree: t}
}

// Path of the list.
const Path = "/handover"

// Register adds routes, templates, the tab and the to-dos to the shell.
func (h *Rim) Register() {
	h.shell.Templates("handover", templates)
	h.shell.Nav(web.NavItem{Key: "handover.title", Icon: "home-move", Href: Path, Need: account.PeopleRead, Order: 36, Under: "/people"})
	h.shell.Todos(h)
	h.shell.Add(
		web.Route{Pattern: "GET /handover", Need: account.PeopleRead, Action: h.list},
		web.Route{Pattern: "GET /handover/new", Need: account.HandoverAsk, Action: h.form},
		web.Route{Pattern: "POST /handover/new", Need: account.HandoverAsk, Action: h.ask},
		web.Route{Pattern: "GET /handover/{id}", Need: account.PeopleRead, Action: h.one},
		web.Route{Pattern: "POST /handover/{id}/answer", Need: account.HandoverAnswer, Action: h.act(handover.ActAccept, handover.ActRefuse, handover.ActQuery)},
		web.Route{Pattern: "POST /handover/{id}/follow", Need: account.HandoverAsk, Action: h.act(handover.ActReply, handover.ActWithdraw, handover.ActAppeal)},
	)
}

// Todos tells the caller which requests wait: to answer, to decide, to reply.
func (h *Rim) Todos(ctx context.Context, r *web.Request) ([]web.Todo, error) {
	scope := r.Caller.Scope(account.PeopleRead).Within(r.At)
	answer, decide, reply, err := h.store.Waiting(ctx, scope, r.Caller)
	if err != nil {
		return nil, err
	}
	var out []web.Todo
	for _, w := range []struct {
		handover.Wait
		what string
		view handover.View
		st   handover.State
	}{{answer, "answer", handover.Theirs, handover.Asked}, {decide, "decide", handover.Decide, ""}, {reply, "reply", handover.Ours, handover.Queried}} {
		if w.N == 0 {
			continue
		}
		out = append(out, web.Todo{Due: w.Due, Icon: "home-move", Title: r.T("handover.todo." + w.what), Count: r.T("handover.count", w.N),
			Note: r.T("handover.todo." + w.what + ".note"), Hint: r.T("handover.todo." + w.what + ".hint"), Action: r.T("handover.todo." + w.what + ".action"),
			Href: r.Link(Path, "view", string(w.view), "state", string(w.st))})
	}
	return out, nil
}

type listView struct {
	Views  []web.Tab
	States []stateChip
	Rows   []row
	Pager  web.Pager
	Empty  web.Empty
	View   handover.View
}

type stateChip struct {
	Label, Href string
	N           int
	On          bool
}

type row struct {
	handover.Request
	Href  string
	Badge web.Badge
	Left  string // time left, in words
	Late  bool
}

func (h *Rim) list(w http.ResponseWriter, r *web.Request) error {
	q := r.URL.Query()
	f := handover.Filter{View: handover.Ours, State: handover.State(q.Get("state"))}
	above := false
	for _, g := range r.Caller.Grants {
		above = above || g.Has(account.HandoverAnswer) && g.Region.Level() < region.County
	}
	views := []handover.View{handover.Ours, handover.Theirs}
	if above {
		views = append(views, handover.Decide)
	}
	v := listView{}
	for _, x := range views {
		if string(x) == q.Get("view") {
			f.View = x
		}
	}
	v.View = f.View
	for _, x := range views {
		v.Views = append(v.Views, web.Tab{Label: r.T("handover.view." + string(x)), Href: r.Self("view", string(x), "state", ""), On: x == f.View})
	}
	counts, err := h.store.Counts(r.Context(), r.Scope(), f.View)
	if err != nil {
		return err
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	v.States = []stateChip{{Label: r.T("handover.state.all"), N: total, Href: r.Self("state", ""), On: f.State == ""}}
	for _, st := range handover.States {
		if counts[st] > 0 || st == f.State {
			v.States = append(v.States, stateChip{Label: r.T("handover.is." + string(st)), N: counts[st], Href: r.Self("state", string(st)), On: st == f.State})
		}
	}
	v.Pager = web.Pager{Total: int64(total), Unit: r.T("handover.unit")}
	if f.State != "" {
		v.Pager.Total = int64(counts[f.State])
	}
	before, _ := strconv.ParseInt(q.Get("after"), 10, 64)
	list, more, err := h.store.List(r.Context(), r.Scope(), r.Caller, f, before, handover.PageSize)
	if err != nil {
		return err
	}
	for _, x := range list {
		v.Rows = append(v.Rows, h.row(r, x))
	}
	if more {
		v.Pager.Next = r.Self("after", list[len(list)-1].ID)
	}
	if before > 0 {
		v.Pager.Prev = r.Self()
	}
	v.Empty = web.Empty{Icon: "home-move", Title: r.T("handover.empty." + string(f.View)), Note: r.T("handover.empty.note")}
	return h.shell.Page(w, r, "handover/list", v)
}

func (h *Rim) row(r *web.Request, x handover.Request) row {
	out := row{Request: x, Href: r.Link(base(x.ID)), Badge: badge(r, x.State)}
	if x.State.Open() {
		today := calendar.DateAt(h.shell.Now())
		switch n := today.WorkingDaysUntil(x.Due); {
		case x.Due < today:
			out.Left, out.Late = r.T("handover.late", -n), true
		case x.Due == today:
			out.Left = r.T("handover.today")
		default:
			out.Left = r.T("handover.left", n)
		}
	}
	return out
}

func badge(r *web.Request, s handover.State) web.Badge {
	b := web.Badge{Kind: "neu", Text: r.T("handover.is." + string(s))}
	switch s {
	case handover.Asked, handover.Queried:
		b.Kind, b.Icon = "work", "clock"
	case handover.Escalated:
		b.Kind, b.Icon = "yel", "alert-triangle"
	case handover.Accepted:
		b.Icon = "check"
	case handover.Refused:
		b.Kind, b.Icon = "out", "x"
	case handover.Withdrawn, handover.Void:
		b.Kind, b.Icon = "out", "arrow-back-up"
	}
	return b
}

func base(id int64) string { return Path + "/" + strconv.FormatInt(id, 10) }

type oneView struct {
	row
	Asked   []web.Fact
	Held    []web.Fact
	Events  []web.Event
	Problem string
	Typed   string
	Differs bool // the name in the ledger is another
	Side    string
	Do      map[string]bool
	Person  string
	Note    string // of the last act
	Effect  string // of agreeing, in words
	When    string // from when the move counts, where that is not the month asked for
}

func (h *Rim) one(w http.ResponseWriter, r *web.Request) error {
	return h.show(w, r, http.StatusOK, nil)
}

func (h *Rim) show(w http.ResponseWriter, r *web.Request, status int, refused error) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	scope := r.Caller.Scope(account.PeopleRead)
	x, err := h.store.Get(r.Context(), scope, r.Caller, id)
	if err != nil {
		return err
	}
	v := oneView{row: h.row(r, x), Do: map[string]bool{}, Typed: r.PostFormValue("words")}
	for _, a := range x.Acts {
		v.Do[string(a)] = true
	}
	for _, s := range x.Sides {
		v.Side = string(s)
		break
	}
	var e *fault.Error
	if errors.As(refused, &e) {
		v.Problem = r.T(e.Key, e.Args...)
		for _, f := range e.Fields {
			v.Problem = r.T(f.Key, f.Args...)
		}
	}
	h.facts(r, &v)
	events, err := h.store.Events(r.Context(), scope, id)
	if err != nil {
		return err
	}
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		who := r.T("handover.side." + string(e.Side))
		if e.By != "" {
			who += " · " + e.By
		}
		v.Events = append(v.Events, web.Event{Date: calendar.DateAt(e.At), Icon: icons[e.Act], Title: r.T("handover.act." + string(e.Act)),
			Note: said(r, e.Words), Source: who + " · " + e.At.Format("15:04"), On: i == len(events)-1})
	}
	return h.shell.PageStatus(w, r, status, "handover/one", v)
}

var icons = map[handover.Act]string{handover.ActAsk: "home-move", handover.ActAccept: "check", handover.ActRefuse: "x", handover.ActQuery: "message-report",
	handover.ActReply: "message-report", handover.ActWithdraw: "arrow-back-up", handover.ActAppeal: "scale", handover.ActEscalate: "clock", handover.ActVoid: "arrow-back-up", handover.ActPass: "switch-horizontal"}

// said is a person's words, or the catalogue's where the schedule spoke.
func said(r *web.Request, words string) string {
	if strings.HasPrefix(words, "handover.void.") {
		return r.T(words)
	}
	return words
}

func (h *Rim) facts(r *web.Request, v *oneView) {
	x := &v.Request
	fact := func(key, value string) web.Fact { return web.Fact{Label: r.T("handover.f." + key), Value: value} }
	v.Asked = []web.Fact{fact("name", x.Name), fact("id_mask", x.IDMask), fact("to", h.tree.FullName(x.To)), fact("since", x.Since.String()),
		fact("household", orWord(x.Household, r.T("handover.own"))), fact("reason", x.Reason), fact("evidence", x.Evidence)}
	if x.PersonID != 0 {
		v.Person = r.Link("/people/" + strconv.FormatInt(x.PersonID, 10))
	}
	switch {
	case x.From == 0:
		v.Held = []web.Fact{fact("held", r.T("handover.elsewhere"))}
	default:
		v.Held = []web.Fact{fact("held", h.tree.FullName(x.From))}
		if x.LedgerName != "" {
			v.Held = append(v.Held, web.Fact{Label: r.T("handover.f.ledger"), Value: x.LedgerName, Href: v.Person})
			v.Differs = x.LedgerName != x.Name
		}
		if x.Parent != 0 && x.State.Open() {
			name := r.T("web.nation")
			if x.Parent != region.Country {
				name = h.tree.FullName(x.Parent)
			}
			v.Held = append(v.Held, fact("parent", name))
		}
	}
	if x.Effective != 0 {
		v.Held = append(v.Held, fact("effective", x.Effective.String()))
		if x.Effective > x.Since {
			v.When = r.T("handover.effective.later", x.Since.String(), x.Effective.String())
		}
	}
	v.Note = said(r, x.Words)
	if x.Would != 0 {
		key := "handover.accept.effect"
		if x.Would > x.Since {
			key = "handover.accept.later"
		}
		v.Effect = r.T(key, h.tree.FullName(x.To), x.Would.String(), x.Since.String())
	}
}

func orWord(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// act runs one of the acts of a route; a refusal stands on the request's page.
func (h *Rim) act(acts ...handover.Act) web.Action {
	return func(w http.ResponseWriter, r *web.Request) error {
		id, err := pathID(r)
		if err != nil {
			return err
		}
		version, _ := strconv.Atoi(r.PostFormValue("version"))
		do := handover.Act("")
		for _, a := range acts {
			if string(a) == r.PostFormValue("act") {
				do = a
			}
		}
		if do == "" {
			// Whether there is such a request comes before what was asked of it.
			if _, err := h.store.Get(r.Context(), r.FullScope(), r.Caller, id); err != nil {
				return err
			}
			return h.show(w, r, http.StatusUnprocessableEntity, fault.New(fault.Invalid, "handover.act"))
		}
		_, err = h.store.Act(r.Context(), r.FullScope(), r.Caller, id, version, do, r.PostFormValue("words"))
		switch {
		case fault.Is(err, fault.Conflict) && !r.HX():
			return h.show(w, r, http.StatusConflict, err)
		case fault.Is(err, fault.Invalid) && !r.HX():
			return h.show(w, r, http.StatusUnprocessableEntity, err)
		case err != nil && !fault.Is(err, fault.NotFound):
			return err
		}
		// Who handed somebody on may see the request no longer.
		if _, gone := h.store.Get(r.Context(), r.Caller.Scope(account.PeopleRead), r.Caller, id); gone != nil && err == nil {
			return r.Redirect(w, r.Link(Path, "view", string(handover.Theirs)))
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, r.Link(base(id)))
	}
}

func pathID(r *web.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return id, nil
}
