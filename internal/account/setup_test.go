package account_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

const (
	city   region.Code = 371500000000
	county region.Code = 371522000000
	other  region.Code = 371521000000
	town   region.Code = 371522001000
)

// bench is a service on one engine with a clock that the test moves.
type bench struct {
	*account.Service
	d   *db.DB
	log *audit.Log
	mu  sync.Mutex
	now time.Time
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) forward(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func engines(t *testing.T, fn func(t *testing.T, b *bench)) {
	t.Helper()
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		b := &bench{d: d, now: testkit.Now}
		d.Clock = b.clock
		box := secrettest.Box(t)
		b.log = audit.New(d, box, nil)
		b.Service = account.New(d, box, b.log)
		if !strings.Contains(t.Name(), "Factor") {
			// Second factors have tests of their own.
			if err := b.MarkSample(ctx, account.LocalOperator(region.Country)); err != nil {
				t.Fatal(err)
			}
		}
		fn(t, b)
	})
}

var ctx = context.Background()

// admin is a caller with one administrator role and no account behind it.
func admin(role account.Role, at region.Code) account.Caller {
	return account.Caller{UserID: 900, Login: string(role), Grants: []account.Grant{{Role: role, Region: at}}, Address: "10.9.9.9", Fresh: true}
}

const good = "Tian-Qi-7788-Hao"

// ready makes an account that can sign in with the password good.
func (b *bench) ready(t *testing.T, login string, at region.Code, identity string, grants ...account.Grant) int64 {
	t.Helper()
	local := account.LocalOperator(region.Country)
	in, err := b.Create(ctx, local, account.NewUser{Login: login, Name: "张三", Region: at, Identity: identity, Password: good})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range grants {
		if err := b.Grant(ctx, local, in.UserID, g); err != nil {
			t.Fatal(err)
		}
	}
	return in.UserID
}

func (b *bench) signIn(t *testing.T, login string) (string, account.Session) {
	t.Helper()
	token, ses, err := b.SignIn(ctx, login, good, "10.0.0.1", "test")
	if err != nil {
		t.Fatal(err)
	}
	return token, ses
}

func wantKind(t *testing.T, what string, err error, kind fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		t.Errorf("%s: %v, want kind %d", what, err, kind)
	}
}

var officerAt = func(at region.Code) account.Grant {
	return account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: at}
}

// actions counts audit rows of an action.
func (b *bench) actions(t *testing.T, action string) int {
	t.Helper()
	var n int
	if err := b.d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE action = $1`, action).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// sample is a policy as engines sets it up.
func sample(p account.Policy) account.Policy {
	p.Sample = true
	return p
}
