package split

import "testing"

func TestShareAddsUp(t *testing.T) {
	for _, c := range []struct {
		total   int64
		weights []int64
		want    []int64
	}{
		{10, []int64{1, 1, 1}, []int64{4, 3, 3}}, {7, []int64{5, 0, 2}, []int64{5, 0, 2}}, {0, []int64{1, 2}, []int64{0, 0}},
		{100, []int64{1, 2, 4}, []int64{14, 29, 57}}, {5, []int64{0, 0}, nil}, {3, nil, nil},
	} {
		got := Share(c.total, c.weights)
		if len(got) != len(c.want) {
			t.Fatalf("%d by %v: %v", c.total, c.weights, got)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%d by %v: %v, want %v", c.total, c.weights, got, c.want)
			}
		}
	}
}

func FuzzShare(f *testing.F) {
	f.Add(int64(27300), int64(5), int64(0), int64(999999), int64(3))
	f.Add(int64(1), int64(1), int64(1), int64(1), int64(1))
	f.Fuzz(func(t *testing.T, total, a, b, c, d int64) {
		const most = 2_000_000_000
		w := []int64{a, b, c, d}
		for i := range w {
			w[i] = max(0, w[i]%most)
		}
		total = max(0, total%most)
		got := Share(total, w)
		if a|b|c|d == 0 || got == nil {
			return
		}
		var sum, all int64
		for i := range got {
			sum += got[i]
			all += w[i]
			if got[i] < 0 || w[i] == 0 && got[i] != 0 {
				t.Fatalf("%d by %v: %v", total, w, got)
			}
		}
		if sum != total {
			t.Fatalf("%d by %v adds up to %d", total, w, sum)
		}
		// A part of the total never exceeds its share of the whole.
		part := Share(total/2, got)
		for i := range part {
			if part[i] > got[i] {
				t.Fatalf("part %v over %v", part, got)
			}
		}
	})
}

func FuzzTicks(f *testing.F) {
	for _, s := range []string{"0.5", "12", "3.38", "1.", ".5", "", "1e3", "00.10"} {
		f.Add(s, 2)
	}
	f.Fuzz(func(t *testing.T, s string, places int) {
		places = min(max(places, 0), 4)
		n, ok := ticks(s, places)
		if !ok {
			return
		}
		again, ok := ticks(printTicks(n, places), places)
		if !ok || again != n {
			t.Fatalf("%q is %d, written %q, read %d", s, n, printTicks(n, places), again)
		}
	})
}
