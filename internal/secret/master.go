package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// RotateFile replaces the master key in a file: a new key is written beside
// it (.next), the ring is put under it, then the files change places; the old
// one stays as .old-ID, because older backups open with it only. A run that
// was cut off is finished by the next one.
func RotateFile(ctx context.Context, d *db.DB, path string, suite Suite) (*FileKey, error) {
	old, err := LoadFileKey(path)
	if err != nil {
		return nil, err
	}
	nextPath := path + ".next"
	next, err := LoadFileKey(nextPath)
	if fault.Is(err, fault.NotFound) {
		next, err = CreateFileKey(nextPath, suite)
	}
	if err != nil {
		return nil, err
	}
	master, err := masterOf(ctx, d)
	if err != nil {
		return nil, err
	}
	if master != next.ID() {
		if err := Rewrap(ctx, d, old, next); err != nil {
			return nil, err
		}
	}
	if old.ID() != next.ID() {
		if err := os.Link(path, path+".old-"+old.ID()); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fault.Wrap(err, fault.Unavailable, "secret.key.write", path)
		}
	}
	if err := os.Rename(nextPath, path); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "secret.key.write", path)
	}
	return next, nil
}

func masterOf(ctx context.Context, d *db.DB) (id string, err error) {
	err = d.Read.QueryRowContext(ctx, `SELECT master FROM key_ring ORDER BY purpose, version LIMIT 1`).Scan(&id)
	return id, err
}

// LoadKeyFor loads the key file for a database. Where a replacement of the
// master key was cut off after the ring had changed, it takes the new file and
// puts it in its place.
func LoadKeyFor(ctx context.Context, d *db.DB, path string) (*FileKey, error) {
	key, err := LoadFileKey(path)
	if err != nil {
		return nil, err
	}
	master, err := masterOf(ctx, d)
	if err != nil || master == key.ID() {
		return key, nil // an empty ring, or ours; a broken one is told by Open
	}
	if next, err := LoadFileKey(path + ".next"); err == nil && next.ID() == master {
		return RotateFile(ctx, d, path, next.Suite())
	}
	return key, nil
}

// Rewrap puts every key of the ring under another master key, in one
// transaction. The values themselves do not change.
func Rewrap(ctx context.Context, d *db.DB, old, next KeyService) error {
	return d.Tx(ctx, func(tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT purpose, version, master, wrapped FROM key_ring ORDER BY purpose, version`)
		if err != nil {
			return fmt.Errorf("key ring: %w", err)
		}
		defer rows.Close()
		type wrappedKey struct {
			purpose string
			version int
			wrapped []byte
		}
		var keys []wrappedKey
		for rows.Next() {
			var (
				k      wrappedKey
				master string
			)
			if err := rows.Scan(&k.purpose, &k.version, &master, &k.wrapped); err != nil {
				return fmt.Errorf("key ring: %w", err)
			}
			if master != old.ID() {
				return fault.New(fault.Unavailable, "secret.key.other", master, old.ID())
			}
			keys = append(keys, k)
		}
		if err := rows.Err(); err != nil {
			return fmt.Errorf("key ring: %w", err)
		}
		rows.Close()
		for _, k := range keys {
			label := keyLabel(k.purpose, k.version)
			plain, err := old.Unwrap(ctx, label, k.wrapped)
			if err != nil {
				return fault.Wrap(err, fault.Unavailable, "secret.key.wrapped")
			}
			again, err := next.Wrap(ctx, label, plain)
			if err != nil {
				return err
			}
			if back, err := next.Unwrap(ctx, label, again); err != nil || !bytes.Equal(back, plain) {
				return fault.Wrap(err, fault.Unavailable, "secret.key.wrapped")
			}
			_, err = tx.ExecContext(ctx, `UPDATE key_ring SET wrapped = $1, master = $2 WHERE purpose = $3 AND version = $4`,
				again, next.ID(), k.purpose, k.version)
			if err != nil {
				return fmt.Errorf("key ring: %w", err)
			}
		}
		return nil
	})
}
