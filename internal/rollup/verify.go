package rollup

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// Difference is a place where two ways of counting disagree. What is a
// machine word for the kind of check.
type Difference struct {
	What      string         `json:"what"` // "recount", "combined", "flow", "year", "moves", "absorbed", "orphan", "double", "rows", "packed"
	County    region.Code    `json:"county,omitempty"`
	Place     region.Code    `json:"place,omitempty"`
	Month     calendar.Month `json:"month,omitempty"`
	Indicator string         `json:"indicator,omitempty"`
	Got       int64          `json:"got"`
	Want      int64          `json:"want"`
}

func (d Difference) String() string {
	return fmt.Sprintf("%s %s %s %s %s: %d, want %d", d.What, d.County, d.Place, d.Month, d.Indicator, d.Got, d.Want)
}

// Verify counts every closed month again by SQL and compares it with the
// columns, village by village and indicator by indicator; it checks that
// stocks and flows meet, that nobody counts twice and that no row hangs in the
// air. An empty answer means that all agree. It reads the database, not the
// cache, and costs about one second per hundred thousand person-months.
func (s *Service) Verify(ctx context.Context) ([]Difference, error) {
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	v := verifier{s: s, ctx: ctx}
	s.mu.Lock()
	for c, months := range s.states {
		for m, st := range months {
			if st.closed {
				v.closed = append(v.closed, blockKey{county: c, month: m})
			}
		}
	}
	s.mu.Unlock()
	slices.SortFunc(v.closed, func(a, b blockKey) int {
		if a.county != b.county {
			return int(a.county - b.county)
		}
		return int(a.month - b.month)
	})
	var before *Block
	for _, k := range v.closed {
		b, err := v.fresh(k)
		if err != nil {
			return nil, err
		}
		for _, step := range []func(*Block) error{v.recount, v.combined, v.moves, v.absorbed, v.rows} {
			if err := step(b); err != nil {
				return nil, fmt.Errorf("verify %s %s: %w", k.county, k.month, err)
			}
		}
		if before != nil && before.County == k.county && before.Month == k.month.Add(-1) {
			v.flows(before, b)
		}
		v.gather(b)
		before = b
	}
	v.above()
	return v.out, v.records()
}

type verifier struct {
	s      *Service
	ctx    context.Context
	closed []blockKey
	out    []Difference
	up     map[upKey]*Figures // cities, provinces and the nation
}

func (v *verifier) differ(d Difference) {
	if d.Got != d.Want {
		v.out = append(v.out, d)
	}
}

// fresh is the month out of its rows; the packed form is compared with them.
func (v *verifier) fresh(k blockKey) (*Block, error) {
	var rows []row
	err := v.s.src.Rows(v.ctx, nation, k.county, k.month, func(p *fact.PersonMonth) error { rows = append(rows, rowOf(p)); return nil })
	if err != nil {
		return nil, err
	}
	return build(k.county, k.month, rows)
}

// query runs a statement over one county's month; keys and sums come back per
// group.
func (v *verifier) query(b *Block, group string, sums []string, where string, row func(key region.Code, sums []int64)) error {
	if where != "" {
		where = " AND " + where
	}
	rows, err := v.s.db.Read.QueryContext(v.ctx, `SELECT `+group+`, `+strings.Join(sums, ", ")+
		` FROM person_month WHERE county = $1 AND month = $2`+where+` GROUP BY `+group, int64(b.County), int32(b.Month))
	if err != nil {
		return err
	}
	defer rows.Close()
	got := make([]int64, len(sums))
	var key region.Code
	dest := []any{&key}
	for i := range got {
		dest = append(dest, &got[i])
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		row(key, got)
	}
	return rows.Err()
}

func sumOf(cond string) string {
	return "CAST(SUM(CASE WHEN " + cond + " THEN 1 ELSE 0 END) AS BIGINT)"
}

// recount compares the counts and the income of every village.
func (v *verifier) recount(b *Block) error {
	defs := indicator.Counts()
	sums := make([]string, 0, len(defs)+1)
	for _, d := range defs {
		sums = append(sums, sumOf(d.SQL))
	}
	sums = append(sums, "CAST(SUM(CASE WHEN "+income.SQL+" THEN wage_fen ELSE 0 END) AS BIGINT)")
	met := 0
	err := v.query(b, "village", sums, "", func(at region.Code, got []int64) {
		met++
		counts, money, _ := b.node(at)
		if counts == nil {
			counts = make([]int32, b.lanes)
		}
		for i, d := range defs {
			v.differ(Difference{"recount", b.County, at, b.Month, d.ID, int64(counts[i]), got[i]})
		}
		v.differ(Difference{"recount", b.County, at, b.Month, income.ID, money, got[len(defs)]})
	})
	v.differ(Difference{"recount", b.County, b.County, b.Month, "villages", int64(len(b.villages)), int64(met)})
	return err
}

