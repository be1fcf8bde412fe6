package webtest

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// Wait waits for an element, WaitText for words, WaitGone until it is gone.
func (b *Tab) Wait(css string) {
	b.t.Helper()
	b.until(css, `document.querySelector(`+quote(css)+`)`)
}

// WaitText waits until the page shows the words.
func (b *Tab) WaitText(text string) {
	b.t.Helper()
	b.until("the words “"+text+"”", `document.body.innerText.includes(`+quote(text)+`)`)
}

// WaitGone waits until nothing matches the selector.
func (b *Tab) WaitGone(css string) {
	b.t.Helper()
	b.until("no "+css, `!document.querySelector(`+quote(css)+`)`)
}

// Text is the text of the first match, "" where there is none.
func (b *Tab) Text(css string) string {
	b.t.Helper()
	return strings.TrimSpace(eval[string](b, "text of "+css, `(document.querySelector(`+quote(css)+`) || {innerText: ''}).innerText`))
}

// Texts are the texts of all matches.
func (b *Tab) Texts(css string) []string {
	b.t.Helper()
	return eval[[]string](b, "texts of "+css, `[...document.querySelectorAll(`+quote(css)+`)].map(e => e.innerText.trim())`)
}

// Has reports whether the page shows the words now.
func (b *Tab) Has(text string) bool {
	b.t.Helper()
	return eval[bool](b, "has", `document.body.innerText.includes(`+quote(text)+`)`)
}

// Href is the address of the first match.
func (b *Tab) Href(css string) string {
	b.t.Helper()
	return eval[string](b, "href of "+css, `(document.querySelector(`+quote(css)+`) || {getAttribute: () => ''}).getAttribute('href') || ''`)
}

// Eval runs an expression that gives a string.
func (b *Tab) Eval(js string) string { b.t.Helper(); return eval[string](b, "eval", js) }

// Download fetches a path with the tab's session and returns the bytes.
func (b *Tab) Download(path string) []byte {
	b.t.Helper()
	s := eval[string](b, "download", `fetch(`+quote(path)+`).then(async r => { if (!r.ok) return 'status ' + r.status; const u = new Uint8Array(await r.arrayBuffer()); let s = ''; for (const x of u) s += String.fromCharCode(x); return 'ok:' + btoa(s) })`)
	raw, found := strings.CutPrefix(s, "ok:")
	if !found {
		b.t.Fatalf("download %s: %s", path, s)
	}
	out, err := base64.StdEncoding.DecodeString(raw)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// PDF prints the page, on the paper that its styles ask for, as name.pdf into
// the folder of WENGANG_SHOTS, and returns the bytes.
func (b *Tab) PDF(name string) []byte {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, wait)
	defer cancel()
	out, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground()))
	if err != nil {
		b.t.Fatalf("print %s: %v", name, err)
	}
	if dir := os.Getenv("WENGANG_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), out, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
	return out
}

// Shot writes a picture of the whole page as name-size.png into the folder of
// WENGANG_SHOTS; without the variable it does nothing.
func (b *Tab) Shot(name string) {
	b.t.Helper()
	dir := os.Getenv("WENGANG_SHOTS")
	if dir == "" {
		return
	}
	// What is fixed to the window stands at its edge: the window becomes as tall as the page.
	size := b.size
	tall := size
	if h := int64(eval[float64](b, "height", `Math.ceil(document.documentElement.scrollHeight)`)); h > size.H {
		tall.H = h
	}
	b.Resize(tall)
	defer b.Resize(size)
	b.settle()
	ctx, cancel := context.WithTimeout(b.ctx, wait)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatalf("picture of %s: %v", name, err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s.png", name, b.size.Name)), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
