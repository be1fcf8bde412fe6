package reporthttp

import (
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/report"
	"wengang/internal/web"
)

// banners tell what the page itself does not: signatures that fell, a month
// opened again, cells that no longer give the code.
func (h *Rim) banners(r *web.Request, v *sheetView) error {
	add := func(kind, icon, text string) {
		v.Life.Banners = append(v.Life.Banners, banner{kind, icon, text, "", ""})
	}
	m, err := h.store.ReopenedMonth(r.Context(), r.Caller.Scope(account.ReportRead), v.S)
	if err != nil {
		return err
	}
	if m != "" {
		add("yel", "lock-open", r.T("report.banner.reopened", m))
	}
	if v.S.Made != nil && v.S.Made.Damaged {
		add("red", "alert-triangle", r.T("report.banner.damaged"))
	}
	if n := len(v.Life.Course.Void); n > 0 && v.S.Report != nil && !v.S.Report.State.Sent() {
		last := v.Life.Course.Void[n-1]
		add("", "info-circle", r.T("report.banner.void", n, r.T("report.void."+string(last.VoidWhy)), db.FromMillis(last.VoidAt).Format("01-02 15:04")))
	}
	if len(v.Life.Marks) > 0 && v.S.Report != nil && v.S.Report.State.Open() {
		open := 0
		for _, m := range v.Life.Marks {
			if m.Badge.Kind == "yel" {
				open++
			}
		}
		if open > 0 {
			add("yel", "message-report", r.T("report.banner.marks", open))
		}
	}
	if v.Life.Course.May[report.Change] && v.form.Rows == report.Units && r.URL.Query().Get("cell") != "" {
		add("", "info-circle", r.T("report.banner.change"))
	}
	var silent []string
	for _, d := range v.Life.Depts {
		if d.Badge.Kind != "neu" {
			silent = append(silent, d.Name)
		}
	}
	if silent != nil && v.Life.waits() == report.Sign {
		add("", "users", r.T("report.banner.depts", strings.Join(silent, "、")))
	}
	for _, s := range v.Life.Course.Steps {
		if s.Next && s.Action != report.Fill && len(s.Named) == 0 {
			b := banner{Kind: "yel", Icon: "user-plus", Text: r.T("report.banner.nobody", r.T("report.step."+string(s.Action)))}
			if v.Life.Signing != "" {
				b.Href, b.Label = v.Life.Signing, r.T("report.signing.name")
			}
			v.Life.Banners = append(v.Life.Banners, b)
		}
	}
	if r.URL.Query().Get("recheck") != "" && v.S.Frozen {
		return h.recheck(r, v)
	}
	return nil
}

// workdays tells how far a day is in working days.
func workdays(r *web.Request, d, today calendar.Date) string {
	switch n := today.WorkingDaysUntil(d); {
	case d == today:
		return r.T("report.days.today")
	case d > today:
		return r.T("report.workdays.left", n)
	default:
		return r.T("report.workdays.past", -n)
	}
}

// recheck tells what today's checks say of the frozen numbers.
func (h *Rim) recheck(r *web.Request, v *sheetView) error {
	now, checked, err := h.store.Recheck(r.Context(), r.Caller.Scope(account.ReportRead), v.S)
	if err != nil {
		return err
	}
	then, fresh := map[string]bool{}, 0
	for _, f := range v.S.Findings {
		then[fmt.Sprint(f.Rule, f.Row, f.Col)] = true
	}
	for _, f := range now {
		if !then[fmt.Sprint(f.Rule, f.Row, f.Col)] {
			fresh++
		}
	}
	v.Life.Banners = append(v.Life.Banners, banner{Icon: "checks", Text: r.T("report.banner.recheck", v.S.Checked-len(v.S.Findings), v.S.Checked, checked-len(now), checked, fresh)})
	return nil
}
