package web_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
)

// fakeTree knows one province, one city and two counties.
type fakeTree struct{}

var places = map[region.Code]string{370000000000: "山东省", 371500000000: "聊城市", 371522000000: "莘县", 371521000000: "阳谷县", 371522100000: "张鲁镇", 110000000000: "北京市"}

func (fakeTree) Name(c region.Code) string { return places[c] }
func (fakeTree) Children(c region.Code) []region.Code {
	var out []region.Code
	for p := range places {
		if p != c && p.Parent() == c {
			out = append(out, p)
		}
	}
	return out
}
func (fakeTree) Search(q string, within region.Scope, limit int) []region.Code {
	var out []region.Code
	for p, n := range places {
		if strings.Contains(n, q) && within.Contains(p) && len(out) < limit {
			out = append(out, p)
		}
	}
	return out
}

// fakeAuth reads who from a header; no header is no session.
type fakeAuth struct{}

func (fakeAuth) Authenticate(r *http.Request) (account.Caller, error) {
	role := account.Role(r.Header.Get("X-Role"))
	if role == "" {
		return account.Caller{}, fault.New(fault.Unauth, "fault.unauth")
	}
	return account.Caller{UserID: 7, Name: "李文静", Session: "s", Grants: []account.Grant{{Role: role, Dept: account.DeptHR, Region: 371522000000}}}, nil
}

type refusals struct{ got []string }

func (f *refusals) Refused(_ context.Context, _ account.Caller, route string, need account.Permission, at region.Code) {
	f.got = append(f.got, route+" "+string(need)+" "+at.String())
}

var clock = calendar.Fixed(time.Date(2023, 12, 10, 9, 0, 0, 0, calendar.Zone))

func newShell(t *testing.T, ref web.Refusals, routes ...web.Route) (*web.Shell, *httptest.Server) {
	t.Helper()
	s := web.New(web.Config{Tree: fakeTree{}, Auth: fakeAuth{}, Clock: clock, Refusals: ref, Log: slog.New(slog.DiscardHandler)})
	s.Add(routes...)
	h, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return s, srv
}

