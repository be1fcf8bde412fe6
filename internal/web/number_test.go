package web

import (
	"math"
	"testing"
	"testing/quick"

	"wengang/internal/calendar"
	"wengang/internal/text"
)

func TestNumbers(t *testing.T) {
	n := int64(5)
	for _, c := range []struct{ got, want string }{
		{Thousands(17862), "17,862"}, {Thousands(int32(-242)), "−242"}, {Thousands(0), "0"}, {Thousands(999), "999"}, {Thousands(1000), "1,000"},
		{Thousands(&n), "5"}, {Thousands((*int64)(nil)), "—"}, {Thousands(nil), "—"}, {Thousands(math.MinInt64 + 1), "−9,223,372,036,854,775,807"},
		{Signed(37), "+37"}, {Signed(0), "0"}, {Signed(-96), "−96"},
		{Percent(97.84), "97.8%"}, {Percent(-0.04), "0.0%"}, {Percent(math.NaN()), "—"}, {Rate(1234.56), "1,234.6"},
		{Yuan(328640), "3,286.40"}, {Yuan(-1), "—"}, {Yuan(int64(5)), "0.05"}, {Yuan(-250), "−2.50"},
		{Wan(1232000, 1), "123.2"}, {Wan(18104, 2), "1.81"},
		{DateTime(0), ""}, {DateTime(1702159200000), "2023-12-10 06:00"},
		{monthWord(text.ZH, 202311), "2023年11月"}, {monthWord(text.EN, 202311), "Nov 2023"}, {monthWord(text.ZH, calendar.Open), "至今"}, {monthWord(text.ZH, 0), ""},
		{shortDay(20231208), "12-08"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestLocalPath: what passes never leaves the console.
func TestLocalPath(t *testing.T) {
	for p, want := range map[string]bool{"/": true, "/people?at=37": true, "": false, "people": false, "//evil": false, "/\\evil": false, "https://evil": false, "/a\r\nb": false, "/%2f/evil": true} {
		if got := LocalPath(p); got != want {
			t.Errorf("LocalPath(%q) = %v", p, got)
		}
	}
	if err := quick.Check(func(s string) bool { return !LocalPath("//" + s) }, nil); err != nil {
		t.Error(err)
	}
}
