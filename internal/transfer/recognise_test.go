package transfer

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"wengang/internal/fault"
	"wengang/internal/sheet"
	"wengang/internal/text"
)

var testLayouts = []Layout{
	{ID: "wide", Title: "宽表", Columns: []Column{
		{Key: "id", Headings: []string{"证件号码", "身份证号"}, Required: true, Secret: true},
		{Key: "name", Headings: []string{"姓名"}, Required: true},
		{Key: "start", Headings: []string{"开始时间", "务工时间开始"}, Required: true},
		{Key: "end", Headings: []string{"结束时间", "务工时间结束"}},
		{Key: "wage", Headings: []string{"务工月收入", "月收入"}},
		{Key: "phone", Headings: []string{"户联系电话", "联系电话"}, Secret: true},
		{Key: "own_phone", Headings: []string{"成员联系电话", "联系电话"}, Secret: true},
	}},
	{ID: "narrow", Title: "窄表", Columns: []Column{
		{Key: "id", Headings: []string{"证件号码"}, Required: true, Secret: true},
		{Key: "name", Headings: []string{"姓名"}, Required: true},
	}},
}

// grid makes a workbook from rows of text; "|" separates cells, "@name"
// starts a sheet.
func grid(t testing.TB, lines ...string) *sheet.Book {
	t.Helper()
	w, err := sheet.NewWriter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(lines[0], "@") {
		lines = append([]string{"@表"}, lines...)
	}
	for _, l := range lines {
		if name, ok := strings.CutPrefix(l, "@"); ok {
			err = w.Sheet(name, nil, 0)
		} else {
			var vals []any
			for _, v := range strings.Split(l, "|") {
				vals = append(vals, v)
			}
			err = w.Row(vals...)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := w.Write(&b); err != nil {
		t.Fatal(err)
	}
	book, err := sheet.OpenReader(bytes.NewReader(b.Bytes()), int64(b.Len()), "x.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	return book
}

func TestRecognise(t *testing.T) {
	tests := []struct {
		name  string
		lines []string
		want  string // layout: columns @row/depth, then unknown and twice
		rows  string // first column's number and id of the rows of data
	}{
		{"first row, any order", []string{"姓名|备注栏|证件号码|开始时间", "甲|x|1|2023-05"}, "wide id,name,start @1/1 ?备注栏", "2:1"},
		{"third row under a title", []string{"某县务工台账||||", "填报单位：某局||2023年||", "证件 号码|姓 名|＊开始时间（年月）|务工月收入(元)", "1|甲|2023-05|1", "2|乙|2023-05|2"}, "wide id,name,start,wage @3/1", "4:1 5:2"},
		{"two rows", []string{"台账", "姓名|证件号码|务工时间||月收入|联系电话|", "||开始|结束||户|本人", "甲|1|202305||5|1|2"}, "wide id,name,start,end,wage,phone @3/2 ?本人", "4:1"},
		{"two rows whose children stand alone", []string{"姓名|证件号码|务工||", "||开始时间|结束时间|月收入", "甲|1|202305||5"}, "wide id,name,start,end,wage @2/2", "3:1"},
		{"the narrow layout where the wide one's required column is missing", []string{"姓名|证件号码|别的", "甲|1|x"}, "narrow id,name @1/1 ?别的", "2:1"},
		{"one heading for two columns", []string{"姓名|证件号码|开始时间|联系电话|联系电话|联系电话", "甲|1|202305|1|2|3"}, "wide id,name,start,phone,own_phone @1/1 !联系电话", "2:1"},
		{"sheet by its heading", []string{"@说明", "请按要求填写", "@数据", "姓名|证件号码|开始时间", "甲|1|202305"}, "wide id,name,start @1/1 -说明", "2:1"},
		{"a sheet per township", []string{"@甲乡", "姓名|证件号码|开始时间", "甲|1|202305", "@乙乡", "开始时间|证件号码|姓名|月收入", "202305|2|乙|9"}, "wide id,name,start,wage @1/1 @1/1", "2:1 2:2"},
		{"furniture", []string{"姓名|证件号码|开始时间", "1|2|3", "甲|1|202305", "", "姓名|证件号码|开始时间", "乙|2|202305", "合计：2人||", "填报人：某||", "||"}, "wide id,name,start @1/1", "3:1 6:2"},
		{"a person whose name begins like a foot", []string{"姓名|证件号码|开始时间", "注册|1|202305"}, "wide id,name,start @1/1", "2:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := grid(t, tt.lines...)
			m, err := Recognise(b, testLayouts)
			if err != nil {
				t.Fatal(err)
			}
			got := m.Layout.ID + " " + strings.Join(m.Columns, ",")
			for _, s := range m.Sheets {
				got += fmt.Sprintf(" @%d/%d", s.HeadRow, s.HeadRows)
				for _, u := range s.Unknown {
					got += " ?" + u
				}
				for _, u := range s.Twice {
					got += " !" + u
				}
			}
			for _, s := range m.Skipped {
				got += " -" + s
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			var rows []string
			err = newSource(b, m).each(func() []Cell { return make([]Cell, len(m.Columns)) }, func(r row) error {
				rows = append(rows, fmt.Sprintf("%d:%s", r.N, r.Cells[0].Text))
				return nil
			})
			if s := strings.Join(rows, " "); err != nil || s != tt.rows {
				t.Errorf("rows %q, %v, want %q", s, err, tt.rows)
			}
		})
	}
}

func TestNotRecognised(t *testing.T) {
	tests := []struct{ name, lines, key, arg string }{
		{"nothing", "a|b|c", "import.unrecognised", "窄表"},
		{"heading too deep", "x\nx\nx\nx\nx\nx\n姓名|证件号码", "import.unrecognised", "5"},
		{"a required column is missing", "姓名|开始时间|结束时间|月收入", "import.missing", "证件号码"},
	}
	for _, tt := range tests {
		_, err := Recognise(grid(t, strings.Split(tt.lines, "\n")...), testLayouts)
		var f *fault.Error
		if !errors.As(err, &f) || f.Key != tt.key || !strings.Contains(text.T(text.ZH, f.Key, f.Args...), tt.arg) || !text.Has(tt.key) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func FuzzRecognise(f *testing.F) {
	f.Add("姓名|证件号码|开始时间\n甲|1|202305", "务工时间|开始")
	f.Add("务工时间||\n开始|结束|证件号码（必填）", "((")
	f.Fuzz(func(t *testing.T, csv, heading string) {
		book, err := sheet.OpenReader(strings.NewReader(csv), int64(len(csv)), "x.csv")
		if err != nil {
			return
		}
		layouts := append([]Layout{{ID: "f", Columns: []Column{{Key: "x", Headings: []string{heading}, Required: true}}}}, testLayouts...)
		m, err := Recognise(book, layouts)
		if err != nil {
			return
		}
		newSource(book, m).each(func() []Cell { return make([]Cell, len(m.Columns)) }, func(r row) error {
			if len(r.Cells) != len(m.Columns) {
				t.Error("cells and columns differ")
			}
			return nil
		})
	})
}
