package webtest_test

import (
	"net/http"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/web"
	"wengang/internal/webtest"
)

// heard keeps what a helper reports instead of failing by it.
type heard struct {
	testing.TB
	said int
}

func (h *heard) Helper()               {}
func (h *heard) Errorf(string, ...any) { h.said++ }

// TestAnswersAreHeld: each way in which an answer can be wrong is told.
func TestAnswersAreHeld(t *testing.T) {
	h := &heard{TB: t}
	around := func(inner http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/page":
				w.Write([]byte("1 &lt; 2 " + r.Method))
			case "/away":
				w.Header().Set("Location", "/there")
				w.WriteHeader(http.StatusSeeOther)
				w.Write([]byte("body"))
			default:
				inner.ServeHTTP(w, r)
			}
		})
	}
	c := webtest.NewConsole(h, web.Config{Clock: calendar.Fixed(calendar.Date(20231210).Time()), Auth: webtest.Grants("李文静", map[string][]account.Grant{"li": webtest.HR(account.Officer, 371522000000)})}, func(*web.Shell) {}, around)
	page, away := c.As("li").Get("/page"), c.As("li").Post("/away", nil)
	for _, x := range []struct {
		what string
		do   func()
		want int
	}{
		{"right", func() { page.Want("", 200, "1 &lt; 2", "GET").Lacks("", "1 < 2", "POST") }, 0},
		{"plain", func() { page.Plain().Want("", 200, "1 < 2").Lacks("", "&lt;") }, 0},
		{"status", func() { page.Want("", 404) }, 1},
		{"raw", func() { page.Want("", 200, "1 < 2") }, 1},
		{"two missing", func() { page.Want("", 200, "a", "b") }, 2},
		{"there", func() { page.Lacks("", "GET") }, 1},
		{"away", func() { away.Want("", 303, "/there") }, 0},
		{"of a redirect only the address counts", func() { away.Want("", 303, "body") }, 1},
		{"in the address", func() { away.Lacks("", "there") }, 1},
		{"method", func() { c.As("li").Ask("POST", "/page", nil).Want("", 200, "POST") }, 0},
	} {
		h.said = 0
		if x.do(); h.said != x.want {
			t.Errorf("%s: told %d times, want %d", x.what, h.said, x.want)
		}
	}
	h.said = 0
	c.As("li").Get("/").Want("", 200, "李文静")
	c.As("nobody").Get("/").Want("", 303, "/sign-in")
	c.Stranger().Get("/").Want("", 303, "/sign-in")
	if h.said != 0 {
		t.Error("who is no caller has no session, who is one has")
	}
	c.As("li").Plant(&http.Cookie{Name: "kept", Value: "1"})
	if list := c.As("li").Cookies(); len(list) == 0 || !strings.Contains(list[len(list)-1].String(), "kept=1") || len(c.As("nobody").Cookies()) > 0 {
		t.Errorf("cookies: %v", list)
	}
}
