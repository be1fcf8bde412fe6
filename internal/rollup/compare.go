package rollup

import (
	"slices"
	"strconv"
	"strings"

	"wengang/internal/indicator"
	"wengang/internal/setting"
)

// Change is a comparison of two months.
type Change struct {
	OK    bool
	Abs   int64   // difference, in the unit (persons, fen); of a rate 0
	Ratio float64 // (now − base) / base; of a rate the difference of the rates
	Key   string  // why not comparable: a catalogue key with its values
	Args  []any
}

// Compare compares an indicator of one place in two months: 同比 against the
// month a year before, 环比 against the month before (facts A176). It refuses
// where the base is missing or zero, where a part of the place had no records
// then, and where a setting that the count uses has changed.
func Compare(d *indicator.Def, now, base *Figures) Change {
	a, b := now.Value(d), base.Value(d)
	switch {
	case !a.Known || !b.Known && base.Rows == 0:
		return Change{Key: "rollup.nc.missing", Args: []any{base.Month.String()}}
	case d.Since != 0 && base.Month < d.Since:
		return Change{Key: "rollup.nc.since", Args: []any{d.Since.String()}}
	case base.Rows > 0 && !d.In(base.Month, base.facts):
		return Change{Key: "rollup.nc.facts", Args: []any{base.Month.String()}}
	}
	for c := range now.counties {
		if base.counties[c] == 0 && now.counties[c] > 0 {
			return Change{Key: "rollup.nc.part", Args: []any{c, base.Month.String()}}
		}
	}
	for c, stamp := range now.stamps {
		if name, differs := calibreDiffers(d, stamp, base.stamps[c]); differs {
			return Change{Key: "rollup.nc.calibre", Args: []any{c, name, base.Month.String()}}
		}
	}
	if !b.Known || b.N == 0 {
		return Change{Key: "rollup.nc.zero", Args: []any{base.Month.String()}, Abs: a.N - b.N}
	}
	if d.Unit == indicator.Rate {
		return Change{OK: true, Ratio: a.Float() - b.Float()}
	}
	return Change{OK: true, Abs: a.N - b.N, Ratio: float64(a.N-b.N) / float64(b.N)}
}

// calibreDiffers compares what an indicator counts under two stamps of closes;
// name is what differs.
func calibreDiffers(d *indicator.Def, a, b string) (name string, differs bool) {
	name, ok := d.Stamp(a).Against(d.Stamp(b))
	return name, !ok
}

func parts(stamp string) map[string]string {
	out := map[string]string{}
	for _, p := range strings.Split(stamp, ";") {
		if name, v, ok := strings.Cut(p, "="); ok {
			out[name] = v
		}
	}
	return out
}

// Setting lists the values of a setting with which the figures were counted,
// one per kind of county, ascending.
func (f *Figures) Setting(name string) []int64 {
	def, ok := setting.Lookup(name)
	if !ok {
		return nil
	}
	var out []int64
	for _, stamp := range f.stamps {
		n := def.Default
		if v, err := strconv.ParseInt(parts(stamp)[name], 10, 64); err == nil {
			n = v
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}
