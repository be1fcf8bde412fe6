package calendar

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed data/holidays.csv
var holidayFile string

// holidays maps a date to whether it is worked, where the notices of 国务院办公厅
// differ from the plain week.
var holidays = sync.OnceValue(func() map[Date]bool {
	out := map[Date]bool{}
	for _, line := range strings.Split(holidayFile, "\n")[1:] {
		part := strings.Split(strings.TrimSpace(line), ",")
		if len(part) < 3 {
			continue
		}
		n, err := strconv.Atoi(strings.ReplaceAll(part[0], "-", ""))
		if err != nil {
			panic("holidays.csv: " + line)
		}
		out[Date(n)] = part[2] == "班"
	}
	return out
})

// Add moves a date by days.
func (d Date) Add(days int) Date { return DateAt(d.Time().AddDate(0, 0, days)) }

// WorkingDay reports whether offices work on the date.
func (d Date) WorkingDay() bool {
	if worked, listed := holidays()[d]; listed {
		return worked
	}
	w := d.Time().Weekday()
	return w != time.Saturday && w != time.Sunday
}

// WorkingDaysUntil counts the working days after d up to and including end; it
// is negative when end has passed.
func (d Date) WorkingDaysUntil(end Date) int {
	n, step, from, to := 0, 1, d, end
	if end < d {
		step, from, to = -1, end, d
	}
	for day := from.Add(1); day <= to; day = day.Add(1) {
		if day.WorkingDay() {
			n += step
		}
	}
	return n
}
