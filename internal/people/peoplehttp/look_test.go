package peoplehttp_test

import (
	"fmt"
	"regexp"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/people"
	"wengang/internal/people/flow"
	"wengang/internal/people/merge"
	"wengang/internal/people/proof"
	"wengang/internal/region"
	"wengang/internal/webtest"
	"wengang/internal/work"
)

// TestLook opens every page of the rim at both sizes in a browser: no fault of
// the policy, no sideways scrolling, every control named. With WENGANG_SHOTS it
// leaves pictures.
func TestLook(t *testing.T) {
	c := start(t)
	tab := webtest.Open(t, c.URL)
	id, spell := c.village()
	base := fmt.Sprintf("/people/%d", id)
	job := fmt.Sprintf("%s/work/%d", base, spell)
	twin, merged, sheet, paper := c.acts(id)
	tab.Walk([]webtest.Page{
		{Name: "people-doubles", Path: "/people/doubles"},
		{Name: "people-merge", Path: fmt.Sprintf("/people/%d/merge?with=%d", id, twin)},
		{Name: "people-merged", Path: fmt.Sprintf("/people/doubles/merge/%d", merged)},
		{Name: "people-mergewith", Path: base + "/merge"},
		{Name: "people-identity", Path: base + "/identity"},
		{Name: "people-regroup", Path: base + "/regroup"},
		{Name: "people-flow", Path: "/people/flow?from=2023-01&to=2023-12"},
		{Name: "people-flow-village", Path: "/people/flow?at=371522002202&from=2023-01&to=2023-12"},
		{Name: "people-leave", Path: base + "/leave"},
		{Name: "people-entry", Path: "/people/entry?at=371522002202&month=2023-12"},
		{Name: "people-entry-choose", Path: "/people/entry?month=2023-12"},
		{Name: "people-entry-en", Path: "/people/entry?at=371522002202&month=2023-12&lang=en"},
		{Name: "people-sheet", Path: "/people/entry/sheets/" + sheet + "?lang=zh-CN"},
		{Name: "people-sheet-back", Path: "/people/entry/sheets/" + sheet + "/back"},
		{Name: "people-proofs", Path: "/people/proofs"},
		{Name: "people-proof", Path: fmt.Sprintf("/people/proofs/paper/%d", paper)},
		{Name: "people-proof-form", Path: base + "/proof"},
		{Name: "people-list", Path: "/people?month=2023-11"},
		{Name: "people-filtered", Path: "/people?status=5&kind=1&month=2023-11"},
		{Name: "people-filter", Path: "/people", Open: "加条件"},
		{Name: "people-empty", Path: "/people?status=2&skill=4"},
		{Name: "people-intent", Path: "/people?list=intent"},
		{Name: "people-person", Path: base},
		{Name: "people-jobless", Path: fmt.Sprintf("/people/%d", id+1)},
		{Name: "people-reveal", Path: base, Open: "查看"},
		{Name: "people-household", Path: base + "/household"},
		{Name: "people-edit", Path: base + "/edit"},
		{Name: "people-new", Path: "/people/new"},
		{Name: "people-need", Path: base + "/need"},
		{Name: "people-kinds", Path: base + "/kinds"},
		{Name: "people-leave", Path: base + "/leave"},
		{Name: "people-work-new", Path: base + "/work/new"},
		{Name: "people-work-end", Path: job + "/end"},
		{Name: "people-list-en", Path: "/people?lang=en"},
		{Name: "people-person-en", Path: base + "?lang=en"},
		{Name: "people-zh", Path: "/people?lang=zh-CN"},
	})
	// A value is revealed by hand: reason, button, plain for a minute.
	tab.Goto(base)
	tab.Click("查看")
	tab.Fill("reason", "call")
	tab.ClickCSS("dialog[open] button.pri")
	tab.Wait("[data-w-expire]")
	tab.Shot("people-revealed")
	// Keyboard: / searches, arrows walk the list, Enter opens.
	tab.Goto("/people")
	tab.Eval(`document.querySelector('tbody tr').focus(), ''`)
	tab.Press("\r")
	tab.Wait("#rec-head")
}

// acts makes a double, a merge, a sheet and a paper.
func (c *console) acts(id int64) (twin, merged int64, sheet string, paper int64) {
	c.t.Helper()
	must := func(err error) {
		c.t.Helper()
		if err != nil {
			c.t.Fatal(err)
		}
	}
	h, by := region.ScopeOf(county), c.caller()
	same := func(p *fact.Person) { p.Village, p.Education, p.Phone = other, 4, "" }
	twin = c.add("陈秀兰", 19770412, fact.Female, same)
	third := c.add("陈秀兰", 19770412, fact.Female, func(p *fact.Person) { p.Phone = "" })
	r, err := c.people.Get(ctx, h, third)
	must(err)
	q := c.add("陈秀兰", 19770412, fact.Female, func(p *fact.Person) { p.Phone = "" })
	merged, err = c.merges.Merge(ctx, h, by, third, q, merge.Choice{Versions: [2]int{r.Version, 1}, Reason: "同一人，两次导入"})
	must(err)
	died, moved := id+5, id+6
	must(c.stores.Flows.Leave(ctx, h, by, died, flow.Act{Kind: flow.Died, On: 20231107, Reason: "因病", Document: "死亡证明 2023-0117"}))
	rows, err := c.people.Rows(ctx, h, []int64{moved}, 0)
	must(err)
	to := other
	if rows[0].Village == other {
		to = village
	}
	must(c.stores.Flows.Move(ctx, h, by, moved, flow.Act{Kind: flow.MarriedAway, On: 20231005, Reason: "结婚", Document: "结婚证", To: to}))
	sheet, err = c.stores.Entry.Print(ctx, h, by, village, 202312)
	must(err)
	paper, err = c.stores.Proofs.Issue(ctx, h, by, id, proof.Ask{Kind: proof.OfWork, Purpose: "莘县人力资源和社会保障局（交通补助）"})
	must(err)
	return twin, merged, sheet, paper
}

