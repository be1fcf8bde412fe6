package month

import (
	"context"
	"fmt"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

const (
	county = monthtest.County
	city   = monthtest.City
	nov    = calendar.Month(202311)
)

var (
	ctx     = context.Background()
	officer = monthtest.Officer(county)
	above   = monthtest.Reviewer(city)
)

func filled(t *testing.T, d *db.DB, people int) *Store {
	monthtest.Fill(t, d, 3, people)
	return New(d, &monthtest.Audit{})
}

// Every act from every state by every role, at the county, its city and a
// neighbour.
func TestTransitionsWalked(t *testing.T) {
	d := testkit.SQLite(t)
	s := filled(t, d, 60)
	acts := map[string]func(account.Caller) error{
		"close":  func(c account.Caller) error { return s.Close(ctx, c, county, nov) },
		"reopen": func(c account.Caller) error { return s.Reopen(ctx, c, county, nov, "补录") },
	}
	set := map[Stage]func() error{
		Open: func() error {
			return s.db.Tx(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, `DELETE FROM month_close`)
				if err == nil {
					_, err = tx.ExecContext(ctx, `DELETE FROM person_month`)
				}
				return err
			})
		},
		Closed: func() error { return s.Close(ctx, officer, county, nov) },
	}
	for _, from := range []Stage{Open, Closed} {
		for act, do := range acts {
			for _, role := range []account.Role{account.Aide, account.Officer, account.Reviewer, account.Leader, account.System, account.Security, account.Auditor} {
				for _, at := range []region.Code{county, city, monthtest.Neighbour, 371522103201} {
					if err := set[Open](); err != nil {
						t.Fatal(err)
					}
					if err := set[from](); err != nil {
						t.Fatal(err)
					}
					c := account.Caller{UserID: 9, Grants: []account.Grant{{Role: role, Dept: account.DeptHR, Region: at}}}
					tr := transition(act)
					err := do(c)
					where := fmt.Sprintf("%s from %s by %s at %s", act, from, role, at)
					switch {
					case !c.Can(tr.Need):
						want(t, where, err, fault.Forbidden)
					case !c.Scope(tr.Need).Contains(county):
						want(t, where, err, fault.NotFound)
					case tr.From == from:
						if err != nil {
							t.Errorf("%s: %v", where, err)
						}
						st, err := s.Status(ctx, region.ScopeOf(county), county, nov)
						if err != nil || st.State != tr.To {
							t.Errorf("%s: state %s (%v), want %s", where, st.State, err, tr.To)
						}
					case act == "close": // closed already: nothing happens
						if err != nil {
							t.Errorf("%s: %v", where, err)
						}
					default:
						want(t, where, err, fault.Conflict)
					}
				}
			}
		}
	}
}

func want(t *testing.T, where string, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("%s: got %v, want kind %d", where, err, kind)
	}
}

func TestCloseInOrderAndNotEarly(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 40)
		want(t, "the month that still runs", s.Close(ctx, officer, county, 202312), fault.Conflict)
		if err := s.Close(ctx, officer, county, 202309); err != nil {
			t.Fatal(err)
		}
		want(t, "a gap", s.Close(ctx, officer, county, nov), fault.Conflict)
		want(t, "before the first", s.Close(ctx, officer, county, 202308), fault.Conflict)
		for _, m := range []calendar.Month{202310, 202311, 202311} {
			if err := s.Close(ctx, officer, county, m); err != nil {
				t.Fatal(err)
			}
		}
		want(t, "not the last", s.Reopen(ctx, above, county, 202310, "补录"), fault.Conflict)
		want(t, "no reason", s.Reopen(ctx, above, county, nov, "  "), fault.Invalid)
		marked := calendar.Month(0)
		s.OnReopen(func(_ context.Context, _ *db.Tx, _ region.Code, m calendar.Month) error { marked = m; return nil })
		if err := s.Reopen(ctx, above, county, nov, "补录"); err != nil || marked != nov {
			t.Fatalf("reopen: %v, marked %s", err, marked)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM person_month WHERE month = 202311`); n != 0 {
			t.Errorf("%d frozen rows of a reopened month", n)
		}
		if err := s.Close(ctx, officer, county, nov); err != nil {
			t.Fatal(err)
		}
		entries := s.audit.(*monthtest.Audit).Entries
		if len(entries) != 5 || entries[3].Action != "month.reopen" {
			t.Errorf("audit: %+v", entries)
		}
		if ok, err := s.Closed(ctx, 371522103201, nov); !ok || err != nil {
			t.Errorf("a village's month: %v %v", ok, err)
		}
		if ok, _ := s.Closed(ctx, city, nov); ok {
			t.Error("the city's month is closed while a county's is open")
		}
	})
}

func count(t *testing.T, d *db.DB, q string, args ...any) (n int) {
	t.Helper()
	if err := d.Read.QueryRowContext(ctx, q, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A close that dies after any of its batches leaves nothing that counts, and
// the next one writes every row once.
func TestKilledClose(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 300)
		s.batch = 20
		rows, err := s.Live(ctx, region.ScopeOf(county), county, []calendar.Month{nov})
		if err != nil {
			t.Fatal(err)
		}
		total := len(rows[0])
		for kill := 0; kill*s.batch <= total; kill++ {
			version, _, err := s.begin(ctx, county, nov, officer)
			if err != nil {
				t.Fatal(err)
			}
			for b := range kill {
				err := s.db.Tx(ctx, func(tx *db.Tx) error {
					if err := hold(ctx, tx, county, nov, version); err != nil {
						return err
					}
					return insertRows(ctx, tx, county, rows[0][b*s.batch:min((b+1)*s.batch, total)])
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if closed, _ := s.Closed(ctx, county, nov); closed {
				t.Fatal("closed half-way")
			}
		}
		other := officer
		other.UserID = 8
		want(t, "another closes meanwhile", s.Close(ctx, other, county, nov), fault.Conflict)
		if err := s.Close(ctx, officer, county, nov); err != nil {
			t.Fatal(err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM person_month`); n != total {
			t.Errorf("%d rows, want %d", n, total)
		}
	})
}

