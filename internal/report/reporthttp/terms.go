package reporthttp

import (
	"net/http"
	"slices"
	"strconv"
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

// signingView is the page of a unit's signatories.
type signingView struct {
	Sub     string
	Forms   []tab
	Form    string
	Status  string
	Chain   string // address
	Names   string
	Steps   []web.Option
	Same    bool
	Depts   string
	Reason  string
	People  []stepPeople
	Errors  []web.FieldText
	Nobody  bool
	Default bool
}

type stepPeople struct {
	Action string
	Title  string
	Rows   []personOption
}

type personOption struct {
	ID          int64
	Name, Words string
	Post        string
	On          bool
}

func (h *Rim) signing(w http.ResponseWriter, r *web.Request) error {
	v, err := h.signingView(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "report/signing", v)
}

func (h *Rim) signingView(r *web.Request) (*signingView, error) {
	form := r.URL.Query().Get("form")
	g, err := h.store.Signing(r.Context(), r.Caller.Scope(account.SettingEdit), form, r.At)
	if err != nil {
		return nil, err
	}
	people, err := h.store.Signers(r.Context(), r.Caller, r.At)
	if err != nil {
		return nil, err
	}
	all, err := h.store.All(r.Context(), r.Caller.Scope(account.ReportRead))
	if err != nil {
		return nil, err
	}
	v := &signingView{Sub: h.store.Tree.Name(r.At) + " · " + r.T("report.signing.sub"), Form: form, Chain: r.Link("/report/signing/chain", "form", form, "month", ""), Names: r.Link("/report/signing/names", "form", form, "month", ""),
		Same: g.Same, Depts: deptLines(r, g.Depts), Reason: g.Reason, Nobody: len(people) == 0}
	v.Forms = []tab{{r.T("report.signing.every"), r.Link("/report/signing", "form", "", "month", ""), form == ""}}
	for _, f := range all {
		v.Forms = append(v.Forms, tab{f.Short, r.Link("/report/signing", "form", f.ID, "month", ""), f.ID == form})
	}
	var words []string
	for _, a := range []report.Action{report.Fill, report.Review, report.Approve, report.Sign} {
		on := slices.Contains(g.Steps, a)
		if on {
			words = append(words, r.T("report.step."+string(a)))
		}
		if a == report.Fill {
			continue
		}
		v.Steps = append(v.Steps, web.Option{Value: string(a), Label: r.T("report.step." + string(a)), On: on})
		s := stepPeople{Action: string(a), Title: r.T("report.step." + string(a))}
		for _, p := range people {
			o := personOption{ID: p.ID, Name: p.Name, Words: who(deptName(r, string(p.Dept)), r.T("account.role."+string(p.Role)), p.Login)}
			for _, n := range g.Named[a] {
				if n.UserID == p.ID {
					o.On, o.Post = true, n.Post
				}
			}
			s.Rows = append(s.Rows, o)
		}
		if on {
			v.People = append(v.People, s)
		}
	}
	v.Status = r.T("report.signing.default", strings.Join(words, " → "))
	if g.Set {
		v.Status = r.T("report.signing.own", strings.Join(words, " → "), who(g.ByName, stamp(g.At), g.Reason))
	}
	return v, nil
}

func (h *Rim) setChain(w http.ResponseWriter, r *web.Request) error {
	form := r.URL.Query().Get("form")
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	g := report.Signing{Region: r.At, Form: form, Steps: report.Chain{report.Fill}, Same: r.PostFormValue("same") == "1", Reason: r.PostFormValue("reason")}
	for _, s := range r.PostForm["steps"] {
		g.Steps = append(g.Steps, report.Action(s))
	}
	for _, d := range strings.Split(r.PostFormValue("depts"), "\n") {
		if d = strings.TrimSpace(d); d != "" {
			g.Depts = append(g.Depts, deptID(r, d))
		}
	}
	err := h.store.SetSigning(r.Context(), r.Caller, g)
	if fault.Is(err, fault.Invalid) {
		v, verr := h.signingView(r)
		if verr != nil {
			return verr
		}
		v.Errors, v.Reason, v.Depts, v.Same = r.FieldTexts(err), g.Reason, r.PostFormValue("depts"), g.Same
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "report/signing", v)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/report/signing", "form", form, "month", ""))
}

func deptLines(r *web.Request, ids []string) string {
	var out []string
	for _, d := range ids {
		out = append(out, deptName(r, d))
	}
	return strings.Join(out, "\n")
}

// deptID reads a department by its id or its word; any other text is the name
// of an office without accounts.
func deptID(r *web.Request, s string) string {
	for _, d := range account.Depts() {
		if s == r.T("account.dept."+string(d)) {
			return string(d)
		}
	}
	return s
}

func (h *Rim) setNames(w http.ResponseWriter, r *web.Request) error {
	form := r.URL.Query().Get("form")
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	var people []report.Signatory
	for _, s := range r.PostForm["user"] {
		id, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return fault.New(fault.Invalid, "web.badform")
		}
		people = append(people, report.Signatory{UserID: id, Post: r.PostFormValue("post" + s)})
	}
	err := h.store.Name(r.Context(), r.Caller, form, r.At, report.Action(r.PostFormValue("step")), people)
	if fault.Is(err, fault.Invalid) {
		v, verr := h.signingView(r)
		if verr != nil {
			return verr
		}
		v.Errors = r.FieldTexts(err)
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "report/signing", v)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/report/signing", "form", form, "month", ""))
}
