// Package reporttest sets units up for tests of forms.
package reporttest

import (
	"context"
	"testing"

	"wengang/internal/account"
	"wengang/internal/region"
	"wengang/internal/report"
)

// Short lets the filler alone answer for a unit's forms: Submit then sends
// them up at once, without signatures and departments.
func Short(t testing.TB, s *report.Store, at ...region.Code) {
	t.Helper()
	for _, place := range at {
		for _, f := range report.Forms() {
			g := report.Signing{Region: place, Form: f.ID, Steps: report.Chain{report.Fill}, Reason: "测试"}
			if err := s.SetSigning(context.Background(), account.LocalOperator(place), g); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Signer makes a caller who signs at a unit, with a fresh proof.
func Signer(id int64, name string, role account.Role, dept account.Dept, at region.Code) account.Caller {
	return account.Caller{UserID: id, Name: name, Fresh: true, Grants: []account.Grant{{Role: role, Dept: dept, Region: at}}}
}
