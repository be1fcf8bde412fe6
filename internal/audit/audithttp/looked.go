package audithttp

import (
	"context"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
)

// People finds the home of a person within a scope; the ledger's store is one.
type People interface {
	// Home is the person's name and village; NotFound outside the scope.
	Home(ctx context.Context, scope region.Scope, id int64) (name string, village region.Code, err error)
}

type lookedView struct {
	Name    string // "" for the auditor, who sees no business data
	ID      int64
	Back    string
	Looks   []lookLine
	More    bool
	Lists   []audit.ListLook
	None    web.Empty
	Printed string
}

type lookLine struct {
	audit.Look
	What    string
	Detail  []detailView
	Address string
}

// looked is the page of a person's own readers, for the county's officers and
// reviewers.
func (h *Rim) looked(w http.ResponseWriter, r *web.Request) error {
	id, err := approvalID(r)
	if err != nil {
		return err
	}
	name, village, err := h.People.Home(r.Context(), r.FullScope(), id)
	if err != nil {
		return err
	}
	return h.showLooked(w, r, lookedView{Name: name, ID: id, Back: r.Link("/people/" + strconv.FormatInt(id, 10))}, village)
}

// lookedAudit is the same by internal number for the auditor: who and when,
// nothing of the person.
func (h *Rim) lookedAudit(w http.ResponseWriter, r *web.Request) error {
	id, err := approvalID(r)
	if err != nil {
		return err
	}
	_, village, err := h.People.Home(r.Context(), r.FullScope(), id)
	if err != nil {
		return err
	}
	return h.showLooked(w, r, lookedView{ID: id, Back: r.Link("/audit")}, village)
}

func (h *Rim) showLooked(w http.ResponseWriter, r *web.Request, v lookedView, village region.Code) error {
	got, err := h.Log.WhoLooked(r.Context(), r.FullScope(), r.Caller, v.ID, village)
	if err != nil {
		return err
	}
	v.More, v.Lists = got.More, got.Lists
	v.None = web.Empty{Icon: "eye-off", Title: r.T("audit.looked.none"), Note: r.T("audit.looked.none_note")}
	for _, k := range got.Looks {
		l := lookLine{Look: k, What: actionWord(r, k.Action)}
		for _, name := range []string{"field", "reason", "words", "rows", "unmasked"} {
			if val := k.Detail[name]; val != "" {
				l.Detail = append(l.Detail, detailOf(r, name, val))
			}
		}
		v.Looks = append(v.Looks, l)
	}
	return h.Shell.Page(w, r, "audit/looked", v)
}

type inspectView struct {
	*account.Inspection
	Notes   []account.InspectionNote
	Fields  []web.Field
	Errors  []web.FieldText
	Reads   []readLine
	Count   int
	Seal    audit.ReadSeal
	Printed string
	Page    string
}

type readLine struct {
	audit.Row
	Path string
	At   int64
}

// inspect is the inspector's own desk: the document, own notes, own reads.
func (h *Rim) inspect(w http.ResponseWriter, r *web.Request) error {
	return h.showInspect(w, r, http.StatusOK, nil)
}

func (h *Rim) showInspect(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	i := r.Caller.Inspection
	if i == nil {
		return fault.New(fault.Forbidden, "account.inspect.only")
	}
	v := inspectView{Inspection: i, Errors: r.FieldTexts(failed), Page: r.FormValue("page")}
	notes, err := h.Accounts.Notes(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	v.Notes = notes
	v.Fields = []web.Field{{Name: "text", Kind: "area", Label: r.T("audit.inspect.note"), Hint: r.T("audit.inspect.note_hint"), Required: true, Wide: true, Max: 2000, Value: r.PostFormValue("text")}}
	return h.Shell.PageStatus(w, r, status, "audit/inspect", v)
}

func (h *Rim) addNote(w http.ResponseWriter, r *web.Request) error {
	if err := h.Accounts.AddNote(r.Context(), r.Caller, r.PostFormValue("page"), r.PostFormValue("text")); err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		return h.showInspect(w, r, http.StatusUnprocessableEntity, err)
	}
	return r.Redirect(w, r.Link("/inspect"))
}

func (h *Rim) removeNote(w http.ResponseWriter, r *web.Request) error {
	id, err := approvalID(r)
	if err != nil {
		return err
	}
	if err := h.Accounts.RemoveNote(r.Context(), r.Caller, id); err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/inspect"))
}

// reads is the inspector's own list of what was read, with the seal that
// stands for it in the record.
func (h *Rim) reads(w http.ResponseWriter, r *web.Request) error {
	i := r.Caller.Inspection
	if i == nil {
		return fault.New(fault.Forbidden, "account.inspect.only")
	}
	rows, seal, err := h.Log.OwnReads(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	v := inspectView{Inspection: i, Seal: seal, Count: len(rows), Printed: web.DateTime(h.Shell.Now().UnixMilli())}
	for _, row := range rows {
		l := readLine{Row: row, At: row.At.UnixMilli()}
		for _, d := range show(r, row).Detail {
			if d.Key == r.T("audit.detail.path") {
				l.Path = d.Value
			}
		}
		v.Reads = append(v.Reads, l)
	}
	return h.Shell.Page(w, r, "audit/reads", v)
}
