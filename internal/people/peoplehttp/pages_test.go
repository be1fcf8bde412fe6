package peoplehttp_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
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
	"wengang/internal/people/peoplehttp"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/web"
	"wengang/internal/work"
)

const (
	county  region.Code = 371522000000
	village region.Code = 371522002202
	other   region.Code = 371522002203
	nanshan region.Code = 440305000000
)

var ctx = context.Background()

type tree struct{ *region.Tree }

func (t tree) Children(c region.Code) []region.Code {
	var out []region.Code
	for _, p := range t.Tree.Children(c) {
		out = append(out, p.Code)
	}
	return out
}
func (tree) Search(string, region.Scope, int) []region.Code { return nil }

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

// as signs everybody in as the caller of the X-As header: "officer" of the
// county, "south" of the place of work, "leader".
type as struct{}

func (as) Authenticate(r *http.Request) (account.Caller, error) {
	name := r.Header.Get("X-As")
	if name == "" {
		name = "officer"
	}
	g := account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: county}
	switch name {
	case "south":
		g.Region = nanshan
	case "leader":
		g.Role = account.Leader
	}
	return account.Caller{UserID: 1, Login: name, Name: "李文静", Session: name, Address: "local", Grants: []account.Grant{g}}, nil
}

// console is the pages over a ledger with some people.
type console struct {
	t      testing.TB
	url    string
	people *people.Store
	work   *work.Store
	client *http.Client
	n      int
}

