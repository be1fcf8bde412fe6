package account_test

import (
	"testing"

	"wengang/internal/account"
	"wengang/internal/text"
)

// TestRightsHaveWords: every permission that a role holds stands in the table
// and has a name and plain words in both languages.
func TestRightsHaveWords(t *testing.T) {
	listed := map[account.Permission]bool{}
	for _, p := range account.Permissions() {
		listed[p] = true
		if !text.Has("web.perm." + string(p)) {
			t.Errorf("%s has no name", p)
		}
	}
	for _, r := range append(account.Roles(), account.Inspector, account.InspectorPlain, account.Local) {
		for _, p := range account.Held(r) {
			if !listed[p] {
				t.Errorf("%s holds %s, which the table does not list", r, p)
			}
		}
	}
}

// TestInspectorReadsOnly: of what an inspector holds, only looking, opening
// single values, and the own desk.
func TestInspectorReadsOnly(t *testing.T) {
	for _, r := range []account.Role{account.Inspector, account.InspectorPlain} {
		for _, p := range (account.Grant{Role: r, Region: county}).Can() {
			if !p.Sees() && p != account.InspectOwn && p != account.PeopleReveal {
				t.Errorf("%s holds %s", r, p)
			}
		}
	}
	if (account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: town}).Has(account.LookedRead) {
		t.Error("a town sees who looked")
	}
	if g := (account.Grant{Role: account.Inspector, Region: county}); g.Grantable() == "" {
		t.Error("an inspector can be made by a grant, without a document")
	}
}
