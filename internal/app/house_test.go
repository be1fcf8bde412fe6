package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// layers, from the bottom: a package imports only packages of lower layers.
// Packages of one layer do not know each other; app connects them.
var layers = [][]string{
	{"fault", "pinyin", "migrations"},
	{"calendar"},
	{"region"},
	{"fact", "text"},
	{"db"},
	{"idcard", "secret", "change", "sheet"},
	{"account"},
	{"audit"},
	{"setting", "region/regionstore"},
	{"rule", "indicator", "queue", "backup", "transfer"},
	{"people", "work", "month", "evidence", "intake", "register", "target", "report", "web"},
	{"division", "report/output", "report/summary", "report/design", "target/paper"},
	{"rollup", "rollup/views", "sample", "listing", "people/merge", "people/flow", "people/entry", "people/proof", "target/split", "target/dispatch"},
	{"handover", "reconcile"},
	{"rims"},
	{"webtest", "testkit"},
	{"app"},
	{"bench"},
	{"cmd", "e2e"},
}

// TestImportsGoDown holds the order of the house. Rims (packages whose name
// ends in "http") import their core and the shell.
func TestImportsGoDown(t *testing.T) {
	rank := map[string]int{}
	for i, names := range layers {
		for _, n := range names {
			rank[n] = i
		}
	}
	room := func(path string) (string, int, bool) {
		path, ours := strings.CutPrefix(path, "wengang/")
		if !ours {
			return "", 0, false
		}
		name := strings.TrimPrefix(path, "internal/")
		switch {
		case strings.HasSuffix(name, "http"):
			name = "rims"
		case strings.HasPrefix(path, "cmd/"):
			name = "cmd"
		case strings.HasPrefix(name, "web/"):
			name = "web"
		}
		r, known := rank[name]
		if !known {
			t.Errorf("package %s has no place in the house: add it to a layer", path)
		}
		return name, r, known
	}
	for pkg, imports := range packages(t) {
		if strings.Contains(pkg, "/assetgen") || strings.HasSuffix(pkg, "test") && !strings.HasSuffix(pkg, "webtest") {
			continue
		}
		from, high, ok := room(pkg)
		if !ok {
			continue
		}
		for _, imp := range imports {
			to, low, ok := room(imp)
			if ok && low >= high && from != to {
				t.Errorf("%s imports %s: imports go down", pkg, imp)
			}
		}
	}
}

func packages(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "wengang/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string][]string{}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[p.ImportPath] = p.Imports
	}
}
