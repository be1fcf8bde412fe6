package rulehttp_test

import (
	"context"
	"fmt"
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

type console struct {
	*webtest.Console
	t    testing.TB
	d    *db.DB
	desk *rule.Desk
}

func open(t testing.TB) *console {
	t.Helper()
	d := testkit.SQLite(t)
	c := &console{t: t, d: d, desk: rule.NewDesk(d, rule.TreePlaces(region.National()), audit.New(d, secrettest.Box(t), nil))}
	c.Console = webtest.NewConsole(t, web.Config{Clock: testkit.Clock, Notice: "web.sample", Auth: webtest.Grants("李文静", map[string][]account.Grant{
		"":          webtest.HR(account.Officer, county),
		"neighbour": webtest.HR(account.Officer, 371521000000),
		"aide":      webtest.HR(account.Aide, village),
		"auditor":   webtest.HR(account.Auditor, county),
	})}, func(s *web.Shell) { rulehttp.New(s, c.desk).Register() })
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
		rule.Of("school.primary_age", "", "小学三年级", 18),
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

func TestFindingsDesk(t *testing.T) {
	c := open(t)
	c.fill(121)
	officer := c.As("")
	officer.Get("/findings").Want("the desk", 200, "务工月收入超出范围", "月收入 54000 元，不在 100–30000 元之间", "不同户登记同一电话", `href="/people/1?`, "120</b>").
		Lacks("another county", "阳谷", "/people/121?")
	officer.Get("/findings?rule=work.wage_bounds").Want("one rule", 200, "核对是否把年收入填成月收入").Lacks("one rule", "这个电话登记在")
	for path, want := range map[string]int{
		"/findings?rule=no.such": 404, "/findings?severity=9": 404, "/findings?person=x": 404, "/findings/0": 404, "/findings/9999": 404, "/findings/121": 404,
		"/findings/1": 200, "/findings/rules": 200, "/findings?state=excused": 200, "/findings?severity=3&at=371522": 200, "/findings?at=371521": 404,
	} {
		officer.Get(path).Want("", want)
	}
	// Who may look, who may clear, and from where.
	c.As("neighbour").Get("/findings/1").Want("", 404)
	c.As("aide").Get("/findings/1").Want("", 200).Lacks("an aide is offered to clear", "/findings/1/excuse")
	c.As("aide").Get("/findings/2").Want("", 404)
	c.As("auditor").Get("/findings").Want("", 403)
	reason := url.Values{"reason": {"情况属实已核"}}
	c.As("neighbour").Post("/findings/1/excuse", reason).Want("", 404)
	c.As("neighbour").Post("/findings/1/reopen", reason).Want("", 404)
	c.As("aide").Post("/findings/1/excuse", reason).Want("", 403)
}

func TestExcuseAndTakeBack(t *testing.T) {
	c := open(t)
	c.fill(10)
	officer := c.As("")
	officer.Post("/findings/2/excuse", url.Values{"reason": {"短"}, "until": {"2024-06-30"}}).Want("a short reason; what was typed stays", 422, "4 到 500 个字", "2024-06-30")
	officer.Post("/findings/2/excuse", url.Values{"reason": {"情况属实已核"}, "until": {"明年"}}).Want("an unreadable day", 422)
	officer.Post("/findings/2/excuse", url.Values{"reason": {"本人残疾证办理中"}, "until": {"2024-06-30"}}).Want("excuse", 303)
	officer.Post("/findings/2/excuse", url.Values{"reason": {"本人残疾证办理中"}, "until": {"2024-06-30"}}).Want("excused twice", 409)
	officer.Get("/findings?state=excused").Want("the excuse is listed", 200, "本人残疾证办理中", "2024-06-30")
	officer.Post("/findings/2/reopen", url.Values{"x": {"1"}}).Want("reopen", 303)
	officer.Get("/findings?state=excused").Want("", 200).Lacks("the excuse stays after it was taken back", "本人残疾证办理中")
}

func TestTheBookShowsEveryRule(t *testing.T) {
	c := open(t)
	page := c.As("").Get("/findings/rules").Want("", 200).Body
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
	tab := webtest.Open(t, c.URL)
	// Three have gone, two are overdue.
	for _, set := range []string{"state = 1, closed_how = 1, closed_at = 1702180000000 WHERE id = 11", "state = 1, closed_how = 2, closed_at = 1702180000000 WHERE id = 12",
		"state = 1, closed_how = 4, closed_at = 1702180000000 WHERE id = 16", "due_on = 20231201 WHERE id IN (20, 21)"} {
		if _, err := c.d.Writer().Exec("UPDATE finding SET " + set); err != nil {
			t.Fatal(err)
		}
	}
	var excused int64 = 7
	if err := c.desk.Excuse(context.Background(), region.ScopeOf(county), account.Caller{UserID: 1}, excused, "本人确在家休养，残疾证办理中", 20240630); err != nil {
		t.Fatal(err)
	}
	tab.Walk([]webtest.Page{
		{Name: "findings", Path: "/findings"},
		{Name: "findings-rule", Path: "/findings?rule=labour.healthy_weak"},
		{Name: "findings-empty", Path: "/findings?severity=1"},
		{Name: "findings-matrix", Path: "/findings?view=matrix"},
		{Name: "findings-overdue", Path: "/findings?overdue=1"},
		{Name: "findings-mended", Path: "/findings?state=mended"},
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
