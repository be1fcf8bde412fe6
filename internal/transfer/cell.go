package transfer

import (
	"math"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/sheet"
)

// Problem is why a cell could not be read. Kinds turn it into a Finding; the
// severity is theirs, because an unreadable wage may be a warning where an
// unreadable month is an error.
type Problem struct {
	Rule string // finding's rule id, "cell.…"
	Key  string // catalogue key, the same as Rule unless a case has words of its own
	Args []any
}

func problem(rule string, args ...any) *Problem { return &Problem{Rule: rule, Key: rule, Args: args} }

// Finding makes the finding of a problem. value is masked where the column is
// secret.
func (p *Problem) Finding(r Row, c Cell, sev Severity, secret bool) Finding {
	v := CleanText(c.Text)
	if secret {
		v = MaskValue(v)
	}
	return Finding{Sheet: r.Sheet, Row: r.N, Column: c.Column, Rule: p.Rule, Severity: sev, Value: clip(v), Key: p.Key, Args: p.Args}
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// Clean is the cell's text cleaned; "" for an empty cell.
func (c Cell) Clean() string { return CleanText(c.Text) }

// Empty reports a cell without a visible character. A dash alone is how people
// write "nothing".
func (c Cell) Empty() bool {
	switch squeeze(c.Text) {
	case "", "-", "--", "—", "——", "/", "\\":
		return true
	}
	return false
}

var dashes = strings.NewReplacer("年", "-", "月", "-", "/", "-", ".", "-", "—", "-", "－", "-")

func plainDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// ymd reads the forms in which workbooks write a date: 2023年5月1日, 2023-05,
// 2023/5/1, 2023.5, 202305, 20230501, 2023-05-01 00:00:00, serials. d is 0
// where the cell names no day.
func (c Cell) ymd() (y, m, d int, p *Problem) {
	s := CleanText(c.Text)
	if t, _, cut := strings.Cut(s, " "); cut && strings.Contains(s, ":") {
		s = t
	}
	s = strings.ReplaceAll(s, " ", "")
	if c.Number && !c.IsDate && len(s) == 6 && strings.HasSuffix(s, ".1") {
		// The number 2023.1 is January as typed, or October that lost its zero.
		return 0, 0, 0, problem("cell.month_ambiguous", s)
	}
	s = strings.TrimRight(s, "日号")
	if !plainDigits(s) {
		s = dashes.Replace(s)
	}
	s = strings.TrimSuffix(s, "-")
	var n [3]int
	parts := strings.Split(s, "-")
	if len(parts) > 3 {
		return 0, 0, 0, problem("cell.date")
	}
	for i, part := range parts {
		v, err := strconv.ParseUint(part, 10, 31)
		if err != nil || len(part) > 8 {
			return 0, 0, 0, problem("cell.date")
		}
		n[i] = int(v)
	}
	switch {
	case len(parts) == 1 && len(s) == 6:
		return n[0] / 100, n[0] % 100, 0, nil
	case len(parts) == 1 && len(s) == 8:
		return n[0] / 10000, n[0] / 100 % 100, n[0] % 100, nil
	case len(parts) == 1 && len(s) == 5 || len(parts) == 2 && c.Number && len(parts[0]) == 5:
		t, ok := sheet.SerialTime(float64(n[0]), c.From1904)
		if !ok || t.Year() < 1910 {
			return 0, 0, 0, problem("cell.date")
		}
		return t.Year(), int(t.Month()), t.Day(), nil
	case len(parts) >= 2 && len(parts[0]) == 4:
		return n[0], n[1], n[2], nil
	}
	return 0, 0, 0, problem("cell.date")
}

// Month reads a month; a date gives its month. 0 for an empty cell.
func (c Cell) Month() (calendar.Month, *Problem) {
	if c.Empty() {
		return 0, nil
	}
	y, m, d, p := c.ymd()
	if p != nil {
		if p.Rule == "cell.date" {
			p = problem("cell.month")
		}
		return 0, p
	}
	mo := calendar.MonthOf(y, m)
	if y < 1950 || y > 2099 || !mo.Valid() || d != 0 && !calendar.DateOf(y, m, d).Valid() {
		return 0, problem("cell.month")
	}
	return mo, nil
}

// MonthOrOpen is Month for an end: 至今 and its like give calendar.Open. An
// empty cell gives 0, which the kind reads as its layout says.
func (c Cell) MonthOrOpen() (calendar.Month, *Problem) {
	switch squeeze(c.Text) {
	case "至今", "今", "迄今", "现在", "目前", "在岗", "长期", "未结束", "仍在务工":
		return calendar.Open, nil
	}
	return c.Month()
}

// Date reads a day; 0 for an empty cell. A month alone is a problem.
func (c Cell) Date() (calendar.Date, *Problem) { return c.date(0) }

// DateOrMonth reads a day, or a month as its first day (识别时间 YYYYMM).
func (c Cell) DateOrMonth() (calendar.Date, *Problem) { return c.date(1) }

func (c Cell) date(missing int) (calendar.Date, *Problem) {
	if c.Empty() {
		return 0, nil
	}
	y, m, d, p := c.ymd()
	if p != nil {
		return 0, p
	}
	if d == 0 {
		d = missing
	}
	date := calendar.DateOf(y, m, d)
	if y > 2099 || !date.Valid() {
		return 0, problem("cell.date")
	}
	return date, nil
}

// YesNo reads 是/否 and the marks that stand for them; 0 for an empty cell.
func (c Cell) YesNo() (int, *Problem) {
	if c.Empty() {
		return 0, nil
	}
	switch w := strings.ToUpper(squeeze(c.Text)); w {
	case "TRUE", "YES", "✓", "✔", "☑", "对", "已", "V":
		return fact.Yes, nil
	case "FALSE", "NO", "✗", "✘", "X", "错", "未":
		return fact.No, nil
	default:
		if code, ok := fact.YesNo.Parse(w); ok {
			return code, nil
		}
	}
	return 0, problem("cell.yesno")
}

// Word reads a value of an enum, as printed or with a leading number
// ("01 男", "3.初中") or a remark in brackets; 0 for an empty cell.
func (c Cell) Word(e *fact.Enum) (int, *Problem) {
	if c.Empty() {
		return 0, nil
	}
	w := squeeze(c.Text)
	bare := strings.TrimLeft(w, "0123456789.-、:_")
	short, _, _ := strings.Cut(bare, "(")
	for _, t := range []string{w, strings.ReplaceAll(w, ",", "、"), bare, short} {
		if t == "" {
			continue
		}
		if code, ok := e.Parse(t); ok {
			return code, nil
		}
	}
	names := make([]string, 0, 8)
	for _, x := range e.Words {
		if len(names) == 8 {
			names = append(names, "…")
			break
		}
		names = append(names, x.Name)
	}
	return 0, problem("cell.word", strings.Join(names, "、"))
}

// Units of money columns, in fen.
const (
	InYuan    int64 = 100
	InWanYuan int64 = 1_000_000
)

// Fen reads money of a column whose unit is given; a unit in the cell itself
// wins (2,850.00; 2850元; 1.2万). -1 for an empty cell. Amounts are not
// negative and stay below 10^13 fen.
func (c Cell) Fen(unit int64) (int64, *Problem) {
	if c.Empty() {
		return -1, nil
	}
	s := strings.TrimLeft(squeeze(c.Text), "¥")
	s = strings.TrimSuffix(strings.TrimSuffix(s, "/月"), "每月")
	for _, u := range []struct {
		word string
		fen  int64
	}{{"亿元", 1e10}, {"万元", InWanYuan}, {"元整", InYuan}, {"元", InYuan}, {"圆", InYuan}, {"万", InWanYuan}, {"千", 100_000}} {
		if rest, ok := strings.CutSuffix(s, u.word); ok {
			s, unit = rest, u.fen
			break
		}
	}
	v, ok := decimal(s)
	if !ok {
		return -1, problem("cell.money")
	}
	fen := math.Round(v * float64(unit))
	if fen < 0 || fen > 1e13 {
		return -1, problem("cell.money")
	}
	return int64(fen), nil
}

// decimal reads 1234.5 and 1,234.50, with commas where thousands stand.
func decimal(s string) (float64, bool) {
	if strings.IndexByte(s, ',') >= 0 {
		whole, frac, _ := strings.Cut(s, ".")
		groups := strings.Split(strings.TrimPrefix(whole, "-"), ",")
		for i, g := range groups {
			if len(g) != 3 && (i > 0 || len(g) == 0 || len(g) > 3) {
				return 0, false
			}
		}
		s = strings.ReplaceAll(whole, ",", "")
		if frac != "" {
			s += "." + frac
		}
	}
	for _, r := range s {
		if (r < '0' || r > '9') && r != '.' && r != '-' {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// Int reads a whole number, with a counting word after it (12人, 3个月) or
// not; ok is false for an empty cell.
func (c Cell) Int() (n int64, ok bool, p *Problem) {
	if c.Empty() {
		return 0, false, nil
	}
	s := strings.TrimRight(squeeze(c.Text), "人户个家天月名期次岁年")
	v, good := decimal(s)
	if !good || v != math.Trunc(v) || math.Abs(v) > 1e15 {
		return 0, false, problem("cell.number")
	}
	return int64(v), true, nil
}
