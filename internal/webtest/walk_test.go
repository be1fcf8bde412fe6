package webtest_test

import (
	"os"
	"strings"
	"testing"

	"wengang/internal/webtest"
)

// TestWalk looks at every page of a console that runs already, for one person:
//
//	WENGANG_URL=http://127.0.0.1:8080 WENGANG_AS=login:password WENGANG_SHOTS=dir go test ./internal/webtest -run Walk
//
// WENGANG_FROM is the first path (default /), WENGANG_ONLY a part of the names
// of the pages to take pictures of.
func TestWalk(t *testing.T) {
	base := os.Getenv("WENGANG_URL")
	if base == "" {
		t.Skip("WENGANG_URL names no running console")
	}
	tab := webtest.Open(t, base)
	login, password, _ := strings.Cut(os.Getenv("WENGANG_AS"), ":")
	if login != "" {
		tab.Sign("/sign-in", login, password)
	}
	from := os.Getenv("WENGANG_FROM")
	if from == "" {
		from = "/"
	}
	only := os.Getenv("WENGANG_ONLY")
	pages := tab.Crawl(from, 80, func(name string) bool { return only != "" && name != "today" && !strings.Contains(name, only) })
	for i := range pages {
		pages[i].Name = login + "-" + pages[i].Name
		t.Log(pages[i].Name, pages[i].Path)
	}
	tab.Walk(pages)
}
