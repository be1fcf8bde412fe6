package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/backup"
	"wengang/internal/db"
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
			return e.print(cmd.OutOrStdout(), m, func(w io.Writer) {
				fmt.Fprintf(w, "%s: %d tables, %d rows. The key file is not in it: keep a copy of it elsewhere.\n", out, len(m.Tables), m.Rows)
			})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "archive to write")
	cobra.CheckErr(cmd.MarkFlagRequired("out"))
	return cmd
}

func restoreCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "restore FILE", Short: "bring an archive into an empty database", Args: cobra.ExactArgs(1),
		Example: "  wengang restore 2023-12-10.wgb --db sqlite:new.db",
		RunE: func(cmd *cobra.Command, args []string) error {
			// The archive brings its own wrapped keys, so the database is opened
			// and migrated without making any.
			clock, err := e.clock()
			if err != nil {
				return err
			}
			d, err := db.Open(cmd.Context(), e.db, clock)
			if err != nil {
				return err
			}
			defer d.Close()
			if _, err := d.Migrate(cmd.Context()); err != nil {
				return err
			}
			m, err := backup.FromFile(cmd.Context(), d, args[0])
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), m, func(w io.Writer) {
				fmt.Fprintf(w, "%d tables, %d rows restored and compared with the archive\n", len(m.Tables), m.Rows)
			})
		},
	}
}
