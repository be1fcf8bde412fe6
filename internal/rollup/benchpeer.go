package rollup

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wengang/internal/db"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// benchPeer asks SQLite the same of fewer rows: every count grouped by
// village; the levels above cost it nothing here.
func benchPeer(ctx context.Context, people int) (BenchPeer, error) {
	p := BenchPeer{Name: "sqlite group by village", People: people}
	dir, err := os.MkdirTemp("", "wengang-bench")
	if err != nil {
		return p, err
	}
	defer os.RemoveAll(dir)
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "bench.db"), nil)
	if err != nil {
		return p, err
	}
	defer d.Close()
	if err := benchTable(ctx, d, people); err != nil {
		return p, err
	}
	n, _ := benchNation(people)
	at := time.Now()
	r, _ := n.rollup(nil, nil)
	p.Own = time.Since(at).Seconds()
	var sums []string
	for _, def := range indicator.Counts() {
		sums = append(sums, sumOf(def.SQL))
	}
	sums = append(sums, "SUM(CASE WHEN "+income.SQL+" THEN wage_fen ELSE 0 END)")
	at = time.Now()
	rows, err := d.Read.QueryContext(ctx, `SELECT village, `+strings.Join(sums, ", ")+` FROM person_month GROUP BY village`)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	got := make([]int64, len(sums))
	var village region.Code
	dest := []any{&village}
	for i := range got {
		dest = append(dest, &got[i])
	}
	byCounty := map[region.Code]*Block{}
	for _, b := range r.blocks {
		byCounty[b.County] = b
	}
	villages := 0
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return p, err
		}
		villages++
		b := byCounty[countyOf(village)]
		if b == nil {
			return p, fmt.Errorf("bench rollup: village %s has no block", village)
		}
		counts, money, _ := b.node(village)
		for lane, c := range counts {
			if int64(c) != got[lane] {
				return p, fmt.Errorf("bench rollup: village %s differs from SQL in %s", village, indicator.Counts()[lane].ID)
			}
		}
		if money != got[len(got)-1] {
			return p, fmt.Errorf("bench rollup: village %s differs from SQL in income", village)
		}
	}
	p.Seconds = time.Since(at).Seconds()
	if villages != n.villages {
		return p, fmt.Errorf("bench rollup: %d villages in SQL, %d in the columns", villages, n.villages)
	}
	p.Ratio = p.Seconds / p.Own
	return p, rows.Err()
}

// benchTable writes the same people as benchNation into a table of their own.
func benchTable(ctx context.Context, d *db.DB, people int) error {
	columns := []string{"person_id", "village", "kinds", "flags", "place", "place_class", "year_place_class", "channel", "wage_fen", "settlement"}
	err := d.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `CREATE TABLE person_month (person_id BIGINT PRIMARY KEY, village BIGINT, kinds BIGINT, flags BIGINT,
			place BIGINT, place_class INTEGER, year_place_class INTEGER, channel INTEGER, wage_fen BIGINT, settlement BIGINT)`)
		return err
	})
	if err != nil {
		return err
	}
	tree := region.National()
	counties := tree.Counties(region.Country)
	total, seen, from := 0, 0, 0
	for _, c := range counties {
		total += len(tree.Villages(c))
	}
	return d.Tx(ctx, func(tx *db.Tx) error {
		for _, c := range counties {
			villages := tree.Villages(c)
			seen += len(villages)
			to := int(int64(people) * int64(seen) / int64(total))
			rng := rand.New(rand.NewPCG(uint64(from), 9))
			var rows [][]any
			for id := from; id < to; id++ {
				p := benchPerson(rng, int64(id+1), villages[(id-from)*len(villages)/(to-from)])
				rows = append(rows, []any{p.PersonID, int64(p.Village), int64(p.Kinds), int64(p.Flags), int64(p.Place), p.PlaceClass, p.YearPlaceClass,
					p.Channel, p.WageFen, p.Settlement})
			}
			if err := tx.Dialect.BulkInsert(ctx, tx, "person_month", columns, rows); err != nil {
				return err
			}
			from = to
		}
		return nil
	})
}
