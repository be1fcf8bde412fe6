package reporthttp

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/report"
	"wengang/internal/web"
)

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
