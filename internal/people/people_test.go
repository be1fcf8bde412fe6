package people_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/testkit"
	"wengang/internal/work"
)

var ctx = context.Background()

// TestEveryMethodKeepsToTheScope walks every method of both stores in scope,
// out of scope and with the zero scope. A method that is missing here fails
// TestWalkIsComplete.
func TestEveryMethodKeepsToTheScope(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		for name, call := range methods(f) {
			for _, c := range []struct {
				story string
				scope region.Scope
				in    bool
			}{
				{"in scope", home, true},
				{"in another county", region.ScopeOf(elsewhere.At(region.County)), false},
				{"with the zero scope", region.Scope{}, false},
			} {
				id := f.create(t, f.someone("张三", village))
				spell, err := f.work.Add(ctx, home, officer(county), id, job(202301, faraway, "甲厂"))
				if err != nil {
					t.Fatal(err)
				}
				n, err := call(c.scope, officer(county), id, spell)
				switch {
				case c.in && (err != nil || n == 0):
					t.Errorf("%s %s: %d, %v", name, c.story, n, err)
				case !c.in && err == nil && n != 0:
					t.Errorf("%s %s answered %d", name, c.story, n)
				case !c.in && err != nil && !fault.Is(err, fault.NotFound):
					t.Errorf("%s %s: %v, want not found", name, c.story, err)
				}
			}
		}
	})
}

type method func(scope region.Scope, by account.Caller, id, spell int64) (int, error)

func one(err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return 1, nil
}

