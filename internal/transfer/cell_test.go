package transfer

import (
	"strings"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/text"
)

func rule(p *Problem) string {
	if p == nil {
		return ""
	}
	return p.Rule
}

func TestMonth(t *testing.T) {
	num := func(s string) Cell { return Cell{Text: s, Number: true} }
	txt := func(s string) Cell { return Cell{Text: s} }
	tests := []struct {
		c    Cell
		want calendar.Month
		rule string
	}{
		{txt("2023年5月"), 202305, ""}, {txt("2023年05月1日"), 202305, ""}, {txt("２０２３年５月"), 202305, ""},
		{txt("2023-05"), 202305, ""}, {txt("2023-5"), 202305, ""}, {txt("2023/5/1"), 202305, ""}, {txt(" 2023 年 5 月 "), 202305, ""},
		{txt("2023.5"), 202305, ""}, {txt("2023.05.31"), 202305, ""}, {txt("202305"), 202305, ""}, {num("202305"), 202305, ""},
		{txt("20230501"), 202305, ""}, {num("45047"), 202305, ""}, {num("45047.5"), 202305, ""}, {txt("45047"), 202305, ""},
		{Cell{Text: "43585", Number: true, From1904: true}, 202305, ""},
		{Cell{Text: "2023-05-01", Number: true, IsDate: true}, 202305, ""}, {txt("2023-05-01 00:00:00"), 202305, ""},
		{num("2023.5"), 202305, ""}, {num("2023.11"), 202311, ""}, {txt("2023.1"), 202301, ""}, {num("2023.1"), 0, "cell.month_ambiguous"},
		{txt(""), 0, ""}, {txt(" 　"), 0, ""}, {txt("-"), 0, ""}, {txt("——"), 0, ""},
		{txt("2023年13月"), 0, "cell.month"}, {txt("2023年0月"), 0, "cell.month"}, {txt("2023-02-30"), 0, "cell.month"}, {txt("2023"), 0, "cell.month"},
		{txt("5月"), 0, "cell.month"}, {txt("5/1/2023"), 0, "cell.month"}, {txt("23年5月"), 0, "cell.month"}, {txt("2023年5月-2023年8月"), 0, "cell.month"},
		{txt("今年五月"), 0, "cell.month"}, {txt("1823-05"), 0, "cell.month"}, {num("123"), 0, "cell.month"}, {txt("99999999999999999999"), 0, "cell.month"},
	}
	for _, tt := range tests {
		got, p := tt.c.Month()
		if got != tt.want || rule(p) != tt.rule {
			t.Errorf("%+v: %d %q, want %d %q", tt.c, got, rule(p), tt.want, tt.rule)
		}
	}
	if m, p := txt("至今").MonthOrOpen(); m != calendar.Open || p != nil {
		t.Errorf("至今 = %d %v", m, p)
	}
}

func TestDate(t *testing.T) {
	for in, want := range map[string]calendar.Date{"2023年5月1日": 20230501, "2023.5.1": 20230501, "20230501": 20230501, "1949-10-01": 19491001, "45047": 20230501, "2023年5月1号": 20230501} {
		if got, p := (Cell{Text: in}).Date(); got != want || p != nil {
			t.Errorf("%q = %d %v", in, got, p)
		}
	}
	for _, in := range []string{"2023年5月", "202305", "2023-02-29", "昨天"} {
		if got, p := (Cell{Text: in}).Date(); got != 0 || rule(p) != "cell.date" {
			t.Errorf("%q = %d %v", in, got, p)
		}
	}
	if got, p := (Cell{Text: "202305"}).DateOrMonth(); got != 20230501 || p != nil {
		t.Errorf("DateOrMonth = %d %v", got, p)
	}
}

func TestMoney(t *testing.T) {
	tests := []struct {
		in   string
		unit int64
		want int64
	}{
		{"2850", InYuan, 285000}, {"2,850.50", InYuan, 285050}, {"２８５０元", InYuan, 285000}, {"￥2850", InYuan, 285000}, {"1.2万", InYuan, 1200000},
		{"3.5", InWanYuan, 3500000}, {"3.5元", InWanYuan, 350}, {"2850.599999", InYuan, 285060}, {"0", InYuan, 0}, {"", InYuan, -1}, {"—", InYuan, -1}, {"3000元/月", InYuan, 300000}, {"5千", InYuan, 500000},
	}
	for _, tt := range tests {
		if got, p := (Cell{Text: tt.in}).Fen(tt.unit); got != tt.want || p != nil {
			t.Errorf("%q = %d %v, want %d", tt.in, got, p, tt.want)
		}
	}
	for _, in := range []string{"面议", "3000-4000", "-5", "2,85", "1.2.3", "约3000", "元", "1e5", "99999999999999"} {
		if got, p := (Cell{Text: in}).Fen(InYuan); got != -1 || rule(p) != "cell.money" {
			t.Errorf("%q = %d %v", in, got, p)
		}
	}
}

