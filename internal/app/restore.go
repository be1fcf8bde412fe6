package app

import (
	"context"
	"os"
	"path/filepath"

	"wengang/internal/account"
	"wengang/internal/backup"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// Restored is what a restore brought in.
type Restored struct {
	backup.Manifest
	// Anchor says what became of the audit anchor beside the key: "kept" as
	// evidence, "restarted" at the restored head, or "no_key" where the key that
	// it stands beside is not on this machine.
	Anchor string `json:"audit_anchor"`
}

// Restore brings an archive into an empty database. With a reason the restored
// database takes the installation's place: the audit anchor, which knows heads
// that the archive is too old for, is put aside and begun anew, and the reason
// stands in the audit record. Without one the anchor stays as it is: a copy made
// to look into may not touch the evidence of the original.
func Restore(ctx context.Context, o Options, archive, reason string) (Restored, error) {
	out := Restored{Anchor: "kept"}
	m, err := restore(ctx, o, archive)
	if out.Manifest = m; err != nil {
		return out, err
	}
	path, err := secret.KeyPath(o.KeyFile)
	if err != nil {
		return out, err
	}
	a, err := Open(ctx, o)
	if fault.Is(err, fault.Invalid) && reason == "" {
		out.Anchor = "no_key"
		return out, nil
	}
	if err != nil {
		return out, err
	}
	defer a.Close()
	if info, err := os.Stat(o.EvidenceFrom); o.EvidenceFrom != "" && err == nil && info.IsDir() {
		if _, _, err := a.Evidence.CopyFrom(ctx, o.EvidenceFrom); err != nil {
			return out, err
		}
	}
	if reason == "" {
		return out, nil
	}
	why := reason + " (" + filepath.Base(archive) + ")"
	if err := a.Audit.ResetAnchor(ctx, account.LocalOperator(region.Country), why); err != nil {
		return out, fault.Wrap(err, fault.Unavailable, "app.anchor", path)
	}
	out.Anchor = "restarted"
	return out, nil
}

// restore makes no key: the archive brings its own wrapped ones.
func restore(ctx context.Context, o Options, archive string) (backup.Manifest, error) {
	// A slip in the name must not leave an empty database behind.
	if _, err := os.Stat(archive); err != nil {
		return backup.Manifest{}, fault.Wrap(err, fault.Invalid, "backup.read", archive)
	}
	g := &ground{}
	defer g.close()
	if err := g.own(o.DB); err != nil {
		return backup.Manifest{}, err
	}
	var err error
	if g.DB, err = db.Open(ctx, o.DB, o.Clock); err != nil {
		return backup.Manifest{}, err
	}
	if _, err := g.DB.Migrate(ctx); err != nil {
		return backup.Manifest{}, err
	}
	return backup.FromFile(ctx, g.DB, archive)
}