func methods(f *fixture) map[string]method {
	p, w := f.people, f.work
	return map[string]method{
		"people.Get": func(s region.Scope, _ account.Caller, id, _ int64) (int, error) {
			_, err := p.Get(ctx, s, id)
			return one(err)
		},
		"people.InTx": func(s region.Scope, _ account.Caller, id, _ int64) (int, error) {
			_, _, _, err := p.InTx(ctx, f.db.Read, s, id)
			return one(err)
		},
		"people.List": func(s region.Scope, _ account.Caller, _, _ int64) (int, error) {
			l, err := p.List(ctx, s, people.Filter{}, people.Page{})
			return l.Total + len(l.Rows), err
		},
		"people.Count": func(s region.Scope, _ account.Caller, _, _ int64) (int, error) {
			return p.Count(ctx, s, people.Filter{})
		},
		"people.Rows": func(s region.Scope, _ account.Caller, id, _ int64) (int, error) {
			r, err := p.Rows(ctx, s, []int64{id}, 0)
			return len(r), err
		},
		"people.Search": func(s region.Scope, _ account.Caller, _, _ int64) (int, error) {
			r, _, err := p.Search(ctx, s, "张三", 10)
			return len(r), err
		},
		"people.Find": func(s region.Scope, by account.Caller, _, _ int64) (int, error) {
			r, err := p.Find(ctx, s, by, "zs", 10)
			return len(r), err
		},
		"people.Household": func(s region.Scope, _ account.Caller, id, _ int64) (int, error) {
			r, err := p.Get(ctx, home, id)
			if err != nil {
				return 0, err
			}
			h, err := p.Household(ctx, s, r.HouseholdID)
			return len(h.Members), err
		},
		"people.Settlements": func(s region.Scope, _ account.Caller, _, _ int64) (int, error) {
			f.settled = settledPlaces{{ID: 5, Region: county, Name: "示例安置区", EndedOn: fact.Forever}}
			l, err := p.Settlements(ctx, s, village)
			return len(l), err
		},
		"people.Timeline": func(s region.Scope, _ account.Caller, id, _ int64) (int, error) {
			e, err := p.Timeline(ctx, s, id)
			return len(e), err
		},
		"people.Create": func(s region.Scope, by account.Caller, _, _ int64) (int, error) {
			n, err := p.Create(ctx, s, by, f.someone("李四", village))
			return int(n), err
		},
		"people.Update": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			r, err := p.Get(ctx, home, id)
			if err != nil {
				return 0, err
			}
			e := people.Edit{Person: r.Person}
			e.Note = "改过"
			return one(p.Update(ctx, s, by, id, e))
		},
		"people.Reveal": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			v, err := p.Reveal(ctx, s, by, id, people.SecretID, "identity", "")
			return len(v), err
		},
		"people.SetStatus": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			return one(p.SetStatus(ctx, s, by, id, fact.StatusFarm, 20231201, "走访"))
		},
		"people.StatusInTx": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			return one(f.db.Tx(ctx, func(tx *db.Tx) error {
				return p.StatusInTx(ctx, tx, s, by, id, fact.StatusFarm, 20231201, "走访")
			}))
		},
		"people.SetNeed": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			return one(p.SetNeed(ctx, s, by, id, fact.Need{Training: "缝纫工", WantedWageFen: -1}, "走访"))
		},
		"people.SetKinds": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			return one(p.SetKinds(ctx, s, by, id, []fact.PersonKind{{Kind: fact.KindEdge, Since: 20230101, Until: fact.Forever}}))
		},
		"people.Move": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			return one(p.Move(ctx, s, by, id, neighbour, 202311, "婚嫁"))
		},
		"people.Leave": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			return one(p.Leave(ctx, s, by, id, 2, 20231101, "迁出"))
		},
		"people.Return": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			if err := p.Leave(ctx, home, by, id, 2, 20231101, "迁出"); err != nil {
				return 0, err
			}
			return one(p.Return(ctx, s, by, id, "登记有误"))
		},
		"people.CreateInTx": func(s region.Scope, by account.Caller, _, _ int64) (n int, err error) {
			err = f.db.Tx(ctx, func(tx *db.Tx) error {
				id, err := p.CreateInTx(ctx, tx, s, by, f.someone("李四", village))
				n = int(id)
				return err
			})
			return n, err
		},
		"people.EraseInTx": func(s region.Scope, by account.Caller, _, _ int64) (int, error) {
			id := f.create(f.t, f.someone("王五", village))
			return one(f.db.Tx(ctx, func(tx *db.Tx) error { return p.EraseInTx(ctx, tx, s, by, id) }))
		},
		"people.MoveInTx": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			return one(f.db.Tx(ctx, func(tx *db.Tx) error {
				_, err := p.MoveInTx(ctx, tx, s, by, id, people.Moving{To: neighbour, From: 202311, Reason: "婚嫁"})
				return err
			}))
		},
		"people.UnmoveInTx": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			var was people.Moved
			err := f.db.Tx(ctx, func(tx *db.Tx) (err error) {
				was, err = p.MoveInTx(ctx, tx, home, by, id, people.Moving{To: neighbour, From: 202311, Reason: "婚嫁"})
				return err
			})
			if err != nil {
				return 0, err
			}
			return one(f.db.Tx(ctx, func(tx *db.Tx) error { return p.UnmoveInTx(ctx, tx, s, by, id, was, 202311, "登记有误") }))
		},
		"people.LeaveInTx": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			return one(f.db.Tx(ctx, func(tx *db.Tx) error { return p.LeaveInTx(ctx, tx, s, by, id, 2, 20231101, "迁出") }))
		},
		"people.ReturnInTx": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			if err := p.Leave(ctx, home, by, id, 2, 20231101, "迁出"); err != nil {
				return 0, err
			}
			return one(f.db.Tx(ctx, func(tx *db.Tx) error { return p.ReturnInTx(ctx, tx, s, by, id, "登记有误") }))
		},
		"people.ProbeID": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			_, err := p.ProbeID(ctx, s, by, id, people.Correction{Number: f.idNumber(19800101, fact.Male)})
			return one(err)
		},
		"people.CorrectID": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			return one(p.CorrectID(ctx, s, by, id, people.Correction{Version: 2, Number: f.idNumber(19800101, fact.Male), Reason: "typo", Evidence: "户口簿"}))
		},
		"people.Split": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			r, err := p.Get(ctx, home, id)
			if err != nil {
				return 0, err
			}
			_, err = p.Split(ctx, s, by, r.HouseholdID, people.Regroup{Relations: map[int64]int{id: 1}, Reason: "户主"})
			return one(err)
		},
		"people.HouseholdByCode": func(s region.Scope, _ account.Caller, id, _ int64) (int, error) {
			house, _ := f.family(f.t, "h"+itoa(id))
			got, err := p.HouseholdByCode(ctx, s, village, "h"+itoa(id))
			if err == nil && got != house {
				f.t.Errorf("household %d, want %d", got, house)
			}
			return int(got), err
		},
		"people.CountBy": func(s region.Scope, _ account.Caller, _, _ int64) (int, error) {
			l, err := p.CountBy(ctx, f.db.Read, s, people.Filter{}, region.Town)
			return len(l), err
		},
		"people.IDs": func(s region.Scope, _ account.Caller, _, _ int64) (int, error) {
			l, err := p.IDs(ctx, f.db.Read, s, people.Filter{Status: []int{0, 1, 2, 3, 4, 5}}, people.ByVillage, false, false, 10)
			return len(l), err
		},
		"people.RowsIn": func(s region.Scope, _ account.Caller, id, _ int64) (int, error) {
			l, err := p.RowsIn(ctx, f.db.Read, s, []int64{id}, 0)
			return len(l), err
		},
		"people.Plains": func(s region.Scope, _ account.Caller, id, _ int64) (int, error) {
			l, err := p.Plains(ctx, f.db.Read, s, []int64{id})
			return len(l), err
		},
		"people.HandOver": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			return one(f.db.Tx(ctx, func(tx *db.Tx) error {
				return p.HandOver(ctx, s, tx, by, id, people.Arrival{To: neighbour, From: 202311, Reason: "协商"})
			}))
		},
		"people.Looked": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			r, err := p.Get(ctx, home, id)
			if err != nil {
				return 0, err
			}
			return one(p.Looked(ctx, s, by, &r))
		},
		"people.RestateInTx": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			return one(f.db.Tx(ctx, func(tx *db.Tx) error {
				_, err := p.RestateInTx(ctx, tx, s, by, id, fact.StatusWork, 20231201, "走访")
				return err
			}))
		},
		"work.Report": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			_, err := w.Report(ctx, s, by, work.Report{Person: id, Month: 202311, Status: fact.StatusWork, WageFen: 380000, Source: "走访"})
			return one(err)
		},
		"work.ReportAll": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			out, err := w.ReportAll(ctx, s, by, []work.Report{{Person: id, Month: 202311, Status: fact.StatusWork, WageFen: -1, Source: "走访"}})
			if err == nil {
				err = out[0].Err
			}
			return one(err)
		},
		"work.Spells": func(s region.Scope, _ account.Caller, id, _ int64) (int, error) {
			l, err := w.Spells(ctx, s, id)
			return len(l), err
		},
		"work.Add": func(s region.Scope, by account.Caller, id, _ int64) (int, error) {
			n, err := w.Add(ctx, s, by, id, job(202310, county, "乙厂"))
			return int(n), err
		},
		"work.EditTerms": func(s region.Scope, by account.Caller, id, spell int64) (int, error) {
			t := job(0, faraway, "甲厂").Term
			t.From, t.WageFen = 202307, 400000
			return one(w.EditTerms(ctx, s, by, id, spell, t))
		},
		"work.End": func(s region.Scope, by account.Caller, id, spell int64) (int, error) {
			return one(w.End(ctx, s, by, id, spell, work.Ending{Month: 202311, Reason: "family", Next: fact.StatusCare}))
		},
		"work.Correct": func(s region.Scope, by account.Caller, id, spell int64) (int, error) {
			return one(w.Correct(ctx, s, by, id, spell, 202302, calendar.Open))
		},
		"work.See": func(s region.Scope, by account.Caller, id, spell int64) (int, error) {
			return one(w.See(ctx, s, by, id, spell, 202311))
		},
	}
}

