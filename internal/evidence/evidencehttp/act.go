package evidencehttp

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/evidence"
	"wengang/internal/fault"
	"wengang/internal/web"
)

// add takes a file. The parts are read as they come: nothing is written to a
// temporary folder in plain.
func (h *Rim) add(w http.ResponseWriter, r *web.Request) error {
	object, err := id(r, "object")
	if err != nil {
		return err
	}
	kind := r.PathValue("kind")
	if err := h.store.MayAdd(r.Context(), r.Caller, kind, object); err != nil {
		return err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	var up evidence.Upload
	var added error
	taken := 0
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fault.Wrap(err, fault.Invalid, "evidence.broken_off")
		}
		switch {
		case p.FormName() == "sort":
			b, err := io.ReadAll(io.LimitReader(p, 40))
			if err != nil {
				return fault.Wrap(err, fault.Invalid, "evidence.broken_off")
			}
			up.Sort = string(b)
		case p.FormName() == "file" && p.FileName() != "" && added == nil:
			up.Name, up.File = p.FileName(), p
			_, added = h.store.Add(r.Context(), r.Caller, kind, object, up)
			taken++
		}
	}
	if added == nil && taken == 0 {
		added = fault.InvalidFields(fault.Field{Name: "file", Key: "evidence.nofile"})
	}
	switch {
	case added == nil && kind == "person":
		return r.Redirect(w, r.Link("/people/"+strconv.FormatInt(object, 10))+"#evidence")
	case added == nil:
		return r.Redirect(w, r.Link(path(kind, object)))
	case fault.Is(added, fault.Invalid), fault.Is(added, fault.Conflict), fault.Is(added, fault.TooMany):
		return h.again(w, r, added)
	}
	return added
}

// again shows the page with what was wrong.
func (h *Rim) again(w http.ResponseWriter, r *web.Request, why error) error {
	v, err := h.card(r)
	if err != nil {
		return err
	}
	status := http.StatusUnprocessableEntity
	if v.Errors = r.FieldTexts(why); len(v.Errors) == 0 {
		var e *fault.Error
		if e = faultOf(why); e != nil {
			v.Error = r.T(e.Key, e.Args...)
		}
		if fault.Is(why, fault.TooMany) {
			status = http.StatusTooManyRequests
		} else if fault.Is(why, fault.Conflict) {
			status = http.StatusConflict
		}
	}
	return h.shell.PageStatus(w, r, status, "evidence/of", v)
}

func faultOf(err error) *fault.Error {
	for err != nil {
		if e, ok := err.(*fault.Error); ok {
			return e
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return nil
		}
		err = u.Unwrap()
	}
	return nil
}

type itemPage struct {
	itemView
	Facts    []web.Fact
	Back     string
	File     string
	Picture  bool
	Action   string
	Restore  string
	Kind     string
	Errors   []web.FieldText
	KindName string
}

func (h *Rim) page(r *web.Request) (*itemPage, error) {
	n, err := id(r, "id")
	if err != nil {
		return nil, err
	}
	it, err := h.store.Item(r.Context(), r.Caller, n)
	if err != nil {
		return nil, err
	}
	base := "/evidence/" + strconv.FormatInt(n, 10)
	v := &itemPage{itemView: h.view(r, it), Back: back(r, it.Object, it.ObjectID), File: r.Link(base + "/file"), Picture: it.Open && it.Format != evidence.PDF,
		Action: r.Link(base + "/remove"), Restore: r.Link(base + "/restore"), Kind: it.Object, KindName: r.T("evidence.kind." + it.Object)}
	if it.Object == "spell" {
		v.Back = r.Link("/people/" + strconv.FormatInt(it.PersonID, 10))
	}
	said := v.Said
	if said == "" {
		said = r.T("evidence.stripped.none")
	}
	v.Facts = []web.Fact{
		{Label: r.T("evidence.sort"), Value: v.SortName}, {Label: r.T("evidence.name"), Value: it.Name},
		{Label: r.T("evidence.by"), Value: it.ByName, Source: web.DateTime(it.At)}, {Label: r.T("evidence.size"), Value: v.SizeText, Source: pixels(it)},
		{Label: r.T("evidence.stripped"), Value: said}, {Label: r.T("evidence.hash"), Value: hex(it.Hash)},
	}
	if len(it.Kept) > 0 {
		v.Facts = append(v.Facts, web.Fact{Label: r.T("evidence.kept"), Value: r.T("evidence.kept.info")})
	}
	return v, nil
}

func pixels(it evidence.Item) string {
	if it.Width == 0 {
		return ""
	}
	return strconv.Itoa(it.Width) + " × " + strconv.Itoa(it.Height)
}

func hex(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for i, c := range b[:min(len(b), 8)] {
		if i > 0 && i%2 == 0 {
			s.WriteByte(' ')
		}
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

func (h *Rim) item(w http.ResponseWriter, r *web.Request) error {
	v, err := h.page(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "evidence/item", v)
}

// guard are the headers of everything that somebody brought: it is never a
// page, runs nothing and is what it says it is.
func guard(w http.ResponseWriter, mime string) {
	hd := w.Header()
	hd.Set("Content-Type", mime)
	hd.Set("X-Content-Type-Options", "nosniff")
	hd.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	hd.Set("Cache-Control", "no-store")
}

// file answers an attachment as a download; a picture of a page may show it.
func (h *Rim) file(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r, "id")
	if err != nil {
		return err
	}
	it, data, err := h.store.File(r.Context(), r.Caller, n)
	if err != nil {
		return err
	}
	guard(w, it.Format.MIME())
	w.Header().Set("Content-Disposition", disposition("evidence-"+strconv.FormatInt(it.ID, 10)+it.Format.Ext(), it.Name))
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, err = w.Write(data)
	return err
}

func (h *Rim) thumb(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r, "id")
	if err != nil {
		return err
	}
	data, err := h.store.Thumb(r.Context(), r.Caller, n)
	if err != nil {
		return err
	}
	guard(w, "image/jpeg")
	w.Header().Set("Content-Disposition", "inline")
	_, err = w.Write(data)
	return err
}

// disposition is RFC 6266: a plain name for old readers, the real one in
// RFC 5987 form.
func disposition(plain, name string) string {
	const safe = "!#$&+-.^_`|~"
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || strings.IndexByte(safe, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteString("%" + string("0123456789ABCDEF"[c>>4]) + string("0123456789ABCDEF"[c&15]))
	}
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + b.String()
}

// remove takes an attachment off, with the reason.
func (h *Rim) remove(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r, "id")
	if err != nil {
		return err
	}
	_, err = h.store.Remove(r.Context(), r.Caller, n, r.PostFormValue("reason"))
	if fault.Is(err, fault.Invalid) {
		v, verr := h.page(r)
		if verr != nil {
			return verr
		}
		v.Errors = r.FieldTexts(err)
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "evidence/item", v)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/evidence/"+strconv.FormatInt(n, 10)))
}

func (h *Rim) restore(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r, "id")
	if err != nil {
		return err
	}
	if _, err := h.store.Restore(r.Context(), r.Caller, n); err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/evidence/"+strconv.FormatInt(n, 10)))
}
