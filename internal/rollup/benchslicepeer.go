package rollup

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"wengang/internal/db"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// peerQueries is how many questions SQLite is asked.
const peerQueries = 6

// columnOf are the dimensions that are one expression over person_month.
var columnOf = map[Dim]string{DimSex: "sex", DimEducation: "education", DimSkill: "skill", DimChannel: "channel", DimPlaceClass: "place_class",
	DimIndustry: "industry", DimSettlement: "settlement", DimAge: ageSQL()}

func ageSQL() string {
	s := "CASE WHEN age < 0 OR age > 150 THEN 0"
	for i, end := range ageEnds {
		s += fmt.Sprintf(" WHEN age < %d THEN %d", end, i+1)
	}
	return s + fmt.Sprintf(" ELSE %d END", AgeBands)
}

// benchSlicePeer asks SQLite with GROUP BY for the cells of the same queries
// and compares every count.
func benchSlicePeer(ctx context.Context, people int, seed uint64) (BenchPeer, error) {
	p := BenchPeer{Name: "sqlite group by", People: people}
	d, drop, err := benchDB(ctx, people)
	if err != nil {
		return p, err
	}
	defer drop()
	n, _ := benchNation(people)
	rng := rand.New(rand.NewPCG(seed, 5))
	var dims []Dim
	for _, d := range Dims {
		if columnOf[d] != "" {
			dims = append(dims, d)
		}
	}
	var own, theirs []time.Duration
	for range peerQueries {
		q := n.query(rng, dims)
		for len(q.By) == 0 {
			q = n.query(rng, dims)
		}
		q.At = region.Country
		a, _, err := n.ask(q, nil, nil)
		if err != nil {
			return p, err
		}
		at := time.Now()
		plan, err := newPlan(q, nil, nil)
		if err != nil {
			return p, err
		}
		plan.whole = newFigures(q.At, q.Month)
		if _, err := plan.run(n.entries(plan)); err != nil {
			return p, err
		}
		own = append(own, time.Since(at))
		at = time.Now()
		cells, err := sqlCells(ctx, d, &q)
		if err != nil {
			return p, err
		}
		theirs = append(theirs, time.Since(at))
		if len(cells) != len(a.sliced.Cells) {
			return p, fmt.Errorf("bench slice: %v by %v: %d cells, SQL has %d", q.Where, q.By, len(a.sliced.Cells), len(cells))
		}
		for i := range a.sliced.Cells {
			c := &a.sliced.Cells[i]
			if !slices.Equal(cells[fmt.Sprint(c.Keys)], formOf(c)) {
				return p, fmt.Errorf("bench slice: %v by %v: cell %v differs from SQL", q.Where, q.By, c.Keys)
			}
		}
	}
	slices.Sort(own)
	slices.Sort(theirs)
	p.Own, p.Seconds = own[len(own)/2].Seconds(), theirs[len(theirs)/2].Seconds()
	p.Ratio = p.Seconds / p.Own
	return p, nil
}

// sqlCells are the cells of a query by SQL: counts, income and rows by keys.
func sqlCells(ctx context.Context, d *db.DB, q *Query) (map[string][]int64, error) {
	var by, sums, where []string
	for _, d := range q.By {
		by = append(by, columnOf[d])
	}
	for _, def := range indicator.Counts() {
		sums = append(sums, sumOf(def.SQL))
	}
	sums = append(sums, "SUM(CASE WHEN "+income.SQL+" THEN wage_fen ELSE 0 END)", "COUNT(*)")
	for d, values := range q.Where {
		var list []string
		for _, v := range values {
			list = append(list, strconv.FormatInt(v, 10))
		}
		where = append(where, columnOf[d]+" IN ("+strings.Join(list, ", ")+")")
	}
	query := "SELECT " + strings.Join(append(slices.Clone(by), sums...), ", ") + " FROM person_month"
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	rows, err := d.Read.QueryContext(ctx, query+" GROUP BY "+strings.Join(by, ", "))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]int64{}
	for rows.Next() {
		got := make([]int64, len(by)+len(sums))
		dest := make([]any, len(got))
		for i := range got {
			dest[i] = &got[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		out[fmt.Sprint(got[:len(by)])] = got[len(by):]
	}
	if len(out) == 0 && rows.Err() == nil {
		return out, errors.New("bench slice: SQL finds nobody")
	}
	return out, rows.Err()
}
