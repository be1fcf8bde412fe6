// Package designhttp is the pages of forms made from blank workbooks: the list,
// the blank with what fills each of its cells, the trial on real numbers, the
// download. It binds and renders; every decision is design's.
package designhttp

import (
	"embed"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report/design"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the pages.
type Rim struct {
	shell *web.Shell
	store *design.Store
}

// New makes the rim; both are needed.
func New(s *web.Shell, store *design.Store) *Rim {
	if s == nil || store == nil {
		panic("designhttp.New: a dependency is missing")
	}
	return &Rim{shell: s, store: store}
}

// Register adds routes, templates and tabs to the shell.
func (h *Rim) Register() {
	h.shell.Templates("design", templates)
	h.shell.Nav(
		web.NavItem{Key: "design.nav", Icon: "table", Href: "/designs", Under: "/report", Need: account.ReportRead, Order: 87},
		web.NavItem{Key: "design.nav.fill", Icon: "file-spreadsheet", Href: "/blanks", Under: "/report", Need: account.ReportRead, Order: 88})
	add := func(pattern string, need account.Permission, a web.Action, upload, long bool) {
		h.shell.Add(web.Route{Pattern: pattern, Need: need, Action: a, Upload: upload, Long: long})
	}
	fill, read := account.ReportFill, account.ReportRead
	add("GET /designs", read, h.list(design.ForForm), false, false)
	add("GET /blanks", read, h.list(design.ForFill), false, false)
	add("POST /designs", fill, h.upload(design.ForForm), true, false)
	add("POST /blanks", fill, h.upload(design.ForFill), true, false)
	add("GET /designs/{id}", read, h.page, false, true)
	add("GET /designs/{id}/offers", fill, h.offers, false, false)
	add("GET /designs/{id}/export", read, h.export, false, true)
	for name, a := range map[string]web.Action{"bind": h.bind, "confirm": h.confirm, "check": h.check, "uncheck": h.uncheck, "about": h.about, "again": h.again, "drop": h.drop} {
		add("POST /designs/{id}/"+name, fill, a, false, false)
	}
	add("POST /designs/{id}/publish", account.ReportReview, h.publish, false, false)
	add("POST /designs/{id}/stop", account.ReportReview, h.stop, false, false)
}

func id(r *web.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return n, nil
}

func path(n int64) string { return "/designs/" + strconv.FormatInt(n, 10) }

type listView struct {
	Purpose string
	Action  string
	CanAdd  bool
	Rows    []row
	Next    string
	Empty   web.Empty
	Errors  []web.FieldText
}

type row struct {
	*design.Version
	Href  string
	Badge web.Badge
	Place string
	When  string
	Cells int
}

const pageSize = 40

func (h *Rim) list(p design.Purpose) web.Action {
	return func(w http.ResponseWriter, r *web.Request) error {
		return h.show(w, r, p, http.StatusOK, nil)
	}
}

func (h *Rim) show(w http.ResponseWriter, r *web.Request, p design.Purpose, status int, bad []web.FieldText) error {
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	all, err := h.store.List(r.Context(), r.Scope(), r.At, p, before, pageSize+1)
	if err != nil {
		return err
	}
	v := listView{Purpose: string(p), Errors: bad, Action: r.Link(map[design.Purpose]string{design.ForForm: "/designs", design.ForFill: "/blanks"}[p]),
		CanAdd: r.Can(account.ReportFill) && r.At.Level() >= region.Province && r.At.Level() <= region.County,
		Empty:  web.Empty{Icon: "table", Title: r.T("design.empty." + string(p)), Note: r.T("design.empty.note")}}
	if len(all) > pageSize {
		all = all[:pageSize]
		v.Next = r.Self("before", all[pageSize-1].ID)
	}
	for _, x := range all {
		l := row{Version: x, Href: r.Link(path(x.ID)), Badge: badge(r, x), Place: h.store.Tree.Name(x.Owner), When: db.FromMillis(x.MadeAt).Format("2006-01-02"), Cells: len(x.Spec.Binds)}
		if p == design.ForFill {
			l.Href = r.Link(path(x.ID), "view", "try")
		}
		v.Rows = append(v.Rows, l)
	}
	return h.shell.PageStatus(w, r, status, "design/list", v)
}

func badge(r *web.Request, v *design.Version) web.Badge {
	switch {
	case v.Purpose == design.ForFill:
		return web.Badge{Kind: "neu", Icon: "file-spreadsheet", Text: r.T("design.state.kept")}
	case v.State == design.Draft:
		return web.Badge{Kind: "out", Icon: "pencil", Text: r.T("design.state.draft")}
	case v.Until != 0:
		return web.Badge{Kind: "neu", Icon: "archive", Text: r.T("design.state.until", v.Until.String())}
	}
	return web.Badge{Kind: "work", Icon: "circle-check", Text: r.T("design.state.published", v.Spec.From.String())}
}

// upload reads the file in memory: nothing of it lies open on a disk.
func (h *Rim) upload(p design.Purpose) web.Action {
	return func(w http.ResponseWriter, r *web.Request) error {
		again := func(err error) error {
			if fault.Is(err, fault.Invalid) {
				return h.show(w, r, p, http.StatusUnprocessableEntity, texts(r, err))
			}
			return err
		}
		r.Body = http.MaxBytesReader(w, r.Body, design.MaxBlank+64<<10)
		raw, name, err := posted(r)
		if err != nil {
			return again(err)
		}
		v, err := h.store.Upload(r.Context(), r.Caller, r.At, p, name, raw)
		if err != nil {
			return again(err)
		}
		if p == design.ForFill && v.Known {
			return r.Redirect(w, r.Link(path(v.ID), "view", "try"))
		}
		return r.Redirect(w, r.Link(path(v.ID)))
	}
}

func posted(r *web.Request) ([]byte, string, error) {
	none := fault.InvalidFields(fault.Field{Name: "file", Key: "design.file", Args: []any{design.MaxBlank >> 20}})
	mr, err := r.MultipartReader()
	if err != nil {
		return nil, "", none
	}
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, "", none
		}
		if err != nil {
			return nil, "", none
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(part, design.MaxBlank+1))
		if err != nil || len(raw) == 0 || len(raw) > design.MaxBlank {
			return nil, "", none
		}
		return raw, part.FileName(), nil
	}
}

// texts are the sentences of a fault, with or without fields.
func texts(r *web.Request, err error) []web.FieldText {
	var e *fault.Error
	if out := r.FieldTexts(err); len(out) > 0 {
		return out
	}
	if errors.As(err, &e) {
		return []web.FieldText{{Name: "file", Message: r.T(e.Key, e.Args...)}}
	}
	return nil
}

func (h *Rim) export(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	v, err := h.store.Get(r.Context(), r.Caller, n)
	if err != nil {
		return err
	}
	name := h.store.Tree.Name(r.At) + "_" + v.Spec.Title + "_" + r.Month.String() + ".xlsx"
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="form.xlsx"; filename*=UTF-8''`+url.PathEscape(name))
	_, err = h.store.Fill(r.Context(), r.Caller, n, r.At, r.Month, w)
	if err != nil {
		w.Header().Del("Content-Disposition")
	}
	return err
}
