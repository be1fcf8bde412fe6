package design

import (
	"regexp"
	"strings"
)

// labels of what offices write around a table, the longer before the shorter.
var footLabels = []struct {
	re   *regexp.Regexp
	word Word
}{
	{regexp.MustCompile(`(填报单位|报送单位|填表单位|编报单位|编制单位|填报地区|上报单位|单位名称|综合机关名称|单位)([（(](公章|盖章|签章|章)[）)])?\s*[：:]`), WordOffice},
	{regexp.MustCompile(`(填表日期|填报日期|报送日期|上报日期|制表日期|报出日期|填报时间|报送时间|上报时间|填表时间)\s*[：:]`), WordDate},
	{regexp.MustCompile(`(统计时间|统计月份|统计时段|报告期|所属时期|所属期|数据截止时间|截止时间)\s*[：:]`), WordPeriod},
	{regexp.MustCompile(`(填表人|填报人|经办人|制表人|填报人员|统计人员)([（(]签字[）)])?\s*[：:]`), WordFiller},
	{regexp.MustCompile(`(联系电话|联系方式|电话|手机)\s*[：:]`), WordPhone},
}

// mark is a label in a text: what belongs from where on.
type mark struct {
	from, end int // bytes of the label
	word      Word
}

// marks finds the labels of a text in their order.
func marks(s string) []mark {
	var out []mark
	for _, l := range footLabels {
		for _, at := range l.re.FindAllStringIndex(s, -1) {
			if l.word == WordOffice && (strings.HasSuffix(s[:at[0]], "计量") || unitLine.MatchString(s[at[0]:]) && unitLine.FindStringIndex(s[at[0]:])[0] == 0) {
				continue // 单位：万人
			}
			free := true
			for _, m := range out {
				free = free && (at[1] <= m.from || at[0] >= m.end)
			}
			if free {
				out = append(out, mark{at[0], at[1], l.word})
			}
		}
	}
	for i := range out {
		for j := i; j > 0 && out[j].from < out[j-1].from; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

func labelled(s string) bool { return len(marks(s)) > 0 }

// blanks is what stands where something is to be written: spaces, lines, and
// the words of an empty date.
var blanks = regexp.MustCompile(`^[\s\x{3000}_＿]*((20)?[\s\x{3000}_＿\d]*年[\s\x{3000}_＿\d]*月([\s\x{3000}_＿\d]*日)?)?[_＿]*`)

// fillFoot writes values after their labels and keeps everything else,
// distances included as far as there is room.
func fillFoot(s string, values map[Word]string) string {
	var b strings.Builder
	done := 0
	for _, m := range marks(s) {
		b.WriteString(s[done:m.end])
		done = m.end
		v := values[m.word]
		if v == "" {
			continue
		}
		gap := blanks.FindString(s[done:])
		b.WriteString(v)
		done += len(gap)
		if rest := strings.TrimSpace(s[done:]); rest != "" {
			b.WriteString("　　")
		}
	}
	b.WriteString(s[done:])
	return b.String()
}