func TestHistoryPerField(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := officer(county)
		p := f.someone("陈秀兰", village)
		p.Phone = "13800000427"
		id := f.create(t, p)
		r, err := f.people.Get(ctx, home, id)
		if err != nil {
			t.Fatal(err)
		}
		if r.PhoneMask != "138****0427" || strings.Contains(r.IDMask, p.IDNumber[6:14]) || r.IDNumber != "" {
			t.Errorf("not masked: %q %q", r.PhoneMask, r.IDMask)
		}
		e := people.Edit{Person: r.Person}
		e.Name, e.Skill, e.Phone = "陈秀丽", fact.SkillSkilled, "139 0000 1111"
		if err := f.people.Update(ctx, home, by, id, e); err != nil {
			t.Fatal(err)
		}
		if err := f.people.Update(ctx, home, by, id, e); !fault.Is(err, fault.Conflict) {
			t.Errorf("the second save of the same version: %v, want conflict", err)
		}
		got := fields(t, f, id)
		want := []string{"created", "name 陈秀兰→陈秀丽", "phone 138****0427→139****1111", "skill 1→2"}
		if !slices.Equal(got, want) {
			t.Errorf("history %q, want %q", got, want)
		}
		if n, _ := f.people.Count(ctx, home, people.Filter{Name: "cxl", Phone: "13900001111"}); n != 1 {
			t.Errorf("found %d by the new initials and phone", n)
		}
		old, plain := cipherOf(t, f, id, "phone")
		if old != "13800000427" || plain != "13900001111" {
			t.Errorf("the history's ciphers open to %q and %q", old, plain)
		}
	})
}

