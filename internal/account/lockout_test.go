package account_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/fault"
)

func (b *bench) try(login, password, address string) error {
	_, _, err := b.SignIn(ctx, login, password, address, "")
	return err
}

func TestLockOut(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "wang", county, "")
		for i := range 5 {
			wantKind(t, fmt.Sprint("wrong try ", i), b.try("wang", "wrong", "203.0.113.5"), fault.Invalid)
		}
		wantKind(t, "sixth try, right password", b.try("wang", good, "203.0.113.5"), fault.TooMany)
		if err := b.try("wang", good, "10.0.0.1"); err != nil {
			t.Errorf("right password from another address: %v", err)
		}
		b.forward(16 * time.Minute)
		if err := b.try("wang", good, "203.0.113.5"); err != nil {
			t.Errorf("after the lock: %v", err)
		}
		// Success takes the count back.
		for range 3 {
			for range 4 {
				wantKind(t, "wrong", b.try("wang", "wrong", "203.0.113.5"), fault.Invalid)
			}
			if err := b.try("wang", good, "203.0.113.5"); err != nil {
				t.Fatal(err)
			}
		}
		if n := b.actions(t, "session.failed"); n != 5+12 {
			t.Errorf("%d failures on record", n)
		}
	})
}

func TestManyAccountsFromOneAddress(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "wang", county, "")
		b.ready(t, "li.si", county, "")
		if err := b.try("wang", good, "203.0.113.5"); err != nil { // known from here
			t.Fatal(err)
		}
		refused := 0
		for i := range 60 {
			if err := b.try(fmt.Sprintf("guess%d", i), "wrong", "203.0.113.5"); fault.Is(err, fault.TooMany) {
				refused++
			}
		}
		if refused != 10 {
			t.Errorf("%d of 60 guesses refused, want 10", refused)
		}
		wantKind(t, "an account that never came from there", b.try("li.si", good, "203.0.113.5"), fault.TooMany)
		if err := b.try("wang", good, "203.0.113.5"); err != nil {
			t.Errorf("the office behind the address is locked out: %v", err)
		}
		if err := b.try("li.si", good, "203.0.113.6"); err != nil {
			t.Errorf("from another address: %v", err)
		}
	})
}

func TestOneAccountFromManyAddresses(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "wang", county, "")
		if err := b.try("wang", good, "10.0.0.1"); err != nil { // known from here
			t.Fatal(err)
		}
		for i := range 25 {
			wantKind(t, "guess", b.try("wang", "wrong", fmt.Sprintf("203.0.113.%d", i)), fault.Invalid)
		}
		wantKind(t, "a stranger's second try", b.try("wang", "wrong", "203.0.113.24"), fault.TooMany)
		for range 4 {
			wantKind(t, "a slip at home", b.try("wang", "wrong", "10.0.0.1"), fault.Invalid)
		}
		if err := b.try("wang", good, "10.0.0.1"); err != nil {
			t.Errorf("the owner at home is locked out: %v", err)
		}
		if err := b.try("wang", good, "198.51.100.7"); err != nil {
			t.Errorf("the owner's first try from a new address: %v", err)
		}
		// One IPv6 subscriber is one address.
		b.forward(time.Hour)
		for i := range 5 {
			wantKind(t, "v6", b.try("wang", "wrong", fmt.Sprintf("2001:db8::%x", i)), fault.Invalid)
		}
		wantKind(t, "v6 sixth", b.try("wang", good, "2001:db8::ffff"), fault.TooMany)
	})
}

func TestParallelGuessesShareOneCount(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "wang", county, "")
		var checked atomic.Int32
		var wg sync.WaitGroup
		for range 24 {
			wg.Go(func() {
				if err := b.try("wang", "wrong", "203.0.113.5"); fault.Is(err, fault.Invalid) {
					checked.Add(1)
				} else if !fault.Is(err, fault.TooMany) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := checked.Load(); n != 5 {
			t.Errorf("%d passwords were tried at once, want 5", n)
		}
	})
}

func TestUnknownAndWrongAreAlike(t *testing.T) {
	account.RealCost(t)
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "wang", county, "")
		var known, unknown []time.Duration
		for i := range 20 {
			start := time.Now()
			e1 := b.try("wang", "wrong", fmt.Sprintf("10.1.%d.1", i))
			mid := time.Now()
			e2 := b.try(fmt.Sprintf("nobody%d", i), "wrong", fmt.Sprintf("10.2.%d.1", i))
			known, unknown = append(known, mid.Sub(start)), append(unknown, time.Since(mid))
			if e1.Error() != e2.Error() {
				t.Fatalf("%v / %v", e1, e2)
			}
		}
		// Medians: a shared machine has outliers. Hashing is 20 ms and more, so
		// an answer without it would show.
		slices.Sort(known)
		slices.Sort(unknown)
		if k, u := known[10], unknown[10]; u < k/2 || k < u/2 {
			t.Errorf("wrong password %v, unknown account %v", k, u)
		}
		// What was typed as a login stays out of the record.
		var n int
		if err := b.d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE login LIKE 'nobody%' OR detail LIKE '%nobody%'`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows keep an unknown login, %v", n, err)
		}
	})
}
