package design

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "write the blank workbooks of testdata again")

// office draws a blank the way an office does: fonts, borders, merged cells.
type office struct {
	t     testing.TB
	f     *excelize.File
	sheet string
	looks map[string]int
}

func newOffice(t testing.TB, sheet string) *office {
	o := &office{t: t, f: excelize.NewFile(), sheet: sheet, looks: map[string]int{}}
	o.ok(o.f.SetSheetName("Sheet1", sheet))
	box := []excelize.Border{{Type: "left", Color: "000000", Style: 1}, {Type: "right", Color: "000000", Style: 1}, {Type: "top", Color: "000000", Style: 1}, {Type: "bottom", Color: "000000", Style: 1}}
	mid := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	two := "0.00"
	for name, s := range map[string]*excelize.Style{
		"title": {Font: &excelize.Font{Family: "方正小标宋简体", Size: 18}, Alignment: mid},
		"line":  {Font: &excelize.Font{Family: "仿宋_GB2312", Size: 12}},
		"head":  {Font: &excelize.Font{Family: "黑体", Size: 11, Bold: true}, Border: box, Alignment: mid, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEF3F8"}}},
		"cell":  {Font: &excelize.Font{Family: "仿宋_GB2312", Size: 11}, Border: box, Alignment: mid},
		"two":   {Font: &excelize.Font{Family: "仿宋_GB2312", Size: 11}, Border: box, Alignment: mid, CustomNumFmt: &two},
		"label": {Font: &excelize.Font{Family: "仿宋_GB2312", Size: 11}, Border: box, Alignment: &excelize.Alignment{Vertical: "center", Indent: 1}},
	} {
		id, err := o.f.NewStyle(s)
		o.ok(err)
		o.looks[name] = id
	}
	return o
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// put writes words over a block of cells: put("A1:F1", …) merges.
func (o *office) put(block, words, look string) {
	o.t.Helper()
	first, last := block, block
	for i := range block {
		if block[i] == ':' {
			first, last = block[:i], block[i+1:]
		}
	}
	if first != last {
		o.ok(o.f.MergeCell(o.sheet, first, last))
	}
	o.ok(o.f.SetCellStyle(o.sheet, first, last, o.looks[look]))
	if len(words) > 1 && words[0] == '=' {
		o.ok(o.f.SetCellFormula(o.sheet, first, words[1:]))
	} else if words != "" {
		o.ok(o.f.SetCellStr(o.sheet, first, words))
	}
}

func (o *office) boxes(first, last, look string) {
	o.ok(o.f.SetCellStyle(o.sheet, first, last, o.looks[look]))
}

func (o *office) height(row int, h float64) { o.ok(o.f.SetRowHeight(o.sheet, row, h)) }

func (o *office) bytes() []byte {
	var b bytes.Buffer
	o.ok(o.f.Write(&b))
	o.ok(o.f.Close())
	return b.Bytes()
}

// counties: rows are the city's counties, two levels of headings, a share that
// the workbook computes itself, a second sheet of instructions.
func counties(t testing.TB) []byte {
	o := newOffice(t, "11月")
	o.put("A1", "附件3", "line")
	o.put("A2:I2", "脱贫劳动力务工就业情况统计表", "title")
	o.put("A3:E3", "填报单位（盖章）：", "line")
	o.put("F3:I3", "填报时间：      年    月    日", "line")
	for _, h := range [][2]string{{"A4:A5", "序号"}, {"B4:B5", "县（市、区）"}, {"C4:C5", "脱贫人口数（人）"}, {"D4:F4", "脱贫人口务工情况"}, {"D5", "脱贫人口务工人数（万人）"}, {"E5", "其中：女性"}, {"F5", "省外务工人数（人）"},
		{"G4:G5", "帮扶车间个数（个）"}, {"H4:H5", "务工占比（%）"}, {"I4:I5", "备注"}} {
		o.put(h[0], h[1], "head")
	}
	o.put("A6:B6", "合计", "cell")
	o.boxes("C6", "I6", "cell")
	o.put("H6", "=IF(C6=0,0,ROUND(D6*10000/C6*100,1))", "cell")
	names := []string{"东昌府区", "茌平区", "临清市", "冠县", "莘县", "阳谷县", "东阿县", "高唐县", "开发区", "度假区", "高新区"}
	for i, n := range names {
		row := itoa(7 + i)
		o.put("A"+row, itoa(i+1), "cell")
		o.put("B"+row, n, "cell")
		o.boxes("C"+row, "I"+row, "cell")
		o.put("H"+row, "=IF(C"+row+"=0,0,ROUND(D"+row+"*10000/C"+row+"*100,1))", "cell")
	}
	o.put("A18:I18", "注：1.脱贫人口含监测对象；2.务工人数指本月末在岗人数。", "line")
	o.put("A19:I19", "审核人：                填表人：                联系电话：", "line")
	o.ok(o.f.SetColWidth(o.sheet, "A", "A", 6))
	o.ok(o.f.SetColWidth(o.sheet, "B", "I", 13))
	o.height(2, 34)
	o.height(5, 46)
	_, err := o.f.NewSheet("填表说明")
	o.ok(err)
	o.ok(o.f.SetCellStr("填表说明", "A1", "一、本表由各市人力资源社会保障局填报，每月5日前报送。"))
	return o.bytes()
}

// monthly: rows are indicators; this month, a year ago, the change; one unit.
func monthly(t testing.TB) []byte {
	o := newOffice(t, "Sheet1")
	o.put("A1:F1", "农村劳动力就业帮扶主要指标月报（    年  月）", "title")
	o.put("A2:C2", "单位名称：", "line")
	o.put("D2:F2", "表号：社统7表", "line")
	for i, h := range []string{"指标名称", "计量单位", "代码", "本月", "去年同期", "同比增长（%）"} {
		o.put(letters(i+1)+"3", h, "head")
	}
	for i, h := range []string{"甲", "乙", "丙", "1", "2", "3"} {
		o.put(letters(i+1)+"4", h, "cell")
	}
	for i, r := range [][2]string{{"一、脱贫人口数", "人"}, {"二、脱贫人口务工人数", "万人"}, {"其中：省外务工人数", "人"}, {"三、监测对象务工人数", "人"}, {"四、公益性岗位安置人数", "人"}, {"五、人均月收入", "元"}, {"六、下步打算", "—"}} {
		row := itoa(5 + i)
		o.put("A"+row, r[0], "label")
		o.put("B"+row, r[1], "cell")
		o.put("C"+row, "0"+itoa(i+1), "cell")
		o.boxes("D"+row, "F"+row, "cell")
	}
	o.boxes("D6", "E6", "two")
	o.put("A12:F12", "单位负责人：        填表人：        电话：        报出日期：20  年  月  日", "line")
	o.ok(o.f.SetColWidth(o.sheet, "A", "A", 30))
	o.ok(o.f.SetColWidth(o.sheet, "B", "F", 12))
	return o.bytes()
}

// across: columns are counties and a total, rows indicators; numbers in 万人.
func across(t testing.TB) []byte {
	o := newOffice(t, "汇总")
	o.put("A1:F1", "2022年部分县区就业帮扶情况一览表", "title")
	o.put("E2:F2", "单位：人", "line")
	for i, h := range []string{"项目", "合计", "莘县", "冠县", "阳谷县", "临清市"} {
		o.put(letters(i+1)+"3", h, "head")
	}
	for i, r := range []string{"监测对象人数", "未就业人数", "公益性岗位就业人数", "劳务品牌数量", "工作亮点"} {
		o.put("A"+itoa(4+i), r, "label")
		o.boxes("B"+itoa(4+i), "F"+itoa(4+i), "cell")
	}
	o.put("A10:F10", "制表人：          制表日期：", "line")
	o.ok(o.f.SetColWidth(o.sheet, "A", "A", 24))
	return o.bytes()
}

// card: no heading, words and cells beside each other.
func card(t testing.TB) []byte {
	o := newOffice(t, "基本情况")
	o.put("A1:D1", "县域就业帮扶基本情况卡", "title")
	for i, r := range [][2]string{{"脱贫人口总数", "务工就业人数"}, {"稳定就业人数", "就业率"}, {"帮扶车间数量", "帮扶车间吸纳脱贫人口数"}, {"分管领导", "主要做法"}} {
		o.put("A"+itoa(3+i), r[0], "head")
		o.boxes("B"+itoa(3+i), "B"+itoa(3+i), "cell")
		o.put("C"+itoa(3+i), r[1], "head")
		o.boxes("D"+itoa(3+i), "D"+itoa(3+i), "cell")
	}
	o.ok(o.f.SetColWidth(o.sheet, "A", "D", 22))
	return o.bytes()
}

func itoa(n int) string { return num(int64(n)) }

// blank reads a workbook of testdata; -update makes it again.
func blank(t testing.TB, name string, make func(testing.TB) []byte) []byte {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, make(t), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
