package intake

import (
	"slices"
	"strings"
	"testing"

	"wengang/internal/calendar"
)

var workHead = strings.Split("县|乡|行政村|户编号|姓名|证件号码|户类型|监测对象类别|是否已务工|开始时间|结束时间|务工所在省|务工所在市|务工所在县|务工企业名称|所属行业|就业渠道|是否点对点输送|务工月收入|年度交通费补助|联系电话", "|")

// job is a row of the national work export: clean unless changed by heading.
func (k *desk) job(name, number string, change ...string) []string {
	k.t.Helper()
	row := make([]string, len(workHead))
	set := func(head, v string) {
		for i, h := range workHead {
			if h == head {
				row[i] = v
				return
			}
		}
		k.t.Fatalf("no column %s", head)
	}
	for _, kv := range [][2]string{{"县", "莘县"}, {"乡", k.town}, {"行政村", k.here}, {"户编号", "H" + name}, {"姓名", name}, {"证件号码", number}, {"户类型", "脱贫户"}, {"是否已务工", "是"},
		{"开始时间", "2023年5月"}, {"务工所在省", "江苏省"}, {"务工所在市", "苏州市"}, {"务工所在县", "昆山市"}, {"务工企业名称", "昆山示例电子有限公司"}, {"所属行业", "制造业"}, {"就业渠道", "自主外出"},
		{"是否点对点输送", "否"}, {"务工月收入", "4500"}} {
		set(kv[0], kv[1])
	}
	for i := 0; i+1 < len(change); i += 2 {
		set(change[i], change[i+1])
	}
	return row
}

// villagers puts people with the names into the ledger.
func (k *desk) villagers(names ...string) map[string]string {
	k.t.Helper()
	rows := [][]string{nationalHead}
	ids := map[string]string{}
	for i, n := range names {
		ids[n] = id(19880229, 2*i+1)
		rows = append(rows, k.national("H"+n, n, ids[n]))
	}
	r, _ := k.bring(request{kind: "people"}, rows...)
	k.counts("villagers", r, int64(len(names)), 0, 0, 0)
	return ids
}

