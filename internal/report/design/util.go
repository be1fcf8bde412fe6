package design

import (
	"errors"
	"regexp"
	"strconv"

	"wengang/internal/fault"
)

func num(n int64) string { return strconv.FormatInt(n, 10) }

func asFault(err error) (*fault.Error, bool) {
	var e *fault.Error
	ok := errors.As(err, &e)
	return e, ok
}

// replaceFirst puts a value in place of the first match.
func replaceFirst(re *regexp.Regexp, s, v string) string {
	at := re.FindStringIndex(s)
	if at == nil {
		return s
	}
	return s[:at[0]] + v + s[at[1]:]
}
