package peoplehttp

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
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
	v.Identity = r.T("people.flow.identity", web.Thousands(v.Total.Opening), web.Thousands(v.Total.In), web.Thousands(v.Total.Out), web.Thousands(v.Total.Closing))
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
	if i := r.Caller.Inspection; i != nil && !(i.Covers(from) && i.Covers(to)) {
		return nil, fault.NotFoundf("fault.notfound")
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
