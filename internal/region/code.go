// Package region is the tree of places: codes, names, scopes, reporting units
// and dated area tags. A place is its 12-digit statistical code as an integer
// (province 2, city 2, county 2, town 3, village 3), so an ancestor is a
// prefix and a subtree is one half-open range of integers.
package region

import (
	"fmt"
	"strconv"
	"strings"
)

// Code is a 12-digit code; 0 is the nation.
type Code int64

// Level of a place in the tree.
type Level uint8

// The levels, from the top.
const (
	Nation Level = iota
	Province
	City
	County
	Town
	Village
)

// Country is the root of the tree.
const Country Code = 0

// span[l] is the number of codes below one place of level l, itself included.
var span = [...]Code{
	Nation:   1_000_000_000_000,
	Province: 10_000_000_000,
	City:     100_000_000,
	County:   1_000_000,
	Town:     1_000,
	Village:  1,
}

// digits[l] is how many leading digits name a place of level l.
var digits = [...]int{Nation: 0, Province: 2, City: 4, County: 6, Town: 9, Village: 12}

// ParseCode reads a code of 2, 4, 6, 9 or 12 digits (37, 3715, 371522, …).
// It checks the form only, not that the place exists.
func ParseCode(s string) (Code, error) {
	s = strings.TrimSpace(s)
	switch len(s) {
	case 2, 4, 6, 9, 12:
	default:
		return 0, fmt.Errorf("region code %q: want 2, 4, 6, 9 or 12 digits", s)
	}
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil || s[0] == '0' {
		return 0, fmt.Errorf("region code %q: want 2, 4, 6, 9 or 12 digits", s)
	}
	for i := len(s); i < 12; i++ {
		n *= 10
	}
	return Code(n), nil
}

// Level is the lowest level that the code's digits reach.
func (c Code) Level() Level {
	for l := Nation; l < Village; l++ {
		if c%span[l] == 0 {
			return l
		}
	}
	return Village
}

// At is the ancestor of c at the level, or c where c is not below it.
func (c Code) At(l Level) Code { return c - c%span[l] }

// Parent is the place above; the nation's parent is the nation.
func (c Code) Parent() Code {
	if l := c.Level(); l > Nation {
		return c.At(l - 1)
	}
	return Country
}

// Range is the half-open range of codes of c and everything below it.
func (c Code) Range() (lo, hi Code) { return c, c + span[c.Level()] }

// Contains reports whether d is c or lies below it.
func (c Code) Contains(d Code) bool {
	lo, hi := c.Range()
	return d >= lo && d < hi
}

// String is the code with the digits of its level: 37, 3715, 371522, ….
func (c Code) String() string { return fmt.Sprintf("%012d", int64(c))[:digits[c.Level()]] }

// Full is the code with all 12 digits.
func (c Code) Full() string { return fmt.Sprintf("%012d", int64(c)) }

// County6 is the six-digit county code that place classes compare.
func (c Code) County6() int32 { return int32(c / span[County]) }
