package audithttp

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/text"
	"wengang/internal/web"
)

// approvalLine is one request as a page shows it.
type approvalLine struct {
	audit.ExportApproval
	KindWord, FieldWords, Days string
	State                      web.Badge
	Mine, Open, Usable         bool
}

func (h *Rim) approvalLines(r *web.Request, list []audit.ExportApproval) []approvalLine {
	today := calendar.DateAt(h.Shell.Now())
	out := make([]approvalLine, 0, len(list))
	for _, a := range list {
		l := approvalLine{ExportApproval: a, KindWord: r.T("audit.export_kind." + a.Kind), FieldWords: fieldWords(r, a.Fields), Days: a.First.String() + " — " + a.Last.String(),
			Mine: a.AskedBy == r.Caller.UserID, Open: a.State == audit.Asked, Usable: a.State == audit.Approved && a.Last >= today && a.Uses < a.UsesMax}
		switch {
		case a.State == audit.Asked:
			l.State = web.Badge{Kind: "dash", Icon: "clock", Text: r.T("audit.approval.state.asked")}
		case a.State == audit.Approved && a.Uses >= a.UsesMax:
			l.State = web.Badge{Kind: "neu", Icon: "checks", Text: r.T("audit.approval.state.used")}
		case a.State == audit.Approved && a.Last < today:
			l.State = web.Badge{Kind: "out", Icon: "clock", Text: r.T("audit.approval.state.over")}
		case a.State == audit.Approved:
			l.State = web.Badge{Kind: "work", Icon: "check", Text: r.T("audit.approval.state.approved")}
		default:
			l.State = web.Badge{Kind: "out", Icon: "ban", Text: r.T("audit.approval.state." + string(a.State))}
		}
		out = append(out, l)
	}
	return out
}

func fieldWords(r *web.Request, fields []string) string {
	var words []string
	for _, f := range fields {
		words = append(words, r.T("audit.field."+f))
	}
	return strings.Join(words, r.T("audit.and"))
}

type approvalsView struct {
	Lines   []approvalLine
	None    web.Empty
	Fields  []web.Field
	Errors  []web.FieldText
	Message string
	Decides bool         // the page of who consents
	Plain   []web.Option // fields that a new request can name
	Wrong   string       // what is wrong with them
	Log     string
}

// mine is the page of who exports: the own requests, and the form of a new one.
func (h *Rim) mine(w http.ResponseWriter, r *web.Request) error {
	return h.showMine(w, r, http.StatusOK, nil)
}

func (h *Rim) showMine(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	list, err := h.Log.OwnApprovals(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	v := approvalsView{Lines: h.approvalLines(r, list), Fields: h.askFields(r, failed), Errors: r.FieldTexts(failed),
		None: web.Empty{Icon: "shield-check", Title: r.T("audit.approval.none"), Note: r.T("audit.approval.none_note")}}
	for _, f := range audit.PlainFields {
		v.Plain = append(v.Plain, web.Option{Value: f, Label: r.T("audit.field." + f), On: slices.Contains(r.PostForm["fields"], f)})
	}
	for _, f := range v.Errors {
		if f.Name == "fields" {
			v.Wrong = f.Message
		}
	}
	return h.Shell.PageStatus(w, r, status, "audit/mine", v)
}

func (h *Rim) askFields(r *web.Request, failed error) []web.Field {
	bad := map[string]string{}
	for _, f := range r.FieldTexts(failed) {
		bad[f.Name] = f.Message
	}
	val := func(name, usual string) string {
		if v := r.PostFormValue(name); v != "" {
			return v
		}
		return usual
	}
	today := calendar.DateAt(h.Shell.Now())
	kind := web.Field{Name: "kind", Kind: "select", Label: r.T("audit.approval.f_kind"), Required: true, Error: bad["kind"]}
	for _, k := range audit.ExportKinds {
		kind.Options = append(kind.Options, web.Option{Value: k, Label: r.T("audit.export_kind." + k), On: val("kind", "people") == k})
	}
	return []web.Field{
		kind, {Name: "rows", Kind: "number", Label: r.T("audit.approval.f_rows"), Required: true, Value: val("rows", ""), Error: bad["rows"]},
		{Name: "purpose", Label: r.T("audit.approval.f_purpose"), Required: true, Wide: true, Value: val("purpose", ""), Error: bad["purpose"], Max: 200},
		{Name: "receiver", Label: r.T("audit.approval.f_receiver"), Hint: r.T("audit.approval.f_receiver_hint"), Wide: true, Value: val("receiver", ""), Error: bad["receiver"], Max: 100},
		{Name: "uses", Kind: "number", Label: r.T("audit.approval.f_uses"), Hint: r.T("audit.approval.f_uses_hint"), Required: true, Value: val("uses", "1"), Error: bad["uses"]},
		{Name: "first", Kind: "date", Label: r.T("audit.approval.f_first"), Required: true, Value: val("first", today.String()), Error: bad["first"]},
		{Name: "last", Kind: "date", Label: r.T("audit.approval.f_last"), Required: true, Value: val("last", today.Add(7).String()), Error: bad["last"]},
	}
}

func (h *Rim) ask(w http.ResponseWriter, r *web.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	num := func(name string) int64 { n, _ := strconv.ParseInt(r.PostFormValue(name), 10, 64); return n }
	a := audit.ExportApproval{Kind: r.PostFormValue("kind"), Purpose: r.PostFormValue("purpose"), Receiver: r.PostFormValue("receiver"), Fields: r.PostForm["fields"],
		Region: r.At, RowsMax: num("rows"), UsesMax: num("uses")}
	a.First, _ = calendar.ParseDate(r.PostFormValue("first"))
	a.Last, _ = calendar.ParseDate(r.PostFormValue("last"))
	if _, err := h.Log.AskApproval(r.Context(), r.Caller, a); err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		return h.showMine(w, r, http.StatusUnprocessableEntity, err)
	}
	return r.Redirect(w, r.Link("/exports/mine"))
}

