// Package target keeps the tables of targets as the documents print them: unit,
// printed precision, comparator, calibre, 其中 items and document. Arithmetic is
// told and never mended: a printed total that its rows do not reach keeps its
// printed value beside the difference (facts A17.1).
package target

import (
	"math/big"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

// Comparators (A048). Tolerances stand with the table.
const (
	AtLeast = ">=" // 不低于, 达到
	Equal   = "="
	About   = "~"      // 左右
	Steady  = "steady" // 稳定: no fall beyond the tolerance
)

// defaultTolerance in basis points: "左右" and "稳定" name no number (B11).
const defaultTolerance = 500

// Direction of a calibre (A039): people by where they come from, or by where
// they work. The two are never added.
const (
	ByOrigin = "origin"
	Absorbed = "absorb"
)

// Table is one indicator of one document for one year over the children of a
// place, or for the place alone.
type Table struct {
	ID           int64
	Region       region.Code
	Indicator    string // as printed
	IndicatorKey string // calibre: tables compare only within one
	Calibre      string // as explained by the document, "" for none
	Direction    string
	Year         int
	YearTo       int // last year of a multi-year target, else 0
	Title        string
	Unit         string // as printed, "" where the document prints none
	Comparator   string
	ToleranceBP  int
	DocNo        string
	Source       string // 附件1, 正文一
	Publicity    string // 主动公开, 依申请公开, 不公开, "" not stated
	PrintedTotal string
	TotalValue   int64 // -1 none
	SampleOf     int64 // a scaled copy (示例口径) of that table
	Version      int
	ReplacedBy   int64
	BatchID      int64
	CreatedAt    int64
	DocDate      calendar.Date
	// BaseYear is the year whose stored values are the targets (不低于 2020 年水
	// 平, A042), BaseSource where they come from; 0 for none.
	BaseYear   int
	BaseSource string
	// What the table divides, and how its rows must stand to that (package split).
	ParentTable int64
	ParentKey   string
	CheckRule   string
	CheckBP     int
	SignedBy    int64
	SignedName  string
	WithdrawnAt int64
	Rows        []Row
}

// Row is one place's target.
type Row struct {
	N          int
	Region     region.Code
	Name       string // as printed
	Printed    string // number as printed
	Value      int64  // persons (or things); -1 while the unit is not known
	PartOf     int    // N of the row of which this is a 其中 item, 0 for none
	PartName   string
	Comparator string // where it differs from the table's
	FileRow    int
	Partner    region.Code // a place outside the tree's branch that the row is about (A045), 0 for none
	Note       string
}

// Own is the target of the table's own place, or nil.
func (t *Table) Own() *Row {
	for i := range t.Rows {
		if r := &t.Rows[i]; r.PartOf == 0 && r.Region == t.Region && r.Partner == 0 {
			return r
		}
	}
	return nil
}

// Children are the rows below the table's place, and those of its partners,
// without 其中 items.
func (t *Table) Children() []Row {
	var out []Row
	for _, r := range t.Rows {
		if r.PartOf == 0 && (r.Region != t.Region || r.Partner != 0) {
			out = append(out, r)
		}
	}
	return out
}

// Public reports whether the document may be shown without sign-in (A002).
func (t *Table) Public() bool { return t.Publicity == "主动公开" }

// Due is the last month of the target's time.
func (t *Table) Due() calendar.Month { return calendar.MonthOf(max(t.Year, t.YearTo), 12) }

// TimeProgress is the share of the target's time that has passed at the end of
// a month, 0 to 1, along a straight line.
func (t *Table) TimeProgress(m calendar.Month) float64 {
	first := calendar.MonthOf(t.Year, 1)
	all := t.Due().Sub(first) + 1
	done := min(max(m.Sub(first)+1, 0), all)
	return float64(done) / float64(all)
}

// units and how many persons or things one is.
var units = map[string]int64{"万人": 10000, "人": 1, "个": 1, "次": 1, "万个": 10000, "户": 1, "万户": 10000, "人次": 1, "万人次": 10000, "家": 1}

// UnitScale is how many persons or things the unit is; ok is false for one that
// is not known.
func UnitScale(unit string) (scale int64, ok bool) {
	scale, ok = units[unit]
	return scale, ok
}

// Units lists the units that a person may choose.
func Units() []string { return []string{"万人", "人", "万个", "个", "次", "户"} }

// findUnit looks for 单位：万人 or （万人） in a line above a table or in a
// heading.
func findUnit(s string) string {
	s = fold(s)
	if _, after, ok := strings.Cut(s, "单位:"); ok {
		s = after
	} else if i, j := strings.LastIndex(s, "("), strings.LastIndex(s, ")"); i >= 0 && j > i {
		s = s[i+1 : j]
	} else {
		return ""
	}
	if _, ok := units[strings.TrimSpace(s)]; ok {
		return strings.TrimSpace(s)
	}
	return ""
}

// fold narrows full-width characters and removes spaces.
func fold(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == ' ' || r == '\t' || r == '\u3000' || r == '\u00a0' || r == '\n' || r == '\r':
			continue
		case r >= '！' && r <= '～':
			r -= 0xfee0
		}
		b.WriteRune(r)
	}
	return b.String()
}

