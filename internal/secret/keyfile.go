package secret

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"wengang/internal/fault"
)

// KeyService wraps and opens data keys with a master key that it never gives
// out. FileKey is the one for small sites; a 密码机 (PKCS#11, SDF) implements
// the same three methods.
type KeyService interface {
	// ID names the master key; it is stored beside what the key wrapped.
	ID() string
	Wrap(ctx context.Context, label string, plain []byte) ([]byte, error)
	Unwrap(ctx context.Context, label string, wrapped []byte) ([]byte, error)
}

// EnvKey names the key file where no flag does.
const EnvKey = "WENGANG_KEY"

// KeyPath is the key file to use: the flag's, else WENGANG_KEY's, else
// wengang/master.key in the user's configuration folder — never beside the
// database, where a copied folder or a backup would take both.
func KeyPath(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	if p := os.Getenv(EnvKey); p != "" {
		return p, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fault.Wrap(err, fault.Invalid, "secret.key.nohome")
	}
	return filepath.Join(dir, "wengang", "master.key"), nil
}

// FileKey is a master key read from a file.
type FileKey struct {
	id    string
	suite Suite
	box   *Box
}

const keyFileHead = "wengang-master-key 1"

const keyFileNote = `# 稳岗 主密钥 / Wengang master key
# 谁同时拿到本文件和数据库，谁就能读出全部个人信息。请离线备份，不要放在数据库或其备份旁边。
# Whoever holds this file and the database can read everything in it.
# Keep an offline copy; never store it beside the database or its backups.
`

// CreateFileKey makes a new master key in a new file readable by its owner
// only. It never overwrites: a lost master key cannot be made again.
func CreateFileKey(path string, suite Suite) (*FileKey, error) {
	if !suite.valid() {
		return nil, fault.New(fault.Invalid, "secret.suite", suite)
	}
	raw := make([]byte, KeySize)
	if _, err := rand.Read(raw); err != nil {
		return nil, fmt.Errorf("secret: key: %w", err)
	}
	key, err := newFileKey(raw, suite)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "secret.key.write", path)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fault.New(fault.Conflict, "secret.key.exists", path)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "secret.key.write", path)
	}
	_, err = fmt.Fprintf(f, "%s%s\nid %s\nsuite %s\nkey %s\n", keyFileNote, keyFileHead,
		key.id, suite, base64.StdEncoding.EncodeToString(raw))
	if e := f.Sync(); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(path)
		return nil, fault.Wrap(err, fault.Unavailable, "secret.key.write", path)
	}
	return key, nil
}

// LoadFileKey reads a key file. A file that others can read is refused.
func LoadFileKey(path string) (*FileKey, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "secret.key.missing", path)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "secret.key.read", path)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Invalid, "secret.key.mode", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "secret.key.read", path)
	}
	key, err := parseKeyFile(text)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "secret.key.damaged", path)
	}
	return key, nil
}

func parseKeyFile(text []byte) (*FileKey, error) {
	fields := map[string]string{}
	head := false
	sc := bufio.NewScanner(bytes.NewReader(text))
	for sc.Scan() {
		line := strings.TrimSpace(sc.Text())
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case line == keyFileHead:
			head = true
		default:
			k, v, _ := strings.Cut(line, " ")
			fields[k] = strings.TrimSpace(v)
		}
	}
	if !head {
		return nil, errors.New("first line missing")
	}
	suite, err := ParseSuite(fields["suite"])
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(fields["key"])
	if err != nil || len(raw) != KeySize {
		return nil, errors.New("key line damaged")
	}
	key, err := newFileKey(raw, suite)
	if err != nil {
		return nil, err
	}
	if key.id != fields["id"] {
		return nil, errors.New("id does not belong to the key")
	}
	return key, nil
}

// newFileKey derives the id and the wrapping key; the id is a keyed hash, so
// it tells nothing of the key and shows a mistyped line.
func newFileKey(raw []byte, suite Suite) (*FileKey, error) {
	derive := func(label string) []byte {
		h := hmac.New(suite.newHash(), raw)
		h.Write([]byte(label))
		return h.Sum(nil)
	}
	wrap := derive("wengang wrap")
	box, err := NewBox(Keys{Suite: suite, Data: wrap, Index: wrap, Audit: wrap})
	if err != nil {
		return nil, err
	}
	return &FileKey{id: hex.EncodeToString(derive("wengang id")[:8]), suite: suite, box: box}, nil
}

// ID names the key without revealing it.
func (k *FileKey) ID() string { return k.id }

// Suite is the suite that the key was made for.
func (k *FileKey) Suite() Suite { return k.suite }

// Wrap seals a data key.
func (k *FileKey) Wrap(_ context.Context, label string, plain []byte) ([]byte, error) {
	return k.box.Encrypt(label, plain)
}

// Unwrap opens a data key.
func (k *FileKey) Unwrap(_ context.Context, label string, wrapped []byte) ([]byte, error) {
	return k.box.Decrypt(label, wrapped)
}
