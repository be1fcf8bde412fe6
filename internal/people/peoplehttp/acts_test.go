package peoplehttp_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/people"
	"wengang/internal/people/entry"
	"wengang/internal/region"
)

func number(seq int) string {
	s := fmt.Sprintf("00000019850304%03d", seq)
	return s + string(idcard.CheckDigit(s))
}

// TestMergeOnThePages: from the list of doubles to one record, and back.
func TestMergeOnThePages(t *testing.T) {
	c := start(t)
	a := c.add("陈秀兰", 19770412, fact.Female, nil)
	b := c.add("陈秀兰", 19770412, fact.Female, func(p *fact.Person) { p.Education, p.Phone = 4, "13900009999" })
	o := c.As("officer")
	o.Get("/people/doubles").Want("doubles", 200, "姓名、出生日期", fmt.Sprintf("/people/%d/merge?", a))
	page := fmt.Sprintf("/people/%d/merge?with=%d", a, b)
	o.Get(page).Want("side by side", 200, "139****9999", "138****0001", "两边一致").Lacks("a number in plain", "13900009999")
	form := url.Values{"v1": {"1"}, "v2": {"1"}, "g_phone": {"2"}}
	o.Post(page, form).Want("without a reason", 422, "写明理由", `value="2" checked`)
	form.Set("reason", "两次导入")
	o.Post(page, form).Want("merge", 303, fmt.Sprintf("/people/%d", a))
	o.Get(fmt.Sprintf("/people/%d", a)).Want("the record that stays", 200, "139****9999")
	o.Get(fmt.Sprintf("/people/%d", b)).Want("the old address", 200, "已经合并", fmt.Sprintf("/people/%d?", a)).Lacks("the pointer can be edited", fmt.Sprintf("/people/%d/edit", b))
	o.Get(fmt.Sprintf("/people/%d/edit", b)).Want("edit of the pointer", 404)
	o.Get("/people/doubles").Want("after", 200, "没有疑似重复", "已办理的合并")
	c.As("south").Get(page).Want("another county", 404)
	c.As("leader").Get("/people/doubles").Want("a leader", 403)
	o.Post("/people/doubles/merge/1", url.Values{"reason": {"认错了"}}).Want("undo", 303)
	o.Get("/people/doubles").Want("after the undo", 200, "比对合并", "已撤销")
	o.Post("/people/doubles/apart", url.Values{"a": {fmt.Sprint(a)}, "b": {fmt.Sprint(b)}, "reason": {"母女同名"}}).Want("set apart", 303)
	o.Get("/people/doubles").Want("set apart", 200, "没有疑似重复")
}

// TestIdentityOnThePages: the number is typed once, checked, and stands in no
// page.
func TestIdentityOnThePages(t *testing.T) {
	c := start(t)
	id := c.add("陈秀兰", 19770412, fact.Female, nil)
	c.add("马国庆", 19850304, fact.Male, func(p *fact.Person) { p.IDNumber = number(11) })
	path := fmt.Sprintf("/people/%d/identity", id)
	o := c.As("officer")
	form := url.Values{"version": {"1"}, "id_kind": {"1"}, "id_number": {number(13)}, "reason": {"typo"}, "evidence": {"户口簿"}}
	for name, v := range map[string]string{"a wrong check digit": "000000198503040000", "nothing": ""} {
		form.Set("id_number", v)
		o.Post(path, form).Want(name, 422)
	}
	form.Set("id_number", number(11))
	o.Post(path, form).Want("somebody's number", 200, "马国庆", "合并").Lacks("somebody's number", number(11), `name="decided"`)
	form.Set("id_number", number(13))
	ans := o.Post(path, form).Want("what it would do", 200, "1977-04-12 → 1985-03-04", "女 → 男").Lacks("the number stands in the page", number(13))
	token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(ans.Body)
	if token == nil {
		t.Fatal("no second step")
	}
	form.Set("token", token[1])
	form.Del("id_number")
	o.Post(path, form).Want("correct", 303)
	r, err := c.people.Get(ctx, region.ScopeOf(county), id)
	if err != nil || r.Birth != 19850304 || r.Sex != fact.Male {
		t.Errorf("%+v, %v", r.Person, err)
	}
	o.Post(path, form).Want("an old version", 422, "已被他人修改")
	c.As("south").Get(path).Want("another county", 404)
}