// approvals is the page of who consents.
func (h *Rim) approvals(w http.ResponseWriter, r *web.Request) error {
	return h.showApprovals(w, r, http.StatusOK, nil)
}

func (h *Rim) showApprovals(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	list, err := h.Log.Approvals(r.Context(), r.Caller, r.At)
	if err != nil {
		return err
	}
	v := approvalsView{Lines: h.approvalLines(r, list), Decides: true, Log: r.Link("/exports/log"),
		None: web.Empty{Icon: "shield-check", Title: r.T("audit.approval.empty"), Note: r.T("audit.approval.empty_note")}}
	if failed != nil {
		v.Message = sentence(r, failed)
	}
	return h.Shell.PageStatus(w, r, status, "audit/approvals", v)
}

func approvalID(r *web.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return id, nil
}

func (h *Rim) decide(w http.ResponseWriter, r *web.Request) error {
	id, err := approvalID(r)
	if err != nil {
		return err
	}
	err = h.Log.Decide(r.Context(), r.Caller, id, r.PostFormValue("act") == "yes", r.PostFormValue("words"))
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Conflict:
		if err != nil {
			return h.showApprovals(w, r, http.StatusUnprocessableEntity, err)
		}
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/exports"))
}

func (h *Rim) end(to string) web.Action {
	return func(w http.ResponseWriter, r *web.Request) error {
		id, err := approvalID(r)
		if err != nil {
			return err
		}
		if err := h.Log.EndApproval(r.Context(), r.Caller, id); err != nil {
			return err
		}
		return r.Redirect(w, r.Link(to))
	}
}

type exportLogView struct {
	Rows  []exportLine
	Next  string
	None  web.Empty
	Plain bool // only those in plain
	All   string
	Only  string
	Note  string
}

type exportLine struct {
	audit.ExportRow
	KindWord, FieldWords string
}

// exportLog is the log of files: an office's for its reviewers, all for the
// auditor.
func (h *Rim) exportLog(p account.Permission) web.Action {
	return func(w http.ResponseWriter, r *web.Request) error {
		q := r.URL.Query()
		f := audit.ExportFilter{At: r.At, Unmasked: q.Get("plain") == "1", Limit: pageSize}
		f.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64)
		rows, err := h.Log.ExportLog(r.Context(), r.Caller, p, f)
		if err != nil {
			return err
		}
		v := exportLogView{Plain: f.Unmasked, All: r.Self("plain", ""), Only: r.Self("plain", "1"), None: web.Empty{Icon: "file-export", Title: r.T("audit.exports.none"), Note: r.T("audit.exports.none_note")}}
		for _, x := range rows {
			word := x.Kind
			if key := "audit.export_kind." + x.Kind; text.Has(key) {
				word = r.T(key)
			}
			v.Rows = append(v.Rows, exportLine{x, word, fieldWords(r, x.Fields)})
		}
		if len(rows) == pageSize {
			v.Next = r.Self("before", strconv.FormatInt(rows[len(rows)-1].ID, 10))
		}
		return h.Shell.Page(w, r, "audit/exports", v)
	}
}

// Todos tell a reviewer that requests wait.
func (h *Rim) Todos(ctx context.Context, r *web.Request) ([]web.Todo, error) {
	if !r.Caller.Can(account.ExportApprove) {
		return nil, nil
	}
	n, err := h.Log.OpenApprovals(ctx, r.Caller)
	if err != nil || n == 0 {
		return nil, err
	}
	return []web.Todo{{Icon: "file-export", Title: r.T("audit.todo.export"), Count: r.T("audit.todo.count", n), Note: r.T("audit.todo.export_note"), Action: r.T("audit.show"), Href: r.Link("/exports")}}, nil
}

// sentence is an error in words: its own, or those of its fields.
func sentence(r *web.Request, err error) string {
	var e *fault.Error
	if !errors.As(err, &e) {
		return ""
	}
	if len(e.Fields) > 0 {
		return r.T(e.Fields[0].Key, e.Fields[0].Args...)
	}
	return r.T(e.Key, e.Args...)
}
