// Package webtest drives the console in a real browser: sign in, go, click,
// type, upload, look. A missing browser fails where CI=true and is a loud skip
// elsewhere.
package webtest

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Size of a window in CSS pixels.
type Size struct {
	Name string
	W, H int64
}

// The two sizes that every page is looked at.
var (
	Desk  = Size{"1366", 1366, 768}
	Phone = Size{"390", 390, 844}
)

// wait is how long a thing may take to appear before the test fails.
const wait = 30 * time.Second

// Find is the path of the browser: WENGANG_BROWSER, else chromium or chrome in
// the path.
func Find() string {
	if p := os.Getenv("WENGANG_BROWSER"); p != "" {
		return p
	}
	for _, n := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if p, err := exec.LookPath(n); err == nil {
			return p
		}
	}
	return ""
}

// Tab is one browser window on one console.
type Tab struct {
	t    testing.TB
	ctx  context.Context
	base string
	size Size
}

// Open starts a browser for the test and shows nothing yet. base is the
// console's address without a path.
func Open(t testing.TB, base string) *Tab {
	t.Helper()
	path := Find()
	if path == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("no browser: install chromium, or name it in WENGANG_BROWSER")
		}
		t.Skip("SKIPPED: no browser (install chromium, or name it in WENGANG_BROWSER)")
	}
	opts := append([]chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(int(Desk.W), int(Desk.H)),
		chromedp.Flag("lang", "zh-CN"), chromedp.Env("LANGUAGE=zh_CN"), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("hide-scrollbars", true),
	}, chromedp.DefaultExecAllocatorOptions[:]...)
	actx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(actx)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx); cancel(); stop() })
	tab := &Tab{t: t, ctx: ctx, base: strings.TrimSuffix(base, "/")}
	// The first action starts the browser and must not have a time limit.
	if err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tg *chromedp.Target) error {
		_, err := cdp.Call(ctx, tg, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: aged + watch})
		return err
	})); err != nil {
		t.Fatalf("browser: %v", err)
	}
	tab.Resize(Desk)
	return tab
}

// aged takes away what Chromium 109, the oldest engine supported, does not
// have: every test in the browser shows that pages live without.
const aged = `(() => { const of = (o, ...names) => { for (const n of names) if (o) delete o[n]; };
of(Array.prototype, 'toSorted', 'toReversed', 'toSpliced', 'with'); of(Array, 'fromAsync'); of(Object, 'groupBy'); of(Map, 'groupBy');
of(String.prototype, 'isWellFormed', 'toWellFormed'); of(Promise, 'withResolvers', 'try'); of(AbortSignal, 'any'); of(URL, 'canParse', 'parse');
of(Set.prototype, 'union', 'intersection', 'difference', 'symmetricDifference', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom');
of(Document.prototype, 'startViewTransition'); of(Element.prototype, 'moveBefore', 'setHTMLUnsafe', 'getHTML'); of(HTMLElement.prototype, 'showPopover', 'hidePopover', 'togglePopover');
of(window, 'Iterator', 'scheduler', 'documentPictureInPicture', 'CloseWatcher');
})();`

// watch collects what a page does wrong: policy violations, script errors,
// errors written to the console.
const watch = `(() => { const f = window.__faults = [];
addEventListener('securitypolicyviolation', e => f.push('policy: ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + (e.sourceFile || '') + ':' + e.lineNumber + ' ' + (e.sample || '')));
addEventListener('error', e => f.push('error: ' + (e.message || ('not loaded: ' + (e.target && (e.target.src || e.target.href))))), true);
addEventListener('unhandledrejection', e => f.push('rejection: ' + e.reason));
const was = console.error; console.error = (...a) => { f.push('console: ' + a.map(String).join(' ')); was.apply(console, a); };
})()`

func (b *Tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, wait)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v (at %s)\n%s", what, err, b.Where(), b.excerpt())
	}
}

func eval[T any](b *Tab, what, js string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, wait)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	return v
}

// Resize sets the window; the phone has touch.
func (b *Tab) Resize(s Size) {
	b.t.Helper()
	b.size = s
	opts := []chromedp.EmulateViewportOption{}
	if s.W < 768 {
		opts = append(opts, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	b.do("resize", chromedp.EmulateViewport(s.W, s.H, opts...))
}

// Goto opens a path of the console.
func (b *Tab) Goto(path string) {
	b.t.Helper()
	b.do("go to "+path, chromedp.Navigate(b.base+path))
	b.settle()
}

// settle waits until nothing is being loaded or swapped.
func (b *Tab) settle() {
	b.t.Helper()
	b.until("the page to settle", `document.readyState === 'complete' && !document.documentElement.classList.contains('w-busy') && !document.querySelector('.htmx-request') && [...document.querySelectorAll('.w-chart')].every(c => c.classList.contains('tab') || !c.querySelector('script') || c.querySelector('.draw svg'))`)
}

// until polls a condition of the page.
func (b *Tab) until(what, js string) {
	b.t.Helper()
	end := time.Now().Add(wait)
	for {
		ctx, cancel := context.WithTimeout(b.ctx, wait)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+js+")"))
		cancel()
		if err == nil && ok {
			return
		}
		if time.Now().After(end) {
			b.t.Fatalf("waited %v for %s at %s (%v)\n%s", wait, what, b.Where(), err, b.excerpt())
		}
		time.Sleep(40 * time.Millisecond)
	}
}

