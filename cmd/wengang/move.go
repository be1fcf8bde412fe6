package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/app"
)

func moveCmd(e *env) *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use: "move", Short: "move everything to another database, SQLite or PostgreSQL", Args: cobra.NoArgs,
		Long: "Copies all of one database into an empty one of either engine, then reads it back and compares\n" +
			"the rows and the hash of every table. Stop the server first. The old database is not changed:\n" +
			"put it away afterwards, for two databases that both go on would tell two stories. The key stays.",
		Example: "  wengang move --from sqlite:wengang.db --to postgres://wengang@db/wengang",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := there(from); err != nil {
				return err
			}
			clock, err := e.clock()
			if err != nil {
				return err
			}
			m, err := app.Move(cmd.Context(), app.Options{DB: from, KeyFile: e.key, Clock: clock}, to)
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), m, func(w io.Writer) {
				fmt.Fprintf(w, "%s → %s: %d tables, %d rows, every table's rows and hash equal.\nFrom now on use --db with the new one, and put the old one away.\n", m.From, m.To, len(m.Tables), m.Rows)
			})
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "database that is now in use")
	cmd.Flags().StringVar(&to, "to", "", "empty database")
	cobra.CheckErr(cmd.MarkFlagRequired("from"))
	cobra.CheckErr(cmd.MarkFlagRequired("to"))
	return cmd
}
