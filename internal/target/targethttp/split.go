package targethttp

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/target/split"
	"wengang/internal/web"
)

type splitsView struct {
	Rows  []splitLine
	Empty web.Empty
}

type splitLine struct {
	*split.Split
	Href  string
	Badge web.Badge
	Who   string
	When  int64
}

func (h *Rim) splitList(w http.ResponseWriter, r *web.Request) error {
	all, err := h.splits.List(r.Context(), r.Caller, r.At)
	if err != nil {
		return err
	}
	v := splitsView{Empty: web.Empty{Icon: "arrows-split", Title: r.T("target.split.empty"), Note: r.T("target.split.empty_note"), Action: r.T("web.nav.target"), Href: r.Link("/target")}}
	for _, x := range all {
		hand := x.Created
		for _, y := range []split.Hand{x.Saved, x.Submitted, x.Decided} {
			if y.At > hand.At {
				hand = y
			}
		}
		v.Rows = append(v.Rows, splitLine{Split: x, Href: h.splitPath(r, x.ID), Badge: stateBadge(r, x.State), Who: hand.Name, When: hand.At})
	}
	return h.shell.Page(w, r, "target/splits", v)
}

var stateLook = map[split.State][2]string{
	split.Draft: {"dash", "pencil"}, split.Review: {"neu", "clock"}, split.Force: {"work", "check"},
	split.Replaced: {"out", "history"}, split.Withdrawn: {"out", "arrow-back-up"}, split.Dropped: {"out", "x"},
}

func stateBadge(r *web.Request, s split.State) web.Badge {
	return web.Badge{Kind: stateLook[s][0], Icon: stateLook[s][1], Text: r.T("target.split.state." + string(s))}
}

func (h *Rim) splitPath(r *web.Request, id int64) string {
	return r.Link("/decompose/" + strconv.FormatInt(id, 10))
}

// begin opens the decomposition of a table's row at a place.
func (h *Rim) begin(w http.ResponseWriter, r *web.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	at := r.At
	if v := r.PostFormValue("place"); v != "" {
		if at, err = region.ParseCode(v); err != nil {
			return fault.NotFoundf("fault.notfound")
		}
	}
	decimals := -1
	if n, err := strconv.Atoi(r.PostFormValue("decimals")); err == nil && n >= 0 && n <= 4 {
		decimals = n
	}
	id, err = h.splits.Begin(r.Context(), r.Caller, id, at, r.PostFormValue("unit"), decimals)
	if err != nil {
		return err
	}
	return r.Redirect(w, h.splitPath(r, id))
}

func (h *Rim) splitShow(w http.ResponseWriter, r *web.Request) error {
	x, err := h.splitOf(r)
	if err != nil {
		return err
	}
	v, err := h.splitView(r, x)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "target/split", v)
}

func idOf(r *web.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return id, nil
}

func (h *Rim) splitOf(r *web.Request) (*split.Split, error) {
	id, err := idOf(r)
	if err != nil {
		return nil, err
	}
	return h.splits.Get(r.Context(), r.Caller, id)
}

// save writes a draft; its buttons also fill it by a method or send it on.
func (h *Rim) splitSave(w http.ResponseWriter, r *web.Request) error {
	x, err := h.splitOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	lock, _ := strconv.Atoi(r.PostFormValue("lock"))
	do := r.PostFormValue("do")
	e := editOf(r)
	if method, fill := strings.CutPrefix(do, "fill:"); fill {
		err = h.splits.Fill(r.Context(), r.Caller, x.ID, lock, method, r.Month)
	} else if err = h.splits.Save(r.Context(), r.Caller, x.ID, lock, e); err == nil && do == "submit" {
		err = h.splits.Submit(r.Context(), r.Caller, x.ID, lock+1)
		if fault.Is(err, fault.Invalid) {
			x, _ = h.splitOf(r)
		}
	}
	if err != nil {
		return h.splitAgain(w, r, x, &e, err)
	}
	return r.Redirect(w, h.splitPath(r, x.ID))
}