func fields(t *testing.T, f *fixture, id int64) []string {
	t.Helper()
	rows, err := f.db.Read.QueryContext(ctx, `SELECT field, old_value, new_value FROM field_change WHERE person_id = $1 ORDER BY field`, id)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var field, old, now string
		if err := rows.Scan(&field, &old, &now); err != nil {
			t.Fatal(err)
		}
		if field != change.Created {
			field += " " + old + "→" + now
		}
		out = append(out, field)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestIdentity(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := officer(county)
		p := f.someone("王五", village)
		id := f.create(t, p)
		again := f.someone("王五", village)
		again.IDNumber, again.Birth = p.IDNumber, p.Birth
		if _, err := f.people.Create(ctx, home, by, again); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same number twice: %v, want conflict", err)
		}
		if _, err := f.people.Create(ctx, region.ScopeOf(elsewhere), officer(elsewhere), withVillage(again, elsewhere)); !fault.Is(err, fault.Conflict) || strings.Contains(err.Error(), "taken") {
			t.Errorf("the number in another county: %v, want a conflict that names nobody", err)
		}
		r, _ := f.people.Get(ctx, home, id)
		e := people.Edit{Person: r.Person}
		e.IDNumber = f.idNumber(p.Birth, fact.Male)
		if err := f.people.Update(ctx, home, by, id, e); !fault.Is(err, fault.Invalid) {
			t.Errorf("corrected number without a reason: %v", err)
		}
		e.Reason = "录入时写错一位"
		if err := f.people.Update(ctx, home, by, id, e); err != nil {
			t.Fatal(err)
		}
		if rows, asked, _ := f.people.Search(ctx, home, e.IDNumber, 5); asked != people.AskedID || len(rows) != 1 {
			t.Errorf("search by the new number: %v, %d rows", asked, len(rows))
		}
		if rows, _, _ := f.people.Search(ctx, home, p.IDNumber, 5); len(rows) != 0 {
			t.Errorf("the old number still matches")
		}
		if _, err := f.people.Create(ctx, home, by, again); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "former") {
			t.Errorf("the old number on a new person: %v, want a conflict to decide", err)
		}
	})
}

func withVillage(p fact.Person, v region.Code) fact.Person { p.Village = v; return p }

func TestBadInputNamesEveryField(t *testing.T) {
	f := setUp(t, testkit.SQLite(t))
	p := f.someone("", village)
	p.IDNumber, p.Phone, p.Skill = "000000198802290018", "12345", 77
	_, err := f.people.Create(ctx, home, officer(county), p)
	var got []string
	if e, ok := err.(*fault.Error); ok {
		for _, fl := range e.Fields {
			got = append(got, fl.Name)
		}
	}
	slices.Sort(got)
	if want := []string{"id_number", "name", "phone", "skill"}; !slices.Equal(got, want) {
		t.Errorf("wrong fields %v, want %v (%v)", got, want, err)
	}
}

func TestRevealIsAuditedAndLimited(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := officer(county)
		p := f.someone("赵六", village)
		id := f.create(t, p)
		if _, err := f.people.Reveal(ctx, home, by, id, people.SecretID, "other", ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("other without words: %v", err)
		}
		got, err := f.people.Reveal(ctx, home, by, id, people.SecretID, "identity", "")
		if err != nil || got != p.IDNumber {
			t.Fatalf("revealed a wrong value: %v", err)
		}
		var n int
		if err := d.Read.QueryRowContext(ctx, `SELECT count(*) FROM audit_row WHERE action = 'people.reveal' AND user_id = $1`, by.UserID).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d audit rows, %v", n, err)
		}
		leader := account.Caller{UserID: 7, Grants: []account.Grant{{Role: account.Leader, Dept: account.DeptHR, Region: county}}}
		if _, err := f.people.Reveal(ctx, home, leader, id, people.SecretID, "identity", ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a leader revealed: %v", err)
		}
		set(t, d, county, people.RevealDaily, "1")
		if _, err := f.people.Reveal(ctx, home, by, id, people.SecretID, "identity", ""); !fault.Is(err, fault.TooMany) {
			t.Errorf("beyond the limit: %v", err)
		}
		if _, err := f.people.Reveal(ctx, home, officer(village), id, people.SecretPhone, "call", ""); err == nil {
			t.Error("revealed a phone that nobody recorded")
		}
	})
}

