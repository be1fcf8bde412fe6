package rollup

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/indicator"
	"wengang/internal/month"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// earners are people of whose wage alone their income is made: one spell with
// one term.
func earners(t *testing.T, d *db.DB, s *Service, m calendar.Month) []int64 {
	t.Helper()
	ctx := context.Background()
	set, err := s.Members(ctx, nation, indicator.MustGet("income_known"), region.Country, m, AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := d.Read.QueryContext(ctx, `SELECT person_id FROM spell_term GROUP BY person_id HAVING COUNT(*) = 1 AND MIN(wage_fen) >= 0 ORDER BY person_id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		if set.Contains(uint32(id)) {
			out = append(out, id)
		}
	}
	return out
}

// raise is one edit of a ledger's writer: fact, then log; the transaction ends
// some time after its entry has its id, so that ids commit out of order.
func raise(ctx context.Context, d *db.DB, id, fen int64, wait time.Duration) error {
	return d.Tx(ctx, func(tx *db.Tx) error {
		var village region.Code
		if err := tx.QueryRowContext(ctx, `SELECT village FROM person WHERE id = $1`, id).Scan(&village); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE spell_term SET wage_fen = wage_fen + $2 WHERE person_id = $1`, id, fen); err != nil {
			return err
		}
		if err := change.Person(ctx, tx, village, id, 202301, calendar.Open); err != nil {
			return err
		}
		time.Sleep(wait)
		return nil
	})
}

const raiseFen = 1000

// Several caches on one database, as several processes have them, never answer
// something older than what was committed when they were asked, whatever the
// order in which transactions end: wages only rise, so an answer lies between
// what had been committed before it and what had been begun by its end.
func TestProcessesNeverAnswerOlder(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, s := setUp(t, d, 600)
		closeAll(t, st, 202310, 202311)
		const open = calendar.Month(202312)
		people := earners(t, d, s, open)
		if len(people) < 10 {
			t.Fatalf("only %d people to edit", len(people))
		}
		before, err := s.Figures(ctx, nation, region.Country, open, AsClosed)
		if err != nil {
			t.Fatal(err)
		}
		base := before.N("income_total")
		var committed, begun atomic.Int64
		var writers, readers sync.WaitGroup
		var stop atomic.Bool
		for w := range 4 {
			writers.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(w), 3))
				for i := range 12 {
					id := people[(i*3+w/2)%len(people)] // two writers share a person and wait for each other
					begun.Add(raiseFen)
					if err := raise(ctx, d, id, raiseFen, time.Duration(rng.IntN(15))*time.Millisecond); err != nil {
						t.Error(err)
						return
					}
					committed.Add(raiseFen)
				}
			})
		}
		for range 2 {
			own := New(d, st) // the cache of a process
			readers.Go(func() {
				for last := false; ; {
					last = stop.Load()
					low := committed.Load()
					f, err := own.Figures(ctx, nation, region.Country, open, AsClosed)
					if err != nil {
						t.Error(err)
						return
					}
					got := f.N("income_total") - base
					if high := begun.Load(); got < low || got > high {
						t.Errorf("answered %d, committed before %d, begun by then %d", got, low, high)
						return
					}
					if last {
						return
					}
				}
			})
		}
		writers.Wait()
		stop.Store(true)
		readers.Wait()
	})
}

// A setting that was changed twice in one millisecond, or by a transaction that
// ended after a later one, is another calibre all the same.
func TestProcessesFollowSettings(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, s := setUp(t, d, 300)
		const open = calendar.Month(202312)
		for _, v := range []int{5, 9, 2, 9} {
			err := d.Tx(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, `INSERT INTO setting (region, name, value, source, changed_at) VALUES ($1, $2, $3, '试验', $4)
					ON CONFLICT (region, name, year) DO UPDATE SET value = excluded.value`,
					int64(monthtest.City), month.StableMonths, strconv.Itoa(v), db.Millis(tx.Now))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			a, err := s.Figures(ctx, nation, monthtest.County, open, AsClosed)
			if err != nil {
				t.Fatal(err)
			}
			b, err := New(d, st).Figures(ctx, nation, monthtest.County, open, AsClosed)
			if err != nil {
				t.Fatal(err)
			}
			if a.N("stable") != b.N("stable") || a.Setting(month.StableMonths)[0] != int64(v) {
				t.Errorf("stable months %d: %d stable, a new process says %d", v, a.N("stable"), b.N("stable"))
			}
		}
	})
}

// The child of TestTwoProcesses: it edits and tells each commit.
func TestMain(m *testing.M) {
	url := os.Getenv("WENGANG_TEST_WRITER")
	if url == "" {
		os.Exit(m.Run())
	}
	if err := writeAsChild(url, strings.Split(os.Getenv("WENGANG_TEST_PEOPLE"), ",")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func writeAsChild(url string, people []string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, url, testkit.Clock)
	if err != nil {
		return err
	}
	defer d.Close()
	for i := range 40 {
		id, err := strconv.ParseInt(people[i%len(people)], 10, 64)
		if err != nil {
			return err
		}
		if err := raise(ctx, d, id, raiseFen, time.Millisecond); err != nil {
			return err
		}
		fmt.Println((i + 1) * raiseFen)
	}
	return nil
}

// A second process of the operating system writes; this one, told of a commit,
// must answer with it.
func TestTwoProcesses(t *testing.T) {
	url := testkit.PostgresDatabase(t)
	ctx := context.Background()
	d, err := db.Open(ctx, url, testkit.Clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if _, err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	_, s := setUp(t, d, 200)
	const open = calendar.Month(202312)
	var ids []string
	for _, id := range earners(t, d, s, open) {
		ids = append(ids, strconv.FormatInt(id, 10))
	}
	before, err := s.Figures(ctx, nation, region.Country, open, AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "WENGANG_TEST_WRITER="+url, "WENGANG_TEST_PEOPLE="+strings.Join(ids, ","))
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	told := 0
	for lines := bufio.NewScanner(out); lines.Scan(); told++ {
		sum, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.Figures(ctx, nation, region.Country, open, AsClosed)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.N("income_total") - before.N("income_total"); got < sum || got > sum+40*raiseFen {
			t.Fatalf("answered %d, the other process has committed %d", got, sum)
		}
	}
	if err := child.Wait(); err != nil || told != 40 {
		t.Fatalf("the other process told %d commits: %v", told, err)
	}
}
