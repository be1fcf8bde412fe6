package month

import (
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

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
