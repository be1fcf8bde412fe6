// Package assets holds the console's styles, scripts, icons and vendored
// libraries, served under an address that changes with their content.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:embed *.css *.svg js/*.js vendor
var files embed.FS

// Set is the loaded assets.
type Set struct {
	prefix string
	raw    map[string][]byte
	icons  map[string]bool
	mu     sync.Mutex
	zipped map[string][]byte
}

var load = sync.OnceValue(func() *Set {
	s := &Set{raw: map[string][]byte{}, icons: map[string]bool{}, zipped: map[string][]byte{}}
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		s.raw[p] = b
		_, _ = sum.Write([]byte(p))
		_, _ = sum.Write(b)
		return nil
	})
	if err != nil {
		panic(err) // embedded files cannot fail to be read
	}
	s.prefix = "/assets/" + hex.EncodeToString(sum.Sum(nil))[:12]
	for _, m := range regexp.MustCompile(`<symbol id="([^"]+)"`).FindAllSubmatch(s.raw["icons.svg"], -1) {
		s.icons[string(m[1])] = true
	}
	return s
})

// Load reads the embedded assets once.
func Load() *Set { return load() }

// Prefix is the path that all assets lie under; it names their content.
func (s *Set) Prefix() string { return s.prefix }

// URL is the address of an asset.
func (s *Set) URL(name string) string { return s.prefix + "/" + name }

// HasIcon reports whether the sprite holds the icon.
func (s *Set) HasIcon(name string) bool { return s.icons[name] }

// Size is the compressed size of an asset in bytes, 0 for an unknown one.
func (s *Set) Size(name string) int { return len(s.gzip(name)) }

// gzip compresses an asset at its first use and keeps the result.
func (s *Set) gzip(name string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if z, ok := s.zipped[name]; ok {
		return z
	}
	raw, ok := s.raw[name]
	if !ok {
		return nil
	}
	var buf bytes.Buffer
	z, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	_, _ = z.Write(raw)
	_ = z.Close()
	s.zipped[name] = buf.Bytes()
	return buf.Bytes()
}

var types = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8"}

// ServeHTTP serves an asset, compressed where the browser takes it, to be kept
// for a year: another content has another address.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), s.prefix+"/")
	raw, ok := s.raw[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	ext := path.Ext(name)
	t, ok := types[ext]
	if !ok {
		if t = mime.TypeByExtension(ext); t == "" {
			t = "text/plain; charset=utf-8"
		}
	}
	h := w.Header()
	h.Set("Content-Type", t)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := raw
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = s.gzip(name)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}
