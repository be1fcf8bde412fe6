package intake

import (
	"strings"
	"unicode"

	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// answers reads a cell of a questionnaire whose answers are codes (①③, (1)(3))
// by the key that stands in the column's own heading or above the table. Plain
// words stay as they are. A code without a key is told and left out: what it
// means is not to be guessed.
func (r *row) answers(key string, above []string) string {
	t := r.text(key)
	codes := codesOf(t)
	if codes == nil {
		return t
	}
	legend := legendOf(r.cell(key).Column)
	for _, line := range above {
		if len(legend) == 0 {
			if l := legendOf(line); covers(l, codes) && strings.Contains(transfer.Fold(line), transfer.Fold(title(r.cell(key).Column))) {
				legend = l
			}
		}
	}
	var words []string
	for _, c := range codes {
		w := legend[c]
		if w == "" {
			r.add(rule.At("plan.answer_code", key, clip(t), clip(t)))
			return ""
		}
		words = append(words, w)
	}
	return strings.Join(words, "、")
}

func covers(legend map[int]string, codes []int) bool {
	for _, c := range codes {
		if legend[c] == "" {
			return false
		}
	}
	return len(legend) > 0
}

// title is a heading without what follows in brackets.
func title(h string) string {
	if i := strings.IndexAny(h, "(（"); i > 0 {
		return h[:i]
	}
	return h
}

// codesOf are the codes that a cell consists of; nil where it holds words.
func codesOf(t string) []int {
	var out []int
	rs := []rune(t)
	for i := 0; i < len(rs); {
		if strings.ContainsRune(" ,，、;；和", rs[i]) {
			i++
			continue
		}
		n, size := codeAt(rs[i:])
		if n == 0 {
			return nil
		}
		out = append(out, n)
		i += size
	}
	return out
}

// codeAt reads ① to ⑳, (1) or （1） at the beginning.
func codeAt(rs []rune) (n, size int) {
	switch {
	case rs[0] >= '①' && rs[0] <= '⑳':
		return int(rs[0]-'①') + 1, 1
	case rs[0] == '(' || rs[0] == '（':
		i := 1
		for i < len(rs) && i < 3 && unicode.IsDigit(rs[i]) && rs[i] < 0x80 {
			n = n*10 + int(rs[i]-'0')
			i++
		}
		if i > 1 && i < len(rs) && (rs[i] == ')' || rs[i] == '）') {
			return n, i + 1
		}
	}
	return 0, 0
}

// legendOf reads "①职业指导 ②职业介绍 …" out of a text.
func legendOf(t string) map[int]string {
	out := map[int]string{}
	rs := []rune(t)
	at, word := 0, []rune(nil)
	end := func() {
		if at != 0 {
			if w := strings.Trim(string(word), " ,，、;；.。:：)）]】"); w != "" {
				out[at] = w
			}
		}
		word = nil
	}
	for i := 0; i < len(rs); {
		if n, size := codeAt(rs[i:]); n != 0 {
			end()
			at = n
			i += size
			continue
		}
		word = append(word, rs[i])
		i++
	}
	end()
	return out
}
