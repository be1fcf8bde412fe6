// Package setting holds the thresholds that the notices leave open (facts
// B11): each is declared once with its default and the reason for it, and may
// be set per region and year with the document that set it. The value of a
// place is its nearest ancestor's.
package setting

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"wengang/internal/region"
)

// Def declares a setting. Title and reason stand in the catalogue under
// "setting.<name>" and "setting.<name>.why".
type Def struct {
	Name    string // "month.stable_months"
	Default int64  // counts, months, years, fen; yes is 1, no is 0
	Min     int64
	Max     int64
	Counts  bool   // a count uses it: a change makes a new calibre (不可比)
	Source  string // document and paragraph, or facts row, of the default
}

var registry = map[string]Def{}

// Register adds declarations; a name that stands twice stops the program.
func Register(defs ...Def) {
	for _, d := range defs {
		if _, twice := registry[d.Name]; twice {
			panic("setting declared twice: " + d.Name)
		}
		if d.Default < d.Min || d.Default > d.Max {
			panic("setting default out of bounds: " + d.Name)
		}
		registry[d.Name] = d
	}
}

// All lists the declarations by name.
func All() []Def {
	out := make([]Def, 0, len(registry))
	for _, d := range registry {
		out = append(out, d)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Lookup is the declaration of a name.
func Lookup(name string) (Def, bool) {
	d, ok := registry[name]
	return d, ok
}

// Stored is one value as it was set.
type Stored struct {
	Region region.Code
	Name   string
	Year   int // 0 is every year
	Value  int64
	Source string
}

// Values are the settings in force at one place in one year. The zero value
// answers the defaults.
type Values struct {
	set map[string]int64
}

// Resolve picks, for a place and a year, the nearest ancestor's value; at the
// same place the year's own value goes before the one for every year.
func Resolve(stored []Stored, at region.Code, year int) Values {
	best := map[string]Stored{}
	for _, s := range stored {
		if !s.Region.Contains(at) || (s.Year != 0 && s.Year != year) {
			continue
		}
		b, ok := best[s.Name]
		if !ok || nearer(s, b) {
			best[s.Name] = s
		}
	}
	v := Values{set: make(map[string]int64, len(best))}
	for name, s := range best {
		v.set[name] = s.Value
	}
	return v
}

// Origin is the stored value that Resolve picks for a name, so that a page can
// say whose it is; ok is false where the default holds.
func Origin(stored []Stored, name string, at region.Code, year int) (s Stored, ok bool) {
	for _, x := range stored {
		if x.Name != name || !x.Region.Contains(at) || (x.Year != 0 && x.Year != year) {
			continue
		}
		if !ok || nearer(x, s) {
			s, ok = x, true
		}
	}
	return s, ok
}

func nearer(a, b Stored) bool {
	if la, lb := a.Region.Level(), b.Region.Level(); la != lb {
		return la > lb
	}
	return a.Year > b.Year
}

// Int is the value in force. Asking for an undeclared name is a mistake in the
// program.
func (v Values) Int(name string) int {
	if n, ok := v.set[name]; ok {
		return int(n)
	}
	d, ok := registry[name]
	if !ok {
		panic("undeclared setting " + name)
	}
	return int(d.Default)
}

// Yes reports a yes/no setting.
func (v Values) Yes(name string) bool { return v.Int(name) != 0 }

// With is a copy with one value changed: for tests and what-if.
func (v Values) With(name string, value int64) Values {
	out := Values{set: map[string]int64{name: value}}
	for k, n := range v.set {
		if k != name {
			out.set[k] = n
		}
	}
	return out
}

// Stamp names the calibre: the counting settings that differ from their
// defaults, in order. Two periods compare only if their stamps are equal.
func (v Values) Stamp() string {
	var parts []string
	for name, n := range v.set {
		if d := registry[name]; d.Counts && n != d.Default {
			parts = append(parts, name+"="+strconv.FormatInt(n, 10))
		}
	}
	sort.Strings(parts)
	return strings.Join(parts, ";")
}

// Check reports why a value cannot be set, or nil.
func Check(name string, value int64) error {
	d, ok := registry[name]
	if !ok {
		return fmt.Errorf("setting %q is not declared", name)
	}
	if value < d.Min || value > d.Max {
		return fmt.Errorf("setting %q: %d is outside %d to %d", name, value, d.Min, d.Max)
	}
	return nil
}
