package accounthttp_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"wengang/internal/webtest"
)

// appCode is what an authenticator app would show: its own arithmetic, not the
// product's.
func appCode(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, "-", ""))
	if err != nil {
		t.Fatal(err)
	}
	var step [8]byte
	binary.BigEndian.PutUint64(step[:], uint64(at.Unix()/30))
	m := hmac.New(sha1.New, key)
	m.Write(step[:])
	sum := m.Sum(nil)
	o := sum[19] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[o:])&0x7fffffff)%1000000)
}

var (
	shownSecret = regexp.MustCompile(`<code>([A-Z2-7-]{39})</code>`)
	shownCode   = regexp.MustCompile(`<li><code>([A-Z2-7-]{19})</code></li>`)
)

// TestFactorThroughThePages is an administrator's first days: nothing opens
// before the factor, every sign-in asks for a code, acts that matter ask for a
// fresh one.
func TestFactorThroughThePages(t *testing.T) {
	h := open(t)
	h.admins()
	id := h.add("worker", "李文静", county, "")
	sec := h.browser()
	sec.post("/sign-in", "login", "sec", "password", good).Want("first sign-in", 303, "/account/factor")
	for _, path := range []string{"/", "/users", "/account", "/password", "/sign-in/code", "/permissions"} {
		sec.Get(path).Want("before the factor: "+path, 303, "/account/factor")
	}
	page := sec.Get("/account/factor")
	page.Want("enrolment", 200, "<path d=\"M", "须用密码加动态口令")
	m := shownSecret.FindStringSubmatch(page.Body)
	if m == nil {
		t.Fatal("no secret on the page")
	}
	secret := m[1]
	if page.Header.Get("Cache-Control") != "no-store" {
		t.Error("the secret may be cached")
	}
	sec.post("/account/factor", "act", "confirm", "code", "000000").Want("a wrong code", 422, "口令不对", secret)
	done := sec.post("/account/factor", "act", "confirm", "code", appCode(t, secret, h.clock()))
	done.Want("enrolled", 200, "备用码只显示这一次")
	codes := shownCode.FindAllStringSubmatch(done.Body, -1)
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes shown", len(codes))
	}
	sec.Get("/users").Want("after the enrolment", 200, "李文静")
	sec.Get("/account/factor").Want("looked at again", 200, "剩余备用码 10 个").Lacks("looked at again", secret, codes[0][1])

	h.forward(time.Minute)
	again := h.browser()
	again.post("/sign-in", "login", "sec", "password", good, "next", "/users?state=nogrant").Want("second sign-in", 303, "/sign-in/code?next=%2Fusers%3Fstate%3Dnogrant")
	again.Get("/users").Want("with the password only", 303, "/sign-in/code")
	again.Get("/account/factor").Want("the factor's page with the password only", 303, "/sign-in/code")
	again.post("/account/factor", "act", "drop").Want("taking it away with the password only", 303, "/sign-in/code")
	again.Get("/sign-in/code").Want("the page", 200, "6 位数字", `autocomplete="one-time-code"`)
	before := again.Cookies()[0].Value
	again.post("/sign-in/code", "code", "123456").Want("wrong", 422, "口令不对")
	again.post("/sign-in/code", "code", appCode(t, secret, h.clock()), "next", "/users?state=nogrant").Want("right", 303, "/users?state=nogrant")
	if again.Cookies()[0].Value == before {
		t.Error("the token is the one from before the code")
	}
	again.Get("/users").Want("signed in", 200)

	// Twenty minutes later a grant asks for a fresh code and leads back.
	h.forward(20 * time.Minute)
	path := "/users/" + itoa(id)
	form := []string{"role", "officer", "dept", "hr", "region", "371522"}
	again.Get(path).Want("looking is open", 200)
	again.post(path+"/grants", form...).Want("granting", 303, "/account/prove?next=")
	if n := h.rows("grant.add"); n != 3 {
		t.Errorf("%d grants on record, want the administrators' 3", n)
	}
	again.Get("/account/prove?next="+path).Want("prove", 200, "15 分钟")
	again.post("/account/prove", "code", appCode(t, secret, h.clock()), "next", path).Want("proved", 303, path)
	again.post(path+"/grants", form...).Want("granting with a fresh code", 303, path)
	again.post("/account/prove", "code", "x", "next", "//evil.example").Want("wrong", 422).Lacks("wrong", "evil.example")
	if h.rows("factor.failed") < 3 || h.rows("factor.prove") != 2 {
		t.Error("proofs are not on record")
	}
}

// TestFactorPictures looks at the pages of the second factor at both sizes.
func TestFactorPictures(t *testing.T) {
	h := open(t)
	h.admins()
	tab := webtest.Open(t, h.URL)
	for _, size := range []webtest.Size{webtest.Phone, webtest.Desk} {
		tab.Resize(size)
		tab.Goto("/sign-in")
		tab.Fill("login", "sys")
		tab.Fill("password", good)
		tab.Click("登录")
		tab.WaitText("扫下面的二维码")
		tab.Shot("factor-enrol")
		tab.Click("退出")
	}
	tab.Goto("/sign-in")
	tab.Fill("login", "sys")
	tab.Fill("password", good)
	tab.Click("登录")
	tab.WaitText("扫下面的二维码")
	secret := tab.Text(".w-qr code")
	tab.Fill("code", appCode(t, secret, h.clock()))
	tab.Click("确认绑定")
	tab.WaitText("备用码只显示这一次")
	for _, size := range []webtest.Size{webtest.Phone, webtest.Desk} {
		tab.Resize(size)
		tab.Shot("factor-codes")
	}
	tab.Walk([]webtest.Page{{Name: "factor-own", Path: "/account/factor"}})
	h.forward(time.Minute)
	other := webtest.Open(t, h.URL)
	other.Goto("/sign-in")
	other.Fill("login", "sys")
	other.Fill("password", good)
	other.Click("登录")
	other.WaitText("6 位数字")
	for _, size := range []webtest.Size{webtest.Phone, webtest.Desk} {
		other.Resize(size)
		other.Shot("factor-code")
	}
	other.Fill("code", appCode(t, secret, h.clock()))
	other.Click("确认")
	other.WaitText("账号")
	h.forward(16 * time.Minute)
	other.Walk([]webtest.Page{{Name: "factor-prove", Path: "/account/prove?next=/users"}})
	for _, f := range append(tab.Faults(), other.Faults()...) {
		t.Error(f)
	}
}
