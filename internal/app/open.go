// Package app is the composition root: the only package that imports
// everything and connects the slices with each other.
package app

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"github.com/gofrs/flock"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/secret"
)

// Options say which installation to open.
type Options struct {
	DB      string // sqlite:FILE or postgres://…
	KeyFile string // empty: WENGANG_KEY, else the user's configuration folder
	Suite   secret.Suite
	// UploadDir keeps files while they are imported; empty is the user's cache.
	UploadDir string
	// EvidenceFrom is a folder of attachments that a restore copies in, where it
	// exists.
	EvidenceFrom string
	Clock        calendar.Clock
	Log          *slog.Logger
}

// ground is what every command stands on: the database, its owner's lock and
// the keys.
type ground struct {
	DB   *db.DB
	Box  *secret.Box
	Key  *secret.FileKey
	lock *flock.Flock
}

func openGround(ctx context.Context, o Options) (*ground, error) {
	g := &ground{}
	if err := g.own(o.DB); err != nil {
		return nil, err
	}
	if err := g.open(ctx, o); err != nil {
		g.close()
		return nil, err
	}
	return g, nil
}

// own takes the lock of a SQLite file: one process owns it (semantics,
// Processes). Beside a running server a command refuses and says what to do.
func (g *ground) own(target string) error {
	file, ok := strings.CutPrefix(target, "sqlite:")
	if !ok || file == ":memory:" || file == "" {
		return nil
	}
	g.lock = flock.New(file + ".lock")
	free, err := g.lock.TryLock()
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "db.open", target)
	}
	if !free {
		g.lock = nil
		return fault.New(fault.Unavailable, "app.owned", file)
	}
	return nil
}

func (g *ground) open(ctx context.Context, o Options) (err error) {
	if g.DB, err = db.Open(ctx, o.DB, o.Clock); err != nil {
		return err
	}
	if _, err = g.DB.Migrate(ctx); err != nil {
		return err
	}
	if g.Key, err = masterKey(ctx, g.DB, o); err != nil {
		return err
	}
	g.Box, err = secret.Open(ctx, g.DB, g.Key, g.Key.Suite())
	return err
}

// masterKey loads the key file. A database without wrapped keys gets a new
// file on its first run; one that has them never does, for a new key could not
// open what the lost one closed.
func masterKey(ctx context.Context, d *db.DB, o Options) (*secret.FileKey, error) {
	path, err := secret.KeyPath(o.KeyFile)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err == nil {
		return secret.LoadKeyFor(ctx, d, path)
	}
	used, err := secret.HasRing(ctx, d)
	if err != nil {
		return nil, err
	}
	if used {
		return nil, fault.New(fault.Invalid, "app.key_lost", path)
	}
	suite := o.Suite
	if suite == 0 {
		suite = secret.AES
	}
	key, err := secret.CreateFileKey(path, suite)
	if err == nil && o.Log != nil {
		o.Log.Warn("a master key was made: keep an offline copy of it", "file", path)
	}
	return key, err
}

func (g *ground) close() {
	if g.DB != nil {
		g.DB.Close()
	}
	if g.lock != nil {
		g.lock.Unlock()
	}
}
