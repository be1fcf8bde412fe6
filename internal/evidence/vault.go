package evidence

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"wengang/internal/fault"
	"wengang/internal/secret"
)

// vault is the folder of the files: private, random names, two levels of
// folders so that none grows large. A file is written once and never changed,
// so a copy of the folder by any tool is a good copy.
type vault struct{ dir string }

func openVault(dir string) (*vault, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	return &vault{dir: dir}, nil
}

// keySize is a file's own key.
const keySize = secret.KeySize

// sealer is the cipher of one file's key.
func sealer(key []byte) (*secret.Box, error) {
	if len(key) != keySize {
		return nil, errors.New("evidence: key of a wrong length")
	}
	none := make([]byte, keySize)
	return secret.NewBox(secret.Keys{Suite: secret.AES, Data: key, Index: none, Audit: none})
}

// newName is 32 hex digits that say nothing.
func newName() (string, error) {
	var b [16]byte
	_, err := rand.Read(b[:])
	return hex.EncodeToString(b[:]), err
}

// valid guards every path that is made of a name.
func valid(name string) bool {
	if len(name) != 32 {
		return false
	}
	_, err := hex.DecodeString(name)
	return err == nil
}

func (v *vault) path(name, part string) string {
	return filepath.Join(v.dir, name[:2], name+part)
}

// The parts of one attachment.
const (
	partWhole = ".e"
	partThumb = ".t"
)

// put seals data under a name: written beside, synced, renamed.
func (v *vault) put(box *secret.Box, name, part string, data []byte) (err error) {
	if !valid(name) {
		return errors.New("evidence: bad name")
	}
	sealed, err := box.Encrypt("evidence."+name+part, data)
	if err != nil {
		return err
	}
	to := v.path(name, part)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fault.Wrap(err, fault.Unavailable, "evidence.store")
	}
	if err := writeWhole(to, sealed); err != nil {
		return fault.Wrap(err, fault.Unavailable, "evidence.store")
	}
	return nil
}

// writeWhole is there whole or not at all, also after a power cut.
func writeWhole(to string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(to), ".part-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), to); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer d.Close()
	_ = d.Sync() // Windows cannot sync a folder; the rename is durable there
	return nil
}

// get opens a part.
func (v *vault) get(box *secret.Box, name, part string) ([]byte, error) {
	if !valid(name) {
		return nil, errNotFound
	}
	sealed, err := os.ReadFile(v.path(name, part))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.Wrap(err, fault.NotFound, "evidence.gone")
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "evidence.store")
	}
	plain, err := box.Decrypt("evidence."+name+part, sealed)
	if err != nil {
		return nil, fault.Wrap(err, fault.Conflict, "evidence.damaged")
	}
	return plain, nil
}

// remove deletes both parts; what is not there is gone.
func (v *vault) remove(name string) error {
	if !valid(name) {
		return nil
	}
	for _, part := range []string{partWhole, partThumb} {
		if err := os.Remove(v.path(name, part)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// walk visits every file of the folder: its name, its part and what it is.
func (v *vault) walk(ctx context.Context, visit func(path, name, part string, info os.FileInfo) error) error {
	return filepath.Walk(v.dir, func(p string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		part := filepath.Ext(p)
		return visit(p, info.Name()[:len(info.Name())-len(part)], part, info)
	})
}

// wipe removes what no row knows and nobody has touched since before: what a
// killed process left.
func (v *vault) wipe(ctx context.Context, known map[string]bool, before time.Time) (n int, err error) {
	err = v.walk(ctx, func(p, name, part string, info os.FileInfo) error {
		if known[name] && (part == partWhole || part == partThumb) || info.ModTime().After(before) {
			return nil
		}
		n++
		return os.Remove(p)
	})
	return n, err
}

// copyInto copies the files that another folder lacks; they are sealed and
// never change, so one that is there is right if it is as long.
func copyInto(ctx context.Context, from, to *vault) (n int, bytes int64, err error) {
	err = from.walk(ctx, func(p, name, part string, info os.FileInfo) error {
		if !valid(name) || part != partWhole && part != partThumb {
			return nil
		}
		dest := to.path(name, part)
		if there, err := os.Stat(dest); err == nil && there.Size() == info.Size() {
			return nil
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(dest), 0o700); err != nil {
			return err
		}
		n, bytes = n+1, bytes+int64(len(data))
		return writeWhole(dest, data)
	})
	return n, bytes, err
}

// readUpTo reads a whole file of at most limit bytes; a connection that breaks
// gives an error, never half a file.
func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "evidence.broken_off")
	}
	if int64(len(b)) > limit {
		return nil, fault.InvalidFields(fault.Field{Name: "file", Key: "evidence.refused.large", Args: []any{limit >> 20}})
	}
	return b, nil
}

func sum(b []byte) []byte { h := sha256.Sum256(b); return h[:] }
