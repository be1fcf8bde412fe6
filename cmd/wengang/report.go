package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/region"
	"wengang/internal/report"
)

func reportCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{Use: "report", Short: "official forms as workbooks, PDF and drafted papers", Args: cobra.NoArgs}
	for _, f := range report.Forms() {
		cmd.AddCommand(formCmd(e, f))
	}
	cmd.AddCommand(fillCmd(e))
	cmd.AddCommand(summaryCmd(e), batchCmd(e))
	return cmd
}

type writtenForm struct {
	Form   string `json:"form"`
	Region string `json:"region"`
	Period string `json:"period"`
	File   string `json:"file"`
}

func formCmd(e *env, form *report.Form) *cobra.Command {
	var at, period, out, format string
	cmd := &cobra.Command{
		Use: form.ID, Short: form.Annex + " " + form.Title, Args: cobra.NoArgs,
		Example: "  wengang report " + form.ID + " --region 3715 --period 2023Q4 --out " + form.Annex + ".xlsx",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := form.ParsePeriod(period)
			if err != nil {
				return err
			}
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				if err := exportForm(cmd, a, c, form.ID, at, p, format, out); err != nil {
					return err
				}
				done := writtenForm{Form: form.ID, Region: at.String(), Period: p.String(), File: out}
				return e.print(cmd.OutOrStdout(), done, func(w io.Writer) { fmt.Fprintln(w, out) })
			})
		},
	}
	regionFlag(cmd, &at)
	f := cmd.Flags()
	f.StringVar(&period, "period", "", "quarter (2023Q4) or year (2023)")
	f.StringVar(&out, "out", "", "file to write")
	f.StringVar(&format, "format", "xlsx", "xlsx or pdf")
	cobra.CheckErr(cmd.MarkFlagRequired("period"))
	cobra.CheckErr(cmd.MarkFlagRequired("out"))
	return cmd
}
