package app

import (
	"context"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
)

const (
	demoCounty region.Code = 371522000000 // 莘县
	unnamed                = 371524000000 // 东阿县: sent for signature, nobody named yet
)

// demoPosts are who signs for the city and its example county, and as what.
var demoPosts = []struct {
	at    region.Code
	step  report.Action
	login string
	post  string
}{
	{demoCity, report.Review, "lc_reviewer", "就业科科长"}, {demoCity, report.Approve, "lc_deputy", "副局长"}, {demoCity, report.Sign, "lc_leader", "局长"},
	{demoCounty, report.Review, "sx_reviewer", "就业股股长"}, {demoCounty, report.Approve, "sx_deputy", "副局长"}, {demoCounty, report.Sign, "sx_leader", "局长"},
}

// demoForms are how far the counties are with the quarter's 附件1: so that the
// sample shows forms in every state. The example county has not begun.
var demoForms = []struct {
	at     region.Code
	filler string
	until  report.State
}{
	{371581000000, "马立群", report.Locked}, {371526000000, "郭春燕", report.Accepted}, {371525000000, "沈志刚", report.Submitted},
	{371502000000, "田桂英", report.Returned}, {unnamed, "崔明", report.Filled}, {371503000000, "石磊", report.Draft},
}

// signForms names who signs and takes the sample's forms into their states.
func (d *demo) signForms(ctx context.Context) error {
	if d.manifest.Region != demoCity {
		return nil
	}
	for _, p := range demoPosts {
		c, err := d.Accounts.As(ctx, p.login)
		if err != nil {
			return err
		}
		if err := d.Reports.Name(ctx, account.LocalOperator(p.at), "", p.at, p.step, []report.Signatory{{UserID: c.UserID, Name: c.Name, Post: p.post}}); err != nil {
			return err
		}
	}
	month := calendar.MonthAt(d.Clock())
	progress, err := report.ByID("progress")
	if err != nil {
		return err
	}
	for _, x := range demoForms {
		if err := d.takeForm(ctx, x.at, progress.PeriodAt(month), x.filler, x.until); err != nil {
			return fmt.Errorf("form of %s: %w", x.at, err)
		}
	}
	projects, err := report.ByID("projects")
	if err != nil {
		return err
	}
	return d.signProjects(ctx, projects.PeriodAt(month))
}

// takeForm carries a county's 附件1 as far as it is in the sample. These
// counties have no accounts here: the operator acts for them.
func (d *demo) takeForm(ctx context.Context, at region.Code, p report.Period, filler string, until report.State) error {
	if _, ok := d.Tree().Get(at); !ok {
		return nil
	}
	c := account.LocalOperator(at)
	c.Name = filler
	if at != unnamed {
		g := report.Signing{Region: at, Form: "progress", Steps: report.Chain{report.Fill}, Reason: "示例：本县在样例中没有账号"}
		if err := d.Reports.SetSigning(ctx, c, g); err != nil {
			return err
		}
	}
	ref := report.Ref{Form: "progress", Region: at, Period: p, Row: at.Full(), Col: 6}
	if until == report.Draft {
		sh, err := d.Reports.Sheet(ctx, region.ScopeOf(at), "progress", at, p)
		if err != nil {
			return err
		}
		return d.Reports.Correct(ctx, c, ref, sh.Rows[0].Cell("workshops").Value, "名册已与市场监管登记核对，数不变。")
	}
	if _, err := d.Reports.Submit(ctx, c, "progress", at, p, report.Filling{Filler: filler, Phone: "0635-0000000"}); err != nil {
		return err
	}
	city, err := d.Accounts.As(ctx, "lc_reviewer")
	if err != nil {
		return err
	}
	review := func(a report.Action) error { return d.Reports.Review(ctx, city, "progress", at, p, 1, a, "") }
	switch until {
	case report.Returned:
		if err := d.Reports.Mark(ctx, city, ref, 1, "车间个数比十月台账少 1 家，请核对是否漏登。"); err != nil {
			return err
		}
		ref.Col = 13
		if err := d.Reports.Mark(ctx, city, ref, 1, "专场招聘请说明场次依据。"); err != nil {
			return err
		}
		return review(report.Return)
	case report.Accepted, report.Locked:
		if err := review(report.Accept); err != nil || until == report.Accepted {
			return err
		}
		return review(report.Lock)
	}
	return nil
}

// signProjects signs 附件2 of the example county in full; the city's waits for
// its deputy.
func (d *demo) signProjects(ctx context.Context, p report.Period) error {
	sign := func(at region.Code, version int, logins ...string) error {
		steps := []report.Action{report.Review, report.Approve, report.Sign}
		for i, login := range logins {
			c, err := d.Accounts.As(ctx, login)
			if err != nil {
				return err
			}
			if i == 0 {
				r, err := d.Reports.Submit(ctx, c, "projects", at, p, report.Filling{Filler: c.Name, Phone: "0635-0000000"})
				if err != nil {
					return err
				}
				version = r.Version
				continue
			}
			if err := d.Reports.Endorse(ctx, c, "projects", at, p, steps[i-1], version, ""); err != nil {
				return err
			}
		}
		return nil
	}
	err := sign(demoCounty, 0, "sx_officer", "sx_reviewer", "sx_deputy", "sx_leader")
	if fault.Is(err, fault.Invalid) {
		return nil // a small sample's list has gaps: it stays a draft
	}
	if err != nil {
		return err
	}
	city, err := d.Accounts.As(ctx, "lc_reviewer")
	if err != nil {
		return err
	}
	if err := d.Reports.Review(ctx, city, "projects", demoCounty, p, 1, report.Accept, ""); err != nil {
		return err
	}
	if err := sign(demoCity, 0, "lc_officer", "lc_reviewer"); err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	return nil
}
