package main

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"wengang/internal/app"
	"wengang/internal/rollup"
)

func serveCmd(e *env) *cobra.Command {
	var addr string
	var cert, key string
	var proxies []string
	var cache int64
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
			a.Rollup.SetCache(cache << 20)
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
	cmd.Flags().Int64Var(&cache, "cache-mb", cacheMB(), "memory for the rows behind figures, in MB (env WENGANG_CACHE_MB)")
	cmd.Flags().StringVar(&cert, "tls-cert", "", "certificate file (PEM) of the console's name")
	cmd.Flags().StringVar(&key, "tls-key", "", "its private key file (PEM)")
	cmd.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	cmd.Flags().StringSliceVar(&proxies, "proxy", nil, "addresses of the proxy that ends TLS in front; only their X-Forwarded-For is believed")
	return cmd
}

// cacheMB is the memory for rows unless the flag says otherwise.
func cacheMB() int64 {
	if n, err := strconv.ParseInt(os.Getenv("WENGANG_CACHE_MB"), 10, 64); err == nil && n >= 0 {
		return n
	}
	return rollup.DefaultCache >> 20
}
