package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/region"
	"wengang/internal/rule"
)

type checkedPlace struct {
	Region string `json:"region"`
	Whole  bool   `json:"whole"` // everybody; else the villages with a change
	Places int    `json:"places"`
	People int    `json:"people"`
	Found  int    `json:"findings"`
	Open   int    `json:"open"`
	Late   int    `json:"overdue"`
	Millis int64  `json:"ms"`
}

func checkCmd(e *env) *cobra.Command {
	var at string
	var all bool
	cmd := &cobra.Command{
		Use: "check", Short: "run the data checks over the ledger, as the nightly job does", Args: cobra.NoArgs,
		Long:    "Looks at the villages where something changed since the last run, or with --all at everybody. Findings open and close by themselves.",
		Example: "  wengang check --region 371522\n  wengang check --all --region 3715 --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				ctx := cmd.Context()
				scope := c.Scope(account.FindingsClear).Within(at)
				start := time.Now()
				done, err := a.Rules.Check(ctx, scope, at, all, nil)
				if err != nil {
					return err
				}
				totals, err := a.Rules.Totals(ctx, scope)
				if err != nil {
					return err
				}
				return e.print(cmd.OutOrStdout(), checked(at, done, totals, time.Since(start)), func(w io.Writer) {
					fmt.Fprintf(w, "%s: %d people of %d places, %d findings stand at them; open %d, overdue %d (%.1f s)\n",
						a.Tree().FullName(at), done.People, done.Places, done.Found, totals.Open, totals.Overdue, time.Since(start).Seconds())
				})
			})
		},
	}
	regionFlag(cmd, &at)
	cmd.Flags().BoolVar(&all, "all", false, "everybody, not only where something changed")
	return cmd
}

func checked(at region.Code, c rule.Checked, t rule.Totals, took time.Duration) checkedPlace {
	return checkedPlace{Region: at.String(), Whole: c.Whole, Places: c.Places, People: c.People, Found: c.Found, Open: t.Open, Late: t.Overdue, Millis: took.Milliseconds()}
}
