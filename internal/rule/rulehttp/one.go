package rulehttp

import (
	"errors"
	"net/http"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/rule"
	"wengang/internal/web"
)

type oneView struct {
	itemRow
	Rule    ruleView
	Fields  []web.Field
	Errors  []fieldError
	Clear   bool // an excuse may be stated
	Open    bool
	Excused bool
}

type fieldError struct{ Name, Message string }

func (h *Rim) one(w http.ResponseWriter, r *web.Request) error {
	return h.page(w, r, http.StatusOK, nil)
}

// page shows a finding with the form of an excuse, after a refusal with its
// errors and what was typed.
func (h *Rim) page(w http.ResponseWriter, r *web.Request, status int, bad *fault.Error) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	it, err := h.desk.One(r.Context(), r.FullScope(), n)
	if err != nil {
		return err
	}
	set, err := h.desk.Settings(r.Context(), nil, it.Village)
	if err != nil {
		return err
	}
	v := oneView{itemRow: h.row(r, it), Rule: viewOf(r, it.Rule, set), Open: it.State == rule.Open, Excused: it.State == rule.Excused}
	v.Clear = v.Open && it.Severity != rule.Error && r.Can("findings.clear")
	reason, until := r.PostFormValue("reason"), r.PostFormValue("until")
	v.Fields = []web.Field{
		{Name: "reason", Label: r.T("finding.excuse.reason"), Kind: "area", Required: true, Wide: true, Value: reason, Hint: r.T("finding.excuse.hint"), Max: 500},
		{Name: "until", Label: r.T("finding.excuse.until"), Kind: "date", Required: true, Value: until, Hint: r.T("finding.excuse.until.hint")},
	}
	if bad != nil {
		for _, f := range bad.Fields {
			for i := range v.Fields {
				if v.Fields[i].Name == f.Name {
					v.Fields[i].Error = r.T(f.Key, f.Args...)
				}
			}
			v.Errors = append(v.Errors, fieldError{Name: f.Name, Message: r.T(f.Key, f.Args...)})
		}
	}
	return h.shell.PageStatus(w, r, status, "finding/one", v)
}

func (h *Rim) excuse(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	var until calendar.Date
	if s := strings.TrimSpace(r.PostFormValue("until")); s != "" {
		if until, err = calendar.ParseDate(s); err != nil {
			return h.page(w, r, http.StatusUnprocessableEntity, fault.InvalidFields(fault.Field{Name: "until", Key: "finding.until"}))
		}
	}
	err = h.desk.Excuse(r.Context(), r.FullScope(), r.Caller, n, r.PostFormValue("reason"), until)
	var f *fault.Error
	if errors.As(err, &f) && len(f.Fields) > 0 {
		return h.page(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link(base(n)))
}

func (h *Rim) reopen(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	if err := h.desk.Reopen(r.Context(), r.FullScope(), r.Caller, n); err != nil {
		return err
	}
	return r.Redirect(w, r.Link(base(n)))
}
