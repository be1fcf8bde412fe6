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

// fillCmd fills any office's blank workbook.
func fillCmd(e *env) *cobra.Command {
	var at, month, out string
	cmd := &cobra.Command{
		Use: "fill BLANK.xlsx", Short: "any office's blank workbook, filled by remembered or suggested bindings", Args: cobra.ExactArgs(1),
		Example: "  wengang report fill 社统7表.xlsx --region 3715 --month 2023-11 --out 社统7表_11月.xlsx",
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := calendar.ParseMonth(month)
			if err != nil {
				return err
			}
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				done, err := a.FillBlank(cmd.Context(), c, at, m, args[0], out)
				if err != nil {
					return err
				}
				return e.print(cmd.OutOrStdout(), done, func(w io.Writer) { fillWords(w, done) })
			})
		},
	}
	regionFlag(cmd, &at)
	f := cmd.Flags()
	f.StringVar(&month, "month", "", "month of the figures (2023-11)")
	f.StringVar(&out, "out", "", "workbook to write (.xlsx)")
	cobra.CheckErr(cmd.MarkFlagRequired("month"))
	cobra.CheckErr(cmd.MarkFlagRequired("out"))
	return cmd
}

func fillWords(w io.Writer, f app.Filled) {
	fmt.Fprintln(w, f.File)
	for _, b := range f.Bound {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", b.Cell, b.Heading, b.Filled)
	}
	for _, o := range f.Open {
		fmt.Fprintf(w, "  -\t%s\n", o)
	}
}
