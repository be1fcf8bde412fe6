package rollup

import "testing"

// A place is named for a fall of one per cent and ten people, and for half as
// many unverified again as the place above, and ten.
func TestLook(t *testing.T) {
	l := Look{Fall: 10, People: 10, Doubt: 150}
	for _, c := range []struct {
		now, was int64
		want     bool
	}{{990, 1000, true}, {991, 1000, false}, {1980, 2000, true}, {1981, 2000, false}, {5, 14, false}, {1010, 1000, false}} {
		if got := l.Falls(c.now, c.was); got != c.want {
			t.Errorf("%d after %d: %v", c.now, c.was, got)
		}
	}
	for _, c := range []struct {
		n, all int64
		want   bool
	}{{15, 100, false}, {16, 100, true}, {9, 10, false}} {
		if got := l.Doubts(c.n, c.all, 100, 1000); got != c.want {
			t.Errorf("%d of %d beside 100 of 1,000: %v", c.n, c.all, got)
		}
	}
}
