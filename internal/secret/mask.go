package secret

import (
	"strings"
	"unicode/utf8"
)

// MaskID keeps the first two and the last two characters of a document number
// (37**************19); a number of eight or fewer is hidden whole.
func MaskID(id string) string { return mask(id, 2, 2, 9) }

// MaskPhone keeps three and four (138****1234); a short number its last two.
func MaskPhone(phone string) string {
	if utf8.RuneCountInString(phone) < 11 {
		return mask(phone, 0, 2, 5)
	}
	return mask(phone, 3, 4, 11)
}

// MaskCard keeps the last four of an account number.
func MaskCard(card string) string { return mask(card, 0, 4, 9) }

// MaskName keeps the first and the last character (张*明), of two the first
// (张*). For pages without sign-in: officers and posted sheets carry names.
func MaskName(name string) string {
	r := []rune(name)
	switch len(r) {
	case 0:
		return ""
	case 1:
		return "*"
	case 2:
		return string(r[0]) + "*"
	}
	return string(r[0]) + strings.Repeat("*", len(r)-2) + string(r[len(r)-1])
}

// mask hides all but head and tail; a text below least runes is hidden whole.
func mask(s string, head, tail, least int) string {
	r := []rune(s)
	if len(r) < least {
		return strings.Repeat("*", len(r))
	}
	for i := head; i < len(r)-tail; i++ {
		r[i] = '*'
	}
	return string(r)
}

// Scrub hides every number in a free text that is long enough to be a phone
// (11 digits), an id or a card, also with full-width digits and with single
// spaces or hyphens between: for logs, audit details and shown cell values.
// Amounts, dates and the 12 digits of a statistical code stay.
func Scrub(s string) string {
	const shortest = 11
	var out []rune
	run, runStart := 0, 0
	rs := []rune(s)
	flush := func(end int) {
		part := rs[runStart:end]
		if run < shortest || (run == 12 && len(part) == 12 && part[0] != '0' && part[0] != '０') {
			out = append(out, part...)
			return
		}
		seen := 0
		for _, c := range part {
			if isDigit(c) {
				seen++
				if seen > 2 && seen <= run-2 {
					c = '*'
				}
			}
			out = append(out, c)
		}
	}
	for i := 0; i < len(rs); i++ {
		c := rs[i]
		if isDigit(c) {
			if run == 0 {
				runStart = i
			}
			run++
			continue
		}
		if run > 0 && (c == ' ' || c == '-' || c == '－' || c == '\u3000' || c == '\u00a0') && i+1 < len(rs) && isDigit(rs[i+1]) {
			continue
		}
		if run > 0 {
			flush(i)
			run = 0
		}
		out = append(out, c)
	}
	if run > 0 {
		flush(len(rs))
	}
	return string(out)
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' || c >= '０' && c <= '９' }
