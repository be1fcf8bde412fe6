// Package calendar holds months, dates and the clock. The zone is
// Asia/Shanghai everywhere (design: semantics, Time).
package calendar

import (
	"fmt"
	"time"
	_ "time/tzdata" // one static binary also on machines without a zone database
)

// Zone is the zone of every date in the product.
var Zone = mustZone("Asia/Shanghai")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// Clock tells the time; tests and the demo inject a fixed one.
type Clock func() time.Time

// System is the machine's clock in the product's zone.
func System() time.Time { return time.Now().In(Zone) }

// Fixed starts at t and runs on from there, so that time-outs still work.
func Fixed(t time.Time) Clock {
	start := time.Now()
	return func() time.Time { return t.In(Zone).Add(time.Since(start)) }
}

// Month is a calendar month as yyyymm (202312); 0 is "none". It is stored as
// that integer, so SQL may compare but not subtract it.
type Month int32

// Open is the end month of a spell that still runs.
const Open Month = 999912

// MonthOf makes a month from a year and a month number.
func MonthOf(year, month int) Month { return Month(year*100 + month) }

// MonthAt is the month of an instant in the product's zone.
func MonthAt(t time.Time) Month {
	t = t.In(Zone)
	return MonthOf(t.Year(), int(t.Month()))
}

// Year and Num are the parts of the month.
func (m Month) Year() int { return int(m) / 100 }

// Num is the month's number, 1 to 12.
func (m Month) Num() int { return int(m) % 100 }

// Valid reports a real month between 1900 and 2199, or Open.
func (m Month) Valid() bool {
	return m == Open || (m.Year() >= 1900 && m.Year() < 2200 && m.Num() >= 1 && m.Num() <= 12)
}

// Index counts months since year 0, so that differences are plain.
func (m Month) Index() int { return m.Year()*12 + m.Num() - 1 }

// FromIndex is the inverse of Index.
func FromIndex(i int) Month { return MonthOf(i/12, i%12+1) }

// Add moves by n months; Open stays Open.
func (m Month) Add(n int) Month {
	if m == Open {
		return m
	}
	return FromIndex(m.Index() + n)
}

// Sub is the number of months from o to m.
func (m Month) Sub(o Month) int { return m.Index() - o.Index() }

// January is the first month of m's year.
func (m Month) January() Month { return MonthOf(m.Year(), 1) }

// LastDay is the last date of the month.
func (m Month) LastDay() Date {
	t := time.Date(m.Year(), time.Month(m.Num())+1, 0, 0, 0, 0, 0, Zone)
	return DateAt(t)
}

// String is 2023-12, or an empty string for none and Open.
func (m Month) String() string {
	if m == 0 || m == Open {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", m.Year(), m.Num())
}

// ParseMonth reads 2023-12 and 202312 (the forms of URLs and commands;
// workbooks have their own, wider reader).
func ParseMonth(s string) (Month, error) {
	var y, n int
	switch len(s) {
	case 6:
		if _, err := fmt.Sscanf(s, "%4d%2d", &y, &n); err != nil {
			return 0, fmt.Errorf("month %q: want YYYY-MM", s)
		}
	case 7:
		if _, err := fmt.Sscanf(s, "%4d-%2d", &y, &n); err != nil {
			return 0, fmt.Errorf("month %q: want YYYY-MM", s)
		}
	default:
		return 0, fmt.Errorf("month %q: want YYYY-MM", s)
	}
	m := MonthOf(y, n)
	if !m.Valid() || m == Open {
		return 0, fmt.Errorf("month %q: want YYYY-MM", s)
	}
	return m, nil
}
