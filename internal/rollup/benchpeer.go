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
	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// benchPeer asks SQLite the same of fewer rows: every count grouped by
// village; the levels above cost it nothing here.
func benchPeer(ctx context.Context, people int) (BenchPeer, error) {
	p := BenchPeer{Name: "sqlite group by village", People: people}
	d, drop, err := benchDB(ctx, people)
	if err != nil {
		return p, err
	}
	defer drop()
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

// benchDB is a scratch database with the people; drop removes it.
func benchDB(ctx context.Context, people int) (d *db.DB, drop func(), err error) {
	dir, err := os.MkdirTemp("", "wengang-bench")
	if err != nil {
		return nil, nil, err
	}
	if d, err = db.Open(ctx, "sqlite:"+filepath.Join(dir, "bench.db"), nil); err == nil {
		err = benchTable(ctx, d, people)
	}
	drop = func() {
		if d != nil {
			_ = d.Close()
		}
		_ = os.RemoveAll(dir)
	}
	if err != nil {
		drop()
	}
	return d, drop, err
}

// benchValues are the columns of person_month that the invented people fill;
// any other is 0.
var benchValues = map[string]func(*fact.PersonMonth) any{
	"person_id": func(p *fact.PersonMonth) any { return p.PersonID }, "county": func(p *fact.PersonMonth) any { return int64(countyOf(p.Village)) },
	"month": func(*fact.PersonMonth) any { return int64(benchMonth) }, "village": func(p *fact.PersonMonth) any { return int64(p.Village) },
	"kinds": func(p *fact.PersonMonth) any { return int64(p.Kinds) }, "sex": func(p *fact.PersonMonth) any { return p.Sex },
	"age": func(p *fact.PersonMonth) any { return p.Age }, "education": func(p *fact.PersonMonth) any { return p.Education },
	"skill": func(p *fact.PersonMonth) any { return p.Skill }, "flags": func(p *fact.PersonMonth) any { return int64(p.Flags) },
	"stable_months": func(p *fact.PersonMonth) any { return p.StableMonths }, "months_worked": func(p *fact.PersonMonth) any { return p.MonthsWorked },
	"place": func(p *fact.PersonMonth) any { return int64(p.Place) }, "place_class": func(p *fact.PersonMonth) any { return p.PlaceClass },
	"year_place": func(p *fact.PersonMonth) any { return int64(p.YearPlace) }, "year_place_class": func(p *fact.PersonMonth) any { return p.YearPlaceClass },
	"channel": func(p *fact.PersonMonth) any { return p.Channel }, "industry": func(p *fact.PersonMonth) any { return p.Industry },
	"wage_fen": func(p *fact.PersonMonth) any { return p.WageFen }, "settlement": func(p *fact.PersonMonth) any { return p.Settlement },
}

// benchTable writes the same people as benchNation into person_month.
func benchTable(ctx context.Context, d *db.DB, people int) error {
	if _, err := d.Migrate(ctx); err != nil {
		return err
	}
	columns, err := d.Dialect.Columns(ctx, d.Read, "person_month")
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
				values := make([]any, len(columns))
				for i, name := range columns {
					values[i] = int64(0)
					if f := benchValues[name]; f != nil {
						values[i] = f(&p)
					}
				}
				rows = append(rows, values)
			}
			if err := tx.Dialect.BulkInsert(ctx, tx, "person_month", columns, rows); err != nil {
				return err
			}
			from = to
		}
		return nil
	})
}
