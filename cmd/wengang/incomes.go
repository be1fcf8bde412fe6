package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/rollup"
)

// incomes is how the monthly incomes of a place lie, in fen; -1 is unknown.
type incomes struct {
	Region  string       `json:"region"`
	Name    string       `json:"name"`
	Month   string       `json:"month"`
	Working int64        `json:"working"`
	Known   int64        `json:"known"`
	Mean    int64        `json:"mean_fen"`
	Q1      int64        `json:"q1_fen"`
	Median  int64        `json:"median_fen"`
	Q3      int64        `json:"q3_fen"`
	Bands   []incomeBand `json:"bands"`
}

type incomeBand struct {
	From   int64 `json:"from_fen"`
	To     int64 `json:"to_fen,omitempty"` // absent: no end
	People int64 `json:"people"`
}

func (x incomes) write(w io.Writer) {
	fmt.Fprintf(w, "%s %s %s: %d / %d, %.2f  [%.2f  %.2f  %.2f]\n", x.Region, x.Name, x.Month, x.Known, x.Working,
		float64(x.Mean)/100, float64(x.Q1)/100, float64(x.Median)/100, float64(x.Q3)/100)
	for _, b := range x.Bands {
		fmt.Fprintf(w, "  %8.0f … %d\n", float64(b.From)/100, b.People)
	}
}

func incomesCmd(e *env) *cobra.Command {
	var at, month string
	cmd := &cobra.Command{
		Use: "incomes", Short: "how the incomes of a place lie in a month", Args: cobra.NoArgs,
		Example: "  wengang incomes --region 3715 --month 2023-11 --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			m, err := calendar.ParseMonth(month)
			if err != nil {
				return err
			}
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				s, _, err := a.Rollup.Spreads(cmd.Context(), c.Scope(account.BoardRead), at, rollup.DimChannel, nil, m, rollup.AsClosed)
				if err != nil {
					return err
				}
				out := incomes{Region: at.String(), Name: a.Tree().Name(at), Month: m.String(), Working: s.Working, Known: s.Known, Mean: s.Mean(),
					Q1: s.Q1, Median: s.Median, Q3: s.Q3, Bands: []incomeBand{}}
				for _, b := range s.Bands {
					out.Bands = append(out.Bands, incomeBand{b.From, b.To, b.N})
				}
				return e.print(cmd.OutOrStdout(), out, out.write)
			})
		},
	}
	regionFlag(cmd, &at)
	cmd.Flags().StringVar(&month, "month", "", "month (YYYY-MM)")
	cobra.CheckErr(cmd.MarkFlagRequired("month"))
	return cmd
}
