package peoplehttp

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/people/flow"
	"wengang/internal/region"
	"wengang/internal/sheet"
	"wengang/internal/web"
)

// flowColumns are the ways in and out in the order of the book.
var flowColumns = []flow.Kind{flow.Born, flow.CameIn, flow.MarriedIn, flow.AddedIn, flow.Died, flow.WentOut, flow.MarriedOut, flow.DroppedOut}

type flowLine struct {
	Name, Href string
	Cells      []int
	Opening    int
	Closing    int
	In, Out    int
}

type flowEvent struct {
	flow.Event
	Kind, Ways  string
	Href        string
	UndoHref    string
	Reason      string
	Document    string
	Undoable    bool
	Sign        string
	FromLedger  bool
	RecordedBy  string
	RecordedOn  calendar.Date
	PlaceInside string
}

type flowView struct {
	From, To calendar.Month
	Columns  []string
	Lines    []flowLine
	Total    flowLine
	Inner    int
	Events   []flowEvent
	More     int
	Spans    []web.Tab
	Fields   []web.Field
	Export   string
	New      []web.Tab
	Identity string
}

// shownFlows is how many ways a page lists; the export has all.
const shownFlows = 200

// flowBook is the registers of change of a place and period.
func (h *Rim) flowBook(w http.ResponseWriter, r *web.Request) error {
	b, err := h.readBook(r)
	if err != nil {
		return err
	}
	v := flowView{From: b.From, To: b.To, Inner: b.Inner, Total: h.flowLine(r, &b.Total)}
	for _, k := range flowColumns {
		v.Columns = append(v.Columns, r.T("people.flow.kind."+strconv.Itoa(int(k))))
	}
	for i := range b.Places {
		if l := h.flowLine(r, &b.Places[i]); l.Opening+l.Closing+l.In+l.Out > 0 {
			v.Lines = append(v.Lines, l)
		}
	}
	events := b.Events
	if v.More = len(events) - shownFlows; v.More > 0 {
		events = events[:shownFlows]
	}
	for i := range events {
		v.Events = append(v.Events, h.flowEvent(r, &events[i]))
	}
	v.Identity = r.T("people.flow.identity", v.Total.Opening, v.Total.In, v.Total.Out, v.Total.Closing)
	for _, s := range []struct {
		name     string
		from, to calendar.Month
	}{{"month", r.Month, r.Month}, {"quarter", r.Month.Add(-(r.Month.Num() - 1) % 3), r.Month}, {"year", r.Month.January(), r.Month}} {
		v.Spans = append(v.Spans, web.Tab{Label: r.T("people.flow.span." + s.name), Href: r.Self("from", s.from.String(), "to", s.to.String()), On: b.From == s.from && b.To == s.to})
	}
	v.Fields = []web.Field{{Name: "from", Label: r.T("people.flow.from"), Kind: "month", Value: b.From.String()}, {Name: "to", Label: r.T("people.flow.to"), Kind: "month", Value: b.To.String()}}
	if r.Can(account.PeopleExport) {
		v.Export = r.Link("/people/flow/export", "from", b.From.String(), "to", b.To.String())
	}
	if r.Can(account.PeopleEdit) {
		for _, k := range []flow.Kind{flow.Born, flow.CameIn, flow.MarriedIn} {
			v.New = append(v.New, web.Tab{Label: r.T("people.flow.kind." + strconv.Itoa(int(k))), Href: r.Link("/people/new", "flow", int(k))})
		}
	}
	return h.shell.Page(w, r, "people/flow", v)
}

func (h *Rim) readBook(r *web.Request) (*flow.Book, error) {
	from, to := r.Month, r.Month
	for name, dst := range map[string]*calendar.Month{"from": &from, "to": &to} {
		if s := r.URL.Query().Get(name); s != "" {
			m, err := calendar.ParseMonth(s)
			if err != nil {
				return nil, fault.NotFoundf("web.badmonth")
			}
			*dst = m
		}
	}
	var places []region.Code
	if tree, ok := h.tree.(interface {
		Children(region.Code) []region.Code
	}); ok {
		places = tree.Children(r.At)
	}
	return h.flows.Read(r.Context(), r.FullScope(), r.At, from, to, places)
}

