package audit_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

// BenchmarkRecord writes, seals and verifies 20,000 rows; a row is reported
// apart for each step. Verifying ten million must stay below five minutes.
func BenchmarkRecord(b *testing.B) {
	const rows = 20_000
	for name, d := range map[string]*db.DB{"sqlite": testkit.SQLite(b), "postgres": testkit.Postgres(b)} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			l := audit.New(d, secrettest.Box(b), nil)
			n := 0
			var write, seal, verify time.Duration
			for b.Loop() {
				start := time.Now()
				for range rows / 1000 {
					err := d.Tx(ctx, func(tx *db.Tx) error {
						for i := range 1000 {
							if err := l.Write(ctx, tx, officer, audit.Entry{Action: "people.reveal", Object: "person", ObjectID: fmt.Sprint(i), Detail: map[string]string{"field": "phone"}}); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						b.Fatal(err)
					}
				}
				write += time.Since(start)
				start = time.Now()
				if _, err := l.Seal(ctx); err != nil {
					b.Fatal(err)
				}
				seal += time.Since(start)
				n += rows
				start = time.Now()
				rep, err := l.Verify(ctx)
				if err != nil || rep.Seals != int64(n) {
					b.Fatalf("%+v, %v", rep, err)
				}
				verify += time.Since(start) / time.Duration(n/rows)
			}
			b.ReportMetric(float64(write.Microseconds())/float64(n), "µs/row-write")
			b.ReportMetric(float64(seal.Microseconds())/float64(n), "µs/row-seal")
			b.ReportMetric(float64(verify.Microseconds())/float64(n), "µs/row-verify")
		})
	}
}