func TestMonthlyWork(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲", "乙", "丙", "丁", "戊", "己")
		oct, nov := request{kind: "work", month: 202310}, request{kind: "work", month: 202311}
		row := func(name string, change ...string) []string { return k.job(name, ids[name], change...) }
		first := [][]string{workHead, row("甲"), row("乙"), row("丙", "结束时间", "2023年8月"), row("丁"),
			row("戊", "是否已务工", "否", "开始时间", "", "务工所在省", "", "务工所在市", "", "务工所在县", "", "务工企业名称", "", "所属行业", "", "就业渠道", "", "是否点对点输送", "", "务工月收入", "")}
		r, _ := k.bring(oct, first...)
		k.counts("October", r, 4, 1, 0, 0)
		if r.Warnings != 0 {
			t.Errorf("clean rows are warned: %s", listed(r))
		}
		if got := k.spells("甲"); got != "202305-999912 昆山示例电子有限公司 4500@202305" {
			t.Errorf("甲: %s", got)
		}
		if got := k.spells("丙"); got != "202305-202308 昆山示例电子有限公司 4500@202305" {
			t.Errorf("丙: %s", got)
		}
		if got := k.one(`SELECT count(*) FROM spell_seen WHERE month = 202310 AND strength = 1`); got != "3" {
			t.Errorf("%s spells seen in October: what ended needs no sight", got)
		}
		status := func(name string) string {
			return k.one(`SELECT status || '@' || status_on FROM person WHERE name = $1`, name)
		}
		if status("甲") != "1@20230501" || status("丙") != "5@20230831" || status("戊") != "5@20231031" {
			t.Errorf("states: %s %s %s", status("甲"), status("丙"), status("戊"))
		}
		if got := k.one(`SELECT place || '/' || place_class FROM spell_term WHERE person_id = (SELECT id FROM person WHERE name = '甲')`); got != "320583000000/3" {
			t.Errorf("place: %s", got)
		}

		// The same month again, shuffled: nothing changes.
		r, _ = k.bring(oct, first[0], first[5], first[3], first[1], first[4], first[2])
		k.counts("October again", r, 0, 5, 0, 0)

		// November: a wage, a new job, an end, a blank wage, a person who comes back to nothing new.
		r, nb := k.bring(nov, workHead,
			row("甲", "务工月收入", "5000"),
			row("乙", "开始时间", "2023年11月", "务工所在市", "无锡市", "务工所在县", "江阴市", "务工企业名称", "江阴示例纺织厂"),
			row("丁", "务工月收入", "", "务工企业名称", "昆山示例电子公司"),
			row("己", "开始时间", "2023年3月"))
		k.counts("November", r, 2, 1, 1, 0)
		if got := k.spells("甲"); got != "202305-999912 昆山示例电子有限公司 4500@202305; 202305-999912 昆山示例电子有限公司 5000@202311" {
			t.Errorf("a wage of November rewrote the months before: %s", got)
		}
		if got := k.spells("乙"); got != "202305-202311 昆山示例电子有限公司 4500@202305; 202311-999912 江阴示例纺织厂 4500@202311" {
			t.Errorf("a new job must end the old: %s", got)
		}
		if got := k.one(`SELECT end_reason FROM spell WHERE end_month = 202311`); got != "new_job" {
			t.Errorf("ended because of %s", got)
		}
		if got := k.spells("丁"); got != "202305-999912 昆山示例电子有限公司 4500@202305" {
			t.Errorf("a blank erased, or a spelling of the employer made a change: %s", got)
		}
		if got := k.one(`SELECT count(*) FROM spell_seen WHERE month = 202311`); got != "4" {
			t.Errorf("%s spells seen in November", got)
		}
		if listed(r) != "" {
			t.Errorf("a change of jobs is no overlap: %s", listed(r))
		}

		// December: 否 with an end closes the spell; the state follows.
		dec := request{kind: "work", month: 202312}
		r, _ = k.bring(dec, workHead, row("丁", "是否已务工", "否", "结束时间", "2023年11月"), row("甲", "务工月收入", "5000"))
		k.counts("December", r, 0, 1, 1, 0)
		if got := k.spells("丁"); !strings.HasPrefix(got, "202305-202311") || status("丁") != "5@20231130" {
			t.Errorf("ended: %s, state %s", got, status("丁"))
		}

		// November cannot be undone under December's sight of its new spells… of
		// 甲's wage it could, yet the batch goes as a whole.
		if err := k.undo(nb); err != nil {
			t.Fatalf("nothing of December stands on November's own spells: %v", err)
		}
		if got := k.spells("乙"); got != "202305-999912 昆山示例电子有限公司 4500@202305" {
			t.Errorf("undone: %s", got)
		}
		if got := k.spells("甲"); got != "202305-999912 昆山示例电子有限公司 4500@202305" {
			t.Errorf("undone wage: %s", got)
		}
		if got := k.one(`SELECT count(*) FROM spell WHERE batch_id = $1`, nb); got != "0" {
			t.Errorf("%s spells stay", got)
		}
	})
}