// ask sends a request without following redirects.
func ask(t *testing.T, method, url, role, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if role != "" {
		req.Header.Set("X-Role", role)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func TestAnswers(t *testing.T) {
	ref := &refusals{}
	act := func(err error) web.Action { return func(http.ResponseWriter, *web.Request) error { return err } }
	_, srv := newShell(t, ref,
		web.Route{Pattern: "GET /people", Need: account.PeopleRead, Action: func(w http.ResponseWriter, r *web.Request) error {
			_, _ = io.WriteString(w, r.At.String()+" "+r.Month.String()+" "+r.Link("/x", "a", 1))
			return nil
		}},
		web.Route{Pattern: "GET /audit", Need: account.AuditRead, Action: act(nil)},
		web.Route{Pattern: "GET /conflict", Action: act(fault.New(fault.Conflict, "fault.conflict"))},
		web.Route{Pattern: "GET /invalid", Action: act(fault.InvalidFields(fault.Field{Name: "x", Key: "web.badmonth"}))},
		web.Route{Pattern: "GET /boom", Action: func(http.ResponseWriter, *web.Request) error { panic("boom 370101199001011234") }},
		web.Route{Pattern: "GET /plain", Action: act(io.ErrUnexpectedEOF)},
		web.Route{Pattern: "GET /open", Public: true, Action: func(w http.ResponseWriter, _ *web.Request) error { _, err := io.WriteString(w, "open"); return err }},
	)
	for _, c := range []struct {
		name, path, role string
		status           int
		has              string
	}{
		{"no session goes to sign-in and comes back", "/people?at=371522000000", "", 303, ""},
		{"own place and last month by default", "/people", "officer", 200, "371522 2023-11 /x?a=1&at=371522000000&month=2023-11"},
		{"place below", "/people?at=371522100000&month=2023-06", "officer", 200, "371522100 2023-06"},
		{"place outside the scope is not found", "/people?at=371521000000", "officer", 404, "没有找到"},
		{"place above the scope is not found", "/people?at=371500000000", "officer", 404, "没有找到"},
		{"the nation is not found", "/people?at=0", "officer", 404, "没有找到"},
		{"place that does not exist is the same", "/people?at=371522999000", "officer", 404, "没有找到"},
		{"nonsense as place is the same", "/people?at=1%3Bdrop", "officer", 404, "没有找到"},
		{"nonsense as month", "/people?month=2023-13", "officer", 404, ""},
		{"role without the permission", "/audit", "officer", 403, "查看审计"},
		{"role without it in English", "/audit?lang=en", "officer", 403, "read the audit"},
		{"conflict", "/conflict", "officer", 409, "已被他人修改"},
		{"invalid", "/invalid", "officer", 422, "2023-11 的样子"},
		{"panic", "/boom", "officer", 500, "已记录编号"},
		{"unknown error says nothing", "/plain", "officer", 500, "已记录编号"},
		{"unknown path", "/nowhere", "officer", 404, "没有找到"},
		{"public", "/open", "", 200, "open"},
		{"health", "/healthz", "", 200, "ok"},
		{"ready", "/readyz", "", 200, "ready"},
		{"today", "/", "officer", 200, "12月10日 周日"},
		{"today in English", "/?lang=en", "leader", 200, "Nothing to do"},
		{"picker", "/places", "officer", 200, "张鲁镇"},
		{"suggestions are of the whole country", "/places/suggest?q=%E5%8C%97%E4%BA%AC", "officer", 200, "北京市"},
		{"search of the picker stays in the scope", "/places/find?q=%E9%98%B3%E8%B0%B7", "officer", 200, "没有找到这个地方"},
	} {
		t.Run(c.name, func(t *testing.T) {
			res, body := ask(t, "GET", srv.URL+c.path, c.role, "")
			if res.StatusCode != c.status || !strings.Contains(body, c.has) {
				t.Errorf("status %d, want %d; body %q does not hold %q", res.StatusCode, c.status, tail(body), c.has)
			}
			if strings.Contains(body, "370101199001011234") || strings.Contains(body, "unexpected EOF") {
				t.Error("the inner error reached the reader")
			}
			if res.Header.Get("Content-Security-Policy") == "" || res.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Error("security headers are missing")
			}
		})
	}
	if len(ref.got) < 4 {
		t.Errorf("refusals recorded: %v", ref.got)
	}
}

func tail(s string) string {
	if i := strings.Index(s, "<main"); i >= 0 {
		s = s[i:]
	}
	if len(s) > 600 {
		s = s[:600]
	}
	return s
}

func TestSignInKeepsAddress(t *testing.T) {
	_, srv := newShell(t, nil)
	res, _ := ask(t, "GET", srv.URL+"/search?at=371522000000", "", "")
	if got := res.Header.Get("Location"); got != "/sign-in?next=%2Fsearch%3Fat%3D371522000000" {
		t.Errorf("Location %q", got)
	}
	res, _ = ask(t, "GET", srv.URL+"/search", "", "", "HX-Request", "true")
	if got := res.Header.Get("HX-Redirect"); got != "/sign-in" {
		t.Errorf("HX-Redirect %q", got)
	}
	res, body := ask(t, "GET", srv.URL+"/search", "", "", "Accept", "application/json")
	if res.StatusCode != 401 || !strings.Contains(body, `"status":401`) {
		t.Errorf("JSON answer: %d %s", res.StatusCode, body)
	}
}

func TestCrossOriginPost(t *testing.T) {
	_, srv := newShell(t, nil)
	res, _ := ask(t, "POST", srv.URL+"/search", "officer", "q=x", "Sec-Fetch-Site", "cross-site")
	if res.StatusCode != 403 {
		t.Errorf("cross-site POST answered %d", res.StatusCode)
	}
	res, body := ask(t, "POST", srv.URL+"/search", "officer", "q=%E5%BC%A0%E9%B2%81", "Sec-Fetch-Site", "same-origin")
	if res.StatusCode != 200 || !strings.Contains(body, "张鲁镇") {
		t.Errorf("own POST answered %d", res.StatusCode)
	}
}

func TestDoubleSubmit(t *testing.T) {
	n := 0
	_, srv := newShell(t, nil, web.Route{Pattern: "POST /add", Need: account.PeopleEdit, Action: func(w http.ResponseWriter, r *web.Request) error {
		n++
		if r.PostFormValue("bad") != "" {
			return fault.InvalidFields(fault.Field{Name: "bad", Key: "web.badform"})
		}
		return r.Redirect(w, "/people/1")
	}})
	for i := 0; i < 2; i++ {
		res, _ := ask(t, "POST", srv.URL+"/add", "officer", web.OnceField+"=abc&name=x")
		if res.StatusCode != 303 || res.Header.Get("Location") != "/people/1" {
			t.Errorf("submit %d: %d %s", i, res.StatusCode, res.Header.Get("Location"))
		}
	}
	if n != 1 {
		t.Errorf("the action ran %d times, want 1", n)
	}
	for i := 0; i < 2; i++ {
		if res, _ := ask(t, "POST", srv.URL+"/add", "officer", web.OnceField+"=def&bad=1"); res.StatusCode != 422 {
			t.Errorf("bad submit %d: %d", i, res.StatusCode)
		}
	}
	if n != 3 {
		t.Errorf("a form with errors may be sent again; the action ran %d times, want 3", n)
	}
}

func TestBodyLimit(t *testing.T) {
	_, srv := newShell(t, nil, web.Route{Pattern: "POST /add", Action: func(_ http.ResponseWriter, r *web.Request) error {
		_, err := io.ReadAll(r.Body)
		return err
	}})
	res, body := ask(t, "POST", srv.URL+"/add", "officer", strings.Repeat("x", 2<<20), "Content-Type", "text/plain")
	if res.StatusCode != 422 || !strings.Contains(body, "1 MB") {
		t.Errorf("2 MB body answered %d", res.StatusCode)
	}
}

func TestCheckRefusesFaultyPages(t *testing.T) {
	ok := `{{define "title"}}x{{end}}{{define "main"}}<p>{{t "app.name"}}</p>{{end}}`
	for _, c := range []struct{ name, page, want string }{
		{"good", ok, ""},
		{"no title", `{{define "main"}}x{{end}}`, `block "title" is missing`},
		{"no main", `{{define "title"}}x{{end}}`, `block "main" is missing`},
		{"missing key", ok + `{{define "a"}}{{if .}}{{t "no.such.key"}}{{end}}{{end}}`, `no catalogue key "no.such.key"`},
		{"missing key in a pipe", ok + `{{define "a"}}{{template "w-empty" (dict "Title" (t "no.other"))}}{{end}}`, `no catalogue key "no.other"`},
		{"missing icon", ok + `{{define "a"}}{{icon "no-such-icon"}}{{end}}`, `no icon "no-such-icon"`},
		{"missing partial", ok + `{{define "a"}}{{template "w-nothing" .}}{{end}}`, `no template "w-nothing"`},
		{"style attribute", ok + `{{define "a"}}<p style="color:red">{{end}}`, "style attribute"},
		{"inline handler", ok + `{{define "a"}}<p onclick="x()">{{end}}`, "inline handler"},
		{"inline script", ok + `{{define "a"}}<script>alert({{.}})</script>{{end}}`, "inline script"},
		{"foreign address", ok + `{{define "a"}}<img src="https://example.com/x.png">{{end}}`, "outside the console"},
		{"syntax", `{{define "title"}}{{if}}`, "page x/p"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := web.New(web.Config{Tree: fakeTree{}, Auth: fakeAuth{}, Clock: clock})
			s.Templates("x", fstest.MapFS{"templates/p.html": {Data: []byte(c.page)}})
			err := s.Check()
			switch {
			case c.want == "" && err != nil:
				t.Errorf("a good page was refused: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

var quiet = slog.New(slog.DiscardHandler)

func serveOnce(b *testing.B, h http.Handler, path string) {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("X-Role", "officer")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 200 {
		b.Fatalf("%s answered %d", path, w.Code)
	}
}
