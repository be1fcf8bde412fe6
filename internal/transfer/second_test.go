package transfer

import (
	"context"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/setting"
	"wengang/internal/testkit"
)

// TestSecondPerson: above the office's number of rows a save needs another
// officer; who brought the file, asked, or mended rows cannot confirm.
func TestSecondPerson(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), linkedKind{})
		chief := account.Caller{UserID: 1, Grants: []account.Grant{{Role: account.Reviewer, Dept: account.DeptHR, Region: testCounty}}}
		err := d.Tx(t.Context(), func(tx *db.Tx) error {
			return setting.Set(context.Background(), tx, s.audit.(*audit.Log), chief, setting.Stored{Region: testCounty, Name: SetSecond, Value: 5, Source: "试验"})
		})
		if err != nil {
			t.Fatal(err)
		}
		as := func(user int64) account.Caller {
			c := officer
			c.UserID = user
			return c
		}
		small := stage(t, s, numbers(t, "a", 1, 5))
		if err := s.AskSecond(t.Context(), officer, small); !isKey(err, "import.second.none") {
			t.Errorf("asked where nobody is needed: %v", err)
		}
		save(t, s, small)

		id := stage(t, s, numbers(t, "b", 11, 20))
		if _, err := s.Fix(t.Context(), as(8), id, RowRef{"甲", 2}, map[int]string{1: "c"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Save(t.Context(), officer, id); !isKey(err, "import.second.need") {
			t.Errorf("saved alone: %v", err)
		}
		if err := s.AskSecond(t.Context(), as(9), id); err != nil {
			t.Fatal(err)
		}
		if in := info(t, s, id); in.State != StateWaiting || in.AskedBy != 9 || in.AskedAt.IsZero() {
			t.Fatalf("asked: %+v", in)
		}
		if _, err := s.Fix(t.Context(), as(10), id, RowRef{"甲", 3}, map[int]string{1: "c"}); !isKey(err, "import.state.waiting") {
			t.Errorf("changed while it waits: %v", err)
		}
		for user, who := range map[int64]string{7: "who brought it", 8: "who mended a row", 9: "who asked"} {
			if err := s.Save(t.Context(), as(user), id); !isKey(err, "import.second.same") || !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s confirms: %v", who, err)
			}
			if s.MayConfirm(t.Context(), as(user), id) == nil {
				t.Errorf("%s is offered to confirm", who)
			}
		}
		standIn := as(10)
		standIn.For = 8
		if err := s.Save(t.Context(), standIn, id); !isKey(err, "import.second.same") {
			t.Errorf("a stand-in of who mended a row confirms: %v", err)
		}
		if err := s.Return(t.Context(), as(10), id); err != nil {
			t.Fatal(err)
		}
		if in := info(t, s, id); in.State != StateChecked || in.AskedBy != 0 {
			t.Fatalf("given back: %+v", in)
		}
		if err := s.Return(t.Context(), as(10), id); !isKey(err, "import.state.checked") {
			t.Errorf("given back twice: %v", err)
		}
		if err := s.AskSecond(t.Context(), as(7), id); err != nil {
			t.Fatal(err)
		}
		if err := s.Save(t.Context(), as(10), id); err != nil {
			t.Fatal(err)
		}
		if err := s.Work(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if in := info(t, s, id); in.State != StateDone || ledger(t, d, "b") != 9 || ledger(t, d, "c") != 1 {
			t.Errorf("confirmed: %+v", in)
		}
		waiting := stage(t, s, numbers(t, "b", 31, 40))
		if err := s.AskSecond(t.Context(), officer, waiting); err != nil {
			t.Fatal(err)
		}
		if err := s.Cancel(t.Context(), officer, waiting); err != nil {
			t.Fatal(err)
		}
		if err := s.Work(t.Context(), waiting); err != nil {
			t.Fatal(err)
		}
		if in := info(t, s, waiting); in.State != StateCancelled {
			t.Errorf("given up while it waits: %s", in.State)
		}
		var rows int
		if err := d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE action IN ('import.ask', 'import.return')`).Scan(&rows); err != nil || rows != 4 {
			t.Errorf("%d audit rows, %v", rows, err)
		}
	})
}

// TestConfirmedIsWhatWaits: a batch that is given back while another officer
// confirms it is not saved: its rows may change again.
func TestConfirmedIsWhatWaits(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), linkedKind{})
		err := d.Tx(t.Context(), func(tx *db.Tx) error {
			chief := account.Caller{UserID: 1, Grants: []account.Grant{{Role: account.Reviewer, Dept: account.DeptHR, Region: testCounty}}}
			return setting.Set(context.Background(), tx, s.audit.(*audit.Log), chief, setting.Stored{Region: testCounty, Name: SetSecond, Value: 5, Source: "试验"})
		})
		if err != nil {
			t.Fatal(err)
		}
		id := stage(t, s, numbers(t, "b", 11, 20))
		if err := s.AskSecond(t.Context(), officer, id); err != nil {
			t.Fatal(err)
		}
		other := officer
		other.UserID = 10
		confirmed := make(chan error, 1)
		err = d.Tx(t.Context(), func(tx *db.Tx) error {
			if err := db.Hold(t.Context(), tx, "import_batch", id); err != nil {
				return err
			}
			go func() { confirmed <- s.Save(t.Context(), other, id) }()
			time.Sleep(300 * time.Millisecond)
			return move(t.Context(), tx, id, ActReturn, "asked_by = 0, asked_at = 0")
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-confirmed; !isKey(err, "import.second.need") {
			t.Errorf("confirmed after it was given back: %v", err)
		}
		if in := info(t, s, id); in.State != StateChecked {
			t.Errorf("the batch is %s", in.State)
		}
	})
}
