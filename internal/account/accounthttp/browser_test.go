package accounthttp_test

import (
	"strconv"
	"testing"

	"wengang/internal/account"
	"wengang/internal/account/accounthttp"
	"wengang/internal/webtest"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// TestPages looks at every page of accounts and audit at both sizes.
func TestPages(t *testing.T) {
	h := open(t,
		accounthttp.DemoUser{Login: "xian.hr", Password: good, Role: account.Officer, Place: "莘县人社局"},
		accounthttp.DemoUser{Login: "shi.hr", Password: good, Role: account.Reviewer, Place: "聊城市人社局"},
		accounthttp.DemoUser{Login: "zhen", Password: good, Role: account.Officer, Place: "莘县张鲁镇"},
		accounthttp.DemoUser{Login: "cun", Password: good, Role: account.Aide, Place: "张鲁镇李庄村"},
		accounthttp.DemoUser{Login: "lead", Password: good, Role: account.Leader, Place: "聊城市"},
		accounthttp.DemoUser{Login: "sys", Password: good, Role: account.System, Place: "莘县"})
	h.admins()
	id := h.add("xian.hr", "李文静", county, "", account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: county})
	h.add("shi.hr", "赵审核", city, "", account.Grant{Role: account.Reviewer, Dept: account.DeptHR, Region: city})
	h.add("new.one", "新来的", county, "")
	for range 3 {
		h.browser().post("/sign-in", "login", "xian.hr", "password", "wrong")
	}
	if _, err := h.log.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	tab := webtest.Open(t, h.URL)
	tab.Walk([]webtest.Page{{Name: "signin", Path: "/sign-in"}, {Name: "signin-en", Path: "/sign-in?lang=en"}, {Name: "signin-zh", Path: "/sign-in?lang=zh"}})
	tab.Sign("/sign-in", "sys", good)
	record := "/users/" + itoa(id)
	tab.Walk([]webtest.Page{
		{Name: "users", Path: "/users"}, {Name: "user-new", Path: "/users/new"}, {Name: "user-sys", Path: record}, {Name: "user-stop", Path: record, Open: "停用"},
		{Name: "own", Path: "/account"}, {Name: "password", Path: "/password"}, {Name: "permissions", Path: "/permissions"}, {Name: "settings", Path: "/settings"},
		{Name: "users-none", Path: "/users?q=zzz"}, {Name: "users-en", Path: "/users?lang=en"}, {Name: "home-sys", Path: "/?lang=zh"},
	})
	tab.Resize(webtest.Phone)
	tab.Goto("/users/new")
	tab.Fill("login", "qian.ba")
	tab.Fill("name", "钱八")
	tab.Click("新建并发放一次性密码")
	tab.WaitText("只显示这一次")
	tab.Shot("once")
	tab.Resize(webtest.Desk)
	tab.Shot("once")
	for _, f := range tab.Faults() {
		t.Error(f)
	}
	tab = webtest.Open(t, h.URL)
	tab.Sign("/sign-in", "sec", good)
	tab.Walk([]webtest.Page{{Name: "user-sec", Path: record}, {Name: "policy", Path: "/policy"}, {Name: "home-sec", Path: "/"}})
	tab = webtest.Open(t, h.URL)
	tab.Sign("/sign-in", "shi.hr", good)
	tab.Walk([]webtest.Page{{Name: "setting-list", Path: "/settings/values"}, {Name: "setting-edit", Path: "/settings/values/rule.work_age"}, {Name: "settings-rev", Path: "/settings"}})
	tab = webtest.Open(t, h.URL)
	tab.Sign("/sign-in", "aud", good)
	tab.Walk([]webtest.Page{{Name: "audit", Path: "/audit"}, {Name: "audit-filter", Path: "/audit", Open: "加条件"}, {Name: "home-aud", Path: "/"}})
	tab.Goto("/audit")
	tab.Click("核验完整性")
	tab.WaitText("记录完整")
	tab.Shot("verify")
}
