package accounthttp_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/account/accounthttp"
)

func TestSignInAndOut(t *testing.T) {
	h := open(t)
	h.admins()
	b := h.browser()
	b.Get("/users?state=nogrant").Want("without a session", 303, "/sign-in?next=%2Fusers%3Fstate%3Dnogrant")
	b.Get("/sign-in").Want("page", 200, "登录名", `autocomplete="current-password"`)
	b.post("/sign-in", "login", "sys", "password", "wrong").Want("wrong", 422, "登录名或密码不对", `value="sys"`)
	b.post("/sign-in", "login", "nobody", "password", "wrong").Want("unknown", 422, "登录名或密码不对")
	a := b.post("/sign-in", "login", "sys", "password", good, "next", "/users?state=nogrant")
	a.Want("right", 303, "/users?state=nogrant")
	cookie := a.Header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("cookie without %s: %s", part, cookie)
		}
	}
	if strings.Contains(cookie, "Max-Age") || strings.Contains(cookie, "Expires") {
		t.Errorf("the cookie outlives the browser: %s", cookie)
	}
	b.Get("/users").Want("signed in", 200, "孙系统")
	b.post("/sign-out").Want("out", 303, "/sign-in?out")
	b.Get("/users").Want("after signing out", 303, "/sign-in")
	for _, bad := range []string{"//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/password", "/sign-out"} {
		if a := h.browser().post("/sign-in", "login", "sys", "password", good, "next", bad); a.To != "/" {
			t.Errorf("next=%s leads to %s", bad, a.To)
		}
	}
	// The old cookie is dead wherever it is replayed.
	req, _ := http.NewRequest("GET", h.URL+"/users", nil)
	req.Header.Set("Cookie", strings.SplitN(cookie, ";", 2)[0])
	if res := h.browser().Do(req); res.Status != 303 {
		t.Errorf("a replayed cookie answers %d", res.Status)
	}
}

func TestANewSignInHasANewToken(t *testing.T) {
	h := open(t)
	h.admins()
	b := h.signedIn("sys")
	first := b.Cookies()[0].Value
	b.post("/sign-in", "login", "sys", "password", good).Want("again", 303)
	second := b.Cookies()[0].Value
	if first == second {
		t.Fatal("same token")
	}
	req, _ := http.NewRequest("GET", h.URL+"/users", nil)
	req.AddCookie(&http.Cookie{Name: "wengang", Value: first})
	if res := h.browser().Do(req); res.Status != 303 {
		t.Errorf("the token from before the sign-in answers %d", res.Status)
	}
	// A token that somebody planted is not taken over.
	planted := h.browser()
	planted.Plant(&http.Cookie{Name: "wengang", Value: strings.Repeat("A", 43)})
	planted.post("/sign-in", "login", "sys", "password", good).Want("with a planted token", 303)
	if v := planted.Cookies()[0].Value; strings.HasPrefix(v, "AAAA") {
		t.Error("session fixation")
	}
}

func TestSecureCookie(t *testing.T) {
	h := open(t)
	h.admins()
	s := &accounthttp.Sessions{Accounts: h.svc, Secure: true}
	token, _, err := h.svc.SignIn(t.Context(), "sys", good, "10.0.0.1", "")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(&http.Cookie{Name: "wengang", Value: token})
	if _, err := s.Authenticate(r); err == nil {
		t.Error("over TLS a cookie without the __Host- prefix is taken")
	}
	r.AddCookie(&http.Cookie{Name: "__Host-wengang", Value: token})
	if c, err := s.Authenticate(r); err != nil || c.Login != "sys" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestAddress(t *testing.T) {
	s := &accounthttp.Sessions{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/24")}}
	for _, c := range []struct{ from, header, want string }{
		{"203.0.113.5:99", "", "203.0.113.5"},
		{"203.0.113.5:99", "1.2.3.4", "203.0.113.5"},
		{"10.0.0.1:99", "1.2.3.4", "1.2.3.4"},
		{"10.0.0.1:99", "9.9.9.9, 1.2.3.4", "1.2.3.4"},
		{"10.0.0.1:99", "9.9.9.9, 1.2.3.4, 10.0.0.7", "1.2.3.4"},
		{"10.0.0.1:99", "rubbish", "10.0.0.1"},
		{"[2001:db8::1]:99", "", "2001:db8::1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		if c.header != "" {
			r.Header.Set("X-Forwarded-For", c.header)
		}
		if got := s.Address(r); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.from, c.header, got, c.want)
		}
	}
}

func TestOneTimePasswordOpensOnlyItsPage(t *testing.T) {
	h := open(t)
	h.admins()
	sys := h.signedIn("sys")
	sys.Get("/users/new").Want("form", 200, "371522")
	a := sys.post("/users", "login", "wang.wu", "name", "王五", "region", "莘县")
	a.Want("create", 200, "只显示这一次", "王五")
	m := oncePassword.FindStringSubmatch(a.Body)
	if m == nil {
		t.Fatal("no one-time password on the page")
	}
	sys.post("/users", "login", "wang.wu", "name", "王五", "region", "371522").Want("twice", 422, "这个登录名已有人使用", `value="王五"`)
	sys.post("/users", "login", "zhao", "name", "赵六", "region", "阳谷县").Want("place outside", 422, "管辖范围内")
	sys.post("/users", "login", "zhao", "name", "赵六", "region", "371521").Want("code outside", 422, "管辖范围内")

	b := h.browser()
	b.post("/sign-in", "login", "wang.wu", "password", m[1]).Want("first sign-in", 303, "/password")
	for _, path := range []string{"/", "/account", "/users", "/permissions", "/settings", "/audit", "/places"} {
		b.Get(path).Want(path, 303, "/password")
	}
	b.post("/users", "login", "x").Want("a form", 303, "/password")
	b.Get("/password").Want("the page", 200, "一次性密码只能用来设置您自己的密码")
	b.post("/password", "old", m[1], "password", "short", "again", "short").Want("weak", 422, "至少 10 个字符")
	b.post("/password", "old", "wrong", "password", good, "again", good).Want("wrong old", 422, "原密码不对")
	b.post("/password", "old", m[1], "password", good, "again", good).Want("changed", 303)
	b.Get("/account").Want("own account", 200, "王五", "当前设备")
	b.Get("/users").Want("no right yet", 403)
	if h.rows("access.refused") != 1 {
		t.Error("the refusal is not on record")
	}
	b.Get("/audit").Want("no right yet", 403)
}

