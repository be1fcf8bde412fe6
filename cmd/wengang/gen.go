package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/region"
	"wengang/internal/sample"
)

func genCmd(e *env) *cobra.Command {
	var at string
	var units bool
	o := sample.Options{}
	cmd := &cobra.Command{
		Use: "gen", Short: "write synthetic workbooks in the national layouts, with planted errors and their truth", Args: cobra.NoArgs,
		Example: "  wengang gen --region 3715 --people 40000 --months 24 --seed 1 --out sample",
		RunE: func(cmd *cobra.Command, _ []string) error {
			code, err := region.ParseCode(at)
			if err != nil {
				return err
			}
			o.Region, o.Tree, o.NoUnits = code, region.National(), !units
			m, err := sample.Generate(cmd.Context(), o)
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), m, func(w io.Writer) {
				fmt.Fprintf(w, "%s: %d files, %d people, %d spells; planted errors in %s\n", o.Dir, len(m.Files), m.People, m.Spells, m.Truth)
			})
		},
	}
	regionFlag(cmd, &at)
	f := cmd.Flags()
	f.IntVar(&o.People, "people", 40_000, "people")
	f.IntVar(&o.Months, "months", 24, "months of history (at least 4: three come as monthly files)")
	f.Uint64Var(&o.Seed, "seed", 1, "seed: the same seed gives the same files")
	f.BoolVar(&units, "units", false, "with the reporting units of 聊城, for an installation that has them (as the demo does)")
	f.StringVar(&o.Dir, "out", "", "folder to write into")
	cobra.CheckErr(cmd.MarkFlagRequired("out"))
	return cmd
}
