package intake

import (
	"strings"
	"testing"
)

var nationalHead = strings.Split("省|市|县|乡|村|户编号|人口编号|姓名|性别|出生日期|证件类型|证件号码|民族|户联系电话|成员联系电话|年度|与户主关系|文化程度|在校生状况|劳动技能|务工时间（月）|健康状况|政治面貌|务工企业名称|是否享受低保|是否参加城镇职工基本养老保险|是否参加大病保险|是否参加新型农村合作医疗（城乡居民基本医疗保险）|是否参加城乡居民基本养老保险|失学或辍学原因|是否会讲普通话|是否参加商业补充医疗保险|是否国外务工|产业分类|是否接受大病医疗救助|是否接受其他健康扶贫|公益性岗位类型|公益性岗位(月数)|就业渠道|残疾类别|务工所在地|户主姓名|户主证件号码|是否参加城镇职工基本医疗保险|是否特困供养人员|残疾证办证年度|识别标准", "|")

// national is a row of the 47-column export with cells changed by heading.
func (k *desk) national(household, name, number string, change ...string) []string {
	k.t.Helper()
	row := make([]string, len(nationalHead))
	set := func(head, v string) {
		for i, h := range nationalHead {
			if h == head {
				row[i] = v
				return
			}
		}
		k.t.Fatalf("no column %s", head)
	}
	sex := "女"
	if (number[16]-'0')%2 == 1 {
		sex = "男"
	}
	for _, kv := range [][2]string{{"省", "山东省"}, {"市", "聊城市"}, {"县", "莘县"}, {"乡", k.town}, {"村", k.here}, {"户编号", household}, {"人口编号", household + "1"},
		{"姓名", name}, {"性别", sex}, {"出生日期", number[6:10] + "-" + number[10:12] + "-" + number[12:14]}, {"证件类型", "居民身份证"}, {"证件号码", number}, {"民族", "汉族"},
		{"户联系电话", "13800000001"}, {"年度", "2023"}, {"与户主关系", "户主"}, {"文化程度", "初中"}, {"劳动技能", "普通劳动力"}, {"健康状况", "健康"}, {"政治面貌", "群众"},
		{"是否享受低保", "否"}, {"是否特困供养人员", "否"}, {"识别标准", "国家标准"},
		{"是否参加大病保险", "是"}, {"是否参加新型农村合作医疗（城乡居民基本医疗保险）", "是"}, {"是否参加城乡居民基本养老保险", "是"}} {
		set(kv[0], kv[1])
	}
	for i := 0; i+1 < len(change); i += 2 {
		set(change[i], change[i+1])
	}
	return row
}

