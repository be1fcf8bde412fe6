package rollup

import (
	"context"
	"encoding/json"
	"os"
	"strconv"
	"testing"
)

// The bench checks itself; here on a small country. WENGANG_BENCH=30190000
// runs it at full size.
func TestBench(t *testing.T) {
	people := 40_000
	if v, err := strconv.Atoi(os.Getenv("WENGANG_BENCH")); err == nil {
		people = v
	}
	r, err := Bench(context.Background(), people, min(people, 1_000_000), func(s string) { t.Log(s) })
	if err != nil {
		t.Fatal(err)
	}
	if !r.Checked || r.Seconds <= 0 || r.EditMicros < 0 {
		t.Errorf("%+v", r)
	}
	out, _ := json.MarshalIndent(r, "", " ")
	t.Logf("%s", out)
}

// WENGANG_BENCH=4000000 runs it at the size of its goal.
func TestBenchSlice(t *testing.T) {
	people, queries := 30_000, 20
	if v, err := strconv.Atoi(os.Getenv("WENGANG_BENCH")); err == nil {
		people, queries = v, 40
	}
	r, err := BenchSlice(context.Background(), people, min(people, 1_000_000), queries, 1, func(s string) { t.Log(s) })
	if err != nil {
		t.Fatal(err)
	}
	if !r.Checked || r.P95 <= 0 || r.Cells == 0 || r.Members == 0 {
		t.Errorf("%+v", r)
	}
	out, _ := json.MarshalIndent(r, "", " ")
	t.Logf("%s", out)
}
