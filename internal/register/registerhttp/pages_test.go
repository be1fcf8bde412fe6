package registerhttp_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/register/registerhttp"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/web"
	"wengang/internal/webtest"
)

const shenxian region.Code = 371522000000

var ctx = context.Background()

type silent struct{}

func (silent) Note(context.Context, *db.Tx, account.Caller, account.Note) error { return nil }

type console struct {
	*webtest.Console
	t     testing.TB
	d     *db.DB
	store *register.Store
}

func start(t testing.TB) *console {
	t.Helper()
	d := testkit.SQLite(t)
	c := &console{t: t, d: d, store: register.New(d, secrettest.Box(t), silent{}, region.National())}
	c.Console = webtest.NewConsole(t, web.Config{Clock: testkit.Clock, Notice: "web.sample", Auth: webtest.Grants("孙丽", map[string][]account.Grant{
		"":       webtest.HR(account.Officer, shenxian),
		"other":  webtest.HR(account.Officer, 371521000000),
		"leader": webtest.HR(account.Leader, shenxian),
		"aide":   webtest.HR(account.Aide, shenxian),
	})}, func(s *web.Shell) { registerhttp.New(s, c.store).Register() })
	return c
}

func number(i int) string {
	s := fmt.Sprintf("0000001972%04d%03d", 229, i%1000)
	return s + string(idcard.CheckDigit(s))
}

func TestAddChangeEnd(t *testing.T) {
	c := start(t)
	step := func(what, method, path, who string, form url.Values, status int, want string) webtest.Answer {
		t.Helper()
		return c.As(who).Ask(method, path, form).Plain().Want(what, status, want)
	}
	for _, k := range register.Kinds() {
		step("empty "+k.ID, "GET", "/register?kind="+k.ID, "", nil, 200, "这里还没有登记")
		step("new "+k.ID, "GET", "/register/new?kind="+k.ID, "", nil, 200, "留空为当前地区")
	}
	step("wrong", "POST", "/register/new?kind=relief", "", url.Values{"people": {"3"}, "poor": {"5"}}, 422, "脱贫人口数 5 大于总人数 3")
	to := step("add", "POST", "/register/new?kind=workshop", "", url.Values{"name": {"鲁西缝制帮扶车间"}, "started_on": {"2023-03-01"}, "people": {"20"}, "poor": {"8"}, "phone": {"13800000000"}, "form": {"厂房式"}}, 303, "/register/").To
	path, _, _ := strings.Cut(to, "?")
	step("again", "POST", "/register/new?kind=workshop", "", url.Values{"name": {"鲁西缝制帮扶车间"}, "started_on": {"2023-03-01"}}, 422, "同样的内容已经存在")
	step("list", "GET", "/register?kind=workshop", "", nil, 200, "无名单")
	step("add settlement", "POST", "/register/new?kind=settlement", "", url.Values{"name": {"示例安置区"}, "form": {"易地搬迁安置区"}, "people": {"300"}, "poor": {"80"}}, 303, "/register/")
	step("who was moved", "GET", "/register?kind=settlement", "", nil, 200, `data-l="搬迁人口数">300 <abbr`)
	step("who was taken on", "GET", "/register?kind=workshop", "", nil, 200, `data-l="吸纳就业人数"`)
	step("find", "GET", "/register?kind=workshop&q=缝制", "", nil, 200, "鲁西缝制帮扶车间")
	step("find nothing", "GET", "/register?kind=workshop&q=电子", "", nil, 200, "没有符合条件的登记")
	step("record", "GET", path, "leader", nil, 200, "138****0000")
	step("leader cannot edit", "GET", path+"/edit", "leader", nil, 403, "")
	step("aide cannot look", "GET", path, "aide", nil, 403, "")
	step("another county", "GET", path, "other", nil, 404, "")
	step("another county edits", "POST", path+"/edit", "other", url.Values{"name": {"x"}}, 404, "")
	step("edit form", "GET", path+"/edit", "", nil, 200, "现为 138****0000")
	step("edit", "POST", path+"/edit", "", url.Values{"version": {"1"}, "name": {"鲁西缝制帮扶车间"}, "started_on": {"2023-03-01"}, "people": {"25"}, "poor": {"8"}, "why": {"年中核对"}}, 303, path)
	step("old version", "POST", path+"/edit", "", url.Values{"version": {"1"}, "name": {"x"}}, 422, "内容已被他人修改")
	step("history", "GET", path, "", nil, 200, "20 → 25")
	step("member form", "GET", path+"/members/new", "", nil, 200, "证件号码")
	step("wrong number", "POST", path+"/members/new", "", url.Values{"person": {"王示例"}, "id_number": {"123"}}, 422, "")
	step("add member", "POST", path+"/members/new", "", url.Values{"person": {"王示例"}, "id_number": {number(1)}, "started_on": {"2023-04-01"}, "category": {"脱贫人口"}}, 303, path)
	step("listed", "GET", path, "", nil, 200, "王示例").Lacks("the number stands in plain on the page", number(1))
	step("end member form", "GET", path+"/members/1/end", "", nil, 200, "离开日期")
	step("end member", "POST", path+"/members/1/end", "", url.Values{"ended_on": {"2023-10-01"}}, 303, path)
	step("end without a reason", "POST", path+"/end", "", url.Values{"version": {"2"}, "ended_on": {"2023-11-01"}}, 422, "请写明原因")
	step("end", "POST", path+"/end", "", url.Values{"version": {"2"}, "ended_on": {"2023-11-01"}, "end_reason": {"停产"}}, 303, path)
	step("ended", "GET", "/register?kind=workshop&ended=1", "", nil, 200, "鲁西缝制帮扶车间")
	step("in the year", "GET", "/register?kind=workshop&year=2023", "", nil, 200, "鲁西缝制帮扶车间")
	step("English", "GET", path+"?lang=en", "", nil, 200, "Workshops")
	step("unknown", "GET", "/register/999", "", nil, 404, "")
}

