// Package design makes forms from blank workbooks: reading a blank, guessing
// what its cells ask for, binding them to indicators and registers, checks
// between cells, and filling the blank with everything else in it kept. A
// published design is an ordinary form of package report.
package design

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode"

	"wengang/internal/calendar"
	"wengang/internal/report"
)

// Kind is what a cell is filled with.
type Kind string

// The kinds.
const (
	Figure   Kind = "figure"   // an indicator
	Register Kind = "register" // a measure of a register
	Derived  Kind = "derived"  // a formula over other cells
	Typed    Kind = "typed"    // by hand on the sheet, with who and when
	Constant Kind = "constant" // the same words in every period
	Words    Kind = "words"    // unit, date, filler, place, number of the row
	Left     Kind = "left"     // stays as it is in the blank
)

// Kinds in the order in which they are offered.
var Kinds = []Kind{Figure, Register, Derived, Typed, Constant, Words, Left}

// Word is what words are filled in.
type Word string

// The words.
const (
	WordOffice Word = "office"
	WordPlace  Word = "place"
	WordDate   Word = "date"
	WordFiller Word = "filler"
	WordPhone  Word = "phone"
	WordPeriod Word = "period"
	WordYear   Word = "year"
	WordFoot   Word = "foot" // several of the above in one cell, each after its label
)

// WordList are the words in the order in which they are offered.
var WordList = []Word{WordOffice, WordPlace, WordDate, WordPeriod, WordYear, WordFiller, WordPhone, WordFoot}

// Bind says what fills a cell. At is D7; of Lines a column, D, or a row, 行7.
type Bind struct {
	At       string             `json:"at"`
	Kind     Kind               `json:"kind"`
	Figure   string             `json:"figure,omitempty"`
	Where    map[string][]int64 `json:"where,omitempty"`
	Months   report.Span        `json:"months,omitempty"`
	Month    int                `json:"month,omitempty"` // 1..12 of the period's year
	Register string             `json:"register,omitempty"`
	What     report.What        `json:"what,omitempty"`
	Basis    report.Basis       `json:"basis,omitempty"`
	Word     Word               `json:"word,omitempty"`
	Text     string             `json:"text,omitempty"`
	Formula  string             `json:"formula,omitempty"`
	Divide   int64              `json:"divide,omitempty"` // 10000 for 万人
	Decimals int                `json:"decimals,omitempty"`
	Unit     string             `json:"unit,omitempty"`
	Stock    bool               `json:"stock,omitempty"`
	Heading  []string           `json:"heading,omitempty"` // of the cell, for lists and explanations
	Guess    bool               `json:"guess,omitempty"`   // recognised, nobody confirmed it
}

// Lines are the rows, or the columns, that places get.
type Lines struct {
	Across bool     `json:"across,omitempty"` // a column for each place
	Names  int      `json:"names"`            // column (row) of the names
	Number int      `json:"number,omitempty"` // column (row) of running numbers
	First  int      `json:"first"`            // row (column)
	Last   int      `json:"last"`
	Total  int      `json:"total,omitempty"`
	Named  bool     `json:"named,omitempty"`  // the blank prints the places' names
	Places []string `json:"places,omitempty"` // these
	Level  int      `json:"level,omitempty"`  // of the places, as the heading says; 0 any
}

// Check is a comparison between cells, in the officer's words.
type Check struct {
	Rule  string `json:"rule"` // D+E<=F
	Words string `json:"words"`
	Hard  bool   `json:"hard"`
}

// Spec is a whole design.
type Spec struct {
	Sheet  string  `json:"sheet"`
	Title  string  `json:"title"`
	Lines  *Lines  `json:"lines,omitempty"`
	Binds  []Bind  `json:"binds"`
	Checks []Check `json:"checks,omitempty"`

	Every     string         `json:"every,omitempty"` // month, quarter, year, once
	Day       int            `json:"day,omitempty"`   // of the month in which it is due
	Next      bool           `json:"next,omitempty"`  // due in the month after the period
	From      calendar.Month `json:"from,omitempty"`
	Levels    []int          `json:"levels,omitempty"`
	Citation  string         `json:"citation,omitempty"`
	Annex     string         `json:"annex,omitempty"`
	Publicity string         `json:"publicity,omitempty"` // 主动公开, 依申请公开, 不公开
}

// Bind finds what fills a cell, nil where nothing does.
func (s *Spec) Bind(at string) *Bind {
	for i := range s.Binds {
		if s.Binds[i].At == at {
			return &s.Binds[i]
		}
	}
	return nil
}

// Set puts a binding in, in place of an earlier one of the same cell.
func (s *Spec) Set(b Bind) {
	if old := s.Bind(b.At); old != nil {
		*old = b
		return
	}
	s.Binds = append(s.Binds, b)
}

// Key is the name under which a cell of the table is bound: of Lines its
// column or row, else the cell itself.
func (s *Spec) Key(row, col int) string {
	l := s.Lines
	if l == nil {
		return cellName(col, row)
	}
	i, j := row, col
	if l.Across {
		i, j = col, row
	}
	inside := i >= l.First && i <= l.Last || l.Total > 0 && i == l.Total
	switch {
	case !inside:
		return cellName(col, row)
	case l.Across:
		return lineKey(row)
	}
	return letters(j)
}

// fold makes texts comparable: no spaces, punctuation and width.
func fold(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '%' {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// years and months of a heading change from month to month.
var dated = regexp.MustCompile(`20\d\d年(\d{1,2}月)?(\d{1,2}日)?|\d{1,2}月份|20\d\d`)

var digits = regexp.MustCompile(`\d+`)

// Fingerprint of a blank: its words and where they stand, less what changes
// from month to month, so that the same table is known again.
func (t *Table) Fingerprint() string {
	h := sha256.New()
	h.Write([]byte(digits.ReplaceAllString(t.Sheet, "") + "\x00"))
	for _, w := range t.headings() {
		h.Write([]byte(dated.ReplaceAllString(w, "#") + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}
