package audit

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/secret"
)

// Mark is an anchored head: what the chain must contain.
type Mark struct {
	Seq     int64  `json:"seq"`
	Hash    string `json:"hash"`
	At      int64  `json:"at"`
	Version int    `json:"key"`
	MAC     string `json:"mac"`
}

// Anchor keeps heads outside the database: the newest at every sealing, and
// one every ten minutes for good. Copy its log to a second host or print it:
// who holds the machine can roll back this file together with the database.
type Anchor interface {
	Save(ctx context.Context, m Mark) error
	// Marks are the kept heads, oldest first; none is not an error.
	Marks(ctx context.Context) ([]Mark, error)
	// Restart puts the kept heads aside (it does not destroy them) and begins
	// anew.
	Restart(ctx context.Context) error
}

// FileAnchor is an anchor in two files: path holds the newest head and is
// replaced as a whole, path.log only grows.
type FileAnchor struct {
	path   string
	logged time.Time
}

const anchorEvery = 10 * time.Minute

// NewFileAnchor anchors in a file; its folder is made.
func NewFileAnchor(path string) (*FileAnchor, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "audit.anchor.write", path)
	}
	return &FileAnchor{path: path}, nil
}

// AnchorPath is the default: beside the key file, named after the
// installation.
func AnchorPath(keyFile string, box *secret.Box) string {
	return filepath.Join(filepath.Dir(keyFile), "audit-"+hex.EncodeToString(box.BlindIndex("audit anchor", "")[:6])+".anchor")
}

// Save writes the head durably.
func (a *FileAnchor) Save(_ context.Context, m Mark) error {
	line, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("anchor: %w", err)
	}
	line = append(line, '\n')
	if err := replaceFile(a.path, line); err != nil {
		return fault.Wrap(err, fault.Unavailable, "audit.anchor.write", a.path)
	}
	if time.Since(a.logged) < anchorEvery {
		return nil
	}
	f, err := os.OpenFile(a.path+".log", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "audit.anchor.write", a.path)
	}
	_, err = f.Write(line)
	if e := f.Sync(); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "audit.anchor.write", a.path)
	}
	a.logged = time.Now()
	return nil
}

// Restart renames both files after the present instant.
func (a *FileAnchor) Restart(context.Context) error {
	suffix := time.Now().UTC().Format(".20060102T150405.000000000Z")
	for _, p := range []string{a.path, a.path + ".log"} {
		if err := os.Rename(p, p+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fault.Wrap(err, fault.Unavailable, "audit.anchor.write", p)
		}
	}
	a.logged = time.Time{}
	return nil
}

func replaceFile(path string, content []byte) error {
	tmp := path + ".part"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if e := f.Sync(); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// Marks reads both files.
func (a *FileAnchor) Marks(context.Context) ([]Mark, error) {
	var out []Mark
	for _, p := range []string{a.path + ".log", a.path} {
		f, err := os.Open(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, "audit.anchor.read", p)
		}
		sc := bufio.NewScanner(f)
		for sc.Scan() {
			var m Mark
			// A line that cannot be read stays as a mark that fits nothing:
			// Verify must tell of it.
			if json.Unmarshal(sc.Bytes(), &m) != nil {
				m = Mark{Seq: -1}
			}
			out = append(out, m)
		}
		err = sc.Err()
		f.Close()
		if err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, "audit.anchor.read", p)
		}
	}
	return out, nil
}

func (m Mark) bytes() []byte {
	return fmt.Appendf(nil, "wengang audit anchor 1\n%d\n%s\n%d", m.Seq, m.Hash, m.At)
}

func (l *Log) saveAnchor(ctx context.Context, h Head) error {
	m := Mark{Seq: h.Seq, Hash: hex.EncodeToString(h.Hash), At: db.Millis(h.At)}
	v, mac := l.box.MAC(m.bytes())
	m.Version, m.MAC = v, hex.EncodeToString(mac)
	return l.anchor.Save(ctx, m)
}

func (l *Log) genuine(m Mark) bool {
	mac, err := hex.DecodeString(m.MAC)
	return err == nil && m.Seq > 0 && l.box.CheckMAC(m.Version, m.bytes(), mac)
}

// ErrAnchor answers a chain that does not contain its anchored head: the
// sealer then leaves the anchor as the evidence it is.
var ErrAnchor = fault.New(fault.Unavailable, "audit.anchor.broken")

// checkAnchor reports whether the chain still holds the newest anchored head.
func (l *Log) checkAnchor(ctx context.Context, head Head) error {
	if l.anchor == nil {
		return nil
	}
	marks, err := l.anchor.Marks(ctx)
	if err != nil {
		return err
	}
	if len(marks) == 0 {
		return nil
	}
	m := marks[len(marks)-1]
	if !l.genuine(m) || m.Seq > head.Seq {
		return ErrAnchor
	}
	var hash []byte
	err = l.db.Read.QueryRowContext(ctx, `SELECT hash FROM audit_seal WHERE seq = $1`, m.Seq).Scan(&hash)
	if err != nil || hex.EncodeToString(hash) != m.Hash {
		return ErrAnchor
	}
	return nil
}

// ResetAnchor begins a new anchor at the present head, after a restore that
// was meant: who did it and why stands in the record.
func (l *Log) ResetAnchor(ctx context.Context, c account.Caller, reason string) error {
	if l.anchor == nil {
		return nil
	}
	if err := l.Record(ctx, c, Entry{Action: "audit.anchor_reset", Object: "audit", Detail: map[string]string{"reason": reason}}); err != nil {
		return err
	}
	if _, err := l.seal(ctx, true); err != nil && !errors.Is(err, ErrAnchor) {
		return err
	}
	head, err := l.head(ctx, l.db.Read)
	if err != nil {
		return err
	}
	if err := l.anchor.Restart(ctx); err != nil {
		return err
	}
	return l.saveAnchor(ctx, head)
}
