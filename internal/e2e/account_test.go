package e2e

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/webtest"
)

// from sends a request as if from an address, with what a forger would add.
func (w *estate) from(a *actor, address, method, target string, head ...string) *answer {
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = address + ":4567"
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	return w.send(a, r)
}

func (w *estate) enter(t *testing.T, login string) *actor {
	t.Helper()
	return &actor{login: login, open: true, cookie: w.signIn(t, login, password())}
}

// TestAdministrationFromAllowedAddresses: pages of administration and the
// metrics answer their networks only, whatever a header says (trust 1.3 row
// 22, ASVS 4.1.3).
func TestAdministrationFromAllowedAddresses(t *testing.T) {
	w, ctx := accessEstate(t), context.Background()
	sys, officer := w.enter(t, "system"), w.enter(t, "sx_officer")
	if got := w.from(sys, "10.1.2.3", "GET", "/users"); got.status != 200 {
		t.Fatalf("without a list: %d", got.status)
	}
	if err := w.Accounts.SetAddresses(ctx, local, account.AdminAddress, "10.37.15.0/24, 2001:db8::/32", "等保", ""); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		who     *actor
		address string
		path    string
		head    []string
		want    int
	}{
		{sys, "10.37.15.8", "/users", nil, 200}, {sys, "[2001:db8::7]", "/users", nil, 200}, {sys, "10.1.2.3", "/users", nil, 403},
		{sys, "10.1.2.3", "/users", []string{"X-Forwarded-For", "10.37.15.8"}, 403}, {sys, "10.1.2.3", "/users", []string{"X-Real-IP", "10.37.15.8", "Forwarded", "for=10.37.15.8"}, 403},
		{sys, "10.1.2.3", "/account", nil, 200}, {officer, "10.1.2.3", "/people", nil, 200},
		{officer, "10.1.2.3", "/metrics", nil, 404}, {officer, "127.0.0.1", "/metrics", nil, 200}, {officer, "10.1.2.3", "/metrics", []string{"X-Forwarded-For", "127.0.0.1"}, 404},
		{officer, "10.1.2.3", "/readyz", nil, 200},
	} {
		if got := w.from(c.who, c.address, "GET", c.path, c.head...); got.status != c.want {
			t.Errorf("%s from %s %v: %d, want %d", c.path, c.address, c.head, got.status, c.want)
		}
	}
	var n int
	if err := w.DB.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE outcome = 'refused' AND address = '10.1.2.3' AND login = 'system'`).Scan(&n); err != nil || n < 3 {
		t.Errorf("%d refusals on record, %v", n, err)
	}
}

// TestReadyWhileSomebodyWrites: readiness takes no lock that a writer holds.
func TestReadyWhileSomebodyWrites(t *testing.T) {
	w := accessEstate(t)
	err := w.DB.Tx(context.Background(), func(tx *db.Tx) error {
		if _, err := tx.ExecContext(context.Background(), `UPDATE setting SET source = source`); err != nil {
			return err
		}
		start := time.Now()
		if got := w.from(&actor{}, "127.0.0.1", "GET", "/readyz"); got.status != 200 || time.Since(start) > time.Second {
			t.Errorf("ready while somebody writes: %d after %v", got.status, time.Since(start))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

var slip = regexp.MustCompile(`<code>([2-9a-zA-Z]{4}(?:-[2-9a-zA-Z]{4}){3})</code>`)

// TestAccountsByWorkbook: the system administrator uploads, sees what is wrong
// row by row, makes the rest and prints the slips; the security administrator
// grants; the new officer changes the password and works.
func TestAccountsByWorkbook(t *testing.T) {
	w := accessEstate(t)
	sys, sec := w.enter(t, "system"), w.enter(t, "security")
	up := func(who *actor, name, body string) *answer {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		f, _ := m.CreateFormFile("file", name)
		f.Write([]byte(body))
		m.Close()
		r := httptest.NewRequest("POST", "/sheets", &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
		return w.send(who, r)
	}
	if got := w.call(sys, "GET", "/sheets/template", nil); got.status != 200 || !strings.Contains(plainText(t, "template", got), "登录名") {
		t.Fatalf("template: %d", got.status)
	}
	if got := up(sys, "x.xlsx", "<html>"); got.status != 422 {
		t.Errorf("no workbook: %d", got.status)
	}
	got := up(sys, "新同事.csv", "姓名,登录名,手机号码,部门,角色,所在地区,有效期至\n周甲,zhou.jia,19900007711,人社,经办人,371522,\n周乙,zhou yi,,人社,经办人,371522,\n周丙,zhou.bing,,财政,领导,莘县,2024-03-31\n")
	to := got.head.Get("Location")
	if got.status != http.StatusSeeOther || !strings.HasPrefix(to, "/sheets/") {
		t.Fatalf("upload: %d %s", got.status, to)
	}
	path, _, _ := strings.Cut(to, "?")
	page := w.call(sys, "GET", path, nil)
	for _, word := range []string{"2 行可以新建，1 行有问题", "登录名 3—32 位", "新建 2 个账号"} {
		if !strings.Contains(string(page.body), word) {
			t.Errorf("the check's page lacks %s", word)
		}
	}
	if strings.Contains(string(page.body), "19900007711") {
		t.Error("the phone stands in plain")
	}
	if got := w.call(sec, "POST", path+"/make", values()); got.status != 403 {
		t.Errorf("made by the security administrator: %d", got.status)
	}
	made := w.call(sys, "POST", path+"/make", values())
	codes := slip.FindAllStringSubmatch(string(made.body), -1)
	if made.status != 200 || len(codes) != 2 {
		t.Fatalf("make: %d, %d slips", made.status, len(codes))
	}
	if again := w.call(sys, "GET", path, nil); slip.Match(again.body) {
		t.Error("the passwords are shown a second time")
	}
	first := &actor{open: true, cookie: w.signIn(t, "zhou.jia", codes[0][1])}
	next := password() + "-Xin7"
	if got := w.call(first, "POST", "/password", values("old", codes[0][1], "password", next, "again", next)); got.status != 303 {
		t.Fatalf("first password: %d", got.status)
	}
	if got := w.call(first, "GET", "/people", nil); got.status != 403 {
		t.Errorf("without a grant: %d", got.status)
	}
	ids := regexp.MustCompile(`name="user" value="(\d+)"`).FindAllStringSubmatch(string(w.call(sec, "GET", path, nil).body), -1)
	if len(ids) != 2 {
		t.Fatalf("%d wishes to decide", len(ids))
	}
	if got := w.call(sys, "POST", path+"/decide", values("user", ids[0][1])); got.status != 403 {
		t.Errorf("granted by the system administrator: %d", got.status)
	}
	if got := w.call(sec, "POST", path+"/decide", values("user", ids[0][1], "user", ids[1][1], "act", "grant")); got.status != 303 {
		t.Fatalf("grant: %d", got.status)
	}
	if got := w.call(first, "GET", "/people", nil); got.status != 200 {
		t.Errorf("after the grant: %d", got.status)
	}
	if got := w.call(w.enter(t, "lc_leader"), "GET", "/permissions/people?q=zhou", nil); got.status != 200 || !strings.Contains(string(got.body), "周甲") || !strings.Contains(string(got.body), "登记、修改人员和务工情况") {
		t.Errorf("who may do what: %d", got.status)
	}
}

// TestStandInOnRecord: B acts for A through the pages; the record names both,
// and B cannot consent to what A asked.
func TestStandInOnRecord(t *testing.T) {
	w := accessEstate(t)
	a, b := w.enter(t, "sx_officer"), w.enter(t, "sx_reviewer")
	ask := values("kind", "people", "rows", "300", "purpose", "回访核实工资", "fields", "phone", "uses", "1", "first", "2023-12-10", "last", "2023-12-20")
	if got := w.call(a, "POST", "/exports/mine", ask); got.status != 303 {
		t.Fatalf("ask: %d", got.status)
	}
	if got := w.call(a, "POST", "/account/leave", values("login", "sx_reviewer", "reason", "出差", "first", "2023-12-10", "last", "2023-12-12")); got.status != 303 {
		t.Fatalf("stand-in: %d %s", got.status, got.body)
	}
	var id, approval int64
	if err := w.DB.Read.QueryRow(`SELECT (SELECT max(id) FROM delegation), (SELECT max(id) FROM export_approval)`).Scan(&id, &approval); err != nil {
		t.Fatal(err)
	}
	if got := w.call(b, "POST", "/account/leave/"+num(id)+"/act", values()); got.status != 303 {
		t.Fatalf("begin: %d", got.status)
	}
	seen := "/people/" + num(w.grounds[0].person) + "/work/" + num(w.grounds[0].spell) + "/seen"
	if got := w.call(b, "POST", seen, values()); got.status != 303 && got.status != 200 {
		t.Errorf("an act of A's by B: %d", got.status)
	}
	var login string
	if err := w.DB.Read.QueryRow(`SELECT login FROM audit_row WHERE action = 'work.see' ORDER BY id DESC LIMIT 1`).Scan(&login); err != nil || login != "sx_reviewer 代 sx_officer" {
		t.Errorf("on record: %q, %v", login, err)
	}
	if got := w.call(b, "POST", "/exports/"+num(approval)+"/decide", values("act", "yes")); got.status != 403 {
		t.Errorf("consent while standing in for the asker: %d", got.status)
	}
	if got := w.call(b, "POST", "/account/leave/0/act", values()); got.status != 303 {
		t.Fatalf("oneself again: %d", got.status)
	}
	if got := w.call(b, "GET", "/import", nil); got.status != 403 {
		t.Errorf("A's rights stay with B: %d", got.status)
	}
	if got := w.call(a, "POST", "/exports/"+num(approval)+"/decide", values("act", "yes")); got.status != 403 {
		t.Errorf("consent by the asker: %d", got.status)
	}
	if got := w.call(b, "POST", "/exports/"+num(approval)+"/decide", values("act", "yes", "words", "同意")); got.status != 303 {
		t.Errorf("consent by a second person: %d", got.status)
	}
}

// TestOtherSessionsEnd: one click ends the other browsers, and only those.
func TestOtherSessionsEnd(t *testing.T) {
	w := accessEstate(t)
	one, two, stranger := w.enter(t, "sx_officer"), w.enter(t, "sx_officer"), w.enter(t, "sx_rural")
	if got := w.call(one, "POST", "/account/sessions/others", values()); got.status != 303 {
		t.Fatal(got.status)
	}
	for what, c := range map[string]struct {
		who  *actor
		want int
	}{"own": {one, 200}, "the other": {two, 303}, "a stranger": {stranger, 200}} {
		if got := w.call(c.who, "GET", "/account", nil); got.status != c.want {
			t.Errorf("%s: %d, want %d", what, got.status, c.want)
		}
	}
}

// TestAccountPictures looks at the new pages at both sizes.
func TestAccountPictures(t *testing.T) {
	w := accessEstate(t)
	ctx := context.Background()
	srv := httptest.NewServer(w.handler)
	defer srv.Close()
	officer, err := w.Accounts.As(ctx, "sx_officer")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.Delegate(ctx, officer, "sx_rural", 20231211, 20231215, "休假"); err != nil {
		t.Fatal(err)
	}
	a := w.enter(t, "sx_officer")
	w.call(a, "POST", "/exports/mine", values("kind", "people", "rows", "300", "purpose", "回访核实工资", "fields", "phone", "uses", "12", "first", "2023-12-10", "last", "2024-06-30", "receiver", "县统计局"))
	w.call(a, "GET", "/people/"+num(w.grounds[0].person), nil)
	w.call(a, "POST", "/people/"+num(w.grounds[0].person)+"/reveal", values("what", "phone", "reason", "call"))
	w.call(a, "GET", "/people", nil)
	if err := w.Audit.FlushReads(ctx); err != nil {
		t.Fatal(err)
	}
	for login, pages := range map[string][]webtest.Page{
		"sx_officer":  {{Name: "leave", Path: "/account/leave"}, {Name: "exports-mine", Path: "/exports/mine"}, {Name: "rights-own", Path: "/account/rights"}, {Name: "looked", Path: "/people/" + num(w.grounds[0].person) + "/looked"}, {Name: "own", Path: "/account"}},
		"sx_reviewer": {{Name: "approvals", Path: "/exports"}, {Name: "approvals-decide", Path: "/exports", Open: "办理"}, {Name: "export-log", Path: "/exports/log"}, {Name: "colleagues", Path: "/permissions/people"}},
		"lc_leader":   {{Name: "permissions", Path: "/permissions"}},
		"system":      {{Name: "sheets", Path: "/sheets"}},
		"security":    {{Name: "addresses", Path: "/addresses"}, {Name: "user-inspect", Path: "/users/" + num(w.grounds[0].user)}},
		"audit":       {{Name: "audit-exports", Path: "/audit/exports"}, {Name: "audit-looked", Path: "/audit/people/" + num(w.grounds[0].person)}},
	} {
		tab := webtest.Open(t, srv.URL)
		tab.Sign("/sign-in", login, password())
		tab.Walk(pages)
	}
}
