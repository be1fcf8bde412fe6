// Package idcard reads identity numbers as people type them: the 18-character
// resident number (GB 11643-1999), its 15-digit forerunner, the 20- and
// 22-character disability certificate that begins with it, and the unified
// social credit code of organisations (GB 32100-2015). It does no I/O.
package idcard

import (
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// Problem says why a number is not accepted. Its text is the tail of the
// catalogue key "idcard.<problem>".
type Problem string

// The problems. An area part that no list knows is none of them: areas are
// renumbered, so it is a clue at most.
const (
	OK       Problem = ""
	Empty    Problem = "empty"
	Mangled  Problem = "mangled" // 4.2E+17, or digits lost to a spreadsheet's number format
	Length   Problem = "length"
	Letters  Problem = "letters"
	BadBirth Problem = "birth"
	Check    Problem = "check"
	Cert     Problem = "cert" // disability kind, grade or reissue mark
)

// Key is the catalogue key of the problem's sentence.
func (p Problem) Key() string { return "idcard." + string(p) }

// ID is a read identity number.
type ID struct {
	Number   string // the 18-character identity; the same for all spellings
	Upgraded bool   // given with 15 digits: the person is told
	Cert     bool   // given as a disability certificate
	Kind     int    // disability kind 1–7, 0 without
	Grade    int    // disability grade 1–4, 0 without
	Reissue  string // B1, B2, … or empty
	Birth    calendar.Date
	Sex      int // fact.Male, fact.Female
}

// Normalise removes what people and spreadsheets add: spaces of any kind,
// a leading apostrophe, full-width characters, a small x.
func Normalise(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, c := range s {
		switch {
		case c >= '！' && c <= '～':
			c -= '！' - '!'
		case c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\u00a0' || c == '\u3000' || c == '\ufeff' || c >= '\u2000' && c <= '\u200f' || c >= '\u202a' && c <= '\u202e':
			continue
		case c == '×' || c == 'Х' || c == 'х' || c == 'Χ': // signs that input methods offer for X
			c = 'X'
		}
		if c == '\'' || c == '`' || c == '’' || c == '‘' {
			continue
		}
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}

// Parse reads an identity number in any spelling. The answer is complete only
// where the problem is OK; for Check it holds birth and sex all the same, so
// that the hint can show them.
func Parse(s string) (ID, Problem) {
	n := Normalise(s)
	switch {
	case n == "":
		return ID{}, Empty
	case mangled(n):
		return ID{}, Mangled
	}
	switch len(n) {
	case 15:
		return parse15(n)
	case 18, 20, 22:
		return parse18(n)
	}
	return ID{}, Length
}

func parse18(n string) (ID, Problem) {
	if !digits(n[:17]) || !(digits(n[17:18]) || n[17] == 'X') {
		return ID{}, Letters
	}
	id := ID{Number: n[:18], Birth: date(n[6:14]), Sex: sex(n[16])}
	if !id.Birth.Valid() {
		return ID{}, BadBirth
	}
	if n[17] != CheckDigit(n[:17]) {
		// A spreadsheet keeps 15 significant digits and fills with zeros.
		if strings.HasSuffix(n[:18], "000") {
			return id, Mangled
		}
		return id, Check
	}
	if len(n) > 18 {
		return certificate(id, n[18:])
	}
	return id, OK
}

// certificate reads kind, grade and reissue mark of a 残疾人证: 20 characters
// are identity, kind 1–7 and grade 1–4; 22 add a reissue mark B1, B2, …
func certificate(id ID, tail string) (ID, Problem) {
	id.Cert = true
	if tail[0] < '1' || tail[0] > '7' || tail[1] < '1' || tail[1] > '4' {
		return id, Cert
	}
	id.Kind, id.Grade = int(tail[0]-'0'), int(tail[1]-'0')
	if len(tail) == 4 {
		if tail[2] != 'B' || tail[3] < '0' || tail[3] > '9' {
			return id, Cert
		}
		id.Reissue = tail[2:]
	}
	return id, OK
}

// parse15 upgrades the number of before 1999: the century 19 goes in (people
// born before 1900 had sequence numbers 996–999 and are beyond this product),
// the check character is added.
func parse15(n string) (ID, Problem) {
	if !digits(n) {
		return ID{}, Letters
	}
	long := n[:6] + "19" + n[6:]
	id := ID{Number: long + string(CheckDigit(long)), Upgraded: true, Birth: date(long[6:14]), Sex: sex(n[14])}
	if !id.Birth.Valid() {
		return ID{}, BadBirth
	}
	return id, OK
}

// mangled sees a number that a spreadsheet turned into scientific notation or
// gave decimals.
func mangled(n string) bool {
	if strings.Contains(n, "E+") {
		return true
	}
	i := strings.IndexByte(n, '.')
	return i > 0 && digits(n[:i]) && digits(n[i+1:])
}

var weights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// CheckDigit is the 18th character for 17 digits (GB 11643: ISO 7064 MOD
// 11-2). Anything but 17 digits answers 0.
func CheckDigit(first17 string) byte {
	if len(first17) != 17 || !digits(first17) {
		return 0
	}
	sum := 0
	for i, w := range weights {
		sum += int(first17[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}

// Area is the six-digit area part of an 18-character number, 0 if none.
func (id ID) Area() int {
	n := 0
	if len(id.Number) == 18 {
		for _, c := range id.Number[:6] {
			n = n*10 + int(c-'0')
		}
	}
	return n
}

func sex(c byte) int {
	if (c-'0')%2 == 1 {
		return fact.Male
	}
	return fact.Female
}

func date(s string) calendar.Date {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return calendar.Date(n)
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0
}
