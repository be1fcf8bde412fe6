package account_test

import (
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
)

var places = []region.Code{0, 370000000000, city, county, town, 371522001001}

func TestSessionLimits(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "wang", county, "", officerAt(county))
		idle, _ := b.signIn(t, "wang")
		busy, _ := b.signIn(t, "wang")
		if idle == busy {
			t.Fatal("two sign-ins share a token")
		}
		b.forward(29 * time.Minute)
		if _, err := b.Session(ctx, busy); err != nil {
			t.Error(err)
		}
		b.forward(2 * time.Minute)
		_, err := b.Session(ctx, idle)
		wantKind(t, "31 minutes without use", err, fault.Unauth)
		for range (12*60 - 31) / 20 {
			b.forward(20 * time.Minute)
			if _, err := b.Session(ctx, busy); err != nil {
				t.Fatalf("at %v: %v", b.clock(), err)
			}
		}
		b.forward(20 * time.Minute)
		_, err = b.Session(ctx, busy)
		wantKind(t, "twelve hours of use", err, fault.Unauth)

		// A clock that is set back does not make a session immortal.
		back, _ := b.signIn(t, "wang")
		b.forward(-24 * time.Hour)
		_, err = b.Session(ctx, back)
		wantKind(t, "a session from the future", err, fault.Unauth)
		for _, bad := range []string{"", "x", strings.Repeat("A", 43), busy + "A"} {
			_, err := b.Session(ctx, bad)
			wantKind(t, "token "+bad, err, fault.Unauth)
		}
	})
}

func TestOwnSessions(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "wang", county, "")
		b.ready(t, "li.si", county, "")
		var tokens []string
		var last account.Session
		for range 3 {
			var tok string
			tok, last = b.signIn(t, "wang")
			tokens = append(tokens, tok)
		}
		foreign, foreignSes := b.signIn(t, "li.si")
		list, err := b.Sessions(ctx, last.Caller)
		if err != nil || len(list) != 3 || !list[0].Current || list[1].Current {
			t.Fatalf("%+v, %v", list, err)
		}
		wantKind(t, "another's session", b.EndSession(ctx, last.Caller, foreignSes.ID), fault.NotFound)
		if err := b.EndSession(ctx, last.Caller, list[2].ID); err != nil {
			t.Fatal(err)
		}
		_, err = b.Session(ctx, tokens[0])
		wantKind(t, "ended", err, fault.Unauth)
		const next = "Neu-Er-Passt-99"
		if err := b.ChangePassword(ctx, last.Caller, account.PasswordChange{Old: good, New: next, Again: next}); err != nil {
			t.Fatal(err)
		}
		_, err = b.Session(ctx, tokens[1])
		wantKind(t, "after the change of password", err, fault.Unauth)
		if _, err := b.Session(ctx, tokens[2]); err != nil {
			t.Errorf("the session that changed it: %v", err)
		}
		if err := b.SignOut(ctx, tokens[2]); err != nil {
			t.Fatal(err)
		}
		_, err = b.Session(ctx, tokens[2])
		wantKind(t, "signed out", err, fault.Unauth)
		if err := b.SignOut(ctx, "nothing"); err != nil {
			t.Error(err)
		}
		if _, err := b.Session(ctx, foreign); err != nil {
			t.Errorf("another account's session went too: %v", err)
		}
		// The sixth browser ends the first.
		var six []string
		for range 6 {
			tok, _, err := b.SignIn(ctx, "li.si", good, "10.0.0.1", "")
			if err != nil {
				t.Fatal(err)
			}
			six = append(six, tok)
		}
		_, err = b.Session(ctx, six[0])
		wantKind(t, "first of six", err, fault.Unauth)
		if _, err := b.Session(ctx, six[1]); err != nil {
			t.Error(err)
		}
	})
}

