package account_test

import (
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
)

// TestStandIn: B acts for A within the days and under both names, holds
// nothing of administrators, and passes nothing on.
func TestStandIn(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		a := b.ready(t, "a.wang", county, "", officerAt(county))
		bID := b.ready(t, "b.li", county, "", account.Grant{Role: account.Leader, Dept: account.DeptHR, Region: county})
		b.ready(t, "far", other, "", officerAt(other))
		b.ready(t, "sys", county, "000000198802290019", account.Grant{Role: account.System, Region: county})
		_, sa := b.signIn(t, "a.wang")
		tb, sb := b.signIn(t, "b.li")
		_, ssys := b.signIn(t, "sys")
		add := func(c account.Caller, to string) error {
			return b.Delegate(ctx, c, to, 20231211, 20231215, "休假")
		}
		for what, login := range map[string]string{"oneself": "a.wang", "nobody": "ghost", "another county": "far", "an administrator": "sys"} {
			wantKind(t, what, add(sa.Caller, login), fault.Invalid)
		}
		wantKind(t, "an administrator's rights", add(ssys.Caller, "b.li"), fault.Forbidden)
		wantKind(t, "too long", b.Delegate(ctx, sa.Caller, "b.li", 20231211, 20240601, "休假"), fault.Invalid)
		wantKind(t, "backwards", b.Delegate(ctx, sa.Caller, "b.li", 20231215, 20231211, "休假"), fault.Invalid)
		if err := add(sa.Caller, "b.li"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "twice", add(sa.Caller, "b.li"), fault.Conflict)
		list, err := b.Delegations(ctx, sb.Caller)
		if err != nil || len(list) != 1 || list[0].From != a {
			t.Fatal(list, err)
		}
		wantKind(t, "before the first day", b.StandIn(ctx, sb.Caller, list[0].ID), fault.NotFound)
		b.forward(24 * time.Hour)
		tb, sb = b.signIn(t, "b.li")
		if err := b.StandIn(ctx, sb.Caller, list[0].ID); err != nil {
			t.Fatal(err)
		}
		sb, err = b.Session(ctx, tb)
		if err != nil || sb.Caller.For != a || sb.Caller.UserID != bID || !sb.Caller.Can(account.ImportRun) {
			t.Fatalf("standing in: %+v, %v", sb.Caller, err)
		}
		if got := sb.Caller.RecordLogin(); got != "b.li 代 a.wang" {
			t.Error(got)
		}
		wantKind(t, "passing it on", add(sb.Caller, "far"), fault.Forbidden)
		// What A asked for and what B did are both B's own.
		for _, by := range []int64{a, bID} {
			err := b.d.Tx(ctx, func(tx *db.Tx) error { return account.SecondPerson(ctx, tx, sb.Caller, by) })
			wantKind(t, "a consent to one's own", err, fault.Forbidden)
		}
		// A loses the right: so does B, at once.
		if err := b.Revoke(ctx, admin(account.Security, county), a, officerAt(county)); err != nil {
			t.Fatal(err)
		}
		if s, err := b.Session(ctx, tb); err != nil || s.Caller.Can(account.ImportRun) {
			t.Errorf("after A's right was taken: %v, %v", s.Caller.Grants, err)
		}
		if err := b.Grant(ctx, admin(account.Security, county), a, officerAt(county)); err != nil {
			t.Fatal(err)
		}
		// It ends by itself, after the last day.
		b.forward(4 * 24 * time.Hour)
		tb, sb = b.signIn(t, "b.li")
		if err := b.StandIn(ctx, sb.Caller, list[0].ID); err != nil {
			t.Fatalf("on the last day: %v", err)
		}
		b.forward(14*time.Hour + 59*time.Minute)
		b.set(t, `UPDATE user_session SET seen_at = $1, until = $1`, db.Millis(b.clock().Add(time.Hour)))
		b.set(t, `UPDATE user_session SET created_at = $1`, db.Millis(b.clock()))
		if s, err := b.Session(ctx, tb); err != nil || s.Caller.For != a {
			t.Errorf("one minute before midnight: %+v, %v", s.Caller.For, err)
		}
		b.forward(2 * time.Minute)
		s, err := b.Session(ctx, tb)
		if err != nil || s.Caller.For != 0 || s.Caller.Can(account.ImportRun) || !s.Caller.Can(account.BoardRead) {
			t.Errorf("after the last day: %+v, %v", s.Caller, err)
		}
	})
}

func (b *bench) set(t *testing.T, q string, args ...any) {
	t.Helper()
	if _, err := b.d.Writer().Exec(q, args...); err != nil {
		t.Fatal(err)
	}
}

// TestFactorOfWhoStandsIn: outside the sample, who stands in has a factor.
func TestFactorOfWhoStandsIn(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "a.wang", county, "", officerAt(county))
		b.ready(t, "b.li", county, "", officerAt(county))
		_, sa := b.signIn(t, "a.wang")
		_, sb := b.signIn(t, "b.li")
		wantKind(t, "without a factor", b.Delegate(ctx, sa.Caller, "b.li", 20231210, 20231215, "休假"), fault.Invalid)
		b.enrol(t, sb.Caller)
		if err := b.Delegate(ctx, sa.Caller, "b.li", 20231210, 20231215, "休假"); err != nil {
			t.Error(err)
		}
	})
}

// TestRightsInsideTheAct: rights that were taken away between the check and
// the write stop the write (ASVS 15.4.2).
func TestRightsInsideTheAct(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		id := b.ready(t, "rev", county, "", account.Grant{Role: account.Reviewer, Dept: account.DeptHR, Region: county})
		target := b.ready(t, "sec", county, "000000201001010018", account.Grant{Role: account.Security, Region: county})
		_, ses := b.signIn(t, "sec")
		_, rev := b.signIn(t, "rev")
		if err := b.Delegate(ctx, rev.Caller, "sec", 20231210, 20231211, "休假"); fault.KindOf(err) != fault.Invalid {
			t.Fatal(err)
		}
		local := account.LocalOperator(0)
		if err := b.Grant(ctx, ses.Caller, id, officerAt(county)); err != nil {
			t.Fatalf("with rights that hold: %v", err)
		}
		b.ready(t, "sec2", county, "11010519491231002X", account.Grant{Role: account.Security, Region: county})
		if err := b.Revoke(ctx, local, target, account.Grant{Role: account.Security, Region: county}); err != nil {
			t.Fatal(err)
		}
		err := b.Revoke(ctx, ses.Caller, id, officerAt(county))
		wantKind(t, "after the right was taken", err, fault.Forbidden)
		u, err := b.User(ctx, local, id)
		if err != nil || len(u.Grants) != 2 {
			t.Errorf("the act happened: %v, %v", u.Grants, err)
		}
	})
}