func TestIDAndPhone(t *testing.T) {
	ids := []struct {
		c    Cell
		want string
		rule string
	}{
		{Cell{Text: "00000019900101001x"}, "00000019900101001X", ""}, {Cell{Text: "'０00000 19900101 0012"}, "000000199001010012", ""},
		{Cell{Text: "00000019900101001×"}, "00000019900101001X", ""}, {Cell{Text: ""}, "", ""},
		{Cell{Text: "4.2E+17"}, "", "cell.id_mangled"}, {Cell{Text: "3.71522199001011E+17", Number: true}, "", "cell.id_mangled"},
		{Cell{Text: "100000199001010000", Number: true}, "", "cell.id_mangled"}, {Cell{Text: "000000********0012"}, "", "cell.id_masked"},
		{Cell{Text: "100000900101001", Number: true}, "100000900101001", ""},
	}
	for _, tt := range ids {
		if got, p := tt.c.IDText(); got != tt.want || rule(p) != tt.rule {
			t.Errorf("%q = %q %q", tt.c.Text, got, rule(p))
		}
	}
	phones := []struct{ in, want, rule string }{
		{"13800001234", "13800001234", ""}, {"138 0000 1234", "13800001234", ""}, {"+86-138-0000-1234", "13800001234", ""}, {"8613800001234", "13800001234", ""},
		{"0635-7100001", "06357100001", ""}, {"(010)12345678", "01012345678", ""}, {"", "", ""}, {"13800001234/13900001234", "13800001234", "cell.phone_many"},
		{"1380000123", "", "cell.phone"}, {"无", "", "cell.phone"}, {"1.38E+10", "", "cell.phone"},
	}
	for _, tt := range phones {
		if got, p := (Cell{Text: tt.in, Number: strings.Contains(tt.in, "E")}).Phone(); got != tt.want || rule(p) != tt.rule {
			t.Errorf("%q = %q %q", tt.in, got, rule(p))
		}
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string]int{"是": 1, "否": 2, " 是 ": 1, "√": 1, "×": 2, "FALSE": 2, "": 0, "-": 0, "——": 0, "/": 0} {
		if got, p := (Cell{Text: in}).YesNo(); got != want || p != nil {
			t.Errorf("%q = %d %v", in, got, p)
		}
	}
	if _, p := (Cell{Text: "也许"}).YesNo(); rule(p) != "cell.yesno" {
		t.Error("也许 is neither")
	}
	for in, want := range map[string]int{"初中": 3, "3.初中": 3, "03初中": 3, "初 中": 3, "": 0, "本科（在读）": 6} {
		if got, p := (Cell{Text: in}).Word(fact.Education); got != want || p != nil {
			t.Errorf("%q = %d %v", in, got, p)
		}
	}
	if _, p := (Cell{Text: "博士后"}).Word(fact.Education); rule(p) != "cell.word" || len(p.Args) != 1 {
		t.Error("unknown word must list the known ones")
	}
	if n, ok, p := (Cell{Text: "12 人"}).Int(); n != 12 || !ok || p != nil {
		t.Error("12 人", n, ok, p)
	}
	if _, _, p := (Cell{Text: "1.5"}).Int(); rule(p) != "cell.number" {
		t.Error("1.5 is no whole number")
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{"张\u200b三": "张三", " a  b\n": "a b", "ＡＢ１（x）": "AB1(x)", "'=x": "=x", "：": ":", "\u00a0x": "x"} {
		if got := CleanText(in); got != want {
			t.Errorf("CleanText(%q) = %q", in, got)
		}
	}
	for in, want := range map[string]string{"张 三": "张三", "阿依古丽•买买提": "阿依古丽·买买提", "John Smith": "John Smith"} {
		if got := CleanName(in); got != want {
			t.Errorf("CleanName(%q) = %q", in, got)
		}
	}
	if Fold("＊务工 月收入（元）") != Fold("务工月收入(元)") || foldBare("务工月收入（元）") != Fold("务工月收入") || foldBare("县(市、区、旗)") != "县" {
		t.Error("headings that differ in width and remarks must fold alike")
	}
	for in, want := range map[string]string{"000000199001010012": "00**************12", "00****12": "00****12", "4.2E+17": "4.2E+17", "3.71522199001011E+17": "3.7…E+17", "13800001234": "13*******34", "短": "短"} {
		if got := MaskValue(in); got != want {
			t.Errorf("MaskValue(%q) = %q", in, got)
		}
	}
}

// TestProblemWords: every rule that a cell can break has its words.
func TestProblemWords(t *testing.T) {
	for _, k := range []string{"cell.month", "cell.month_ambiguous", "cell.date", "cell.yesno", "cell.word", "cell.money", "cell.number", "cell.id_mangled", "cell.id_masked", "cell.phone", "cell.phone_many", "cell.fault", "cell.required"} {
		if !text.Has(k) {
			t.Errorf("no words for %s", k)
		}
	}
}

// FuzzCell: no parser panics, answers are in range, cleaning is stable.
func FuzzCell(f *testing.F) {
	for _, s := range []string{"2023年5月", "45047", "2,850.00元", "4.2E+17", "138/139", "'=1", "\xff", "至今", "1.2万", "－", "(((", "2023.1"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, s string, number bool) {
		c := Cell{Text: s, Number: number}
		if m, p := c.Month(); p == nil && m != 0 && !m.Valid() {
			t.Errorf("month %d", m)
		}
		if d, p := c.DateOrMonth(); p == nil && d != 0 && !d.Valid() {
			t.Errorf("date %d", d)
		}
		if v, p := c.Fen(InYuan); v < -1 || v > 1e13 || p != nil && v != -1 {
			t.Errorf("fen %d", v)
		}
		if _, p := c.IDText(); p != nil && p.Rule == "" {
			t.Error("problem without a rule")
		}
		if n, _ := c.Phone(); n != "" && (len(n) < 10 || len(n) > 12) {
			t.Errorf("phone %q", n)
		}
		c.YesNo()
		c.Word(fact.Channel)
		c.Int()
		once := CleanText(s)
		if twice := CleanText(once); twice != once && !strings.HasPrefix(once, "'") {
			t.Errorf("%q cleaned to %q, then %q", s, once, twice)
		}
		Fold(s)
		foldBare(s)
		MaskValue(s)
	})
}
