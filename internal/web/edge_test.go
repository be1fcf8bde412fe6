package web_test

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/web"
)

// TestServerDeadlines: the zero http.Server has none, and slow connections
// would stay (trust 5.1).
func TestServerDeadlines(t *testing.T) {
	s := web.Server("", nil)
	for name, d := range map[string]time.Duration{"header": s.ReadHeaderTimeout, "read": s.ReadTimeout, "write": s.WriteTimeout, "idle": s.IdleTimeout} {
		if d <= 0 || d > 2*time.Minute {
			t.Errorf("%s deadline %v", name, d)
		}
	}
	if s.MaxHeaderBytes == 0 || s.MaxHeaderBytes > 64<<10 {
		t.Errorf("header limit %d", s.MaxHeaderBytes)
	}
}

func TestListenLimit(t *testing.T) {
	l, err := web.Listen("127.0.0.1:0", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	got := make(chan net.Conn, 4)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			got <- c
		}
	}()
	for range 2 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
	}
	first := <-got
	select {
	case <-got:
		t.Fatal("a second connection was taken while the only slot was held")
	case <-time.After(50 * time.Millisecond):
	}
	_ = first.Close()
	_ = first.Close() // closing twice frees one slot, not two
	select {
	case <-got:
	case <-time.After(2 * time.Second):
		t.Fatal("the freed slot was not used")
	}
}

// TestLogHasNoData: neither path, values nor a body reach the log.
func TestLogHasNoData(t *testing.T) {
	var buf bytes.Buffer
	s := web.New(web.Config{Tree: fakeTree{}, Auth: fakeAuth{}, Clock: clock, Log: slog.New(slog.NewTextHandler(&buf, nil))})
	s.Add(web.Route{Pattern: "GET /p/{id}", Action: func(http.ResponseWriter, *web.Request) error {
		return fault.New(fault.Conflict, "fault.conflict")
	}})
	h, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	ask(t, "GET", srv.URL+"/p/000000197704010027?q=CANARY&000000197704010027=1", "officer", "")
	ask(t, "POST", srv.URL+"/search", "officer", "q=CANARY")
	for _, bad := range []string{"CANARY", "000000197704010027", "李文静"} {
		if strings.Contains(buf.String(), bad) {
			t.Errorf("the log holds %q:\n%s", bad, buf.String())
		}
	}
	if !strings.Contains(buf.String(), `route="GET /p/{id}"`) || !strings.Contains(buf.String(), "status=409") {
		t.Errorf("the log says too little:\n%s", buf.String())
	}
}

// TestNavigation: a role sees only what it can act on.
func TestNavigation(t *testing.T) {
	s := web.New(web.Config{Tree: fakeTree{}, Auth: fakeAuth{}, Clock: clock, Log: quiet})
	s.Nav(web.NavItem{Key: "web.nav.audit", Icon: "history", Href: "/audit", Need: account.AuditRead, Order: 90},
		web.NavItem{Key: "web.nav.import", Icon: "upload", Href: "/import", Need: account.ImportRun, Order: 40})
	h, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	for role, want := range map[string][2]bool{"officer": {false, true}, "auditor": {true, false}, "leader": {false, false}} {
		_, body := ask(t, "GET", srv.URL+"/", role, "")
		if got := [2]bool{strings.Contains(body, `href="/audit`), strings.Contains(body, `href="/import`)}; got != want {
			t.Errorf("%s sees audit, import: %v, want %v", role, got, want)
		}
	}
}

func TestErrorsOfScripts(t *testing.T) {
	_, srv := newShell(t, nil, web.Route{Pattern: "GET /bad", Action: func(http.ResponseWriter, *web.Request) error {
		return fault.InvalidFields(fault.Field{Name: "x", Key: "web.badmonth"})
	}})
	res, body := ask(t, "GET", srv.URL+"/bad", "officer", "", "HX-Request", "true")
	if res.StatusCode != 422 || res.Header.Get("HX-Retarget") != "#w-toasts" || !strings.Contains(body, "w-toast") || strings.Contains(body, "<html") {
		t.Errorf("htmx: %d %v %s", res.StatusCode, res.Header, body)
	}
	res, body = ask(t, "GET", srv.URL+"/bad", "officer", "", "Accept", "application/json")
	if res.StatusCode != 422 || !strings.Contains(body, `"fields":[{"name":"x"`) {
		t.Errorf("JSON: %d %s", res.StatusCode, body)
	}
}

