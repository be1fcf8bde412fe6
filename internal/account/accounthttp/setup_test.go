package accounthttp_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/account/accounthttp"
	"wengang/internal/audit"
	"wengang/internal/audit/audithttp"
	"wengang/internal/db"
	"wengang/internal/region"
	_ "wengang/internal/rule" // declares settings
	"wengang/internal/secret/secrettest"
	"wengang/internal/setting/settinghttp"
	"wengang/internal/testkit"
	"wengang/internal/web"
	"wengang/internal/webtest"
)

const (
	city   region.Code = 371500000000
	county region.Code = 371522000000
	other  region.Code = 371521000000
	good               = "Tian-Qi-7788-Hao"
)

type tree struct{}

var names = map[region.Code]string{370000000000: "山东省", city: "聊城市", county: "莘县", other: "阳谷县", 371522100000: "张鲁镇"}

func (tree) Name(c region.Code) string          { return names[c] }
func (tree) Children(region.Code) []region.Code { return nil }
func (tree) Search(q string, within region.Scope, limit int) []region.Code {
	var out []region.Code
	for c, n := range names {
		if strings.Contains(n, q) && within.Contains(c) && len(out) < limit {
			out = append(out, c)
		}
	}
	return out
}

type refusals struct{ log *audit.Log }

func (r refusals) Refused(ctx context.Context, c account.Caller, route string, need account.Permission, _ region.Code) {
	_ = r.log.Refused(ctx, c, need, "route", route)
}

// house is a console with accounts and audit only.
type house struct {
	*webtest.Console
	t   *testing.T
	d   *db.DB
	svc *account.Service
	log *audit.Log
	mu  sync.Mutex
	now time.Time
}

func (h *house) clock() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.now }
func (h *house) forward(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func open(t *testing.T, demo ...accounthttp.DemoUser) *house {
	t.Helper()
	h := &house{t: t, d: testkit.SQLite(t), now: testkit.Now}
	h.d.Clock = h.clock
	box := secrettest.Box(t)
	anchor, err := audit.NewFileAnchor(t.TempDir() + "/head.anchor")
	if err != nil {
		t.Fatal(err)
	}
	h.log = audit.New(h.d, box, anchor)
	h.svc = account.New(h.d, box, h.log)
	if !strings.Contains(t.Name(), "Factor") {
		if err := h.svc.MarkSample(t.Context(), account.LocalOperator(region.Country)); err != nil {
			t.Fatal(err)
		}
	}
	sessions := &accounthttp.Sessions{Accounts: h.svc}
	h.Console = webtest.NewConsole(t, web.Config{Tree: tree{}, Auth: sessions, Clock: h.clock, Account: "/account", Refusals: refusals{h.log}}, func(shell *web.Shell) {
		rim := &accounthttp.Rim{Shell: shell, Accounts: h.svc, Sessions: sessions, Tree: tree{}, Demo: demo}
		rim.Settings(accounthttp.SettingsEntry{Icon: "adjustments-horizontal", Key: "account.settings.values", Href: settinghttp.Path, Need: account.BoardRead})
		rim.Register()
		(&settinghttp.Rim{Shell: shell, DB: h.d, Log: h.log}).Register()
		(&audithttp.Rim{Shell: shell, Log: h.log, Accounts: h.svc}).Register()
	}, sessions.Wrap)
	return h
}

// add makes an account that can sign in with the password good.
func (h *house) add(login, name string, at region.Code, identity string, grants ...account.Grant) int64 {
	h.t.Helper()
	local := account.LocalOperator(region.Country)
	in, err := h.svc.Create(context.Background(), local, account.NewUser{Login: login, Name: name, Region: at, Identity: identity, Password: good})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, g := range grants {
		if err := h.svc.Grant(context.Background(), local, in.UserID, g); err != nil {
			h.t.Fatal(err)
		}
	}
	return in.UserID
}

func (h *house) admins() {
	h.add("sys", "孙系统", county, "000000198802290019", account.Grant{Role: account.System, Region: county})
	h.add("sec", "安全员", county, "000000201001010018", account.Grant{Role: account.Security, Region: county})
	h.add("aud", "审计员", county, "11010519491231002X", account.Grant{Role: account.Auditor, Region: county})
}

// browser is a person who signs in by the page.
type browser struct{ *webtest.Client }

func (h *house) browser() browser { return browser{h.Stranger()} }

func (b browser) post(path string, kv ...string) webtest.Answer {
	form := url.Values{}
	for i := 0; i+1 < len(kv); i += 2 {
		form.Set(kv[i], kv[i+1])
	}
	return b.Post(path, form)
}

func (h *house) signedIn(login string) browser {
	h.t.Helper()
	b := h.browser()
	if a := b.post("/sign-in", "login", login, "password", good); a.Status != 303 {
		h.t.Fatalf("sign-in of %s: %d %s", login, a.Status, a.Body)
	}
	return b
}

func (h *house) rows(action string) int {
	h.t.Helper()
	var n int
	if err := h.d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE action = $1`, action).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

var oncePassword = regexp.MustCompile(`<code class="big">([^<]+)</code>`)
