package web

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/indicator"
	"wengang/internal/text"
)

// dash stands for what is unknown.
const dash = "—"

// minus is U+2212: as wide as a figure, so that columns align.
const minus = "−"

// Thousands writes a whole number as 17,862 and −242.
func Thousands(v any) string {
	n, ok := whole(v)
	if !ok {
		return dash
	}
	if n < 0 {
		return minus + group(strconv.FormatInt(-n, 10))
	}
	return group(strconv.FormatInt(n, 10))
}

// Signed is Thousands with a + before what grew.
func Signed(v any) string {
	if n, ok := whole(v); ok && n > 0 {
		return "+" + Thousands(n)
	}
	return Thousands(v)
}

// Percent writes 97.8 (percent, one decimal) as 97.8%.
func Percent(v any) string {
	s := Rate(v)
	if s == dash {
		return s
	}
	return s + "%"
}

// Rate writes a percentage with one decimal and without the sign, for columns
// whose header carries it.
func Rate(v any) string {
	f, ok := float(v)
	if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
		return dash
	}
	return fixed(f, 1)
}

// Yuan writes fen as 3,286.40; −1 is unknown.
func Yuan(v any) string {
	n, ok := whole(v)
	if !ok || n == -1 {
		return dash
	}
	sign := ""
	if n < 0 {
		sign, n = minus, -n
	}
	return sign + group(strconv.FormatInt(n/100, 10)) + fmt.Sprintf(".%02d", n%100)
}

// Amount writes an indicator's value as its unit asks: yuan of fen, per cent of
// a rate, else a whole number; — where it is not known.
func Amount(unit indicator.Unit, known bool, n int64, rate float64) string {
	switch {
	case !known:
		return dash
	case unit == indicator.Fen:
		return Yuan(n)
	case unit == indicator.Rate:
		return Rate(rate * 100)
	}
	return Thousands(n)
}

// Wan writes persons as 万 with the printed decimals: wan 1232000 1 → 123.2.
func Wan(v any, decimals int) string {
	f, ok := float(v)
	if !ok {
		return dash
	}
	return fixed(f/10000, decimals)
}

// DateTime writes Unix millis as 2023-12-10 06:00; 0 is empty.
func DateTime(millis int64) string {
	if millis == 0 {
		return ""
	}
	return time.UnixMilli(millis).In(calendar.Zone).Format("2006-01-02 15:04")
}

func shortDay(d calendar.Date) string {
	if d == 0 {
		return ""
	}
	return d.String()[5:]
}

// dayWord is 12月10日 周日.
func dayWord(r *Request, d calendar.Date) string {
	t := d.Time()
	return r.T("web.today.date", int(t.Month()), t.Day(), r.T(fmt.Sprintf("web.weekday.%d", t.Weekday())), t.Month().String()[:3])
}

func monthWord(lang text.Lang, m calendar.Month) string {
	switch {
	case m == 0:
		return ""
	case m == calendar.Open:
		return text.T(lang, "web.month.open")
	case lang == text.EN:
		return time.Month(m.Num()).String()[:3] + " " + strconv.Itoa(m.Year())
	default:
		return fmt.Sprintf("%d年%d月", m.Year(), m.Num())
	}
}

func fixed(f float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(f), 'f', decimals, 64)
	whole, frac, _ := strings.Cut(s, ".")
	out := group(whole)
	if frac != "" {
		out += "." + frac
	}
	if f < 0 && strings.Trim(s, "0.") != "" {
		out = minus + out
	}
	return out
}

func group(s string) string {
	var b strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// whole and float take any number type and pointers to them; nil is unknown.
func whole(v any) (int64, bool) {
	rv, ok := deref(v)
	if !ok {
		return 0, false
	}
	switch {
	case rv.CanInt():
		return rv.Int(), true
	case rv.CanUint():
		return int64(rv.Uint()), true
	case rv.CanFloat():
		return int64(math.Round(rv.Float())), true
	}
	return 0, false
}

func float(v any) (float64, bool) {
	rv, ok := deref(v)
	if !ok {
		return 0, false
	}
	switch {
	case rv.CanFloat():
		return rv.Float(), true
	case rv.CanInt():
		return float64(rv.Int()), true
	case rv.CanUint():
		return float64(rv.Uint()), true
	}
	return 0, false
}

func deref(v any) (reflect.Value, bool) {
	rv := reflect.ValueOf(v)
	for rv.IsValid() && rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			return rv, false
		}
		rv = rv.Elem()
	}
	return rv, rv.IsValid()
}
