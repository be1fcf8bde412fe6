package transferhttp

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/transfer"
	"wengang/internal/web"
)

// asks says what a kind wants to know beside the file.
type asks struct{ month, year, full, types bool }

var asked = map[string]asks{
	"people": {full: true}, "monitored": {full: true}, "work": {month: true, full: true}, "plan": {full: true},
	"targets": {year: true}, "roster": {types: true, year: true},
}

// formView is the first step.
type formView struct {
	Steps   []web.Step
	Kinds   []web.Tab
	Kind    string
	Layouts []string
	Fields  []web.Field
	Errors  []web.FieldText
	Action  string
	Ways    []web.Tab // file or clipboard

	Templates string // where empty tables can be had
}

func (h *Rim) form(w http.ResponseWriter, r *web.Request) error {
	return h.showForm(w, r, http.StatusOK, r.URL.Query().Get("kind"), nil, nil)
}

func (h *Rim) showForm(w http.ResponseWriter, r *web.Request, status int, kind string, typed map[string]string, failed error) error {
	v, err := h.newForm(r, "/import/new", kind, typed, failed)
	if err != nil {
		return err
	}
	return h.shell.PageStatus(w, r, status, "import/new", v)
}

// newForm is the first step, whichever way the rows come in.
func (h *Rim) newForm(r *web.Request, path, kind string, typed map[string]string, failed error) (formView, error) {
	kinds := h.imports.KindsFor(r.Caller, r.At)
	if len(kinds) == 0 {
		return formView{}, fault.New(fault.Unavailable, "import.nokinds")
	}
	on := kinds[0]
	for _, k := range kinds {
		if k.ID() == kind {
			on = k
		}
	}
	v := formView{Kind: on.ID(), Action: r.Link(path, "kind", on.ID()), Steps: steps(r, transfer.Info{}), Templates: r.Link("/import/templates", "kind", on.ID())}
	for _, way := range []string{"/import/new", "/import/paste"} {
		v.Ways = append(v.Ways, web.Tab{Label: r.T("import.way." + way[len("/import/"):]), Href: r.Link(way, "kind", on.ID()), On: way == path})
	}
	for _, k := range kinds {
		v.Kinds = append(v.Kinds, web.Tab{Label: kindName(r, k.ID()), Href: r.Self("kind", k.ID()), On: k.ID() == on.ID()})
	}
	for _, l := range on.Layouts() {
		if !l.Hand && l.Refuse == "" {
			v.Layouts = append(v.Layouts, l.Title)
		}
	}
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
	v.Fields = fields(r, on, typed, bad)
	return v, nil
}

func fields(r *web.Request, k transfer.Kind, typed, bad map[string]string) []web.Field {
	value := func(name, otherwise string) string {
		if v, ok := typed[name]; ok {
			return v
		}
		return otherwise
	}
	a := asked[k.ID()]
	var out []web.Field
	if a.types {
		f := web.Field{Name: "type", Label: r.T("import.f.type"), Kind: "select", Hint: r.T("import.f.type.hint"), Error: bad["type"]}
		f.Options = append(f.Options, web.Option{Value: "", Label: r.T("import.f.type.auto")})
		for _, l := range k.Layouts() {
			if l.Hand || l.Refuse != "" {
				continue
			}
			f.Options = append(f.Options, web.Option{Value: l.ID, Label: l.Title, On: l.ID == value("type", "")})
		}
		out = append(out, f)
	}
	if a.month {
		out = append(out, web.Field{Name: "month", Label: r.T("import.f.month"), Kind: "month", Value: value("month", r.Month.String()), Hint: r.T("import.f.month.hint"), Error: bad["month"]})
	}
	if a.year {
		out = append(out, web.Field{Name: "year", Label: r.T("import.f.year"), Kind: "number", Value: value("year", strconv.Itoa(r.Month.Year())), Error: bad["year"], Max: 4})
	}
	if a.full {
		full := value("full", "0") == "1"
		out = append(out, web.Field{Name: "full", Label: r.T("import.f.full"), Kind: "radio", Wide: true, Options: []web.Option{
			{Value: "0", Label: r.T("import.part"), Hint: r.T("import.part.hint"), On: !full},
			{Value: "1", Label: r.T("import.full"), Hint: r.T(fullKey("import.full.hint", k.ID())), On: full}}})
	}
	return out
}

