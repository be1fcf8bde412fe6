package entry

import (
	"strconv"
	"strings"

	"wengang/internal/fact"
)

// Typed is one line typed from a sheet: row number with its letter, digit of
// the status (0: as before), wage in whole yuan or none. 12K 1 3500
type Typed struct {
	N       int
	Status  int
	WageFen int64 // -1 none
}

// Slip is a line that cannot be read; Key is the catalogue's, N the line of
// the text from 1.
type Slip struct {
	Line int
	Text string
	Key  string
}

// maxTyped bounds the text of one sheet.
const maxTyped = 64 << 10

// ParseLines reads what was typed from a sheet, in any order, blank lines
// aside. The letter is needed: it is what catches a number from another row.
// A row typed twice with different content is a slip.
func ParseLines(code, text string) (out []Typed, slips []Slip) {
	if len(text) > maxTyped {
		return nil, []Slip{{Line: 1, Key: "people.sheet.long"}}
	}
	seen := map[int]Typed{}
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r", ""), "\n") {
		line = strings.TrimSpace(fold(line))
		if line == "" {
			continue
		}
		t, key := parseLine(code, line)
		if key == "" {
			if was, twice := seen[t.N]; twice {
				if was == t {
					continue
				}
				key = "people.sheet.twice"
			}
		}
		if key != "" {
			slips = append(slips, Slip{Line: i + 1, Text: clip(line), Key: key})
			continue
		}
		seen[t.N] = t
		out = append(out, t)
	}
	return out, slips
}

// fold makes half-width letters and spaces of what an input method types.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - ('！' - '!')
		case r == '\u3000' || r == '\t' || r == '，' || r == '、':
			return ' '
		}
		return r
	}, s)
}

func clip(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), 30)])
}

func parseLine(code, line string) (Typed, string) {
	parts := strings.Fields(strings.ReplaceAll(line, ",", " "))
	t := Typed{WageFen: -1}
	if len(parts) < 2 || len(parts) > 3 {
		return t, "people.sheet.form"
	}
	head := strings.ToUpper(parts[0])
	n, err := strconv.Atoi(strings.TrimRight(head, letters))
	if err != nil || n < 1 || n > Limit {
		return t, "people.sheet.form"
	}
	if t.N = n; !strings.HasSuffix(head, Letter(code, n)) || head != strconv.Itoa(n)+Letter(code, n) {
		return t, "people.sheet.letter"
	}
	if t.Status, err = strconv.Atoi(parts[1]); err != nil || len(parts[1]) != 1 || t.Status != Same && !fact.Status.Valid(t.Status) {
		return t, "people.sheet.status"
	}
	if len(parts) == 3 {
		w, err := strconv.Atoi(parts[2])
		if err != nil || w < 0 || w > 999999 || len(parts[2]) > 6 {
			return t, "people.sheet.wage"
		}
		t.WageFen = int64(w) * 100
	}
	return t, ""
}
