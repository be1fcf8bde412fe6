package rulehttp

import (
	"wengang/internal/account"
	"wengang/internal/rule"
	"wengang/internal/web"
)

// Doubts are the open findings of one person for the caller's eyes, named by
// the field that they stand at: the person page shows them beside it.
func (h *Rim) Doubts(r *web.Request, personID int64) ([]web.Doubt, error) {
	scope := r.Caller.Scope(account.FindingsRead)
	if scope.Empty() {
		return nil, nil
	}
	items, _, err := h.desk.List(r.Context(), scope, rule.Filter{PersonID: personID}, rule.Cursor{}, 0)
	if err != nil {
		return nil, err
	}
	out := make([]web.Doubt, len(items))
	for i, it := range items {
		row := h.row(r, it)
		out[i] = web.Doubt{Field: it.Field(), Label: row.FieldName, Text: row.Message, Href: row.Href, Badge: row.Badge}
	}
	return out, nil
}
