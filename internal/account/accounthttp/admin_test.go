package accounthttp_test

import (
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/account/accounthttp"
	"wengang/internal/region"
)

func TestPolicyAndTablePages(t *testing.T) {
	h := open(t)
	h.admins()
	sec, sys := h.signedIn("sec"), h.signedIn("sys")
	sys.Get("/policy").Want("policy for the system administrator", 403)
	sec.Get("/policy").Want("policy", 200, `name="min_length"`, `value="10"`)
	all := []string{"min_length", "12", "classes", "0", "rotate_days", "0", "keep", "5", "initial_days", "7", "idle_minutes", "30", "day_hours", "12", "sessions", "5", "dormant_days", "90", "factor_all", "0", "export_rows", "50", "leave_days", "60"}
	sec.post("/policy", all...).Want("without ground", 422, "请写明依据", `value="12"`)
	sec.post("/policy", append(all, "source", "莘政办〔2023〕1号")...).Want("saved", 303, "saved=1")
	sec.Get("/policy").Want("after", 200, `value="12"`)
	bad := append([]string(nil), all...)
	bad[1] = "3"
	sec.post("/policy", append(bad, "source", "x")...).Want("out of bounds", 422, "应在 8 到 64 之间")
	bad[1] = "many"
	sec.post("/policy", append(bad, "source", "x")...).Want("no number", 422, "应在 8 到 64 之间")
	sys.Get("/permissions").Want("table", 200, "审计管理员", "授予权限")
	sys.Get("/settings").Want("settings", 200, "/users")
	if strings.Contains(sys.Get("/settings").Body, "/policy") {
		t.Error("the system administrator is offered the sign-in rules")
	}
}

func TestAuditPage(t *testing.T) {
	h := open(t)
	h.admins()
	h.add("wang", "王五", county, "")
	h.browser().post("/sign-in", "login", "wang", "password", "wrong")
	aud := h.signedIn("aud")
	aud.Get("/audit").Want("list", 200, "登录失败", "新建账号", "wang")
	a := aud.Get("/audit?action=session.failed&login=wang")
	a.Want("filtered", 200, "登录失败")
	if strings.Count(a.Body, "<td class=\"w-b\">") != 1 {
		t.Error("the filter leaves more than one row")
	}
	if n := h.rows("audit.read"); n != 2 {
		t.Errorf("%d readings on record", n)
	}
	aud.Get("/audit?from=2023-12-11").Want("tomorrow", 200, "没有符合条件的记录")
	aud.Get("/").Want("home", 200, "越权被拒")
	for _, login := range []string{"sys", "sec"} {
		h.signedIn(login).Get("/audit").Want(login, 403)
		h.signedIn(login).post("/audit/verify").Want(login, 403)
	}
	if _, err := h.log.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	aud.post("/audit/verify").Want("verify", 200, "记录完整，未被改动")
	if _, err := h.d.Writer().Exec(`UPDATE audit_row SET login = 'somebody' WHERE id = 3`); err != nil {
		t.Fatal(err)
	}
	aud.post("/audit/verify").Want("verify after tampering", 200, "第 3 环：记录 3 的内容被改动")
}

func TestDemoAndEmpty(t *testing.T) {
	h := open(t)
	h.browser().Get("/sign-in").Want("empty", 200, "还没有任何账号")
	h = open(t, accounthttp.DemoUser{Login: "xian", Password: good, Role: account.Officer, Place: "莘县"})
	h.add("xian", "李文静", county, "", account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: county})
	h.browser().Get("/sign-in").Want("demo", 200, "示例账号", "均为虚构", "经办人")
	h.signedIn("xian").Get("/").Want("home", 200)
}

func TestSettingPages(t *testing.T) {
	h := open(t)
	h.admins()
	h.add("rev", "赵审核", city, "", account.Grant{Role: account.Reviewer, Dept: account.DeptHR, Region: city})
	h.add("off", "李经办", county, "", officerOf(county))
	rev, off := h.signedIn("rev"), h.signedIn("off")
	h.signedIn("sys").Get("/settings/values").Want("an administrator", 403)
	off.Get("/settings/values").Want("list", 200, "最低务工年龄", "默认")
	if strings.Contains(off.Get("/settings/values").Body, ">修改<") {
		t.Error("an officer is offered a change")
	}
	const path = "/settings/values/rule.post_age_end"
	off.Get(path).Want("form for an officer", 403)
	rev.Get(path).Want("form", 200, "公益性岗位年龄上限", `value="70"`)
	rev.post(path, "value", "65", "year", "0").Want("without ground", 422, "请写明依据")
	rev.post(path, "value", "20", "year", "0", "source", "x").Want("out of bounds", 422, "超出允许的范围", `value="20"`)
	rev.post(path, "value", "many", "year", "0", "source", "x").Want("no number", 422)
	rev.post(path, "value", "65", "year", "1999", "source", "x").Want("another year", 422)
	rev.post(path+"?at=371522000000", "value", "65", "year", "2023", "source", "聊人社〔2023〕1号").Want("saved", 303, "/settings/values")
	off.Get("/settings/values").Want("in force at the county", 200, "<b>65</b>", "聊人社〔2023〕1号")
	if strings.Contains(rev.Get("/settings/values").Body, "<b>65</b>") {
		t.Error("the county's value holds in the city")
	}
	if strings.Contains(off.Get("/settings/values?month=2022-12").Body, "<b>65</b>") {
		t.Error("the value of 2023 holds in 2022")
	}
	rev.post(path+"?at=370000000000", "value", "65", "year", "0", "source", "x").Want("above the area", 404)
	rev.Get("/settings/values/no.such").Want("unknown", 404)
	if h.rows("setting.set") != 1 {
		t.Error("the change is not on record")
	}
}

func officerOf(at region.Code) account.Grant {
	return account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: at}
}
