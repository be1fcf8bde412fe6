package calendar

import "fmt"

// Quarter is a reporting period as year*10 + quarter (20234).
type Quarter int32

// QuarterOf is the quarter that holds the month.
func QuarterOf(m Month) Quarter { return Quarter(m.Year()*10 + (m.Num()-1)/3 + 1) }

// Year of the quarter.
func (q Quarter) Year() int { return int(q) / 10 }

// Num is 1 to 4.
func (q Quarter) Num() int { return int(q) % 10 }

// LastMonth is the quarter's last month: the form is due on its 15th
// (山东2023通知 三(四)).
func (q Quarter) LastMonth() Month { return MonthOf(q.Year(), q.Num()*3) }

// String is 2023Q4.
func (q Quarter) String() string { return fmt.Sprintf("%04dQ%d", q.Year(), q.Num()) }

// ParseQuarter reads 2023Q4.
func ParseQuarter(s string) (Quarter, error) {
	var y, n int
	if _, err := fmt.Sscanf(s, "%4dQ%1d", &y, &n); err != nil || len(s) != 6 || n < 1 || n > 4 {
		return 0, fmt.Errorf("period %q: want YYYYQn, for example 2023Q4", s)
	}
	return Quarter(y*10 + n), nil
}
