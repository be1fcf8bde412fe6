package rulehttp

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/rule"
	"wengang/internal/web"
)

// bulk prepares the dialog of one reason for the chosen findings.
func (h *Rim) bulk(r *web.Request, v *deskView, refused *fault.Error) {
	if !v.CanClear {
		return
	}
	reason, until := "", ""
	var chosen []string
	if r.Method == http.MethodPost {
		reason, until, chosen = r.PostFormValue("reason"), r.PostFormValue("until"), r.PostForm["id"]
	}
	for i := range v.Rows {
		v.Rows[i].Chosen = slices.Contains(chosen, strconv.FormatInt(v.Rows[i].ID, 10))
	}
	v.Fields = []web.Field{
		{Name: "reason", Label: r.T("finding.excuse.reason"), Kind: "area", Required: true, Wide: true, Value: reason, Hint: r.T("finding.excuse.hint"), Max: 500},
		{Name: "until", Label: r.T("finding.excuse.until"), Kind: "date", Required: true, Value: until, Hint: r.T("finding.excuse.until.hint")},
	}
	if refused == nil {
		return
	}
	if len(refused.Fields) == 0 {
		v.Errors = append(v.Errors, fieldError{Message: r.T(refused.Key, refused.Args...)})
	}
	for _, f := range refused.Fields {
		for i := range v.Fields {
			if v.Fields[i].Name == f.Name {
				v.Fields[i].Error = r.T(f.Key, f.Args...)
			}
		}
		v.Errors = append(v.Errors, fieldError{Name: f.Name, Message: r.T(f.Key, f.Args...)})
	}
}

// excuseMany states one reason for the chosen findings: all of them or none.
func (h *Rim) excuseMany(w http.ResponseWriter, r *web.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "fault.invalid")
	}
	var ids []int64
	for _, s := range r.PostForm["id"] {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n <= 0 {
			return fault.NotFoundf("fault.notfound")
		}
		ids = append(ids, n)
	}
	until, err := calendar.ParseDate(strings.TrimSpace(r.PostFormValue("until")))
	if err != nil {
		until = 0 // the desk says what is wrong with it
	}
	err = h.desk.ExcuseMany(r.Context(), r.FullScope(), r.Caller, ids, r.PostFormValue("reason"), until)
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		return h.deskPage(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/findings", "state", "excused"))
}

// export is the list as a workbook.
func (h *Rim) export(w http.ResponseWriter, r *web.Request) error {
	f, err := readFilter(r)
	if err != nil {
		return err
	}
	keys := []string{"person", "id_number", "place", "severity", "rule", "what", "due", "owner", "field"}
	if f.State != rule.Open {
		keys = append(keys, "how")
	}
	head := make([]string, len(keys))
	for i, k := range keys {
		head[i] = r.T("finding.export." + k)
	}
	title := r.T("finding.title")
	today := calendar.DateAt(h.shell.Now())
	data, err := h.desk.Export(r.Context(), r.Caller.Scope(account.FindingsRead).Within(r.At), r.Caller, r.At, f, title, head, func(it *rule.Item, place string) []string {
		line := []string{it.Name, it.IDMask, place, r.T("finding.severity." + strconv.Itoa(int(it.Severity))), r.T(it.Rule.Title()), r.T(it.Rule.Message(), it.Args...),
			it.Due.String(), who(r, it, today), fieldName(r, it.Field())}
		if f.State != rule.Open {
			line = append(line, strings.TrimSpace(how(r, it)+" "+it.Reason+" "+it.ExceptUntil.String()))
		}
		return line
	})
	if err != nil {
		return err
	}
	name := title + "_" + h.shell.Now().Format("20060102") + ".xlsx"
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="findings.xlsx"; filename*=UTF-8''`+url.PathEscape(name))
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(data)
	return err
}
