package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/text"
)

// stock is a stock with its flows from January to the month; start + in − out
// = end. Since is what counties whose records begin within the year bring.
type stock struct {
	Stock string           `json:"stock"`
	Known bool             `json:"known"`
	From  string           `json:"from"`
	Start int64            `json:"start"`
	In    map[string]int64 `json:"in"`
	Since int64            `json:"since,omitempty"`
	Out   map[string]int64 `json:"out"`
	End   int64            `json:"end"`
}

func stocksOf(ctx context.Context, a *app.App, scope region.Scope, at region.Code, m calendar.Month) ([]stock, error) {
	var out []stock
	for _, st := range rollup.Stocks {
		_, x, err := a.Rollup.Identities(ctx, scope, st, at, m.January(), m, rollup.AsClosed)
		if err != nil {
			return nil, err
		}
		s := stock{Stock: string(st), Known: x.Known, From: x.From.String(), Start: x.Start, Since: x.Since, End: x.End, In: map[string]int64{}, Out: map[string]int64{}}
		for _, f := range x.In {
			s.In[f.Def.ID] = f.N
		}
		for _, f := range x.Out {
			s.Out[f.Def.ID] = f.N
		}
		out = append(out, s)
	}
	return out, nil
}

// placement is the people who began to work in a month, and who is still there.
type placement struct {
	Month   string `json:"month"`
	Key     int64  `json:"key,omitempty"`
	Missing string `json:"missing,omitempty"`
	Placed  int64  `json:"placed"`
	Steps   []step `json:"steps"`
}

type step struct {
	After    int    `json:"after"`
	Missing  string `json:"missing,omitempty"`
	InWork   int64  `json:"in_work"`
	Unbroken int64  `json:"unbroken"`
	OneJob   int64  `json:"one_job"`
	Idle     int64  `json:"idle"`
	Away     int64  `json:"away"`
}

type placements []placement

func (p placements) write(w io.Writer) {
	for _, c := range p {
		fmt.Fprintf(w, "%s %d %6d", c.Month, c.Key, c.Placed)
		for _, s := range c.Steps {
			if s.Missing != "" {
				fmt.Fprintf(w, "  +%d %s", s.After, text.T(lang(), "cohort.missing."+s.Missing))
			} else {
				fmt.Fprintf(w, "  +%d %d", s.After, s.InWork)
			}
		}
		fmt.Fprintln(w)
	}
}

func cohortsCmd(e *env) *cobra.Command {
	var at, month, by string
	var months int
	cmd := &cobra.Command{
		Use: "cohorts", Short: "who began to work in each month, and who is still there", Args: cobra.NoArgs,
		Example: "  wengang cohorts --region 371522 --month 2023-11 --months 12 --by channel --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			m, err := calendar.ParseMonth(month)
			if err != nil {
				return err
			}
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				steps, all, err := a.Rollup.Cohorts(cmd.Context(), c.Scope(account.BoardRead),
					rollup.CohortQuery{At: at, From: m.Add(1 - months), To: m, By: rollup.Dim(by)})
				if err != nil {
					return err
				}
				out := placements{}
				for _, x := range all {
					p := placement{Month: x.Month.String(), Key: x.Key, Missing: string(x.Missing), Placed: x.Placed, Steps: []step{}}
					for i, s := range x.Steps {
						p.Steps = append(p.Steps, step{steps[i], string(s.Missing), s.InWork, s.Unbroken, s.OneJob, s.Idle, s.Away})
					}
					out = append(out, p)
				}
				return e.print(cmd.OutOrStdout(), out, out.write)
			})
		},
	}
	regionFlag(cmd, &at)
	cmd.Flags().StringVar(&month, "month", "", "last month of placements (YYYY-MM)")
	cobra.CheckErr(cmd.MarkFlagRequired("month"))
	cmd.Flags().IntVar(&months, "months", 12, "months of placements, 1 to 24")
	cmd.Flags().StringVar(&by, "by", "", "channel or place_class")
	return cmd
}
