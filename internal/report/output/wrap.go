package output

import "strings"

// Signs that a line must not begin or end with.
const (
	notFirst = "，。、；：！？）】》〉」』”’％%…·)]},.;:!?"
	notLast  = "（【《〈「『“‘([{"
)

// wrap breaks a text into lines of at most width points. Words of letters and
// digits stay together where they fit a line.
func wrap(text string, width float64, advance func(rune) float64) []string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		out = append(out, wrapLine([]rune(line), width, advance)...)
	}
	return out
}

func wrapLine(rs []rune, width float64, advance func(rune) float64) (out []string) {
	start, used := 0, 0.0
	for i := 0; i < len(rs); i++ {
		used += advance(rs[i])
		if used <= width || i == start {
			continue
		}
		cut := breakAt(rs, start, i)
		out = append(out, strings.TrimRight(string(rs[start:cut]), " "))
		for cut < len(rs) && rs[cut] == ' ' {
			cut++
		}
		start, used, i = cut, 0, cut-1
	}
	return append(out, string(rs[start:]))
}

// breakAt is where a line that cannot hold the sign at i breaks: before it, or
// earlier where the next line would begin or this one end with a sign that
// must not stand there, or where a word would be torn.
func breakAt(rs []rune, start, i int) int {
	for cut := i; cut > start; cut-- {
		switch {
		case strings.ContainsRune(notFirst, rs[cut]), strings.ContainsRune(notLast, rs[cut-1]), word(rs[cut-1]) && word(rs[cut]):
			continue
		}
		if i-cut > 24 {
			break
		}
		return cut
	}
	return i
}

func word(r rune) bool {
	return r < 0x250 && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' || r == '.')
}
