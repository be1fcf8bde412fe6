package target

import (
	"context"
	"fmt"
	"math/big"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Entry is a target of one place as a person writes it out of a document.
type Entry struct {
	Indicator      string
	Year, YearTo   int
	Printed, Unit  string
	Comparator     string
	ToleranceBP    int
	DocNo, Source  string
	DocDate        calendar.Date
	Calibre        string
	Publicity      string
	BaseYear       int
	BaseSource     string
	BaseFromLedger bool   // the value is the ledger's of December of BaseYear, and is kept
	Lines          string // 其中 items and partners, one a line: 其中：脱贫人口 1.0, 重庆市 0.9
}

// Enter writes a place's own target, as an import of its document would. A
// second time of one document is the next version.
func (s *Store) Enter(ctx context.Context, by account.Caller, at region.Code, e Entry) (int64, error) {
	scope, err := may(by)
	if err != nil {
		return 0, err
	}
	if !scope.Contains(at) {
		return 0, errNotFound
	}
	t, fields := s.entered(at, &e)
	if len(fields) == 0 && e.BaseFromLedger {
		f, err := s.base(ctx, scope, t)
		if err != nil {
			return 0, err
		}
		fields = append(fields, f...)
	}
	if len(fields) == 0 {
		for _, f := range Check(t) {
			if f.Rule == "target.part_over_whole" || f.Rule == "target.not_whole" {
				fields = append(fields, fault.Field{Name: "lines", Key: f.Rule, Args: f.Args})
			}
		}
	}
	if len(fields) > 0 {
		return 0, fault.InvalidFields(fields...)
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := replace(ctx, tx, t, by.UserID); err != nil {
			return err
		}
		if t.ID == 0 { // nothing differs from what stands
			return fault.New(fault.Conflict, "target.enter.same")
		}
		return s.note(ctx, tx, by, "target.enter", t, map[string]string{"year": fmt.Sprint(t.Year), "key": t.IndicatorKey})
	})
	return t.ID, err
}

// entered reads what was typed, with everything that is wrong with it.
func (s *Store) entered(at region.Code, e *Entry) (*Table, []fault.Field) {
	var fields []fault.Field
	bad := func(name, key string, args ...any) {
		fields = append(fields, fault.Field{Name: name, Key: key, Args: args})
	}
	k := calibreOf(e.Indicator)
	t := &Table{Region: at, Indicator: clip(e.Indicator, 60), IndicatorKey: k.key, Direction: k.direction, Year: e.Year, YearTo: e.YearTo, Unit: e.Unit, Comparator: e.Comparator, ToleranceBP: e.ToleranceBP,
		DocNo: clip(e.DocNo, 80), Source: clip(e.Source, 60), DocDate: e.DocDate, Calibre: clip(e.Calibre, 100), Publicity: e.Publicity, BaseYear: e.BaseYear, BaseSource: clip(e.BaseSource, 100), TotalValue: -1}
	if t.Indicator == "" {
		bad("indicator", "target.indicator_missing")
	}
	if t.DocNo == "" {
		bad("doc_no", "target.split.doc_no")
	}
	if _, ok := units[t.Unit]; !ok {
		bad("unit", "target.unit_unknown", t.Unit)
	}
	if t.Year < 2012 || t.Year > 2099 || t.YearTo != 0 && (t.YearTo <= t.Year || t.YearTo > t.Year+10) {
		bad("year", "target.enter.year_bad")
	}
	if t.BaseYear != 0 && (t.BaseYear < 2012 || t.BaseYear >= t.Year) || e.BaseFromLedger && t.BaseYear == 0 {
		bad("base_year", "target.enter.base_bad")
	}
	switch t.Comparator {
	case AtLeast, Equal:
		t.ToleranceBP = 0
	case About, Steady:
		if t.ToleranceBP <= 0 || t.ToleranceBP > 5000 {
			t.ToleranceBP = defaultTolerance
		}
	default:
		bad("comparator", "target.comparator")
	}
	own := Row{N: 1, Region: at, Name: s.places.Name(at)}
	if !e.BaseFromLedger {
		a, ok := parseAmount(e.Printed)
		if !ok || a.unit != "" && a.unit != t.Unit {
			bad("printed", "target.value", e.Printed)
		}
		own.Printed = a.printed
	}
	t.Rows = append(t.Rows, own)
	fields = append(fields, s.lines(t, e.Lines)...)
	t.value()
	return t, fields
}

// lines reads 其中 items, which belong to the row before them, and partners.
func (s *Store) lines(t *Table, text string) (fields []fault.Field) {
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r", ""), "\n") {
		line = strings.TrimSpace(strings.Map(func(r rune) rune {
			if r == '\u3000' || r == '\t' {
				return ' '
			}
			return r
		}, line))
		if line == "" {
			continue
		}
		i := strings.LastIndex(line, " ")
		a, ok := amount{}, false
		if i > 0 {
			a, ok = parseAmount(line[i+1:])
		}
		if !ok || a.unit != "" && a.unit != t.Unit || len(t.Rows) > 60 {
			fields = append(fields, fault.Field{Name: "lines", Key: "target.enter.line", Args: []any{line}})
			continue
		}
		name := strings.TrimSpace(line[:i])
		r := Row{N: len(t.Rows) + 1, Region: t.Region, Printed: a.printed}
		if part, is := strings.CutPrefix(fold(name), "其中"); is {
			whole := len(t.Rows) - 1
			for t.Rows[whole].PartOf != 0 {
				whole--
			}
			r.PartOf, r.PartName, r.Partner, r.Name = t.Rows[whole].N, clip(strings.TrimLeft(part, ":,，、"), 40), t.Rows[whole].Partner, t.Rows[whole].Name
			if r.PartName == "" {
				r.PartName = "其中"
			}
			t.Rows = append(t.Rows, r)
			continue
		}
		m := s.places.Resolve(name, region.Country)
		if m.Status != region.One || t.Region.Contains(m.Code) {
			fields = append(fields, fault.Field{Name: "lines", Key: "target.partner_unknown", Args: []any{name}})
			continue
		}
		r.Partner, r.Name = m.Code, s.places.Name(m.Code)
		t.Rows = append(t.Rows, r)
	}
	return fields
}

// base takes the ledger's figure of the base year's December, as closed: it is
// stored in persons and does not move with the ledger.
func (s *Store) base(ctx context.Context, scope region.Scope, t *Table) ([]fault.Field, error) {
	figure := t.Figure()
	if figure == "" {
		return []fault.Field{{Name: "base_year", Key: "target.unmeasured"}}, nil
	}
	v, known, err := s.figures.Value(ctx, scope, figure, t.Region, calendar.MonthOf(t.BaseYear, 12))
	if err != nil {
		return nil, fmt.Errorf("base value: %w", err)
	}
	if !known {
		return []fault.Field{{Name: "base_year", Key: "target.enter.nobase", Args: []any{t.BaseYear}}}, nil
	}
	scale := units[t.Unit]
	places := 0
	for x := scale; x > 1; x /= 10 {
		places++
	}
	t.Rows[0].Printed = new(big.Rat).SetFrac64(v, scale).FloatString(places)
	if t.BaseSource == "" {
		t.BaseSource = fmt.Sprintf("台账%d年12月关账值", t.BaseYear)
	}
	t.value()
	return nil, nil
}
