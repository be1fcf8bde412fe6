package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"wengang/internal/app"
)

func serveCmd(e *env) *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use: "serve", Short: "serve the console", Args: cobra.NoArgs,
		Example: "  wengang serve --db sqlite:/var/lib/wengang/wengang.db --addr 127.0.0.1:8080",
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.Close()
			return a.Serve(cmd.Context(), app.ServeOptions{Addr: addr, Ready: func(addr string) {
				fmt.Fprintf(cmd.OutOrStdout(), "http://%s\n", addr)
			}})
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "address to listen on")
	return cmd
}
