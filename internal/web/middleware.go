package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"runtime/debug"
	"sort"
	"strings"
	"time"

	"wengang/internal/fault"
	"wengang/internal/text"
)

// csp is trust 5.2 without a nonce: no inline script and no inline style
// exists in any page.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"

// paramName is what a parameter of ours looks like.
var paramName = regexp.MustCompile(`^[a-z_]{1,24}$`)

type noteKey struct{}

// note collects what the access log writes; the request's parts fill it in.
type note struct {
	id    string
	route string
	user  int64
}

func requestID(ctx context.Context) string {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		return n.id
	}
	return ""
}

func noteRoute(ctx context.Context, route string) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.route = route
	}
}

func noteUser(ctx context.Context, user int64) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.user = user
	}
}

// newID is a short random id of a request; it says nothing about anybody.
func newID() string {
	var b [6]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// wrap puts the outer layers around the mux: id, log, recover, headers,
// cross-origin check.
func (s *Shell) wrap(mux *http.ServeMux) http.Handler {
	cop := http.NewCrossOriginProtection()
	cop.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		r := &Request{Request: hr, shell: s, route: &Route{Pattern: "cross-origin"}, id: requestID(hr.Context()), Lang: s.language(w, hr)}
		s.fail(w, r, fault.New(fault.Forbidden, "web.crossorigin"))
	}))
	inner := cop.Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		n := &note{id: newID()}
		r = r.WithContext(context.WithValue(r.Context(), noteKey{}, n))
		rec := &recorder{ResponseWriter: w}
		s.headers(rec.Header(), n.id)
		defer s.finish(rec, r, n, start)
		inner.ServeHTTP(rec, r)
	})
}

func (s *Shell) headers(h http.Header, id string) {
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Request-Id", id)
	if s.cfg.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// finish recovers a panic into the 500 page and writes the access line: route
// pattern and names of parameters only, no values, no path (trust: logs carry
// no personal data).
func (s *Shell) finish(rec *recorder, r *http.Request, n *note, start time.Time) {
	if p := recover(); p != nil {
		if p == http.ErrAbortHandler {
			panic(p)
		}
		s.cfg.Log.Error("panic", "id", n.id, "route", n.route, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		if rec.status == 0 {
			req := &Request{Request: r, shell: s, route: &Route{Pattern: n.route}, id: n.id, Lang: text.ZH}
			s.fail(rec, req, fmt.Errorf("panic"))
		}
	}
	if strings.HasPrefix(r.URL.Path, s.assets.Prefix()) {
		return
	}
	names := make([]string, 0, 4)
	for k := range r.URL.Query() {
		if paramName.MatchString(k) { // a name could be an id number too
			names = append(names, k)
		}
	}
	sort.Strings(names)
	s.cfg.Log.Info("request", "id", n.id, "method", r.Method, "route", n.route, "params", strings.Join(names, ","),
		"status", rec.status, "bytes", rec.bytes, "ms", time.Since(start).Milliseconds(), "user", n.user)
}

// recorder remembers status and size. Unwrap keeps ResponseController working.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(code int) {
	if w.status == 0 {
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
