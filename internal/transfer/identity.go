package transfer

import (
	"regexp"
	"strings"

	"wengang/internal/idcard"
)

// scientific is a long number that a spreadsheet has shortened: 4.2E+17.
var scientific = regexp.MustCompile(`^\d(\.\d*)?[Ee]\+?\d{1,3}$`)

// IDText is an identity number as idcard.Parse takes it. Numbers that a
// spreadsheet has mangled and numbers masked by another system are problems
// with their own advice; length, date and check digit are idcard's business.
func (c Cell) IDText() (string, *Problem) {
	s := strings.ReplaceAll(idcard.Normalise(c.Text), `"`, "")
	switch {
	case scientific.MatchString(s):
		return "", problem("cell.id_mangled")
	case c.Number && len(s) >= 16 && strings.Trim(s, "0123456789") == "":
		// A double holds 15 digits; what follows is made up.
		return "", problem("cell.id_mangled")
	case strings.Contains(s, "**"):
		return "", problem("cell.id_masked")
	}
	return s, nil
}

// Phone reads a telephone number: mobile, or fixed with area code. With several
// numbers in the cell the first good one comes back together with the problem
// cell.phone_many, so that the kind can save it and warn.
func (c Cell) Phone() (string, *Problem) {
	if c.Empty() {
		return "", nil
	}
	if c.Number && scientific.MatchString(squeeze(c.Text)) {
		return "", problem("cell.phone")
	}
	if n, ok := phone(squeeze(c.Text)); ok {
		return n, nil
	}
	parts := strings.FieldsFunc(CleanText(c.Text), func(r rune) bool { return strings.ContainsRune("/、,;|，；或 \n", r) })
	if len(parts) > 1 {
		for _, part := range parts {
			if n, ok := phone(squeeze(part)); ok {
				return n, problem("cell.phone_many")
			}
		}
	}
	return "", problem("cell.phone")
}

var phoneMarks = strings.NewReplacer("-", "", "(", "", ")", "", "—", "")

func phone(s string) (string, bool) {
	if !plainDigits(s) {
		s = phoneMarks.Replace(strings.Trim(s, "'‘’`"))
	}
	s = strings.TrimPrefix(strings.TrimPrefix(s, "+86"), "0086")
	if len(s) == 13 && strings.HasPrefix(s, "861") {
		s = s[2:]
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return "", false
		}
	}
	switch {
	case len(s) == 11 && s[0] == '1' && s[1] >= '3':
		return s, true
	case len(s) >= 10 && len(s) <= 12 && s[0] == '0' && s[1] != '0':
		return s, true
	}
	return "", false
}
