package intake

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/testkit"
	"wengang/internal/transfer"
)

// people brings six people of two households in, two of them of one name.
func (k *desk) sixPeople() {
	k.t.Helper()
	head := []string{"县", "乡", "村", "户编号", "人口编号", "姓名", "证件号码"}
	row := func(h, code, name string, n int) []string {
		return []string{"莘县", k.town, k.here, h, code, name, id(19800101, n)}
	}
	r, _ := k.bring(request{kind: "people"}, head, row("h1", "p1", "王一", 1), row("h1", "p2", "王二", 2), row("h1", "p3", "同名", 3), row("h1", "p4", "同名", 4), row("h2", "p5", "李五", 5), row("h2", "p6", "李六", 6))
	k.counts("people", r, 6, 0, 0, 0)
}

func TestLayoutLastYear(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.sixPeople()
		// The layout as printed has no key at all: told row by row.
		bare := []string{"序号", "姓名", "务工状况", "所在省", "所在市", "所在县", "所在乡", "上年务工时间（月）", "务工企业名称"}
		r, _ := k.bring(request{kind: "work", month: 202311, hold: true}, bare, []string{"1", "王一", "省外务工", "北京市", "北京市", "朝阳区", "", "12", "某厂"})
		k.counts("a name alone", r, 0, 0, 0, 1)
		if got := listed(r); got != "4:id.no_key" {
			t.Errorf("found %s", got)
		}
		head := append([]string{"户编号"}, bare...)
		r, batch := k.bring(request{kind: "work", month: 202311}, head,
			[]string{"h1", "1", "王一", "省外务工", "北京市", "北京市", "朝阳区", "", "12", "某厂"},
			[]string{"h1", "2", "王二", "县内务工", "山东省", "聊城市", "莘县", "", "7", "某店"},
			[]string{"h1", "3", "同名", "县内务工", "山东省", "聊城市", "莘县", "", "12", "某店"},
			[]string{"h2", "4", "李五", "未务工", "", "", "", "", "0", ""},
			[]string{"h2", "5", "李七", "县内务工", "山东省", "聊城市", "莘县", "", "12", "某店"})
		k.counts("by household and name", r, 1, 1, 0, 3)
		if got := listed(r); got != "5:work.months_only 6:id.code_ambiguous 8:id.code_unknown" {
			t.Errorf("found %s", got)
		}
		if got := k.spells("王一"); got != "202201-999912 某厂 0@202201" && got != "202201-999912 某厂 -0@202201" {
			t.Errorf("spell %s", got)
		}
		if got := k.one(`SELECT max(month) FROM spell_seen`); got != "202212" {
			t.Errorf("confirmed up to %s", got)
		}
		if got := k.one(`SELECT count(*) FROM status_history h JOIN person p ON p.id = h.person_id WHERE p.name = '李五'`); got != "0" {
			t.Errorf("who did not work last year has %s states", got)
		}
		// The same again changes nothing.
		r, _ = k.bring(request{kind: "work", month: 202311}, head, []string{"h1", "1", "王一", "省外务工", "北京市", "北京市", "朝阳区", "", "12", "某厂"})
		k.counts("again", r, 0, 1, 0, 0)
		if err := k.undo(batch); err != nil {
			t.Errorf("undo: %v", err)
		}
		if got := k.one(`SELECT count(*) FROM spell`); got != "0" {
			t.Errorf("%s spells after the undo", got)
		}
	})
}