func TestWorkDirtyRows(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		names := strings.Split("一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子丑寅卯辰", "")
		ids := k.villagers(names...)
		if err := k.exec(`UPDATE person SET student = 15, education = 0, skill = 5 WHERE name = '戊'`); err != nil {
			t.Fatal(err)
		}
		if err := k.exec(`UPDATE person SET skill = 4 WHERE name = '己'`); err != nil {
			t.Fatal(err)
		}
		if err := k.exec(`UPDATE person SET ward = 1 WHERE name = '庚'`); err != nil {
			t.Fatal(err)
		}
		if err := k.exec(`UPDATE person SET birth = 20080101 WHERE name = '辛'`); err != nil {
			t.Fatal(err)
		}
		if err := k.exec(`UPDATE person SET birth = 19501010 WHERE name = '壬'`); err != nil {
			t.Fatal(err)
		}
		k.bring(request{kind: "work"}, workHead, k.job("癸", ids["癸"], "开始时间", "202301", "结束时间", "202306"), k.job("子", ids["子"], "开始时间", "202301", "结束时间", "202306"))
		row := func(name string, change ...string) []string { return k.job(name, ids[name], change...) }
		type dirty struct {
			rule string
			in   bool
			row  []string
		}
		bad := []dirty{
			{"work.place_not_county", false, row("一", "务工所在县", "")},
			{"work.place_unknown", false, row("二", "务工所在省", "", "务工所在市", "", "务工所在县", "不存在的县")},
			{"work.place_ambiguous", false, row("三", "务工所在省", "", "务工所在市", "", "务工所在县", "朝阳区")},
			{"work.place_missing", false, row("四", "务工所在省", "", "务工所在市", "", "务工所在县", "")},
			{"work.start_missing", false, row("五", "开始时间", "")},
			{"row.month", false, row("六", "开始时间", "去年")},
			{"work.end_before_start", false, row("七", "结束时间", "2023年4月")},
			{"work.start_future", false, row("八", "开始时间", "2024年2月")},
			{"work.not_out_end", false, row("九", "是否已务工", "否")},
			{"work.person_unknown", false, k.job("无", id(19770101, 55))},
			{"id.checksum", false, k.job("错", "000000198802290018")},
			{"work.wage_bounds", true, row("十", "务工月收入", "54000")},
			{"work.wage_low", true, row("甲", "务工月收入", "300")},
			{"work.fields_missing", true, row("乙", "务工企业名称", "")},
			{"channel.outside_county", true, row("丙", "就业渠道", "公益性岗位")},
			{"work.name_differs", true, k.job("别名", ids["丁"])},
			{"school.working", true, row("戊")},
			{"labour.none_working", true, row("己")},
			{"ward.working", true, row("庚")},
			{"work.too_young", true, row("辛")},
			{"post.too_old", true, row("壬", "就业渠道", "公益性岗位", "务工所在省", "山东省", "务工所在市", "聊城市", "务工所在县", "莘县")},
			{"work.overlap", true, row("癸", "开始时间", "202304", "务工企业名称", "别的厂")},
			{"phone.length", true, row("丑", "联系电话", "12345")},
			{"row.word", true, row("寅", "就业渠道", "靠朋友")},
			{"row.number", true, row("卯", "务工月收入", "面议")},
			{"work.duplicate_row", false, row("辰")},
		}
		rows := [][]string{workHead, row("辰"), row("子", "开始时间", "202306", "务工企业名称", "别的厂")}
		for _, b := range bad {
			rows = append(rows, b.row)
		}
		r, _ := k.bring(request{kind: "work", month: 202312}, rows...)
		found := map[int]map[string]bool{}
		for _, f := range r.Findings {
			if found[f.Row] == nil {
				found[f.Row] = map[string]bool{}
			}
			found[f.Row][f.Rule] = true
			if f.Message == "" || strings.Contains(f.Message, "{") || strings.Contains(f.Value+f.Message, "19880229") {
				t.Errorf("row %d, %s: message %q, value %q", f.Row, f.Rule, f.Message, f.Value)
			}
		}
		// A place that is not understood stands beside the county that was typed,
		// also where the file has an empty column for the address.
		address := k.job("二", ids["二"], "务工所在省", "江苏省", "务工所在市", "苏洲市", "务工所在县", "昆山市")
		beside, _ := k.bring(request{kind: "work", month: 202312}, append(slices.Clone(workHead), "务工地址"), append(address, ""))
		if len(beside.Findings) == 0 || beside.Findings[0].Column != "务工所在县" {
			t.Errorf("a wrong city is shown at %+v", beside.Findings)
		}
		var in int64 = 2
		for i, b := range bad {
			if !found[6+i][b.rule] {
				t.Errorf("row %d: %s was not found; found %v", 6+i, b.rule, found[6+i])
			}
			if b.in {
				in++
			}
		}
		if len(found[4])+len(found[5]) > 0 {
			t.Errorf("clean rows are found fault with: %v %v", found[4], found[5])
		}
		k.counts("dirty", r, in, 0, 0, int64(len(bad))+2-in)

		// Mending: the corrected wage closes its finding.
		k.bring(request{kind: "work", month: 202312}, workHead, row("十", "务工月收入", "5400"))
		if got := k.one(`SELECT state FROM finding WHERE rule = 'work.wage_bounds'`); got != "1" {
			t.Errorf("a mended finding has the state %s", got)
		}
		if got := k.spells("十"); got != "202305-999912 昆山示例电子有限公司 54000@202305; 202305-999912 昆山示例电子有限公司 5400@202312" {
			t.Errorf("terms: %s", got)
		}
	})
}

