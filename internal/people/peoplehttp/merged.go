package peoplehttp

import (
	"net/http"

	"wengang/internal/web"
)

type mergeRecordView struct {
	M      mergeLine
	Kept   rowView
	Groups string
	Errors []web.FieldText
	Reason web.Field
	Action string
	At     int64
}

func (h *Rim) mergeRecord(w http.ResponseWriter, r *web.Request) error {
	v, err := h.mergeRecordView(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "people/merged", v)
}

func (h *Rim) mergeRecordView(r *web.Request) (*mergeRecordView, error) {
	id, err := pathID(r, "merge")
	if err != nil {
		return nil, err
	}
	m, err := h.merges.Get(r.Context(), r.FullScope(), id)
	if err != nil {
		return nil, err
	}
	v := &mergeRecordView{M: mergeLine{Record: m, KeptHref: h.personLink(r, m.Kept), Href: h.personLink(r, m.Gone)}, Action: r.Link(r.URL.Path),
		Reason: web.Field{Name: "reason", Label: r.T("people.reason"), Required: true, Wide: true, Max: 200}}
	rows, err := h.people.Rows(r.Context(), r.FullScope(), []int64{m.Kept}, 0)
	if err != nil {
		return nil, err
	}
	if len(rows) == 1 {
		v.Kept = h.rowViews(r, rows)[0]
	}
	for i, g := range m.Chosen {
		if i > 0 {
			v.Groups += r.T("people.and")
		}
		v.Groups += r.T("people.merge.group." + g)
	}
	return v, nil
}

func (h *Rim) undoMerge(w http.ResponseWriter, r *web.Request) error {
	id, err := pathID(r, "merge")
	if err != nil {
		return err
	}
	err = h.merges.Undo(r.Context(), r.FullScope(), r.Caller, id, r.PostFormValue("reason"))
	if err == nil {
		return r.Redirect(w, r.Link(r.URL.Path))
	}
	f := form{r: r, bad: map[string]string{}}
	if err := f.failed(err); err != nil {
		return err
	}
	v, err := h.mergeRecordView(r)
	if err != nil {
		return err
	}
	v.Errors, v.Reason.Value, v.Reason.Error = f.view.Errors, r.PostFormValue("reason"), f.bad["reason"]
	return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "people/merged", v)
}
