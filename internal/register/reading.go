package register

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/idcard"
)

// parsePhone keeps digits; a mobile number or a landline with its area.
func parsePhone(s string) (string, bool) {
	n := strings.NewReplacer(" ", "", "-", "", "－", "", "—", "", "(", "", ")", "", "（", "", "）", "").Replace(idcard.Normalise(s))
	for _, r := range n {
		if r < '0' || r > '9' {
			return "", false
		}
	}
	mobile := len(n) == 11 && n[0] == '1' && n[1] >= '3'
	landline := len(n) >= 7 && len(n) <= 12
	return n, mobile || landline
}

// parseCount reads a whole number of persons or things, also 1,234 and 12人.
func parseCount(s string) (int64, bool) {
	s = strings.TrimRight(strings.ReplaceAll(idcard.Normalise(s), ",", ""), "人个家次户名班课时")
	s = strings.TrimSuffix(s, ".0")
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && n < 1_000_000_000
}

// parseMoney reads yuan (or 万元) into fen without floating point.
func parseMoney(s string, wan bool) (int64, bool) {
	s = strings.NewReplacer(",", "", "￥", "", "¥", "").Replace(idcard.Normalise(s))
	s = strings.TrimSuffix(s, "元")
	if t, ok := strings.CutSuffix(s, "万"); ok {
		s, wan = t, true
	}
	digits := 2
	if wan {
		digits = 6
	}
	whole, frac, _ := strings.Cut(s, ".")
	frac = strings.TrimRight(frac, "0")
	if whole == "" || len(frac) > digits || len(whole) > 12 {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", digits-len(frac)), 10, 64)
	return n, err == nil && n >= 0
}

// parseDate reads the dates of workbooks: 2023-05-01, 2023/5/1, 2023.5,
// 2023年5月1日, 20230501, 202305, a serial. A month alone is its first day, or
// its last for an end.
func parseDate(s string, end bool) (calendar.Date, bool) {
	s = idcard.Normalise(s)
	if i := strings.IndexAny(s, "T:"); i > 8 { // 2023-05-01T00:00
		s = s[:min(10, len(s))]
	}
	s = strings.TrimSuffix(s, ".0")
	if n, err := strconv.Atoi(s); err == nil {
		switch {
		case len(s) == 8:
			d := calendar.Date(n)
			return d, d.Valid()
		case len(s) == 6:
			return ofMonth(calendar.Month(n), end)
		case n > 20000 && n < 80000: // serial of 1954 to 2119
			t := time.Date(1899, 12, 30, 0, 0, 0, 0, calendar.Zone).AddDate(0, 0, n)
			return calendar.DateAt(t), true
		}
		return 0, false
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-/.年月日—－", r) })
	nums := make([]int, len(parts))
	for i, t := range parts {
		n, err := strconv.Atoi(t)
		if err != nil {
			return 0, false
		}
		nums[i] = n
	}
	switch len(nums) {
	case 2:
		if nums[0] > 9999 || nums[1] > 12 {
			return 0, false
		}
		return ofMonth(calendar.MonthOf(nums[0], nums[1]), end)
	case 3:
		if nums[0] > 9999 || nums[1] > 99 || nums[2] > 99 {
			return 0, false
		}
		d := calendar.DateOf(nums[0], nums[1], nums[2])
		return d, d.Valid()
	}
	return 0, false
}

func ofMonth(m calendar.Month, end bool) (calendar.Date, bool) {
	if !m.Valid() || m == calendar.Open {
		return 0, false
	}
	if end {
		return m.LastDay(), true
	}
	return calendar.DateOf(m.Year(), m.Num(), 1), true
}

// FormatMoney writes fen as yuan with two decimals, for workbooks and inputs.
func FormatMoney(fen int64) string {
	if fen < 0 || fen == math.MaxInt64 {
		return ""
	}
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}
