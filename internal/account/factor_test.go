package account_test

import (
	"encoding/base32"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// TestTOTPVectors are those of RFC 6238, appendix B (SHA-1, 8 digits).
func TestTOTPVectors(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130"} {
		if got := account.TOTPAt(secret, at/30, 8); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func secretOf(t *testing.T, e account.Enrolment) []byte {
	t.Helper()
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(e.Secret, "-", ""))
	if err != nil || len(b) != 20 {
		t.Fatalf("secret %d bytes: %v", len(b), err)
	}
	return b
}

// code is what the app shows now, or some steps off.
func (b *bench) code(secret []byte, off int64) string {
	return account.TOTPAt(secret, b.clock().Unix()/30+off, 6)
}

// enrol sets a factor up for a signed-in caller and goes on one step.
func (b *bench) enrol(t *testing.T, c account.Caller) (secret []byte, codes []string) {
	t.Helper()
	e, err := b.BeginFactor(ctx, c, "稳岗")
	if err != nil {
		t.Fatal(err)
	}
	secret = secretOf(t, e)
	if codes, err = b.ConfirmFactor(ctx, c, b.code(secret, 0)); err != nil {
		t.Fatal(err)
	}
	b.forward(time.Minute)
	return secret, codes
}

// TestFactorOfAdministrators walks the whole life of a second factor: owed
// before anything else, asked at every sign-in, each code once, recovery codes
// once, reset by the security administrator (trust 1.3 row 7).
func TestFactorOfAdministrators(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "sys", county, "000000198802290019", account.Grant{Role: account.System, Region: county})
		_, ses := b.signIn(t, "sys")
		if ses.MustChange != "factor" || len(ses.Caller.Grants) != 0 {
			t.Fatalf("an administrator without a factor: %q, %v", ses.MustChange, ses.Caller.Grants)
		}
		e, err := b.BeginFactor(ctx, ses.Caller, "稳岗")
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := b.BeginFactor(ctx, ses.Caller, "稳岗"); again.Secret != e.Secret {
			t.Error("a second look shows another secret")
		}
		if !strings.HasPrefix(e.URI, "otpauth://totp/") || !strings.Contains(e.URI, "issuer=") {
			t.Error(e.URI)
		}
		secret := secretOf(t, e)
		_, err = b.ConfirmFactor(ctx, ses.Caller, "000000")
		wantKind(t, "a wrong first code", err, fault.Invalid)
		codes, err := b.ConfirmFactor(ctx, ses.Caller, b.code(secret, 0))
		if err != nil || len(codes) != 10 {
			t.Fatal(codes, err)
		}
		_, err = b.BeginFactor(ctx, ses.Caller, "稳岗")
		wantKind(t, "a second factor beside the first", err, fault.Conflict)

		token, ses := b.signIn(t, "sys")
		if ses.MustChange != "code" || len(ses.Caller.Grants) != 0 || ses.Caller.Fresh {
			t.Fatalf("password only: %q, %v", ses.MustChange, ses.Caller.Grants)
		}
		if _, err := b.Users(ctx, ses.Caller, account.UserFilter{}); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("half signed in, and the list of accounts opens: %v", err)
		}
		_, err = b.Prove(ctx, ses.Caller, b.code(secret, 0))
		wantKind(t, "the code of the enrolment again", err, fault.Invalid)
		b.forward(time.Minute)
		for _, off := range []int64{-3, 3} {
			_, err = b.Prove(ctx, ses.Caller, b.code(secret, off))
			wantKind(t, "a code out of the window", err, fault.Invalid)
		}
		now := b.code(secret, 0)
		next, err := b.Prove(ctx, ses.Caller, now[:3]+" "+now[3:])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Session(ctx, token); fault.KindOf(err) != fault.Unauth {
			t.Errorf("the token from before the code is alive: %v", err)
		}
		full, err := b.Session(ctx, next)
		if err != nil || full.MustChange != "" || !full.Caller.Can(account.UserCreate) || !full.Caller.Fresh {
			t.Fatalf("%+v, %v", full, err)
		}
		_, err = b.Prove(ctx, full.Caller, now)
		wantKind(t, "a code twice", err, fault.Invalid)
		b.forward(16 * time.Minute)
		if full, err = b.Session(ctx, next); err != nil || full.Caller.Fresh {
			t.Errorf("fresh after 16 minutes: %v, %v", full.Caller.Fresh, err)
		}

		// A recovery code, once.
		_, ses = b.signIn(t, "sys")
		if _, err := b.Prove(ctx, ses.Caller, strings.ToLower(codes[3])); err != nil {
			t.Errorf("recovery code: %v", err)
		}
		_, err = b.Prove(ctx, ses.Caller, codes[3])
		wantKind(t, "a recovery code twice", err, fault.Invalid)
		if f, err := b.Factor(ctx, ses.Caller); err != nil || f.CodesLeft != 9 || !f.Needed {
			t.Errorf("%+v, %v", f, err)
		}
		var plain int
		if err := b.d.Read.QueryRow(`SELECT count(*) FROM recovery_code WHERE code_hash = $1`, []byte(strings.ReplaceAll(codes[4], "-", ""))).Scan(&plain); err != nil || plain != 0 {
			t.Errorf("a recovery code stands in plain: %d, %v", plain, err)
		}

		// Reset: by the security administrator with a fresh proof, not by itself.
		sec := admin(account.Security, county)
		stale := sec
		stale.Fresh = false
		wantKind(t, "reset with an old proof", b.ResetFactor(ctx, stale, full.UserID), fault.Unauth)
		wantKind(t, "reset by the system administrator", b.ResetFactor(ctx, admin(account.System, county), full.UserID), fault.Forbidden)
		self := sec
		self.UserID = full.UserID
		wantKind(t, "one's own reset", b.ResetFactor(ctx, self, full.UserID), fault.Forbidden)
		if err := b.ResetFactor(ctx, sec, full.UserID); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Session(ctx, next); fault.KindOf(err) != fault.Unauth {
			t.Errorf("a session goes on after the reset: %v", err)
		}
		if _, ses = b.signIn(t, "sys"); ses.MustChange != "factor" {
			t.Errorf("after the reset: %q", ses.MustChange)
		}
		for action, n := range map[string]int{"factor.enrol": 1, "factor.prove": 2, "factor.reset": 1} {
			if got := b.actions(t, action); got != n {
				t.Errorf("%s: %d rows, want %d", action, got, n)
			}
		}
	})
}