func TestPeopleNational(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		rows := [][]string{nationalHead,
			k.national("H1", "甲一", id(19880229, 1)),
			k.national("H1", "甲二", id(19900101, 2), "与户主关系", "配偶"),
			k.national("H1", "甲三", id(20120101, 3), "与户主关系", "之子", "文化程度", "", "在校生状况", "小学五年级", "劳动技能", "无劳动力"),
			k.national("H2", "乙一", id(19600101, 5)+"43", "证件类型", "残疾人证", "村", k.there, "健康状况", "残疾", "劳动技能", "弱劳动力或半劳动力"),
		}
		r, first := k.bring(request{kind: "people"}, rows...)
		k.counts("first", r, 4, 0, 0, 0)
		if r.Warnings != 0 {
			t.Errorf("clean rows are warned: %s", listed(r))
		}
		if got := k.one(`SELECT count(*) FROM household`); got != "2" {
			t.Errorf("%s households", got)
		}
		if got := k.one(`SELECT id_mask || id_kind || disability_kind || disability_grade || village FROM person WHERE name = '乙一'`); got != "00**************51"[:16]+id(19600101, 5)[16:]+"243"+k.therC.Full() {
			t.Errorf("disability certificate: %s", got)
		}
		if got := k.one(`SELECT count(*) FROM person WHERE in_on = 20210101 AND batch_id = $1`, first); got != "4" {
			t.Errorf("%s people joined at the start of the transition", got)
		}
		if got := k.one(`SELECT count(*) FROM person_kind WHERE kind = 1 AND since = 20210101`); got != "4" {
			t.Errorf("%s 脱贫 kinds", got)
		}

		// The same people again, shuffled, blanks where there were values.
		again := [][]string{nationalHead, rows[3], rows[1],
			k.national("H2", "乙一", id(19600101, 5), "村", k.there, "健康状况", "", "劳动技能", "", "民族", "", "政治面貌", ""), rows[2]}
		r, _ = k.bring(request{kind: "people"}, again...)
		k.counts("shuffled", r, 0, 4, 0, 0)
		if got := k.one(`SELECT health || '/' || skill || '/' || ethnic || '/' || id_kind FROM person WHERE name = '乙一'`); got != "4/3/1/2" {
			t.Errorf("a blank erased: %s", got)
		}

		// Values change, one child leaves school, one person moves, one is new.
		r, edited := k.bring(request{kind: "people"}, nationalHead,
			k.national("H1", "甲一", id(19880229, 1), "劳动技能", "技能劳动力", "成员联系电话", "13900000009"),
			k.national("H1", "甲三", id(20120101, 3), "与户主关系", "之子", "文化程度", "小学", "在校生状况", "", "劳动技能", "无劳动力"),
			k.national("H9", "甲二", id(19900101, 2), "村", k.there, "与户主关系", "户主"),
			k.national("H3", "丙一", id(19750505, 7)),
		)
		k.counts("changed", r, 1, 0, 3, 0)
		if got := k.one(`SELECT skill || '/' || phone_mask FROM person WHERE name = '甲一'`); got != "2/139****0009" {
			t.Errorf("changed: %s", got)
		}
		if got := k.one(`SELECT education || '/' || student FROM person WHERE name = '甲三'`); got != "2/0" {
			t.Errorf("school: %s", got)
		}
		if got := k.one(`SELECT count(*) FROM residence r JOIN person p ON p.id = r.person_id WHERE p.name = '甲二'`); got != "2" {
			t.Errorf("%s residences after the move", got)
		}
		if got := k.one(`SELECT h.code FROM person p JOIN household h ON h.id = p.household_id WHERE p.name = '甲二'`); got != "H9" {
			t.Errorf("household %s", got)
		}
		if got := k.one(`SELECT count(*) FROM field_change WHERE batch_id = $1 AND field = 'skill' AND old_value = '1' AND new_value = '2' AND file_row = 4`, edited); got != "1" {
			t.Errorf("%s history rows of the skill", got)
		}

		// Taken back: everything is as before the third file.
		if err := k.undo(edited); err != nil {
			t.Fatal(err)
		}
		if got := k.one(`SELECT skill || '/' || phone_mask FROM person WHERE name = '甲一'`); got != "1/" {
			t.Errorf("undone: %s", got)
		}
		if got := k.one(`SELECT village || '/' || (SELECT count(*) FROM residence r WHERE r.person_id = p.id AND r.until = 999912) FROM person p WHERE name = '甲二'`); got != k.hereC.Full()+"/1" {
			t.Errorf("undone move: %s", got)
		}
		if got := k.one(`SELECT count(*) FROM person WHERE name = '丙一'`); got != "0" {
			t.Error("the new person stays after undo")
		}
		if got := k.one(`SELECT count(*) FROM household WHERE code IN ('H3', 'H9')`); got != "0" {
			t.Error("new households stay after undo")
		}
		if got := k.one(`SELECT student || '/' || education FROM person WHERE name = '甲三'`); got != "7/0" {
			t.Errorf("undone school: %s", got)
		}
	})
}