func (h *Rim) flowLine(r *web.Request, l *flow.Line) flowLine {
	out := flowLine{Name: h.short(l.Place), Opening: l.Opening, Closing: l.Closing, In: l.In(), Out: l.Out(), Href: r.Self("at", l.Place.Full())}
	for _, k := range flowColumns {
		out.Cells = append(out.Cells, l.By[k])
	}
	return out
}

func (h *Rim) flowEvent(r *web.Request, e *flow.Event) flowEvent {
	out := flowEvent{Event: *e, Href: h.personLink(r, e.Person), FromLedger: e.Paper == nil}
	kind := flow.AddedIn
	switch {
	case e.Paper != nil:
		kind = e.Paper.Kind
	case e.From != 0 && e.To != 0:
		kind = flow.Moved
	case e.From != 0 && e.Exit == 1:
		kind = flow.Died
	case e.From != 0 && e.Exit == 2:
		kind = flow.WentOut
	case e.From != 0:
		kind = flow.DroppedOut
	}
	out.Kind = r.T("people.flow.kind." + strconv.Itoa(int(kind)))
	name := func(c region.Code) string {
		if r.At.Contains(c) {
			return h.placeBelow(r, c)
		}
		return h.fromCounty(c)
	}
	switch {
	case e.From != 0 && e.To != 0:
		out.Ways = r.T("people.correct.arrow", name(e.From), name(e.To))
	case e.To != 0:
		out.Ways = name(e.To)
	default:
		out.Ways = name(e.From)
	}
	if p := e.Paper; p != nil {
		out.Reason, out.Document, out.Undoable, out.RecordedBy = join(p.Reason, p.Place), p.Document, p.Undoable && r.Caller.Scope(account.PeopleEdit).Contains(p.Village), p.By
		out.UndoHref = r.Link(fmt.Sprintf("/people/%d/flow/%d", e.Person, p.ID))
	}
	return out
}

