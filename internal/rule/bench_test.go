package rule

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"

	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

// lifelike writes n people of households of four, with a kind, the national
// columns, and one or two spells each; one in fifty breaks a rule.
func lifelike(b testing.TB, d *db.DB, n int) {
	b.Helper()
	const part = 5000
	for at := 0; at < n; at += part {
		var people, kinds, aids, spells, terms [][]any
		for i := at; i < min(n, at+part); i++ {
			id := int64(i + 1)
			home := (id-1)/4 + 1
			village := int64(371500000000) + (id/100_000+20)*1_000_000 + (id/10_000%10+100)*1000 + id/400%25 + 201
			birth, relation, skill := int64(19700101+(i%30)*10000), 1+i%4, 1
			if i%50 == 0 {
				skill = 4 // healthy and of labour age
			}
			people = append(people, []any{id, home, village, "甲" + strconv.Itoa(i), 1 + i%2, birth, 1, relation, 3, 1, skill, 2, 2, []byte("x"), []byte(strconv.Itoa(i)), "00**************27",
				[]byte("p" + strconv.Itoa(i)), int64(i), int64(i)})
			kinds = append(kinds, []any{id, 1, int64(20210101)})
			a := fact.NoAid()
			a.Stated, a.MedicalResident, a.Serious, a.PensionResident = fact.StatedMedical|fact.StatedSerious|fact.StatedPension|fact.StatedPost, fact.Yes, fact.Yes, fact.Yes
			aids = append(aids, []any{id, int64(1), int64(a.Stated), a.Pack(), int64(0), int64(0), 0, -1, int64(-1)})
			for k := range 1 + i%2 {
				end := int64(calendar.Open)
				if k == 0 && i%2 == 1 {
					end = 202212
				}
				spells = append(spells, []any{id, 2*id + int64(k), int64(202201 + 100*k), end, int64(0), int64(0)})
				terms = append(terms, []any{id, 2*id + int64(k), int64(202201 + 100*k), int64(300000 + i%40*10000), "某厂", int64(440300000000), 3, 2})
			}
		}
		err := d.Tx(context.Background(), func(tx *db.Tx) error {
			for _, t := range []struct {
				table   string
				columns []string
				rows    [][]any
			}{
				{"person", []string{"id", "household_id", "village", "name", "sex", "birth", "ethnic", "relation", "education", "health", "skill", "allowance", "ward", "id_cipher", "id_index", "id_mask", "phone_index", "created_at", "updated_at"}, people},
				{"person_kind", []string{"person_id", "kind", "since"}, kinds},
				{"person_aid", []string{"person_id", "batch_id", "stated", "answers", "risks", "measures", "post_kinds", "post_months", "wage_fen"}, aids},
				{"spell", []string{"person_id", "id", "start_month", "end_month", "created_at", "updated_at"}, spells},
				{"spell_term", []string{"person_id", "spell_id", "from_month", "wage_fen", "employer", "place", "place_class", "channel"}, terms},
			} {
				if err := d.Dialect.BulkInsert(context.Background(), tx, t.table, t.columns, t.rows); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck looks at everybody, then again, then at the villages of a
// hundred edits. WENGANG_BENCH_PEOPLE sets how many people (default 100,000).
func BenchmarkCheck(b *testing.B) {
	n := 100_000
	if s := os.Getenv("WENGANG_BENCH_PEOPLE"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": testkit.SQLite, "postgres": testkit.Postgres} {
		b.Run(name, func(b *testing.B) { benchCheck(b, open(b), n) })
	}
}

func benchCheck(b *testing.B, d *db.DB, n int) {
	d.Clock = calendar.System
	lifelike(b, d, n)
	k := NewDesk(d, tree{}, audit.New(d, secrettest.Box(b), nil))
	for b.Loop() {
		for _, what := range []string{"first", "again"} {
			start := time.Now()
			c, err := k.Check(context.Background(), everywhere, region.Country, true, nil)
			if err != nil || c.People != n {
				b.Fatalf("%+v, %v", c, err)
			}
			b.ReportMetric(time.Since(start).Seconds(), what+"-s")
		}
		err := d.Tx(context.Background(), func(tx *db.Tx) error {
			for i := range 100 {
				if _, err := tx.Exec(`INSERT INTO field_change (person_id, id, at, entity, field) VALUES ($1, $2, 1, 'person', 'skill')`, i*(n/100)+1, time.Now().UnixNano()+int64(i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		c, err := k.Check(context.Background(), everywhere, region.Country, false, nil)
		if err != nil || c.Whole {
			b.Fatalf("%+v, %v", c, err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "changed-s")
		b.ReportMetric(float64(c.People), "changed-people")
	}
}