// What is written while a close runs is in the frozen rows.
func TestChangeWhileClosing(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := filled(t, d, 100)
		version, mark, err := s.begin(ctx, county, nov, officer)
		if err != nil {
			t.Fatal(err)
		}
		monthtest.Person(t, d, 901, monthtest.Villages[0], 202311)
		err = d.Tx(ctx, func(tx *db.Tx) error {
			if err := s.Note(ctx, tx, 901, 202311, calendar.Open); err != nil {
				return err
			}
			return change.Person(ctx, tx, monthtest.Villages[0], 901, 202311, calendar.Open)
		})
		if err != nil {
			t.Fatal(err)
		}
		// The log has the change, the snapshot below has it too: it must stand once.
		again, err := s.freeze(ctx, officer, county, nov, version, mark, nil)
		if err != nil || again {
			t.Fatalf("freeze: again %v, %v", again, err)
		}
		if n := count(t, d, `SELECT COUNT(*) FROM person_month WHERE person_id = 901 AND month = 202311`); n != 1 {
			t.Errorf("%d rows of the new person, want 1", n)
		}
		if n, m := count(t, d, `SELECT COUNT(*) FROM person_month`), count(t, d, `SELECT people FROM month_close`); n != m {
			t.Errorf("%d rows, %d noted", n, m)
		}
	})
}

// Late facts leave the frozen row and say what it would be; noting twice adds
// nothing; a reopened month settles them.
func TestLateFacts(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := New(d, &monthtest.Audit{})
		monthtest.Person(t, d, 1, monthtest.Villages[0], 202307)
		for _, m := range []calendar.Month{202309, 202310, 202311} {
			if err := s.Close(ctx, officer, county, m); err != nil {
				t.Fatal(err)
			}
		}
		late := func(q string, args ...any) {
			err := d.Tx(ctx, func(tx *db.Tx) error {
				if _, err := tx.ExecContext(ctx, q, args...); err != nil {
					return err
				}
				return s.Note(ctx, tx, 1, 202310, calendar.Open)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		late(`UPDATE spell SET end_month = 202310 WHERE person_id = 1`)
		frozen := row(t, s, nov)
		if frozen.Flags&fact.Working == 0 {
			t.Error("the frozen row changed")
		}
		known, err := s.Known(ctx, region.ScopeOf(county), county, nov)
		if err != nil || len(known) != 1 || known[0].Flags&fact.Working != 0 || known[0].Flags&fact.Jobless == 0 {
			t.Errorf("known now: %+v %v", known, err)
		}
		n := count(t, d, `SELECT COUNT(*) FROM adjustment`)
		if late(`UPDATE spell SET end_month = 202310 WHERE person_id = 1`); n == 0 || count(t, d, `SELECT COUNT(*) FROM adjustment`) != n {
			t.Errorf("%d adjustments, then %d", n, count(t, d, `SELECT COUNT(*) FROM adjustment`))
		}
		late(`UPDATE spell SET end_month = 999912 WHERE person_id = 1`)
		if known, _ = s.Known(ctx, region.ScopeOf(county), county, nov); known[0].Flags != frozen.Flags || known[0].WageFen != frozen.WageFen {
			t.Errorf("taken back: %s, frozen %s", names(known[0].Flags), names(frozen.Flags))
		}
		late(`UPDATE person SET out_on = 20231001, out_reason = 2 WHERE id = 1`)
		if known, _ = s.Known(ctx, region.ScopeOf(county), county, nov); len(known) != 0 {
			t.Errorf("left in October, known in November: %+v", known)
		}
		if err := s.Reopen(ctx, above, county, nov, "补录"); err != nil {
			t.Fatal(err)
		}
		if list, _ := s.Adjustments(ctx, region.ScopeOf(county), county, nov); len(list) != 0 {
			t.Errorf("a reopened month keeps %d adjustments", len(list))
		}
	})
}

// A late fact about somebody who had moved to another county took the row that
// they left behind out of what is known now: the county's flows no longer met.
func TestLateFactKeepsTheWayOut(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := New(d, &monthtest.Audit{})
		monthtest.Person(t, d, 1, monthtest.Villages[0], 202307)
		if err := s.Close(ctx, officer, county, 202309); err != nil {
			t.Fatal(err)
		}
		away := monthtest.Neighbour + 100_001_001
		exec(t, d, `DELETE FROM residence`)
		exec(t, d, fmt.Sprintf(`INSERT INTO residence (person_id, since, until, village) VALUES (1, 201501, 202309, %d), (1, 202310, 999912, %d)`, monthtest.Villages[0], away))
		exec(t, d, fmt.Sprintf(`UPDATE person SET village = %d`, away))
		if err := s.Close(ctx, officer, county, 202310); err != nil {
			t.Fatal(err)
		}
		if p := row(t, s, 202310); p.Flags&fact.MovedOut == 0 {
			t.Fatalf("left behind: %s", names(p.Flags))
		}
		err := d.Tx(ctx, func(tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, `UPDATE spell_term SET wage_fen = 123400 WHERE person_id = 1`); err != nil {
				return err
			}
			return s.Note(ctx, tx, 1, 202307, calendar.Open)
		})
		if err != nil {
			t.Fatal(err)
		}
		known, err := s.Known(ctx, region.ScopeOf(county), county, 202310)
		if err != nil || len(known) != 1 || known[0].Flags&fact.MovedOut == 0 || known[0].From != row(t, s, 202310).From {
			t.Errorf("known now: %+v, %v", known, err)
		}
	})
}

