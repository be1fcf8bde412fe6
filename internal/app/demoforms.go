package app

import (
	"context"
	"os"
	"path/filepath"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/target"
)

// scaledTarget makes the copy of the city's target that the sample's progress
// is measured against (示例口径): the printed target is for the real city. It
// asks a little more than the sample has reached, spread by the able and
// willing of each unit, so that some are ahead and some behind.
func (d *demo) scaledTarget(ctx context.Context) error {
	tables, err := d.Targets.List(ctx, region.ScopeOf(region.Country), target.Filter{At: demoCity})
	if err != nil {
		return err
	}
	for _, t := range tables {
		if t.Region != demoCity || t.Direction != "origin" || t.SampleOf != 0 || t.Unit == "" {
			continue
		}
		weights := map[region.Code]int64{}
		var total int64
		for _, c := range d.manifest.Counties {
			worked, known, err := d.figure(ctx, "worked_year", c)
			if err != nil {
				return err
			}
			able, _, err := d.figure(ctx, "able_willing", c)
			if err != nil {
				return err
			}
			if known {
				weights[c] = able
				total += worked
			}
		}
		year := d.manifest.End.Year()
		_, err := d.Targets.Sample(ctx, d.operator, t.ID, year, total*102/100, weights)
		return err
	}
	return nil
}

func (d *demo) figure(ctx context.Context, id string, at region.Code) (int64, bool, error) {
	return figures{d.Rollup}.Value(ctx, region.ScopeOf(region.Country), id, at, d.manifest.End)
}

// forms writes both annexes of the city in the official layout.
func (d *demo) forms(ctx context.Context) error {
	c := account.LocalOperator(demoCity)
	for _, f := range report.Forms() {
		p := f.PeriodAt(calendar.MonthAt(d.Clock()))
		path := filepath.Join(d.o.Dir, "forms", f.Annex+f.Short+"_"+p.String()+".xlsx")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := d.ExportForm(ctx, c, f.ID, demoCity, p, path); err != nil {
			return err
		}
		d.out.Forms = append(d.out.Forms, path)
	}
	return nil
}

// ExportForm writes a form into a file, whole or not at all.
func (a *App) ExportForm(ctx context.Context, c account.Caller, form string, at region.Code, p report.Period, path string) error {
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(part)
	if _, err := a.Reports.Export(ctx, c, form, at, p, f); err != nil {
		f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(part, path)
}