func start(t testing.TB) *console {
	t.Helper()
	d := testkit.SQLite(t)
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	tr := tree{region.National()}
	desk := rule.NewDesk(d, rule.TreePlaces(tr.Tree), log)
	c := &console{t: t}
	c.people = people.New(d, people.Deps{Box: box, Audit: log, Closed: open{}, Checks: desk, Settled: settled{}, Spells: work.ReadSpells, Reclass: work.Reclass})
	c.work = work.New(d, work.Deps{People: c.people, Audit: log, Closed: open{}, Checks: desk, Places: tr})
	s := web.New(web.Config{Tree: tr, Auth: as{}, Clock: testkit.Clock, Notice: "web.sample", Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	peoplehttp.New(s, c.people, c.work, tr).Register()
	h, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c.url = srv.URL
	jar, _ := cookiejar.New(nil)
	c.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
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

func (c *console) get(path, who string) (int, string) {
	c.t.Helper()
	return c.send("GET", path, who, nil)
}

func (c *console) post(path, who string, form url.Values) (int, string) {
	c.t.Helper()
	return c.send("POST", path, who, form)
}

// send answers status and body; of a redirect the body is the location.
func (c *console) send(method, path, who string, form url.Values) (int, string) {
	c.t.Helper()
	req, err := http.NewRequest(method, c.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("X-As", who)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == "POST" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if res.StatusCode == http.StatusSeeOther {
		return res.StatusCode, res.Header.Get("Location")
	}
	return res.StatusCode, string(body)
}

func TestPages(t *testing.T) {
	c := start(t)
	id := c.add("陈秀兰", 19770412, fact.Female, nil)
	spell := c.works(id, 202209, county, "鲁西缝制帮扶车间", 235000)
	base := fmt.Sprintf("/people/%d", id)
	for path, want := range map[string]string{
		"/people":                   "陈秀兰",
		"/people?status=1&class=1":  "鲁西缝制帮扶车间",
		"/people?status=5":          "没有人符合全部条件",
		"/people?py=cxl":            "陈秀兰",
		"/people?by=work&at=371522": "陈秀兰",
		"/people?list=intent":       "陈秀兰",
		base:                        "务工记录",
		base + "/edit":              "现为 138****0001，留空不改",
		base + "/household":         "户编号 371522000001",
		base + "/status":            "登记状态",
		base + "/need":              "培训意向工种",
		base + "/kinds":             "第 3 项",
		base + "/move":              "迁往他村",
		base + "/leave":             "销号",
		base + "/work/new":          "务工地",
		base + fmt.Sprintf("/work/%d/terms", spell): "从哪个月起",
		base + fmt.Sprintf("/work/%d/end", spell):   "停产减员",
		base + fmt.Sprintf("/work/%d/dates", spell): "仍在岗则留空",
		"/people/new": "新增人员",
	} {
		if status, body := c.get(path, "officer"); status != 200 || !strings.Contains(body, want) {
			t.Errorf("GET %s: %d, want 200 with %q", path, status, want)
		}
	}
	if _, body := c.get("/people?cols=skill&cols=phone", "officer"); !strings.Contains(body, "138****0001") || strings.Contains(body, "鲁西缝制帮扶车间") {
		t.Error("the chosen columns are not those of the table")
	}
	if _, body := c.get("/people", "officer"); !strings.Contains(body, "138****0001") {
		t.Error("the chosen columns were not kept")
	}
	for path, want := range map[string]int{
		"/people/999": 404, "/people/0": 404, "/people/abc": 404, "/people?status=77": 404, "/people?py=1": 404, base + "/work/99/end": 404,
	} {
		if status, _ := c.get(path, "officer"); status != want {
			t.Errorf("GET %s: %d, want %d", path, status, want)
		}
	}
	if status, body := c.get(base, "south"); status != 404 || strings.Contains(body, "陈秀兰") {
		t.Errorf("another county's officer: %d", status)
	}
	if status, body := c.get("/people?lang=en", "officer"); status != 200 || !strings.Contains(body, "Labour ability") {
		t.Errorf("the list in English: %d", status)
	}
	if status, _ := c.get(base+"/edit", "leader"); status != 403 {
		t.Errorf("a leader may edit: %d", status)
	}
}

func TestFindNeverPutsWordsIntoAnAddress(t *testing.T) {
	c := start(t)
	id := c.add("陈秀兰", 19770412, fact.Female, nil)
	status, to := c.post("/people/find", "officer", url.Values{"q": {"13800000001"}})
	if status != 303 || !strings.HasPrefix(to, fmt.Sprintf("/people/%d?", id)) || strings.Contains(to, "1380") {
		t.Errorf("find by phone: %d %s", status, to)
	}
	status, to = c.post("/people/find", "officer", url.Values{"q": {"陈"}})
	if status != 303 || !strings.HasPrefix(to, "/people/found?") || strings.Contains(to, "陈") || strings.Contains(to, url.QueryEscape("陈")) {
		t.Fatalf("find by name: %d %s", status, to)
	}
	if status, body := c.get(to, "officer"); status != 200 || !strings.Contains(body, "按姓名查找") || !strings.Contains(body, "陈秀兰") {
		t.Errorf("the answer by name: %d", status)
	}
	u, _ := url.Parse(to)
	if status, body := c.get("/people/found?words="+u.Query().Get("words"), "south"); status != 200 || strings.Contains(body, "陈秀兰") {
		t.Errorf("the answer's address in another county's hands: %d", status)
	}
	if status, _ := c.get(strings.Replace(to, "words=", "words=x", 1), "officer"); status != 404 {
		t.Errorf("a damaged address: %d", status)
	}
	if status, body := c.post("/people/find", "south", url.Values{"q": {"13800000001"}}); status != 200 || !strings.Contains(body, "没有找到") {
		t.Errorf("find from outside: %d", status)
	}
	if status, body := c.post("/search", "officer", url.Values{"q": {"cxl"}}); status != 200 || !strings.Contains(body, "陈秀兰") {
		t.Errorf("the search box: %d", status)
	}
}

func TestReveal(t *testing.T) {
	c := start(t)
	id := c.add("陈秀兰", 19770412, fact.Female, nil)
	path := fmt.Sprintf("/people/%d/reveal", id)
	if _, body := c.get(fmt.Sprintf("/people/%d", id), "officer"); strings.Contains(body, "13800000001") || strings.Contains(body, "19770412") {
		t.Error("the page shows a plain value")
	}
	status, body := c.post(path, "officer", url.Values{"what": {"phone"}, "reason": {"call"}})
	if status != 200 || !strings.Contains(body, "13800000001") || strings.Contains(body, "0000001977") {
		t.Errorf("reveal of the phone: %d", status)
	}
	if status, body := c.post(path, "officer", url.Values{"what": {"phone"}, "reason": {"other"}}); status != 200 || strings.Contains(body, "13800000001") || !strings.Contains(body, "请写明事由") {
		t.Errorf("reveal without words: %d", status)
	}
	if status, _ := c.post(path, "leader", url.Values{"what": {"phone"}, "reason": {"call"}}); status != 403 {
		t.Errorf("a leader revealed: %d", status)
	}
}

func TestFormsKeepWhatWasTyped(t *testing.T) {
	c := start(t)
	form := url.Values{"name": {"王建国"}, "id_kind": {"1"}, "id_number": {"000000198802290018"}, "phone": {"123"}, "village": {"前十里岔村"}, "note": {"甲乙丙"}}
	status, body := c.post("/people/new", "officer", form)
	for _, want := range []string{"000000198802290018", "甲乙丙", "校验", "带区号"} {
		if status != 422 || !strings.Contains(body, want) {
			t.Errorf("the form came back with %d and without %q", status, want)
		}
	}
	form.Set("id_number", "000000198802290019")
	form.Set("phone", "")
	form.Set("kind", "1")
	status, to := c.post("/people/new", "officer", form)
	if status != 303 {
		t.Fatalf("create: %d %s", status, to)
	}
	base, _, _ := strings.Cut(to, "?")
	// 朝阳区 is in Beijing and in Changchun: the form offers both.
	job := url.Values{"start": {"2023-10"}, "work_place": {"朝阳区"}, "employer": {"北方建筑"}, "channel": {"2"}, "wage": {"4,500.50"}, "source": {"走访"}, "others": {"1"}}
	status, body = c.post(base+"/work/new", "officer", job)
	if status != 422 || !strings.Contains(body, "110105000000") || !strings.Contains(body, "220104000000") {
		t.Errorf("two places of one name: %d", status)
	}
	job.Set("work_place_code", "110105000000")
	if status, body = c.post(base+"/work/new", "officer", job); status != 303 {
		t.Fatalf("record work: %d %s", status, excerpt(body))
	}
	if _, body = c.get(base, "officer"); !strings.Contains(body, "4,500.50") || !strings.Contains(body, "北方建筑") || !strings.Contains(body, "省外") {
		t.Error("the record does not show the work")
	}
	edit := url.Values{"version": {"1"}, "name": {"王建国"}, "id_kind": {"1"}}
	if status, body = c.post(base+"/edit", "officer", edit); status != 422 || !strings.Contains(body, "已被他人修改") {
		t.Errorf("an old version: %d, want the form with the conflict", status)
	}
}

// A form without a village, or with one of another county, was answered by the
// page "not found": everything typed was lost.
func TestAVillageThatIsNoneComesBackOnTheForm(t *testing.T) {
	c := start(t)
	id := c.add("陈秀兰", 19770412, fact.Female, nil)
	for _, f := range []struct {
		village, code, want string
	}{{"", "", "要具体到村"}, {"莘县", "371522000000", "要具体到村"}, {"前十里岔村", "371521103201", "找不到这个地方"}} {
		form := url.Values{"name": {"王建国"}, "id_kind": {"1"}, "id_number": {"000000198802290019"}, "note": {"甲乙丙"}, "village": {f.village}, "village_code": {f.code}, "since": {"2023-10"}, "reason": {"甲乙丙"}}
		for _, path := range []string{"/people/new", fmt.Sprintf("/people/%d/move", id)} {
			if status, body := c.post(path, "officer", form); status != 422 || !strings.Contains(body, f.want) || !strings.Contains(body, "甲乙丙") {
				t.Errorf("%s with village %q (%s): %d, want the form back with %q", path, f.village, f.code, status, f.want)
			}
		}
	}
}

func excerpt(s string) string {
	if i := strings.Index(s, `role="alert"`); i >= 0 {
		s = s[i:]
	}
	return s[:min(len(s), 600)]
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
		{base + "/move", url.Values{"village": {"后十里岔村"}, "since": {"2023-12"}, "reason": {"婚嫁"}}, "后十里岔"},
		{base + "/edit", url.Values{"version": {""}, "name": {"陈秀丽"}, "id_kind": {"1"}, "skill": {"2"}, "education": {"3"}, "relation": {"1"}, "ethnic": {"1"}}, "陈秀丽"},
		{base + "/edit", url.Values{"version": {""}, "name": {"陈秀丽"}, "id_kind": {"1"}, "skill": {"2"}, "education": {"3"}, "relation": {"1"}, "ethnic": {"1"}, "settlement": {"77"}}, "示例清河湾安置区"},
		{base + "/edit", url.Values{"version": {""}, "name": {"陈秀丽"}, "id_kind": {"1"}, "skill": {"2"}, "education": {"3"}, "relation": {"1"}, "ethnic": {"1"}, "settlement": {""}}, "示例清河湾安置区 → "},
		{base + "/leave", url.Values{"out_reason": {"2"}, "out_on": {"2023-12-09"}}, "迁出"},
		{base + "/leave", url.Values{"note": {"登记有误"}}, "撤销销号"},
	} {
		if strings.HasSuffix(s.path, "/edit") {
			r, err := c.people.Get(ctx, region.ScopeOf(county), id)
			if err != nil {
				t.Fatal(err)
			}
			s.form.Set("version", fmt.Sprint(r.Version))
		}
		if status, body := c.post(s.path, "officer", s.form); status != 303 {
			t.Errorf("POST %s: %d %s", s.path, status, excerpt(body))
		}
		if s.want == "撤销销号" {
			continue
		}
		if _, body := c.get(base+"?all=1", "officer"); !strings.Contains(body, s.want) {
			t.Errorf("after %s the record lacks %q", s.path, s.want)
		}
	}
}
