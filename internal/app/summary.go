package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/report/summary"
	"wengang/internal/rollup"
	"wengang/internal/target"
	"wengang/internal/text"
)

func (a *App) connectSummaries() {
	a.Summaries = summary.New(a.DB, a.Box, a.Audit, summary.Sources{
		Numbers: numbers{a.Rollup, &a.places}, Goals: goals{a.Targets, &a.places}, Forms: a.Reports, Tree: nodes{&a.places}, Areas: a.Locals,
	})
}

// numbers answers indicators as closed, in the words of official papers.
type numbers struct {
	r     *rollup.Service
	names interface{ Name(region.Code) string }
}

func (n numbers) at(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) (*rollup.Figures, error) {
	all, err := n.r.At(ctx, scope, []region.Code{at}, m, rollup.AsClosed)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

func (n numbers) Month(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) (summary.Coverage, error) {
	f, err := n.at(ctx, scope, at, m)
	if err != nil || f == nil {
		return summary.Coverage{}, err
	}
	return summary.Coverage{Rows: f.Rows, Closed: f.Closed}, nil
}

func (n numbers) Value(ctx context.Context, scope region.Scope, id string, at region.Code, m calendar.Month) (summary.Value, error) {
	d, ok := indicator.Get(id)
	if !ok {
		return summary.Value{}, nil
	}
	f, err := n.at(ctx, scope, at, m)
	if err != nil || f == nil || f.Rows == 0 {
		return summary.Value{}, err
	}
	v := f.Value(d)
	out := summary.Value{Known: v.Known, N: v.N, Num: v.Num, Den: v.Den, Label: text.T(text.ZH, d.Key())}
	var set []string
	for _, name := range d.Uses {
		set = append(set, fmt.Sprintf("%s %s", text.T(text.ZH, "setting."+name), strings.Trim(fmt.Sprint(f.Setting(name)), "[]")))
	}
	out.Calibre = strings.Join(set, "；")
	if d.Version > 1 {
		out.Calibre += fmt.Sprintf("；第%d版", d.Version)
	}
	return out, nil
}

func (n numbers) Change(ctx context.Context, scope region.Scope, id string, at region.Code, now, base calendar.Month) (summary.Change, error) {
	d, ok := indicator.Get(id)
	if !ok {
		return summary.Change{}, nil
	}
	a, err := n.at(ctx, scope, at, now)
	if err != nil {
		return summary.Change{}, err
	}
	b, err := n.at(ctx, scope, at, base)
	if err != nil {
		return summary.Change{}, err
	}
	if a == nil || b == nil {
		return summary.Change{Why: text.T(text.ZH, "rollup.nc.missing", base.String())}, nil
	}
	c := rollup.Compare(d, a, b)
	out := summary.Change{OK: c.OK, Abs: c.Abs, Ratio: c.Ratio}
	if !c.OK {
		for i, x := range c.Args {
			switch v := x.(type) {
			case region.Code:
				c.Args[i] = n.names.Name(v)
			case string:
				if name := text.T(text.ZH, "setting."+v); name != "setting."+v {
					c.Args[i] = name
				}
			}
		}
		out.Why = text.T(text.ZH, c.Key, c.Args...)
	}
	return out, nil
}

// goals answers the tables of the year that measure people by origin.
type goals struct {
	t     *target.Store
	names interface{ Name(region.Code) string }
}

func (g goals) Goals(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) ([][]summary.Goal, error) {
	tables, err := g.t.List(ctx, scope, target.Filter{At: at, Year: m.Year()})
	if err != nil {
		return nil, err
	}
	var out [][]summary.Goal
	for _, t := range tables {
		if t.Direction != target.ByOrigin || t.Figure() == "" || t.ReplacedBy != 0 {
			continue
		}
		stands, err := g.t.Progress(ctx, scope, t, m)
		if err != nil {
			return nil, err
		}
		var rows []summary.Goal
		for _, s := range stands {
			if s.Row.Value < 0 || s.Row.PartOf != 0 || s.Row.Region != at && s.Row.Region.Parent() != at {
				continue
			}
			doc := t.DocNo
			if doc == "" {
				doc = t.Title
			}
			rows = append(rows, summary.Goal{Place: s.Row.Region, Name: g.names.Name(s.Row.Region), Target: s.Row.Value, Actual: s.Actual, Rate: s.Rate, Time: s.Time, Behind: s.Behind, Met: s.Met,
				Indicator: t.Indicator, Document: doc, Sample: t.SampleOf != 0})
		}
		if rows != nil {
			out = append(out, rows)
		}
	}
	// The sample's own copy stands for the printed table that it was scaled from.
	scaled := map[string]bool{}
	for _, rows := range out {
		if rows[0].Sample {
			scaled[rows[0].Indicator] = true
		}
	}
	kept := out[:0]
	for _, rows := range out {
		if rows[0].Sample || !scaled[rows[0].Indicator] {
			kept = append(kept, rows)
		}
	}
	return kept, nil
}

// ExportSummary drafts a paper into a file, whole or not at all.
func (a *App) ExportSummary(ctx context.Context, c account.Caller, ref summary.Ref, path string) (*summary.Draft, error) {
	if !c.Can(account.ReportRead) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden", account.ReportRead)
	}
	d, err := a.Summaries.Compose(ctx, c.Scope(account.ReportRead), ref)
	if err != nil {
		return nil, err
	}
	if err := a.Summaries.Out(ctx, c, ref, 0, "draft"); err != nil {
		return nil, err
	}
	return d, whole(path, func(w io.Writer) error { return summary.Docx(d, w) })
}

// whole writes a file whole or not at all.
func whole(path string, write func(io.Writer) error) error {
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(part)
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(part, path)
}