// Every row of the file carries one error; the story names the rule that must
// find it and the row must not come in or must be listed, as its severity says.
func TestPeopleDirtyRows(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		n := 100
		next := func(birth int) string { n++; return id(birth, n) }
		type dirty struct {
			rule string
			in   bool // the row still comes in
			row  []string
		}
		bad := []dirty{
			{"id.missing", false, k.national("D1", "错一", next(19880101), "证件号码", "")},
			{"id.length", false, k.national("D2", "错二", next(19880101), "证件号码", "0000001988010112")},
			{"id.checksum", false, k.national("D3", "错三", next(19880101), "证件号码", "000000198802290018")},
			{"id.birth", false, k.national("D4", "错四", next(19880101), "证件号码", "000000198802300010")},
			{"id.mangled", false, k.national("D5", "错五", next(19880101), "证件号码", "4.2E+17")},
			{"row.required", false, k.national("D6", "", next(19880101))},
			{"village.unknown", false, k.national("D7", "错七", next(19880101), "村", "没有的村")},
			{"village.outside", false, k.national("D8", "错八", next(19880101), "县", "阳谷县", "乡", k.tree.Children(371521_000000)[0].Name, "村", k.tree.Children(k.tree.Children(371521_000000)[0].Code)[0].Name)},
			{"id.birth_mismatch", true, k.national("D9", "错九", next(19880101), "出生日期", "1987-01-01")},
			{"id.sex_mismatch", true, k.national("D10", "错十", id(19880101, 901), "性别", "女")},
			{"id.upgraded", true, k.national("D11", "错甲", id(19491231, 2), "证件号码", "000000491231002", "劳动技能", "弱劳动力或半劳动力")},
			{"row.word", true, k.national("D12", "错乙", next(19880101), "政治面貌", "不知道")},
			{"school.both", true, k.national("D13", "错丙", next(20040101), "在校生状况", "本科一年级", "劳动技能", "无劳动力")},
			{"school.none", true, k.national("D14", "错丁", next(19880101), "文化程度", "")},
			{"school.primary_age", true, k.national("D15", "错戊", next(20050101), "文化程度", "", "在校生状况", "小学三年级", "劳动技能", "无劳动力")},
			{"labour.healthy_lost", true, k.national("D16", "错己", next(19880101), "劳动技能", "丧失劳动力")},
			{"labour.child", true, k.national("D17", "错庚", next(20120101), "文化程度", "", "在校生状况", "小学五年级")},
			{"labour.student", true, k.national("D18", "错辛", next(20040101), "文化程度", "", "在校生状况", "本科一年级")},
			{"labour.disability", true, k.national("D19", "错壬", next(19880101), "证件号码", id(19880101, 777)+"41", "健康状况", "残疾")},
			{"person.skill_missing", true, k.national("D20", "错癸", next(19880101), "劳动技能", "")},
			{"person.ethnic_missing", true, k.national("D21", "误一", next(19880101), "民族", "")},
			{"person.relation_missing", true, k.national("D22", "误二", next(19880101), "与户主关系", "")},
			{"person.relation_sex", true, k.national("D23", "误三", id(19880101, 903), "与户主关系", "之女")},
			{"work.months_over", true, k.national("D24", "误四", next(19880101), "务工时间（月）", "13", "务工所在地", "江苏省苏州市昆山市")},
			{"work.place_without_months", true, k.national("D25", "误五", next(19880101), "务工所在地", "江苏省苏州市昆山市")},
			{"post.too_old", true, k.national("D26", "误六", next(19500101), "公益性岗位类型", "保洁员", "公益性岗位(月数)", "6", "劳动技能", "弱劳动力或半劳动力")},
			{"post.too_young", true, k.national("D27", "误七", next(20100101), "公益性岗位类型", "保洁员", "公益性岗位(月数)", "6", "劳动技能", "无劳动力")},
			{"post.months_missing", true, k.national("D28", "误八", next(19880101), "公益性岗位类型", "保洁员")},
			{"post.type_missing", true, k.national("D29", "误九", next(19880101), "公益性岗位(月数)", "6")},
			{"post.too_many", true, k.national("D30", "误十", next(19880101), "公益性岗位类型", "保洁员,护林员,护路员", "公益性岗位(月数)", "6")},
			{"post.no_labour", true, k.national("D31", "误甲", next(19500101), "公益性岗位类型", "保洁员", "公益性岗位(月数)", "6", "劳动技能", "丧失劳动力", "健康状况", "患有大病")},
			{"phone.length", true, k.national("D32", "误乙", next(19880101), "成员联系电话", "1380000000")},
			{"phone.household", true, k.national("D33", "误丙", next(19880101), "户联系电话", "")},
			{"phone.shared", true, k.national("D34", "误丁", next(19880101), "成员联系电话", "13900000001")},
			{"household.two_heads", true, k.national("C1", "误戊", next(19880101))},
			{"household.spouse_sex", true, k.national("C2", "误己", id(19880101, 905), "与户主关系", "配偶")},
			{"id.duplicate_file", false, k.national("D37", "误庚", id(19880229, 1))},
		}
		rows := [][]string{nationalHead,
			k.national("C1", "净一", id(19880229, 1), "成员联系电话", "13900000001"),
			k.national("C2", "净二", id(19880229, 3)),
		}
		for _, b := range bad {
			rows = append(rows, b.row)
		}
		r, _ := k.bring(request{kind: "people"}, rows...)
		found := map[int]map[string]bool{}
		for _, f := range r.Findings {
			if found[f.Row] == nil {
				found[f.Row] = map[string]bool{}
			}
			found[f.Row][f.Rule] = true
			if f.Message == "" || strings.Contains(f.Message, "{") || f.Column == "" {
				t.Errorf("row %d, %s: message %q at column %q", f.Row, f.Rule, f.Message, f.Column)
			}
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
		if got := k.one(`SELECT count(*) FROM finding WHERE state = 0 AND rule = 'labour.child'`); got != "1" {
			t.Errorf("%s findings kept of labour.child", got)
		}

		// A mended row closes its finding, and nobody else's.
		k.bring(request{kind: "people"}, nationalHead, k.national("D17", "错庚", bad[16].row[11], "文化程度", "", "在校生状况", "小学五年级", "劳动技能", "无劳动力"))
		if got := k.one(`SELECT state FROM finding WHERE rule = 'labour.child'`); got != "1" {
			t.Errorf("a mended finding has the state %s", got)
		}
		if got := k.one(`SELECT state FROM finding WHERE rule = 'labour.healthy_lost'`); got != "0" {
			t.Errorf("another finding has the state %s", got)
		}
	})
}

