package pinyin

import (
	"strings"
	"testing"

	dict "github.com/mozillazg/go-pinyin"
)

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"陈秀兰": "cxl", "单小红": "sxh", "仇建国": "qjg", "解放": "xf", "查玉梅": "zym", "曾祥": "zx",
		"尉迟恭": "ycg", "万俟卨": "mqx", "长孙无忌": "zswj", "欧阳修": "oyx",
		"阿依古丽·买买提": "aygl" + "mmt", "John 李": "johnl", "": "", "  张三 ": "zs",
		"盖叫天": "gjt", "朴树": "ps", "区小明": "oxm", "张单": "zd",
	} {
		if got := Initials(name); got != want {
			t.Errorf("Initials(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestEveryReadingIsPlain(t *testing.T) {
	for r := range dict.PinyinDict {
		s := reading(rune(r))
		if s == "" || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("%c: reading %q from %q", r, s, dict.PinyinDict[r])
		}
	}
}

func BenchmarkInitials(b *testing.B) {
	for b.Loop() {
		Initials("陈秀兰")
	}
}

func TestGuess(t *testing.T) {
	for letters, want := range map[string]string{
		"chenxiulan": "cxl", "chenx": "cx", "xian": "x", "zhangweimin": "zwm", "shanxiaohong": "sxh", "qwq": "",
	} {
		got := Guess(letters, 4)
		if want == "" && len(got) != 0 || want != "" && (len(got) == 0 || got[0] != want) {
			t.Errorf("Guess(%q) = %v, want %q first", letters, got, want)
		}
	}
	if got := Guess("xian", 4); len(got) < 2 || got[1] != "xa" {
		t.Errorf("Guess(xian) = %v, want x and xa", got)
	}
}

func FuzzGuess(f *testing.F) {
	f.Add("chenxiulan")
	f.Add("xianxianxianxianxianxianxianxianxianxian")
	f.Fuzz(func(t *testing.T, s string) {
		for _, g := range Guess(s, 6) {
			if g == "" || len(g) > len(s) {
				t.Fatalf("Guess(%q) answered %q", s, g)
			}
		}
	})
}