func TestUsersAndGrants(t *testing.T) {
	h := open(t)
	h.admins()
	id := h.add("wang", "王五", county, "")
	h.add("yang", "杨谷", other, "")
	sys, sec := h.signedIn("sys"), h.signedIn("sec")
	sys.Get("/users").Want("list", 200, "王五", "待授权", "共 <b>4</b>")
	if strings.Contains(sys.Get("/users").Body, "杨谷") {
		t.Error("another county's account is shown")
	}
	if strings.Contains(sys.Get("/users?at=371521000000").Body, "杨谷") || sys.Get("/users?at=371521000000").Status != 404 {
		t.Error("another county opens")
	}
	sys.Get("/users?q=wang").Want("found", 200, "王五")
	if strings.Contains(sys.Get("/users?q=wang").Body, "安全员") {
		t.Error("the filter does nothing")
	}
	path := "/users/" + itoa(id)
	sys.Get(path).Want("record for the system administrator", 200, "停用", "授权由安全管理员办理")
	sec.Get(path).Want("record for the security administrator", 200, "管辖地区")
	if strings.Contains(sec.Get(path).Body, "发放一次性密码") {
		t.Error("the security administrator is offered the system administrator's acts")
	}
	sys.post(path+"/grants", "role", "officer", "dept", "hr", "region", "371522").Want("grant by the system administrator", 403)
	sec.post(path+"/disable").Want("disable by the security administrator", 403)
	sec.post("/users", "login", "abc", "name", "甲", "region", "371522").Want("create by the security administrator", 403)
	sec.post(path+"/grants", "role", "officer", "dept", "hr", "region", "阳谷县").Want("outside", 422, "管辖范围内")
	sec.post(path+"/grants", "role", "system", "dept", "", "region", "371522").Want("administrator without identity", 422, "须先登记本人身份证号")
	sec.post(path+"/grants", "role", "local", "dept", "", "region", "371522").Want("local role", 422, "没有这种角色")
	sec.post(path+"/grants", "role", "officer", "dept", "hr", "region", "莘县").Want("grant", 303, path)
	sec.Get(path).Want("granted", 200, "经办人", "人社")
	sec.post(path+"/grants", "role", "auditor", "dept", "", "region", "371522").Want("administrator beside", 422, "不能兼任")
	wang := h.signedIn("wang")
	wang.Get("/account").Want("own", 200, "经办人")
	sec.post(path+"/grants/revoke", "role", "officer", "dept", "hr", "region", "371522").Want("revoke", 303)

	sys.post(path+"/disable").Want("disable", 303)
	wang.Get("/account").Want("session of a stopped account", 303, "/sign-in")
	h.browser().post("/sign-in", "login", "wang", "password", good).Want("stopped", 422, "账号已停用")
	sys.post(path+"/enable").Want("enable", 303)
	sys.post(path+"/reset").Want("reset", 200, "一次性密码")
	sys.post(path+"/remove").Want("remove", 303, "/users")
	sys.Get(path).Want("removed", 404)
	for _, p := range []string{"/users/999999", "/users/0", "/users/abc", "/users/-1"} {
		sys.Get(p).Want(p, 404)
	}
}

func TestNoStateChangeFromOtherSites(t *testing.T) {
	h := open(t)
	h.admins()
	id := h.add("wang", "王五", county, "")
	sys := h.signedIn("sys")
	req, _ := http.NewRequest("POST", h.URL+"/users/"+itoa(id)+"/disable", nil)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	sys.Do(req).Want("cross-site", 403)
	sys.Get("/users/"+itoa(id)+"/disable").Want("by GET", 404)
	if u, err := h.svc.User(t.Context(), account.LocalOperator(0), id); err != nil || !u.Active() {
		t.Error("the account was stopped from another site")
	}
}

func TestExtraFieldsChangeNothing(t *testing.T) {
	h := open(t)
	h.admins()
	sys := h.signedIn("sys")
	sys.post("/users", "login", "wang", "name", "王五", "region", "371522", "password", good, "password_hash", "x", "password_initial", "false",
		"role", "security", "dept", "hr", "id", "1", "disabled_at", "1", "identity_index", "x", "Grants", "officer").Want("create", 200)
	users, err := h.svc.Users(t.Context(), account.LocalOperator(0), account.UserFilter{Text: "wang"})
	if err != nil || len(users) != 1 || len(users[0].Grants) != 0 || !users[0].Initial || users[0].ID < 4 || !users[0].Active() {
		t.Errorf("%+v, %v", users, err)
	}
	h.browser().post("/sign-in", "login", "wang", "password", good).Want("with the smuggled password", 422)
}

func TestIdleSessionEnds(t *testing.T) {
	h := open(t)
	h.admins()
	b := h.signedIn("sys")
	h.forward(31 * time.Minute)
	b.Get("/users").Want("31 minutes", 303, "/sign-in")
	a := b.Get("/sign-in")
	a.Want("page", 200)
}