// flowExport is the book as a workbook, on record before it is answered.
func (h *Rim) flowExport(w http.ResponseWriter, r *web.Request) error {
	b, err := h.readBook(r)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if err := h.flowWorkbook(r, b, &buf); err != nil {
		return err
	}
	var ids []int64
	for _, e := range b.Events {
		ids = append(ids, e.Person)
	}
	if err := h.exported(r.Context(), r.Caller, audit.Export{Kind: "people", Region: r.At, Rows: int64(len(b.Events)), People: ids}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="flow-%d-%s-%s.xlsx"`, int64(r.At), b.From, b.To))
	_, err = w.Write(buf.Bytes())
	return err
}

func (h *Rim) flowWorkbook(r *web.Request, b *flow.Book, buf *bytes.Buffer) error {
	wb, err := sheet.NewWriter("")
	if err != nil {
		return err
	}
	defer wb.Close()
	head := []any{r.T("people.village"), r.T("people.flow.opening")}
	widths := []float64{24, 10}
	for _, k := range flowColumns {
		head, widths = append(head, r.T("people.flow.kind."+strconv.Itoa(int(k)))), append(widths, 10)
	}
	if err := wb.Sheet(r.T("people.nav.flow"), append(widths, 10), 1); err != nil {
		return err
	}
	if err := wb.RowLook(sheet.Head, append(head, r.T("people.flow.closing"))...); err != nil {
		return err
	}
	for _, l := range append(append([]flow.Line(nil), b.Places...), b.Total) {
		v := h.flowLine(r, &l)
		row := []any{v.Name, v.Opening}
		for _, c := range v.Cells {
			row = append(row, c)
		}
		if err := wb.Row(append(row, v.Closing)...); err != nil {
			return err
		}
	}
	if err := wb.Sheet(r.T("people.flow.list"), []float64{12, 10, 12, 22, 28, 24, 24}, 1); err != nil {
		return err
	}
	err = wb.RowLook(sheet.Head, r.T("people.flow.on"), r.T("people.flow.kind"), r.T("people.field.name"), r.T("people.field.id_number"), r.T("people.village"), r.T("people.reason"), r.T("people.flow.document"))
	for i := 0; err == nil && i < len(b.Events); i++ {
		e := h.flowEvent(r, &b.Events[i])
		err = wb.Row(e.Date.String(), e.Kind, e.Name, e.IDMask, e.Ways, e.Reason, e.Document)
	}
	if err != nil {
		return err
	}
	return wb.Write(buf)
}

// undoFlowForm asks why an entry is taken back.
func (h *Rim) undoFlowForm(w http.ResponseWriter, r *web.Request) error {
	f, _, err := h.flowForm(r)
	if err != nil {
		return err
	}
	return h.show(w, r, f)
}

func (h *Rim) flowForm(r *web.Request) (*form, *flow.Paper, error) {
	f, head, err := h.formOn(r, "people.flow.undo", "people.flow.undo.do")
	if err != nil {
		return nil, nil, err
	}
	id, err := pathID(r, "flow")
	if err != nil {
		return nil, nil, err
	}
	papers, err := h.flows.Papers(r.Context(), r.FullScope(), head.P.ID)
	if err != nil {
		return nil, nil, err
	}
	for i := range papers {
		if p := &papers[i]; p.ID == id {
			f.view.Danger, f.view.Note = true, join(p.On.String(), r.T("people.flow.kind."+strconv.Itoa(int(p.Kind))), p.Reason)
			f.add(web.Field{Name: "reason", Label: r.T("people.reason"), Required: true, Max: 200, Wide: true, Hint: r.T("people.flow.undo.hint")})
			return f, p, nil
		}
	}
	return nil, nil, errNotFound
}

func (h *Rim) undoFlow(w http.ResponseWriter, r *web.Request) error {
	f, p, err := h.flowForm(r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if err = h.flows.Undo(r.Context(), r.FullScope(), r.Caller, id, p.ID, r.PostFormValue("reason")); err == nil {
		return r.Redirect(w, r.Link("/people/flow"))
	}
	if err = f.failed(err); err != nil {
		return err
	}
	f.view.Sections[0].Fields[0].Error = f.bad["reason"]
	return h.show(w, r, f)
}

// actFields are what every entry of a register asks.
func (f *form) actFields(kinds []flow.Kind, on calendar.Date, place bool) {
	asked := f.r.URL.Query().Get("flow")
	if asked == "" {
		switch {
		case kinds[0].Entry():
			asked = strconv.Itoa(int(flow.AddedIn))
		case kinds[0].Between():
			asked = strconv.Itoa(int(flow.Moved))
		} // who died and who left is chosen by hand
	}
	now := f.typed("flow", asked)
	fl := web.Field{Name: "flow", Label: f.r.T("people.flow.kind"), Kind: "radio", Required: true, Wide: true}
	for _, k := range kinds {
		v := strconv.Itoa(int(k))
		fl.Options = append(fl.Options, web.Option{Value: v, Label: f.r.T("people.flow.kind." + v), Hint: f.r.T("people.flow.hint." + v), On: v == now})
	}
	f.add(fl)
	f.add(web.Field{Name: "on", Label: f.r.T("people.flow.on"), Kind: "date", Value: on.String(), Required: true})
	if place {
		f.add(web.Field{Name: "other_place", Label: f.r.T("people.flow.place"), Max: 80, Hint: f.r.T("people.flow.place.hint")})
	}
	f.add(web.Field{Name: "document", Label: f.r.T("people.flow.document"), Max: 200, Hint: f.r.T("people.flow.document.hint")})
	f.add(web.Field{Name: "reason", Label: f.r.T("people.reason"), Max: 200, Wide: true})
}

func (f *form) act() flow.Act {
	return flow.Act{Kind: flow.Kind(f.intOf("flow")), On: f.dateOf("on"), Reason: f.r.PostFormValue("reason"), Document: f.r.PostFormValue("document"), Place: f.r.PostFormValue("other_place")}
}

// newborn fills the form of a child of a household.
func (h *Rim) newborn(r *web.Request, p *fact.Person) {
	if r.URL.Query().Get("flow") == strconv.Itoa(int(flow.Born)) {
		p.IDKind, p.Household, p.Relation = 1, r.URL.Query().Get("household"), 0
	}
}
