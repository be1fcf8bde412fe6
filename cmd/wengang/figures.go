package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/text"
)

// figure is one indicator at one place and month. Value is in the unit
// (persons, fen, or for a rate its numerator over its denominator).
type figure struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Goal    string  `json:"goal"`
	Family  string  `json:"family"`
	Unit    string  `json:"unit"`
	Calibre string  `json:"calibre"`
	Version int     `json:"version"`
	Known   bool    `json:"known"`
	Value   float64 `json:"value"`
	Num     int64   `json:"num,omitempty"`
	Den     int64   `json:"den,omitempty"`
	// Confirmed is how many of a headline village or workplace has confirmed.
	Confirmed *int64  `json:"confirmed,omitempty"`
	YoY       *change `json:"yoy,omitempty"`
	MoM       *change `json:"mom,omitempty"`
	How       string  `json:"how"`
	Citing    string  `json:"citation"`
}

type change struct {
	Comparable bool    `json:"comparable"`
	Abs        int64   `json:"abs"`
	Ratio      float64 `json:"ratio"`
	Reason     string  `json:"reason,omitempty"`
}

type placeFigures struct {
	Region   string         `json:"region"`
	Name     string         `json:"name"`
	Month    string         `json:"month"`
	Closed   bool           `json:"closed"`
	Figures  []figure       `json:"indicators"`
	Stocks   []stock        `json:"stocks,omitempty"`
	Children []placeFigures `json:"children,omitempty"`
}

func indicatorsCmd(e *env) *cobra.Command {
	var at, month string
	var children bool
	cmd := &cobra.Command{
		Use: "indicators", Short: "the figures of a place in a month", Args: cobra.NoArgs,
		Example: "  wengang indicators --region 3715 --month 2023-11 --children --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			m, err := calendar.ParseMonth(month)
			if err != nil {
				return err
			}
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				out, err := figuresOf(cmd.Context(), a, c.Scope(account.BoardRead), at, m)
				if err != nil {
					return err
				}
				if children {
					for _, p := range a.Tree().Children(at) {
						child, err := figuresOf(cmd.Context(), a, c.Scope(account.BoardRead), p.Code, m)
						if err != nil {
							return err
						}
						out.Children = append(out.Children, child)
					}
				}
				return e.print(cmd.OutOrStdout(), out, out.write)
			})
		},
	}
	regionFlag(cmd, &at)
	cmd.Flags().StringVar(&month, "month", "", "month (YYYY-MM)")
	cobra.CheckErr(cmd.MarkFlagRequired("month"))
	cmd.Flags().BoolVar(&children, "children", false, "the places one level below as well")
	return cmd
}

func figuresOf(ctx context.Context, a *app.App, scope region.Scope, at region.Code, m calendar.Month) (placeFigures, error) {
	out := placeFigures{Region: at.String(), Name: a.Tree().Name(at), Month: m.String(), Figures: []figure{}}
	now, err := a.Rollup.Figures(ctx, scope, at, m, rollup.AsClosed)
	if err != nil {
		return out, err
	}
	year, err := a.Rollup.Figures(ctx, scope, at, m.Add(-12), rollup.AsClosed)
	if err != nil {
		return out, err
	}
	last, err := a.Rollup.Figures(ctx, scope, at, m.Add(-1), rollup.AsClosed)
	if err != nil {
		return out, err
	}
	out.Closed = now.Closed
	absorbed, err := a.Rollup.Absorbed(ctx, scope, at, m, rollup.AsClosed)
	if err != nil {
		return out, err
	}
	if out.Stocks, err = stocksOf(ctx, a, scope, at, m); err != nil {
		return out, err
	}
	for _, d := range indicator.All() {
		v := now.Value(d)
		f := figure{ID: d.ID, Name: text.T(lang(), d.Key()), Goal: string(d.Goal), Family: string(d.Family), Unit: string(d.Unit), Calibre: string(d.Calibre),
			Version: d.Version, Known: v.Known, Value: float64(v.N), How: text.T(lang(), d.How()), Citing: d.Citation}
		if n, ok := absorbed[d.ID]; ok {
			f.Known, f.Value = true, float64(n)
			out.Figures = append(out.Figures, f) // its base lies in every county of origin: no comparison
			continue
		}
		if c := now.Confirmed(d); c.Known {
			f.Confirmed = &c.N
		}
		if d.Kind == indicator.Ratio {
			f.Value, f.Num, f.Den = v.Float(), v.Num, v.Den
		}
		f.YoY, f.MoM = changeOf(d, &now, &year), changeOf(d, &now, &last)
		out.Figures = append(out.Figures, f)
	}
	return out, nil
}

func changeOf(d *indicator.Def, now, base *rollup.Figures) *change {
	c := rollup.Compare(d, now, base)
	out := &change{Comparable: c.OK, Abs: c.Abs, Ratio: c.Ratio}
	if !c.OK {
		out.Reason = text.T(lang(), c.Key, c.Args...)
	}
	return out
}

func (p placeFigures) write(w io.Writer) {
	state := text.T(lang(), "web.month.notclosed")
	if p.Closed {
		state = text.T(lang(), "web.month.closed")
	}
	fmt.Fprintf(w, "%s %s %s %s\n", p.Region, p.Name, p.Month, state)
	known := false
	for _, f := range p.Figures {
		if f.Known {
			known = true
			fmt.Fprintf(w, "  %-28s %14s %s\n", f.ID, f.show(), f.Name)
		}
	}
	if !known {
		fmt.Fprintln(w, " ", text.T(lang(), "cli.nofigures"))
	}
	for _, c := range p.Children {
		c.write(w)
	}
}

// show is the value as a person reads it: persons whole, money in yuan, a rate
// in percent.
func (f *figure) show() string {
	switch indicator.Unit(f.Unit) {
	case indicator.Fen:
		return fmt.Sprintf("%.2f", f.Value/100)
	case indicator.Rate:
		return fmt.Sprintf("%.1f%%", f.Value*100)
	}
	return fmt.Sprintf("%.0f", f.Value)
}

func rollupCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "rollup", Short: "bring the columns up to date with the database", Args: cobra.NoArgs,
		Long: "Packs the closed months that an older version of the program left without their packed form; reading them is ten times as fast.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.Close()
			if err := a.Months.PackAll(cmd.Context(), region.ScopeOf(region.Country), region.Country, nil); err != nil {
				return err
			}
			if err := a.Rollup.Refresh(cmd.Context()); err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), map[string]string{"state": "current"}, func(w io.Writer) { fmt.Fprintln(w, "current") })
		},
	}
}
