// Package evidencehttp is the pages of attachments: the card of a record, the
// upload from a phone's camera or a file, one attachment, its file.
package evidencehttp

import (
	"embed"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/evidence"
	"wengang/internal/fault"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the pages of attachments.
type Rim struct {
	shell *web.Shell
	store *evidence.Store
}

// New makes the rim; both are needed.
func New(s *web.Shell, e *evidence.Store) *Rim {
	if s == nil || e == nil {
		panic("evidencehttp.New: a dependency is missing")
	}
	return &Rim{shell: s, store: e}
}

// Register adds routes and templates. Which record may be seen and changed is
// its kind's permission, asked by the store.
func (h *Rim) Register() {
	h.shell.Templates("evidence", templates)
	need := account.PeopleRead
	h.shell.Add(
		web.Route{Pattern: "GET /evidence/of/{kind}/{object}", Need: need, Action: h.of},
		web.Route{Pattern: "POST /evidence/of/{kind}/{object}", Need: need, Action: h.add, Upload: true},
		web.Route{Pattern: "GET /evidence/{id}", Need: need, Action: h.item},
		web.Route{Pattern: "GET /evidence/{id}/file", Need: need, Action: h.file, Long: true},
		web.Route{Pattern: "GET /evidence/{id}/thumb", Need: need, Action: h.thumb},
		web.Route{Pattern: "POST /evidence/{id}/remove", Need: need, Action: h.remove},
		web.Route{Pattern: "POST /evidence/{id}/restore", Need: need, Action: h.restore})
}

func id(r *web.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return n, nil
}

type itemView struct {
	evidence.Item
	Href, Src, Icon string
	SortName        string
	SizeText        string
	Said            string
}

type cardView struct {
	Kind     string
	Object   int64
	Items    []itemView
	Off      []itemView
	Count    int
	Edit     bool
	Action   string
	All      string
	Back     string
	Sorts    []web.Option
	Errors   []web.FieldText
	Error    string
	KindName string
}

func (h *Rim) view(r *web.Request, it evidence.Item) itemView {
	base := "/evidence/" + strconv.FormatInt(it.ID, 10)
	v := itemView{Item: it, Href: r.Link(base), Icon: "file-text", SortName: r.T("evidence.sort." + it.Sort), SizeText: sizeText(it.Size)}
	if it.Thumb {
		v.Src = r.Link(base + "/thumb")
	}
	if it.Format != evidence.PDF {
		v.Icon = "eye-off"
	}
	words := make([]string, 0, len(it.Stripped))
	for _, s := range it.Stripped {
		words = append(words, r.T("evidence.stripped."+s))
	}
	v.Said = strings.Join(words, r.T("people.and"))
	return v
}

func sizeText(n int64) string {
	if n < 1<<20 {
		return strconv.FormatInt(max(1, n>>10), 10) + " KB"
	}
	return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"
}

// card reads a record's attachments.
func (h *Rim) card(r *web.Request) (*cardView, error) {
	object, err := id(r, "object")
	if err != nil {
		return nil, err
	}
	kind := r.PathValue("kind")
	items, edit, err := h.store.List(r.Context(), r.Caller, kind, object)
	if err != nil {
		return nil, err
	}
	v := &cardView{Kind: kind, Object: object, Edit: edit, KindName: r.T("evidence.kind." + kind), Action: r.Link(path(kind, object)), All: r.Link(path(kind, object)), Back: back(r, kind, object)}
	for _, it := range items {
		if it.Deleted != 0 {
			v.Off = append(v.Off, h.view(r, it))
		} else {
			v.Items = append(v.Items, h.view(r, it))
		}
	}
	v.Count = len(v.Items)
	for i, s := range evidence.SortsOf(kind) {
		o := web.Option{Value: s.ID, Label: r.T("evidence.sort." + s.ID), On: i == 0}
		if s.Private {
			o.Hint = r.T("evidence.sort.private")
		}
		v.Sorts = append(v.Sorts, o)
	}
	return v, nil
}

func path(kind string, object int64) string {
	return "/evidence/of/" + kind + "/" + strconv.FormatInt(object, 10)
}

// back is the record's own page where it has one.
func back(r *web.Request, kind string, object int64) string {
	n := strconv.FormatInt(object, 10)
	switch kind {
	case "person":
		return r.Link("/people/" + n)
	case "register":
		return r.Link("/register/" + n)
	case "finding":
		return r.Link("/findings/" + n)
	case "report":
		return r.Link("/report")
	}
	return r.Link("/people")
}

// of is the attachments of one record: the card of its page, or a page.
func (h *Rim) of(w http.ResponseWriter, r *web.Request) error {
	v, err := h.card(r)
	if err != nil {
		return err
	}
	if r.HX() {
		return h.shell.Fragment(w, r, "evidence/of", "e-card", v)
	}
	return h.shell.Page(w, r, "evidence/of", v)
}
