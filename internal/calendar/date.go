package calendar

import (
	"fmt"
	"time"
)

// Date is a calendar day as yyyymmdd; 0 is "none".
type Date int32

// DateOf makes a date; it does not check it.
func DateOf(y, m, d int) Date { return Date(y*10000 + m*100 + d) }

// DateAt is the date of an instant in the product's zone.
func DateAt(t time.Time) Date {
	t = t.In(Zone)
	return DateOf(t.Year(), int(t.Month()), t.Day())
}

// Time is midnight of the date.
func (d Date) Time() time.Time {
	return time.Date(int(d)/10000, time.Month(int(d)/100%100), int(d)%100, 0, 0, 0, 0, Zone)
}

// Valid reports a day that exists between 1850 and 2199.
func (d Date) Valid() bool {
	return int(d)/10000 >= 1850 && int(d)/10000 < 2200 && DateAt(d.Time()) == d
}

// Month is the date's month.
func (d Date) Month() Month { return Month(d / 100) }

// AgeOn is the full years of age on another date.
func (d Date) AgeOn(on Date) int {
	a := int(on)/10000 - int(d)/10000
	if int(on)%10000 < int(d)%10000 {
		a--
	}
	return a
}

// String is 2023-12-10, or an empty string for none.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", int(d)/10000, int(d)/100%100, int(d)%100)
}

// ParseDate reads 2023-12-10 and 20231210.
func ParseDate(s string) (Date, error) {
	var y, m, n int
	format := "%4d-%2d-%2d"
	if len(s) == 8 {
		format = "%4d%2d%2d"
	}
	if _, err := fmt.Sscanf(s, format, &y, &m, &n); err != nil {
		return 0, fmt.Errorf("date %q: want YYYY-MM-DD", s)
	}
	d := DateOf(y, m, n)
	if !d.Valid() {
		return 0, fmt.Errorf("date %q does not exist", s)
	}
	return d, nil
}
