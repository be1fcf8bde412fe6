package main

import (
	"fmt"
	"net/netip"

	"github.com/spf13/cobra"

	"wengang/internal/app"
)

func serveCmd(e *env) *cobra.Command {
	var addr string
	var cert, key string
	var proxies []string
	cmd := &cobra.Command{
		Use: "serve", Short: "serve the console", Args: cobra.NoArgs,
		Long:    "Beyond loopback the console is served over TLS only: with a certificate of its own, or behind a proxy that ends TLS.",
		Example: "  wengang serve --db sqlite:/var/lib/wengang/wengang.db --addr 127.0.0.1:8080\n  wengang serve --addr :8443 --tls-cert site.pem --tls-key site.key\n  wengang serve --addr 10.0.0.5:8080 --proxy 10.0.0.2/32",
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.Close()
			o := app.ServeOptions{Addr: addr, Cert: cert, Key: key, Ready: func(addr string) {
				scheme := "http"
				if cert != "" {
					scheme = "https"
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s://%s\n", scheme, addr)
			}}
			for _, p := range proxies {
				prefix, err := netip.ParsePrefix(p)
				if err != nil {
					return fmt.Errorf("--proxy %s: write a range such as 10.0.0.2/32", p)
				}
				o.Proxies = append(o.Proxies, prefix)
			}
			return a.Serve(cmd.Context(), o)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "address to listen on")
	cmd.Flags().StringVar(&cert, "tls-cert", "", "certificate file (PEM) of the console's name")
	cmd.Flags().StringVar(&key, "tls-key", "", "its private key file (PEM)")
	cmd.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	cmd.Flags().StringSliceVar(&proxies, "proxy", nil, "addresses of the proxy that ends TLS in front; only their X-Forwarded-For is believed")
	return cmd
}