// A history comes as spells from–to, without a month; the monthly files that
// follow go on from it, and one that comes late does not open what has ended.
func TestHistoryThenMonths(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲", "乙", "丙")
		row := func(name string, change ...string) []string { return k.job(name, ids[name], change...) }
		history := [][]string{workHead,
			row("甲", "开始时间", "202201", "结束时间", "202212", "务工企业名称", "甲厂"),
			row("甲", "开始时间", "202302", "务工企业名称", "乙厂"),
			row("乙", "开始时间", "202203", "结束时间", "202308", "务工企业名称", "丙厂"),
			row("丙", "开始时间", "202309", "务工企业名称", "丁厂")}
		r, _ := k.bring(request{kind: "work"}, history...)
		k.counts("history", r, 4, 0, 0, 0)
		if listed(r) != "" {
			t.Errorf("clean history: %s", listed(r))
		}
		if got := k.one(`SELECT min(month) || '-' || max(month) || ' ' || count(*) FROM spell_seen`); got != "202309-202309 2" {
			t.Errorf("a history confirms what runs up to its own last month: %s", got)
		}
		r, _ = k.bring(request{kind: "work"}, history...)
		k.counts("history again", r, 0, 4, 0, 0)

		r, _ = k.bring(request{kind: "work", month: 202311}, workHead,
			row("甲", "开始时间", "202310", "务工企业名称", "戊厂"),
			row("乙", "开始时间", "202309", "务工企业名称", "己厂"))
		k.counts("November", r, 2, 0, 0, 0)
		if got := k.spells("甲"); got != "202201-202212 甲厂 4500@202201; 202302-202310 乙厂 4500@202302; 202310-999912 戊厂 4500@202310" {
			t.Errorf("甲: %s", got)
		}
		// 丙 is not in November's file: the spell runs on, nobody has seen it.
		if got := k.one(`SELECT count(*) FROM spell_seen v JOIN person p ON p.id = v.person_id WHERE p.name = '丙' AND v.month = 202311`); got != "0" {
			t.Error("absent people were confirmed")
		}
		// October's file comes late.
		r, _ = k.bring(request{kind: "work", month: 202309}, workHead, row("甲", "开始时间", "202302", "务工企业名称", "乙厂"), row("丙", "开始时间", "202309", "务工企业名称", "丁厂"))
		k.counts("September, late", r, 0, 2, 0, 0)
		if got := k.spells("甲"); got != "202201-202212 甲厂 4500@202201; 202302-202310 乙厂 4500@202302; 202310-999912 戊厂 4500@202310" {
			t.Errorf("a late file opened what had ended: %s", got)
		}
		// The history read again does not open it either.
		r, _ = k.bring(request{kind: "work"}, history...)
		k.counts("history, read again", r, 0, 4, 0, 0)
	})
}

func TestCountySheetOfWork(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲", "乙")
		head := []string{"姓名", "身份证号", "村", "务工地", "单位", "月收入"}
		oct := request{kind: "work", month: 202310}
		r, _ := k.bring(oct, head, []string{"甲", ids["甲"], k.here, "江苏昆山", "示例厂", "4000"}, []string{"乙", ids["乙"], k.here, "莘县", "", "2000"})
		k.counts("October", r, 2, 0, 0, 0)
		if got := k.spells("甲"); got != "202310-999912 示例厂 4000@202310" {
			t.Errorf("甲: %s", got)
		}
		nov := request{kind: "work", month: 202311}
		r, _ = k.bring(nov, head, []string{"甲", ids["甲"], k.here, "江苏昆山", "示例厂", "4200"}, []string{"乙", ids["乙"], k.here, "聊城市东昌府区", "新厂", "3000"})
		k.counts("November", r, 1, 0, 1, 0)
		if got := k.spells("乙"); got != "202310-202311  2000@202310; 202311-999912 新厂 3000@202311" {
			t.Errorf("乙: %s", got)
		}
	})
}

