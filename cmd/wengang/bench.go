package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/rollup"
)

func benchCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use: "bench", Short: "measure the product against a peer in the same run; no time is printed whose result was not checked", Args: cobra.NoArgs,
	}
	cmd.AddCommand(benchRollupCmd(e), benchSliceCmd(e), benchImportCmd(e), benchPagesCmd(e))
	return cmd
}

func benchRollupCmd(e *env) *cobra.Command {
	var people, peer int
	cmd := &cobra.Command{
		Use: "rollup", Short: "one month of the whole country in memory, every count at six levels", Args: cobra.NoArgs,
		Example: "  wengang bench rollup --people 30190000 --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := rollup.Bench(cmd.Context(), people, peer, func(s string) { fmt.Fprintln(cmd.ErrOrStderr(), s) })
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), r, func(w io.Writer) {
				fmt.Fprintf(w, "%d people, %d indicators, %d levels: %.3f s (floor %.3f s, %s %.2f s on %d people)\n",
					r.People, r.Indicators, r.Levels, r.Seconds, r.Floor, r.Peer.Name, r.Peer.Seconds, r.Peer.People)
			})
		},
	}
	cmd.Flags().IntVar(&people, "people", 1_000_000, "people in the month")
	cmd.Flags().IntVar(&peer, "peer-people", 0, "people of the SQL peer (default one million, at most --people)")
	return cmd
}

func benchSliceCmd(e *env) *cobra.Command {
	var people, peer, queries int
	var seed uint64
	cmd := &cobra.Command{
		Use: "slice", Short: "random questions by any dimensions at any place, each with its list", Args: cobra.NoArgs,
		Example: "  wengang bench slice --people 4000000 --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := rollup.BenchSlice(cmd.Context(), people, peer, queries, seed, func(s string) { fmt.Fprintln(cmd.ErrOrStderr(), s) })
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), r, func(w io.Writer) {
				fmt.Fprintf(w, "%d people, %d questions with their lists: median %.3f s, p95 %.3f s (%.3f CPU-s), longest %.3f s; floor %.3f s, scan %.2f s; %s %.2f s and columns %.3f s on %d people\n",
					r.People, r.Queries, r.Median, r.P95, r.CPUP95, r.Longest, r.Floor, r.Naive, r.Peer.Name, r.Peer.Seconds, r.Peer.Own, r.Peer.People)
			})
		},
	}
	cmd.Flags().IntVar(&people, "people", 4_000_000, "people in the month")
	cmd.Flags().IntVar(&peer, "peer-people", 0, "people of the SQL peer (default one million, at most --people)")
	cmd.Flags().IntVar(&queries, "queries", 100, "how many questions")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "seed of the questions")
	return cmd
}
