package peoplehttp

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/people/entry"
	"wengang/internal/region"
	"wengang/internal/web"
	"wengang/internal/work"
)

// entryRow is one row of the screen: what is known, what was typed, what
// became of it.
type entryRow struct {
	people.Row
	N           int
	Letter      string // of a sheet
	Key         string // of the row's fields: s<key>, w<key>, …
	Age         int
	Now         string // state in words
	Code        int    // of the state, 0 unverified
	Job         string
	Wage        string
	Seen        string
	Status      string // typed
	Money       string
	Place       string
	Employer    string
	Channel     string
	Error       string
	Done        string
	Open        bool // the fields of new work stand in the row
	BackTo      string
	Gone        bool
	SeenInMonth bool
}

type entryView struct {
	Village  string
	Month    calendar.Month
	Closed   bool
	Now      string // this month, where the page's is closed
	More     bool
	Choose   []web.Tab // villages, where the page's place is above one
	Rows     []entryRow
	Legend   []string
	Saved    int
	Failed   int
	Asked    bool // something was saved or refused just now
	Counts   [3]int
	Sheets   []entry.Sheet
	Sheet    *entry.Sheet
	Errors   []web.FieldText
	Totals   []web.Field
	Lines    string
	Channels []web.Option
	Action   string
	Back     string
	CanAll   bool
	Empty    web.Empty
}

// entry is the month of a village on one screen.
func (h *Rim) entry(w http.ResponseWriter, r *web.Request) error {
	if r.At.Level() != region.Village {
		return h.entryChoose(w, r)
	}
	v, b, err := h.entryView(r)
	if err != nil {
		return err
	}
	h.entryRows(r, v, b.Rows, nil, nil)
	return h.shell.Page(w, r, "people/entry", v)
}

// entryChoose leads from a town or county to its villages.
func (h *Rim) entryChoose(w http.ResponseWriter, r *web.Request) error {
	v := entryView{Month: r.Month, Empty: web.Empty{Icon: "map-pin", Title: r.T("people.entry.choose"), Note: r.T("people.entry.choose.note")}}
	tree, ok := h.tree.(interface {
		Children(region.Code) []region.Code
	})
	if ok && r.At.Level() >= region.County {
		for _, c := range tree.Children(r.At) {
			v.Choose = append(v.Choose, web.Tab{Label: h.short(c), Href: r.Link("/people/entry", "at", c.Full())})
		}
	}
	var err error
	v.Sheets, err = h.entries.Sheets(r.Context(), r.Scope())
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "people/entrychoose", v)
}

func (h *Rim) entryView(r *web.Request) (*entryView, *entry.Book, error) {
	b, err := h.entries.Read(r.Context(), r.FullScope(), r.At, r.Month)
	if err != nil {
		return nil, nil, err
	}
	v := &entryView{Village: h.short(r.At), Month: r.Month, Closed: b.Closed, More: b.More, Action: r.Link("/people/entry"), CanAll: !b.Closed,
		Empty: web.Empty{Icon: "users", Title: r.T("people.sheet.nobody"), Note: r.T("people.entry.nobody")}}
	if m := h.today().Month(); b.Closed && m != r.Month {
		v.Now = r.Self("month", m.String())
	}
	v.Legend, v.Channels = legend(r), channels(r)
	if v.Sheets, err = h.entries.Sheets(r.Context(), r.Scope()); err != nil {
		return nil, nil, err
	}
	return v, b, nil
}

// legend is what the digits mean.
func legend(r *web.Request) []string {
	out := []string{"0 " + r.T("people.entry.same")}
	for _, wd := range fact.Status.Words {
		out = append(out, strconv.Itoa(wd.Code)+" "+word(r, "status", wd.Code))
	}
	return out
}

func channels(r *web.Request) []web.Option {
	var out []web.Option
	for _, wd := range fact.Channel.Words {
		out = append(out, web.Option{Value: strconv.Itoa(wd.Code), Label: word(r, "channel", wd.Code)})
	}
	return out
}

