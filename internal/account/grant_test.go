package account_test

import (
	"strings"
	"sync"
	"testing"

	"wengang/internal/account"
	"wengang/internal/fault"
)

func TestGrants(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		id := b.ready(t, "wang", county, "")
		token, _ := b.signIn(t, "wang")
		sec := admin(account.Security, city)
		for _, c := range []struct {
			what string
			who  account.Caller
			g    account.Grant
			kind fault.Kind
		}{
			{"by a system administrator", admin(account.System, city), officerAt(county), fault.Forbidden},
			{"by an officer", account.Caller{UserID: 5, Grants: []account.Grant{officerAt(city)}}, officerAt(county), fault.Forbidden},
			{"a place outside", admin(account.Security, county), officerAt(city), fault.NotFound},
			{"unknown role", sec, account.Grant{Role: "chief", Dept: account.DeptHR, Region: county}, fault.Invalid},
			{"unknown department", sec, account.Grant{Role: account.Officer, Dept: "police", Region: county}, fault.Invalid},
			{"no department", sec, account.Grant{Role: account.Officer, Region: county}, fault.Invalid},
			{"an aide of a county", sec, account.Grant{Role: account.Aide, Dept: account.DeptHR, Region: county}, fault.Invalid},
			{"an administrator with a department", sec, account.Grant{Role: account.System, Dept: account.DeptHR, Region: county}, fault.Invalid},
			{"an administrator without identity", sec, account.Grant{Role: account.System, Region: county}, fault.Invalid},
		} {
			wantKind(t, c.what, b.Grant(ctx, c.who, id, c.g), c.kind)
		}
		self := sec
		self.UserID = id
		wantKind(t, "to oneself", b.Grant(ctx, self, id, officerAt(county)), fault.Forbidden)

		if err := b.Grant(ctx, sec, id, officerAt(county)); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "twice", b.Grant(ctx, sec, id, officerAt(county)), fault.Conflict)
		// In force at the next request of the open session, and gone likewise.
		ses, err := b.Session(ctx, token)
		if err != nil || !ses.Caller.Scope(account.ImportRun).Contains(town) || ses.Caller.Scope(account.ImportRun).Contains(other) {
			t.Errorf("%+v, %v", ses.Caller, err)
		}
		if err := b.Revoke(ctx, sec, id, officerAt(county)); err != nil {
			t.Fatal(err)
		}
		if ses, err = b.Session(ctx, token); err != nil || ses.Caller.Can(account.ImportRun) {
			t.Errorf("revoked, and still in force: %v", err)
		}
		wantKind(t, "revoked twice", b.Revoke(ctx, sec, id, officerAt(county)), fault.NotFound)
		if n := b.actions(t, "grant.add") + b.actions(t, "grant.revoke"); n != 2 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestThreeAdministratorsAreApart(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		sec := admin(account.Security, city)
		sys := account.Grant{Role: account.System, Region: county}
		aud := account.Grant{Role: account.Auditor, Region: county}
		id := b.ready(t, "sys", county, "000000198802290019", sys)
		wantKind(t, "a second administrator role", b.Grant(ctx, sec, id, aud), fault.Conflict)
		wantKind(t, "a business role beside", b.Grant(ctx, sec, id, officerAt(county)), fault.Conflict)
		if err := b.Grant(ctx, sec, id, account.Grant{Role: account.System, Region: town}); err != nil {
			t.Errorf("the same role at another place: %v", err)
		}
		// The same natural person under another account, the number written
		// in another way.
		twin := b.ready(t, "twin", county, "0000 0019 8802 2900 19")
		wantKind(t, "the same person's second account", b.Grant(ctx, sec, twin, aud), fault.Conflict)
		wantKind(t, "the same person, the same role", b.Grant(ctx, sec, twin, sys), fault.Conflict)
		officer := b.ready(t, "off", county, "000000201001010018", officerAt(county))
		wantKind(t, "an officer becomes administrator", b.Grant(ctx, sec, officer, aud), fault.Conflict)

		// What the program refuses the database refuses too.
		for what, q := range map[string]string{
			"second role in admin_holder":     `INSERT INTO admin_holder (user_id, role, held_since) SELECT id, 'auditor', 0 FROM app_user WHERE login = 'sys'`,
			"same person in admin_holder":     `INSERT INTO admin_holder (user_id, role, identity_index, held_since) SELECT id, 'auditor', identity_index, 0 FROM app_user WHERE login = 'twin'`,
			"grant of another role than held": `INSERT INTO user_grant (user_id, role, region, admin_role, granted_by, granted_at) SELECT id, 'auditor', 0, 'auditor', 0, 0 FROM app_user WHERE login = 'sys'`,
			"grant behind the holder's back":  `INSERT INTO user_grant (user_id, role, region, granted_by, granted_at) SELECT id, 'auditor', 0, 0, 0 FROM app_user WHERE login = 'sys'`,
			"grant under a false role":        `INSERT INTO user_grant (user_id, role, region, admin_role, granted_by, granted_at) SELECT id, 'auditor', 0, 'system', 0, 0 FROM app_user WHERE login = 'sys'`,
			"unknown administrator":           `INSERT INTO admin_holder (user_id, role, held_since) SELECT id, 'root', 0 FROM app_user WHERE login = 'twin'`,
		} {
			if _, err := b.d.Writer().Exec(q); err == nil {
				t.Errorf("the database takes: %s", what)
			}
		}
	})
}

func TestTwoRolesAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		sec := admin(account.Security, city)
		one := b.ready(t, "one", county, "000000198802290019")
		two := b.ready(t, "two", county, "000000198802290019")
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() {
				id, role := one, account.System
				if i%2 == 1 {
					id, role = two, account.Auditor
				}
				errs[i] = b.Grant(ctx, sec, id, account.Grant{Role: role, Region: county})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !fault.Is(err, fault.Conflict) {
				t.Errorf("%v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d of 8 concurrent grants of administrator roles to one person went through", won)
		}
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		g := account.Grant{Role: account.Security, Region: city}
		id := b.ready(t, "sec", city, "000000198802290019", g)
		sys, sec := admin(account.System, city), admin(account.Security, city)
		wantKind(t, "disable", b.Disable(ctx, sys, id), fault.Conflict)
		wantKind(t, "remove", b.Remove(ctx, sys, id), fault.Conflict)
		wantKind(t, "revoke", b.Revoke(ctx, sec, id, g), fault.Conflict)
		second := b.ready(t, "sec2", city, "000000201001010018", g)
		if err := b.Revoke(ctx, sec, id, g); err != nil {
			t.Error(err)
		}
		// Free again for another role.
		if err := b.Grant(ctx, sec, id, account.Grant{Role: account.Auditor, Region: city}); err != nil {
			t.Error(err)
		}
		wantKind(t, "the new last one", b.Disable(ctx, sys, second), fault.Conflict)
	})
}

// Two system administrators stopped the two security administrators at the
// same moment; on PostgreSQL each counted the other's, and none was left.
func TestTheLastTwoAdministratorsAtOnce(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		g := account.Grant{Role: account.Security, Region: city}
		ids := []int64{b.ready(t, "sec", city, "000000198802290019", g), b.ready(t, "sec2", city, "000000201001010018", g)}
		sys := admin(account.System, city)
		for range 5 {
			var wg sync.WaitGroup
			var errs [2]error
			for i, id := range ids {
				wg.Go(func() { errs[i] = b.Disable(ctx, sys, id) })
			}
			wg.Wait()
			if (errs[0] == nil) == (errs[1] == nil) {
				t.Fatalf("both stopped, or none: %v", errs)
			}
			for i, id := range ids {
				if errs[i] == nil {
					if err := b.Enable(ctx, sys, id); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	})
}

func TestBootstrap(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		if empty, err := b.Empty(ctx); err != nil || !empty {
			t.Errorf("a fresh installation has accounts: %v", err)
		}
		three, err := b.Bootstrap(ctx, city)
		if err != nil || len(three) != 3 {
			t.Fatal(three, err)
		}
		_, err = b.Bootstrap(ctx, city)
		wantKind(t, "a second time", err, fault.Conflict)

		ids := []string{"000000198802290019", "000000201001010018", "11010519491231002X"}
		for i, in := range three {
			_, ses, err := b.SignIn(ctx, in.Login, in.Password, "10.0.0.1", "")
			if err != nil || ses.MustChange != "initial" || len(ses.Caller.Grants) != 0 {
				t.Fatalf("%s: %+v, %v", in.Login, ses, err)
			}
			change := account.PasswordChange{Old: in.Password, New: good, Again: good}
			wantKind(t, "without the natural person", b.ChangePassword(ctx, ses.Caller, change), fault.Invalid)
			if i > 0 {
				change.Identity = ids[0]
				err := b.ChangePassword(ctx, ses.Caller, change)
				if err == nil || !strings.Contains(err.Error(), "account.admin.two") {
					t.Errorf("%s and %s are one person: %v", three[0].Login, in.Login, err)
				}
			}
			change.Identity = ids[i]
			if err := b.ChangePassword(ctx, ses.Caller, change); err != nil {
				t.Fatal(err)
			}
			_, ses, err = b.SignIn(ctx, in.Login, good, "10.0.0.1", "")
			if err != nil || ses.MustChange != "" || len(ses.Caller.Grants) != 1 || ses.Caller.Grants[0].Role != in.Role {
				t.Errorf("%s: %+v, %v", in.Login, ses, err)
			}
		}
	})
}

func TestTableSaysWhatHasDoes(t *testing.T) {
	lines := account.Table()
	if len(lines) != len(account.Permissions()) {
		t.Fatal(len(lines))
	}
	held := map[account.Role]int{}
	for _, line := range lines {
		used := false
		for i, c := range line.Cells {
			role := account.Roles()[i]
			if !c.Held {
				continue
			}
			used = true
			held[role]++
			in := c.Depts
			if in == nil {
				in = account.Depts()
			}
			for _, d := range in {
				for _, at := range places {
					g := account.Grant{Role: role, Dept: d, Region: at}
					inside := at.Level() >= c.From && at.Level() <= c.To
					if inside != (g.Has(line.Permission) && g.Grantable() != "level") && !role.Admin() {
						t.Errorf("%s %s at %s: the table says %v", role, line.Permission, at, inside)
					}
				}
			}
		}
		if !used && line.Permission != account.InspectOwn { // comes from a document, not from a grant
			t.Errorf("nobody can %s", line.Permission)
		}
	}
	business := map[account.Permission]bool{}
	for _, r := range []account.Role{account.Aide, account.Officer, account.Reviewer, account.Leader} {
		for _, p := range account.Permissions() {
			for _, d := range account.Depts() {
				if r.Has(d, p) {
					business[p] = true
				}
			}
		}
	}
	owner := map[account.Permission]account.Role{}
	for _, r := range []account.Role{account.System, account.Security, account.Auditor} {
		for _, p := range account.Permissions() {
			if !r.Has("", p) {
				continue
			}
			if p == account.RightsRead {
				continue // who may do what is no business data
			}
			if business[p] {
				t.Errorf("%s sees business: %s", r, p)
			}
			if owner[p] != "" && p != account.UserRead {
				t.Errorf("%s and %s share %s", r, owner[p], p)
			}
			owner[p] = r
		}
	}
}
