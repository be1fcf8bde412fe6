package reporthttp

import (
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/web"
)

// lifeView is where a form stands: the steps with who and when, what the caller
// may do, the departments, the remarks on cells.
type lifeView struct {
	Course   *report.Course
	Signs    bool // the steps tell the state
	Steps    []web.Step
	DueTitle string
	Acts     []actView
	Banners  []banner
	Depts    []deptView
	Record   bool // the caller may record a department's word
	Marks    []markView
	Pending  int // remarks not sent yet
	Code     string
	Scan     string // address of the stamped scan
	ScanBy   string
	MayScan  bool
	Versions string // address
	Call     string // address of the terms, for who sets them
	Signing  string // address of the signatories
}

type actView struct {
	Name, Label, Icon string
	Primary           bool
}

type banner struct{ Kind, Icon, Text, Href, Label string }

type deptView struct {
	Name, Note, Href string
	Badge            web.Badge
	Dept             string
	Speak            bool
}

type markView struct {
	Title, Text, By, Answer string
	Ref, Href               string
	N                       int
	Badge                   web.Badge
	Respond, Remove         bool
}

// life puts the course of the form onto the page.
func (h *Rim) life(r *web.Request, v *sheetView) error {
	c, err := h.store.Course(r.Context(), r.Caller, v.S)
	if err != nil {
		return err
	}
	l := &lifeView{Course: c, DueTitle: r.T("report.due.to", h.above(v.at)), Versions: v.link(r, "/versions", "cell", "", "version", ""), Code: v.S.Code()}
	v.Life = l
	old := v.S.Frozen && v.S.Report != nil && v.S.Version < v.S.Report.Version
	if old {
		c.May = map[report.Action]bool{}
	}
	l.Signs = v.S.Report != nil && v.S.Report.State.Signing() && v.Due >= calendar.DateAt(h.shell.Now())
	h.steps(r, v)
	h.acts(r, v)
	if r.Caller.Scope(account.ReportReview).Contains(v.at) {
		l.Call = v.link(r, "/call", "cell", "")
	}
	if r.Caller.Scope(account.SettingEdit).Contains(v.at) {
		l.Signing = r.Link("/report/signing", "form", v.form.ID, "month", "")
	}
	if err := h.marks(r, v, old); err != nil {
		return err
	}
	h.depts(r, v)
	return h.banners(r, v)
}

// above is who receives the unit's form.
func (h *Rim) above(at region.Code) string {
	if p := at.Parent(); p != region.Country {
		return h.store.Tree.Name(p)
	}
	return h.store.Tree.Name(region.Country)
}

func (h *Rim) steps(r *web.Request, v *sheetView) {
	l, state := v.Life, report.State("")
	if v.S.Report != nil {
		state = v.S.Report.State
	}
	for _, s := range l.Course.Steps {
		x := web.Step{Title: r.T("report.step." + string(s.Action))}
		switch {
		case s.Signed != nil:
			name := s.Signed.Name
			if s.Action == report.Fill && v.S.Filler != "" {
				name = v.S.Filler
			}
			x.State, x.Note = "done", who(name, db.FromMillis(s.Signed.At).Format("01-02 15:04"))
		case s.Next:
			x.State, x.Note = "on", r.T("report.step.waits", names(r, s))
		default:
			x.Note = names(r, s)
		}
		if s.Action == report.Fill && s.Signed == nil {
			x.Note = r.T("report.step.fill.note")
			if state == report.Returned || state == report.Sentback {
				x.Note = r.T("report.state." + string(state))
			}
			if v.S.Report != nil && state.Sent() { // from before there were signatures
				x.State, x.Note = "done", v.S.Filler
			}
		}
		l.Steps = append(l.Steps, x)
	}
	up := web.Step{Title: r.T("report.step.above"), Note: r.T("report.step.above.later")}
	switch state {
	case report.Submitted:
		up.State, up.Note = "on", r.T("report.step.above.waits")
	case report.Accepted, report.Locked:
		up.State, up.Note = "done", r.T("report.state."+string(state))
	}
	l.Steps = append(l.Steps, up)
}

func who(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " · ")
}

// names of a step's persons, or that nobody is named.
func names(r *web.Request, s report.Step) string {
	var out []string
	for _, p := range s.Named {
		out = append(out, p.Name)
	}
	if out == nil {
		return r.T("report.step.nobody")
	}
	return strings.Join(out, "、")
}

