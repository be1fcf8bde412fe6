package peoplehttp_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/people"
	"wengang/internal/people/entry"
	"wengang/internal/people/flow"
	"wengang/internal/people/merge"
	"wengang/internal/people/peoplehttp"
	"wengang/internal/people/proof"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/web"
	"wengang/internal/webtest"
	"wengang/internal/work"
)

const (
	county  region.Code = 371522000000
	village region.Code = 371522002202
	other   region.Code = 371522002203
	nanshan region.Code = 440305000000
)

var ctx = context.Background()

type open struct{}

func (open) Note(context.Context, *db.Tx, int64, calendar.Month, calendar.Month) error { return nil }

// settled is one settlement of the county.
type settled struct{}

func (settled) Settlements(_ context.Context, _ db.Querier, scope region.Scope) ([]fact.Settlement, error) {
	if !scope.Contains(village.At(region.Town)) {
		return nil, nil
	}
	return []fact.Settlement{{ID: 77, Region: village.At(region.Town), Name: "示例清河湾安置区", EndedOn: fact.Forever}}, nil
}

// console is the pages over a ledger with some people.
type console struct {
	*webtest.Console
	t      testing.TB
	db     *db.DB
	people *people.Store
	work   *work.Store
	merges *merge.Store
	stores peoplehttp.Stores
	n      int
}

func start(t testing.TB) *console {
	t.Helper()
	d := testkit.SQLite(t)
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	tr := webtest.Places{Tree: region.National()}
	desk := rule.NewDesk(d, rule.TreePlaces(tr.Tree), log)
	c := &console{t: t, db: d}
	c.people = people.New(d, people.Deps{Box: box, Audit: log, Closed: open{}, Checks: desk, Settled: settled{}, Spells: work.ReadSpells, Reclass: work.Reclass})
	c.work = work.New(d, work.Deps{People: c.people, Audit: log, Closed: open{}, Checks: desk, Places: tr})
	c.merges = merge.New(d, merge.Deps{Box: box, Audit: log, Closed: open{}, Checks: desk, People: c.people, Spells: work.ReadSpells})
	stores := peoplehttp.Stores{People: c.people, Work: c.work, Merges: c.merges, Flows: flow.New(d, c.people, log), Entry: entry.New(d, c.people, c.work, log),
		Proofs: proof.New(d, proof.Deps{Box: box, Audit: log, People: c.people, Spells: work.ReadSpells}),
		Exported: func(ctx context.Context, by account.Caller, e audit.Export) error {
			return d.Tx(ctx, func(tx *db.Tx) error { _, err := log.Exported(ctx, tx, by, e); return err })
		}}
	c.stores = stores
	c.Console = webtest.NewConsole(t, web.Config{Tree: tr, Clock: testkit.Clock, Notice: "web.sample", Auth: webtest.Grants("李文静", map[string][]account.Grant{
		"": webtest.HR(account.Officer, county), "officer": webtest.HR(account.Officer, county),
		"south":  webtest.HR(account.Officer, nanshan),
		"leader": webtest.HR(account.Leader, county),
	})}, func(s *web.Shell) { peoplehttp.New(s, stores, tr).Register() })
	return c
}

func (c *console) caller() account.Caller {
	return account.Caller{UserID: 1, Login: "officer", Name: "李文静", Address: "local", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: county}}}
}

// add puts a person into the ledger, born on a day, at the number 000000….
func (c *console) add(name string, birth calendar.Date, sex int, change func(*fact.Person)) int64 {
	c.t.Helper()
	c.n++
	seq := c.n*2 + sex%2
	s := fmt.Sprintf("000000%08d%03d", int(birth), seq)
	p := fact.Person{Village: village, Name: name, Sex: sex, Birth: birth, Ethnic: 1, IDNumber: s + string(idcard.CheckDigit(s)), Phone: fmt.Sprintf("1380000%04d", c.n),
		Relation: 1, Education: 3, Health: 1, Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230601, InOn: 20220105, Political: 9, Allowance: 2, Ward: 2,
		Status: fact.StatusJobless, StatusOn: 20230105, StatusFrom: "走访", Household: fmt.Sprintf("37152200%04d", c.n),
		Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20160101, Until: fact.Forever}}}
	if change != nil {
		change(&p)
	}
	id, err := c.people.Create(ctx, region.ScopeOf(county), c.caller(), p)
	if err != nil {
		c.t.Fatalf("%s: %v", name, err)
	}
	return id
}

