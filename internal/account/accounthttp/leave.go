package accounthttp

import (
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/web"
)

type leaveView struct {
	Mine    []delegationView // who stands in for me
	Theirs  []delegationView // for whom I stand in
	Acting  string           // name of whom the session stands in for, "" itself
	Fields  []web.Field
	Errors  []web.FieldText
	Message string
	Can     bool
}

type delegationView struct {
	account.Delegation
	State web.Badge
	Open  bool // can be ended
	Now   bool // can be begun
}

// leave is the page of stand-ins (AB 岗).
func (h *Rim) leave(w http.ResponseWriter, r *web.Request) error {
	return h.showLeave(w, r, http.StatusOK, nil)
}

func (h *Rim) showLeave(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	list, err := h.Accounts.Delegations(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	today := calendar.DateAt(h.Shell.Now())
	v := leaveView{Acting: r.Caller.ForName, Can: r.Caller.For == 0 && len(r.Caller.Grants) > 0 && !r.Caller.Grants[0].Role.Admin() && r.Caller.Inspection == nil}
	for _, d := range list {
		x := delegationView{Delegation: d, Open: d.EndedAt == 0 && d.Last >= today, State: leaveState(r, d, today)}
		if d.From == r.Caller.UserID {
			v.Mine = append(v.Mine, x)
			continue
		}
		x.Now = d.On(today) && r.Caller.For != d.From
		v.Theirs = append(v.Theirs, x)
	}
	bad := map[string]string{}
	if failed != nil {
		v.Errors, v.Message, bad = r.FieldTexts(failed), sentence(r, failed), fieldErrors(r, failed)
	}
	value := func(name, usual string) string {
		if x := r.PostFormValue(name); x != "" {
			return x
		}
		return usual
	}
	v.Fields = []web.Field{
		{Name: "login", Label: r.T("account.leave.who"), Hint: r.T("account.leave.who_hint"), Required: true, Value: value("login", ""), Error: bad["login"], Max: 40},
		{Name: "reason", Label: r.T("account.leave.why"), Required: true, Value: value("reason", ""), Error: bad["reason"], Max: 100},
		{Name: "first", Label: r.T("account.leave.first"), Kind: "date", Required: true, Value: value("first", today.String()), Error: bad["first"]},
		{Name: "last", Label: r.T("account.leave.last"), Kind: "date", Required: true, Value: value("last", ""), Error: bad["last"]},
	}
	return h.Shell.PageStatus(w, r, status, "account/leave", v)
}

func leaveState(r *web.Request, d account.Delegation, today calendar.Date) web.Badge {
	switch {
	case d.EndedAt != 0 || d.Last < today:
		return web.Badge{Kind: "out", Icon: "x", Text: r.T("account.leave.over")}
	case d.First > today:
		return web.Badge{Kind: "dash", Icon: "clock", Text: r.T("account.leave.soon")}
	}
	return web.Badge{Kind: "work", Icon: "check", Text: r.T("account.leave.now")}
}

func (h *Rim) addLeave(w http.ResponseWriter, r *web.Request) error {
	first, _ := calendar.ParseDate(r.PostFormValue("first"))
	last, _ := calendar.ParseDate(r.PostFormValue("last"))
	err := h.Accounts.Delegate(r.Context(), r.Caller, r.PostFormValue("login"), first, last, r.PostFormValue("reason"))
	if err != nil {
		if !shown(err) && fault.KindOf(err) != fault.Forbidden {
			return err
		}
		return h.showLeave(w, r, http.StatusUnprocessableEntity, err)
	}
	return r.Redirect(w, "/account/leave")
}

func (h *Rim) endLeave(w http.ResponseWriter, r *web.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.NotFoundf("fault.notfound")
	}
	if err := h.Accounts.EndDelegation(r.Context(), r.Caller, id); err != nil {
		return err
	}
	return r.Redirect(w, "/account/leave")
}

// standIn begins to act for somebody, id 0 as oneself again.
func (h *Rim) standIn(w http.ResponseWriter, r *web.Request) error {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return fault.NotFoundf("fault.notfound")
	}
	if err := h.Accounts.StandIn(r.Context(), r.Caller, id); err != nil {
		return err
	}
	return r.Redirect(w, "/account/leave")
}
