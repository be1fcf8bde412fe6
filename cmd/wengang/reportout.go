package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/region"
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