func TestVillageLedger(t *testing.T) {
	k := newDesk(t, sqliteOf(t))
	ids := k.villagers("甲", "乙", "丙")
	head := strings.Split("姓名|身份证号码|性别|村组|联系电话|户属性|务工状态|是否就业|务工区域|务工地址|行业|工种|单位名称|开始时间|预计返乡时间|实际返乡时间|是否特殊人群|月收入|年收入|备注", "|")
	row := func(name string, state, employed, place, start, back string) []string {
		return []string{name, ids[name], "男", "一组", "", "脱贫户", state, employed, "省外", place, "制造业", "普工", "示例厂", start, "", back, "否", "4000", "48000", ""}
	}
	r, _ := k.bring(request{kind: "work", month: 202311}, head,
		row("甲", "在外务工", "是", "广东省东莞市长安镇", "2023-03", ""),
		row("乙", "已返乡", "否", "浙江省义乌市", "2023-02", "2023-09-20"),
		row("丙", "已返乡", "是", "莘县", "2023-10", ""))
	k.counts("village ledger", r, 3, 0, 0, 0)
	if got := k.one(`SELECT t.place || '/' || t.place_class FROM spell_term t JOIN person p ON p.id = t.person_id WHERE p.name = '甲'`); got != "441900000000/3" {
		t.Errorf("a city without counties: %s", got)
	}
	if got := k.spells("乙"); got != "202302-202309 示例厂 4000@202302" {
		t.Errorf("乙: %s", got)
	}
	if got := k.spells("丙"); got != "202310-999912 示例厂 4000@202310" {
		t.Errorf("丙: %s", got)
	}
}

func TestLateFactsAreNotedForClosedMonths(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲", "乙")
		if err := k.exec(`INSERT INTO month_close (county, month, state, closed_at) VALUES ($1, 202310, 'closed', 1)`, int64(county)); err != nil {
			t.Fatal(err)
		}
		_, batch := k.bring(request{kind: "work", month: 202311}, workHead, k.job("甲", ids["甲"], "开始时间", "202309"), k.job("乙", ids["乙"], "开始时间", "202311"))
		want := k.one(`SELECT id FROM person WHERE name = '甲'`)
		if len(k.closed.ids) != 1 || itoa(k.closed.ids[0]) != want || k.closed.from != 202309 {
			t.Errorf("noted %v from %s, want %s from 2023-09", k.closed.ids, k.closed.from, want)
		}
		k.closed.ids = nil
		if err := k.undo(batch); err != nil {
			t.Fatal(err)
		}
		if len(k.closed.ids) != 1 || itoa(k.closed.ids[0]) != want {
			t.Errorf("undo noted %v", k.closed.ids)
		}
	})
}

func TestNothingIsSeenBeforeTheEnd(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲", "乙")
		k.bring(request{kind: "work", month: 202310}, workHead, k.job("甲", ids["甲"]))
		stop := "stop"
		k.s.Failpoint = func(p string) {
			if p == "finish.tx" {
				panic(stop)
			}
		}
		_, batch := k.bring(request{kind: "work", month: 202311, hold: true}, workHead,
			k.job("甲", ids["甲"], "务工月收入", "9000", "开始时间", "202311", "务工企业名称", "别的厂"), k.job("乙", ids["乙"]))
		func() {
			defer func() {
				if r := recover(); r != stop {
					t.Fatalf("recovered %v", r)
				}
			}()
			k.save(batch)
		}()
		hidden := `SELECT count(*) FROM spell s WHERE NOT EXISTS (SELECT 1 FROM hidden_batch h WHERE h.batch_id = s.batch_id)`
		if got := k.one(hidden); got != "1" {
			t.Errorf("%s spells are visible before the end", got)
		}
		if got := k.one(`SELECT end_month FROM spell WHERE person_id = (SELECT id FROM person WHERE name = '甲') AND start_month = 202305`); got != itoa(int64(calendar.Open)) {
			t.Errorf("the old spell ended before the end: %s", got)
		}
		k.s.Failpoint = nil
		k.work(batch)
		if got := k.one(hidden); got != "3" {
			t.Errorf("%s spells after the resume", got)
		}
		if got := k.spells("甲"); got != "202305-202311 昆山示例电子有限公司 4500@202305; 202311-999912 别的厂 9000@202311" {
			t.Errorf("甲: %s", got)
		}
	})
}

var planHead = strings.Split("县|乡|行政村|户编号|姓名|证件号码|户类型|是否计划务工|计划务工所在县|就业服务需求", "|")

