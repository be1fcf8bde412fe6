package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/region"
)

func auditCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "the audit record: archive files, their verification, the export log", Args: cobra.NoArgs}
	cmd.AddCommand(auditArchiveCmd(e), auditVerifyCmd(e), auditPurgeCmd(e))
	return cmd
}

type archived struct {
	File  string `json:"file"`
	First int64  `json:"first_seq"`
	Last  int64  `json:"last_seq"`
	Rows  int64  `json:"rows"`
	From  string `json:"from"`
	To    string `json:"to"`
	Hash  string `json:"sha256"`
}

func archivedOf(a audit.Archived) archived {
	return archived{a.File, a.First, a.Last, a.Rows, calendar.DateAt(a.FirstAt).String(), calendar.DateAt(a.LastAt).String(), fmt.Sprintf("%x", a.Hash)}
}

func (a archived) write(w io.Writer) {
	fmt.Fprintf(w, "%s: links %d–%d, %d rows, %s to %s\nsha256 %s\n", a.File, a.First, a.Last, a.Rows, a.From, a.To, a.Hash)
}

func auditArchiveCmd(e *env) *cobra.Command {
	var dir, before string
	cmd := &cobra.Command{
		Use: "archive", Short: "move rows older than 180 days to a sealed file; nothing is only deleted", Args: cobra.NoArgs,
		Example: "  wengang audit archive --dir /srv/audit --before 2023-06-01",
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.Close()
			day := calendar.DateAt(a.Clock().AddDate(0, 0, -audit.KeepDays))
			if before != "" {
				if day, err = calendar.ParseDate(before); err != nil {
					return err
				}
			}
			if _, err := a.Audit.Seal(cmd.Context()); err != nil {
				return err
			}
			done, err := a.Audit.Archive(cmd.Context(), account.LocalOperator(region.Country), dir, day)
			if err != nil {
				return err
			}
			out := archivedOf(done)
			return e.print(cmd.OutOrStdout(), out, out.write)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "audit-archive", "folder of the archive files; copy them off the machine")
	cmd.Flags().StringVar(&before, "before", "", "first day that stays (YYYY-MM-DD); 180 days ago where not given")
	return cmd
}

func auditVerifyCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "verify FILE…", Short: "recompute every MAC and link of archive files, against the anchor", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.Close()
			var out []archived
			for _, path := range args {
				got, err := a.Audit.VerifyArchive(cmd.Context(), path)
				if err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
				out = append(out, archivedOf(got))
			}
			return e.print(cmd.OutOrStdout(), out, func(w io.Writer) {
				for _, x := range out {
					x.write(w)
				}
				fmt.Fprintln(w, "untouched")
			})
		},
	}
}

func auditPurgeCmd(e *env) *cobra.Command {
	var before string
	cmd := &cobra.Command{
		Use: "purge-exports", Short: "remove rows of the export log older than three years, on record", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.Close()
			day, err := calendar.ParseDate(before)
			if err != nil {
				return err
			}
			n, err := a.Audit.PurgeExports(cmd.Context(), account.LocalOperator(region.Country), day)
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), map[string]int64{"removed": n}, func(w io.Writer) { fmt.Fprintln(w, n, "rows removed") })
		},
	}
	cmd.Flags().StringVar(&before, "before", "", "first day that stays (YYYY-MM-DD), three years ago at most")
	return cmd
}
