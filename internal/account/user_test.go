package account_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
)

func TestANewAccountHasNoRight(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		in, err := b.Create(ctx, admin(account.System, city), account.NewUser{Login: " Li.Si ", Name: "李四", Region: county})
		if err != nil {
			t.Fatal(err)
		}
		if in.Login != "li.si" || len(in.Password) != 19 || in.Until == 0 {
			t.Errorf("%+v", in)
		}
		_, ses, err := b.SignIn(ctx, "LI.SI", in.Password, "10.0.0.1", "test")
		if err != nil {
			t.Fatal(err)
		}
		if ses.MustChange != "initial" {
			t.Errorf("an initial password opens the door: %q", ses.MustChange)
		}
		err = b.ChangePassword(ctx, ses.Caller, account.PasswordChange{Old: in.Password, New: good, Again: good})
		if err != nil {
			t.Fatal(err)
		}
		_, ses = b.signIn(t, "li.si")
		if ses.MustChange != "" {
			t.Error(ses.MustChange)
		}
		for _, p := range account.Permissions() {
			if ses.Caller.Can(p) || !ses.Caller.Scope(p).Empty() {
				t.Errorf("a new account may %s", p)
			}
		}
		if n := b.actions(t, "user.create"); n != 1 {
			t.Errorf("%d rows of user.create", n)
		}
	})
}

func TestCreateRefused(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		sys := admin(account.System, county)
		ok := account.NewUser{Login: "wang", Name: "王五", Region: county}
		for _, c := range []struct {
			what string
			who  account.Caller
			edit func(*account.NewUser)
			kind fault.Kind
		}{
			{"by a security administrator", admin(account.Security, county), nil, fault.Forbidden},
			{"by an officer", account.Caller{UserID: 5, Grants: []account.Grant{officerAt(county)}}, nil, fault.Forbidden},
			{"by nobody", account.Caller{}, nil, fault.Forbidden},
			{"outside the area", sys, func(n *account.NewUser) { n.Region = other }, fault.NotFound},
			{"above the area", sys, func(n *account.NewUser) { n.Region = city }, fault.NotFound},
			{"phone as login", sys, func(n *account.NewUser) { n.Login = "13800001234" }, fault.Invalid},
			{"short login", sys, func(n *account.NewUser) { n.Login = "ab" }, fault.Invalid},
			{"no name", sys, func(n *account.NewUser) { n.Name = " " }, fault.Invalid},
			{"id as name", sys, func(n *account.NewUser) { n.Name = "000000198802290019" }, fault.Invalid},
			{"wrong identity", sys, func(n *account.NewUser) { n.Identity = "000000198802290018" }, fault.Invalid},
			{"own password through the web", sys, func(n *account.NewUser) { n.Password = good }, fault.Forbidden},
		} {
			n := ok
			if c.edit != nil {
				c.edit(&n)
			}
			_, err := b.Create(ctx, c.who, n)
			wantKind(t, c.what, err, c.kind)
		}
		if _, err := b.Create(ctx, sys, ok); err != nil {
			t.Fatal(err)
		}
		_, err := b.Create(ctx, sys, ok)
		wantKind(t, "twice", err, fault.Invalid)
	})
}

