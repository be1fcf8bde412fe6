package register_test

import (
	"testing"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/testkit"
	"wengang/internal/transfer"
)

// Two counties have a project of one name, each registered in a town; the list
// of people names the county alone, and that tells them apart.
func TestTheCountyTellsTwoOfOneNameApart(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		tree := region.National()
		f.person(1, "王示例", number(1), 371522101001, fact.KindPoor)
		f.person(2, "李示例", number(2), 371522101001, fact.KindPoor)
		f.add("relief", tree.Children(yanggu)[0].Code, map[string]string{"name": "示例村道路项目", "started_on": "2023-03-01"})
		f.add("relief", tree.Children(shenxian)[0].Code, map[string]string{"name": "示例村道路项目", "started_on": "2023-04-01"})
		b := &transfer.Batch{ID: 1, Kind: "roster", Subtype: "relief_members", Region: liaocheng, UserID: 7}
		out := f.run(b, "relief_members", []string{"县（市、区）", "项目名称", "姓名", "证件号码", "上工日期"}, [][]string{
			{"莘县", "示例村道路项目", "王示例", number(1), "2023-05-01"},
			{"阳谷县", "示例村道路项目", "李示例", number(2), "2023-05-01"},
			{"", "示例村道路项目", "王示例", number(1), "2023-05-01"},
		})
		if got := results(out); got != "NNR" || rules(out[2]) != "register.several " {
			t.Errorf("%s, %s %s %s", got, rules(out[0]), rules(out[1]), rules(out[2]))
		}
	})
}
