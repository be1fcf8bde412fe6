package target

import (
	"context"
	"embed"
	"fmt"
	"sort"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Standing is how one place stands to its target at the end of a month.
type Standing struct {
	Row    Row
	Actual int64 // -1 unknown
	// Rate is actual ÷ target and Time the share of the target that the curve
	// expects by now (a straight line where none is set); Rate is -1 where one of
	// its parts is unknown.
	Rate   float64
	Time   float64
	Met    bool
	Behind bool // Rate below Time by more than the setting: 进展较慢 (A193) begins here
	// Forecast is where the target's time ends if the curve goes on; -1 unknown,
	// also by the line, which tells time and no year's course.
	Forecast int64
	Manual   bool // Actual is what documents report, not the ledger's
}

// Progress is how a table's rows stand. A table without an indicator of ours,
// or without a unit, has targets but no actual values unless documents report
// them.
func (s *Store) Progress(ctx context.Context, scope region.Scope, t *Table, m calendar.Month) ([]Standing, error) {
	pace, err := s.Pace(ctx, scope, t)
	if err != nil {
		return nil, err
	}
	reported, err := s.reported(ctx, scope, t)
	if err != nil {
		return nil, err
	}
	out := make([]Standing, 0, len(t.Rows))
	for _, r := range t.Rows {
		if !scope.Contains(r.Region) {
			continue
		}
		actual, manual, err := s.actual(ctx, scope, t, &r, m, reported)
		if err != nil {
			return nil, err
		}
		st := pace.Stand(t, r, actual, m)
		st.Manual = manual
		out = append(out, st)
	}
	return out, nil
}

// Stand judges an actual value (-1 unknown) against a row.
func (p Pace) Stand(t *Table, r Row, actual int64, m calendar.Month) Standing {
	st := Standing{Row: r, Actual: actual, Rate: -1, Time: p.At(t, m), Forecast: -1}
	if actual < 0 {
		return st
	}
	if st.Time > 0 && p.Curve.Kind != "" && p.Curve.Kind != Line {
		st.Forecast = int64(float64(actual)/st.Time + 0.5)
	}
	if r.Value > 0 {
		st.Rate = float64(actual) / float64(r.Value)
		st.Met = met(t, r, actual)
		st.Behind = !st.Met && st.Rate < st.Time-p.Gap
	}
	return st
}

// actual is what was done for a row: the ledger's figure as closed, of a target
// over several years the sum of its years; what documents report where the
// ledger has no figure (another calibre, a 其中 item, a partner).
func (s *Store) actual(ctx context.Context, scope region.Scope, t *Table, r *Row, m calendar.Month, reported lines) (v int64, manual bool, err error) {
	if m.Year() < t.Year || m > t.Due() {
		return -1, false, nil
	}
	figure := t.Figure()
	if s.pairs != nil && figure != "" && r.Partner != 0 && r.PartOf == 0 && t.Direction == Absorbed && t.YearTo <= t.Year {
		if v, known, err := s.pairs.FromOrigin(ctx, scope, figure, r.Region, r.Partner, m); err != nil || known {
			return v, false, err
		}
	}
	if figure == "" || r.Partner != 0 || r.PartOf != 0 {
		v, ok := reported.until(r, t.Year, m)
		if !ok {
			v = -1
		}
		return v, true, nil
	}
	var sum int64
	known := false
	for y := t.Year; y <= m.Year(); y++ {
		n, ok, err := s.figures.Value(ctx, scope, figure, r.Region, min(m, calendar.MonthOf(y, 12)))
		if err != nil {
			return -1, false, fmt.Errorf("actual of %s at %s: %w", figure, r.Region, err)
		}
		if ok {
			sum, known = sum+n, true
		}
	}
	if !known {
		return -1, false, nil
	}
	return sum, false, nil
}

// met reads the comparator (A048): not below, exactly, about, no fall beyond
// the tolerance.
func met(t *Table, r Row, actual int64) bool {
	c := r.Comparator
	if c == "" {
		c = t.Comparator
	}
	slack := r.Value * int64(t.ToleranceBP) / 10000
	switch c {
	case Equal:
		return actual == r.Value
	case About, Steady:
		return actual >= r.Value-slack
	}
	return actual >= r.Value
}

// Sample makes the scaled copy of a table against which the sample's progress
// is measured (示例口径): total persons, spread over places by weight with the
// largest remainders. Only the demo calls it.
func (s *Store) Sample(ctx context.Context, by account.Caller, of int64, year int, total int64, weights map[region.Code]int64) (*Table, error) {
	scope, err := may(by)
	if err != nil {
		return nil, err
	}
	var out *Table
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		t, err := s.whole(ctx, tx, scope, of)
		if err != nil {
			return err
		}
		var sum int64
		for _, w := range weights {
			sum += w
		}
		if t.SampleOf != 0 || total <= 0 || sum <= 0 {
			return fault.New(fault.Invalid, "target.sample")
		}
		c := *t
		c.ID, c.SampleOf, c.Unit, c.BatchID, c.Year, c.YearTo, c.Publicity = 0, t.ID, "人", 0, year, 0, ""
		c.Source, c.PrintedTotal = "示例口径", fmt.Sprint(total)
		c.Rows = s.spread(total, weights)
		c.Rows = append([]Row{{Region: t.Region, Name: s.places.Name(t.Region), Printed: c.PrintedTotal}}, c.Rows...)
		for i := range c.Rows {
			c.Rows[i].N = i + 1
		}
		c.value()
		out = &c
		if err := replace(ctx, tx, out, by.UserID); err != nil {
			return err
		}
		return s.note(ctx, tx, by, "target.sample", out, nil)
	})
	return out, err
}

func (s *Store) spread(total int64, weights map[region.Code]int64) []Row {
	type share struct {
		at        region.Code
		n, remain int64
	}
	var sum, given int64
	for _, w := range weights {
		sum += w
	}
	var all []share
	for at, w := range weights {
		x := share{at: at, n: total * w / sum, remain: total * w % sum}
		given += x.n
		all = append(all, x)
	}
	sort.Slice(all, func(i, j int) bool {
		if all[i].remain != all[j].remain {
			return all[i].remain > all[j].remain
		}
		return all[i].at < all[j].at
	})
	for i := range all {
		if given < total {
			all[i].n++
			given++
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].at < all[j].at })
	rows := make([]Row, len(all))
	for i, x := range all {
		rows[i] = Row{Region: x.at, Name: s.places.Name(x.at), Printed: fmt.Sprint(x.n)}
	}
	return rows
}

// Files holds the target tables of public notices (data/README.md names each
// source) and one invented table.
//
//go:embed data/*.csv
var Files embed.FS

// Shipped lists the files of Files with the place at which each is imported.
func Shipped() []Ship {
	return []Ship{
		{"data/national_2022_annex1_work.csv", region.Country}, {"data/national_2022_annex2_absorb.csv", region.Country},
		{"data/guangdong_2022_absorb.csv", 440000000000}, {"data/shandong_2023.csv", 370000000000},
		{"data/liaocheng_2022.csv", 371500000000}, {"data/sample_no_unit.csv", 371500000000},
	}
}

// Ship is one shipped table.
type Ship struct {
	File string
	At   region.Code
}
