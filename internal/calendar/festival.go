package calendar

import (
	"strings"
	"sync"
)

// springs are the months of the Spring Festival by year: that of the second day
// off (the first may be New Year's Eve).
var springs = sync.OnceValue(func() map[int]Month {
	out, seen := map[int]Month{}, map[int]int{}
	for _, line := range strings.Split(holidayFile, "\n") {
		part := strings.Split(strings.TrimSpace(line), ",")
		if len(part) < 3 || part[1] != "春节" || part[2] != "休" {
			continue
		}
		d, err := ParseDate(part[0])
		if err != nil {
			panic("holidays.csv: " + line)
		}
		year := int(d) / 10000
		if seen[year]++; seen[year] == 2 {
			out[year] = d.Month()
		}
	}
	return out
})

// SpringFestival is the month in which the Spring Festival of a year falls;
// known is false where no notice of holidays is shipped for the year.
func SpringFestival(year int) (m Month, known bool) {
	m, known = springs()[year]
	return m, known
}