func TestConflictsTellNothingOfTheHolder(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		k.bring(request{kind: "people"}, nationalHead, k.national("H1", "甲一", id(19880229, 1)), k.national("H2", "乙一", id(19880229, 3)), k.national("H3", "丙一", id(19880229, 5)))
		other := k.tree.Children(371521_000000)[0]
		elsewhere := k.national("X1", "甲某", id(19880229, 1), "县", "阳谷县", "乡", other.Name, "村", k.tree.Children(other.Code)[0].Name)
		r, _ := k.bring(request{kind: "people", at: 371521_000000}, nationalHead, elsewhere)
		k.counts("another county", r, 0, 0, 0, 1)
		if listed(r) != "4:id.elsewhere" || strings.Contains(r.Findings[0].Message+r.Findings[0].Value, "甲一") {
			t.Errorf("another county: %s %+v", listed(r), r.Findings)
		}
		// A corrected number: the old one is a hint to decide, never a match.
		if err := k.exec(`INSERT INTO former_id (person_id, id_index, changed_at) SELECT id, id_index, 1 FROM person WHERE name = '乙一'`); err != nil {
			t.Fatal(err)
		}
		if err := k.exec(`UPDATE person SET id_index = $1 WHERE name = '乙一'`, []byte("another number...")); err != nil {
			t.Fatal(err)
		}
		r, _ = k.bring(request{kind: "people"}, nationalHead,
			k.national("H2", "乙一", id(19880229, 3)),
			k.national("H1", "别人", id(19880229, 1), "出生日期", "1977-01-01"),
			k.national("H3", "丙改", id(19880229, 5)))
		if got := listed(r); got != "4:id.former 5:id.birth_mismatch 5:id.other_person 6:person.name_changed" {
			t.Errorf("conflicts: %s", got)
		}
		k.counts("conflicts", r, 0, 0, 1, 2)
		if got := k.one(`SELECT count(*) FROM person WHERE name = '别人'`); got != "0" {
			t.Error("a conflict changed the ledger")
		}
		// Who has left does not come back by an import.
		if err := k.exec(`UPDATE person SET out_on = 20231001, out_reason = 1 WHERE name = '丙改'`); err != nil {
			t.Fatal(err)
		}
		r, _ = k.bring(request{kind: "people"}, nationalHead, k.national("H3", "丙改", id(19880229, 5)))
		if listed(r) != "4:person.left" {
			t.Errorf("left: %s", listed(r))
		}
	})
}

