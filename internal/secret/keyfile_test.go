package secret_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wengang/internal/fault"
	"wengang/internal/secret"
)

func TestKeyFile(t *testing.T) {
	ctx := context.Background()
	for _, s := range []secret.Suite{secret.AES, secret.SM} {
		path := filepath.Join(t.TempDir(), "deep", "master.key")
		made, err := secret.CreateFileKey(path, s)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		read, err := secret.LoadFileKey(path)
		if err != nil || read.ID() != made.ID() || read.Suite() != s {
			t.Fatalf("read back %v, %v", read, err)
		}
		w, err := made.Wrap(ctx, "l", []byte("data key"))
		if err != nil {
			t.Fatal(err)
		}
		if p, err := read.Unwrap(ctx, "l", w); err != nil || !bytes.Equal(p, []byte("data key")) {
			t.Errorf("unwrapped %q, %v", p, err)
		}
		if _, err := read.Unwrap(ctx, "other", w); err == nil {
			t.Error("opened under another label")
		}
		if _, err := secret.CreateFileKey(path, s); !fault.Is(err, fault.Conflict) {
			t.Errorf("overwrote a key file: %v", err)
		}
	}
}

func TestKeyFileRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	if _, err := secret.LoadFileKey(path); !fault.Is(err, fault.NotFound) {
		t.Errorf("missing: %v", err)
	}
	if _, err := secret.CreateFileKey(path, secret.AES); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	os.Chmod(path, 0o644)
	if _, err := secret.LoadFileKey(path); !fault.Is(err, fault.Invalid) {
		t.Errorf("readable by others: %v", err)
	}
	os.Chmod(path, 0o600)
	i := strings.Index(string(text), "\nkey ") + 5
	for _, bad := range []string{
		"", "wengang-master-key 1\n", string(text[:len(text)/2]),
		string(text[:i]) + flip(text[i]) + string(text[i+1:]),
	} {
		os.WriteFile(path, []byte(bad), 0o600)
		if _, err := secret.LoadFileKey(path); !fault.Is(err, fault.Invalid) {
			t.Errorf("damaged file accepted: %v", err)
		}
	}
}

func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

func TestKeyPath(t *testing.T) {
	t.Setenv(secret.EnvKey, "")
	t.Setenv("XDG_CONFIG_HOME", "/conf")
	if p, _ := secret.KeyPath(""); p != "/conf/wengang/master.key" {
		t.Error(p)
	}
	t.Setenv(secret.EnvKey, "/env.key")
	if p, _ := secret.KeyPath(""); p != "/env.key" {
		t.Error(p)
	}
	if p, _ := secret.KeyPath("/flag.key"); p != "/flag.key" {
		t.Error(p)
	}
}