func row(t *testing.T, s *Store, m calendar.Month) (out fact.PersonMonth) {
	t.Helper()
	err := s.Rows(ctx, region.ScopeOf(county), county, m, func(p *fact.PersonMonth) error { out = *p; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Rows of unfinished imports are no facts.
func TestHiddenBatch(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := New(d, &monthtest.Audit{})
		monthtest.Person(t, d, 1, monthtest.Villages[0], 202307)
		exec(t, d, `INSERT INTO hidden_batch (batch_id) VALUES (5)`)
		exec(t, d, `UPDATE spell SET batch_id = 5`)
		rows, err := s.Live(ctx, region.ScopeOf(county), county, []calendar.Month{nov})
		if err != nil || len(rows[0]) != 1 || rows[0][0].Flags&fact.Working != 0 {
			t.Errorf("hidden spell: %+v %v", rows, err)
		}
		exec(t, d, `DELETE FROM hidden_batch`)
		if rows, err = s.Live(ctx, region.ScopeOf(county), county, []calendar.Month{nov}); err != nil || rows[0][0].Flags&fact.Working == 0 {
			t.Errorf("shown spell: %+v %v", rows, err)
		}
	})
}

func exec(t *testing.T, d *db.DB, q string) {
	t.Helper()
	err := d.Tx(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, q); return err })
	if err != nil {
		t.Fatal(err)
	}
}

func TestScopeOfEveryMethod(t *testing.T) {
	d := testkit.SQLite(t)
	s := filled(t, d, 40)
	for name, scope := range map[string]region.Scope{"none": {}, "neighbour": region.ScopeOf(monthtest.Neighbour), "a town": region.ScopeOf(371522103000)} {
		calls := map[string]error{
			"rows": s.Rows(ctx, scope, county, nov, func(*fact.PersonMonth) error { return nil }),
			"each": s.EachRow(ctx, scope, county, nov, false, func(*fact.PersonMonth) {}),
		}
		_, calls["status"] = s.Status(ctx, scope, county, nov)
		_, calls["statuses"] = s.Statuses(ctx, scope, county, nov, nov)
		_, calls["live"] = s.Live(ctx, scope, county, []calendar.Month{nov})
		_, calls["people"] = s.LivePeople(ctx, scope, county, []calendar.Month{nov}, []int64{1})
		_, calls["known"] = s.Known(ctx, scope, county, nov)
		_, calls["adjustments"] = s.Adjustments(ctx, scope, county, nov)
		_, calls["calibre"] = s.Calibre(ctx, scope, county, 2023)
		for call, err := range calls {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s, scope %s: %v", call, name, err)
			}
		}
		if list, err := s.Counties(ctx, scope, county); name == "none" && (err != nil || len(list) != 0) {
			t.Errorf("counties, scope %s: %v %v", name, list, err)
		}
	}
}
