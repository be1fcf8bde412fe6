package webtest

import "strings"

// Page is one stop of a walk.
type Page struct {
	Name string // of the picture
	Path string
	// Open is clicked before the picture is taken ("" for none).
	Open string
}

// Walk opens every page at both sizes, writes its picture and reports what is
// wrong with it as test errors.
func (b *Tab) Walk(pages []Page) {
	b.t.Helper()
	for _, size := range []Size{Desk, Phone} {
		b.Resize(size)
		for _, p := range pages {
			b.Goto(p.Path)
			if p.Open != "" {
				b.Click(p.Open)
			}
			for _, f := range b.Faults() {
				b.t.Errorf("%s at %s: %s", p.Name, size.Name, f)
			}
			b.Shot(p.Name)
		}
	}
	b.Resize(Desk)
}

// Faults checks the page that is shown: nothing blocked by the policy, no
// script error, no failed load, no sideways scrolling, every control named,
// one h1, a title, a language, no id twice, contrast of text at least AA (4.5,
// or 3 for large text), and on phones targets of at least 40 px in height.
func (b *Tab) Faults() []string {
	b.t.Helper()
	out := eval[[]string](b, "faults", faults)
	for i, f := range out {
		out[i] = strings.TrimSpace(f)
	}
	return out
}

const faults = `(() => {
const out = [...new Set(window.__faults || [])];
for (const e of performance.getEntriesByType('resource')) if (e.responseStatus >= 400) out.push('load: ' + e.responseStatus + ' ' + e.name);
const say = e => (e.outerHTML || '').replace(/\s+/g, ' ').slice(0, 110);
const seen = e => e.checkVisibility({checkVisibilityCSS: true});
const root = document.documentElement, W = root.clientWidth, phone = W < 768;
if (root.scrollWidth > W + 1 || innerWidth > W + 1) {
  const wide = [...document.querySelectorAll('body *')].filter(e => seen(e) && e.getBoundingClientRect().right > W + 1 && !e.closest('.w-fbar,.w-tabs,.w-tw'));
  out.push('sideways scrolling: ' + root.scrollWidth + ' > ' + W + ': ' + (wide.length ? say(wide[wide.length - 1]) : ''));
}
if (phone) for (const e of document.querySelectorAll('.w-tw')) if (seen(e) && e.scrollWidth > e.clientWidth + 1 && !e.classList.contains('w-scroll')) out.push('table scrolls sideways on a phone: ' + e.scrollWidth + ' > ' + e.clientWidth + ' ' + say(e));
if (!root.lang) out.push('no language');
if (!document.title) out.push('no title');
const h1 = document.querySelectorAll('h1').length;
if (h1 !== 1) out.push(h1 + ' h1');
const ids = {}; for (const e of document.querySelectorAll('[id]')) { if (ids[e.id] && !e.closest('svg')) out.push('id twice: ' + e.id); ids[e.id] = 1; }
for (const e of document.querySelectorAll('input:not([type=hidden]),select,textarea')) {
  if (!seen(e)) continue;
  const l = e.getAttribute('aria-label') || (e.labels && e.labels.length && (e.labels[0].innerText.trim() || e.labels[0].getAttribute('aria-label'))) || e.title;
  if (!l) out.push('control without a label: ' + say(e));
}
for (const e of document.querySelectorAll('a,button,summary')) {
  if (!seen(e)) continue;
  if (!(e.innerText.trim() || e.getAttribute('aria-label') || e.title)) out.push('nameless: ' + say(e));
  if (e.tagName === 'A' && !e.hasAttribute('href')) out.push('link without address: ' + say(e));
}
if (phone) for (const e of document.querySelectorAll('.w-btn,.w-iconb,.w-in,.w-tabbar a')) { const r = e.getBoundingClientRect(); if (seen(e) && r.height && r.height < 39.5) out.push('target below 40 px: ' + r.height + ' ' + say(e)); }
const rgb = s => { const m = s.match(/[\d.]+/g); return m ? m.map(Number) : [0, 0, 0, 0]; };
const lum = c => { const f = c.slice(0, 3).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * f[0] + .7152 * f[1] + .0722 * f[2]; };
const back = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > .99) return c; } return [255, 255, 255]; };
const low = new Set();
for (const e of document.querySelectorAll('body *')) {
  if (e.closest('svg') || !seen(e) || e.closest('[aria-disabled=true],[disabled],.w-sr,[aria-hidden=true]')) continue;
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
  const s = getComputedStyle(e), a = lum(rgb(s.color)), b = lum(back(e)), k = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  const size = parseFloat(s.fontSize), large = size >= 24 || (size >= 18.66 && +s.fontWeight >= 700);
  if (parseFloat(s.opacity) === 1 && k < (large ? 3 : 4.5)) low.add('contrast ' + k.toFixed(2) + ': ' + e.tagName.toLowerCase() + '.' + e.className + ' “' + e.textContent.trim().slice(0, 20) + '”');
}
return [...out, ...low].slice(0, 25);
})()`