func (c *console) works(id int64, start calendar.Month, place region.Code, employer string, fen int64) int64 {
	c.t.Helper()
	spell, err := c.work.Add(ctx, region.ScopeOf(county), c.caller(), id, work.NewSpell{Start: start, Source: "走访", EndOthers: true, Strength: fact.ByVillage,
		Term: fact.Term{WageFen: fen, Employer: employer, Place: place, Channel: fact.ChannelEmployer, Industry: 3, PointToPoint: fact.No, TransportFen: -1}})
	if err != nil {
		c.t.Fatalf("%s: %v", employer, err)
	}
	return spell
}

func TestPages(t *testing.T) {
	c := start(t)
	id := c.add("陈秀兰", 19770412, fact.Female, nil)
	spell := c.works(id, 202209, county, "鲁西缝制帮扶车间", 235000)
	base := fmt.Sprintf("/people/%d", id)
	for path, want := range map[string]string{
		"/people":                                   "陈秀兰",
		"/people?status=1&class=1&month=2023-12":    "鲁西缝制帮扶车间",
		"/people?status=0&class=1&month=2023-11":    "鲁西缝制帮扶车间", // nobody had seen it by then
		"/people?status=5":                          "没有人符合全部条件",
		"/people?status=1&month=2023-11":            "没有人符合全部条件",
		"/people?py=cxl":                            "陈秀兰",
		"/people?by=work&at=371522":                 "陈秀兰",
		"/people?list=intent":                       "陈秀兰",
		base:                                        "务工记录",
		base + "/edit":                              "现为 138****0001，留空不改",
		base + "/household":                         "户编号 371522000001",
		base + "/status":                            "登记状态",
		base + "/need":                              "培训意向工种",
		base + "/kinds":                             "第 3 项",
		base + "/move":                              "迁往他村",
		base + "/leave":                             "销号",
		base + "/work/new":                          "务工地",
		base + fmt.Sprintf("/work/%d/terms", spell): "从哪个月起",
		base + fmt.Sprintf("/work/%d/end", spell):   "停产减员",
		base + fmt.Sprintf("/work/%d/dates", spell): "仍在岗则留空",
		"/people/new":                               "新增人员",
	} {
		c.As("officer").Get(path).Want("", 200, want)
	}
	c.As("officer").Get("/people?cols=skill&cols=phone").Want("the chosen columns", 200, "138****0001").Lacks("the chosen columns are not those of the table", "鲁西缝制帮扶车间")
	c.As("officer").Get("/people").Want("the chosen columns are kept", 200, "138****0001")
	for path, want := range map[string]int{
		"/people/999": 404, "/people/0": 404, "/people/abc": 404, "/people?status=77": 404, "/people?py=1": 404, base + "/work/99/end": 404,
	} {
		c.As("officer").Get(path).Want("", want)
	}
	c.As("south").Get(base).Want("another county's officer", 404).Lacks("another county's officer", "陈秀兰")
	c.As("officer").Get("/people?lang=en").Want("the list in English", 200, "Labour ability")
	c.As("leader").Get(base+"/edit").Want("a leader edits", 403)
}

