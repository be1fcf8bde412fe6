package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"runtime"
	"sort"
	"strings"
	"sync"
)

//go:embed templates/*.html
var ownTemplates embed.FS

// templateSet is one rim's templates under a prefix.
type templateSet struct {
	prefix string
	fsys   fs.FS
}

// page is one page's sources and a pool of parsed copies. A copy is bound to
// one request at a time, so that the functions t, url, region, … know the
// language, the place and the month without an argument. Building a copy costs
// several ms and happens once per concurrent rendering: a few are kept for
// good, because a pool alone loses them to the garbage collector.
type page struct {
	name    string
	sources []source
	shell   *Shell
	kept    chan *bound
	pool    sync.Pool
}

// take is a copy that nobody renders with.
func (p *page) take() (*bound, error) {
	select {
	case b := <-p.kept:
		return b, nil
	default:
	}
	if b, ok := p.pool.Get().(*bound); ok {
		return b, nil
	}
	return p.build()
}

func (p *page) give(b *bound) {
	b.env.reset(nil)
	select {
	case p.kept <- b:
	default:
		p.pool.Put(b)
	}
}

type source struct{ name, text string }

// bound is a parsed page and the request that it now renders for.
type bound struct {
	tmpl *template.Template
	env  *env
}

// load reads the sources of every page: the shell's partials, the rim's
// partials, the page.
func (s *Shell) load() (map[string]*page, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pages != nil {
		return s.pages, nil
	}
	shared, _, err := readSet(templateSet{prefix: "web", fsys: ownTemplates})
	if err != nil {
		return nil, err
	}
	pages := map[string]*page{}
	for _, set := range s.sets {
		partials, files, err := readSet(set)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			name := set.prefix + "/" + f.name
			if _, twice := pages[name]; twice {
				return nil, fmt.Errorf("web: page %s stands twice", name)
			}
			p := &page{name: name, shell: s, kept: make(chan *bound, runtime.GOMAXPROCS(0))}
			p.sources = append(p.sources, shared...)
			if set.prefix != "web" {
				p.sources = append(p.sources, partials...)
			}
			p.sources = append(p.sources, source{name: name, text: f.text})
			pages[name] = p
		}
	}
	s.pages = pages
	return pages, nil
}

// readSet splits a rim's files into partials ("_x.html") and pages.
func readSet(set templateSet) (partials, pages []source, err error) {
	names, err := fs.Glob(set.fsys, "templates/*.html")
	if err != nil {
		return nil, nil, err
	}
	sort.Strings(names)
	for _, n := range names {
		raw, err := fs.ReadFile(set.fsys, n)
		if err != nil {
			return nil, nil, err
		}
		base := strings.TrimSuffix(path.Base(n), ".html")
		src := source{name: base, text: string(raw)}
		if strings.HasPrefix(base, "_") {
			src.name = set.prefix + "/" + base
			partials = append(partials, src)
		} else {
			pages = append(pages, src)
		}
	}
	return partials, pages, nil
}

// build parses one copy of the page.
func (p *page) build() (*bound, error) {
	e := &env{shell: p.shell}
	// The root has a name of its own: New with an existing name empties it.
	t := template.New("w-root").Funcs(e.funcs())
	for _, src := range p.sources {
		if _, err := t.New(src.name).Parse(src.text); err != nil {
			return nil, fmt.Errorf("web: page %s: %w", p.name, err)
		}
	}
	return &bound{tmpl: t, env: e}, nil
}

// render executes one template of a page for a request.
func (s *Shell) render(name, block string, r *Request, data any) ([]byte, error) {
	pages, err := s.load()
	if err != nil {
		return nil, err
	}
	p, ok := pages[name]
	if !ok {
		return nil, fmt.Errorf("web: no page %q", name)
	}
	b, err := p.take()
	if err != nil {
		return nil, err
	}
	defer p.give(b)
	b.env.reset(r)
	var buf bytes.Buffer
	if err := b.tmpl.ExecuteTemplate(&buf, block, data); err != nil {
		return nil, fmt.Errorf("web: page %s: %w", name, err)
	}
	return buf.Bytes(), nil
}

// Page answers with a whole page ("people/list"): the frame around the blocks
// that its template defines.
func (s *Shell) Page(w http.ResponseWriter, r *Request, name string, data any) error {
	return s.PageStatus(w, r, http.StatusOK, name, data)
}

// PageStatus is Page with another status: 422 for a form that comes back with
// its errors.
func (s *Shell) PageStatus(w http.ResponseWriter, r *Request, status int, name string, data any) error {
	layout := "w-layout"
	if r.Caller.UserID == 0 {
		layout = "w-bare"
	}
	out, err := s.render(name, layout, r, data)
	if err != nil {
		return err
	}
	return send(w, r.Request, status, out)
}

// Fragment answers with one block of a page ({{define "rows"}}), for htmx.
func (s *Shell) Fragment(w http.ResponseWriter, r *Request, name, block string, data any) error {
	return s.fragment(w, r, http.StatusOK, name, block, data)
}

func (s *Shell) fragment(w http.ResponseWriter, r *Request, status int, name, block string, data any) error {
	out, err := s.render(name, block, r, data)
	if err != nil {
		return err
	}
	return send(w, r.Request, status, out)
}

var gzips = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(nil, 5); return z }}

// send writes HTML, compressed where the browser takes it. Pages hold no
// secret that a guesser could steer next to his own text (no CSRF token:
// CrossOriginProtection stands in its place), so compression tells nothing.
func send(w http.ResponseWriter, r *http.Request, status int, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding, HX-Request")
	if len(body) < 1024 || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.WriteHeader(status)
		_, _ = w.Write(body)
		return nil
	}
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	z := gzips.Get().(*gzip.Writer)
	defer gzips.Put(z)
	z.Reset(w)
	_, _ = z.Write(body)
	_ = z.Close()
	return nil
}
