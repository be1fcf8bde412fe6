package boardhttp

import (
	"net/http"

	"wengang/internal/web"
)

type whyPageView struct {
	Sub   string
	Why   *whyView
	Empty *web.Empty
}

// whyPage explains a change with all its parts; places lead to the same
// question below.
func (h *Rim) whyPage(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r, view(r))
	if err != nil {
		return err
	}
	v := whyPageView{Sub: h.sub(a)}
	if a.now().Rows == 0 {
		v.Empty = &web.Empty{Icon: "chart-line", Title: r.T("board.empty", a.month.String()), Note: r.T("board.empty.note")}
		return h.shell.Page(w, r, "board/why", v)
	}
	a.children = h.children(r, a.at)
	q, err := whyOf(a)
	if err != nil {
		return err
	}
	if v.Why, err = h.whyView(a, q, true); err != nil {
		return err
	}
	return h.shell.Page(w, r, "board/why", v)
}
