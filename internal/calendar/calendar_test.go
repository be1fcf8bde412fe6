package calendar

import "testing"

func TestMonthArithmetic(t *testing.T) {
	for _, c := range []struct {
		from Month
		add  int
		want Month
	}{{202312, 1, 202401}, {202401, -1, 202312}, {202301, -13, 202112}, {Open, 5, Open}, {202306, 0, 202306}} {
		if got := c.from.Add(c.add); got != c.want {
			t.Errorf("%d + %d months = %d, want %d", c.from, c.add, got, c.want)
		}
	}
	if n := Month(202403).Sub(202311); n != 4 {
		t.Errorf("2023-11 to 2024-03 is %d months, want 4", n)
	}
}

func TestParseRefusesWhatDoesNotExist(t *testing.T) {
	for _, s := range []string{"", "2023", "2023-13", "202300", "2023-1", "abcdef", "999912"} {
		if m, err := ParseMonth(s); err == nil {
			t.Errorf("month %q was read as %d", s, m)
		}
	}
	for _, s := range []string{"2023-02-29", "20231301", "2023-1-1", ""} {
		if d, err := ParseDate(s); err == nil {
			t.Errorf("date %q was read as %d", s, d)
		}
	}
	if d, err := ParseDate("2024-02-29"); err != nil || d != 20240229 {
		t.Errorf("the leap day was read as %d (%v)", d, err)
	}
	if q, err := ParseQuarter("2023Q4"); err != nil || q.LastMonth() != 202312 || q.String() != "2023Q4" {
		t.Errorf("2023Q4 was read as %v (%v)", q, err)
	}
	if _, err := ParseQuarter("2023Q5"); err == nil {
		t.Error("a fifth quarter was read")
	}
}

func TestAgeTurnsOnTheBirthday(t *testing.T) {
	birth := Date(20070615)
	if a := birth.AgeOn(20230614); a != 15 {
		t.Errorf("the day before the birthday: %d, want 15", a)
	}
	if a := birth.AgeOn(20230615); a != 16 {
		t.Errorf("on the birthday: %d, want 16", a)
	}
}

// The form is due on 2023-12-15, a Friday; on Sunday the 10th five working days
// are left.
func TestWorkingDaysFollowTheHolidayNotices(t *testing.T) {
	for _, c := range []struct {
		story    string
		from, to Date
		want     int
	}{
		{"a plain week", 20231210, 20231215, 5},
		{"the same day", 20231215, 20231215, 0},
		{"overdue over a weekend", 20231218, 20231215, -1},
		{"National Day 2023: 09-29 to 10-06 off, 10-07 and 10-08 worked", 20230928, 20231008, 2},
	} {
		if got := c.from.WorkingDaysUntil(c.to); got != c.want {
			t.Errorf("%s: %d, want %d", c.story, got, c.want)
		}
	}
}
