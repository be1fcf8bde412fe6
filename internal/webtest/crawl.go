package webtest

import (
	"net/url"
	"regexp"
	"sort"
	"strings"
)

var number = regexp.MustCompile(`\d+`)

// shape is a path without its numbers and the names of its parameters: two
// addresses of one shape are the same page with other data.
func shape(raw string) (path, name string, ok bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "/assets/") {
		return "", "", false
	}
	keys := make([]string, 0, 4)
	for k := range u.Query() {
		switch k {
		case "at", "month", "to", "next", "lang", "sort", "desc", "after", "before":
		default:
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	name = strings.Trim(number.ReplaceAllString(u.Path, "n"), "/")
	if name == "" {
		name = "today"
	}
	if len(keys) > 0 {
		name += "_" + strings.Join(keys, "_")
	}
	return u.RequestURI(), strings.ReplaceAll(name, "/", "-"), true
}

// Crawl follows the links of the console from a path and opens one page of
// every shape, at most limit of them. Links whose shape skip says true for,
// downloads and forms are left alone.
func (b *Tab) Crawl(from string, limit int, skip func(name string) bool) []Page {
	b.t.Helper()
	seen := map[string]bool{}
	var pages []Page
	queue := []string{from}
	for len(queue) > 0 && len(pages) < limit {
		path, name, ok := shape(queue[0])
		queue = queue[1:]
		if !ok || seen[name] || (skip != nil && skip(name)) {
			continue
		}
		seen[name] = true
		if kind := b.Eval(`fetch(` + quote(path) + `, {method: 'HEAD', redirect: 'manual'}).then(r => (r.headers.get('content-disposition') ? 'file' : '') + (r.headers.get('content-type') || ''))`); !strings.HasPrefix(kind, "text/html") {
			continue
		}
		b.Goto(path)
		pages = append(pages, Page{Name: name, Path: path})
		queue = append(queue, b.Links()...)
	}
	return pages
}

// Links are the addresses that the page's links lead to, the navigation first.
func (b *Tab) Links() []string {
	b.t.Helper()
	return eval[[]string](b, "links", `[...new Set([...document.querySelectorAll('.w-side nav a[href], main a[href], .w-menu a[href]')].filter(a => !a.download).map(a => a.getAttribute('href')).concat([...document.querySelectorAll('main tr[data-w-href]')].map(r => r.dataset.wHref)).map(h => { const u = new URL(h, location.href); return u.origin === location.origin ? u.pathname + u.search : '' }).filter(h => h))]`)
}
