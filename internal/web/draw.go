package web

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// The small drawings of tables and tiles are inline SVG with attributes: the
// page's policy forbids style attributes, and no script has to run.
// All are safe to mark as HTML: numbers are formatted here, text is escaped.

// bar is a progress bar with an optional tick (target or time progress), both
// in percent of the width; a tick below 0 is left out.
func bar(value any, tick ...any) template.HTML {
	v, _ := float(value)
	var b strings.Builder
	b.WriteString(`<svg class="w-bar" role="img" aria-label="` + fixed(v, 1) + `%"><rect class="t" width="100%" y="4" height="12"/>`)
	fmt.Fprintf(&b, `<rect class="v" width="%s%%" y="4" height="12"/>`, clamp(v))
	if len(tick) > 0 {
		if x, ok := float(tick[0]); ok && x >= 0 {
			fmt.Fprintf(&b, `<rect class="k" x="%s%%" width="2" height="20" transform="translate(-1)"/>`, clamp(x))
		}
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

func clamp(v float64) string { return fmt.Sprintf("%.1f", math.Min(100, math.Max(0, v))) }

// spark is a line of the last values with a dot at the end; nil values of a
// []*float64 are gaps.
func spark(values []float64) template.HTML {
	if len(values) < 2 {
		return ""
	}
	lo, hi := values[0], values[0]
	for _, v := range values {
		lo, hi = math.Min(lo, v), math.Max(hi, v)
	}
	if hi == lo {
		hi = lo + 1
	}
	const w, h, pad = 260.0, 44.0, 6.0
	pts := make([]string, len(values))
	var x, y float64
	for i, v := range values {
		x = pad + float64(i)*(w-2*pad)/float64(len(values)-1)
		y = h - pad - (v-lo)/(hi-lo)*(h-2*pad)
		pts[i] = fmt.Sprintf("%.1f,%.1f", x, y)
	}
	return template.HTML(fmt.Sprintf(`<svg class="w-spark" viewBox="0 0 260 44" aria-hidden="true"><polyline points="%s"/><circle cx="%.1f" cy="%.1f" r="3.5"/></svg>`,
		strings.Join(pts, " "), x, y))
}

// Part is one part of a composition.
type Part struct {
	Label string
	Value float64
	Text  string // written into the part where it has room; "" for the percentage
}

// stack is one bar cut into parts, dark to light in the order given (the
// colours are the chart colours 1 to 6).
func stack(parts []Part) template.HTML {
	total := 0.0
	for _, p := range parts {
		total += p.Value
	}
	if total <= 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<svg class="w-stack" role="img" aria-label="`)
	for i, p := range parts {
		if i > 0 {
			b.WriteString("，")
		}
		b.WriteString(html.EscapeString(p.Label) + " " + Percent(p.Value/total*100))
	}
	b.WriteString(`">`)
	at := 0.0
	for i, p := range parts {
		share := p.Value / total * 100
		label := html.EscapeString(p.Text)
		if p.Text == "" {
			label = fmt.Sprintf("%.0f", share)
		}
		fmt.Fprintf(&b, `<g class="c%d"><title>%s %s</title><rect x="%.2f%%" width="%.2f%%" height="18"/>`, i%6+1, html.EscapeString(p.Label), Thousands(p.Value), at, share)
		if i%6 >= 4 { // grey on paper: told apart by lines
			hatch(&b, at, share)
		}
		if share >= 6 {
			fmt.Fprintf(&b, `<text x="%.2f%%" y="13">%s</text>`, at+share/2, label)
		}
		b.WriteString(`</g>`)
		at += share
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// hatch draws upright lines over a part, shown on paper only, so that greys
// which look alike in black and white are told apart.
func hatch(b *strings.Builder, at, share float64) {
	for x := at + 1; x < at+share-0.4; x += 3 {
		if mid := at + share/2; share >= 6 && x > mid-2.5 && x < mid+2.5 {
			continue // the number stands here
		}
		fmt.Fprintf(b, `<line class="h" x1="%.2f%%" x2="%.2f%%" y1="0" y2="18"/>`, x, x)
	}
}
