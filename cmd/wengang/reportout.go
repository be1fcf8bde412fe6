package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/report/output"
	papers "wengang/internal/report/summary"
)

type writtenSummary struct {
	Kind    string `json:"kind"`
	Region  string `json:"region"`
	Period  string `json:"period"`
	Month   string `json:"month"`
	Figures int    `json:"figures"`
	Blanks  int    `json:"blanks"`
	File    string `json:"file"`
}

// summaryCmd drafts a paper into a file; nothing is kept.
func summaryCmd(e *env) *cobra.Command {
	var at, period, out, kind string
	cmd := &cobra.Command{
		Use: "summary", Short: "阶段性总结 and 形势分析 as drafts to be edited", Args: cobra.NoArgs,
		Example: "  wengang report summary --region 3715 --period 2023 --out 阶段性总结.docx\n  wengang report summary --kind quarter --region 3715 --period 2023Q3 --out 形势分析.docx",
		RunE: func(cmd *cobra.Command, _ []string) error {
			k, err := papers.KindOf(kind)
			if err != nil {
				return err
			}
			p, err := k.Period(period)
			if err != nil {
				return err
			}
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				d, err := a.ExportSummary(cmd.Context(), c, papers.Ref{Kind: k, Region: at, Period: p}, out)
				if err != nil {
					return err
				}
				done := writtenSummary{Kind: k.ID, Region: at.String(), Period: p.String(), Month: d.Month.String(), Figures: len(d.Order), Blanks: d.Blanks(), File: out}
				return e.print(cmd.OutOrStdout(), done, func(w io.Writer) { fmt.Fprintf(w, "%s  %d figures, %d blanks\n", out, done.Figures, done.Blanks) })
			})
		},
	}
	regionFlag(cmd, &at)
	f := cmd.Flags()
	f.StringVar(&kind, "kind", "stage", "stage (阶段性总结) or quarter (形势分析)")
	f.StringVar(&period, "period", "", "year (2023) or quarter (2023Q3)")
	f.StringVar(&out, "out", "", "document to write (.docx)")
	cobra.CheckErr(cmd.MarkFlagRequired("period"))
	cobra.CheckErr(cmd.MarkFlagRequired("out"))
	return cmd
}

type writtenBatch struct {
	Form   string `json:"form"`
	Region string `json:"region"`
	Period string `json:"period"`
	Units  int    `json:"units"`
	File   string `json:"file"`
}

// batchCmd takes one form of many units out as an archive.
func batchCmd(e *env) *cobra.Command {
	var at, period, out, form string
	var formats []string
	cmd := &cobra.Command{
		Use: "batch", Short: "one form of a place and of all units below it, as an archive", Args: cobra.NoArgs,
		Example: "  wengang report batch --form progress --region 3715 --period 2023Q4 --format xlsx,pdf --out 推进情况表.zip",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				f, err := a.Reports.Form(cmd.Context(), c.Scope(account.ReportRead), form)
				if err != nil {
					return err
				}
				p, err := f.ParsePeriod(period)
				if err != nil {
					return err
				}
				units, err := a.ExportBatch(cmd.Context(), c, output.Batch{Form: f.ID, At: at, Period: p, Formats: formats}, out, func(done, total int) error {
					fmt.Fprintf(cmd.ErrOrStderr(), "\r%d/%d", done, total)
					return nil
				})
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.ErrOrStderr())
				done := writtenBatch{Form: f.ID, Region: at.String(), Period: p.String(), Units: units, File: out}
				return e.print(cmd.OutOrStdout(), done, func(w io.Writer) { fmt.Fprintf(w, "%s  %d units\n", out, units) })
			})
		},
	}
	regionFlag(cmd, &at)
	f := cmd.Flags()
	f.StringVar(&form, "form", "progress", "form")
	f.StringVar(&period, "period", "", "quarter (2023Q4), year (2023) or month (2023-11)")
	f.StringSliceVar(&formats, "format", []string{output.XLSX}, "xlsx, pdf")
	f.StringVar(&out, "out", "", "archive to write (.zip)")
	cobra.CheckErr(cmd.MarkFlagRequired("period"))
	cobra.CheckErr(cmd.MarkFlagRequired("out"))
	return cmd
}

// exportForm writes a form in a format and tells what the PDF's font lacks.
func exportForm(cmd *cobra.Command, a *app.App, c account.Caller, form string, at region.Code, p report.Period, format, out string) error {
	switch format {
	case output.XLSX:
		return a.ExportForm(cmd.Context(), c, form, at, p, out)
	case output.PDFs:
		missing, err := a.ExportPDF(cmd.Context(), c, form, at, p, out)
		if err == nil && len(missing) > 0 {
			fmt.Fprintln(cmd.ErrOrStderr(), output.Absent(missing))
		}
		return err
	}
	return fmt.Errorf("--format %q: xlsx or pdf", format)
}