// TestHouseholdAndChangesOnThePages: a child is born into a household, a son
// leaves it, the book meets.
func TestHouseholdAndChangesOnThePages(t *testing.T) {
	c := start(t)
	father := c.add("陈志远", 19740301, fact.Male, func(p *fact.Person) { p.Household = "371522000001" })
	son := c.add("陈小军", 19990301, fact.Male, func(p *fact.Person) { p.Household, p.Relation = "371522000001", 3 })
	o := c.As("officer")
	at := "?at=" + village.Full()
	o.Get("/people/new"+at+"&flow=1&household=371522000001").Want("the form of a birth", 200, `value="371522000001"`)
	born := url.Values{"flow": {"1"}, "name": {"陈小宝"}, "id_kind": {"9"}, "sex": {"1"}, "birth": {"2023-11-20"}, "village": {village.Full()}, "village_code": {village.Full()}, "household": {"371522000001"}, "relation": {"7"}, "reason": {"出生"}, "document": {"出生证"}}
	to := o.Post("/people/new"+at, born).Want("birth", 303).To
	o.Get(to).Want("the child", 200, "陈小宝", "脱贫户")
	regroup := fmt.Sprintf("/people/%d/regroup", father)
	o.Get(regroup).Want("the household", 200, "陈小军", "陈小宝")
	o.Post(regroup, url.Values{fmt.Sprintf("m%d", son): {"1"}, "reason": {"分家"}}).Want("a household without a head", 422, "恰好一个户主")
	o.Post(regroup, url.Values{fmt.Sprintf("m%d", son): {"1"}, fmt.Sprintf("r%d", son): {"1"}, "code": {"371522000088"}, "reason": {"分家"}}).Want("split", 303)
	o.Get(fmt.Sprintf("/people/%d/household", son)).Want("the new household", 200, "371522000088").Lacks("the new household", "陈小宝")
	o.Post(fmt.Sprintf("/people/%d/leave", son), url.Values{"flow": {"11"}, "on": {"2023-12-02"}, "reason": {"事故"}, "document": {"死亡证明"}}).Want("death", 303)
	book := "/people/flow" + at + "&from=2023-11&to=2023-12"
	o.Get(book).Plain().Want("the book", 200, "期初 2 + 增 1 − 减 1 = 期末 2", "死亡证明", "出生证", "陈小宝")
	o.Post("/people/flow/export"+at+"&from=2023-11&to=2023-12", nil).Want("the export", 200, "PK")
	o.Get(fmt.Sprintf("/people/%d/flow/2", son)).Want("the question", 200, "事故")
	o.Post(fmt.Sprintf("/people/%d/flow/2", son), url.Values{"reason": {"登记错人"}}).Want("taken back", 303)
	o.Get(book).Plain().Want("the book afterwards", 200, "期初 2 + 增 1 − 减 0 = 期末 3")
	c.As("south").Get(fmt.Sprintf("/people/%d/flow/2", son)).Want("another county", 404)
}

// TestEntryOfAVillage: filled rows are saved, a wrong one comes back with what
// was typed, all others are confirmed at once.
func TestEntryOfAVillage(t *testing.T) {
	c := start(t)
	working, jobless, idle := c.add("陈秀兰", 19770412, fact.Female, nil), c.add("马国庆", 19800101, fact.Male, nil), c.add("孙玉梅", 19820101, fact.Female, nil)
	c.works(working, 202209, county, "鲁西缝制帮扶车间", 235000)
	path := "/people/entry?at=" + village.Full() + "&month=2023-11"
	o := c.As("officer")
	o.Get(path).Want("the screen", 200, "鲁西缝制帮扶车间", fmt.Sprintf(`name="s%d"`, idle), "3 人 · 本月已核 0 · 未核 3")
	form := url.Values{fmt.Sprintf("s%d", working): {"1"}, fmt.Sprintf("w%d", working): {"2600"}, fmt.Sprintf("s%d", jobless): {"1"}, fmt.Sprintf("w%d", jobless): {"3100"}}
	o.Post(path, form).Want("one of two", 422, "已保存 1 行，1 行没有保存", "请填务工地", "工资已更新", `value="3100"`, fmt.Sprintf(`name="p%d"`, jobless))
	form.Set(fmt.Sprintf("p%d", jobless), "莘县")
	form.Set(fmt.Sprintf("e%d", jobless), "阳谷电缆厂")
	form.Set("all", "1")
	o.Post(path, form).Want("the rest", 200, "已登记务工", "已保存 3 行")
	o.Get(path).Want("afterwards", 200, "本月已核 3 · 未核 0", "阳谷电缆厂")
	r, err := c.people.Get(ctx, region.ScopeOf(county), idle)
	if err != nil || r.StatusOn != 20231130 || r.StatusFrom != "entry" {
		t.Errorf("confirmed: %s from %q, %v", r.StatusOn, r.StatusFrom, err)
	}
	o.Get("/people/entry").Want("a county chooses a village", 200, "选村", "莘亭街道")
	o.Get("/people/entry?at=371522002000").Want("a town chooses a village", 200, "前十里岔村")
	c.As("south").Get("/people/entry?at="+village.Full()).Want("another county", 404)
	c.As("leader").Get(path).Want("a leader", 403)
}

