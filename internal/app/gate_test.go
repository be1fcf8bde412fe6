package app

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A route that was renamed was no longer counted, and nobody saw it: what the
// gate names must be a route.
func TestGateNamesRoutes(t *testing.T) {
	files, err := filepath.Glob("../*/*http/*.go")
	if err != nil {
		t.Fatal(err)
	}
	shell, err := filepath.Glob("../web/*.go")
	if err != nil {
		t.Fatal(err)
	}
	pattern := regexp.MustCompile(`"((?:GET|POST) /[^"]*)"`)
	var routes []string
	for _, f := range append(files, shell...) {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pattern.FindAllStringSubmatch(string(src), -1) {
			routes = append(routes, m[1])
		}
	}
	for _, p := range slices.Concat(listPages, plainFiles, inspectorWrites) {
		if !slices.Contains(routes, p) {
			t.Errorf("the gate names %q, which no rim registers", p)
		}
	}
}
