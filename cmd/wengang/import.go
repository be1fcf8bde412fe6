package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

func importCmd(e *env) *cobra.Command {
	var at, month string
	var r transfer.Request
	var dry bool
	cmd := &cobra.Command{
		Use:   "import KIND FILE",
		Short: "check a workbook and save its good rows; KIND is people, monitored, work, plan, targets or roster",
		Args:  exactly(2),
		Long: "Every row is checked and matched: new, unchanged, updated, or rejected with its reason.\n" +
			"A file is taken as a part of the list; with --full people absent from it are listed, and their work becomes unverified.\n" +
			"Ends with code 3 when rows were rejected.",
		Example: "  wengang import people 人员信息.xlsx --region 371522\n" +
			"  wengang import work 务工台账11月.xlsx --region 371522 --month 2023-11 --full\n" +
			"  wengang import roster 帮扶车间.xlsx --region 371522 --type workshop\n" +
			"  wengang import targets 目标任务.csv --region 37 --year 2023 --dry-run --json",
		ValidArgs: []string{"people", "monitored", "work", "plan", "targets", "roster"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if month != "" {
				m, err := calendar.ParseMonth(month)
				if err != nil {
					return err
				}
				r.Month = m
			}
			if !slices.Contains(cmd.ValidArgs, args[0]) {
				return fault.New(fault.Invalid, "cli.kind", args[0], strings.Join(cmd.ValidArgs, ", "))
			}
			f, err := os.Open(args[1])
			if err != nil {
				return fault.Wrap(err, fault.Invalid, "cli.file", args[1])
			}
			defer f.Close()
			if st, err := f.Stat(); err != nil || st.IsDir() {
				return fault.New(fault.Invalid, "cli.file", args[1])
			}
			r.Kind, r.File, r.FileName = args[0], f, filepath.Base(args[1])
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				r.Region = at
				report, err := a.Import(cmd.Context(), c, r, dry, lang())
				if err != nil {
					return err
				}
				if err := e.print(cmd.OutOrStdout(), report, func(w io.Writer) { writeReport(w, report) }); err != nil {
					return err
				}
				if report.Rejected > 0 {
					return errRowsRejected
				}
				return nil
			})
		},
	}
	regionFlag(cmd, &at)
	f := cmd.Flags()
	f.StringVar(&month, "month", "", "month of a monthly file (YYYY-MM)")
	f.IntVar(&r.Year, "year", 0, "year of a target table")
	f.StringVar(&r.Subtype, "type", "", "register of a roster file (workshop, post, …)")
	f.BoolVar(&r.Full, "full", false, "the file is the whole list of the region, not a part")
	f.BoolVar(&dry, "dry-run", false, "check only, save nothing")
	return cmd
}

func writeReport(w io.Writer, r transfer.Report) {
	if len(r.Columns) > 0 {
		fmt.Fprintln(w, "columns as the office remembers them for these headings:")
		for _, c := range r.Columns {
			fmt.Fprintf(w, "  %s = %s\n", c.Heading, c.Title)
		}
	}
	fmt.Fprintf(w, "rows %d: accepted %d (new %d, unchanged %d, updated %d), rejected %d, with warnings %d\n",
		r.Rows, r.Accepted, r.New, r.Unchanged, r.Updated, r.Rejected, r.Warnings)
	if r.Absent != nil {
		fmt.Fprintf(w, "absent from the full list: %d people of the ledger (listed with the import, nothing is deleted)\n", *r.Absent)
	}
	for i, f := range r.Findings {
		if i == 20 {
			fmt.Fprintf(w, "… and %d more (--json lists all)\n", len(r.Findings)-i)
			break
		}
		fmt.Fprintf(w, "%s!%d %s [%s] %s: %s\n", f.Sheet, f.Row, f.Column, f.Severity, f.Value, f.Message)
	}
}
