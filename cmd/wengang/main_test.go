package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMistakes: a slip of the hand is named, ends with code 1, and leaves
// nothing behind.
func TestMistakes(t *testing.T) {
	t.Setenv("WENGANG_LANG", "en")
	dir := t.TempDir()
	absent := "sqlite:" + filepath.Join(dir, "absent.db")
	for _, x := range []struct {
		args string
		want string
	}{
		{"verify --db " + absent, "no database file"},
		{"backup --out " + filepath.Join(dir, "x.wgb") + " --db " + absent, "no database file"},
		{"people find zxy --region 371522 --db " + absent, "no database file"},
		{"key check --db " + absent, "no database file"},
		{"month close --region 371522 --db " + absent, "usage: wengang month close"},
		{"import people --region 371522", "usage: wengang import KIND FILE"},
		{"import person x.xlsx --region 371522 --db " + absent, "one of people, monitored"},
		{"import people " + filepath.Join(dir, "x.xlsx") + " --region 371522 --db " + absent, "cannot open the file"},
	} {
		root := newRoot()
		root.SetArgs(strings.Fields(x.args))
		root.SetOut(&bytes.Buffer{})
		err := root.Execute()
		if err == nil || !strings.Contains(message(err), x.want) {
			t.Errorf("%s: %v, want %q", x.args, err, x.want)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestShow(t *testing.T) {
	for _, x := range []struct {
		f    figure
		want string
	}{
		{figure{Unit: "person", Value: 9313}, "9313"}, {figure{Unit: "fen", Value: 413016.4}, "4130.16"}, {figure{Unit: "rate", Value: 0.985}, "98.5%"},
	} {
		if got := x.f.show(); got != x.want {
			t.Errorf("%v: %s, want %s", x.f, got, x.want)
		}
	}
}
