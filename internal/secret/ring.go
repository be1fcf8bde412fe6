package secret

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"math"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// What a key of the ring is for. Encryption, index and audit keys are apart,
// so that one can be renewed without the others.
const (
	purposeData  = "data"
	purposeIndex = "index"
	purposeAudit = "audit"
)

var purposes = []string{purposeData, purposeIndex, purposeAudit}

type ringKey struct {
	purpose string
	version int
	suite   Suite
	active  bool
	plain   []byte
}

func buildRing(keys []ringKey) (*ring, error) {
	r := &ring{data: map[uint16]cipher.AEAD{}, audit: map[int]*macPool{}}
	for _, k := range keys {
		if !k.suite.valid() || len(k.plain) != KeySize || k.version < 1 || k.version > math.MaxUint16 {
			return nil, fmt.Errorf("secret: bad key %s/%d", k.purpose, k.version)
		}
		switch k.purpose {
		case purposeData:
			aead, err := k.suite.aead(k.plain)
			if err != nil {
				return nil, err
			}
			r.data[uint16(k.version)] = aead
			if k.active {
				r.active = uint16(k.version)
			}
		case purposeIndex:
			if k.active {
				r.index = newMACPool(k.suite, k.plain)
			}
		case purposeAudit:
			r.audit[k.version] = newMACPool(k.suite, k.plain)
			if k.active {
				r.auditV = k.version
			}
		}
	}
	if r.active == 0 || r.index == nil || r.auditV == 0 {
		return nil, fmt.Errorf("secret: the key ring is incomplete")
	}
	return r, nil
}

// Open opens the database's key ring with the master key of ks. A database
// without a ring gets one of the suite, in one transaction; two processes that
// start at once end with the same ring.
func Open(ctx context.Context, d *db.DB, ks KeyService, suite Suite) (*Box, error) {
	load := func() (*ring, error) { return loadRing(context.WithoutCancel(ctx), d.Read, ks) }
	n, err := ringSize(ctx, d.Read)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		if err := createRing(ctx, d, ks, suite); err != nil && !fault.Is(err, fault.Conflict) {
			return nil, err
		}
	}
	r, err := load()
	if err != nil {
		return nil, err
	}
	b := &Box{reload: load}
	b.ring.Store(r)
	return b, nil
}

// HasRing reports whether the database already holds wrapped keys: then a
// missing key file is a loss to repair, never a reason to make a new one.
func HasRing(ctx context.Context, d *db.DB) (bool, error) {
	n, err := ringSize(ctx, d.Read)
	return n > 0, err
}

func ringSize(ctx context.Context, q db.Querier) (n int, err error) {
	if err = q.QueryRowContext(ctx, `SELECT count(*) FROM key_ring`).Scan(&n); err != nil {
		return 0, fmt.Errorf("key ring: %w", err)
	}
	return n, nil
}

func createRing(ctx context.Context, d *db.DB, ks KeyService, suite Suite) error {
	if !suite.valid() {
		return fault.New(fault.Invalid, "secret.suite", suite)
	}
	return d.Tx(ctx, func(tx *db.Tx) error {
		for _, p := range purposes {
			if err := addKey(ctx, tx, ks, p, 1, suite); err != nil {
				return err
			}
		}
		return nil
	})
}

// addKey makes a random key, wraps it and stores it as the active version.
func addKey(ctx context.Context, tx *db.Tx, ks KeyService, purpose string, version int, suite Suite) error {
	key := make([]byte, KeySize)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("secret: key: %w", err)
	}
	wrapped, err := ks.Wrap(ctx, keyLabel(purpose, version), key)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE key_ring SET active = FALSE WHERE purpose = $1`, purpose)
	if err != nil {
		return fmt.Errorf("key ring: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO key_ring (purpose, version, suite, master, wrapped, active, created_at)
		VALUES ($1, $2, $3, $4, $5, TRUE, $6)`,
		purpose, version, int(suite), ks.ID(), wrapped, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("key ring: %w", err)
	}
	return nil
}

// keyLabel binds a wrapped key to its place in the ring.
func keyLabel(purpose string, version int) string {
	return fmt.Sprintf("key_ring/%s/%d", purpose, version)
}

func loadRing(ctx context.Context, q db.Querier, ks KeyService) (*ring, error) {
	keys, err := unwrapAll(ctx, q, ks)
	if err != nil {
		return nil, err
	}
	return buildRing(keys)
}

func unwrapAll(ctx context.Context, q db.Querier, ks KeyService) ([]ringKey, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT purpose, version, suite, master, wrapped, active
		FROM key_ring ORDER BY purpose, version`)
	if err != nil {
		return nil, fmt.Errorf("key ring: %w", err)
	}
	defer rows.Close()
	var keys []ringKey
	for rows.Next() {
		var (
			k       ringKey
			suite   int
			master  string
			wrapped []byte
		)
		if err := rows.Scan(&k.purpose, &k.version, &suite, &master, &wrapped, &k.active); err != nil {
			return nil, fmt.Errorf("key ring: %w", err)
		}
		k.suite = Suite(suite)
		if master != ks.ID() {
			return nil, fault.New(fault.Unavailable, "secret.key.other", master, ks.ID())
		}
		if k.plain, err = ks.Unwrap(ctx, keyLabel(k.purpose, k.version), wrapped); err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, "secret.key.wrapped")
		}
		keys = append(keys, k)
	}
	return keys, rows.Err()
}