// TestSheetOnThePages: printed, typed back by lines, totals first.
func TestSheetOnThePages(t *testing.T) {
	c := start(t)
	a := c.add("陈秀兰", 19770412, fact.Female, nil)
	c.add("马国庆", 19800101, fact.Male, nil)
	c.works(a, 202209, county, "鲁西缝制帮扶车间", 235000)
	o := c.As("officer")
	to := o.Post("/people/entry/sheets?at="+village.Full()+"&month=2023-11", nil).Want("print", 303).To
	u, _ := url.Parse(to)
	code := u.Path[strings.LastIndex(u.Path, "/")+1:]
	o.Get(to).Want("the paper", 200, code, "陈秀兰", "1 <b>"+entry.Letter(code, 1)).Lacks("a number in plain", "19770412")
	back := o.Post("/people/entry/find", url.Values{"code": {strings.ToLower(code)}}).Want("find by code", 303, code+"/back").To
	lines := "1" + entry.Letter(code, 1) + " 1 2700\n2" + entry.Letter(code, 2) + " 3"
	other := "A"
	if entry.Letter(code, 1) == other {
		other = "B"
	}
	wrong := url.Values{"lines": {lines}, "total_rows": {"2"}, "total_wage": {"7200"}}
	o.Post(back, wrong).Want("another total", 422, "纸上工资合计 7200 元，录入合计 2700 元", "2700")
	o.Post(back, url.Values{"lines": {"1" + other + " 1 2"}, "total_rows": {"1"}, "total_wage": {"0"}}).Want("a line that is none", 422, "校验字母不对")
	wrong.Set("total_wage", "2700")
	o.Post(back, wrong).Want("typed back", 200, "已保存 2 行", "已录入 2 行")
	c.As("south").Get("/people/entry/sheets/"+code).Want("another county", 404)
	o.Post("/people/entry/find", url.Values{"code": {"ZZZZZZ"}}).Want("no such sheet", 404)
}

// TestProofOnThePages: issued, printed, verified, voided.
func TestProofOnThePages(t *testing.T) {
	c := start(t)
	id := c.add("陈秀兰", 19770412, fact.Female, nil)
	path := fmt.Sprintf("/people/%d/proof", id)
	o := c.As("officer")
	o.Post(path, url.Values{"kind": {"1"}, "purpose": {"县局"}}).Want("no work to prove", 422, "没有可证明的务工记录")
	o.Post(path, url.Values{"kind": {"2"}, "purpose": {"县局"}}).Want("a statement without words", 422, "情况说明要写内容")
	c.works(id, 202209, county, "鲁西缝制帮扶车间", 235000)
	to := o.Post(path, url.Values{"kind": {"1"}, "purpose": {"县局（交通补助）"}}).Want("issue", 303).To
	paper := o.Get(to).Want("the paper", 200, "务工证明", "县局（交通补助）", "鲁西缝制帮扶车间", "村级核实", "371522-2023-00001", `w-onpaper">000000********`).Lacks("a number in plain", "19770412")
	code := regexp.MustCompile(`验证码 ([0-9A-Z]{8})`).FindStringSubmatch(paper.Body)
	if code == nil {
		t.Fatal("no code on the paper")
	}
	// What was issued stays, whatever the ledger says afterwards.
	r, err := c.people.Get(ctx, region.ScopeOf(county), id)
	if err != nil {
		t.Fatal(err)
	}
	e := people.Edit{Person: r.Person}
	e.Name = "陈秀丽"
	if err := c.people.Update(ctx, region.ScopeOf(county), c.caller(), id, e); err != nil {
		t.Fatal(err)
	}
	o.Get(to).Want("the paper later", 200, "陈秀兰")
	o.Post("/people/proofs/find", url.Values{"number": {"371522-2023-00001"}, "code": {"AAAAAAAA"}}).Want("a wrong code", 404, "编号或验证码不对")
	o.Post("/people/proofs/find", url.Values{"number": {"371522-2023-00001"}, "code": {strings.ToLower(code[1])}}).Want("verify", 303)
	c.As("south").Post("/people/proofs/find", url.Values{"number": {"371522-2023-00001"}, "code": {code[1]}}).Want("another county", 404)
	c.As("south").Get(to).Want("another county", 404)
	o.Post(to, url.Values{"reason": {"开错了"}}).Want("void", 303)
	o.Get(to).Want("voided", 200, "作废：开错了")
	o.Get("/people/proofs").Want("the log", 200, "371522-2023-00001", "已作废")
}

// TestFourHundredOnOneScreen: the screen of a large village stays small and
// quick.
func TestFourHundredOnOneScreen(t *testing.T) {
	c := start(t)
	for i := range 400 {
		id := c.add(fmt.Sprintf("村民%d", i), calendar.DateOf(1966+i%36, 1+i%12, 1+i%28), fact.Male, nil)
		if i%2 == 0 {
			c.works(id, 202209, county, "鲁西缝制帮扶车间", 235000)
		}
	}
	path := "/people/entry?at=" + village.Full() + "&month=2023-11"
	c.As("officer").Get(path) // templates are parsed once
	begun := time.Now()
	a := c.As("officer").Get(path).Want("the screen", 200, "400 人")
	took := time.Since(begun)
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write([]byte(a.Body))
	_ = w.Close()
	t.Logf("400 people: %d bytes, %d on the wire, %s", len(a.Body), z.Len(), took)
	if z.Len() > 40<<10 || len(a.Body) > 150<<10 {
		t.Errorf("400 people are %d bytes, %d on the wire", len(a.Body), z.Len())
	}
}