func TestIdsAreNeverGivenAgain(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		sys := admin(account.System, city)
		first, err := b.Create(ctx, sys, account.NewUser{Login: "wang", Name: "王五", Region: county})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Remove(ctx, sys, first.UserID); err != nil {
			t.Fatal(err)
		}
		second, err := b.Create(ctx, sys, account.NewUser{Login: "wang", Name: "王五", Region: county})
		if err != nil {
			t.Fatal(err)
		}
		if second.UserID <= first.UserID {
			t.Errorf("number %d after %d", second.UserID, first.UserID)
		}
		var n int
		if err := b.d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE object = 'user' AND object_id = $1`, fmt.Sprint(first.UserID)).Scan(&n); err != nil || n < 2 {
			t.Errorf("old rows name the old account %d times, %v", n, err)
		}
		if _, _, err := b.SignIn(ctx, "wang", first.Password, "10.0.0.1", ""); err == nil {
			t.Error("the removed account's password opens the new one")
		}
		_, err = b.User(ctx, sys, first.UserID)
		wantKind(t, "removed", err, fault.NotFound)
	})
}

func TestAccountsOfAnotherAreaAreNotFound(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		mine := b.ready(t, "mine", county, "")
		theirs := b.ready(t, "theirs", other, "")
		above := b.ready(t, "above", city, "")
		sys, sec := admin(account.System, county), admin(account.Security, county)
		for _, id := range []int64{theirs, above, 999} {
			for what, act := range map[string]func() error{
				"read":     func() error { _, err := b.User(ctx, sys, id); return err },
				"disable":  func() error { return b.Disable(ctx, sys, id) },
				"enable":   func() error { return b.Enable(ctx, sys, id) },
				"remove":   func() error { return b.Remove(ctx, sys, id) },
				"reset":    func() error { _, err := b.ResetPassword(ctx, sys, id); return err },
				"sessions": func() error { return b.EndUserSessions(ctx, sys, id) },
				"grant":    func() error { return b.Grant(ctx, sec, id, officerAt(county)) },
				"revoke":   func() error { return b.Revoke(ctx, sec, id, officerAt(county)) },
			} {
				wantKind(t, what, act(), fault.NotFound)
			}
		}
		users, err := b.Users(ctx, sys, account.UserFilter{})
		if err != nil || len(users) != 1 || users[0].ID != mine {
			t.Errorf("%v, %v", users, err)
		}
		users, err = b.Users(ctx, admin(account.Security, city), account.UserFilter{Text: "E"})
		if err != nil || len(users) != 3 {
			t.Errorf("%d users, %v", len(users), err)
		}
		users, err = b.Users(ctx, sys, account.UserFilter{Text: "%"})
		if err != nil || len(users) != 0 {
			t.Errorf("%% matches %d users, %v", len(users), err)
		}
		_, err = b.Users(ctx, admin(account.Auditor, city), account.UserFilter{})
		wantKind(t, "auditor lists accounts", err, fault.Forbidden)
	})
}

func TestDisableEndsSessionsAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		id := b.ready(t, "wang", county, "", officerAt(county))
		token, _ := b.signIn(t, "wang")
		sys := admin(account.System, county)
		if err := b.Disable(ctx, sys, id); err != nil {
			t.Fatal(err)
		}
		_, err := b.Session(ctx, token)
		wantKind(t, "old session", err, fault.Unauth)
		_, _, err = b.SignIn(ctx, "wang", good, "10.0.0.1", "")
		wantKind(t, "sign-in", err, fault.Forbidden)
		if err := b.Enable(ctx, sys, id); err != nil {
			t.Fatal(err)
		}
		b.signIn(t, "wang")
		_, err = b.Session(ctx, token)
		wantKind(t, "old session after enabling", err, fault.Unauth)
	})
}

func TestDormantAccountsStop(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "lazy", county, "")
		b.ready(t, "gone", county, "")
		busy := b.ready(t, "busy", county, "")
		b.forward(60 * 24 * time.Hour)
		b.signIn(t, "busy")
		b.forward(31 * 24 * time.Hour)
		_, _, err := b.SignIn(ctx, "lazy", good, "10.0.0.1", "")
		wantKind(t, "sign-in after 91 days", err, fault.Forbidden)
		n, err := b.Daily(ctx)
		if err != nil || n != 1 {
			t.Errorf("stopped %d, %v", n, err)
		}
		users, err := b.Users(ctx, admin(account.System, county), account.UserFilter{State: "stopped"})
		if err != nil || len(users) != 2 || users[0].Disabled != "dormant" || users[1].Disabled != "dormant" {
			t.Errorf("%+v, %v", users, err)
		}
		if u, err := b.User(ctx, admin(account.System, county), busy); err != nil || !u.Active() {
			t.Errorf("the used account is stopped: %v", err)
		}
	})
}

func TestResetPassword(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		id := b.ready(t, "wang", county, "")
		token, _ := b.signIn(t, "wang")
		in, err := b.ResetPassword(ctx, admin(account.System, county), id)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Session(ctx, token)
		wantKind(t, "session", err, fault.Unauth)
		_, _, err = b.SignIn(ctx, "wang", good, "10.0.0.1", "")
		wantKind(t, "old password", err, fault.Invalid)
		b.forward(8 * 24 * time.Hour)
		_, _, err = b.SignIn(ctx, "wang", in.Password, "10.0.0.1", "")
		wantKind(t, "expired one-time password", err, fault.Forbidden)
		if err == nil || !strings.Contains(err.Error(), "expired") {
			t.Error(err)
		}
	})
}

func TestPasswordsAreNotStored(t *testing.T) {
	account.RealCost(t)
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "one", county, "000000198802290019")
		b.ready(t, "two", county, "")
		token, _ := b.signIn(t, "one")
		rows, err := b.d.Read.Query(`SELECT password_hash FROM app_user`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		seen := map[string]bool{}
		for rows.Next() {
			var h string
			if err := rows.Scan(&h); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(h, good) {
				t.Error(h)
			}
			seen[h] = true
		}
		if len(seen) != 2 {
			t.Error("two accounts with one password share a hash")
		}
		var n int
		if err := b.d.Read.QueryRow(`SELECT count(*) FROM user_session WHERE token_hash = $1`, []byte(token)).Scan(&n); err != nil || n != 0 {
			t.Error("the token stands in the database")
		}
		var mask string
		if err := b.d.Read.QueryRow(`SELECT identity_mask FROM app_user WHERE login = 'one'`).Scan(&mask); err != nil || mask != "00**************19" {
			t.Error(mask, err)
		}
	})
}

func TestCommandLine(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		local := account.LocalOperator(county)
		if !local.Scope(account.ImportRun).Contains(town) || local.Scope(account.ImportRun).Contains(other) || local.Can(account.AuditRead) || local.Can(account.PeopleReveal) {
			t.Error("the local operator's rights")
		}
		_, err := b.Create(ctx, local, account.NewUser{Login: "wang", Name: "王五", Region: other})
		wantKind(t, "outside --region", err, fault.NotFound)
		id := b.ready(t, "wang", county, "", officerAt(county))
		c, err := b.As(ctx, "Wang")
		if err != nil || c.UserID != id || !c.Can(account.ImportRun) {
			t.Errorf("%+v, %v", c, err)
		}
		_, err = b.As(ctx, "nobody")
		wantKind(t, "--as nobody", err, fault.NotFound)
		wantKind(t, "granting the local role", b.Grant(ctx, account.LocalOperator(region.Country), id, account.Grant{Role: account.Local, Region: county}), fault.Invalid)
	})
}

func TestNobodyManagesAnAccountAboveHim(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		sys := admin(account.System, county)
		// The account belongs to the county, its role reaches over the city.
		id := b.ready(t, "wang", county, "", officerAt(city))
		for what, act := range map[string]func() error{
			"reset":   func() error { _, err := b.ResetPassword(ctx, sys, id); return err },
			"disable": func() error { return b.Disable(ctx, sys, id) },
			"remove":  func() error { return b.Remove(ctx, sys, id) },
		} {
			wantKind(t, what, act(), fault.Forbidden)
		}
		if _, err := b.ResetPassword(ctx, admin(account.System, city), id); err != nil {
			t.Errorf("by the city: %v", err)
		}
		// The system administrator cannot make himself the others.
		sec := b.ready(t, "sec", county, "000000198802290019", account.Grant{Role: account.Security, Region: county})
		_, err := b.ResetPassword(ctx, sys, sec)
		wantKind(t, "password of the security administrator", err, fault.Forbidden)
		if _, err := b.ResetPassword(ctx, account.LocalOperator(county), sec); err != nil {
			t.Errorf("at the console: %v", err)
		}
	})
}

func TestHashesFollowTheCost(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "wang", county, "")
		stored := func() (h string) {
			if err := b.d.Read.QueryRow(`SELECT password_hash FROM app_user WHERE login = 'wang'`).Scan(&h); err != nil {
				t.Fatal(err)
			}
			return h
		}
		old := stored()
		account.RealCost(t)
		b.signIn(t, "wang")
		now := stored()
		if old == now || !strings.HasPrefix(now, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("a sign-in does not renew a hash of another cost: %s", now)
		}
		b.signIn(t, "wang")
		if stored() != now {
			t.Error("renewed although nothing changed")
		}
	})
}