// village fills two villages with people of all kinds and answers one with a
// rich record.
func (c *console) village() (id, spell int64) {
	c.t.Helper()
	id = c.add("陈秀兰", 19770412, fact.Female, func(p *fact.Person) {
		p.Skill = fact.SkillSkilled
		p.Relation = 2
		p.Kinds = append(p.Kinds, fact.PersonKind{Kind: fact.KindSudden, Since: 20220601, Until: fact.Forever, Risk: fact.RiskWork, RiskRemovedOn: 20230601, Source: "县级审定"})
	})
	c.add("陈志远", 19740301, fact.Male, func(p *fact.Person) { p.Household = "371522000001" })
	c.works(id, 202209, 371522000000, "鲁西缝制帮扶车间", 235000)
	spell = c.works(id, 202305, nanshan, "华南电子有限公司", 512000)
	h, by := region.ScopeOf(county), c.caller()
	must := func(err error) {
		c.t.Helper()
		if err != nil {
			c.t.Fatal(err)
		}
	}
	must(c.work.EditTerms(ctx, h, by, id, spell, fact.Term{From: 202309, WageFen: 560000, Employer: "华南电子有限公司", Place: nanshan, Channel: 2, Industry: 3, PointToPoint: 1, TransportFen: 80000}))
	must(c.people.SetNeed(ctx, h, by, id, fact.Need{PlanOut: 1, PlanPlace: nanshan, WantedJob: "缝纫工", WantedWageFen: 550000, Service: "岗位推荐、职业指导", Training: "电商客服", SurveyedOn: 20231205}, "走访"))
	r, err := c.people.Get(ctx, h, id)
	must(err)
	e := people.Edit{Person: r.Person}
	e.Education, e.Phone, e.Reason = 4, "13900001234", "本人来窗口更正"
	must(c.people.Update(ctx, h, by, id, e))
	names := []string{"赵建军", "马国庆", "刘桂芝", "孙玉梅", "周广林", "吴彩霞", "高振东", "郭爱英", "韩立新", "杨春花", "徐长海", "朱月娥", "胡德胜", "马古丽·阿依木", "单小红", "仇建国", "解放", "王二妮", "李铁柱", "张大山", "郑小花", "冯国强", "蒋秀英", "沈丽华", "秦明", "尤三姐", "许文强", "何田田", "吕布", "施粥", "孔乙己", "曹操", "严监生", "华佗", "金莲", "魏征", "陶渊明", "姜维", "戚继光", "谢安", "邹忌", "喻言", "柏杨", "水生", "窦娥", "章北海", "云天明", "苏轼", "潘安", "葛优", "奚啸伯", "范进"}
	for i, n := range names {
		p := c.add(n, calendar.DateOf(1966+i*37%36, 1+i%12, 1+i%28), 1+i%2, func(p *fact.Person) {
			if i%2 == 0 {
				p.Village = other
			}
			p.Status, p.Skill = []int{5, 3, 4, 5, 2}[i%5], []int{1, 1, 3, 2}[i%4]
			p.Kinds[0].Kind = []int{1, 1, 2, 3, 1, 4}[i%6]
		})
		if i%3 == 0 {
			place := []region.Code{county, 371521000000, 370102000000, nanshan, 110105000000, 310115000000}[i/3%6]
			s := c.works(p, calendar.MonthOf(2023, 1+i%11), place, []string{"鲁西缝制帮扶车间", "阳谷电缆厂", "济南鑫源物流有限公司", "华南电子有限公司", "北方建筑工程有限公司", "浦东餐饮管理有限公司"}[i/3%6], int64(230000+i*7300))
			if i%9 == 0 {
				must(c.work.End(ctx, h, by, p, s, work.Ending{Month: max(calendar.MonthOf(2023, 1+i%11), 202311), Reason: "laid_off", Next: 5, Source: "走访"}))
			}
		}
	}
	return id, spell
}

// TestPapersPrintUpright: a sheet and a paper come out of the printer upright,
// the paper on one page, with six and four of the number.
func TestPapersPrintUpright(t *testing.T) {
	c := start(t)
	tab := webtest.Open(t, c.URL)
	id, _ := c.village()
	_, _, sheet, paper := c.acts(id)
	for name, path := range map[string]string{"people-sheet": "/people/entry/sheets/" + sheet, "people-proof": fmt.Sprintf("/people/proofs/paper/%d", paper)} {
		tab.Goto(path)
		out := string(tab.PDF(name))
		box := regexp.MustCompile(`/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]`).FindAllStringSubmatch(out, -1)
		if len(box) == 0 || box[0][1] >= box[0][2] && len(box[0][1]) >= len(box[0][2]) {
			t.Errorf("%s is not upright: %v", name, box)
		}
		if name == "people-proof" && len(box) != 1 {
			t.Errorf("the paper has %d pages", len(box))
		}
	}
}