// splitAgain shows what was typed with what is wrong with it; over another's
// save, with that said on top.
func (h *Rim) splitAgain(w http.ResponseWriter, r *web.Request, x *split.Split, e *split.Edit, err error) error {
	status := http.StatusUnprocessableEntity
	conflict := fault.Is(err, fault.Conflict) && x != nil && x.State == split.Draft
	if x == nil || !conflict && !fault.Is(err, fault.Invalid) {
		return err
	}
	if e != nil {
		x.Rows, x.Rule, x.BP = e.Rows, e.Rule, e.BP
	}
	v, verr := h.splitView(r, x)
	if verr != nil {
		return verr
	}
	if conflict {
		status, v.Note = http.StatusConflict, r.T("target.split.lock", x.Saved.Name)
	} else {
		v.Errors = r.FieldTexts(err)
	}
	return h.shell.PageStatus(w, r, status, "target/split", v)
}

func editOf(r *web.Request) split.Edit {
	e := split.Edit{Rule: r.PostFormValue("rule")}
	if f, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(r.PostFormValue("percent")), "%"), 64); err == nil && f >= 0 && f <= 100 {
		e.BP = int(f*100 + 0.5)
	}
	for name, values := range r.PostForm {
		part, code, ok := strings.Cut(name, ".")
		if !ok || !strings.HasPrefix(part, "v") {
			continue
		}
		n, err := strconv.Atoi(part[1:])
		c, cerr := region.ParseCode(code)
		if err != nil || cerr != nil {
			continue
		}
		row := split.Row{Part: n, Region: c, Printed: values[0]}
		if n == 0 {
			row.Note = r.PostFormValue("note." + code)
		}
		e.Rows = append(e.Rows, row)
	}
	return e
}

// act is what may be done with a decomposition as a whole by who writes it.
func (h *Rim) splitAct(w http.ResponseWriter, r *web.Request) error {
	x, err := h.splitOf(r)
	if err != nil {
		return err
	}
	lock, _ := strconv.Atoi(r.PostFormValue("lock"))
	switch split.Action(r.PostFormValue("do")) {
	case split.Recall:
		err = h.splits.Recall(r.Context(), r.Caller, x.ID, lock)
	case split.Drop:
		err = h.splits.Drop(r.Context(), r.Caller, x.ID, lock)
	default:
		return fault.NotFoundf("fault.notfound")
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, h.splitPath(r, x.ID))
}

// sign is what a second person does: sign, send back, withdraw.
func (h *Rim) splitSign(w http.ResponseWriter, r *web.Request) error {
	x, err := h.splitOf(r)
	if err != nil {
		return err
	}
	lock, _ := strconv.Atoi(r.PostFormValue("lock"))
	switch split.Action(r.PostFormValue("do")) {
	case split.Sign:
		day, _ := calendar.ParseDate(r.PostFormValue("doc_date"))
		err = h.splits.Sign(r.Context(), r.Caller, x.ID, lock, r.PostFormValue("doc_no"), day)
	case split.Return:
		err = h.splits.Return(r.Context(), r.Caller, x.ID, lock, r.PostFormValue("reason"))
	case split.Withdraw:
		err = h.splits.Withdraw(r.Context(), r.Caller, x.ID, lock, r.PostFormValue("reason"))
	default:
		return fault.NotFoundf("fault.notfound")
	}
	if fault.Is(err, fault.Invalid) {
		return h.splitAgain(w, r, x, nil, err)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, h.splitPath(r, x.ID))
}

func (h *Rim) splitExport(w http.ResponseWriter, r *web.Request) error {
	x, err := h.splitOf(r)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if x, err = h.splits.Workbook(r.Context(), r.Caller, x.ID, &buf); err != nil {
		return err
	}
	return sendBook(w, &buf, "decomposition"+strconv.FormatInt(x.ID, 10), h.name(x.Region)+strconv.Itoa(x.Year)+"年"+x.Indicator+"分解表")
}

func sendBook(w http.ResponseWriter, buf *bytes.Buffer, plain, name string) error {
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="`+plain+`.xlsx"; filename*=UTF-8''`+url.PathEscape(name+".xlsx"))
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write(buf.Bytes())
	return err
}
