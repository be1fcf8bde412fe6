package design

import (
	"regexp"
	"strconv"
	"strings"

	"wengang/internal/report"
)

var (
	inBrackets = regexp.MustCompile(`[（(]([^（）()]*)[）)]`)
	monthWord  = regexp.MustCompile(`^(\d{1,2})月(份)?$`)
)

// units that a heading may carry in brackets: what the number is divided by
// and how many decimals are printed.
var units = map[string]struct {
	divide   int64
	decimals int
}{"万人": {10_000, 2}, "千人": {1_000, 2}, "人": {1, 0}, "人次": {1, 0}, "个": {1, 0}, "家": {1, 0}, "户": {1, 0}, "%": {100, 2}, "元": {100, 0}, "万元": {1_000_000, 2}}

// spans are the words for months, as whole levels of a heading or within.
var spans = []struct {
	word string
	span report.Span
}{
	{"上年同期", report.LastYear}, {"去年同期", report.LastYear}, {"同期数", report.LastYear}, {"上月末", report.LastMonth}, {"上期", report.LastMonth}, {"上月", report.LastMonth},
	{"本年累计", report.SoFar}, {"当年累计", report.SoFar}, {"年初至今", report.SoFar}, {"累计数", report.SoFar}, {"本月末", report.ThisMonth}, {"本期", report.ThisMonth}, {"本月", report.ThisMonth}, {"截至目前", report.ThisMonth},
}

// modifiers takes out of a heading path what is not the figure itself: unit,
// month, words that stay empty. The rest is what the cell counts.
func modifiers(path []string) (Bind, []string) {
	var b Bind
	var rest []string
	for _, level := range path {
		if level == "" {
			continue
		}
		level = inBrackets.ReplaceAllStringFunc(level, func(s string) string {
			u, known := units[strings.TrimPrefix(strings.Trim(s, "（）()"), "单位：")]
			if !known {
				return s
			}
			b.Divide, b.Decimals, b.Unit = u.divide, u.decimals, strings.TrimPrefix(strings.Trim(s, "（）()"), "单位：")
			if b.Divide == 1 {
				b.Divide = 0
			}
			return ""
		})
		f := fold(level)
		if m := monthWord.FindStringSubmatch(f); m != nil {
			if n, _ := strconv.Atoi(m[1]); n >= 1 && n <= 12 {
				b.Month = n
				continue
			}
		}
		if f == "累计" || f == "合计" || f == "小计" || f == "总计" || f == "人数" || f == "数量" {
			if f == "累计" {
				b.Months = report.SoFar
			}
			if f != "人数" && f != "数量" {
				continue
			}
		}
		for _, s := range spans {
			if strings.Contains(level, s.word) {
				b.Months = s.span
				level = strings.Replace(level, s.word, "", 1)
				break
			}
		}
		if fold(level) != "" {
			rest = append(rest, level)
		}
	}
	switch {
	case len(rest) > 0 && left(rest[len(rest)-1]):
		b = Bind{Kind: Left, Guess: true}
	case len(path) > 0 && left(path[len(path)-1]):
		b = Bind{Kind: Left, Guess: true}
	}
	return b, rest
}

// left are headings of columns that a person writes.
func left(h string) bool {
	switch fold(h) {
	case "备注", "说明", "备注说明", "原因", "存在问题", "主要做法", "下步打算", "责任人", "联系人", "联系电话", "计量单位", "单位", "代码", "指标代码":
		return true
	}
	return false
}

// changes are headings of columns that compare two others.
func changes(h string) string {
	f := fold(h)
	switch {
	case strings.Contains(f, "同比") || strings.Contains(f, "增长率") || strings.Contains(f, "增幅"):
		return "rate"
	case strings.Contains(f, "增减") || strings.Contains(f, "较上期") || strings.Contains(f, "较上月") || strings.Contains(f, "增加数"):
		return "less"
	}
	return ""
}
