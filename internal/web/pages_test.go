package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var called = regexp.MustCompile(`\.(?:Page|PageStatus|Fragment)\([^"\n]*"([a-z]+)/([a-z0-9_]+)"(?:, "([a-z0-9_-]+)")?`)

// TestPagesExist finds every page and block that Go code names among the
// templates of its rim: a wrong name would fail only when somebody comes by.
func TestPagesExist(t *testing.T) {
	found := 0
	err := filepath.WalkDir("..", func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		for _, m := range called.FindAllStringSubmatch(string(raw), -1) {
			if m[1] == "web" && filepath.Base(filepath.Dir(p)) != "web" {
				continue
			}
			found++
			tmpl := filepath.Join(filepath.Dir(p), "templates", m[2]+".html")
			src, err := os.ReadFile(tmpl)
			if err != nil {
				t.Errorf("%s: page %s/%s has no template", p, m[1], m[2])
				continue
			}
			if m[3] != "" && !strings.Contains(string(src), fmt.Sprintf(`define %q`, m[3])) && !partialDefines(filepath.Dir(tmpl), m[3]) && !partialDefines("templates", m[3]) {
				t.Errorf("%s: page %s/%s has no block %q", p, m[1], m[2], m[3])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 5 {
		t.Errorf("only %d pages found: the search is blind", found)
	}
}

func partialDefines(dir, block string) bool {
	files, _ := filepath.Glob(filepath.Join(dir, "_*.html"))
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && strings.Contains(string(b), fmt.Sprintf(`define %q`, block)) {
			return true
		}
	}
	return false
}
