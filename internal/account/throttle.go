package account

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"wengang/internal/db"
)

// Sign-in failures are counted for the pair of account and address, for the
// address and for the account. A pair is closed after a few tries. An address
// that tries many accounts is closed, except for accounts that signed in from
// it before: one guesser behind an office's shared address does not lock the
// office out. An account that is tried from many addresses is never closed:
// strange addresses then have one try each, known ones go on as before.
const (
	pairLimit    = 5
	addressLimit = 50
	accountLimit = 20
	lockFor      = 15 * time.Minute
	knownFor     = 30 * 24 * time.Hour
)

const (
	byPair    = "pair"
	byAddress = "address"
	byAccount = "account"
)

// attempt is one try to sign in, counted before the password is looked at, so
// that a thousand parallel tries do not share one count.
type attempt struct {
	pair, address, account []byte
	known                  bool
}

func (s *Service) attempt(login, address string) attempt {
	net := addressGroup(address)
	return attempt{
		pair:    s.box.BlindIndex("sign-in pair", login+"\x00"+net),
		address: s.box.BlindIndex("sign-in address", net),
		account: s.box.BlindIndex("sign-in account", login),
	}
}

// addressGroup is what counts as one address: an IPv6 subscriber has 2^64.
func addressGroup(s string) string {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return s
	}
	if a = a.Unmap(); a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

type counter struct {
	kind    string
	subject []byte
}

// counters are always touched in this order, so that two sign-ins at the same
// time wait for each other and never block each other.
func (a *attempt) counters() [3]counter {
	return [3]counter{{byAddress, a.address}, {byAccount, a.account}, {byPair, a.pair}}
}

// admit counts the attempt as failed and reports whether it may go on. A
// refused attempt must be rolled back: it does not lengthen the lock.
func (a *attempt) admit(ctx context.Context, tx *db.Tx, userID int64) (bool, error) {
	var err error
	if userID != 0 {
		if a.known, err = knownAddress(ctx, tx, userID, a.address); err != nil {
			return false, err
		}
	}
	var counts [3]int
	for i, c := range a.counters() {
		if counts[i], err = countFailure(ctx, tx, c); err != nil {
			return false, err
		}
	}
	address, account, pair := counts[0], counts[1], counts[2]
	limit := pairLimit
	if account > accountLimit && !a.known {
		limit = 1
	}
	return pair <= limit && (address <= addressLimit || a.known), nil
}

// countFailure adds one and answers the count with it. The row's lock makes
// parallel tries see each other. A count ends lockFor after the last failure,
// and also where the clock was set back past it.
func countFailure(ctx context.Context, tx *db.Tx, c counter) (n int, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO sign_in_failure (kind, subject, failures, first_at, last_at) VALUES ($1, $2, 1, $3, $3)
		ON CONFLICT (kind, subject) DO UPDATE SET
			failures = CASE WHEN sign_in_failure.last_at BETWEEN $4 AND $5 THEN sign_in_failure.failures + 1 ELSE 1 END,
			last_at = excluded.last_at
		RETURNING failures`,
		c.kind, c.subject, db.Millis(tx.Now), db.Millis(tx.Now.Add(-lockFor)), db.Millis(tx.Now.Add(lockFor))).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("failures: %w", err)
	}
	return n, nil
}

// succeed takes the attempt's own counts back and remembers the address.
func (a *attempt) succeed(ctx context.Context, tx *db.Tx, userID int64) error {
	for _, c := range a.counters() {
		// The pair's count ends; the others lose this attempt only.
		less := 1
		if c.kind == byPair {
			less = pairLimit
		}
		err := exec(ctx, tx, `
			UPDATE sign_in_failure SET failures = CASE WHEN failures > $1 THEN failures - $1 ELSE 0 END
			WHERE kind = $2 AND subject = $3`, less, c.kind, c.subject)
		if err != nil {
			return err
		}
	}
	return exec(ctx, tx, `
		INSERT INTO known_address (user_id, address, seen_at) VALUES ($1, $2, $3)
		ON CONFLICT (user_id, address) DO UPDATE SET seen_at = excluded.seen_at`, userID, a.address, db.Millis(tx.Now))
}

// forget drops counts and addresses that no longer decide anything.
func forget(ctx context.Context, tx *db.Tx) error {
	if err := exec(ctx, tx, `DELETE FROM sign_in_failure WHERE last_at < $1`, db.Millis(tx.Now.Add(-24*time.Hour))); err != nil {
		return err
	}
	return exec(ctx, tx, `DELETE FROM known_address WHERE seen_at < $1`, db.Millis(tx.Now.Add(-knownFor)))
}

func knownAddress(ctx context.Context, tx *db.Tx, userID int64, address []byte) (bool, error) {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM known_address WHERE user_id = $1 AND address = $2 AND seen_at > $3`,
		userID, address, db.Millis(tx.Now.Add(-knownFor))).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("known address: %w", err)
	}
	return n > 0, nil
}