func TestFindNeverPutsWordsIntoAnAddress(t *testing.T) {
	c := start(t)
	id := c.add("陈秀兰", 19770412, fact.Female, nil)
	to := c.As("officer").Post("/people/find", url.Values{"q": {"13800000001"}}).Want("find by phone", 303).Lacks("the number is in the address", "1380").To
	if !strings.HasPrefix(to, fmt.Sprintf("/people/%d?", id)) {
		t.Errorf("find by phone leads to %s", to)
	}
	to = c.As("officer").Post("/people/find", url.Values{"q": {"陈"}}).Want("find by name", 303).Lacks("the name is in the address", "陈", url.QueryEscape("陈")).To
	if !strings.HasPrefix(to, "/people/found?") {
		t.Fatalf("find by name leads to %s", to)
	}
	c.As("officer").Get(to).Want("the answer by name", 200, "按姓名查找", "陈秀兰")
	u, _ := url.Parse(to)
	c.As("south").Get("/people/found?words="+u.Query().Get("words")).Want("the answer's address in another county's hands", 200).Lacks("the answer's address in another county's hands", "陈秀兰")
	c.As("officer").Get(strings.Replace(to, "words=", "words=x", 1)).Want("a damaged address", 404)
	c.As("south").Post("/people/find", url.Values{"q": {"13800000001"}}).Want("find from outside", 200, "没有找到")
	c.As("officer").Post("/search", url.Values{"q": {"cxl"}}).Want("the search box", 200, "陈秀兰")
}

func TestReveal(t *testing.T) {
	c := start(t)
	id := c.add("陈秀兰", 19770412, fact.Female, nil)
	path := fmt.Sprintf("/people/%d/reveal", id)
	c.As("officer").Get(fmt.Sprintf("/people/%d", id)).Want("", 200).Lacks("the page shows a plain value", "13800000001", "19770412")
	c.As("officer").Post(path, url.Values{"what": {"phone"}, "reason": {"call"}}).Want("reveal of the phone", 200, "13800000001").Lacks("reveal of the phone", "0000001977")
	c.As("officer").Post(path, url.Values{"what": {"phone"}, "reason": {"other"}}).Want("reveal without words", 200, "请写明事由").Lacks("reveal without words", "13800000001")
	c.As("leader").Post(path, url.Values{"what": {"phone"}, "reason": {"call"}}).Want("a leader reveals", 403)
}

func TestFormsKeepWhatWasTyped(t *testing.T) {
	c := start(t)
	form := url.Values{"name": {"王建国"}, "id_kind": {"1"}, "id_number": {"000000198802290018"}, "phone": {"123"}, "village": {"前十里岔村"}, "note": {"甲乙丙"}}
	c.As("officer").Post("/people/new", form).Want("the form comes back", 422, "000000198802290018", "甲乙丙", "校验", "带区号")
	form.Set("id_number", "000000198802290019")
	form.Set("phone", "")
	form.Set("kind", "1")
	to := c.As("officer").Post("/people/new", form).Want("create", 303).To
	base, _, _ := strings.Cut(to, "?")
	// 朝阳区 is in Beijing and in Changchun: the form offers both.
	job := url.Values{"start": {"2023-10"}, "work_place": {"朝阳区"}, "employer": {"北方建筑"}, "channel": {"2"}, "wage": {"4,500.50"}, "source": {"走访"}, "others": {"1"}}
	c.As("officer").Post(base+"/work/new", job).Want("two places of one name", 422, "110105000000", "220104000000")
	job.Set("work_place_code", "110105000000")
	c.As("officer").Post(base+"/work/new", job).Want("record work", 303)
	c.As("officer").Get(base).Want("the record shows the work", 200, "4,500.50", "北方建筑", "省外")
	edit := url.Values{"version": {"1"}, "name": {"王建国"}, "id_kind": {"1"}}
	c.As("officer").Post(base+"/edit", edit).Want("an old version", 422, "已被他人修改")
}

// A form without a village, or with one of another county, was answered by the
// page "not found": everything typed was lost.
func TestAVillageThatIsNoneComesBackOnTheForm(t *testing.T) {
	c := start(t)
	id := c.add("陈秀兰", 19770412, fact.Female, nil)
	for _, f := range []struct {
		village, code, want string
	}{{"", "", "要具体到村"}, {"莘县", "371522000000", "要具体到村"}, {"前十里岔村", "371521103201", "找不到这个地方"}} {
		form := url.Values{"name": {"王建国"}, "id_kind": {"1"}, "id_number": {"000000198802290019"}, "note": {"甲乙丙"}, "village": {f.village}, "village_code": {f.code}, "flow": {"21"}, "on": {"2023-10-05"}, "document": {"准迁证"}, "reason": {"甲乙丙"}}
		for _, path := range []string{"/people/new", fmt.Sprintf("/people/%d/move", id)} {
			c.As("officer").Post(path, form).Want(fmt.Sprintf("village %q (%s)", f.village, f.code), 422, f.want, "甲乙丙")
		}
	}
}

