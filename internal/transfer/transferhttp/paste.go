package transferhttp

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/transfer"
	"wengang/internal/web"
)

// pasteRoutes are the way in through the clipboard.
func (h *Rim) pasteRoutes() {
	h.shell.Add(
		web.Route{Pattern: "GET /import/paste", Need: account.ImportRun, Action: h.pasteForm},
		web.Route{Pattern: "POST /import/paste", Need: account.ImportRun, Action: h.paste, Upload: true},
	)
}

// pasteView is the first step with an area for cells instead of a file.
type pasteView struct {
	formView
	Text  string
	Limit int
	Bad   string
}

func (h *Rim) pasteForm(w http.ResponseWriter, r *web.Request) error {
	return h.showPaste(w, r, http.StatusOK, r.URL.Query().Get("kind"), nil, nil)
}

func (h *Rim) showPaste(w http.ResponseWriter, r *web.Request, status int, kind string, typed map[string]string, failed error) error {
	v, err := h.newForm(r, "/import/paste", kind, typed, failed)
	if err != nil {
		return err
	}
	p := pasteView{formView: v, Text: typed["text"]}
	for _, e := range v.Errors {
		if e.Name == "text" || e.Name == "file" {
			p.Bad = e.Message
		}
	}
	if p.Limit, err = h.imports.PasteLimit(r.Context(), r.Caller, transfer.Request{Region: r.At}); err != nil {
		return err
	}
	return h.shell.PageStatus(w, r, status, "import/paste", p)
}

// paste takes the cells in; what was pasted stays in the area after a refusal.
func (h *Rim) paste(w http.ResponseWriter, r *web.Request) error {
	kind := r.URL.Query().Get("kind")
	mr, err := r.MultipartReader()
	if err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	typed := map[string]string{}
	for {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && part.FormName() == "text" {
			err = pastedText(typed, part)
		} else if err == nil {
			err = field(typed, part)
		}
		if err != nil {
			return unreadable(err)
		}
	}
	req, err := request(kind, typed)
	if err == nil {
		req.Region, req.FileName = r.At, r.T("import.paste.name", h.shell.Now().Format("0102-1504"))+".csv"
		var to string
		to, err = h.enter(r, req, func(req transfer.Request) (int64, error) {
			return h.imports.Paste(r.Context(), r.Caller, req, typed["text"])
		})
		if err == nil {
			return r.Redirect(w, to)
		}
	}
	if fault.Is(err, fault.Invalid) && !tooLarge(err) {
		return h.showPaste(w, r, http.StatusUnprocessableEntity, kind, typed, err)
	}
	return err
}

func pastedText(typed map[string]string, part *multipart.Part) error {
	raw, err := io.ReadAll(io.LimitReader(part, transfer.MaxPaste+1))
	typed["text"] = string(raw)
	return err
}
