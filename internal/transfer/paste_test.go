package transfer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wengang/internal/sheet"
)

func TestParsePaste(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"as Excel copies", "姓名\t身份证号\r\n张三\t000000196001010001\r\n", "姓名|身份证号;张三|000000196001010001"},
		{"as LibreOffice copies", "a\tb\n1\t2", "a|b;1|2"},
		{"a line end inside a cell", "a\tb\r\n\"第一行\n第二行\"\tx\r\n", "a|b;第一行\n第二行|x"},
		{"a tab and quotes inside a cell", "a\tb\r\n\"他说\"\"好\"\"\t再\"\tx\r\n", "a|b;他说\"好\"\t再|x"},
		{"a quote that is one", "a\tb\r\n5\" 管\t\"未完\r\nc\td", `a|b;5" 管|"未完;c|d`},
		{"a quote at the beginning that does not end the cell", "\"甲\"乙\tb\r\n", `"甲"乙|b`},
		{"empty cells and rows", "a\t\tc\r\n\r\n\t\tx\r\n\r\n\r\n", "a||c;;||x"},
		{"empty last cell", "a\tb\t", "a|b|"},
		{"old Mac line ends", "a\tb\rc\td\r", "a|b;c|d"},
		{"byte order mark", "\ufeffa\tb", "a|b"},
		{"nothing", " \r\n\t\r\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, r := range ParsePaste(tt.text) {
				got = append(got, strings.Join(r, "|"))
			}
			if s := strings.Join(got, ";"); s != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
		})
	}
}

// copied writes cells as a spreadsheet puts them on the clipboard.
func copied(rows [][]string) string {
	var b strings.Builder
	for _, r := range rows {
		for i, c := range r {
			if i > 0 {
				b.WriteByte('\t')
			}
			if strings.ContainsAny(c, "\t\n\r\"") {
				c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			b.WriteString(c)
		}
		b.WriteString("\r\n")
	}
	return b.String()
}

// FuzzPaste: no text breaks the reader, and what it reads survives being
// copied and pasted again, and being kept as a file with its row numbers.
func FuzzPaste(f *testing.F) {
	for _, s := range []string{"a\tb\r\n1\t2", "\"x\ny\"\t\"\"\"\"", "\"", "\t\t\n\"\"\n", "a\"b\tc", "\r\r\n", "姓名\t号\n张\t0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rows := ParsePaste(s)
		again := ParsePaste(copied(rows))
		if fmt.Sprint(rows) != fmt.Sprint(again) {
			t.Fatalf("%q read as %q, copied and read as %q", s, rows, again)
		}
		raw, err := pasted(rows)
		if err != nil || len(rows) == 0 {
			return
		}
		book, err := sheet.OpenReader(bytes.NewReader(raw), int64(len(raw)), "x.csv")
		if err != nil {
			if bytes.ContainsFunc(raw, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }) {
				return // control characters: refused as no text
			}
			t.Fatalf("%q: %v", s, err)
		}
		err = book.Sheets()[0].Rows(func(n int, cells []sheet.Cell) error {
			if n > len(rows) {
				return fmt.Errorf("row %d of %d", n, len(rows))
			}
			for _, c := range cells {
				if c.Col >= len(rows[n-1]) || !strings.Contains(squash(rows[n-1][c.Col]), squash(c.Text)) {
					return fmt.Errorf("row %d column %d: %q, pasted %q", n, c.Col, c.Text, rows[n-1])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
	})
}

// squash leaves out what the text reader trims or makes one.
func squash(s string) string {
	return string(slices.DeleteFunc([]rune(s), func(r rune) bool {
		return strings.ContainsRune(" \t\r\n\v\f\u0085\u00a0=\"\x00", r) || r == 0x3000 || r >= 0x2000 && r <= 0x200a || r == 0x2028 || r == 0x2029 || r == 0x202f || r == 0x205f || r == 0x1680
	}))
}
