package handoverhttp

import (
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
		key := "held"
		if x.State == handover.Accepted {
			key = "was_held"
		}
		v.Held = []web.Fact{fact(key, h.tree.FullName(x.From))}
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