// entryRows makes the rows; answers and texts are what was sent, by person.
func (h *Rim) entryRows(r *web.Request, v *entryView, rows []people.Row, answers map[int64]work.Answer, own map[int64]string) {
	today := h.today()
	for i := range rows {
		p := &rows[i]
		e := entryRow{Row: *p, N: i + 1, Key: id10(p.ID), Age: ageOf(p.Birth, today), Now: stateText(r, p.State), Code: p.State.Code}
		if p.State.Unverified {
			e.Code = 0
		}
		if p.Job.Running {
			e.Job, e.Wage = join(p.Job.Employer, h.workPlace(p.Job.Place)), yuanText(p.Job.WageFen)
		} else if p.Job.SpellID != 0 && p.Job.Place != 0 {
			e.BackTo = join(p.Job.Employer, h.workPlace(p.Job.Place))
		}
		if e.SeenInMonth = p.Job.Running && p.Job.Seen >= v.Month && p.Job.Strength >= fact.ByVillage || !p.Job.Running && p.StatusOn.Month() >= v.Month; e.SeenInMonth {
			v.Counts[1]++
		}
		v.Counts[0]++
		h.entryAnswer(r, v, &e, answers, own)
		v.Rows = append(v.Rows, e)
	}
	v.Counts[2] = v.Counts[0] - v.Counts[1]
}

// entryAnswer puts beside a row what became of it, and back what was typed
// where it was refused.
func (h *Rim) entryAnswer(r *web.Request, v *entryView, e *entryRow, answers map[int64]work.Answer, own map[int64]string) {
	a, sent := answers[e.ID]
	e.Error = own[e.ID]
	switch {
	case e.Error != "":
	case !sent:
		return
	case a.Err == nil:
		e.Done = r.T("people.entry." + string(a.Outcome))
		v.Saved++
		return
	default:
		e.Error = errorText(r, a.Err)
		e.Open = needsWork(a.Err)
	}
	v.Failed++
	val := func(p string) string { return strings.TrimSpace(r.PostFormValue(p + e.Key)) }
	e.Status, e.Money, e.Place, e.Employer, e.Channel = val("s"), val("w"), val("p"), val("e"), val("c")
	e.Open = e.Open || e.Place != "" || e.Employer != ""
}

func errorText(r *web.Request, err error) string {
	var e *fault.Error
	if !errors.As(err, &e) {
		return r.T("fault.internal")
	}
	if len(e.Fields) > 0 {
		return r.T(e.Fields[0].Key, e.Fields[0].Args...)
	}
	return r.T(e.Key, e.Args...)
}

func needsWork(err error) bool {
	var e *fault.Error
	if !errors.As(err, &e) {
		return false
	}
	for _, f := range e.Fields {
		if f.Name == "place" || f.Name == "work_place" || f.Name == "employer" {
			return true
		}
	}
	return false
}

// saveEntry saves the rows that were filled in; with all, the others are as
// they were.
func (h *Rim) saveEntry(w http.ResponseWriter, r *web.Request) error {
	if r.At.Level() != region.Village {
		return r.Redirect(w, r.Link("/people/entry"))
	}
	v, b, err := h.entryView(r)
	if err != nil {
		return err
	}
	lines, own := h.entryLines(r, b.Rows)
	if r.PostFormValue("all") == "1" {
		lines = append(lines, untouched(b, lines, own)...)
	}
	answers := map[int64]work.Answer{}
	if len(lines) > 0 {
		out, err := h.entries.Save(r.Context(), r.FullScope(), r.Caller, r.At, r.Month, lines)
		if err != nil {
			return err
		}
		for i, l := range lines {
			answers[l.Person] = out[i]
		}
		if _, b, err = h.entryView(r); err != nil {
			return err
		}
	}
	v.Asked = true
	h.entryRows(r, v, b.Rows, answers, own)
	status := http.StatusOK
	if v.Failed > 0 {
		status = http.StatusUnprocessableEntity
	}
	return h.shell.PageStatus(w, r, status, "people/entry", v)
}
