package web_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"wengang/internal/web"
	"wengang/internal/web/assets"
	"wengang/internal/web/storybook"
)

// TestWeight holds the promise of the design: a first visit of the heaviest
// page costs at most 300 KB compressed, a later one 40 KB.
func TestWeight(t *testing.T) {
	s, srv := newShell(t, nil)
	_ = s
	book := web.New(web.Config{Tree: fakeTree{}, Auth: fakeAuth{}, Clock: clock})
	storybook.Register(book)
	if err := book.Check(); err != nil {
		t.Fatal(err)
	}
	_, body := ask(t, "GET", srv.URL+"/", "officer", "")
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	_, _ = z.Write([]byte(body))
	_ = z.Close()
	page := buf.Len()
	set, total := assets.Load(), 0
	for _, a := range []string{"app.css", "icons.svg", "favicon.svg", "chevron.svg", "js/early.js", "js/app.js", "js/charts.js", "vendor/htmx/htmx.min.js", "vendor/echarts/echarts.js"} {
		n := set.Size(a)
		if n == 0 {
			t.Errorf("no asset %s", a)
		}
		t.Logf("%6d %s", n, a)
		total += n
	}
	t.Logf("page %d, with assets %d bytes compressed", page, page+total)
	if page > 40<<10 || page+total+(20<<10) > 300<<10 {
		t.Errorf("too heavy: page %d, first visit %d", page, page+total)
	}
}

func TestAssets(t *testing.T) {
	_, srv := newShell(t, nil)
	set := assets.Load()
	res, body := ask(t, "GET", srv.URL+set.URL("app.css"), "", "")
	if res.StatusCode != 200 || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") || !strings.Contains(body, "--pri") {
		t.Errorf("app.css: %d %v", res.StatusCode, res.Header)
	}
	res, _ = ask(t, "GET", srv.URL+set.URL("js/app.js"), "", "", "Accept-Encoding", "gzip")
	if res.Header.Get("Content-Encoding") != "gzip" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/javascript") {
		t.Errorf("app.js: %v", res.Header)
	}
	for _, p := range []string{set.Prefix() + "/../route.go", set.Prefix() + "/none.js", "/assets/000000000000/app.css"} {
		if res, _ := ask(t, "GET", srv.URL+p, "", ""); res.StatusCode == 200 {
			t.Errorf("%s answered 200", p)
		}
	}
}

// BenchmarkPage is what the frame costs per page.
func BenchmarkPage(b *testing.B) {
	s := web.New(web.Config{Tree: fakeTree{}, Auth: fakeAuth{}, Clock: clock, Log: quiet})
	storybook.Register(s)
	h, err := s.Handler()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		serveOnce(b, h, "/story/board")
	}
}