// moves compares the movers of every town.
func (v *verifier) moves(b *Block) error {
	town := func(c region.Code) region.Code { return c.At(region.Town) }
	for _, d := range moveDefs {
		want := map[region.Code]int64{}
		take := func(group, cond string) error {
			return v.query(b, group, []string{"COUNT(*)"}, cond, func(t region.Code, n []int64) { want[t*1000] += n[0] })
		}
		var err error
		if d.Out {
			err = take("from_village / 1000", "from_village <> 0 AND village / 1000 <> from_village / 1000 AND ("+d.SQL+
				fmt.Sprintf(") AND from_village >= %d AND from_village < %d", b.County, b.County+1_000_000))
			if err == nil {
				err = take("village / 1000", d.LeftSQL+" AND village / 1000 <> from_village / 1000")
			}
		} else {
			err = take("village / 1000", "from_village <> 0 AND village / 1000 <> from_village / 1000 AND "+d.SQL)
		}
		if err != nil {
			return err
		}
		got := map[region.Code]int64{}
		for _, t := range b.nodesBy(town) {
			f := newFigures(t, b.Month)
			f.add(&entry{block: b}, b.County, t)
			got[t] = f.moves[d.ID]
		}
		for t := range want {
			if _, ok := got[t]; !ok {
				got[t] = 0
			}
		}
		for t, n := range got {
			v.differ(Difference{"moves", b.County, t, b.Month, d.ID, n, want[t]})
		}
	}
	return nil
}

// nodesBy are the towns of the block's villages and of where movers came from.
func (b *Block) nodesBy(up func(region.Code) region.Code) []region.Code {
	var out []region.Code
	for _, c := range b.villages {
		out = append(out, up(c))
	}
	for _, m := range b.movers {
		if countyOf(m.from) == b.County {
			out = append(out, up(m.from))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// absorbed compares the people at every place of work.
func (v *verifier) absorbed(b *Block) error {
	for _, d := range absorbDefs {
		if d.MidWest {
			continue // the same rows, taken or left by county
		}
		col := "place"
		if d.YearEnd {
			col = "year_place"
		}
		err := v.query(b, col, []string{"COUNT(*)"}, col+" <> 0 AND "+d.SQL, func(at region.Code, n []int64) {
			got := int64(0)
			b.absorbed(d, at, func(int, int32) { got++ })
			want := n[0]
			if at.Level() < region.County {
				want = got // a place given as a province holds others too
			}
			v.differ(Difference{"absorbed", b.County, at, b.Month, d.ID, got, want})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rows compares the number of rows with the one noted at the close, and each
// with its packed form.
func (v *verifier) rows(b *Block) error {
	var people int64
	err := v.s.db.Read.QueryRowContext(v.ctx, `SELECT people FROM month_close WHERE county = $1 AND month = $2`,
		int64(b.County), int32(b.Month)).Scan(&people)
	v.differ(Difference{"rows", b.County, b.County, b.Month, "", int64(b.Rows()), people})
	if err != nil {
		return err
	}
	differ, err := v.s.src.Unpacked(v.ctx, nation, b.County, b.Month)
	v.differ(Difference{"packed", b.County, b.County, b.Month, "", int64(max(0, differ)), 0})
	return err
}

// flows checks at every village, town and the county that the stock of two
// following months differs by what came and went.
func (v *verifier) flows(was, is *Block) {
	places := append(was.nodesBy(func(c region.Code) region.Code { return c }), is.nodesBy(func(c region.Code) region.Code { return c })...)
	for _, c := range slices.Clone(places) {
		places = append(places, c.At(region.Town))
	}
	places = append(places, is.County)
	slices.Sort(places)
	for _, at := range slices.Compact(places) {
		a, b := newFigures(at, was.Month), newFigures(at, is.Month)
		a.add(&entry{block: was}, was.County, at)
		b.add(&entry{block: is}, is.County, at)
		v.identities(is.County, &a, &b)
	}
}

// orphans are records that hang in the air, as statements that count them.
var orphans = []struct{ name, sql string }{
	{"person_month without person", `SELECT COUNT(*) FROM person_month m WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = m.person_id)`},
	{"person_month of an open month", `SELECT COUNT(*) FROM person_month m WHERE NOT EXISTS
		(SELECT 1 FROM month_close c WHERE c.county = m.county AND c.month = m.month AND c.state <> 'open')`},
	{"residence without person", `SELECT COUNT(*) FROM residence r WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = r.person_id)`},
	{"kind without person", `SELECT COUNT(*) FROM person_kind k WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = k.person_id)`},
	{"spell without person", `SELECT COUNT(*) FROM spell s WHERE NOT EXISTS (SELECT 1 FROM person p WHERE p.id = s.person_id)`},
	{"spell without terms", `SELECT COUNT(*) FROM spell s WHERE NOT EXISTS
		(SELECT 1 FROM spell_term t WHERE t.person_id = s.person_id AND t.spell_id = s.id)`},
	{"terms without spell", `SELECT COUNT(*) FROM spell_term t WHERE NOT EXISTS
		(SELECT 1 FROM spell s WHERE s.person_id = t.person_id AND s.id = t.spell_id)`},
	{"person without household", `SELECT COUNT(*) FROM person p WHERE p.household_id <> 0 AND NOT EXISTS
		(SELECT 1 FROM household h WHERE h.id = p.household_id)`},
}

// records checks that nobody counts in two counties of one month, and that no
// record has lost what it belongs to.
func (v *verifier) records() error {
	for _, o := range orphans {
		var n int64
		if err := v.s.db.Read.QueryRowContext(v.ctx, o.sql).Scan(&n); err != nil {
			return fmt.Errorf("verify %s: %w", o.name, err)
		}
		v.differ(Difference{What: "orphan", Indicator: o.name, Got: n})
	}
	rows, err := v.s.db.Read.QueryContext(v.ctx, `SELECT month, COUNT(*), COUNT(DISTINCT person_id) FROM person_month
		WHERE `+indicator.MustGet("registered").SQL+` GROUP BY month`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var m calendar.Month
		var n, distinct int64
		if err := rows.Scan(&m, &n, &distinct); err != nil {
			return err
		}
		v.differ(Difference{What: "double", Month: m, Indicator: "registered", Got: n, Want: distinct})
	}
	return rows.Err()
}
