package report

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/region"
)

// sample is a sheet with invented figures, one row per unit of a city.
func sample(t *testing.T, id string) *Sheet {
	t.Helper()
	f, err := ByID(id)
	if err != nil {
		t.Fatal(err)
	}
	sh := &Sheet{Form: f, Region: 371500000000, FilledOn: 20231208, Filler: "周示例"}
	names := []string{"聊城市", "东昌府区", "茌平区", "阳谷县", "莘县", "东阿县", "冠县", "高唐县", "临清市", "开发区", "度假区", "高新区"}
	if f.Rows == Projects {
		names = names[3:6]
	}
	for i, n := range names {
		r := Row{Key: fmt.Sprint(i), Region: region.Code(371500000000 + i*1000000), Name: n, Role: Child}
		if i == 0 && f.Rows == Units {
			r.Role = Total
		}
		for k := range f.Columns {
			c := &f.Columns[k]
			cell := Cell{Col: position(c, k), Key: c.Key, Value: int64(i*100 + k)}
			words := map[string]string{"unit": n, "county": n, "no": fmt.Sprint(i + 1), "name": "示例食用菌产业园项目", "brief": "建设标准化食用菌大棚二百座及冷藏、分拣、包装车间，带动周边村劳动力常年就近务工，示例文字。",
				"marks": "①③", "contact": "李示例", "phone": "0635-0000000", "note": ""}
			cell.Text = words[c.Key]
			r.Cells = append(r.Cells, cell)
		}
		sh.Rows = append(sh.Rows, r)
	}
	return sh
}

func written(t *testing.T, id string) *excelize.File {
	t.Helper()
	var buf bytes.Buffer
	office := "聊城市"
	if id == "progress" {
		office += "人力资源和社会保障局"
	}
	if err := WriteWorkbook(sample(t, id), office, "0635-0000000", &buf); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("WENGANG_KEEP"); dir != "" {
		if err := os.WriteFile(dir+"/"+id+".xlsx", buf.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	x, err := excelize.OpenReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The official layout, cell by cell: 附件1 and 附件2 of the notice of 2023-10-12.
func TestWorkbookLayout(t *testing.T) {
	for _, c := range []struct {
		id, sheet string
		cells     map[string]string
		merges    []string
	}{
		{"progress", "推进情况表", map[string]string{
			"A1": "附件1", "A2": "防止返贫就业攻坚行动推进情况表", "A3": "单位（公章）：聊城市人力资源和社会保障局", "H3": "填表日期：2023年12月8日",
			"A4": "市、县\n（市、区）", "B4": "劳务协作联盟个数", "C4": "特色劳务品牌个数", "D4": "乡村振兴劳务基地个数", "E4": "劳务合作社个数",
			"F4": "就业帮扶车间个数", "F5": "（个数）", "G5": "吸纳脱贫人口数", "H4": "以工代赈吸纳当地农村劳动力就业人数", "H5": "（人数）", "I5": "吸纳脱贫人口数",
			"J4": "乡村公益性岗位安置脱贫人口数", "K4": "组织脱贫人口参加职业技能培训人数", "L4": "易地搬迁安置区脱贫人口就业人数", "M4": "举办“乐业搬迁（迁建）”专场招聘活动次数",
			"A6": "聊城市", "B6": "1", "M6": "12", "A7": "东昌府区", "A17": "高新区", "M17": "1112", "A18": "注：相关数据填当年累计数。", "A19": "填表人：周示例", "H19": "电话：0635-0000000",
		}, []string{"A1:M1", "A2:M2", "A3:G3", "H3:M3", "A4:A5", "B4:B5", "C4:C5", "D4:D5", "E4:E5", "F4:G4", "H4:I4", "J4:J5", "K4:K5", "L4:L5", "M4:M5", "A18:M18", "A19:G19", "H19:M19"}},
		{"projects", "项目清单", map[string]string{
			"A1": "附件2", "A2": "脱贫人口就业帮扶项目清单", "A3": "聊城市", "F3": "填表日期：2023年12月8日",
			"A4": "县（市、区）", "B4": "序号", "C4": "项目名称", "D4": "项目简介", "E4": "带动就业人数", "E5": "合计", "F5": "带动脱贫人口就业人数",
			"G4": "项目所在地是否属于：①省乡村振兴重点帮扶县②易地搬迁安置区③黄河滩区居民迁建安置区", "H4": "项目联系人", "I4": "联系电话", "J4": "备注",
			"A6": "阳谷县", "B6": "1", "E6": "4", "F6": "5", "G6": "①③", "A9": "填表人：周示例", "F9": "电话：0635-0000000",
		}, []string{"A1:J1", "A2:J2", "A3:E3", "F3:J3", "A4:A5", "B4:B5", "C4:C5", "D4:D5", "E4:F4", "G4:G5", "H4:H5", "I4:I5", "J4:J5", "A9:E9", "F9:J9"}},
	} {
		x := written(t, c.id)
		for at, want := range c.cells {
			if got, err := x.GetCellValue(c.sheet, at); err != nil || got != want {
				t.Errorf("%s %s: %q, want %q (%v)", c.id, at, got, want, err)
			}
		}
		merged, err := x.GetMergeCells(c.sheet)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, m := range merged {
			got[m[0]] = true
		}
		for _, m := range c.merges {
			if !got[m] {
				t.Errorf("%s: %s is not merged", c.id, m)
			}
		}
		if len(got) != len(c.merges) {
			t.Errorf("%s: %d merges, want %d: %v", c.id, len(got), len(c.merges), got)
		}
		o, err := x.GetPageLayout(c.sheet)
		if err != nil || *o.Orientation != "landscape" || *o.Size != 9 || *o.FitToWidth != 1 {
			t.Errorf("%s: page %+v, %v", c.id, o, err)
		}
		if typ, err := x.GetCellType(c.sheet, "F6"); err != nil || typ == excelize.CellTypeSharedString || typ == excelize.CellTypeInlineString {
			t.Errorf("%s: a number is stored as text (%v, %v)", c.id, typ, err)
		}
	}
}

func TestColumnsAreThoseOfTheNotice(t *testing.T) {
	for id, n := range map[string]int{"progress": 13, "projects": 10} {
		f, err := ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range f.Printed() {
			if c.N != i+1 {
				t.Errorf("%s: column %s stands at %d, want %d", id, c.Key, c.N, i+1)
			}
		}
		if got := len(f.Printed()); got != n {
			t.Errorf("%s: %d columns, want %d", id, got, n)
		}
	}
}

func TestInert(t *testing.T) {
	for in, want := range map[string]string{"=1": "'=1", "＝1": "'＝1", "@x": "'@x", "-3": "'-3", "\tx": "'\tx", "平常": "平常", "": ""} {
		if got := Inert(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// A project's brief had its points on lines of their own; on paper the first
// and the last were cut off.
func TestRoomForEveryLine(t *testing.T) {
	sh := sample(t, "projects")
	sh.Rows[0].Cell("brief").Text = "一、建设内容\n二、带动方式\n三、分红办法\n四、用工计划\n五、培训安排\n六、其他"
	var buf bytes.Buffer
	if err := WriteWorkbook(sh, "聊城市", "0635-0000000", &buf); err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := x.GetRowHeight("项目清单", 6); err != nil || h < 6*15 {
		t.Errorf("six lines in a row of %v points, %v", h, err)
	}
}