// TestLook opens every page at both sizes; WENGANG_SHOTS leaves pictures.
func TestLook(t *testing.T) {
	c := start(t)
	by := account.Caller{UserID: 1, Name: "孙丽", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: shenxian}}}
	box := secrettest.Box(t)
	villages := region.National().Children(region.National().Children(shenxian)[0].Code)
	err := c.d.Tx(ctx, func(tx *db.Tx) error {
		for i := range 8 {
			if _, err := tx.Exec(`INSERT INTO person (id, household_id, village, name, id_cipher, id_index, id_mask, created_at, updated_at) VALUES ($1, 1, $2, $3, $4, $5, $6, 0, 0)`,
				i+1, int64(villages[i%3].Code), fmt.Sprintf("陈秀%c", rune('兰'+i)), []byte{1}, box.BlindIndex("id", number(i)), "00**************"+number(i)[16:]); err != nil {
				return err
			}
			if _, err := tx.Exec("INSERT INTO person_kind (person_id, kind, since, until) VALUES ($1, $2, 20140101, 99991231)", i+1, fact.KindPoor); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var first int64
	for i, n := range []string{"鲁西缝制帮扶车间", "董杜庄西瓜分拣车间", "张寨电子元件帮扶车间", "观城香菇加工帮扶车间"} {
		r, err := c.store.Add(ctx, by, "workshop", shenxian, map[string]string{"name": n, "village": villages[i].Name, "started_on": "2022-03-01", "people": fmt.Sprint(20 + i), "poor": fmt.Sprint(8 + i), "form": "厂房式", "owner": "示例制衣有限公司", "phone": "13800000000", "contact": "孙示例", "level": "县级"})
		if err != nil {
			// Village names of the national list may stand twice in a county.
			if r, err = c.store.Add(ctx, by, "workshop", shenxian, map[string]string{"name": n, "started_on": "2022-03-01"}); err != nil {
				t.Fatal(err)
			}
		}
		if i == 0 {
			first = r.ID
		}
	}
	for i := range 8 {
		if _, err := c.store.AddMember(ctx, by, first, map[string]string{"person": fmt.Sprintf("陈秀%c", rune('兰'+i)), "id_number": number(i), "started_on": "2023-02-01", "role": "缝纫工", "wage": "2350"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range []map[string]string{{"person": "赵外来", "id_number": number(99), "category": "脱贫人口", "started_on": "2023-05-01"}, {"people": "6", "poor": "2", "started_on": "2023-06-01"}} {
		if _, err := c.store.AddMember(ctx, by, first, m); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.store.Edit(ctx, by, first, 1, map[string]string{"name": "鲁西缝制帮扶车间", "started_on": "2022-03-01", "people": "30", "poor": "8", "form": "居家式", "level": "县级"}, "年中核对"); err != nil {
		t.Fatal(err)
	}
	base := fmt.Sprintf("/register/%d", first)
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{
		{Name: "register-list", Path: "/register?kind=workshop&lang=zh"}, {Name: "register-empty", Path: "/register?kind=alliance"}, {Name: "register-record", Path: base},
		{Name: "register-new", Path: "/register/new?kind=relief"}, {Name: "register-edit", Path: base + "/edit"}, {Name: "register-end", Path: base + "/end"},
		{Name: "register-member", Path: base + "/members/new"}, {Name: "register-en", Path: base + "?lang=en"},
	})
}
