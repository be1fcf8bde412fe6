package reporthttp

import (
	"net/http"
	"strings"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/report"
	"wengang/internal/web"
)

// callView is the page on which the unit that asks sets cut-off and due date.
type callView struct {
	Title, Sub, Back, Action string
	Now, By                  string
	Fields                   []web.Field
	Errors                   []web.FieldText
}

func (h *Rim) call(w http.ResponseWriter, r *web.Request) error {
	v, err := h.callView(r, nil)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "report/call", v)
}

func (h *Rim) callView(r *web.Request, why error) (*callView, error) {
	a, err := h.ask(r)
	if err != nil {
		return nil, err
	}
	c, err := h.store.Calling(r.Context(), r.Caller, a.form.ID, a.at, a.period)
	if err != nil {
		return nil, err
	}
	scope := r.Caller.Scope(account.ReportReview)
	own, err := h.store.Terms(r.Context(), scope, a.form, a.at, a.period)
	if err != nil {
		return nil, err
	}
	below := own
	for _, p := range h.store.Tree.Children(a.at) {
		if below, err = h.store.Terms(r.Context(), scope, a.form, p.Code, a.period); err != nil {
			return nil, err
		}
		break
	}
	v := &callView{Title: r.T("report.call.title"), Sub: r.T("report.call.sub", a.form.Short, periodWord(r, a.period)), Back: a.link(r, ""), Action: a.link(r, "/call"),
		Now: r.T("report.call.now", own.Due, below.Due, own.CutoffOn), Errors: r.FieldTexts(why)}
	if c.At != 0 {
		v.By = r.T("report.call.by", c.ByName, stamp(c.At), c.Reason)
	}
	wrong := map[string]string{}
	for _, e := range v.Errors {
		wrong[e.Name] = e.Message
	}
	field := func(name, value, kind string) {
		if r.Method == http.MethodPost {
			value = r.PostFormValue(name)
		}
		v.Fields = append(v.Fields, web.Field{Name: name, Label: r.T("report.call." + strings.Replace(name, "reason", "why", 1)), Value: value, Kind: kind, Error: wrong[name], Hint: r.T("report.call.hint"), Max: 300})
	}
	date := func(d calendar.Date) string {
		if d == 0 {
			return ""
		}
		return d.String()
	}
	at, hour := "", ""
	if c.CutoffAt != 0 {
		at, hour = db.FromMillis(c.CutoffAt).Format("2006-01-02"), db.FromMillis(c.CutoffAt).Format("15:04")
	}
	field("cutoff_on", date(c.CutoffOn), "date")
	field("due_on", date(c.DueOn), "date")
	field("cutoff_at", at, "date")
	field("hour", hour, "")
	field("reason", c.Reason, "area")
	v.Fields[4].Required, v.Fields[4].Hint = true, ""
	return v, nil
}

func (h *Rim) setCall(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	c := report.Call{Form: a.form.ID, Region: a.at, Period: a.period, Reason: r.PostFormValue("reason")}
	var fields []fault.Field
	date := func(name string) calendar.Date {
		s := strings.TrimSpace(r.PostFormValue(name))
		if s == "" {
			return 0
		}
		d, err := calendar.ParseDate(s)
		if err != nil {
			fields = append(fields, fault.Field{Name: name, Key: "report.date"})
		}
		return d
	}
	c.CutoffOn, c.DueOn = date("cutoff_on"), date("due_on")
	if day := date("cutoff_at"); day != 0 {
		t, err := time.Parse("15:04", narrowHour(r.PostFormValue("hour")))
		if err != nil {
			fields = append(fields, fault.Field{Name: "hour", Key: "report.call.time"})
		}
		c.CutoffAt = db.Millis(day.Time().Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute))
	}
	err = error(nil)
	if fields != nil {
		err = fault.InvalidFields(fields...)
	} else {
		err = h.store.SetCall(r.Context(), r.Caller, c)
	}
	if fault.Is(err, fault.Invalid) {
		v, verr := h.callView(r, err)
		if verr != nil {
			return verr
		}
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "report/call", v)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, a.link(r, "/call"))
}

// narrowHour: 18：00 and an empty hour are 18:00 and the end of the day.
func narrowHour(s string) string {
	if s = strings.ReplaceAll(strings.TrimSpace(s), "：", ":"); s == "" {
		return "23:59"
	}
	return s
}
