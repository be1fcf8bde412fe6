package report

import (
	"context"
	"errors"

	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Against is the period that a sheet is compared with.
type Against string

// What a sheet is compared with.
const (
	LastPeriod Against = "last" // 与上期比
	YearAgo    Against = "year" // 与去年同期比
)

// Base is the period that a comparison goes back to.
func (a Against) Base(p Period) Period {
	if a == YearAgo {
		p.Year--
		return p
	}
	return p.Before()
}

// The settings of comparisons.
const (
	MarkPercent = "report.mark_percent"
	MarkLeast   = "report.mark_least"
)

func init() {
	setting.Register(
		setting.Def{Name: MarkPercent, Default: 20, Min: 1, Max: 1000, Source: "山东省人社厅等三部门 2023-10-12 印发的通知 三(一)（A176、A177）"},
		setting.Def{Name: MarkLeast, Default: 5, Min: 0, Max: 1000000, Source: "同上；数很小时比例没有意义"},
	)
}

// Difference is a cell beside the same cell of another period. Why is the
// catalogue key of the reason where the two cannot be compared (不可比).
type Difference struct {
	Row, Key string
	Now      int64
	Base     int64
	Abs      int64
	Percent  float64 // of the base; only where HasRate
	HasRate  bool    // the base is not zero
	Marked   bool    // beyond the setting of the place
	Why      string
}

// Comparison is a sheet beside the one of another period.
type Comparison struct {
	Against  Against
	Base     Period
	Frozen   bool // the base was submitted; else it stands unsent or is computed as the registers are now now
	Cells    map[string]Difference
	Percent  int
	Least    int64
	NotAtAll string // catalogue key: nothing can be compared
}

// At is the difference of a cell.
func (c *Comparison) At(row, key string) (Difference, bool) {
	d, ok := c.Cells[row+"."+key]
	return d, ok
}

// Compare puts the sheet of another period beside a sheet, cell by cell. The
// scope must hold the sheet's unit. It refuses where a number is unknown, where
// the calibre has changed, where the form had another version, and between two
// years of a cumulative column whose year begins again.
func (s *Store) Compare(ctx context.Context, scope region.Scope, sh *Sheet, against Against) (*Comparison, error) {
	c := &Comparison{Against: against, Base: against.Base(sh.Period), Cells: map[string]Difference{}}
	if against != LastPeriod && against != YearAgo {
		return nil, fault.New(fault.Invalid, "report.compare.what")
	}
	set, err := setting.At(ctx, s.db.Read, sh.Region, sh.Period.Year)
	if err != nil {
		return nil, err
	}
	c.Percent, c.Least = set.Int(MarkPercent), int64(set.Int(MarkLeast))
	if !scope.Contains(sh.Region) {
		return nil, errNotFound
	}
	if sh.Form.Rows != Units {
		c.NotAtAll = "report.compare.list"
		return c, nil
	}
	if !sh.Form.InForce(c.Base) || c.Base.Year < 2020 {
		c.NotAtAll = "report.compare.form"
		return c, nil
	}
	base, err := s.Sheet(ctx, scope, sh.Form.ID, sh.Region, c.Base)
	var gone *fault.Error
	if errors.As(err, &gone) && gone.Kind == fault.NotFound {
		c.NotAtAll = "report.compare.form"
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	c.Frozen = base.Frozen && base.Report.State.Sent()
	c.fill(sh, base)
	return c, nil
}

func (c *Comparison) fill(sh, base *Sheet) {
	for _, r := range sh.Paper() {
		was := base.Row(r.Key)
		for i := range r.Cells {
			now := &r.Cells[i]
			col := sh.Form.Column(now.Key)
			if now.Col < 1 || col == nil || col.Count == Words {
				continue
			}
			d := Difference{Row: r.Key, Key: now.Key, Now: now.Value, Base: Unknown}
			if was != nil {
				if b := was.Cell(now.Key); b != nil {
					d.Base = b.Value
					d.compare(col, c, sh.Period, now, b)
				}
			}
			if d.Base == Unknown && d.Why == "" {
				d.Why = "report.compare.nobase"
			}
			c.Cells[r.Key+"."+now.Key] = d
		}
	}
}

func (d *Difference) compare(col *Column, c *Comparison, p Period, now, base *Cell) {
	switch {
	case now.Value == Unknown:
		d.Why = "report.compare.nonow"
	case base.Value == Unknown:
		d.Why = "report.compare.nobase"
	case now.Explain.Calibre != base.Explain.Calibre:
		d.Why = "report.compare.calibre"
	case now.Explain.Missing != base.Explain.Missing:
		d.Why = "report.compare.missing"
	case c.Against == LastPeriod && !col.Nature.comparable(c.Base, p):
		d.Why = "report.compare.newyear"
	default:
		d.Abs = now.Value - base.Value
		if base.Value != 0 {
			d.HasRate, d.Percent = true, float64(d.Abs)/float64(base.Value)*100
		}
		// A base of 0 has no rate (A176): such a change is shown and not marked.
		d.Marked = d.HasRate && abs(d.Percent) >= float64(c.Percent) && max(d.Abs, -d.Abs) >= c.Least
	}
}

// comparable reports whether two numbers of this nature, one period apart, say
// something beside each other: all but a cumulative one over New Year. Yearly
// forms hold whole years.
func (n Nature) comparable(before, now Period) bool {
	return n != Cumulative || before.Year == now.Year || now.Quarter == 0 && now.Month == 0
}

func abs(f float64) float64 {
	if f < 0 {
		return -f
	}
	return f
}
