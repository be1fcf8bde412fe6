package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/audit"
	"wengang/internal/rollup"
)

// errDifferences ends a verification that found something.
var errDifferences = errors.New("the ledger, the figures or the audit chain disagree")

type verified struct {
	OK      bool                `json:"ok"`
	Figures []rollup.Difference `json:"figures"`
	Audit   *audit.Report       `json:"audit"`
}

func verifyCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "count everything again by SQL, and check the audit chain", Args: cobra.NoArgs,
		Example: "  wengang verify --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			a, err := e.open(ctx)
			if err != nil {
				return err
			}
			defer a.Close()
			v := verified{}
			if v.Figures, err = a.Rollup.Verify(ctx); err != nil {
				return err
			}
			if _, err = a.Audit.Seal(ctx); err != nil && !errors.Is(err, audit.ErrAnchor) {
				return err
			}
			if v.Audit, err = a.Audit.Verify(ctx); err != nil {
				return err
			}
			v.OK = len(v.Figures) == 0 && v.Audit.OK()
			if err := e.print(cmd.OutOrStdout(), v, v.write); err != nil {
				return err
			}
			if !v.OK {
				return errDifferences
			}
			return nil
		},
	}
}

func (v verified) write(w io.Writer) {
	fmt.Fprintf(w, "figures: %d differences; audit: %d rows, %d findings\n", len(v.Figures), v.Audit.Rows, len(v.Audit.Findings))
	for _, d := range v.Figures {
		fmt.Fprintln(w, " ", d)
	}
	for _, f := range v.Audit.Findings {
		fmt.Fprintf(w, "  audit: %s at seal %d, row %d\n", f.Kind, f.Seq, f.RowID)
	}
}
