package target

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Kinds of a curve.
const (
	Line = "line" // twelve equal months
	Last = "last" // last year's shape
	Hand = "hand" // entered
)

// Points are the cumulative shares of a year at the end of its months, in basis
// points; the last is 10000.
type Points [12]int

// Straight is the line: where nothing is set.
func Straight() (p Points) {
	for i := range p {
		p[i] = (i + 1) * 10000 / 12
	}
	return p
}

func (p Points) String() string {
	parts := make([]string, len(p))
	for i, n := range p {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ",")
}

// check refuses points that fall, leave 0 to 100 % or do not end at 100 %.
func (p Points) check() error {
	last := 0
	for _, n := range p {
		if n < last || n > 10000 {
			return fault.InvalidFields(fault.Field{Name: "points", Key: "target.curve_falls"})
		}
		last = n
	}
	if last != 10000 {
		return fault.InvalidFields(fault.Field{Name: "points", Key: "target.curve_end"})
	}
	return nil
}

// ParsePoints reads twelve percentages as a person writes them: separated by
// commas, spaces or lines, with at most two decimals, with or without %.
func ParsePoints(text string) (p Points, err error) {
	bad := fault.InvalidFields(fault.Field{Name: "points", Key: "target.curve_twelve"})
	text = strings.NewReplacer("，", " ", ",", " ", "、", " ", "；", " ", ";", " ", "\u3000", " ", "%", "", "％", "").Replace(text)
	words := strings.Fields(text)
	if len(words) != len(p) {
		return p, bad
	}
	for i, w := range words {
		whole, frac, _ := strings.Cut(w, ".")
		if len(whole) > 3 || len(frac) > 2 {
			return p, bad
		}
		n, err := strconv.ParseUint(whole+(frac + "00")[:2], 10, 32)
		if err != nil {
			return p, bad
		}
		p[i] = int(n)
	}
	return p, p.check()
}

// Curve is how an indicator's year runs at a place and below.
type Curve struct {
	Region       region.Code
	IndicatorKey string
	Year         int
	Kind         string
	Points       Points
	Source       string
	SetName      string
	SetAt        int64 // Unix ms
}

// Pace is what a table's progress is held against.
type Pace struct {
	Curve Curve
	Gap   float64 // share that Rate may stay below Time before it is 进展较慢
}

// At is the share of a target that the curve expects at the end of a month, 0
// to 1: the years that have passed and the curve within the present one.
func (p Pace) At(t *Table, m calendar.Month) float64 {
	years := max(t.Year, t.YearTo) - t.Year + 1
	switch {
	case m.Year() < t.Year:
		return 0
	case m >= t.Due():
		return 1
	}
	if p.Curve.Kind == "" || p.Curve.Kind == Line {
		return t.TimeProgress(m)
	}
	return (float64(m.Year()-t.Year) + float64(p.Curve.Points[m.Num()-1])/10000) / float64(years)
}

// Pace reads a table's curve and threshold: those of its place or the nearest
// above. They hold for every row, also for those who see only one.
func (s *Store) Pace(ctx context.Context, scope region.Scope, t *Table) (Pace, error) {
	var p Pace
	if scope.Empty() {
		return p, nil
	}
	v, err := setting.At(ctx, s.db.Read, t.Region, t.Year)
	if err != nil {
		return p, err
	}
	p.Gap = float64(v.Int(SlowGap)) / 100
	p.Curve, err = s.curveAt(ctx, t.Region, t.IndicatorKey, t.Year)
	return p, err
}

// Curve is the curve in force at a place of the scope; a straight line where
// none is set.
func (s *Store) Curve(ctx context.Context, scope region.Scope, at region.Code, key string, year int) (Curve, error) {
	if !scope.Contains(at) {
		return Curve{}, errNotFound
	}
	return s.curveAt(ctx, at, key, year)
}

func (s *Store) curveAt(ctx context.Context, at region.Code, key string, year int) (Curve, error) {
	for {
		c := Curve{Region: at, IndicatorKey: key, Year: year}
		var points string
		err := s.db.Read.QueryRowContext(ctx, `SELECT kind, points, source, set_name, set_at FROM target_curve WHERE region = $1 AND indicator_key = $2 AND year = $3`,
			int64(at), key, year).Scan(&c.Kind, &points, &c.Source, &c.SetName, &c.SetAt)
		if err == nil {
			for i, n := range strings.Split(points, ",") {
				if i < len(c.Points) {
					c.Points[i], _ = strconv.Atoi(n)
				}
			}
			return c, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return c, fmt.Errorf("curve: %w", err)
		}
		if at == region.Country {
			return Curve{IndicatorKey: key, Year: year, Kind: Line, Points: Straight()}, nil
		}
		at = at.Parent()
	}
}

// SetCurve says how a table's year runs at its place and below. The shape of
// last year is computed now and kept: a later correction of last year does not
// move this year's yardstick.
func (s *Store) SetCurve(ctx context.Context, by account.Caller, table int64, kind, points, source string) error {
	scope, err := may(by)
	if err != nil {
		return err
	}
	t, err := s.whole(ctx, s.db.Read, scope, table)
	if err != nil {
		return err
	}
	p := Straight()
	switch kind {
	case Line:
	case Last:
		if p, err = s.lastYear(ctx, scope, t); err != nil {
			return err
		}
	case Hand:
		if p, err = ParsePoints(points); err != nil {
			return err
		}
	default:
		return fault.InvalidFields(fault.Field{Name: "kind", Key: "target.curve_kind"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO target_curve (region, indicator_key, year, kind, points, source, set_by, set_name, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (region, indicator_key, year) DO UPDATE SET kind = excluded.kind, points = excluded.points, source = excluded.source,
				set_by = excluded.set_by, set_name = excluded.set_name, set_at = excluded.set_at`,
			int64(t.Region), t.IndicatorKey, t.Year, kind, p.String(), clip(source, 200), by.UserID, by.Name, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("curve: %w", err)
		}
		return s.note(ctx, tx, by, "target.curve", t, map[string]string{"kind": kind, "key": t.IndicatorKey, "year": strconv.Itoa(t.Year)})
	})
}

// lastYear is the shape of the year before: each month's figure over
// December's. A month without figures takes the one before; no December, no
// shape.
func (s *Store) lastYear(ctx context.Context, scope region.Scope, t *Table) (p Points, err error) {
	none := fault.InvalidFields(fault.Field{Name: "kind", Key: "target.curve_nolast", Args: []any{t.Year - 1}})
	figure := t.Figure()
	if figure == "" {
		return p, none
	}
	var n [12]int64
	for i := range n {
		v, known, err := s.figures.Value(ctx, scope, figure, t.Region, calendar.MonthOf(t.Year-1, i+1))
		switch {
		case err != nil:
			return p, fmt.Errorf("shape of last year: %w", err)
		case known:
			n[i] = v
		case i > 0 && i < 11:
			n[i] = n[i-1]
		}
	}
	if n[11] <= 0 {
		return p, none
	}
	var top int64
	for i, v := range n {
		top = min(max(top, v), n[11]) // a cumulative figure that fell was corrected
		p[i] = int(top * 10000 / n[11])
	}
	return p, p.check()
}

func clip(s string, n int) string {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
