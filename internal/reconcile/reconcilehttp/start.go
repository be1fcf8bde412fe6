package reconcilehttp

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"
	"strings"
	"unicode"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/reconcile"
	"wengang/internal/web"
)

type formView struct {
	Fields []web.Field
	Errors []web.FieldText
	Action string
}

func (h *Rim) form(w http.ResponseWriter, r *web.Request) error {
	q := r.URL.Query()
	return h.showForm(w, r, http.StatusOK, map[string]string{"figure": q.Get("figure"), "stated": q.Get("stated"), "batch": q.Get("batch")}, nil)
}

func (h *Rim) showForm(w http.ResponseWriter, r *web.Request, status int, typed map[string]string, failed error) error {
	v := formView{Action: r.Link("/reconcile/new")}
	bad := map[string]string{}
	if failed != nil {
		v.Errors = r.FieldTexts(failed)
		var e *fault.Error
		if errors.As(failed, &e) && len(e.Fields) == 0 {
			v.Errors = []web.FieldText{{Name: "file", Message: r.T(e.Key, e.Args...)}}
		}
		for _, f := range v.Errors {
			bad[f.Name] = f.Message
		}
	}
	month := typed["month"]
	if month == "" {
		month = r.Month.String()
	}
	f := web.Field{Name: "figure", Kind: "select", Required: true, Hint: r.T("reconcile.hint.figure")}
	chosen := typed["figure"]
	if chosen == "" {
		chosen = "worked_year"
	}
	for _, d := range reconcile.Figured() {
		f.Options = append(f.Options, web.Option{Value: d.ID, Label: r.T(d.Key()), On: d.ID == chosen})
	}
	v.Fields = []web.Field{f,
		{Name: "month", Kind: "month", Required: true, Value: month, Hint: r.T("reconcile.hint.month")},
		{Name: "view", Kind: "select", Hint: r.T("reconcile.hint.view"), Options: []web.Option{{Value: "closed", Label: r.T("reconcile.view.closed")}, {Value: "known", Label: r.T("reconcile.view.known"), On: typed["view"] == "known"}}},
		{Name: "stated", Value: typed["stated"], Unit: r.T("reconcile.people"), Max: 12, Hint: r.T("reconcile.hint.stated")},
		{Name: "title", Value: typed["title"], Max: 60, Hint: r.T("reconcile.hint.title")},
		{Name: "heading", Value: typed["heading"], Max: 40, Hint: r.T("reconcile.hint.heading")},
		{Name: "batch", Value: typed["batch"], Max: 12, Hint: r.T("reconcile.hint.batch")},
	}
	for i := range v.Fields {
		x := &v.Fields[i]
		x.Label, x.Error = r.T("reconcile.f."+x.Name), bad[x.Name]
	}
	return h.shell.PageStatus(w, r, status, "reconcile/new", v)
}

// start takes the fields and, last, the file: it is read in memory, so that
// nothing of it lies open on a disk.
func (h *Rim) start(w http.ResponseWriter, r *web.Request) error {
	typed := map[string]string{}
	var raw []byte
	var name string
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		mr, err := r.MultipartReader()
		if err != nil {
			return fault.New(fault.Invalid, "web.badform")
		}
		if raw, name, err = parts(mr, typed); err != nil {
			return err
		}
	} else {
		for _, f := range []string{"figure", "month", "view", "stated", "title", "heading", "batch"} {
			typed[f] = r.PostFormValue(f)
		}
	}
	a, bad := asked(typed)
	a.Region = r.At
	if len(raw) > 0 {
		a.File, a.Size, a.FileName = bytes.NewReader(raw), int64(len(raw)), name
	}
	if len(bad) > 0 {
		return h.showForm(w, r, http.StatusUnprocessableEntity, typed, fault.InvalidFields(bad...))
	}
	id, err := h.store.Start(r.Context(), r.FullScope(), r.Caller, a)
	if fault.Is(err, fault.Invalid) {
		return h.showForm(w, r, http.StatusUnprocessableEntity, typed, err)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link(base(id), "month", a.Month.String()))
}

func asked(typed map[string]string) (reconcile.Ask, []fault.Field) {
	a := reconcile.Ask{Figure: typed["figure"], Known: typed["view"] == "known", Title: typed["title"], Heading: typed["heading"], Stated: -1}
	var bad []fault.Field
	if m, err := calendar.ParseMonth(strings.TrimSpace(typed["month"])); err == nil {
		a.Month = m
	} else {
		bad = append(bad, fault.Field{Name: "month", Key: "people.date"})
	}
	if s := strings.NewReplacer(",", "", "，", "", " ", "", "人", "").Replace(typed["stated"]); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 {
			bad = append(bad, fault.Field{Name: "stated", Key: "reconcile.stated"})
		}
		a.Stated = n
	}
	if s := strings.TrimSpace(typed["batch"]); s != "" {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n <= 0 {
			bad = append(bad, fault.Field{Name: "batch", Key: "reconcile.batch"})
		}
		a.Batch = n
	}
	if d, ok := indicator.Get(a.Figure); !ok || d.ID == "" {
		bad = append(bad, fault.Field{Name: "figure", Key: "reconcile.figure"})
	}
	return a, bad
}

const maxField = 400

func parts(mr *multipart.Reader, typed map[string]string) (raw []byte, name string, err error) {
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return raw, name, nil
		}
		if err != nil {
			return nil, "", unreadable(err)
		}
		if part.FileName() == "" {
			text, err := io.ReadAll(io.LimitReader(part, maxField+1))
			if err != nil || len(text) > maxField || len(typed) > 20 {
				return nil, "", unreadable(err)
			}
			typed[part.FormName()] = string(text)
			continue
		}
		if raw, err = io.ReadAll(part); err != nil {
			return nil, "", unreadable(err)
		}
		name = fileName(part.FileName())
	}
}

// unreadable tells a body that broke off from one that is too large; neither
// may carry what was sent into a log.
func unreadable(err error) error {
	var e *http.MaxBytesError
	if errors.As(err, &e) {
		return err
	}
	return fault.New(fault.Invalid, "web.badform")
}

func fileName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, path.Base(strings.ReplaceAll(s, `\`, "/")))
	if r := []rune(s); len(r) > 80 {
		s = string(r[:80])
	}
	if s == "" || s == "." || s == "/" {
		return "list"
	}
	return s
}