func TestLayoutIncome(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.sixPeople()
		head := []string{"家庭编号", "姓名", "务工工种", "务工省、市、县", "务工累计时间（月）", "务工企业名称", "年份", "1-3月", "4-6月", "7-9月", "10月", "11月", "12月"}
		r, batch := k.bring(request{kind: "work", month: 202311}, head,
			[]string{"h1", "王一", "缝纫", "山东省聊城市莘县", "12", "某厂", "2022", "9000", "9000", "9000", "3000", "3000", "3000"},
			[]string{"h1", "王二", "搬运", "北京市朝阳区", "6", "某店", "2022", "0", "6000", "7200", "", "", ""},
			[]string{"h2", "李五", "搬运", "北京市朝阳区", "5", "某店", "2022", "3000", "6000", "", "", "", ""},
			[]string{"h2", "李六", "搬运", "北京市朝阳区", "4", "某店", "2022", "9000", "", "", "3000", "", ""},
			[]string{"h2", "李六", "搬运", "北京市朝阳区", "12", "某店", "2021", "9000", "9000", "9000", "3000", "3000", "3000"})
		k.counts("by quarter and month", r, 2, 0, 0, 3)
		if got := listed(r); !strings.Contains(got, "6:work.income_months 7:work.income_months") || !strings.Contains(got, "8:work.year_differs") {
			t.Errorf("found %s", got)
		}
		if got := k.spells("王一"); got != "202201-999912 某厂 3000@202201" {
			t.Errorf("whole year: %s", got)
		}
		if got := k.spells("王二"); got != "202204-202209 某店 2200@202204" {
			t.Errorf("two quarters: %s", got)
		}
		if err := k.undo(batch); err != nil {
			t.Fatal(err)
		}
		if got := k.one(`SELECT count(*) FROM spell`); got != "0" {
			t.Errorf("%s spells after the undo", got)
		}
	})
}

func TestLayoutPosts(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.sixPeople()
		head := []string{"序号", "姓名", "身份证号码", "本月累计出勤天数（天）", "补贴金额（元）", "协议时间起止时间", ""}
		under := []string{"", "", "", "", "", "起", "止"}
		r, _ := k.bring(request{kind: "work", month: 202311}, head, under,
			[]string{"1", "王一", id(19800101, 1), "22", "600", "2023-03-01", "2024-02-28"},
			[]string{"2", "王二", id(19800101, 2), "0", "0", "2023-03-01", "2024-02-28"},
			[]string{"合计：2人，600元"})
		k.counts("attendance", r, 1, 0, 0, 1)
		if got := listed(r); !strings.Contains(got, "6:work.post_days") {
			t.Errorf("found %s", got)
		}
		if got := k.spells("王一"); got != "202303-999912  600@202303" {
			t.Errorf("spell %q", got)
		}
		if got := k.one(`SELECT place || '/' || channel FROM spell_term`); got != "371522000000/"+fmt.Sprint(fact.ChannelPost) {
			t.Errorf("place and channel %s", got)
		}
		// The list for the notice board has masked numbers: nobody is guessed.
		r, _ = k.bring(request{kind: "work", month: 202311, hold: true}, []string{"序号", "姓名", "身份证号码", "岗位名称", "本月累计出勤天数（天）", "补贴金额（元）"},
			[]string{"1", "王一", "000000********0019", "护林员", "22", "600"})
		k.counts("masked", r, 0, 0, 0, 1)
	})
}

