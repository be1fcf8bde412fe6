package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/region"
)

func migrateCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "bring the database to this program's schema", Args: cobra.NoArgs,
		Example: "  wengang migrate --db postgres://wengang@db/wengang",
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.Close()
			v, err := a.DB.SchemaVersion(cmd.Context(), a.DB.Read)
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), map[string]any{"database": a.DB.URL, "schema": v}, func(w io.Writer) {
				fmt.Fprintf(w, "%s: schema %d\n", a.DB.URL, v)
			})
		},
	}
}

// tree is the national tree, with the local places of the database where one
// is named on the command line or in the environment.
func (e *env) tree(ctx context.Context) (*region.Tree, error) {
	if !e.dbGiven {
		return region.National(), nil
	}
	a, err := e.open(ctx)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	return a.Tree(), nil
}
