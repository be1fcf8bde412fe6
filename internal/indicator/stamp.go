package indicator

import (
	"sort"
	"strings"
)

// Stamp says what a number counts, so that two numbers of one name and of
// different calibres are told apart (facts A038): the definition with its
// version, whose calibre, the unit, and the settings it was counted with where
// they differ from the defaults.
type Stamp struct {
	ID       string
	Version  int
	Calibre  Calibre
	Unit     Unit
	Settings string
}

// Stamp of a number of this indicator that was counted under a calibre as it
// stands with a closed month.
func (d *Def) Stamp(calibre string) Stamp {
	s := Stamp{ID: d.ID, Version: d.Version, Calibre: d.Calibre, Unit: d.Unit}
	var own []string
	for part := range strings.SplitSeq(calibre, ";") {
		if name, _, ok := strings.Cut(part, "="); ok && d.uses(name) {
			own = append(own, part)
		}
	}
	sort.Strings(own)
	s.Settings = strings.Join(own, ";")
	return s
}

func (d *Def) uses(setting string) bool {
	for _, n := range d.Uses {
		if n == setting {
			return true
		}
	}
	return false
}

// Against says why two numbers may not be compared: the part of the stamp in
// which they differ, "id", "version", "calibre", "unit" or the name of a
// setting; ok where nothing stands against it.
func (s Stamp) Against(t Stamp) (why string, ok bool) {
	switch {
	case s.ID != t.ID:
		return "id", false
	case s.Version != t.Version:
		return "version", false
	case s.Calibre != t.Calibre:
		return "calibre", false
	case s.Unit != t.Unit:
		return "unit", false
	case s.Settings == t.Settings:
		return "", true
	}
	a, b := valuesIn(s.Settings), valuesIn(t.Settings)
	for _, m := range []map[string]string{a, b} {
		for name := range m {
			if a[name] != b[name] && (why == "" || name < why) {
				why = name
			}
		}
	}
	return why, false
}

func valuesIn(settings string) map[string]string {
	out := map[string]string{}
	for part := range strings.SplitSeq(settings, ";") {
		if name, v, ok := strings.Cut(part, "="); ok {
			out[name] = v
		}
	}
	return out
}