// Where is the path and query that the tab shows.
func (b *Tab) Where() string {
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname + location.search`))
	if err != nil {
		return "?"
	}
	return v
}

func (b *Tab) excerpt() string {
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Second)
	defer cancel()
	v, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`JSON.stringify(window.__faults || []) + '\n' + (document.querySelector('main') || document.body).innerText.slice(0, 600)`))
	return v
}

func quote(s string) string {
	q, _ := json.Marshal(s)
	return string(q)
}

// finder is a JS expression that finds the visible thing with exactly this
// text (else one that contains it) among links, buttons, labels and tabs.
func finder(text string) string {
	return `(() => { const want = ` + quote(text) + `; const seen = e => e.offsetParent !== null || e.getClientRects().length > 0;
const all = [...document.querySelectorAll('a,button,summary,label,[role=button],input[type=submit],td a')].filter(seen);
const own = e => (e.innerText || e.value || e.getAttribute('aria-label') || '').trim();
const top = document.querySelector('dialog[open]');
const pool = top ? all.filter(e => top.contains(e)) : all;
return pool.find(e => own(e) === want) || pool.find(e => own(e).includes(want)) || pool.find(e => (e.getAttribute('aria-label') || '') === want) || null; })()`
}

// Click clicks the link or button with the text and waits for what follows.
func (b *Tab) Click(text string) {
	b.t.Helper()
	b.until("“"+text+"” to click", finder(text))
	eval[bool](b, "click "+text, `(() => { const e = `+finder(text)+`; e.scrollIntoView({block: 'center'}); setTimeout(() => e.click(), 0); return true })()`)
	time.Sleep(60 * time.Millisecond)
	b.settle()
}

// ClickCSS clicks the first element of a CSS selector.
func (b *Tab) ClickCSS(css string) {
	b.t.Helper()
	b.until(css, `document.querySelector(`+quote(css)+`)`)
	eval[bool](b, "click "+css, `(() => { const e = document.querySelector(`+quote(css)+`); e.scrollIntoView({block: 'center'}); setTimeout(() => e.click(), 0); return true })()`)
	time.Sleep(60 * time.Millisecond)
	b.settle()
}

// Fill types into the control of that name, as a person does.
func (b *Tab) Fill(name, value string) {
	b.t.Helper()
	b.until("field "+name, control(name))
	eval[bool](b, "fill "+name, `(() => { const e = `+control(name)+`; e.focus(); const set = v => {
const p = e.tagName === 'SELECT' ? HTMLSelectElement : e.tagName === 'TEXTAREA' ? HTMLTextAreaElement : HTMLInputElement;
Object.getOwnPropertyDescriptor(p.prototype, 'value').set.call(e, v) };
if (e.type === 'radio') { const r = [...document.getElementsByName(`+quote(name)+`)].find(x => x.value === `+quote(value)+`); r.click(); return true }
if (e.type === 'checkbox') { if (e.checked !== (`+quote(value)+` !== '')) e.click(); return true }
set(`+quote(value)+`); e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true})); return true })()`)
}

func control(name string) string {
	return `(() => { const top = document.querySelector('dialog[open]') || document; return top.querySelector('[name="' + ` + quote(name) + ` + '"]:not([type=hidden])') })()`
}

// Upload puts files into the file input of that name.
func (b *Tab) Upload(name string, files ...string) {
	b.t.Helper()
	abs := make([]string, len(files))
	for i, f := range files {
		a, err := filepath.Abs(f)
		if err != nil {
			b.t.Fatal(err)
		}
		abs[i] = a
	}
	b.do("upload", chromedp.SetUploadFiles(chromedp.CSS(`input[type=file][name="`+name+`"]`), abs, chromedp.NodeReady))
}

// Type puts text where the cursor is, as an input method does.
func (b *Tab) Type(text string) {
	b.t.Helper()
	b.do("type", chromedp.Func(func(ctx context.Context, tg *chromedp.Target) error {
		_, err := cdp.Call(ctx, tg, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// Press sends keys to the focused element ("/", "\r", …).
func (b *Tab) Press(keys string) {
	b.t.Helper()
	b.do("press", chromedp.KeyEvent(keys))
	time.Sleep(60 * time.Millisecond)
	b.settle()
}

// Sign fills in a sign-in form and sends it.
func (b *Tab) Sign(path, login, password string) {
	b.t.Helper()
	b.Goto(path)
	b.Fill("login", login)
	b.Fill("password", password)
	b.ClickCSS("main button[type=submit], main form button")
	b.until("signed in", `!location.pathname.startsWith(`+quote(path)+`)`)
	b.settle()
}
