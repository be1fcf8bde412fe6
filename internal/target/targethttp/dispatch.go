package targethttp

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/target/dispatch"
	"wengang/internal/web"
)

type dispatchesView struct {
	Rows     []dispatchRow
	Sections []sectionView
	Fields   []web.Field
	Errors   []web.FieldText
	Issue    bool   // the caller may issue here, and the month is closed
	Wait     string // why nothing can be issued by the caller now
	Any      bool   // some section has figures
	Month    string
	Empty    web.Empty
}

type dispatchRow struct {
	*dispatch.Issue
	Href string
}

type sectionView struct {
	dispatch.Section
	Rows  []lineRow
	On    bool   // chosen to be issued: of one calibre the newest table
	Units string // of what was done
	Slow  int
}

type lineRow struct {
	*dispatch.Line
	Rate, Time float64
	Change     string
	Moved      string
	Remark     string
	Slow, Done bool
	Name       string
}

// dispatchList shows the month's completion as it is now and what was issued
// before.
func (h *Rim) dispatchList(w http.ResponseWriter, r *web.Request) error {
	v, err := h.dispatchesView(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "target/dispatches", v)
}

func (h *Rim) dispatchesView(r *web.Request) (*dispatchesView, error) {
	scope := r.Caller.Scope(account.TargetRead)
	v := &dispatchesView{Month: r.Month.String(), Issue: r.Caller.Scope(account.TargetSign).Contains(r.At),
		Empty: web.Empty{Icon: "clipboard-list", Title: r.T("target.dispatch.empty"), Note: r.T("target.dispatch.empty_note"), Action: r.T("web.nav.target"), Href: r.Link("/target")}}
	all, err := h.dispatches.List(r.Context(), scope, r.At)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		v.Rows = append(v.Rows, dispatchRow{x, r.Link("/dispatch/" + strconv.FormatInt(x.ID, 10))})
	}
	closed, err := h.dispatches.Closed(r.Context(), scope, r.At, r.Month)
	if err != nil {
		return nil, err
	}
	switch {
	case !closed:
		v.Wait = r.T("target.dispatch.open", r.Month.String())
	case !v.Issue:
		v.Wait = r.T("target.dispatch.signer")
	}
	v.Issue = v.Issue && closed
	sections, err := h.dispatches.Sections(r.Context(), scope, r.At, r.Month)
	if err != nil {
		return nil, err
	}
	for i := range sections {
		if sections[i].Known {
			v.Any = true
			v.Sections = append(v.Sections, sectionOf(r, &sections[i]))
		}
	}
	newest := map[string]int64{}
	for _, x := range v.Sections {
		newest[x.Key] = max(newest[x.Key], x.Table)
	}
	for i := range v.Sections {
		v.Sections[i].On = newest[v.Sections[i].Key] == v.Sections[i].Table
	}
	v.Fields = []web.Field{{Name: "title", Label: r.T("target.dispatch.name"), Value: r.T("target.dispatch.default", h.name(r.At), r.Month.Year(), r.Month.Num()), Max: 80, Wide: true},
		{Name: "doc_no", Label: r.T("target.dispatch.doc"), Hint: r.T("target.dispatch.doc_hint"), Max: 80},
		{Name: "note", Label: r.T("target.dispatch.note"), Kind: "area", Max: 400, Wide: true}}
	return v, nil
}

func sectionOf(r *web.Request, sec *dispatch.Section) sectionView {
	out := sectionView{Section: *sec, Units: r.T("target.persons")}
	if !strings.HasSuffix(sec.Unit, "人") {
		out.Units = strings.TrimPrefix(sec.Unit, "万")
	}
	for _, l := range sec.Order() {
		x := lineRow{Line: l, Rate: float64(l.RateBP) / 100, Time: float64(l.TimeBP) / 100, Change: "—", Moved: "—", Slow: l.Behind, Done: l.Met, Name: l.Name}
		if n, known := l.Change(); known {
			x.Change = web.Signed(n)
		}
		if l.Rank > 0 && l.LastRank > 0 {
			x.Moved = dispatch.Moved(l.LastRank - l.Rank)
			if l.LastRank == l.Rank {
				x.Moved = r.T("target.dispatch.same")
			}
		}
		switch {
		case l.Actual < 0:
			x.Remark = r.T("target.dispatch.unknown")
		case l.Met:
			x.Remark = r.T("target.met")
		case l.Behind:
			x.Remark = r.T("target.behind")
			if l.Role == dispatch.Row {
				out.Slow++
			}
		}
		switch l.Role {
		case dispatch.Total:
			x.Name = r.T("target.dispatch.total", l.Name)
		case dispatch.Part:
			x.Name = r.T("target.part", l.Name)
		}
		out.Rows = append(out.Rows, x)
	}
	return out
}

func (h *Rim) dispatchIssue(w http.ResponseWriter, r *web.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	p := dispatch.Paper{Title: r.PostFormValue("title"), DocNo: r.PostFormValue("doc_no"), Note: r.PostFormValue("note")}
	for _, s := range r.PostForm["tables"] {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			p.Tables = append(p.Tables, id)
		}
	}
	id, err := h.dispatches.Issue(r.Context(), r.Caller, r.At, r.Month, p)
	if fault.Is(err, fault.Invalid) {
		v, verr := h.dispatchesView(r)
		if verr != nil {
			return verr
		}
		v.Errors = r.FieldTexts(err)
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "target/dispatches", v)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/dispatch/"+strconv.FormatInt(id, 10)))
}

// shown: an inspector reads the months of the document only.
func shown(r *web.Request, x *dispatch.Issue) bool {
	return r.Caller.Inspection == nil || r.Caller.Inspection.Covers(x.Month)
}

type dispatchView struct {
	*dispatch.Issue
	Views       []sectionView
	Export      string
	Left, Right string
	Gap         string
}

func (h *Rim) dispatchShow(w http.ResponseWriter, r *web.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	x, err := h.dispatches.Get(r.Context(), r.Caller.Scope(account.TargetRead), id)
	if err != nil {
		return err
	}
	if !shown(r, x) {
		return fault.NotFoundf("fault.notfound")
	}
	v := dispatchView{Issue: x, Export: r.Link("/dispatch/" + strconv.FormatInt(id, 10) + "/export"), Gap: strconv.FormatFloat(x.Gap*100, 'f', -1, 64)}
	v.Left, v.Right = r.T("target.dispatch.number", x.Year, x.Number), r.T("target.dispatch.asof", x.Month.Year(), x.Month.Num())
	for i := range x.Sections {
		v.Views = append(v.Views, sectionOf(r, &x.Sections[i]))
	}
	return h.shell.Page(w, r, "target/dispatch", v)
}

func (h *Rim) dispatchExport(w http.ResponseWriter, r *web.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	x, err := h.dispatches.Get(r.Context(), r.Caller.Scope(account.TargetRead), id)
	if err != nil {
		return err
	}
	if !shown(r, x) {
		return fault.NotFoundf("fault.notfound")
	}
	var buf bytes.Buffer
	x, err = h.dispatches.Workbook(r.Context(), r.Caller, id, &buf)
	if err != nil {
		return err
	}
	return sendBook(w, &buf, "dispatch"+strconv.FormatInt(id, 10), x.Title+"（"+strconv.Itoa(x.Year)+"年第"+strconv.Itoa(x.Number)+"期）")
}