func TestLanguageIsKept(t *testing.T) {
	_, srv := newShell(t, nil)
	res, _ := ask(t, "GET", srv.URL+"/?lang=en", "officer", "")
	var cookie string
	for _, c := range res.Cookies() {
		if c.Name == "lang" {
			cookie = c.Name + "=" + c.Value
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
				t.Error("the cookie is loose")
			}
		}
	}
	if _, body := ask(t, "GET", srv.URL+"/", "officer", "", "Cookie", cookie); !strings.Contains(body, `<html lang="en">`) {
		t.Error("the language was forgotten")
	}
}

func TestUploadSlots(t *testing.T) {
	in, out := make(chan struct{}), make(chan struct{})
	s := web.New(web.Config{Tree: fakeTree{}, Auth: fakeAuth{}, Clock: clock, Log: quiet, UploadSlots: 1, UploadLimit: 4 << 20})
	s.Add(web.Route{Pattern: "POST /up", Upload: true, Action: func(_ http.ResponseWriter, r *web.Request) error {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return err
		}
		in <- struct{}{}
		<-out
		return nil
	}})
	h, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	done := make(chan int)
	go func() {
		res, _ := ask(t, "POST", srv.URL+"/up", "officer", strings.Repeat("x", 3<<20), "Content-Type", "text/plain")
		done <- res.StatusCode
	}()
	<-in
	if res, _ := ask(t, "POST", srv.URL+"/up", "officer", "x", "Content-Type", "text/plain"); res.StatusCode != 503 {
		t.Errorf("second upload answered %d, want 503", res.StatusCode)
	}
	close(out)
	if got := <-done; got != 200 {
		t.Errorf("3 MB upload answered %d", got)
	}
}

const fuzzPage = `{{define "title"}}{{.S}}{{end}}{{define "main"}}{{template "w-tile" .Tile}}{{template "w-field" .Field}}{{template "w-chart" .Chart}}{{template "w-timeline" .Events}}{{stack .Parts}}<a href="{{self "x" .S}}" data-x="{{json .S}}">{{.S}}</a>{{template "w-badge" .Badge}}{{end}}`

// FuzzRender: no text of anybody becomes markup, wherever it stands.
func FuzzRender(f *testing.F) {
	s := web.New(web.Config{Tree: fakeTree{}, Auth: fakeAuth{}, Clock: clock, Log: quiet})
	s.Templates("fuzz", fstest.MapFS{"templates/p.html": {Data: []byte(fuzzPage)}})
	text := ""
	s.Add(web.Route{Pattern: "GET /p", Action: func(w http.ResponseWriter, r *web.Request) error {
		return s.Page(w, r, "fuzz/p", map[string]any{"S": text,
			"Tile":   web.Tile{Label: text, Value: text, Unit: text, Href: "/x?q=" + text, Changes: []web.Change{{Label: text, Reason: text}}, Calibre: []string{text}},
			"Field":  web.Field{Name: text, Label: text, Value: text, Hint: text, Error: text},
			"Chart":  web.Chart{Kind: "line", Title: text, Sub: text, Categories: []string{text}, Series: []web.Series{{Name: text, Values: []*float64{web.F(1)}}}},
			"Events": []web.Event{{Date: calendar.Date(20231208), Icon: text, Title: text, Note: text, Source: text}}, "Parts": []web.Part{{Label: text, Value: 1, Text: text}},
			"Badge": web.Badge{Kind: text, Icon: text, Text: text}})
	}})
	h, err := s.Handler()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"张三", `"><script>alert(1)</script>`, "</script><b x=", "{{.}}", "javascript:alert(1)", "' onload='x", "\u2028<!--", "a&b<c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		text = in + `<i canary="1">` + in + `</script>`
		r := httptest.NewRequest("GET", "/p", nil)
		r.Header.Set("X-Role", "officer")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		body := w.Body.String()
		if w.Code != 200 {
			t.Fatalf("status %d", w.Code)
		}
		if strings.Contains(body, "<i canary") || strings.Contains(body, `href="javascript`) {
			t.Fatalf("text became markup for %q", in)
		}
		// head: three scripts; one JSON block: its own end and no other
		if got := strings.Count(body, "</script>"); got != 4 {
			t.Fatalf("%d script ends for %q", got, in)
		}
	})
}
