package transfer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"wengang/internal/sheet"
)

// CleanText is a text as it was meant: full-width letters, digits and
// punctuation made plain, invisible characters and outer spaces removed, line
// breaks and runs of spaces made one space, the apostrophe that guards a
// formula taken off.
func CleanText(s string) string {
	s = sheet.Unguard(s)
	if clean(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		r = narrow(r)
		switch {
		case invisible(r):
			continue
		case unicode.IsSpace(r) || unicode.IsControl(r):
			space = true
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}

// clean finds, without decoding, the texts that need no work: most of them.
func clean(s string) bool {
	if s == "" {
		return true
	}
	if s[0] == ' ' || s[len(s)-1] == ' ' {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ' || c == 0x7F, c == 0xEF, c == 0xE3, c == 0xE2, c == 0xC2:
			return false
		case c == ' ' && s[i-1] == ' ':
			return false
		}
	}
	return true
}

// narrow maps the full-width forms of ASCII to ASCII.
func narrow(r rune) rune {
	switch {
	case r >= 0xFF01 && r <= 0xFF5E:
		return r - 0xFEE0
	case r == 0x3000:
		return ' '
	case r == 0xFFE5:
		return '¥'
	}
	return r
}

// invisible are marks that copying from web pages and chat leaves behind.
func invisible(r rune) bool {
	return r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2060 && r <= 0x2069 || r == 0xFEFF || r == 0x00AD
}

// squeeze is CleanText without any space, for codes, numbers and words.
func squeeze(s string) string {
	s = CleanText(s)
	if strings.IndexByte(s, ' ') < 0 {
		return s
	}
	return strings.ReplaceAll(s, " ", "")
}

// CleanName is a person's name as the card prints it: no spaces between Chinese
// characters, one kind of middle dot in the names of minorities.
func CleanName(s string) string {
	s = CleanText(s)
	if strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ':
			return -1
		case '•', '・', '‧', '∙', '⋅', '．', '.', '●', '﹒':
			return '·'
		}
		return r
	}, s)
}

// Fold is the form in which headings are compared: full-width and half-width
// alike, without spaces, punctuation and marks, letters in lower case.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range s {
		r = unicode.ToLower(narrow(r))
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// foldBare is Fold without what stands in brackets at the end: units, remarks.
func foldBare(s string) string {
	s = CleanText(s)
	for {
		i := strings.LastIndexAny(s, "([{【〔")
		if i <= 0 || !strings.ContainsAny(s[i:], ")]}】〕") {
			return Fold(s)
		}
		_, size := utf8.DecodeLastRuneInString(s)
		if !strings.ContainsAny(s[len(s)-size:], ")]}】〕") {
			return Fold(s)
		}
		s = s[:i]
	}
}

// MaskValue hides a secret in a finding: enough stays to find the cell, not to
// know the value. A mangled number keeps what shows that it is one (4.2E+17).
func MaskValue(s string) string {
	if scientific.MatchString(s) {
		if i := strings.IndexAny(s, "Ee"); i > 4 {
			return s[:3] + "…" + s[i:]
		}
		return s
	}
	r := []rune(s)
	if len(r) < 7 {
		return s
	}
	for i := 2; i < len(r)-2; i++ {
		if unicode.IsDigit(r[i]) || unicode.IsLetter(r[i]) {
			r[i] = '*'
		}
	}
	return string(r)
}
