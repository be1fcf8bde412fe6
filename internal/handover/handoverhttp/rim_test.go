package handoverhttp_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/handover"
	"wengang/internal/handover/handoverhttp"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/web"
	"wengang/internal/webtest"
)

const (
	villageA region.Code = 371522103201
	villageB region.Code = 371521103201
	number               = "00000019800101003X"
)

// carrier moves the row of a person; the real one is people's.
type carrier struct{}

func (carrier) HandOver(ctx context.Context, _ region.Scope, tx *db.Tx, _ account.Caller, id int64, a people.Arrival) error {
	_, err := tx.ExecContext(ctx, `UPDATE person SET village = $1 WHERE id = $2`, int64(a.To), id)
	return err
}

func open(t *testing.T) *webtest.Console {
	t.Helper()
	d := testkit.SQLite(t)
	box := secrettest.Box(t)
	store := handover.New(d, box, audit.New(d, box, nil), carrier{})
	err := d.Tx(context.Background(), func(tx *db.Tx) error {
		for i, v := range []region.Code{villageA, villageB} {
			n := number
			if i == 1 {
				n = "000000198001010056"
			}
			_, err := tx.Exec(`INSERT INTO person (id, household_id, village, name, id_cipher, id_index, id_mask, created_at, updated_at) VALUES ($1, $1, $2, $3, $4, $5, '00**************33', 1, 1)`,
				i+1, int64(v), fmt.Sprintf("赵%d", i+1), []byte("x"), box.BlindIndex(people.IndexID, n))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	callers := webtest.Grants("李文静", map[string][]account.Grant{
		"":       webtest.HR(account.Officer, 371521000000),
		"holder": webtest.HR(account.Officer, 371522000000),
		"city":   webtest.HR(account.Officer, 371500000000),
		"third":  webtest.HR(account.Officer, 130102000000),
		"aide":   webtest.HR(account.Aide, villageB),
	})
	return webtest.NewConsole(t, web.Config{Clock: testkit.Clock, Auth: callers}, func(s *web.Shell) {
		handoverhttp.New(s, store, region.National()).Register()
	})
}

func asking(kv ...string) url.Values {
	v := url.Values{"id_number": {number}, "name": {"赵一"}, "village": {villageB.Full()}, "since": {"2023-11"}, "reason": {"婚迁到夫家"}, "evidence": {"结婚证"}}
	for i := 0; i+1 < len(kv); i += 2 {
		v.Set(kv[i], kv[i+1])
	}
	return v
}

func TestPages(t *testing.T) {
	c := open(t)
	b, a := c.As(""), c.As("holder")
	b.Get("/handover").Want("empty", 200, "没有我方提出的申请")
	b.Get("/handover/new").Want("form", 200, "证件号码")
	b.Post("/handover/new", asking("name", "", "village", "没有这个村", "since", "x")).Want("wrong", 422, "婚迁到夫家")
	b.Post("/handover/new", asking("name", "")).Want("no name", 422, "请填姓名")
	b.Post("/handover/new", asking("id_number", "000000198001010057")).Want("a wrong number", 422)
	b.Post("/handover/new", asking("id_number", "000000198001010056")).Want("here", 200, "已在本县名册", "/people/2")
	b.Post("/handover/new", asking("id_number", "000000198001010099")).Want("nobody", 200, "没有登记")
	b.Post("/handover/new", asking()).Want("asked", 303, "/handover/1")
	b.Get("/handover/1").Want("what who asks sees", 200, "在外县", "婚迁到夫家", "撤回申请").Lacks("the holder", "莘县", "赵1", "/people/1")
	b.Get("/handover").Want("", 200, "赵一", "待答复").Lacks("the holder", "莘县", number)
	a.Get("/handover?view=theirs").Want("", 200, "赵一", "阳谷")
	a.Get("/").Want("to do", 200, "迁移申请待答复", "1 份")
	a.Get("/handover/1").Want("what the holder sees", 200, "/people/1", "赵1", "姓名与台账不一致", "同意迁移", "要求补充", "不同意")
	c.As("third").Get("/handover/1").Want("", 404)
	c.As("aide").Get("/handover/1").Want("a village's aide sees what is asked for the village", 200).Lacks("acts", `data-w-open="do-`)
	c.As("aide").Get("/handover/new").Want("", 403)
	post := func(who, path, act, words, version string, status int, has ...string) {
		t.Helper()
		c.As(who).Post("/handover/1/"+path, url.Values{"act": {act}, "words": {words}, "version": {version}}).Want(who+" "+act, status, has...)
	}
	post("holder", "answer", "refuse", "", "1", 422, "请写 2 到 200 个字")
	post("holder", "answer", "withdraw", "", "1", 422)
	post("city", "answer", "accept", "", "1", 409)
	post("third", "answer", "accept", "", "1", 404)
	post("holder", "answer", "query", "请附结婚证", "1", 303)
	post("holder", "answer", "accept", "", "1", 409, "刚被他人办理")
	b.Get("/").Want("to do", 200, "迁移申请待补充")
	b.Get("/handover/1").Want("", 200, "请附结婚证", "补充说明")
	post("", "follow", "reply", "已送到乡镇", "3", 303)
	post("holder", "answer", "accept", "", "5", 303, "/handover/1")
	a.Get("/handover/1").Want("handed over", 200, "已同意迁走")
	b.Get("/handover/1").Want("come", 200, "已迁入", "/people/1", "原登记", "莘县")
	b.Get("/handover/1?lang=en").Want("English", 200, "Handed over")
	for _, p := range []string{"/handover/0", "/handover/x", "/handover/99"} {
		b.Get(p).Want("", 404)
	}
}

// TestLook opens every page at both sizes in a browser.
func TestLook(t *testing.T) {
	c := open(t)
	c.As("").Post("/handover/new", asking()).Want("asked", 303)
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{
		{Name: "handover-list", Path: "/handover"}, {Name: "handover-new", Path: "/handover/new"}, {Name: "handover-asker", Path: "/handover/1"},
		{Name: "handover-today", Path: "/"}, {Name: "handover-en", Path: "/handover/1?lang=en"}, {Name: "handover-zh", Path: "/handover?lang=zh-CN"},
	})
	for _, f := range tab.Faults() {
		t.Error(f)
	}
	if strings.Contains(tab.Where(), number) {
		t.Error("a number in an address")
	}
}
