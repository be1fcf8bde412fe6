package region

import (
	"strings"
	"unicode"
)

// charTable is the asset's table of characters: pinyin of those that occur in
// names, and simplified forms of traditional ones.
type charTable struct {
	pinyin map[rune]string
	simple map[rune]rune
}

func newCharTable(text string) *charTable {
	t := &charTable{pinyin: map[rune]string{}, simple: map[rune]rune{}}
	head, tail, _ := strings.Cut(text, "\n\n")
	for line := range strings.Lines(head) {
		py, chars, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		for _, r := range chars {
			t.pinyin[r] = py
		}
	}
	pair := []rune(strings.TrimSpace(tail))
	for i := 0; i+1 < len(pair); i += 2 {
		t.simple[pair[i]] = pair[i+1]
	}
	return t
}

// normal is the text as names are compared: full-width forms narrow, letters
// small, traditional characters simplified, without spaces, invisible
// characters and the signs that people put between levels.
func (t *charTable) normal(s string) string {
	clean := true
	for _, r := range s {
		if t.change(r) != r {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Map(t.change, s)
}

func (t *charTable) change(r rune) rune {
	if r < 0x80 {
		switch {
		case r <= ' ' || strings.ContainsRune(`-/\>|,_'"`, r):
			return -1
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}
	if r >= 0xFF01 && r <= 0xFF5E {
		return t.change(r - 0xFEE0)
	}
	if r >= 0x4E00 && r < 0xA000 {
		if c, ok := t.simple[r]; ok {
			return c
		}
		return r
	}
	switch r {
	case '—', '–', '－', '→', '》', '﹥', '…':
		return -1
	}
	if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r == unicode.ReplacementChar {
		return -1
	}
	return r
}

// initials are the first letters of a name's pinyin: 聊城 lc. reading, if not
// empty, is the name's pinyin where the single characters' is wrong.
func (t *charTable) initials(name, reading string) (short, full string) {
	var a, b strings.Builder
	syllables := strings.Fields(reading)
	i := 0
	for _, r := range name {
		py := t.pinyin[r]
		if i < len(syllables) {
			py = syllables[i]
		}
		i++
		if py == "" {
			continue
		}
		a.WriteByte(py[0])
		b.WriteString(py)
	}
	return a.String(), b.String()
}

// latin reports a text of small letters only, as pinyin is typed.
func latin(s string) bool {
	for _, r := range s {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return s != ""
}

// allDigits reports a text of digits only.
func allDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}
