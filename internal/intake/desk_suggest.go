package intake

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/fact"
	"wengang/internal/transfer"
)

// Ideas how a cell may have been meant. They are offered, never taken by
// themselves.
const (
	ideaPlace = "place" // the place next to what is written, by name or sound
	ideaWord  = "word"  // the word of the list next to it
	ideaFen   = "fen"   // fen stand where yuan belong
	ideaSwap  = "swap"  // start and end stand in each other's place
	ideaDate  = "date"  // a month in an uncommon spelling
	ideaCount = "count" // an amount in Chinese numerals
)

const maxIdeas = 3

// Suggest implements transfer.Suggester for the four kinds.
func (b *base) Suggest(ctx context.Context, batch *transfer.Batch, in transfer.Row, rule, column string) ([]transfer.Suggestion, error) {
	r := &row{Row: in, rd: newReader(batch)}
	switch rule {
	case "village.unknown", "village.ambiguous", "village.outside":
		return b.villagesNear(r, batch.Region), nil
	case "work.place_unknown", "work.place_ambiguous", "work.place_not_county":
		return b.countiesNear(r), nil
	case "work.wage_bounds", "work.wage_low", "row.number":
		return b.amounts(ctx, batch, r, column)
	case "work.end_before_start":
		return swapped(r), nil
	case "row.month", "row.date":
		return respelt(r, column, batch), nil
	case "row.word":
		return wordsNear(r, column), nil
	}
	return nil, nil
}

// amounts offers yuan for fen, and digits for numerals.
func (b *base) amounts(ctx context.Context, batch *transfer.Batch, r *row, column string) ([]transfer.Suggestion, error) {
	written := r.text(column)
	if n, ok := numeral(written); ok {
		v := strconv.FormatInt(n, 10)
		return []transfer.Suggestion{{ID: ideaCount, Key: "import.idea.count", Args: []any{v}, Cells: map[string]string{column: v}, Own: true}}, nil
	}
	fen, p := r.cell(column).Fen(transfer.InYuan)
	if p != nil || fen <= 0 || column != "wage" {
		return nil, nil
	}
	c, err := b.open(ctx, batch)
	if err != nil {
		return nil, err
	}
	set := c.set(0)
	if as := fen / 100; as >= set.WageMinFen && as <= set.WageMaxFen {
		v := yuan(as)
		return []transfer.Suggestion{{ID: ideaFen, Key: "import.idea.fen", Args: []any{v}, Cells: map[string]string{column: v}, Own: true}}, nil
	}
	return nil, nil
}

// numeral reads 三千, 三千五, 两千八百, 一万二: what a person means by them.
func numeral(s string) (int64, bool) {
	s = strings.TrimRight(s, "元块钱多左右整")
	digits := map[rune]int64{'一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	units := map[rune]int64{'十': 10, '百': 100, '千': 1000, '万': 10000}
	var total, digit, unit int64
	unit = 1
	seen, zero := false, false
	for _, r := range s {
		if d, ok := digits[r]; ok && digit == 0 {
			digit = d
			continue
		}
		u, ok := units[r]
		switch {
		case r == '零':
			zero = true
			continue
		case !ok, digit == 0 && (u != 10 || total != 0), seen && u >= unit:
			return 0, false
		}
		total += max(digit, 1) * u
		digit, unit, seen = 0, u, true
	}
	switch {
	case zero:
		total += digit // 三千零五
	case digit != 0:
		total += digit * max(unit/10, 1) // 三千五 is 3,500
	}
	return total, seen
}

func swapped(r *row) []transfer.Suggestion {
	start, end := r.text("start"), r.text("end")
	if start == "" || end == "" {
		return nil
	}
	return []transfer.Suggestion{{ID: ideaSwap, Key: "import.idea.swap", Args: []any{end, start}, Cells: map[string]string{"start": end, "end": start}, Own: true}}
}

// respelt reads a month or day whose digits are clear though its spelling is
// not: 23.5, 2023。5, 2023年5月份, and 5月 in a file of a month.
func respelt(r *row, column string, b *transfer.Batch) []transfer.Suggestion {
	parts := strings.FieldsFunc(r.text(column), func(c rune) bool { return c < '0' || c > '9' })
	var n []int
	for _, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil {
			return nil
		}
		n = append(n, v)
	}
	if len(n) == 1 && n[0] >= 1 && n[0] <= 12 && b.Month != 0 {
		n = []int{b.Month.Year(), n[0]}
		if n[1] > b.Month.Num() {
			n[0]--
		}
	}
	if len(n) < 2 || len(n) > 3 || n[1] < 1 || n[1] > 12 || len(n) == 3 && (n[2] < 1 || n[2] > 31) {
		return nil
	}
	if n[0] < 100 {
		n[0] += 2000
	}
	if n[0] < 1950 || n[0] > 2099 {
		return nil
	}
	v := pad(n[0]) + "-" + pad(n[1])
	if len(n) == 3 {
		v += "-" + pad(n[2])
	}
	return []transfer.Suggestion{{ID: ideaDate, Key: "import.idea.date", Args: []any{v}, Cells: map[string]string{column: v}, Own: true}}
}

func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// wordsNear offers the words of a column's list that are close to what stands.
func wordsNear(r *row, column string) []transfer.Suggestion {
	e := enumOf[column]
	if column == "kind" || column == "monitored_class" {
		e = fact.Kind
	}
	if column == "industry" {
		e = fact.Industry
	}
	if column == "status" {
		e = fact.Status
	}
	text := []rune(r.text(column))
	if e == nil || len(text) == 0 {
		return nil
	}
	type word struct {
		name string
		far  int
	}
	var found []word
	for _, w := range e.Words {
		far := distance(string(text), w.Name)
		if strings.Contains(w.Name, string(text)) || strings.Contains(string(text), w.Name) {
			far = 0
		}
		if far*2 <= max(len(text), len([]rune(w.Name))) {
			found = append(found, word{w.Name, far})
		}
	}
	slices.SortStableFunc(found, func(a, b word) int { return cmp.Compare(a.far, b.far) })
	var out []transfer.Suggestion
	for _, w := range found[:min(maxIdeas, len(found))] {
		out = append(out, transfer.Suggestion{ID: ideaWord + ":" + w.name, Key: "import.idea.word", Args: []any{w.name}, Cells: map[string]string{column: w.name}})
	}
	return out
}
