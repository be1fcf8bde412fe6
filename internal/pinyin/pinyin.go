// Package pinyin turns names into the letters that officers type: the first
// letter of each syllable, with the readings that a character has as a surname
// (单 is shan, 解 is xie).
package pinyin

import (
	"strings"

	dict "github.com/mozillazg/go-pinyin"
)

// surnames holds the characters whose reading as a surname differs from the
// first reading of the dictionary (百家姓 and its common additions).
var surnames = map[rune]string{
	'单': "shan", '仇': "qiu", '解': "xie", '查': "zha", '曾': "zeng", '盖': "ge",
	'朴': "piao", '区': "ou", '翟': "zhai", '员': "yun", '乐': "yue", '缪': "miao",
	'覃': "qin", '黑': "he", '折': "she", '洗': "xian", '繁': "po", '秘': "bi",
	'种': "chong", '召': "shao", '祭': "zhai", '阚': "kan", '炅': "gui", '牟': "mu",
	'郇': "xun", '佴': "nai", '适': "kuo", '都': "du", '句': "gou", '薄': "bo",
	'便': "pian", '藏': "zang", '卜': "bu", '长': "chang", '重': "chong", '会': "gui",
	'角': "jue", '乜': "nie", '参': "shen", '弗': "fei",
}

// compounds are the two-character surnames with a reading of their own.
var compounds = map[string][2]string{
	"尉迟": {"yu", "chi"}, "万俟": {"mo", "qi"}, "长孙": {"zhang", "sun"}, "令狐": {"ling", "hu"},
	"澹台": {"tan", "tai"}, "单于": {"chan", "yu"}, "鲜于": {"xian", "yu"}, "宰父": {"zai", "fu"},
}

// Initials is the first letter of each syllable of a personal name, lower case;
// Latin letters stay, everything else is left out. At most 16 letters.
func Initials(name string) string {
	var b strings.Builder
	for _, s := range Syllables(name) {
		b.WriteByte(s[0])
		if b.Len() == 16 {
			break
		}
	}
	return b.String()
}

// Syllables is the toneless reading of a personal name, one entry per character
// that has one. A run of Latin letters gives one entry per letter.
func Syllables(name string) []string {
	rs := []rune(strings.TrimSpace(name))
	out := make([]string, 0, len(rs))
	i := 0
	if len(rs) >= 3 {
		if c, ok := compounds[string(rs[:2])]; ok {
			out = append(out, c[0], c[1])
			i = 2
		}
	}
	for ; i < len(rs); i++ {
		r := rs[i]
		switch {
		case r >= 'a' && r <= 'z':
			out = append(out, string(r))
		case r >= 'A' && r <= 'Z':
			out = append(out, string(r+'a'-'A'))
		default:
			if i == 0 {
				if s, ok := surnames[r]; ok {
					out = append(out, s)
					continue
				}
			}
			if s := reading(r); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// reading is the first reading of the dictionary without its tone.
func reading(r rune) string {
	s, ok := dict.PinyinDict[int(r)]
	if !ok {
		return ""
	}
	if i := strings.IndexByte(s, ','); i >= 0 {
		s = s[:i]
	}
	var b strings.Builder
	for _, c := range s {
		if p := plain(c); p != 0 {
			b.WriteByte(p)
		}
	}
	return b.String()
}

const (
	toned = "āáǎàēéěèêếềōóǒòīíǐìūúǔùüǘǚǜǖńňǹḿ"
	bare  = "aaaaeeeeeeeooooiiiiuuuuvvvvvnnnm"
)

var strip = func() map[rune]byte {
	m := map[rune]byte{}
	for i, r := range []rune(toned) {
		m[r] = bare[i]
	}
	return m
}()

// plain is the Latin letter under a tone mark; 0 for a mark that stands alone.
func plain(c rune) byte {
	if c >= 'a' && c <= 'z' {
		return byte(c)
	}
	return strip[c]
}