func TestLayoutJobless(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.sixPeople()
		r, _ := k.bring(request{kind: "work", month: 202308}, []string{"姓名", "证件号码", "开始时间", "务工地址", "单位名称"}, []string{"王一", id(19800101, 1), "2023-01", "北京市朝阳区", "某厂"})
		k.counts("work before", r, 1, 0, 0, 0)
		top := []string{"序号", "姓名", "性别", "年龄", "文化程度", "身份证号", "户籍性质", "技能特长", "就业创业证号", "是否登记失业人员", "失业人员类型", "失业时间", "领取失业保险金起止时间", "求职意向", "培训意向", "就业服务需求（①职业指导②职业介绍③技能培训）", "联系电话", "残疾", ""}
		under := []string{"", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "类型", "等级"}
		row := func(n int, name, lost, service string) []string {
			return []string{"1", name, "男", "43", "初中", id(19800101, n), "农业", "", "", "是", "(1)", lost, "", "④", "电工", service, "", "", ""}
		}
		rows := [][]string{top, under, row(1, "王一", "2023-10", "①③"), row(2, "王二", "2023-09", "（2）"), row(9, "外人", "2023-09", "①")}
		r, _ = k.bring(request{kind: "work", month: 202311}, rows...)
		k.counts("who lost work", r, 0, 1, 1, 1)
		if got := k.spells("王一"); got != "202301-202310 某厂 0@202301" && got != "202301-202310 某厂 -0@202301" {
			t.Errorf("spell %s", got)
		}
		if got := k.one(`SELECT status FROM person WHERE name = '王二'`); got != "5" {
			t.Errorf("status %s", got)
		}
		r, _ = k.bring(request{kind: "plan"}, rows...)
		k.counts("what they want", r, 2, 0, 0, 1)
		if got := k.one(`SELECT n.service || '/' || n.training || '/' || n.wanted_job FROM need n JOIN person p ON p.id = n.person_id WHERE p.name = '王一'`); got != "职业指导、技能培训/电工/" {
			t.Errorf("needs %s", got)
		}
		if got := listed(r); !strings.Contains(got, "5:plan.answer_code") {
			t.Errorf("a code without a key: %s", got)
		}
	})
}

func TestLayoutBankAndHand(t *testing.T) {
	k := newDesk(t, testkit.SQLite(t))
	k.sixPeople()
	r, _ := k.bring(request{kind: "work", month: 202311}, []string{"区域代码", "所属支行", "所属村编码", "所属村名称", "户号编码", "客户名称", "证件号码", "年龄", "性别", "联系方式", "户口性质", "户籍地址", "从事行业", "工作单位", "工作单位地址", "预计返乡时间"},
		[]string{"1", "某支行", "9", "某村", "77", "王一", id(19800101, 1), "43", "男", "13800000001", "农业", "某地", "建筑业", "某公司", "北京市朝阳区", "2024-01"})
	k.counts("bank", r, 1, 0, 0, 0)
	if got := k.spells("王一"); !strings.HasPrefix(got, "202311-999912 某公司") {
		t.Errorf("spell %s", got)
	}
}

// TestForeign: tables for which the ledger has no place are named, whichever
// kind they are brought in as.
func TestForeign(t *testing.T) {
	k := newDesk(t, testkit.SQLite(t))
	for key, head := range map[string][]string{
		"import.refuse.village":   {"村名", "是否出列", "总人口数", "村级集体经济收入（万元）", "村小学（个数）", "总户数"},
		"import.refuse.household": {"户编号", "户类型", "卫生厕所是否能正常使用"},
		"import.refuse.questions": {"家庭劳动力人数", "是否务工", "长期务工人数", "务工月数", "短期务工人数", "务工天数", "合计务工月数(人累加)"},
		"import.refuse.payments":  {"补贴类型", "年度", "批次", "姓名", "身份证号", "联系电话", "行政村", "村组", "家庭人口数", "户属性", "一卡通", "开户行", "补贴项目", "补贴标准", "单位", "申报金额", "实发金额", "发放状态", "发放日期", "备注"},
		"import.refuse.relief":    {"报告期当日吸纳就业人数", "其中农村劳动力", "本年累计已吸纳就业人数", "其中农村劳动力"},
		"import.refuse.other":     {"职位名称", "详细链接", "公司名称", "工作地点", "薪资", "发布时间"},
	} {
		for _, kind := range []string{"people", "monitored", "work", "plan"} {
			_, err := k.s.Stage(context.Background(), officer, transfer.Request{Kind: kind, File: book(t, head, make([]string, len(head))), FileName: "x.xlsx", Region: county, Month: calendar.Month(202311)})
			if f := (*fault.Error)(nil); !fault.Is(err, fault.Invalid) || !asFault(err, &f) || f.Key != key {
				t.Errorf("%s as %s: %v", key, kind, err)
			}
		}
	}
}

func asFault(err error, f **fault.Error) bool {
	e, ok := err.(*fault.Error)
	*f = e
	return ok
}