func TestPlan(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲", "乙", "丙")
		row := func(name, out, place, service string) []string {
			return []string{"莘县", k.town, k.here, "H" + name, name, ids[name], "脱贫户", out, place, service}
		}
		r, first := k.bring(request{kind: "plan"}, planHead, row("甲", "是", "江苏省苏州市昆山市", "岗位信息"), row("乙", "是", "江苏省苏州市", ""), row("丙", "否", "", ""),
			[]string{"莘县", k.town, k.here, "", "无", id(19770101, 9), "", "是", "", "x"}, row("甲", "是", "", "岗位信息"))
		k.counts("plan", r, 3, 0, 0, 2)
		if got := listed(r); got != "5:plan.no_need 5:plan.place_not_county 7:work.person_unknown 8:id.duplicate_file" {
			t.Errorf("findings: %s", got)
		}
		if got := k.one(`SELECT plan_place || '/' || service FROM need WHERE person_id = (SELECT id FROM person WHERE name = '甲')`); got != "320583000000/岗位信息" {
			t.Errorf("need: %s", got)
		}
		r, second := k.bring(request{kind: "plan"}, planHead, row("甲", "是", "", ""), row("乙", "是", "江苏省苏州市昆山市", "职业指导"))
		k.counts("plan again", r, 0, 1, 1, 0)
		if got := k.one(`SELECT count(*) FROM finding WHERE state = 0`); got != "0" {
			t.Errorf("%s findings stay open", got)
		}
		if err := k.undo(first); err == nil {
			t.Error("the first survey was undone under the second")
		}
		if err := k.undo(second); err != nil {
			t.Fatal(err)
		}
		if got := k.one(`SELECT plan_place || '/' || service FROM need WHERE person_id = (SELECT id FROM person WHERE name = '乙')`); got != "0/" {
			t.Errorf("undone: %s", got)
		}
		if err := k.undo(first); err != nil {
			t.Fatal(err)
		}
		if got := k.one(`SELECT count(*) FROM need`); got != "0" {
			t.Errorf("%s needs after undo", got)
		}
	})
}

func TestFullFileKeepsAListOfTheAbsent(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲", "乙", "丙")
		row := func(name string, change ...string) []string { return k.job(name, ids[name], change...) }
		k.bring(request{kind: "work", month: 202310}, workHead, row("甲"), row("乙"), row("丙", "结束时间", "2023年11月"))
		absent := `SELECT count(*) || '/' || coalesce(min(p.name), '') FROM finding f JOIN person p ON p.id = f.person_id WHERE f.rule = 'work.absent' AND f.state = 0`
		k.bring(request{kind: "work", month: 202311}, workHead, row("甲"))
		if got := k.one(absent); got != "0/" {
			t.Errorf("a part of a list makes nobody absent: %s", got)
		}
		k.bring(request{kind: "work", month: 202312, full: true}, workHead, row("甲"))
		if got := k.one(absent); got != "1/乙" {
			t.Errorf("absent: %s", got)
		}
		if got := k.spells("乙"); got != "202305-999912 昆山示例电子有限公司 4500@202305" {
			t.Errorf("absence ended the work: %s", got)
		}
		k.bring(request{kind: "work", month: 202312}, workHead, row("乙"))
		if got := k.one(absent); got != "0/" {
			t.Errorf("seen since, still listed: %s", got)
		}
	})
}

// A month's file read again after the next one says that the work ran then; it
// does not put the person back to work after its end.
func TestOlderFileAgainKeepsTheState(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲")
		state := func() string {
			return k.one(`SELECT p.status || '@' || p.status_on || ' ' || COUNT(*) FROM person p JOIN status_history h ON h.person_id = p.id GROUP BY p.status, p.status_on`)
		}
		sep, oct := request{kind: "work", month: 202309}, request{kind: "work", month: 202310}
		k.bring(sep, workHead, k.job("甲", ids["甲"]))
		k.bring(oct, workHead, k.job("甲", ids["甲"], "是否已务工", "否", "结束时间", "2023年10月"))
		if got := state(); got != "5@20231031 2" {
			t.Fatalf("after October: %s", got)
		}
		k.bring(sep, workHead, k.job("甲", ids["甲"]), k.job("甲", ids["甲"], "开始时间", "2021年1月", "结束时间", "2021年3月"))
		if got := state(); got != "5@20231031 2" {
			t.Errorf("after September again: %s", got)
		}
	})
}
