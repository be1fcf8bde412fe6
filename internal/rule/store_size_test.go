package rule

import (
	"context"
	"testing"

	"wengang/internal/db"
	"wengang/internal/testkit"
)

// A sheet came in with its columns slipped: every row broke every rule, and the
// findings of 200 people passed what one statement takes.
func TestEveryRuleBrokenByEverybodyIsKept(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx, all := context.Background(), make([]Kept, keepChunk)
		for i := range all {
			all[i] = Kept{PersonID: int64(i + 1), Village: home, Checked: func(*Rule, string) bool { return true }}
			for _, r := range All() {
				all[i].Found = append(all[i].Found, Of(r.ID, ""))
			}
		}
		for range 2 { // opened, and found again
			if err := d.Tx(ctx, func(tx *db.Tx) error { return KeepAll(ctx, tx, 7, all) }); err != nil {
				t.Fatal(err)
			}
			var n int
			if err := d.Read.QueryRow(`SELECT count(*) FROM finding WHERE state = 0`).Scan(&n); err != nil || n != keepChunk*len(All()) {
				t.Errorf("%d findings of %d, %v", n, keepChunk*len(All()), err)
			}
		}
	})
}