// acts are the buttons, the one that carries the form on last.
func (h *Rim) acts(r *web.Request, v *sheetView) {
	l := v.Life
	add := func(a report.Action, icon string, primary bool) {
		if !l.Course.May[a] {
			return
		}
		label := r.T("report.do." + string(a))
		if primary && (a == report.Review || a == report.Approve) {
			label = r.T("report.do."+string(a)+".next", r.T("report.step."+string(l.after(a))))
		}
		l.Acts = append(l.Acts, actView{string(a), label, icon, primary})
	}
	add(report.Recall, "arrow-back-up", false)
	add(report.Back, "arrow-back-up", false)
	add(report.Return, "arrow-back-up", false)
	add(report.Fill, "send", true)
	add(report.Review, "send", true)
	add(report.Approve, "send", true)
	add(report.Sign, "send", true)
	add(report.Accept, "circle-check", true)
	add(report.Lock, "lock", true)
	l.MayScan = v.S.Frozen && v.S.Made != nil && v.S.Report.State.Sent() && v.S.Version == v.S.Report.SentVersion && h.papers != nil && r.Caller.Scope(account.ReportFill).Contains(v.at)
	if m := v.S.Made; m != nil && m.Scan.Evidence != 0 {
		l.Scan = r.Link("/evidence/"+strconv.FormatInt(m.Scan.Evidence, 10), "month", "")
		l.ScanBy = who(m.Scan.ByName, db.FromMillis(m.Scan.At).Format("01-02 15:04"))
	}
}

// after is the step that follows one.
func (l *lifeView) after(a report.Action) report.Action {
	for i, s := range l.Course.Steps {
		if s.Action == a && i+1 < len(l.Course.Steps) {
			return l.Course.Steps[i+1].Action
		}
	}
	return report.Sign
}

// waits is the signature that the form waits for, "" where none.
func (l *lifeView) waits() report.Action {
	for _, s := range l.Course.Steps {
		if s.Next && s.Action != report.Fill {
			return s.Action
		}
	}
	return ""
}

func (h *Rim) depts(r *web.Request, v *sheetView) {
	signing := v.S.Report != nil && v.S.Report.State.Signing()
	speaks := v.Life.Course.Speaks(r.Caller, v.at)
	for _, w := range v.Life.Course.Depts {
		d := deptView{Name: deptName(r, w.Dept), Dept: w.Dept, Badge: web.Badge{Kind: "dash", Icon: "circle-dashed", Text: r.T("report.cosign.waits")}}
		switch w.Verdict {
		case report.Confirm:
			d.Badge = web.Badge{Kind: "neu", Icon: "circle-check", Text: r.T("report.cosign.confirm")}
		case report.Object:
			d.Badge = web.Badge{Kind: "yel", Icon: "alert-triangle", Text: r.T("report.cosign.object")}
		}
		if w.At != 0 {
			d.Note = who(w.Person, db.FromMillis(w.At).Format("01-02 15:04"), w.Remark)
		}
		if w.Evidence != 0 {
			d.Note = who(r.T("report.cosign.recorded", w.Person, w.ByName), db.FromMillis(w.At).Format("01-02 15:04"), w.Remark)
			d.Href = r.Link("/evidence/"+strconv.FormatInt(w.Evidence, 10), "month", "")
		}
		for _, s := range speaks {
			d.Speak = d.Speak || signing && s == w.Dept
		}
		v.Life.Depts = append(v.Life.Depts, d)
	}
	v.Life.Record = signing && h.papers != nil && len(v.Life.Depts) > 0 && r.Caller.Scope(account.ReportFill).Contains(v.at)
}

// deptName is a department's word, or the name as it was written.
func deptName(r *web.Request, d string) string {
	if s := r.T("account.dept." + d); s != "account.dept."+d {
		return s
	}
	return d
}

func (h *Rim) marks(r *web.Request, v *sheetView, old bool) error {
	all, err := h.store.Remarks(r.Context(), r.Caller, v.form.ID, v.at, v.period)
	if err != nil {
		return err
	}
	open := v.S.Report != nil && v.S.Report.State.Open()
	v.Marked = map[string]string{}
	for _, m := range all {
		x := markView{Text: m.Text, By: who(m.ByName, db.FromMillis(m.At).Format("01-02 15:04"), r.T("report.version", m.Version)), N: m.N, Ref: m.Row + "." + strconv.Itoa(m.Col)}
		x.Title, x.Href = m.Row, v.link(r, "", "cell", x.Ref, "version", "")
		if row := v.S.Row(m.Row); row != nil {
			x.Title = row.Name
		}
		for i := range v.form.Columns {
			if v.form.Columns[i].N == m.Col {
				x.Title += " · " + columnName(&v.form.Columns[i])
			}
		}
		switch {
		case m.SentAt == 0:
			x.Badge, x.Remove = web.Badge{Kind: "out", Icon: "pencil", Text: r.T("report.mark.unsent")}, !old
			v.Life.Pending++
		case m.Open():
			x.Badge, x.Respond = web.Badge{Kind: "yel", Icon: "message-report", Text: r.T("report.mark.open")}, open && !old && r.Caller.Scope(account.ReportFill).Contains(v.at)
		default:
			x.Badge = web.Badge{Kind: "neu", Icon: "check", Text: r.T("report.answer." + m.Kind)}
			x.Answer = who(m.Answer, m.AnswerName, db.FromMillis(m.AnswerAt).Format("01-02 15:04"))
		}
		if m.SentAt == 0 || m.Open() {
			v.Marked[x.Ref] = m.Text
		}
		v.Life.Marks = append(v.Life.Marks, x)
	}
	return nil
}