func TestUndoStopsAtLaterWork(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		_, first := k.bring(request{kind: "people"}, nationalHead, k.national("H1", "甲一", id(19880229, 1)))
		_, second := k.bring(request{kind: "people"}, nationalHead, k.national("H1", "甲一", id(19880229, 1), "劳动技能", "技能劳动力"))
		if err := k.undo(first); err == nil || !strings.HasPrefix(err.Error(), "intake.undo.later") {
			t.Errorf("undo under a later edit: %v", err)
		}
		k.bring(request{kind: "people"}, nationalHead, k.national("H1", "甲一", id(19880229, 1), "劳动技能", "弱劳动力或半劳动力", "健康状况", "残疾"))
		if err := k.undo(second); err == nil || !strings.HasPrefix(err.Error(), "intake.undo.later") {
			t.Errorf("undo of a value that was changed again: %v", err)
		}
		_, third := k.bring(request{kind: "people"}, nationalHead, k.national("H2", "乙一", id(19880229, 3)))
		if err := k.exec(`INSERT INTO month_close (county, month, state, closed_at) VALUES ($1, 202311, 'closed', $2)`, int64(county), k.d.Clock().UnixMilli()); err != nil {
			t.Fatal(err)
		}
		if err := k.undo(third); err == nil || !strings.HasPrefix(err.Error(), "intake.undo.closed") {
			t.Errorf("undo after a close: %v", err)
		}
		// People who come after a close begin after it, so its figures stand.
		k.bring(request{kind: "people"}, nationalHead, k.national("H4", "丁一", id(19880229, 7)))
		if got := k.one(`SELECT in_on FROM person WHERE name = '丁一'`); got != "20231201" {
			t.Errorf("joined on %s", got)
		}
	})
}

var rollHead = strings.Split("序号|数据日期|县(市、区、旗)|乡(镇)|行政村|自然村|户编号|人编号|姓名|证件号码|人数|与户主关系|民族|文化程度|在校生状况|健康状况|劳动技能|务工时间（月）|是否参加大病保险|致贫原因1|危房户|是否解决安全饮用水|人均纯收入|户联系电话|人联系电话|首次识别时间|人员识别时间|户类型|易返贫致贫户(监测对象)类型|风险是否消除|风险识别时间|风险消除时间", "|")

func (k *desk) roll(household, name, number, kind, class, removed, since, removedOn string) []string {
	return []string{"1", "20231201", "莘县", k.town, k.here, "", household, household + "1", name, number, "3", "户主", "汉族", "初中", "", "健康", "普通劳动力", "", "是", "因病", "否", "是", "12000",
		"13800000001", "", "20140101", "20160301", kind, class, removed, since, removedOn}
}

