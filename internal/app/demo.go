package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"wengang/internal/account"
	"wengang/internal/account/accounthttp"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/sample"
	"wengang/internal/target"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

// DemoDay is the day of the sample: the fourth quarter's form is due on the
// 15th (semantics, The sample and the clock).
const DemoDay calendar.Date = 20231210

// demoCity is 聊城, the city of the sample.
const demoCity region.Code = 371500000000

// DemoOptions say how large the sample is.
type DemoOptions struct {
	Dir    string // for the workbooks
	People int
	Months int
	Seed   uint64
	Open   int // months at the end that stay open
	Say    func(step string)
}

// DemoResult is what `demo --json` prints.
type DemoResult struct {
	People       int                `json:"people"`
	Households   int                `json:"households"`
	Spells       int                `json:"spells"`
	MonthsClosed int                `json:"months_closed"`
	Villages     int                `json:"villages"`
	Confirmed    int                `json:"confirmed"`
	Findings     map[string]int     `json:"findings"`
	Forms        []string           `json:"forms"`
	Seconds      map[string]float64 `json:"seconds"`

	Users []accounthttp.DemoUser `json:"-"`
	End   calendar.Month         `json:"-"`
}

// demo builds the sample in a fresh installation, through the doors that a
// user takes.
type demo struct {
	*App
	o        DemoOptions
	operator account.Caller
	out      *DemoResult
	manifest sample.Manifest
}

// Demo makes the sample: places, accounts, targets, workbooks, imports, month
// closes, forms.
func (a *App) Demo(ctx context.Context, o DemoOptions) (*DemoResult, error) {
	d := &demo{App: a, o: o, operator: account.LocalOperator(region.Country),
		out: &DemoResult{Findings: map[string]int{}, Seconds: map[string]float64{}}}
	if err := d.mustBeEmpty(ctx); err != nil {
		return d.out, err
	}
	start := time.Now()
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"generate", d.generate}, {"places", d.savePlaces}, {"accounts", d.accounts}, {"targets", d.targets},
		{"import", d.imports}, {"confirm", d.confirm}, {"close", d.closeMonths}, {"rollup", d.rollUp}, {"progress", d.scaledTarget}, {"forms", d.forms}, {"signatures", d.signForms}, {"count", d.count},
	} {
		if o.Say != nil {
			o.Say(step.name)
		}
		began := time.Now()
		if err := step.run(ctx); err != nil {
			return d.out, fmt.Errorf("demo: %s: %w", step.name, err)
		}
		d.out.Seconds[step.name] = seconds(began)
	}
	d.out.Seconds["total"] = seconds(start)
	return d.out, nil
}

// mustBeEmpty: WENGANG_DB may name an installation, and the sample brings
// invented people and accounts with printed passwords.
func (d *demo) mustBeEmpty(ctx context.Context) error {
	for _, table := range []string{"person", "app_user"} {
		var n int64
		if err := d.DB.Read.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "app.sample_into", d.DB.URL)
		}
	}
	return nil
}

func seconds(since time.Time) float64 { return float64(time.Since(since).Milliseconds()) / 1000 }

func (d *demo) generate(ctx context.Context) (err error) {
	d.manifest, err = sample.Generate(ctx, sample.Options{
		Region: demoCity, People: d.o.People, Months: d.o.Months, Seed: d.o.Seed, Dir: d.o.Dir, Tree: region.National(),
	})
	d.out.End = d.manifest.End
	return err
}

func (d *demo) savePlaces(ctx context.Context) error {
	err := d.DB.Tx(ctx, func(tx *db.Tx) error {
		for _, l := range d.manifest.Locals {
			if err := d.Locals.SaveLocal(ctx, region.ScopeOf(region.Country), tx, d.operator, l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return d.ReloadTree(ctx)
}

func (d *demo) targets(ctx context.Context) error {
	for _, s := range target.Shipped() {
		f, err := target.Files.Open(s.File)
		if err != nil {
			return err
		}
		_, err = d.Import(ctx, d.operator, transfer.Request{Kind: "targets", File: f, FileName: filepath.Base(s.File), Region: s.At}, false, text.ZH)
		f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", s.File, err)
		}
	}
	return nil
}

func (d *demo) imports(ctx context.Context) error {
	for _, f := range d.manifest.Files {
		began := time.Now()
		if err := d.importFile(ctx, f); err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		d.out.Seconds["import "+f.Kind] += seconds(began)
	}
	return nil
}

func (d *demo) importFile(ctx context.Context, f sample.File) error {
	file, err := os.Open(filepath.Join(d.o.Dir, f.Path))
	if err != nil {
		return err
	}
	defer file.Close()
	report, err := d.Import(ctx, d.operator, transfer.Request{
		Kind: f.Kind, File: file, FileName: filepath.Base(f.Path), Region: f.Region,
		Month: f.Month, Year: f.Year, Subtype: f.Type, Full: f.Full,
	}, false, text.ZH)
	for _, x := range report.Findings {
		d.out.Findings[x.Rule]++
	}
	return err
}

func (d *demo) closeMonths(ctx context.Context) error {
	closed := map[calendar.Month]bool{}
	err := d.Months.CloseThrough(ctx, d.operator, demoCity, d.manifest.First, d.manifest.End.Add(-d.o.Open), func(_ region.Code, m calendar.Month) { closed[m] = true })
	d.out.MonthsClosed = len(closed)
	return err
}

func (d *demo) rollUp(ctx context.Context) error { return d.Rollup.Refresh(ctx) }

func (d *demo) count(ctx context.Context) error {
	for _, c := range []struct {
		into  *int
		query string
	}{
		{&d.out.People, "SELECT COUNT(*) FROM person"},
		{&d.out.Households, "SELECT COUNT(*) FROM household"},
		{&d.out.Spells, "SELECT COUNT(*) FROM spell"},
		{&d.out.Villages, "SELECT COUNT(DISTINCT village) FROM person"},
	} {
		if err := d.DB.Read.QueryRowContext(ctx, c.query).Scan(c.into); err != nil {
			return err
		}
	}
	return nil
}
