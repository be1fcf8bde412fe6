package transfer

import (
	"testing"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/testkit"
)

type guardedKind struct{ testKind }

func (guardedKind) Need() account.Permission { return account.PeopleEdit }

// An officer of 发改 imports rosters, but may not write in the ledger: its pages
// refused, and a workbook of people went in.
func TestAWorkbookGivesNoRight(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := newTest(t, d, t.TempDir(), guardedKind{})
		planner := account.Caller{UserID: 8, Login: "planner", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptPlanning, Region: testCounty}}}
		if n := len(s.KindsFor(planner, testCounty)) + len(s.KindsFor(account.Caller{}, testCounty)); n != 0 {
			t.Errorf("%d kinds are offered", n)
		}
		if n := len(s.KindsFor(officer, testCounty)); n != 1 {
			t.Errorf("%d kinds for who may", n)
		}
		_, err := s.Stage(t.Context(), planner, Request{Kind: "test", File: numbers(t, "a", 1, 3), FileName: "甲.xlsx", Region: testCounty})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("staged by who may not edit: %v", err)
		}
		id := stage(t, s, numbers(t, "a", 1, 3))
		if err := s.Save(t.Context(), planner, id); !fault.Is(err, fault.Forbidden) {
			t.Errorf("saved by who may not edit: %v", err)
		}
		if save(t, s, id); ledger(t, d, "a") != 3 {
			t.Error("not saved by who may")
		}
	})
}
