package idcard

import "strings"

// usccAlphabet leaves out I, O, S, V, Z (GB 32100-2015, 4.2).
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

var usccWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}

// ParseUSCC reads a unified social credit code and answers its normal form.
func ParseUSCC(s string) (string, Problem) {
	n := Normalise(s)
	switch {
	case n == "":
		return "", Empty
	case mangled(n):
		return "", Mangled
	case len(n) != 18:
		return "", Length
	}
	want := USCCCheck(n[:17])
	if want == 0 || strings.IndexByte(usccAlphabet, n[17]) < 0 {
		return "", Letters
	}
	if n[17] != want {
		return n, Check
	}
	return n, OK
}

// USCCCheck is the 18th character for the first 17 (GB 32100-2015, annex A),
// or 0 where a character is outside the alphabet.
func USCCCheck(first17 string) byte {
	if len(first17) != 17 {
		return 0
	}
	sum := 0
	for i, w := range usccWeights {
		v := strings.IndexByte(usccAlphabet, first17[i])
		if v < 0 {
			return 0
		}
		sum += v * w
	}
	return usccAlphabet[(31-sum%31)%31]
}
