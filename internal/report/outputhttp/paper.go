package outputhttp

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report/summary"
	"wengang/internal/web"
)

// act does one step and leads back; wrong entries are shown on the page.
func (h *Rim) act(do func(ctx context.Context, r *web.Request, ref summary.Ref) error) web.Action {
	return func(w http.ResponseWriter, r *web.Request) error {
		ref, err := h.ref(r)
		if err != nil {
			return err
		}
		err = do(r.Context(), r, ref)
		if fault.Is(err, fault.Invalid) {
			v, verr := h.paperView(r)
			if verr != nil {
				return verr
			}
			v.Errors = r.FieldTexts(err)
			return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "output/paper", v)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, paperLink(r, ref, "", "version", ""))
	}
}

func (h *Rim) make(ctx context.Context, r *web.Request, ref summary.Ref) error {
	_, err := h.papers.Make(ctx, r.Caller, ref)
	return err
}

func (h *Rim) upload(ctx context.Context, r *web.Request, ref summary.Ref) error {
	if !r.Caller.Scope(account.ReportFill).Contains(ref.Region) {
		return fault.NotFoundf("fault.notfound") // before the file is read
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			return fault.InvalidFields(fault.Field{Name: "file", Key: "summary.file.empty"})
		}
		if err != nil {
			return fault.Wrap(err, fault.Invalid, "web.badform")
		}
		if p.FormName() != "file" || p.FileName() == "" {
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(p, summary.MaxBytes+1))
		if err != nil {
			return fault.Wrap(err, fault.Invalid, "web.badform")
		}
		return h.papers.Upload(ctx, r.Caller, ref, p.FileName(), raw)
	}
}

func (h *Rim) submit(ctx context.Context, r *web.Request, ref summary.Ref) error {
	return h.papers.Send(ctx, r.Caller, ref)
}

func (h *Rim) review(a summary.Action) func(context.Context, *web.Request, summary.Ref) error {
	return func(ctx context.Context, r *web.Request, ref summary.Ref) error {
		return h.papers.Review(ctx, r.Caller, ref, a, r.PostFormValue("remark"))
	}
}

// docx answers a draft as an editable document.
func (h *Rim) docx(w http.ResponseWriter, r *web.Request) error {
	ref, err := h.ref(r)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(r.URL.Query().Get("version"))
	d, err := h.papers.Draft(r.Context(), r.Caller.Scope(account.ReportRead), ref, version)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if err := summary.Docx(d, &buf); err != nil {
		return err
	}
	if err := h.papers.Out(r.Context(), r.Caller, ref, 0, "draft"); err != nil {
		return err
	}
	return send(w, docxType, ref.Kind.ID+ref.Period.String()+".docx", d.Title+"（起草稿）.docx", buf.Bytes())
}

// final answers the edited document as it was uploaded.
func (h *Rim) final(w http.ResponseWriter, r *web.Request) error {
	ref, err := h.ref(r)
	if err != nil {
		return err
	}
	p, raw, err := h.papers.File(r.Context(), r.Caller, ref)
	if err != nil {
		return err
	}
	return send(w, docxType, ref.Kind.ID+ref.Period.String()+"-final.docx", p.Name, raw)
}

// Todos are the caller's own papers that fall due and are not sent.
func (h *Rim) Todos(ctx context.Context, r *web.Request) ([]web.Todo, error) {
	if !r.Caller.Scope(account.ReportFill).Contains(r.At) || r.At.Level() > region.County {
		return nil, nil
	}
	var out []web.Todo
	k := summary.Kinds()[0]
	p := k.At(h.today().Month())
	due := k.Due(p)
	if due.Time().Sub(h.today().Time()).Hours() > 24*30 {
		return nil, nil
	}
	ref := summary.Ref{Kind: k, Region: r.At, Period: p}
	paper, err := h.papers.Get(ctx, r.Caller.Scope(account.ReportRead), ref)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil || paper != nil && (paper.State == summary.Submitted || paper.State == summary.Accepted) {
		return nil, err
	}
	return append(out, web.Todo{Due: due, Icon: "file-text", Title: r.T("summary.todo", k.Name), Note: p.String(), Hint: r.T("summary.due"), Action: r.T("summary.open"), Href: paperLink(r, ref, "")}), nil
}
