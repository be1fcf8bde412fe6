package accounthttp

import (
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/web"
)

type policyView struct {
	Fields  []web.Field
	Errors  []web.FieldText
	Message string
	Saved   bool
}

func (h *Rim) policyPage(w http.ResponseWriter, r *web.Request) error {
	return h.showPolicy(w, r, http.StatusOK, nil)
}

func (h *Rim) showPolicy(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	p, err := h.Accounts.Policy(r.Context())
	if err != nil {
		return err
	}
	v := policyView{Saved: r.URL.Query().Has("saved")}
	bad := map[string]string{}
	if failed != nil {
		v.Errors, v.Message, bad = r.FieldTexts(failed), sentence(r, failed), fieldErrors(r, failed)
	}
	for _, f := range p.Fields() {
		value := strconv.Itoa(f.Value)
		if failed != nil {
			value = r.PostFormValue(f.Name)
		}
		v.Fields = append(v.Fields, web.Field{
			Name: f.Name, Kind: "number", Label: r.T("account.policy." + f.Name), Required: true, Value: value,
			Hint: r.T("account.policy.bounds", f.Min, f.Max), Error: bad[f.Name],
		})
	}
	v.Fields = append(v.Fields, web.Field{
		Name: "source", Label: r.T("account.policy.source"), Hint: r.T("account.policy.source_hint"), Required: true, Wide: true,
		Value: r.PostFormValue("source"), Error: bad["source"], Max: 200,
	})
	return h.Shell.PageStatus(w, r, status, "account/policy", v)
}

func (h *Rim) policy(w http.ResponseWriter, r *web.Request) error {
	values := map[string]int{}
	var bad []fault.Field
	for _, f := range account.DefaultPolicy.Fields() {
		n, err := strconv.Atoi(r.PostFormValue(f.Name))
		if err != nil {
			bad = append(bad, fault.Field{Name: f.Name, Key: "account.policy.bounds", Args: []any{f.Min, f.Max}})
			continue
		}
		values[f.Name] = n
	}
	err := error(nil)
	if len(bad) > 0 {
		err = fault.InvalidFields(bad...)
	} else {
		err = h.Accounts.SetPolicy(r.Context(), r.Caller, values, r.PostFormValue("source"))
	}
	if err != nil {
		if !shown(err) {
			return err
		}
		return h.showPolicy(w, r, http.StatusUnprocessableEntity, err)
	}
	return r.Redirect(w, r.Link("/policy", "saved", "1"))
}
