package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs one command line on an installation in dir.
func command(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := newRoot()
	root.SetArgs(append(args, "--db", "sqlite:"+filepath.Join(dir, "w.db"), "--key", filepath.Join(dir, "key")))
	root.SetOut(&out)
	root.SetErr(&bytes.Buffer{})
	err := root.Execute()
	return out.String(), err
}

// TestUserInit: a slip in the place leaves no key and no database behind; the
// right one makes the three administrators once.
func TestUserInit(t *testing.T) {
	t.Setenv("WENGANG_LANG", "en")
	dir := t.TempDir()
	for _, place := range []string{"没有这个县", "999999", ""} {
		if _, err := command(t, dir, "user", "init", "--region", place); err == nil {
			t.Errorf("%q is taken for a place", place)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Fatalf("left behind: %v, %v", left, err)
	}
	out, err := command(t, dir, "user", "init", "--region", "371522")
	if err != nil || strings.Count(out, "-") < 9 {
		t.Fatalf("%s, %v", out, err)
	}
	if _, err := command(t, dir, "user", "init", "--region", "371522"); err == nil {
		t.Error("a second first run")
	}
	if _, err := command(t, dir, "user", "totp", "reset", "security", "--region", "371522"); err == nil || !strings.Contains(message(err), "no second factor") {
		t.Errorf("reset of what is not there: %v", err)
	}
	if out, err = command(t, dir, "user", "address", "--admin", "10.37.15.0/24", "--reason", "等保", "--json"); err != nil || !strings.Contains(out, "10.37.15.0/24") {
		t.Errorf("%s, %v", out, err)
	}
	if _, err := command(t, dir, "user", "address", "--admin", "10.37", "--reason", "x"); err == nil {
		t.Error("10.37 is taken for a network")
	}
	if _, err := command(t, dir, "audit", "archive", "--dir", filepath.Join(dir, "a"), "--before", "2099-01-01"); err == nil {
		t.Error("the future is archived")
	}
	if _, err := command(t, dir, "audit", "purge-exports", "--before", "2099-01-01"); err == nil {
		t.Error("the export log of today is purged")
	}
}
