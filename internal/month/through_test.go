package month

import (
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// Closing a row of months reads the facts once; somebody who is edited between
// two of them must still be seen by the later ones.
func TestCloseThroughSeesAChangeBetweenTwoMonths(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 60)
		edited := false
		err := s.CloseThrough(ctx, officer, county, 202309, nov, func(_ region.Code, m calendar.Month) {
			if m != 202310 {
				return
			}
			err := d.Tx(ctx, func(tx *db.Tx) error {
				res, err := tx.ExecContext(ctx, `UPDATE spell SET end_month = 202310 WHERE end_month > 202310`)
				if err != nil {
					return err
				}
				n, err := res.RowsAffected()
				edited = n > 0
				if err != nil {
					return err
				}
				return change.County(ctx, tx, county, 202310, calendar.Open)
			})
			if err != nil {
				t.Fatal(err)
			}
		})
		if err != nil || !edited {
			t.Fatalf("close: %v, edited %v", err, edited)
		}
		for m, want := range map[calendar.Month]bool{202310: true, nov: false} {
			n := count(t, d, `SELECT COUNT(*) FROM person_month WHERE month = $1 AND (flags & 8) = 8`, int32(m))
			if (n > 0) != want {
				t.Errorf("%s: %d people working, some wanted: %v", m, n, want)
			}
		}
		if n := count(t, d, `SELECT COUNT(*) FROM person_month`); n != count(t, d, `SELECT SUM(people) FROM month_close`) {
			t.Errorf("%d rows differ from what the closes noted", n)
		}
	})
}