// comparatorWords, longest first where one holds another.
var comparatorWords = []struct{ word, comparator string }{
	{"不低于", AtLeast}, {"不少于", AtLeast}, {"达到", AtLeast}, {"以上", AtLeast}, {">=", AtLeast}, {"≥", AtLeast},
	{"左右", About}, {"约", About}, {"≈", About}, {"稳定", Steady}, {"保持", Steady}, {"等于", Equal}, {"=", Equal}, {"完成", AtLeast},
}

// parseComparator reads 不低于, ≥, 左右, 稳定, …
func parseComparator(s string) (comparator string, ok bool) {
	s = fold(s)
	if s == "" {
		return "", true
	}
	for _, w := range comparatorWords {
		if s == w.word {
			return w.comparator, true
		}
	}
	return "", false
}

// amount is a target's number as printed.
type amount struct {
	printed    string // digits and decimals only
	unit       string // in the cell itself, else ""
	comparator string
	value      *big.Rat
}

// parseAmount reads 38.5, 1,000, 不低于3.38万人, 140万个左右.
func parseAmount(s string) (amount, bool) {
	s = fold(s)
	var a amount
	for _, w := range comparatorWords {
		if t := strings.TrimPrefix(strings.TrimSuffix(s, w.word), w.word); t != s {
			s, a.comparator = t, w.comparator
			break
		}
	}
	i := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' })
	if i >= 0 {
		a.unit = s[i:]
		if a.unit == "万" {
			a.unit = "万人"
		}
		if _, ok := units[a.unit]; !ok {
			return a, false
		}
		s = s[:i]
	}
	a.printed = strings.ReplaceAll(s, ",", "")
	if a.printed == "" || len(a.printed) > 16 || strings.Count(a.printed, ".") > 1 || strings.HasPrefix(a.printed, ".") || strings.HasSuffix(a.printed, ".") {
		return a, false
	}
	var ok bool
	a.value, ok = new(big.Rat).SetString(a.printed)
	return a, ok
}

// persons turns a printed number into persons (or things): -1 without a unit,
// exact false where it is no whole number of them.
func persons(v *big.Rat, unit string) (n int64, exact bool) {
	scale, ok := units[unit]
	if !ok {
		return -1, true
	}
	x := new(big.Rat).Mul(v, new(big.Rat).SetInt64(scale))
	if !x.IsInt() {
		f, _ := x.Float64()
		return int64(f + 0.5), false
	}
	if !x.Num().IsInt64() {
		return -1, false
	}
	return x.Num().Int64(), true
}

// decimals is the printed precision.
func decimals(printed string) int {
	_, frac, ok := strings.Cut(printed, ".")
	if !ok {
		return 0
	}
	return len(frac)
}

// Printed writes persons (or things) in a unit with so many decimals, with the
// sign − where below zero; what the digits do not reach is rounded.
func Printed(n int64, unit string, places int) string {
	scale, ok := units[unit]
	if !ok {
		scale = 1
	}
	sign := ""
	if n < 0 {
		sign, n = "−", -n
	}
	return sign + new(big.Rat).SetFrac64(n, scale).FloatString(places)
}

// Decimals is the printed precision of a number.
func Decimals(printed string) int { return decimals(printed) }
