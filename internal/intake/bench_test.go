package intake

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"

	"wengang/internal/region"
	"wengang/internal/testkit"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

// benchRows is the size of the benchmark's files; WENGANG_BENCH_ROWS sets it.
func benchRows() int {
	if n, err := strconv.Atoi(os.Getenv("WENGANG_BENCH_ROWS")); err == nil {
		return n
	}
	return 20_000
}

func csvOf(head []string, n int, row func(i int) []string) io.Reader {
	var b strings.Builder
	b.WriteString(strings.Join(head, ",") + "\n")
	for i := range n {
		b.WriteString(strings.Join(row(i), ",") + "\n")
	}
	return strings.NewReader(b.String())
}

// BenchmarkImport brings a people file, the first month of work and the next
// month into a fresh ledger, once each, and prints seconds per step.
func BenchmarkImport(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			d := testkit.SQLite(b)
			if engine == "postgres" {
				d = testkit.Postgres(b)
			}
			k := newDesk(b, d)
			n := benchRows()
			var villages []region.Place
			for _, town := range k.tree.Children(county) {
				villages = append(villages, k.tree.Children(town.Code)...)
			}
			number := make([]string, n)
			for i := range number {
				number[i] = id(19640101+i%40*10000+i/40%12*100+i/480%28, i/13440)
			}
			name := func(i int) string { return string([]rune{rune('丁' + i%500), rune('明' + i/500%400)}) }
			people := csvOf(nationalHead, n, func(i int) []string {
				r := k.national("H"+strconv.Itoa(i), name(i), number[i], "村", villages[i%len(villages)].Name, "乡", k.tree.Name(villages[i%len(villages)].Code.At(region.Town)))
				return r
			})
			work := func(wage int) io.Reader {
				return csvOf(workHead, n, func(i int) []string {
					return k.job(name(i), number[i], "务工月收入", strconv.Itoa(wage+i%7*100*(wage%2)), "务工企业名称", "示例厂"+strconv.Itoa(i%900))
				})
			}
			if f := os.Getenv("WENGANG_BENCH_PROFILE"); f != "" {
				out, err := os.Create(f)
				if err != nil {
					b.Fatal(err)
				}
				if err := pprof.StartCPUProfile(out); err != nil {
					b.Fatal(err)
				}
				defer pprof.StopCPUProfile()
			}
			for range b.N {
				if k.one(`SELECT count(*) FROM person`) != "0" {
					b.Skip("run with -benchtime 1x: a ledger is filled once")
				}
				k.timed(b, "people", transfer.Request{Kind: "people", File: people}, int64(n))
				k.timed(b, "first month", transfer.Request{Kind: "work", Month: 202310, File: work(4000)}, int64(n))
				k.timed(b, "next month", transfer.Request{Kind: "work", Month: 202311, File: work(4001)}, int64(n))
			}
		})
	}
}

func (k *desk) timed(b *testing.B, step string, q transfer.Request, want int64) {
	q.FileName, q.Region = step+".csv", county
	ctx := context.Background()
	start := time.Now()
	id, err := k.s.Stage(ctx, officer, q)
	if err != nil {
		b.Fatal(err)
	}
	k.work(id)
	checked := time.Since(start)
	start = time.Now()
	k.save(id)
	saved := time.Since(start)
	r, err := k.s.Report(ctx, officer, id, text.ZH)
	if err != nil {
		b.Fatal(err)
	}
	if r.Accepted != want {
		b.Fatalf("%s: %d of %d rows accepted; %s", step, r.Accepted, want, firstFindings(r))
	}
	fmt.Printf("%s: check %.2f s, save %.2f s, rows %d, new %d, unchanged %d, updated %d, warnings %d\n",
		step, checked.Seconds(), saved.Seconds(), r.Rows, r.New, r.Unchanged, r.Updated, r.Warnings)
}

func firstFindings(r transfer.Report) string {
	s := listed(r)
	return s[:min(len(s), 300)]
}