// upload streams the file into the service; fields stand before it in the form.
func (h *Rim) upload(w http.ResponseWriter, r *web.Request) error {
	kind := r.URL.Query().Get("kind")
	mr, err := r.MultipartReader()
	if err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	typed := map[string]string{}
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return h.showForm(w, r, http.StatusUnprocessableEntity, kind, typed, fault.InvalidFields(fault.Field{Name: "file", Key: "import.nofile"}))
		}
		if err != nil {
			return unreadable(err)
		}
		if part.FormName() != "file" || part.FileName() == "" {
			if err := field(typed, part); err != nil {
				return unreadable(err)
			}
			continue
		}
		req, err := request(kind, typed)
		if err != nil {
			return h.showForm(w, r, http.StatusUnprocessableEntity, kind, typed, err)
		}
		req.Region, req.File, req.FileName = r.At, part, part.FileName()
		to, err := h.stage(r, req)
		if fault.Is(err, fault.Invalid) && !tooLarge(err) {
			return h.showForm(w, r, http.StatusUnprocessableEntity, kind, typed, err)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, to)
	}
}

// stage brings a file in and answers where to go on: its check, or its columns
// where they have to be chosen first.
func (h *Rim) stage(r *web.Request, req transfer.Request) (string, error) {
	return h.enter(r, req, func(req transfer.Request) (int64, error) { return h.imports.Stage(r.Context(), r.Caller, req) })
}

func (h *Rim) enter(r *web.Request, req transfer.Request, do func(transfer.Request) (int64, error)) (string, error) {
	req.ByHand = true
	batch, err := do(req)
	if err != nil {
		return "", err
	}
	to := "/import/" + strconv.FormatInt(batch, 10)
	in, err := h.imports.Load(r.Context(), r.FullScope(), batch)
	if err != nil {
		return "", err
	}
	if in.State == transfer.StateMapping {
		return r.Link(to + "/columns"), nil
	}
	return r.Link(to), h.imports.Check(r.Context(), r.Caller, batch)
}

func tooLarge(err error) bool {
	var e *http.MaxBytesError
	return errors.As(err, &e)
}

// unreadable is a form that breaks off or has a head that is none. What the
// reader says of it stays out of the log: it quotes the file's name.
func unreadable(err error) error {
	if tooLarge(err) {
		return err
	}
	return fault.New(fault.Invalid, "web.badform")
}

// field reads a small part of the form.
func field(typed map[string]string, part *multipart.Part) error {
	raw, err := io.ReadAll(io.LimitReader(part, 200))
	if err != nil {
		return err
	}
	switch name := part.FormName(); name {
	case "month", "year", "type", "full":
		typed[name] = strings.TrimSpace(string(raw))
	}
	return nil
}

func request(kind string, typed map[string]string) (transfer.Request, error) {
	req := transfer.Request{Kind: kind, Subtype: typed["type"], Full: typed["full"] == "1"}
	var bad []fault.Field
	if v := typed["month"]; v != "" {
		m, err := calendar.ParseMonth(v)
		if err != nil {
			bad = append(bad, fault.Field{Name: "month", Key: "web.badmonth"})
		}
		req.Month = m
	}
	if v := typed["year"]; v != "" {
		y, err := strconv.Atoi(v)
		if err != nil || y < 1990 || y > 2099 {
			bad = append(bad, fault.Field{Name: "year", Key: "import.badyear"})
		}
		req.Year = y
	}
	if len(bad) > 0 {
		return req, fault.InvalidFields(bad...)
	}
	return req, nil
}