// TestEveryFormSaves sends each form of a record once.
func TestEveryFormSaves(t *testing.T) {
	c := start(t)
	id := c.add("陈秀兰", 19770412, fact.Female, nil)
	spell := c.works(id, 202209, county, "鲁西缝制帮扶车间", 235000)
	base := fmt.Sprintf("/people/%d", id)
	work := fmt.Sprintf("%s/work/%d", base, spell)
	for _, s := range []struct {
		path string
		form url.Values
		want string // on the record afterwards
	}{
		{base + "/need", url.Values{"plan_out": {"2"}, "training": {"电商客服"}, "wanted_wage": {"3000"}, "surveyed_on": {"2023-12-05"}, "source": {"走访"}}, "电商客服"},
		{base + "/kinds", url.Values{"kind_0": {"1"}, "since_0": {"2016-01-01"}, "until_0": {"2022-12-31"}, "kind_1": {"4"}, "since_1": {"2023-01-01"}, "risk_1": {"1"}}, "突发严重困难户"},
		{work + "/terms", url.Values{"from": {"2023-07"}, "work_place": {"莘县"}, "employer": {"鲁西缝制帮扶车间"}, "channel": {"4"}, "wage": {"2530"}}, "2,530.00"},
		{work + "/dates", url.Values{"start": {"2022-08"}, "end": {""}}, "2022-08"},
		{work + "/seen", nil, "村级核实"},
		{work + "/end", url.Values{"end": {"2023-11"}, "reason": {"laid_off"}, "next": {"5"}, "source": {"走访"}}, "停产减员"},
		{base + "/status", url.Values{"status": {"4"}, "status_on": {"2023-12-08"}, "source": {"走访"}}, "照护"},
		{base + "/move", url.Values{"village": {"后十里岔村"}, "flow": {"22"}, "on": {"2023-12-03"}, "document": {"结婚证"}, "reason": {"婚嫁"}}, "后十里岔"},
		{base + "/edit", url.Values{"version": {""}, "name": {"陈秀丽"}, "id_kind": {"1"}, "skill": {"2"}, "education": {"3"}, "relation": {"1"}, "ethnic": {"1"}}, "陈秀丽"},
		{base + "/edit", url.Values{"version": {""}, "name": {"陈秀丽"}, "id_kind": {"1"}, "skill": {"2"}, "education": {"3"}, "relation": {"1"}, "ethnic": {"1"}, "settlement": {"77"}}, "示例清河湾安置区"},
		{base + "/edit", url.Values{"version": {""}, "name": {"陈秀丽"}, "id_kind": {"1"}, "skill": {"2"}, "education": {"3"}, "relation": {"1"}, "ethnic": {"1"}, "settlement": {""}}, "示例清河湾安置区 → "},
		{base + "/leave", url.Values{"flow": {"12"}, "on": {"2023-12-09"}, "document": {"准迁证"}, "reason": {"随子女"}}, "迁出"},
		{base + "/leave", url.Values{"note": {"登记有误"}}, "撤销销号"},
	} {
		if strings.HasSuffix(s.path, "/edit") {
			r, err := c.people.Get(ctx, region.ScopeOf(county), id)
			if err != nil {
				t.Fatal(err)
			}
			s.form.Set("version", fmt.Sprint(r.Version))
		}
		c.As("officer").Post(s.path, s.form).Want("", 303)
		if s.want == "撤销销号" {
			continue
		}
		page := c.As("officer").Get(base+"?all=1").Want("after "+s.path, 200, s.want)
		if s.want == "迁出" { // who has left is asked for no work
			page.Lacks("who left", "/work/new", "/seen")
		}
	}
}
