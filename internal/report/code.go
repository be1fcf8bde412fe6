package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"

	"wengang/internal/fault"
	"wengang/internal/region"
)

// codeLetters are Crockford's: no I, L, O, U, so that a code is read aloud and
// typed without doubt.
const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// sumLetters is how many of them a code carries: 40 bits of the checksum.
const sumLetters = 8

// Code names a frozen version on paper: place, form, period, version and the
// start of the checksum over every cell, as 371522-progress-2023Q4-2-K7QF3M9D.
// A sheet that is not frozen has none.
func (s *Sheet) Code() string {
	if !s.Frozen {
		return ""
	}
	sum := ""
	if s.Made != nil {
		sum = s.Made.Checksum // a sheet for paper has its telephones opened
	} else {
		sum = s.Checksum()
	}
	return Code{Region: s.Region, Form: s.Form.ID, Period: s.Period.String(), Version: s.Version, Sum: shortSum(sum)}.String()
}

// Code is a version's code, taken apart.
type Code struct {
	Region  region.Code
	Form    string
	Period  string
	Version int
	Sum     string
}

// String prints a code.
func (c Code) String() string {
	return strings.Join([]string{c.Region.String(), c.Form, c.Period, strconv.Itoa(c.Version), c.Sum}, "-")
}

// ParseCode reads a code as somebody types it off a paper: letters of either
// case, wide or narrow signs, spaces, O for 0, I or L for 1 in the checksum.
func ParseCode(typed string) (Code, error) {
	bad := fault.InvalidFields(fault.Field{Name: "code", Key: "report.code.bad"})
	if len(typed) > 200 {
		return Code{}, bad
	}
	parts := strings.Split(narrow(typed), "-")
	if len(parts) < 5 {
		return Code{}, bad
	}
	n := len(parts)
	at, err := region.ParseCode(parts[0])
	if err != nil {
		return Code{}, bad
	}
	c := Code{Region: at, Form: strings.ToLower(strings.Join(parts[1:n-3], "-")), Period: strings.ToUpper(parts[n-3])}
	if c.Version, err = strconv.Atoi(parts[n-2]); err != nil || c.Version < 1 || c.Version > 9999 || c.Form == "" || !periodSigns(c.Period) {
		return Code{}, bad
	}
	c.Sum = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(parts[n-1]))
	if len(c.Sum) != sumLetters || strings.Trim(c.Sum, codeLetters) != "" {
		return Code{}, bad
	}
	return c, nil
}

// periodSigns: 2023, 2023Q4, 202312.
func periodSigns(s string) bool {
	return len(s) >= 4 && len(s) <= 8 && strings.Trim(s, "0123456789QHM") == ""
}

// narrow turns wide signs and dashes into plain ones and drops spaces.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r -= 0xfee0
		case r == '–' || r == '—' || r == '‐' || r == '−':
			r = '-'
		case r == ' ' || r == '\t' || r == '\u3000' || r == '\n' || r == '\r':
			return -1
		}
		return r
	}, s)
}

// Checksum is the SHA-256, in hex, of what a version says: its place, form,
// period and number, and every cell with its printed and its computed value.
func (s *Sheet) Checksum() string {
	h := sha256.New()
	line(h, "form", s.Form.ID, s.Region.Full(), s.Period.String(), strconv.Itoa(s.Version))
	for i := range s.Rows {
		row := &s.Rows[i]
		line(h, "row", row.Key, row.Name)
		for _, pos := range positions(row) {
			c := &row.Cells[pos]
			line(h, strconv.Itoa(c.Col), strconv.FormatInt(c.Value, 10), strconv.FormatInt(c.Computed, 10), c.Text)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// positions are the indexes of a row's cells by column: a frozen sheet reads
// them in another order than it was computed in.
func positions(row *Row) []int {
	out := make([]int, len(row.Cells))
	for i := range out {
		out[i] = i
	}
	for i := 1; i < len(out); i++ {
		for j := i; j > 0 && row.Cells[out[j]].Col < row.Cells[out[j-1]].Col; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

// line writes parts so that no two different lists read the same.
func line(h hash.Hash, parts ...string) {
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		io.WriteString(h, p)
	}
	h.Write([]byte{'\n'})
}

// shortSum is the first 40 bits of a hex checksum in code letters.
func shortSum(sum string) string {
	raw, err := hex.DecodeString(sum)
	if err != nil || len(raw) < 5 {
		return ""
	}
	var n uint64
	for _, b := range raw[:5] {
		n = n<<8 | uint64(b)
	}
	out := make([]byte, sumLetters)
	for i := sumLetters - 1; i >= 0; i-- {
		out[i] = codeLetters[n&31]
		n >>= 5
	}
	return string(out)
}
