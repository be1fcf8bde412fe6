package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"wengang/internal/app"
	"wengang/internal/backup"
)

func backupCmd(e *env) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "backup", Short: "write the whole database into one archive", Args: cobra.NoArgs,
		Example: "  wengang backup --out 2023-12-10.wgb",
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.Close()
			m, err := backup.ToFile(cmd.Context(), a.DB, out)
			if err != nil {
				return err
			}
			dir := evidenceBeside(out)
			files, size, err := a.Evidence.CopyTo(cmd.Context(), dir)
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), m, func(w io.Writer) {
				fmt.Fprintf(w, "%s: %d tables, %d rows. The key file is not in it: keep a copy of it elsewhere.\n", out, len(m.Tables), m.Rows)
				fmt.Fprintf(w, "%s: %d new files of attachments, %.1f MB. Earlier backups in this folder share them.\n", dir, files, float64(size)/(1<<20))
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "archive to write")
	cobra.CheckErr(cmd.MarkFlagRequired("out"))
	return cmd
}

// evidenceBeside is the folder of attachments beside an archive: shared by all
// archives there, because a file never changes.
func evidenceBeside(archive string) string { return filepath.Join(filepath.Dir(archive), "evidence") }

func restoreCmd(e *env) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use: "restore FILE", Short: "bring an archive into an empty database", Args: exactly(1),
		Long: "All of the archive or nothing. With --reason the restored database takes the installation's place:\n" +
			"the audit anchor begins anew and the reason stands in the audit record. Without it the database is a\n" +
			"copy to look into: open it with a copy of the key in another folder (--key), because the anchor\n" +
			"of the original stands beside the key.",
		Example: "  wengang restore 2023-12-10.wgb --db sqlite:new.db --reason \"disk failure of 2023-12-11\"\n" +
			"  wengang restore 2023-12-10.wgb --db sqlite:copy.db --key copy/master.key",
		RunE: func(cmd *cobra.Command, args []string) error {
			clock, err := e.clock()
			if err != nil {
				return err
			}
			m, err := app.Restore(cmd.Context(), app.Options{DB: e.db, KeyFile: e.key, Clock: clock, EvidenceFrom: evidenceBeside(args[0])}, args[0], reason)
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), m, func(w io.Writer) {
				fmt.Fprintf(w, "%d tables, %d rows restored and compared with the archive\n%s\n", len(m.Tables), m.Rows, anchorWords[m.Anchor])
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why the installation is replaced by the archive (kept in the record)")
	return cmd
}

// anchorWords say what became of the audit anchor.
var anchorWords = map[string]string{
	"kept":      "The audit anchor was left alone. If this database replaces the installation, restore again with --reason.",
	"restarted": "The audit anchor begins anew; the old one was put aside beside it.",
	"no_key":    "The key of this database is not on this machine: bring it back from its offline copy.",
}
