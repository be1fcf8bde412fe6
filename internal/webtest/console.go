package webtest

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
)

// Places is the shell's tree over a tree of places; it finds nothing by name.
type Places struct{ *region.Tree }

// Children are the codes of the places right below.
func (p Places) Children(c region.Code) []region.Code { return codesOf(p.Tree.Children(c)) }

// ChildrenIn are those that were right below at the end of a month.
func (p Places) ChildrenIn(c region.Code, m calendar.Month) []region.Code {
	return codesOf(p.Tree.ChildrenIn(c, m))
}

func codesOf(places []region.Place) []region.Code {
	var out []region.Code
	for _, below := range places {
		out = append(out, below.Code)
	}
	return out
}

// Search finds nothing.
func (Places) Search(string, region.Scope, int) []region.Code { return nil }

// as is the header that names who asks.
const as = "X-As"

// Callers signs in by name of the person who asks, "" being whoever opens the
// console in a browser. Who is not in it has no session.
type Callers map[string]account.Caller

// Authenticate is web.Auth.
func (c Callers) Authenticate(r *http.Request) (account.Caller, error) {
	caller, known := c[r.Header.Get(as)]
	if !known {
		return account.Caller{}, fault.New(fault.Unauth, "fault.unauth")
	}
	return caller, nil
}

// Grants are callers with these grants, all of them user 1 of that name, each
// with a session of its own.
func Grants(name string, of map[string][]account.Grant) Callers {
	out := Callers{}
	for who, grants := range of {
		out[who] = account.Caller{UserID: 1, Login: who, Name: name, Session: "s" + who, Address: "local", Fresh: true, Grants: grants}
	}
	return out
}

// HR is one grant in the department of human resources.
func HR(role account.Role, at region.Code) []account.Grant {
	return []account.Grant{{Role: role, Dept: account.DeptHR, Region: at}}
}

// Console is a shell with some rims behind a test server.
type Console struct {
	URL     string
	t       testing.TB
	clients map[string]*Client
}

// NewConsole serves a shell with what register puts into it until the test
// ends. Without a tree there is the national one; without a log, errors go to
// stderr. wrap goes around the shell's handler.
func NewConsole(t testing.TB, cfg web.Config, register func(*web.Shell), wrap ...func(http.Handler) http.Handler) *Console {
	t.Helper()
	if cfg.Tree == nil {
		cfg.Tree = Places{region.National()}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	}
	s := web.New(cfg)
	register(s)
	h, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	for _, around := range wrap {
		h = around(h)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return &Console{URL: srv.URL, t: t, clients: map[string]*Client{}}
}

// As is the browser of that person, with the cookies that it got so far.
func (c *Console) As(who string) *Client {
	c.t.Helper()
	if c.clients[who] == nil {
		c.clients[who] = c.Stranger()
		c.clients[who].who = who
	}
	return c.clients[who]
}

// Stranger is a browser without a cookie that names nobody.
func (c *Console) Stranger() *Client {
	c.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{t: c.t, url: c.URL, http: &http.Client{Jar: jar, CheckRedirect: stay}}
}

// Client is a browser without a window: it keeps cookies and follows no
// redirect.
type Client struct {
	t        testing.TB
	url, who string
	http     *http.Client
}

// Get asks for a path of the console.
func (c *Client) Get(path string) Answer {
	c.t.Helper()
	return c.Send("GET", path, "", nil)
}

// Post sends a form of the console's own.
func (c *Client) Post(path string, form url.Values) Answer {
	c.t.Helper()
	return c.Send("POST", path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// Ask is Post for the method POST, else Get: one line of a table of requests.
func (c *Client) Ask(method, path string, form url.Values) Answer {
	c.t.Helper()
	if method == http.MethodPost {
		return c.Post(path, form)
	}
	return c.Send(method, path, "", nil)
}

// Send is any request of the console's own pages.
func (c *Client) Send(method, path, contentType string, body io.Reader) Answer {
	c.t.Helper()
	req := c.Request(method, path, body)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return c.Do(req)
}

// Request is a request to the console as the client asks it, without the
// headers that tell where it comes from.
func (c *Client) Request(method, path string, body io.Reader) *http.Request {
	c.t.Helper()
	req, err := http.NewRequest(method, c.url+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	if c.who != "" {
		req.Header.Set(as, c.who)
	}
	return req
}

// Do sends a request and reads the whole answer.
func (c *Client) Do(req *http.Request) Answer {
	c.t.Helper()
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	asked := req.Method + " " + req.URL.RequestURI() + " as " + c.who
	return Answer{Status: res.StatusCode, To: res.Header.Get("Location"), Body: string(body), Header: res.Header, t: c.t, asked: strings.TrimSuffix(asked, " as ")}
}

// Cookies are what the client keeps for the console.
func (c *Client) Cookies() []*http.Cookie {
	c.t.Helper()
	return c.http.Jar.Cookies(c.Request("GET", "/", nil).URL)
}

// Plant puts cookies into the client.
func (c *Client) Plant(cookies ...*http.Cookie) {
	c.t.Helper()
	c.http.Jar.SetCookies(c.Request("GET", "/", nil).URL, cookies)
}

// Answer is what came back.
type Answer struct {
	Status int
	To     string // Location
	Body   string // as sent
	Header http.Header
	t      testing.TB
	asked  string
}

// Plain is the answer with the entities of its body resolved.
func (a Answer) Plain() Answer {
	a.Body = html.UnescapeString(a.Body)
	return a
}

// Want says what is missing: the status, and each string in the body, or in
// the address where the answer leads elsewhere (303). what may be "".
func (a Answer) Want(what string, status int, has ...string) Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Errorf("%s: %d, want %d: %s", a.name(what), a.Status, status, excerpt(a.Body))
		return a
	}
	in := a.Body
	if status == http.StatusSeeOther {
		in = a.To
	}
	for _, s := range has {
		if !strings.Contains(in, s) {
			a.t.Errorf("%s: %q is missing in %s", a.name(what), s, excerpt(in))
		}
	}
	return a
}

// Lacks says which of these strings stand in the body or the address.
func (a Answer) Lacks(what string, has ...string) Answer {
	a.t.Helper()
	for _, s := range has {
		if strings.Contains(a.Body, s) || strings.Contains(a.To, s) {
			a.t.Errorf("%s: %q is there", a.name(what), s)
		}
	}
	return a
}

func (a Answer) name(what string) string {
	if what == "" {
		return a.asked
	}
	return what + " (" + a.asked + ")"
}

// excerpt is the beginning of the message on a page, else of its main part.
func excerpt(s string) string {
	for _, mark := range []string{`role="alert"`, "<main"} {
		if i := strings.Index(s, mark); i >= 0 {
			s = s[i:]
			break
		}
	}
	return s[:min(len(s), 600)]
}