// TestFactorGuessing: right passwords do not give new tries at the code; both
// count together.
func TestFactorGuessing(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "sys", county, "000000198802290019", account.Grant{Role: account.System, Region: county})
		_, ses := b.signIn(t, "sys")
		secret, _ := b.enrol(t, ses.Caller)
		tries := 0
		for range 6 {
			_, ses, err := b.SignIn(ctx, "sys", good, "10.0.0.1", "")
			if err != nil {
				wantKind(t, "locked", err, fault.TooMany)
				break
			}
			if _, err := b.Prove(ctx, ses.Caller, "123456"); fault.KindOf(err) == fault.Invalid {
				tries++
			}
		}
		if tries > 3 {
			t.Errorf("%d codes guessed with a known password", tries)
		}
		b.forward(20 * time.Minute)
		_, ses = b.signIn(t, "sys")
		b.forward(11 * time.Minute)
		_, err := b.Prove(ctx, ses.Caller, b.code(secret, 0))
		if err != nil {
			t.Errorf("the proof itself: %v", err)
		}
		token, _ := b.signIn(t, "sys")
		b.forward(11 * time.Minute)
		if _, err := b.Session(ctx, token); fault.KindOf(err) != fault.Unauth {
			t.Errorf("a half-open sign-in lives for more than ten minutes: %v", err)
		}
	})
}

// TestFactorByPermission: a permission that moves money asks for a factor, and
// so does the rule for everybody; in the sample nothing does.
func TestFactorByPermission(t *testing.T) {
	u := &account.User{Grants: []account.Grant{officerAt(county)}}
	if u.FactorNeeded(account.DefaultPolicy) {
		t.Error("an officer without money needs one")
	}
	defer account.SetMoney(account.MonthClose)()
	if !u.FactorNeeded(account.DefaultPolicy) || !account.MonthClose.Money() {
		t.Error("who moves money needs none")
	}
	if u.FactorNeeded(sample(account.DefaultPolicy)) {
		t.Error("the sample asks for one")
	}
	aide := &account.User{Grants: []account.Grant{{Role: account.Aide, Dept: account.DeptHR, Region: town}}}
	all := account.DefaultPolicy
	all.FactorAll = 1
	if aide.FactorNeeded(account.DefaultPolicy) || !aide.FactorNeeded(all) {
		t.Error("the rule for everybody")
	}
}

// TestFactorlessStepUp: who has no factor proves with the password.
func TestFactorlessStepUp(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "liming", county, "", officerAt(county))
		token, ses := b.signIn(t, "liming")
		if !ses.Caller.Fresh {
			t.Error("right after the sign-in")
		}
		b.forward(20 * time.Minute)
		ses, err := b.Session(ctx, token)
		if err != nil || ses.Caller.Fresh {
			t.Fatalf("after 20 minutes: %v, %v", ses.Caller.Fresh, err)
		}
		_, err = b.Prove(ctx, ses.Caller, "wrong")
		wantKind(t, "wrong password", err, fault.Invalid)
		if token, err = b.Prove(ctx, ses.Caller, good); err != nil {
			t.Fatal(err)
		}
		if ses, err = b.Session(ctx, token); err != nil || !ses.Caller.Fresh {
			t.Errorf("%v, %v", ses.Caller.Fresh, err)
		}
	})
}

// TestFactorSampleOnlyWhenEmpty: an installation that people work in cannot be
// made a sample.
func TestFactorSampleOnlyWhenEmpty(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		wantKind(t, "by an administrator", b.MarkSample(ctx, admin(account.System, 0)), fault.Forbidden)
		b.ready(t, "liming", county, "", officerAt(county))
		wantKind(t, "with accounts", b.MarkSample(ctx, account.LocalOperator(region.Country)), fault.Conflict)
	})
}

// TestFactorAtALeftDesk: a second factor that nobody asks for needs a fresh
// proof; it would lock the person out who left the desk.
func TestFactorAtALeftDesk(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "left", county, "", officerAt(county))
		token, _ := b.signIn(t, "left")
		b.forward(20 * time.Minute)
		ses, err := b.Session(ctx, token)
		if err != nil || ses.Caller.Fresh {
			t.Fatalf("fresh %v, %v", ses.Caller.Fresh, err)
		}
		e, err := b.BeginFactor(ctx, ses.Caller, "稳岗")
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.ConfirmFactor(ctx, ses.Caller, b.code(secretOf(t, e), 0))
		wantKind(t, "set up with an old proof", err, fault.Unauth)
		if token, err = b.Prove(ctx, ses.Caller, good); err != nil {
			t.Fatal(err)
		}
		if ses, err = b.Session(ctx, token); err != nil {
			t.Fatal(err)
		}
		b.enrol(t, ses.Caller)
	})
}
