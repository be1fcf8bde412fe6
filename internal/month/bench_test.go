package month

import (
	"fmt"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// BenchmarkCounties: what every page of the nation asks, with people in 2,978
// counties.
func BenchmarkCounties(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": testkit.SQLite, "postgres": testkit.Postgres} {
		b.Run(name, func(b *testing.B) {
			d := open(b)
			err := d.Tx(ctx, func(tx *db.Tx) error {
				id := 0
				for c := range 2978 {
					id++
					if _, err := tx.ExecContext(ctx, `INSERT INTO person (id, household_id, village, name, id_cipher, id_index, id_mask, created_at, updated_at) VALUES ($1, 1, $2, '例', $3, $4, '', 0, 0)`,
						id, int64(110000000000+c*1_000_000+1001), []byte{1}, []byte(fmt.Sprint(id))); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			s := New(d, &monthtest.Audit{})
			for b.Loop() {
				list, err := s.Counties(ctx, region.ScopeOf(region.Country), region.Country)
				if err != nil || len(list) != 2978 {
					b.Fatal(len(list), err)
				}
			}
		})
	}
}

// BenchmarkCity: 40,000 people, 24 months: deriving all, and closing one.
func BenchmarkCity(b *testing.B) {
	d := testkit.SQLite(b)
	monthtest.Lifelike(b, d, 40_000)
	s := New(d, &monthtest.Audit{})
	var months []calendar.Month
	for m := calendar.Month(202112); m <= 202311; m = m.Add(1) {
		months = append(months, m)
	}
	counties, err := s.Counties(ctx, region.ScopeOf(city), city)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("derive-24", func(b *testing.B) {
		for range b.N {
			for _, c := range counties {
				if _, err := s.Live(ctx, region.ScopeOf(c), c, months); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	m := calendar.Month(202201)
	b.Run("close-1", func(b *testing.B) {
		for range b.N {
			if err := s.CloseAll(ctx, account.LocalOperator(region.Country), city, m, nil); err != nil {
				b.Fatal(err)
			}
			m = m.Add(1)
		}
	})
}
