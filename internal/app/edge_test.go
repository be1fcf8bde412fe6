package app

import (
	"net/netip"
	"testing"

	"wengang/internal/fault"
)

// A county served the console on its office network; passwords and cookies
// went over it in plain text, and every officer had the proxy's address.
func TestPlainOnLoopbackOnly(t *testing.T) {
	proxy := []netip.Prefix{netip.MustParsePrefix("10.0.0.2/32")}
	for _, c := range []struct {
		o      ServeOptions
		ok     bool
		secure bool
	}{
		{ServeOptions{Addr: "127.0.0.1:0"}, true, false},
		{ServeOptions{Addr: "[::1]:8080"}, true, false},
		{ServeOptions{Addr: "localhost:8080"}, true, false},
		{ServeOptions{Addr: ":8080"}, false, false},
		{ServeOptions{Addr: "0.0.0.0:8080"}, false, false},
		{ServeOptions{Addr: "10.0.0.5:8080"}, false, false},
		{ServeOptions{Addr: "8080"}, false, false},
		{ServeOptions{Addr: ":8443", Cert: "a.pem", Key: "a.key"}, true, true},
		{ServeOptions{Addr: "10.0.0.5:8080", Proxies: proxy}, true, true},
	} {
		if err := c.o.check(); (err == nil) != c.ok || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", c.o.Addr, err)
		}
		s := (&App{}).sessions(c.o)
		if c.o.secure() != c.secure || s.Secure != c.secure || len(s.Proxies) != len(c.o.Proxies) {
			t.Errorf("%s: secure %v, sessions %+v", c.o.Addr, c.o.secure(), s)
		}
	}
}