func TestRollOfMonitored(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		r, _ := k.bring(request{kind: "people"}, rollHead,
			k.roll("H1", "甲一", id(19880229, 1), "脱贫户", "", "", "", ""),
			k.roll("H2", "乙一", id(19880229, 3), "脱贫户", "脱贫不稳定户", "否", "202205", ""),
			k.roll("H3", "丙一", id(19880229, 5), "一般农户", "边缘易致贫户", "是", "20210801", "20220901"))
		k.counts("roll", r, 3, 0, 0, 0)
		kinds := func(name string) string {
			return k.one(`SELECT min(kind || ':' || since || ':' || until || ':' || risk_removed_on) || ' ' || max(kind || ':' || since || ':' || until || ':' || risk_removed_on)
				FROM person_kind WHERE person_id = (SELECT id FROM person WHERE name = $1)`, name)
		}
		if got := kinds("乙一"); got != "1:20160301:99991231:0 2:20220501:99991231:0" {
			t.Errorf("unstable: %s", got)
		}
		if got := kinds("丙一"); got != "3:20210801:99991231:20220901 9:20160301:99991231:0" {
			t.Errorf("edge: %s", got)
		}
		if got := k.one(`SELECT in_on FROM person WHERE name = '甲一'`); got != "20160301" {
			t.Errorf("joined %s", got)
		}

		// The monitored list of the next month: a risk removed, a class changed,
		// a person who is new to monitoring, a date before its time.
		r, batch := k.bring(request{kind: "monitored"}, rollHead,
			k.roll("H2", "乙一", id(19880229, 3), "脱贫户", "脱贫不稳定户", "是", "20220501", "20231130"),
			k.roll("H3", "丙一", id(19880229, 5), "一般农户", "突发严重困难户", "否", "20231101", ""),
			k.roll("H4", "丁一", id(19880229, 7), "一般农户", "边缘易致贫户", "否", "20231001", ""),
			k.roll("H1", "甲一", id(19880229, 1), "脱贫户", "脱贫不稳定户", "是", "20231001", "20230901"))
		if got := listed(r); got != "7:monitored.removed_before" {
			t.Errorf("findings: %s", got)
		}
		k.counts("monitored", r, 1, 0, 2, 1)
		if got := kinds("乙一"); got != "1:20160301:99991231:0 2:20220501:99991231:20231130" {
			t.Errorf("risk removed: %s", got)
		}
		if got := k.one(`SELECT until FROM person_kind WHERE kind = 3 AND person_id = (SELECT id FROM person WHERE name = '丙一')`); got != "20231031" {
			t.Errorf("the earlier class ends %s", got)
		}
		r, _ = k.bring(request{kind: "monitored"}, rollHead, k.roll("H2", "乙一", id(19880229, 3), "脱贫户", "脱贫不稳定户", "是", "20220501", "20231130"))
		k.counts("again", r, 0, 1, 0, 0)
		if err := k.undo(batch); err != nil {
			t.Fatal(err)
		}
		if got := kinds("乙一"); got != "1:20160301:99991231:0 2:20220501:99991231:0" {
			t.Errorf("undone: %s", got)
		}
		if got := kinds("丙一"); got != "3:20210801:99991231:20220901 9:20160301:99991231:0" {
			t.Errorf("undone class: %s", got)
		}
	})
}

func TestCountySheetOfOneVillage(t *testing.T) {
	k := newDesk(t, sqliteOf(t))
	r, _ := k.bring(request{kind: "people", at: k.hereC}, []string{"姓名", "身份证号", "手机号"}, []string{"甲一", id(19880229, 1), "13800000001"})
	k.counts("a village's own sheet", r, 1, 0, 0, 0)
	if got := k.one(`SELECT village FROM person`); got != k.hereC.Full() {
		t.Errorf("village %s", got)
	}
	r, _ = k.bring(request{kind: "people"}, []string{"姓名", "身份证号", "手机号"}, []string{"乙一", id(19880229, 3), "13800000002"})
	if listed(r) != "4:village.unknown" {
		t.Errorf("a county's sheet without villages: %s", listed(r))
	}
}

// A county's own threshold holds for its rows, also in a file of the city.
func TestThresholdsOfTheCountyHold(t *testing.T) {
	k := newDesk(t, sqliteOf(t))
	k.bring(request{kind: "people"}, nationalHead, k.national("H1", "甲", id(19880229, 1)))
	if err := k.exec(`INSERT INTO setting (region, name, year, value, changed_at) VALUES ($1, 'rule.wage_max', 0, '4000', 1)`, int64(county)); err != nil {
		t.Fatal(err)
	}
	r, _ := k.bring(request{kind: "work", month: 202310, at: 371500_000000}, workHead, k.job("甲", id(19880229, 1)))
	if listed(r) != "4:work.wage_bounds" {
		t.Errorf("findings: %s", listed(r))
	}
}
