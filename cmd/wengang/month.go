package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/region"
)

func monthCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{Use: "month", Short: "close a month, or open it again", Args: cobra.NoArgs}
	cmd.AddCommand(monthCloseCmd(e), monthReopenCmd(e))
	return cmd
}

func monthCloseCmd(e *env) *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "close YYYY-MM", Short: "freeze the month of every county in the region", Args: exactly(1),
		Example: "  wengang month close 2023-11 --region 371522",
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := calendar.ParseMonth(args[0])
			if err != nil {
				return err
			}
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				closed := []string{}
				err := a.Months.CloseAll(cmd.Context(), c, at, m, func(county region.Code, _, _ int) { closed = append(closed, county.String()) })
				if err != nil {
					return err
				}
				return e.print(cmd.OutOrStdout(), map[string]any{"month": m.String(), "counties": closed}, func(w io.Writer) {
					fmt.Fprintf(w, "%s is closed in %d counties\n", m, len(closed))
				})
			})
		},
	}
	regionFlag(cmd, &at)
	return cmd
}

func monthReopenCmd(e *env) *cobra.Command {
	var at, reason string
	cmd := &cobra.Command{
		Use: "reopen YYYY-MM", Short: "open a closed month of a county; the level above does it", Args: exactly(1),
		Example: "  wengang month reopen 2023-11 --region 371522 --as city_reviewer --reason 补录漏报名单",
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := calendar.ParseMonth(args[0])
			if err != nil {
				return err
			}
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				if err := a.Months.Reopen(cmd.Context(), c, at, m, reason); err != nil {
					return err
				}
				return e.print(cmd.OutOrStdout(), map[string]any{"month": m.String(), "region": at.String(), "state": "open"}, func(w io.Writer) {
					fmt.Fprintf(w, "%s %s: open\n", at, m)
				})
			})
		},
	}
	regionFlag(cmd, &at)
	cmd.Flags().StringVar(&reason, "reason", "", "why (kept in the record)")
	return cmd
}

func regionFlag(cmd *cobra.Command, at *string) {
	cmd.Flags().StringVar(at, "region", "", "region: code (37, 3715, 371522) or name")
	cobra.CheckErr(cmd.MarkFlagRequired("region"))
}
