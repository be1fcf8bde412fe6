// Package accounthttp is the rim of accounts: sign-in, own account, accounts
// and grants, the permission table, sign-in rules.
package accounthttp

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"wengang/internal/account"
)

// Sessions is the edge between a browser's cookie and the service's sessions.
// It implements web.Auth.
type Sessions struct {
	Accounts *account.Service
	// Secure is set where the console is served over TLS: the cookie then has
	// the __Host- prefix, which a neighbouring host cannot set.
	Secure bool
	// Proxies are the addresses whose X-Forwarded-For is believed; from others
	// the header is ignored (ASVS 4.1.3).
	Proxies []netip.Prefix
}

type sessionKey struct{}

// held is what a request's cookie stands for; looked up once.
type held struct {
	ses account.Session
	err error
}

func (s *Sessions) cookieName() string {
	if s.Secure {
		return "__Host-wengang"
	}
	return "wengang"
}

func (s *Sessions) token(r *http.Request) string {
	c, err := r.Cookie(s.cookieName())
	if err != nil {
		return ""
	}
	return c.Value
}

// set writes the cookie: gone with the browser, unreadable for scripts, not
// sent along from other sites.
func (s *Sessions) set(w http.ResponseWriter, token string) {
	c := &http.Cookie{Name: s.cookieName(), Value: token, Path: "/", HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

func (s *Sessions) lookup(r *http.Request) (account.Session, error) {
	if h, ok := r.Context().Value(sessionKey{}).(*held); ok {
		return h.ses, h.err
	}
	return s.Accounts.Session(r.Context(), s.token(r))
}

// Authenticate tells who asks; fault.Unauth where there is no valid session.
func (s *Sessions) Authenticate(r *http.Request) (account.Caller, error) {
	ses, err := s.lookup(r)
	if err != nil {
		return account.Caller{}, err
	}
	return ses.Caller, nil
}

// first are the pages that come before everything else, by account.Session's
// MustChange.
var first = map[string]string{
	"code": "/sign-in/code", "factor": "/account/factor",
	"initial": "/password", "old": "/password", "identity": "/password",
}

// open are the paths that a person reaches whatever comes first.
func open(path string) bool {
	return path == "/sign-in" || path == "/sign-out" || path == "/healthz" || path == "/readyz" || path == "/metrics" || strings.HasPrefix(path, "/assets")
}

// Wrap stands before the console. It leads a person who must do something
// first (second factor, new password) to the page for that; every other page
// is closed to them anyway, because their caller has no grants.
func (s *Sessions) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.token(r) == "" || strings.HasPrefix(r.URL.Path, "/assets") {
			next.ServeHTTP(w, r)
			return
		}
		ses, err := s.lookup(r)
		if to := first[ses.MustChange]; err == nil && to != "" && !open(r.URL.Path) && r.URL.Path != to {
			w.Header().Set("Cache-Control", "no-store")
			if r.Header.Get("HX-Request") == "true" {
				w.Header().Set("HX-Redirect", to)
				return
			}
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), sessionKey{}, &held{ses, err})))
	})
}

// Address is the network address of the person: that of the connection, or
// the last one that a believed proxy names.
func (s *Sessions) Address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if !s.believed(host) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		host = hop
		if !s.believed(hop) {
			break
		}
	}
	return host
}

func (s *Sessions) believed(host string) bool {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range s.Proxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
