package pinyin

import (
	"strings"
	"sync"

	dict "github.com/mozillazg/go-pinyin"
)

// syllables is every toneless reading and every proper beginning of one.
var syllables = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{} // value: a whole syllable, not only a beginning
	add := func(s string) {
		for i := 1; i < len(s); i++ {
			if _, ok := out[s[:i]]; !ok {
				out[s[:i]] = false
			}
		}
		out[s] = true
	}
	for r := range dict.PinyinDict {
		add(reading(rune(r)))
	}
	for _, s := range surnames {
		add(s)
	}
	return out
})

// Guess reads typed letters as pinyin ("chenxiul") and answers the initials
// that they may stand for ("cxl"), at most limit, fewest syllables first. The
// last syllable may be unfinished. Letters that are no pinyin answer nothing.
func Guess(letters string, limit int) []string {
	letters = strings.ToLower(letters)
	if len(letters) < 2 || len(letters) > 40 {
		return nil
	}
	all := syllables()
	// ways[i] holds the initials of the ways to read letters[:i] as whole syllables.
	ways := make([][]string, len(letters)+1)
	ways[0] = []string{""}
	for i := 1; i <= len(letters); i++ {
		for j := max(0, i-6); j < i; j++ {
			if whole, known := all[letters[j:i]]; known && (whole || i == len(letters)) {
				for _, w := range ways[j] {
					ways[i] = addNew(ways[i], w+letters[j:j+1], limit)
				}
			}
		}
	}
	return ways[len(letters)]
}

// addNew keeps the shortest readings, without repeats.
func addNew(list []string, s string, limit int) []string {
	at := len(list)
	for i, o := range list {
		if o == s {
			return list
		}
		if len(s) < len(o) && at == len(list) {
			at = i
		}
	}
	if at >= limit {
		return list
	}
	list = append(list, "")
	copy(list[at+1:], list[at:])
	list[at] = s
	return list[:min(len(list), limit)]
}
