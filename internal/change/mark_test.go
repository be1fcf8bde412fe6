package change_test

import (
	"context"
	"testing"
	"time"

	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/testkit"
)

// TestMemo: an answer is given again for the same facts only, also where it was
// read beside a transaction that ended later.
func TestMemo(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		mark := func() change.Mark {
			t.Helper()
			m, err := change.MarkOf(ctx, d.Read, d.Dialect)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		var memo change.Memo[string, int]
		// Other databases of the same PostgreSQL number their transactions in the
		// same row: that an answer is kept shows when none ends in between.
		again := false
		for end := time.Now().Add(20 * time.Second); !again && time.Now().Before(end); {
			memo.Put(mark(), "a", 7)
			v, ok := memo.Get(mark(), "a")
			if again = ok; ok && v != 7 {
				t.Errorf("kept 7, got %d", v)
			}
		}
		if !again {
			t.Error("nothing changed and no answer was kept")
		}
		if _, ok := memo.Get(mark(), "b"); ok {
			t.Error("an answer that nobody gave")
		}
		err := d.Tx(ctx, func(tx *db.Tx) error {
			if err := change.Person(ctx, tx, 371522101200, 1, 202301, 202302); err != nil {
				return err
			}
			memo.Put(mark(), "beside", 8) // read beside the open transaction
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"a", "beside"} {
			if _, ok := memo.Get(mark(), key); ok {
				t.Errorf("the answer %q outlived a change", key)
			}
		}
		memo.Put(change.Mark{}, "c", 1)
		if _, ok := memo.Get(change.Mark{}, "c"); ok {
			t.Error("an unknown mark kept an answer")
		}
	})
}
