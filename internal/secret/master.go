package secret

import (
	"context"
	"errors"
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
