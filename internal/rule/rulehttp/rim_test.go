package rulehttp_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/rule/rulehttp"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/web"
	"wengang/internal/webtest"
)

const (
	county  region.Code = 371522000000
	village region.Code = 371522002202
)

type tree struct{ *region.Tree }

func (t tree) Children(c region.Code) []region.Code {
	var out []region.Code
	for _, p := range t.Tree.Children(c) {
		out = append(out, p.Code)
	}
	return out
}
func (tree) Search(string, region.Scope, int) []region.Code { return nil }

// as signs everybody in as the caller of the X-As header.
type as struct{}

func (as) Authenticate(r *http.Request) (account.Caller, error) {
	g := account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: county}
	switch r.Header.Get("X-As") {
	case "neighbour":
		g.Region = 371521000000
	case "aide":
		g.Role, g.Region = account.Aide, village
	case "auditor":
		g.Role = account.Auditor
	}
	return account.Caller{UserID: 1, Login: "li", Name: "李文静", Session: "s", Address: "local", Grants: []account.Grant{g}}, nil
}

type console struct {
	t    testing.TB
	url  string
	d    *db.DB
	desk *rule.Desk
}

func open(t testing.TB) *console {
	t.Helper()
	d := testkit.SQLite(t)
	tr := tree{region.National()}
	c := &console{t: t, d: d, desk: rule.NewDesk(d, rule.TreePlaces(tr.Tree), audit.New(d, secrettest.Box(t), nil))}
	s := web.New(web.Config{Tree: tr, Auth: as{}, Clock: testkit.Clock, Notice: "web.sample", Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	rulehttp.New(s, c.desk).Register()
	h, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c.url = srv.URL
	return c
}

// fill puts people with findings into some villages of the county and one of
// another county.
func (c *console) fill(n int) {
	c.t.Helper()
	villages := []region.Code{village, village + 1, 371522103201, 371522103202}
	names := []rune("张王李赵陈杨黄周吴徐孙马朱胡郭何林高罗郑")
	kept := []rule.Finding{
		{Rule: rule.Get("work.wage_bounds"), Field: "wage", Args: []any{"54000", "100", "30000"}, Spell: &fact.Spell{Start: 202305}},
		rule.Of("labour.healthy_weak", "", "丧失劳动力", 35), rule.Of("phone.shared", "", "3715220020031"), rule.Of("aid.skilled_idle", "", "技能劳动力"),
		rule.Of("school.age", "", "小学三年级", 18),
	}
	err := c.d.Tx(context.Background(), func(tx *db.Tx) error {
		var all []rule.Kept
		for i := range n {
			id, at := int64(i+1), villages[i%len(villages)]
			if i == n-1 {
				at = 371521100201
			}
			_, err := tx.Exec(`INSERT INTO person (id, household_id, village, name, id_cipher, id_index, id_mask, created_at, updated_at) VALUES ($1, $1, $2, $3, $4, $5, '00**************19', 1, 1)`,
				id, int64(at), string(names[i%len(names)])+"庆"+string(names[(i*7)%len(names)]), []byte("x"), []byte{byte(i), byte(i >> 8), 9})
			if err != nil {
				return err
			}
			all = append(all, rule.Kept{PersonID: id, Village: at, Found: kept[i%5 : i%5+1], Checked: func(*rule.Rule, string) bool { return false }})
		}
		return rule.KeepAll(context.Background(), tx, 0, all)
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *console) ask(method, path, who string, form url.Values) (int, string) {
	c.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, c.url+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("X-As", who)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

func TestFindingsDesk(t *testing.T) {
	c := open(t)
	c.fill(121)
	code, page := c.ask("GET", "/findings", "", nil)
	for _, want := range []string{"务工月收入超出范围", "月收入 54000 元，不在 100–30000 元之间", "不同户登记同一电话", `href="/people/1?`, "120</b>"} {
		if code != 200 || !strings.Contains(page, want) {
			t.Errorf("%d: the desk lacks %q", code, want)
		}
	}
	if strings.Contains(page, "阳谷") || strings.Contains(page, "/people/121?") {
		t.Error("the desk shows another county")
	}
	code, page = c.ask("GET", "/findings?rule=work.wage_bounds", "", nil)
	if code != 200 || !strings.Contains(page, "核对是否把年收入填成月收入") || strings.Contains(page, "不同户登记同一电话") {
		t.Errorf("%d: one rule shows others, or no advice", code)
	}
	for path, want := range map[string]int{
		"/findings?rule=no.such": 404, "/findings?severity=9": 404, "/findings?person=x": 404, "/findings/0": 404, "/findings/9999": 404, "/findings/121": 404,
		"/findings/1": 200, "/findings/rules": 200, "/findings?state=excused": 200, "/findings?severity=3&at=371522": 200, "/findings?at=371521": 404,
	} {
		if code, _ := c.ask("GET", path, "", nil); code != want {
			t.Errorf("%s: %d, want %d", path, code, want)
		}
	}
	// Who may look, who may clear, and from where.
	for _, x := range []struct {
		who, method, path string
		want              int
	}{
		{"neighbour", "GET", "/findings/1", 404}, {"neighbour", "POST", "/findings/1/excuse", 404}, {"aide", "GET", "/findings/1", 200},
		{"aide", "POST", "/findings/1/excuse", 403}, {"aide", "GET", "/findings/2", 404}, {"auditor", "GET", "/findings", 403}, {"neighbour", "POST", "/findings/1/reopen", 404},
	} {
		form := url.Values{}
		if x.method == "POST" {
			form.Set("reason", "情况属实已核")
		} else {
			form = nil
		}
		if code, _ := c.ask(x.method, x.path, x.who, form); code != x.want {
			t.Errorf("%s %s as %s: %d, want %d", x.method, x.path, x.who, code, x.want)
		}
	}
	if _, page := c.ask("GET", "/findings/1", "aide", nil); strings.Contains(page, "/findings/1/excuse") {
		t.Error("an aide is offered to clear")
	}
}

func TestExcuseAndTakeBack(t *testing.T) {
	c := open(t)
	c.fill(10)
	code, page := c.ask("POST", "/findings/2/excuse", "", url.Values{"reason": {"短"}, "until": {"2024-06-30"}})
	if code != 422 || !strings.Contains(page, "4 到 500 个字") || !strings.Contains(page, "2024-06-30") {
		t.Errorf("a short reason: %d; what was typed must stay", code)
	}
	if code, _ := c.ask("POST", "/findings/2/excuse", "", url.Values{"reason": {"情况属实已核"}, "until": {"明年"}}); code != 422 {
		t.Errorf("an unreadable day: %d", code)
	}
	if code, _ := c.ask("POST", "/findings/2/excuse", "", url.Values{"reason": {"本人残疾证办理中"}, "until": {"2024-06-30"}}); code != 303 {
		t.Errorf("excuse: %d", code)
	}
	if code, _ := c.ask("POST", "/findings/2/excuse", "", url.Values{"reason": {"本人残疾证办理中"}}); code != 409 {
		t.Errorf("excused twice: %d", code)
	}
	_, page = c.ask("GET", "/findings?state=excused", "", nil)
	if !strings.Contains(page, "本人残疾证办理中") || !strings.Contains(page, "2024-06-30") {
		t.Error("the excuse is not listed")
	}
	if code, _ := c.ask("POST", "/findings/2/reopen", "", url.Values{"x": {"1"}}); code != 303 {
		t.Errorf("reopen: %d", code)
	}
	if _, page = c.ask("GET", "/findings?state=excused", "", nil); strings.Contains(page, "本人残疾证办理中") {
		t.Error("the excuse stays after it was taken back")
	}
}

func TestTheBookShowsEveryRule(t *testing.T) {
	c := open(t)
	_, page := c.ask("GET", "/findings/rules", "", nil)
	for _, r := range rule.All() {
		for _, cite := range r.Cite {
			if cite.Number != "" && !strings.Contains(page, cite.Number) {
				t.Errorf("%s: source %s is not shown", r.ID, cite.Number)
			}
		}
	}
	if !strings.Contains(page, "30000") || strings.Contains(page, "{0}") || strings.Contains(page, "rule.") || strings.Contains(page, "finding.") {
		t.Error("the book lacks thresholds or shows keys")
	}
}

// TestLook opens every page at both sizes in a browser.
func TestLook(t *testing.T) {
	c := open(t)
	c.fill(121)
	tab := webtest.Open(t, c.url)
	var excused int64 = 7
	if err := c.desk.Excuse(context.Background(), region.ScopeOf(county), account.Caller{UserID: 1}, excused, "本人确在家休养，残疾证办理中", 20240630); err != nil {
		t.Fatal(err)
	}
	tab.Walk([]webtest.Page{
		{Name: "findings", Path: "/findings"},
		{Name: "findings-rule", Path: "/findings?rule=labour.healthy_weak"},
		{Name: "findings-empty", Path: "/findings?severity=1"},
		{Name: "findings-excused", Path: "/findings?state=excused"},
		{Name: "finding", Path: "/findings/2"},
		{Name: "finding-excused", Path: fmt.Sprintf("/findings/%d", excused)},
		{Name: "findings-rules", Path: "/findings/rules"},
		{Name: "findings-today", Path: "/"},
		{Name: "findings-en", Path: "/findings?lang=en"},
		{Name: "findings-rules-en", Path: "/findings/rules?lang=en"},
		{Name: "findings-zh", Path: "/findings?lang=zh-CN"},
	})
}
