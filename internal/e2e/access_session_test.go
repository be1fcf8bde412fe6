package e2e

import (
	"context"
	"net/url"
	"testing"

	"wengang/internal/account"
)

// revokedInMidSession: a right that is taken away is gone with the next
// request of a session that was open all the time (ASVS 8.3.2).
func revokedInMidSession(t *testing.T, w *estate) {
	ctx := context.Background()
	in, err := w.Accounts.Create(ctx, local, account.NewUser{Login: "leaver", Name: "调离", Region: ownCounty, Password: password()})
	if err != nil {
		t.Fatal(err)
	}
	hr := account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: ownCounty}
	town := account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: ownTown}
	change := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	change("grant", w.Accounts.Grant(ctx, local, in.UserID, hr))
	who := &actor{login: "leaver", open: true, cookie: w.signIn(t, "leaver", password())}
	other := "/people/" + num(w.grounds[2].person)
	look := func(what, path string, want int) {
		t.Helper()
		if got := w.call(who, "GET", path, nil); got.status != want {
			t.Errorf("%s: GET %s: %d, want %d", what, path, got.status, want)
		}
	}
	look("granted", other, 200)
	look("granted", "/import", 200)
	// Moved to a town: the county's other towns are out of sight at once.
	change("grant", w.Accounts.Grant(ctx, local, in.UserID, town))
	change("revoke", w.Accounts.Revoke(ctx, local, in.UserID, hr))
	look("moved to a town", other, 404)
	look("moved to a town", "/people/"+num(w.grounds[0].person), 200)
	look("moved to a town", "/people?at="+ownCounty.Full(), 404)
	change("revoke", w.Accounts.Revoke(ctx, local, in.UserID, town))
	look("revoked", "/people", 403)
	look("revoked", "/people/"+num(w.grounds[0].person), 403)
	look("revoked", "/account", 200)
	before := w.ledger(t)
	got := w.call(who, "POST", "/people/"+num(w.grounds[0].person)+"/work/"+num(w.grounds[0].spell)+"/seen", nil)
	if got.status != 403 || before.quiet(w.ledger(t)) != 0 {
		t.Errorf("revoked: a write is answered %d", got.status)
	}
	change("disable", w.Accounts.Disable(ctx, local, in.UserID))
	look("stopped", "/account", 303)
}

// aNewPasswordEndsTheOthers: of three browsers two are signed out by a change
// of password in the third (ASVS 7.4.3).
func aNewPasswordEndsTheOthers(t *testing.T, w *estate) {
	ctx := context.Background()
	if _, err := w.Accounts.Create(ctx, local, account.NewUser{Login: "three", Name: "三台", Region: ownCounty, Password: password()}); err != nil {
		t.Fatal(err)
	}
	var tabs []*actor
	for range 3 {
		tabs = append(tabs, &actor{login: "three", open: true, cookie: w.signIn(t, "three", password())})
	}
	next := password() + "-Xin9"
	got := w.call(tabs[1], "POST", "/password", url.Values{"old": {password()}, "password": {next}, "again": {next}})
	if got.status != 303 {
		t.Fatalf("change: %d", got.status)
	}
	for i, want := range []int{303, 200, 303} {
		if got := w.call(tabs[i], "GET", "/account", nil); got.status != want {
			t.Errorf("browser %d: %d, want %d", i, got.status, want)
		}
	}
}
