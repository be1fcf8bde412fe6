package web

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/fault"
)

// OnceField is the hidden field of a form that a double click must not submit
// twice; the template function once writes it.
const OnceField = "_once"

// onceTable remembers where a submitted form led, so that the second copy of
// the same form gets the first one's answer. It is a courtesy of the page: what
// must happen once is held by unique keys in the database.
type onceTable struct {
	mu    sync.Mutex
	clock calendar.Clock
	seen  map[string]*onceEntry
}

type onceEntry struct {
	at   time.Time
	done chan struct{}
	to   string // where the first answer led; "" until it succeeded
}

const onceKeep = 30 * time.Minute

func newOnceTable(c calendar.Clock) *onceTable {
	return &onceTable{clock: c, seen: map[string]*onceEntry{}}
}

func onceToken() string {
	var b [12]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// run calls the action, once per token and caller. Only a redirect counts as
// done: a form that came back with errors may be sent again.
func (t *onceTable) run(w http.ResponseWriter, r *Request, act Action) error {
	if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return act(w, r)
	}
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	token := r.PostFormValue(OnceField)
	if token == "" || len(token) > 64 {
		return act(w, r)
	}
	key := r.Caller.Session + "\x00" + r.Pattern + "\x00" + token
	e, first := t.claim(key)
	if !first {
		select {
		case <-e.done:
		case <-r.Context().Done():
			return fault.New(fault.Unavailable, "web.busy")
		}
		if e.to != "" {
			return r.Redirect(w, e.to)
		}
		return fault.New(fault.Conflict, "web.twice")
	}
	seen := &locationWriter{ResponseWriter: w}
	defer func() { t.release(key, e, seen.to()) }()
	return act(seen, r)
}

func (t *onceTable) claim(key string) (*onceEntry, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock()
	if e, ok := t.seen[key]; ok {
		return e, false
	}
	if len(t.seen) > 4096 {
		for k, e := range t.seen {
			if now.Sub(e.at) > onceKeep {
				delete(t.seen, k)
			}
		}
	}
	e := &onceEntry{at: now, done: make(chan struct{})}
	t.seen[key] = e
	return e, true
}

func (t *onceTable) release(key string, e *onceEntry, to string) {
	t.mu.Lock()
	e.to = to
	if to == "" {
		delete(t.seen, key)
	}
	t.mu.Unlock()
	close(e.done)
}

// locationWriter sees where an answer redirects to.
type locationWriter struct {
	http.ResponseWriter
	status int
}

func (w *locationWriter) WriteHeader(code int) {
	w.status = code
	w.ResponseWriter.WriteHeader(code)
}

func (w *locationWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *locationWriter) to() string {
	if to := w.Header().Get("HX-Redirect"); to != "" {
		return to
	}
	if w.status >= 300 && w.status < 400 {
		return w.Header().Get("Location")
	}
	return ""
}
