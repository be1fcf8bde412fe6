package rollup

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/indicator"
	"wengang/internal/month"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// A cache that has lived through many edits answers what a fresh one answers.
func TestCacheFollowsTheLog(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, s := setUp(t, d, 400)
		closeAll(t, st, 202308, 202310)
		rng := rand.New(rand.NewPCG(3, 3))
		places := append([]region.Code{region.Country, monthtest.City, monthtest.County, 371522103000}, monthtest.Villages...)
		same := func(step string) {
			t.Helper()
			fresh := New(d, st)
			for _, at := range places {
				for _, m := range []calendar.Month{202310, 202311, 202312} {
					a, err := s.Figures(ctx, nation, at, m, AsKnown)
					if err != nil {
						t.Fatal(err)
					}
					b, err := fresh.Figures(ctx, nation, at, m, AsKnown)
					if err != nil {
						t.Fatal(err)
					}
					if !reflect.DeepEqual(a.counts, b.counts) || a.money != b.money || !reflect.DeepEqual(a.moves, b.moves) {
						t.Fatalf("%s: %s %s differs from a fresh cache", step, at, m)
					}
				}
			}
		}
		same("start")
		edit := func(ids int) {
			err := d.Tx(ctx, func(tx *db.Tx) error {
				for range ids {
					if err := randomEdit(ctx, tx, st, rng); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for range 25 {
			edit(1 + rng.IntN(3))
			same("edit")
		}
		if err := st.CloseAll(ctx, account.LocalOperator(region.Country), region.Country, 202311, nil); err != nil {
			t.Fatal(err)
		}
		same("close")
		edit(3)
		same("late facts")
		if err := st.Reopen(ctx, account.LocalOperator(region.Country), monthtest.County, 202311, "补录"); err != nil {
			t.Fatal(err)
		}
		same("reopen")
		err := d.Tx(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO setting (region, name, value, source, changed_at) VALUES ($1, $2, '6', '试验', $3)`,
				int64(monthtest.City), month.StableMonths, db.Millis(tx.Now))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		same("setting")
	})
}

// randomEdit changes one person as the ledger's writers do: fact, note, log.
func randomEdit(ctx context.Context, tx *db.Tx, st *month.Store, rng *rand.Rand) error {
	id := 1 + rng.Int64N(400)
	var old, village region.Code
	if err := tx.QueryRowContext(ctx, `SELECT village FROM person WHERE id = $1`, id).Scan(&old); err != nil {
		return err
	}
	village = old
	from := calendar.Month(202309).Add(rng.IntN(4))
	exec := func(q string, args ...any) error { _, err := tx.ExecContext(ctx, q, args...); return err }
	var err error
	switch rng.IntN(4) {
	case 0: // moves
		village = monthtest.Villages[rng.IntN(len(monthtest.Villages))]
		err = exec(`UPDATE residence SET until = $2 WHERE person_id = $1 AND until = 999912`, id, int32(from.Add(-1)))
		if err == nil {
			err = exec(`INSERT INTO residence (person_id, since, village) VALUES ($1, $2, $3)
				ON CONFLICT (person_id, since) DO UPDATE SET village = excluded.village, until = 999912`, id, int32(from), int64(village))
		}
		if err == nil {
			err = exec(`UPDATE person SET village = $2 WHERE id = $1`, id, int64(village))
		}
	case 1: // work ends
		err = exec(`UPDATE spell SET end_month = $2 WHERE person_id = $1 AND end_month = 999912 AND start_month <= $2`, id, int32(from))
	case 2: // work goes on
		err = exec(`UPDATE spell SET end_month = 999912 WHERE person_id = $1`, id)
	default: // another wage
		err = exec(`UPDATE spell_term SET wage_fen = $2 WHERE person_id = $1`, id, 100000+rng.Int64N(300000))
	}
	if err != nil {
		return err
	}
	if err := st.Note(ctx, tx, id, 202301, calendar.Open); err != nil {
		return err
	}
	for _, v := range []region.Code{old, village} {
		if err := change.Person(ctx, tx, v, id, 202301, calendar.Open); err != nil {
			return err
		}
	}
	return nil
}

// Ids of the log commit out of order on PostgreSQL: a reader that saw the
// later one must still find the earlier one.
func TestLogOutOfOrder(t *testing.T) {
	d := testkit.Postgres(t)
	ctx := context.Background()
	_, s := setUp(t, d, 50)
	seen := func() map[int64]bool {
		t.Helper()
		s.refreshing.Lock()
		defer s.refreshing.Unlock()
		list, err := s.follow(ctx)
		if err != nil {
			t.Fatal(err)
		}
		out := map[int64]bool{}
		for _, c := range list {
			out[c.person] = true
		}
		return out
	}
	seen()
	slow, err := d.Writer().BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Rollback()
	log := func(q execer, person int) {
		t.Helper()
		if _, err := q.ExecContext(ctx, `INSERT INTO change_log (county, person_id, month_from, month_to, at) VALUES ($1, $2, 202301, 999912, 0)`,
			int64(monthtest.County), person); err != nil {
			t.Fatal(err)
		}
	}
	log(slow, 1)
	log(d.Writer(), 2)
	if got := seen(); !got[2] || got[1] {
		t.Fatalf("first look: %v", got)
	}
	if got := seen(); len(got) != 0 {
		t.Fatalf("second look repeats %v", got)
	}
	if err := slow.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := seen(); !got[1] || got[2] {
		t.Fatalf("after the slow one: %v", got)
	}
	if got := seen(); len(got) != 0 {
		t.Fatalf("last look repeats %v", got)
	}
	if len(s.log.seen) != 0 && len(s.log.marks) > 1 {
		t.Errorf("the follower keeps %d entries and %d marks", len(s.log.seen), len(s.log.marks))
	}
}

// A cache began while an import was being written: the import's entry was older
// than the thousand that others had logged since, and was never applied.
func TestLogBegunBesideALongTransaction(t *testing.T) {
	d := testkit.Postgres(t)
	ctx := context.Background()
	_, s := setUp(t, d, 50)
	slow, err := d.Writer().BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Rollback()
	if _, err := slow.ExecContext(ctx, `INSERT INTO change_log (county, person_id, month_from, month_to, at) VALUES ($1, 1, 202301, 999912, 0)`, int64(monthtest.County)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Writer().ExecContext(ctx, `INSERT INTO change_log (county, person_id, month_from, month_to, at)
		SELECT $1, 2, 202301, 999912, 0 FROM generate_series(1, 5000)`, int64(monthtest.County)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.follow(ctx); err != nil { // the cache begins
		t.Fatal(err)
	}
	if err := slow.Commit(); err != nil {
		t.Fatal(err)
	}
	list, err := s.follow(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].person != 1 {
		t.Errorf("%d entries after the long one ended, want its own", len(list))
	}
	// Transactions of other databases of the same PostgreSQL count among those
	// that may still be open: they end too.
	for end := time.Now().Add(20 * time.Second); len(s.log.seen) != 0 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if _, err := s.follow(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.log.seen) != 0 {
		t.Errorf("%d entries kept after every transaction has ended", len(s.log.seen))
	}
}

type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Verify must find what it is there to find.
func TestVerifyFindsDamage(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		st, s := setUp(t, d, 300)
		closeAll(t, st, 202310, 202311)
		for _, c := range []struct{ what, q string }{ // flow first: the others break flows too
			{"flow", `UPDATE person_month SET flags = 0 WHERE month = 202311 AND person_id = (SELECT MIN(person_id) FROM person_month WHERE month = 202311 AND flags % 2 = 1)`},
			{"rows", `DELETE FROM person_month WHERE month = 202310 AND person_id = (SELECT MAX(person_id) FROM person_month WHERE month = 202310)`},
			{"packed", `UPDATE person_month SET skill = skill + 1 WHERE month = 202310`},
			{"orphan", `DELETE FROM spell WHERE id = (SELECT MIN(id) FROM spell)`},
			{"double", `INSERT INTO person_month SELECT 411624000000, month, person_id, village, kinds, sex, age, education, skill, status, flags,
				stable_months, months_worked, place, place_class, year_place_class, channel, industry, wage_fen, settlement, from_village, year_place
				FROM person_month WHERE county = 371522000000 AND month = 202310 AND flags % 2 = 1`},
		} {
			before, err := s.Verify(ctx)
			if err != nil {
				t.Fatal(err)
			}
			err = d.Tx(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, c.q); return err })
			if err != nil {
				t.Fatal(err)
			}
			after, err := s.Verify(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if having(after, c.what) <= having(before, c.what) {
				t.Errorf("%s: not found", c.what)
			}
		}
	})
}

func having(list []Difference, what string) (n int) {
	for _, d := range list {
		if d.What == what {
			n++
		}
	}
	return n
}

func TestCompare(t *testing.T) {
	working, stable := indicator.MustGet("working"), indicator.MustGet("stable")
	fig := func(m calendar.Month, rows int, n int32, stamp string) *Figures {
		f := newFigures(monthtest.County, m)
		if rows > 0 {
			f.Rows, f.stamps[monthtest.County], f.counties[monthtest.County] = rows, stamp, rows
			f.counts[working.Lane()], f.counts[stable.Lane()] = int64(n), int64(n)
		}
		return &f
	}
	now := fig(202311, 100, 50, "")
	for _, c := range []struct {
		story string
		d     *indicator.Def
		base  *Figures
		ok    bool
		key   string
		ratio float64
	}{
		{"ten more than forty", working, fig(202310, 100, 40, ""), true, "", 0.25},
		{"no base", working, fig(202211, 0, 0, ""), false, "rollup.nc.missing", 0},
		{"a base of zero", working, fig(202211, 100, 0, ""), false, "rollup.nc.zero", 0},
		{"another number of months makes stable another thing", stable, fig(202211, 100, 40, "month.stable_months=6"), false, "rollup.nc.calibre", 0},
		{"but not working", working, fig(202211, 100, 40, "month.stable_months=6"), true, "", 0.25},
	} {
		got := Compare(c.d, now, c.base)
		if got.OK != c.ok || got.Key != c.key || got.Ratio != c.ratio {
			t.Errorf("%s: %+v", c.story, got)
		}
	}
	part := fig(202211, 100, 40, "")
	part.counties = map[region.Code]int{monthtest.Neighbour: 100}
	part.stamps = map[region.Code]string{monthtest.Neighbour: ""}
	if got := Compare(working, now, part); got.Key != "rollup.nc.part" {
		t.Errorf("a county without records then: %+v", got)
	}
}