// A script asked for many values at once; on PostgreSQL each request counted
// the same reveals before it, and the day's limit held nobody.
func TestRevealsAtOnceKeepTheLimit(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		id := f.create(t, f.someone("赵六", village))
		set(t, d, county, people.RevealDaily, "3")
		var wg sync.WaitGroup
		var shown atomic.Int32
		for range 12 {
			wg.Go(func() {
				_, err := f.people.Reveal(ctx, home, officer(county), id, people.SecretID, "identity", "")
				switch {
				case err == nil:
					shown.Add(1)
				case !fault.Is(err, fault.TooMany):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := shown.Load(); n != 3 {
			t.Errorf("%d values shown, the limit is 3", n)
		}
	})
}

func set(t *testing.T, d *db.DB, at region.Code, name, value string) {
	t.Helper()
	err := d.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO setting (region, name, value, changed_at) VALUES ($1, $2, $3, 0)`, int64(at), name, value)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWorkplaceSeesLess(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		p := f.someone("孙七", village)
		p.Phone = "13800000427"
		id := f.create(t, p)
		spell, err := f.work.Add(ctx, home, officer(county), id, job(202305, faraway, "南方厂"))
		if err != nil {
			t.Fatal(err)
		}
		away := region.ScopeOf(faraway.At(region.City))
		r, err := f.people.Get(ctx, away, id)
		if err != nil || !r.Reduced || r.PhoneMask != "" || r.HouseholdID != 0 || len(r.Kinds) != 0 || r.Village != county || r.Birth%10000 != 0 {
			t.Errorf("seen from the workplace: %+v, %v", r, err)
		}
		l, err := f.people.List(ctx, away, people.Filter{By: people.ByWorkplace}, people.Page{})
		if err != nil || l.Total != 1 || len(l.Rows) != 1 || l.Rows[0].PhoneMask != "" || l.Rows[0].Job.Employer != "南方厂" {
			t.Errorf("list by workplace: %+v, %v", l, err)
		}
		if n, _ := f.people.Count(ctx, away, people.Filter{}); n != 0 {
			t.Errorf("%d of the workers counted as residents", n)
		}
		if err := f.work.See(ctx, away, officer(faraway), id, spell, 202311); err != nil {
			t.Errorf("the workplace could not confirm: %v", err)
		}
		if err := f.work.End(ctx, away, officer(faraway), id, spell, work.Ending{Month: 202311, Reason: "family", Next: fact.StatusCare}); !fault.Is(err, fault.NotFound) {
			t.Errorf("the workplace ended a spell: %v", err)
		}
		if _, err := f.people.Reveal(ctx, away, officer(faraway), id, people.SecretID, "identity", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("the workplace revealed a number: %v", err)
		}
		if err := f.work.End(ctx, home, officer(county), id, spell, work.Ending{Month: 202311, Reason: "family", Next: fact.StatusCare}); err != nil {
			t.Fatal(err)
		}
		if _, err := f.people.Get(ctx, away, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("still seen after the work ended: %v", err)
		}
	})
}

func TestHiddenBatchIsInvisible(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		id := f.create(t, f.someone("周八", village))
		hide := func(sql string) {
			if err := d.Tx(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, sql); return err }); err != nil {
				t.Fatal(err)
			}
		}
		hide(`UPDATE person SET batch_id = 9`)
		hide(`INSERT INTO hidden_batch (batch_id) VALUES (9)`)
		if _, err := f.people.Get(ctx, home, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("hidden person: %v", err)
		}
		if n, _ := f.people.Count(ctx, home, people.Filter{}); n != 0 {
			t.Errorf("%d hidden people counted", n)
		}
		hide(`DELETE FROM hidden_batch`)
		if n, err := f.people.Count(ctx, home, people.Filter{}); n != 1 {
			t.Errorf("%d people after the batch: %v", n, err)
		}
	})
}

func TestMoveKeepsBothCountiesInformed(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		city := region.ScopeOf(county.At(region.City))
		id := f.create(t, f.someone("吴九", village))
		if _, err := f.work.Add(ctx, home, officer(county), id, job(202301, elsewhere.At(region.County), "邻县厂")); err != nil {
			t.Fatal(err)
		}
		if err := f.people.Move(ctx, city, officer(county.At(region.City)), id, elsewhere, 202311, "婚嫁"); err != nil {
			t.Fatal(err)
		}
		spells, err := f.work.Spells(ctx, city, id)
		if err != nil || len(spells) != 1 {
			t.Fatal(spells, err)
		}
		w := spells[0]
		if w.TermIn(202310).PlaceClass != fact.OutsideCounty || w.TermIn(202311).PlaceClass != fact.InsideCounty {
			t.Errorf("classes %d and %d over the move", w.TermIn(202310).PlaceClass, w.TermIn(202311).PlaceClass)
		}
		var n int
		if err := d.Read.QueryRowContext(ctx, `SELECT count(DISTINCT county) FROM change_log WHERE person_id = $1 AND month_from = 202311`, id).Scan(&n); err != nil || n != 2 {
			t.Errorf("%d counties know of the move, %v", n, err)
		}
		in, _ := f.people.Count(ctx, city, people.Filter{Change: people.MovedIn, Month: 202311})
		if in != 1 {
			t.Errorf("%d moved in", in)
		}
	})
}

func cipherOf(t *testing.T, f *fixture, id int64, field string) (old, now string) {
	t.Helper()
	var a, b []byte
	err := f.db.Read.QueryRowContext(ctx, `SELECT old_cipher, new_cipher FROM field_change WHERE person_id = $1 AND field = $2`, id, field).Scan(&a, &b)
	if err != nil {
		t.Fatal(err)
	}
	if old, err = f.people.OpenHistory(people.SealHistoryOld, a); err != nil {
		t.Fatal(err)
	}
	if now, err = f.people.OpenHistory(people.SealHistoryNew, b); err != nil {
		t.Fatal(err)
	}
	return old, now
}

// A settlement is one that the person's own county has registered and that
// still lasts; the change stands in the history.
func TestSettlementOfTheOwnCounty(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		f.settled = settledPlaces{
			{ID: 5, Region: county, Name: "示例安置区", EndedOn: fact.Forever},
			{ID: 6, Region: county, Name: "示例旧安置区", EndedOn: 20221231},
			{ID: 7, Region: elsewhere.At(region.County), Name: "示例外县安置区", EndedOn: fact.Forever},
		}
		id := f.create(t, f.someone("王示例", village))
		edit := func(settlement int64) error {
			r, err := f.people.Get(ctx, home, id)
			if err != nil {
				t.Fatal(err)
			}
			e := people.Edit{Person: r.Person}
			e.Settlement = settlement
			return f.people.Update(ctx, home, officer(county), id, e)
		}
		for _, wrong := range []int64{6, 7, 8, -1} {
			if err := edit(wrong); !fault.Is(err, fault.Invalid) {
				t.Errorf("settlement %d: %v", wrong, err)
			}
		}
		if err := edit(5); err != nil {
			t.Fatal(err)
		}
		f.settled[0].EndedOn = 20231001
		if err := edit(5); err != nil {
			t.Errorf("kept after its end: %v", err)
		}
		if err := edit(0); err != nil {
			t.Fatal(err)
		}
		var history string
		if err := d.Read.QueryRow(`SELECT min(old_value || '>' || new_value) || ' ' || max(old_value || '>' || new_value) FROM field_change WHERE person_id = $1 AND field = 'settlement'`, id).Scan(&history); err != nil || history != "0>5 5>0" {
			t.Errorf("history %q, %v", history, err)
		}
		p := f.someone("李示例", village)
		p.Settlement = 7
		if _, err := f.people.Create(ctx, home, officer(county), p); !fault.Is(err, fault.Invalid) {
			t.Errorf("new in another county's settlement: %v", err)
		}
		if _, err := f.people.Settlements(ctx, region.ScopeOf(neighbour), village); !fault.Is(err, fault.NotFound) {
			t.Errorf("settlements of a place outside the scope: %v", err)
		}
	})
}
