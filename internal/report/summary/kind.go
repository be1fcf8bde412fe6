package summary

import (
	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/report"
)

// Kind is a paper that goes up.
type Kind struct {
	ID       string
	Name     string // 阶段性总结
	Title    string // behind the place's name; %s is the period
	Every    report.Every
	Due      func(report.Period) calendar.Date
	Citation string
	chapters []func(*composer) error
}

// Kinds lists the papers.
func Kinds() []*Kind { return kinds }

// KindOf finds a paper, or answers NotFound.
func KindOf(id string) (*Kind, error) {
	for _, k := range kinds {
		if k.ID == id {
			return k, nil
		}
	}
	return nil, fault.NotFoundf("fault.notfound")
}

var kinds []*Kind

func init() { // composer's methods name the kinds
	kinds = []*Kind{
		{
			ID: "stage", Name: "阶段性总结", Title: "关于%s防止返贫就业攻坚行动的阶段性总结", Every: report.Yearly,
			Due:      func(p report.Period) calendar.Date { return calendar.DateOf(p.Year, 12, 15) },
			Citation: "山东省人社厅等三部门 2023-10-12 印发的通知 三(四)",
			chapters: []func(*composer) error{(*composer).opening, (*composer).scale, (*composer).quality, (*composer).groups, (*composer).carriers, (*composer).problems, (*composer).plans},
		},
		{
			ID: "quarter", Name: "就业形势分析", Title: "%s脱贫人口就业形势分析", Every: report.Quarterly,
			Due:      func(p report.Period) calendar.Date { return calendar.DateOf(p.Year, p.Quarter*3, 28) },
			Citation: "山东省人社厅等三部门 2023-10-12 印发的通知 三(一)（定期研判）",
			chapters: []func(*composer) error{(*composer).opening, (*composer).scale, (*composer).quality, (*composer).moves, (*composer).problems, (*composer).plans},
		},
	}
}

// Period reads a period of the paper.
func (k *Kind) Period(s string) (report.Period, error) {
	return (&report.Form{Every: k.Every}).ParsePeriod(s)
}

// At is the paper's period that holds a month.
func (k *Kind) At(m calendar.Month) report.Period { return (&report.Form{Every: k.Every}).PeriodAt(m) }

// State of a paper.
type State string

// The states; "" is a paper that nobody has begun.
const (
	None      State = ""
	Drafted   State = "draft"
	Final     State = "final" // the edited text is in
	Submitted State = "submitted"
	Returned  State = "returned"
	Accepted  State = "accepted"
)

// Action moves a paper.
type Action string

// The actions.
const (
	Make   Action = "draft"
	Upload Action = "upload"
	Submit Action = "submit"
	Return Action = "return"
	Accept Action = "accept"
)

// Step is one line of the life cycle. Above: the permission is needed at the
// place above, whose office reads the paper.
type Step struct {
	From   State
	Action Action
	To     State
	Need   account.Permission
	Above  bool
}

// Life is the whole life cycle of a paper.
var Life = []Step{
	{None, Make, Drafted, account.ReportFill, false},
	{Drafted, Make, Drafted, account.ReportFill, false},
	{Final, Make, Final, account.ReportFill, false}, // figures again beside the text that stands
	{Returned, Make, Returned, account.ReportFill, false},
	{Drafted, Upload, Final, account.ReportFill, false},
	{Final, Upload, Final, account.ReportFill, false},
	{Returned, Upload, Final, account.ReportFill, false},
	{Final, Submit, Submitted, account.ReportFill, false},
	{Submitted, Return, Returned, account.ReportReview, true},
	{Submitted, Accept, Accepted, account.ReportReview, true},
	{Accepted, Return, Returned, account.ReportReview, true},
}

// StepOf finds the line of an action, or false where the state does not allow
// it.
func StepOf(from State, a Action) (Step, bool) {
	for _, s := range Life {
		if s.From == from && s.Action == a {
			return s, true
		}
	}
	return Step{}, false
}