func TestPasswordRules(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "wangwu", county, "")
		_, ses := b.signIn(t, "wangwu")
		change := func(old, new string) error {
			return b.ChangePassword(ctx, ses.Caller, account.PasswordChange{Old: old, New: new, Again: new})
		}
		for _, bad := range []string{"Short-1", "alllowercaseletters", "nodigits-nocapital", "Password123", "P@ssw0rd2023", "Wangwu@2023", "Aa1Aa1Aa1Aa1", strings.Repeat("Ab1-xyzw", 17), good} {
			wantKind(t, bad, change(good, bad), fault.Invalid)
		}
		err := b.ChangePassword(ctx, ses.Caller, account.PasswordChange{Old: good, New: "Gut-Und-Neu-45", Again: "Gut-Und-Neu-46"})
		wantKind(t, "differs", err, fault.Invalid)
		for _, ok := range []string{"Gut-Und-Neu-45", "春江潮水连海平Ab1", strings.Repeat("Ab1-xyz", 9) + "q"} {
			if err := change(good, ok); err != nil {
				t.Errorf("%q: %v", ok, err)
			}
			wantKind(t, "back to the one before", change(ok, good), fault.Invalid)
			b.forward(time.Minute)
			again := ok + "!"
			if err := change(ok, again); err != nil {
				t.Fatal(err)
			}
			// Keep = 0 lets the test go on with its password.
			if err := b.SetPolicy(ctx, admin(account.Security, 0), map[string]int{"keep": 0}, "test"); err != nil {
				t.Fatal(err)
			}
			if err := change(again, good); err != nil {
				t.Fatal(err)
			}
			if err := b.SetPolicy(ctx, admin(account.Security, 0), map[string]int{"keep": 5}, "test"); err != nil {
				t.Fatal(err)
			}
		}
		for range 5 {
			wantKind(t, "wrong old", change("wrong", "Gut-Und-Neu-47"), fault.Invalid)
		}
		wantKind(t, "guessing the old password at an open desk", change(good, "Gut-Und-Neu-47"), fault.TooMany)
	})
}

func TestPolicy(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		if p, err := b.Policy(ctx); err != nil || p != sample(account.DefaultPolicy) {
			t.Errorf("%+v, %v", p, err)
		}
		wantKind(t, "by a system administrator", b.SetPolicy(ctx, admin(account.System, 0), map[string]int{"classes": 0}, "x"), fault.Forbidden)
		sec := admin(account.Security, 0)
		b.ready(t, "top", 0, "000000198802290019", account.Grant{Role: account.Security, Region: 0})
		wantKind(t, "by a county's security administrator", b.SetPolicy(ctx, admin(account.Security, county), map[string]int{"classes": 0}, "x"), fault.Forbidden)
		wantKind(t, "without a reason", b.SetPolicy(ctx, sec, map[string]int{"classes": 0}, " "), fault.Invalid)
		wantKind(t, "out of bounds", b.SetPolicy(ctx, sec, map[string]int{"min_length": 3}, "x"), fault.Invalid)
		b.ready(t, "wang", county, "")
		_, ses := b.signIn(t, "wang")
		simple := account.PasswordChange{Old: good, New: "lanyinghuakai", Again: "lanyinghuakai"}
		wantKind(t, "with classes", b.ChangePassword(ctx, ses.Caller, simple), fault.Invalid)
		// The other school (ASVS 6.2.5): length only, no change after a time.
		if err := b.SetPolicy(ctx, sec, map[string]int{"classes": 0, "rotate_days": 0, "dormant_days": 0, "min_length": 12}, "ASVS 5.0"); err != nil {
			t.Fatal(err)
		}
		if err := b.ChangePassword(ctx, ses.Caller, simple); err != nil {
			t.Error(err)
		}
		b.forward(100 * 24 * time.Hour)
		_, ses, err := b.SignIn(ctx, "wang", simple.New, "10.0.0.1", "")
		if err != nil || ses.MustChange != "" {
			t.Errorf("%q, %v", ses.MustChange, err)
		}
		if err := b.SetPolicy(ctx, sec, map[string]int{"rotate_days": 90}, "GB/T 22239"); err != nil {
			t.Fatal(err)
		}
		_, ses, err = b.SignIn(ctx, "wang", simple.New, "10.0.0.1", "")
		if err != nil || ses.MustChange != "old" || ses.Caller.Can(account.BoardRead) {
			t.Errorf("%q, %v", ses.MustChange, err)
		}
	})
}
