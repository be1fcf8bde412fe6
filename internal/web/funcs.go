package web

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/text"
)

// env is what a page's functions know: the request that is being rendered.
type env struct {
	shell  *Shell
	r      *Request
	charts int
	frame  *frame
}

func (e *env) reset(r *Request) { e.r, e.charts, e.frame = r, 0, nil }

// funcs are the functions of every template. docs/recipes/page.md lists them.
func (e *env) funcs() template.FuncMap {
	return template.FuncMap{
		"t":   func(key string, args ...any) string { return e.r.T(key, args...) },
		"has": text.Has, "serves": func(pattern string) bool { return e.shell.serves(pattern) }, "lang": func() string { return string(e.r.Lang) },
		"n": Thousands, "signed": Signed, "pct": Percent, "rate": Rate, "yuan": Yuan, "wan": Wan,
		"month": func(m calendar.Month) string { return monthWord(e.r.Lang, m) },
		"date":  func(d calendar.Date) string { return d.String() }, "day": shortDay,
		"weekday":  func(d calendar.Date) string { return e.r.T(fmt.Sprintf("web.weekday.%d", d.Time().Weekday())) },
		"datetime": DateTime, "dayWord": func(d calendar.Date) string { return dayWord(e.r, d) }, "region": e.region, "regionPath": e.regionPath, "enum": e.enum,
		"url":  func(path string, kv ...any) string { return e.r.Link(path, kv...) },
		"self": func(kv ...any) string { return e.r.Self(kv...) },
		"can":  func(p string) bool { return e.r.Can(account.Permission(p)) },
		"here": func() *frame { return e.here() },
		"icon": e.icon, "status": e.status, "asset": func(name string) string { return e.shell.assets.URL(name) },
		"json": toJSON, "once": once, "keep": func() template.HTML { return keep(e.r) }, "dict": dict, "list": func(v ...any) []any { return v },
		"bar": bar, "spark": spark, "stack": stack, "chartData": e.chartData, "hasCharts": func() bool { return e.charts > 0 },
		"add": func(a, b int) int { return a + b }, "join": strings.Join,
		"initial": initial, "mul": func(a, b float64) float64 { return a * b },
	}
}

// statusLook is the class and icon of a status; those that are none of these
// are 待核实.
var statusLook = map[int][2]string{
	fact.StatusWork: {"work", "briefcase"}, fact.StatusOwn: {"work", "building-store"}, fact.StatusFarm: {"neu", "plant"},
	fact.StatusCare: {"neu", "heart"}, fact.StatusJobless: {"out", "circle"},
}

// status is the badge of a status: {{status .Code}}, 0 for 待核实.
func (e *env) status(code int) template.HTML { return e.shell.StatusBadge(e.r, code) }

// Icon draws an icon for rims that write rows themselves.
func (s *Shell) Icon(name string) template.HTML { return (&env{shell: s}).icon(name) }

// StatusBadge is the badge of a status in the request's language. Lists draw it
// on every row, so its few forms are written once.
func (s *Shell) StatusBadge(r *Request, code int) template.HTML {
	e := &env{shell: s, r: r}
	look, known := statusLook[code]
	if !known {
		code, look = 0, [2]string{"dash", "help-circle"}
	}
	key := badgeKey{e.r.Lang, code}
	if b, ok := e.shell.badges.Load(key); ok {
		return b.(template.HTML)
	}
	word := e.r.T("web.unverified")
	if known {
		word = e.enum("status", code)
	}
	// Safe: class and icon are literals above, the word is escaped.
	b := template.HTML(`<span class="w-bg ` + look[0] + `">` + string(e.icon(look[1])) + template.HTMLEscapeString(word) + `</span>`)
	e.shell.badges.Store(key, b)
	return b
}

type badgeKey struct {
	lang text.Lang
	code int
}

// enum is the word of an enum's code: {{enum "status" .Code}}.
func (e *env) enum(id string, code int) string {
	if e.r.Lang == text.EN {
		if key := fmt.Sprintf("enum.%s.%d", id, code); text.Has(key) {
			return text.T(text.EN, key)
		}
	}
	for _, en := range fact.Enums {
		if en.ID == id {
			return en.Name(code)
		}
	}
	return ""
}

func (e *env) region(c region.Code) string { return e.shell.regionName(e.r.Lang, c) }

func (s *Shell) regionName(lang text.Lang, c region.Code) string {
	if c == region.Country {
		return text.T(lang, "web.nation")
	}
	if name := s.cfg.Tree.Name(c); name != "" {
		return name
	}
	return c.String()
}

// regionPath is the names from below the caller's place down to c; at the
// nation or outside it the whole path.
// PlacePath is a place with those above it, up to the page's own, for what a
// rim writes into a file.
func (s *Shell) PlacePath(r *Request, c region.Code) string {
	return (&env{shell: s, r: r}).regionPath(c)
}

func (e *env) regionPath(c region.Code) string {
	var parts []string
	for x := c; x != region.Country; x = x.Parent() {
		if x == e.r.At && x != c {
			break
		}
		parts = append([]string{e.region(x)}, parts...)
	}
	if len(parts) == 0 {
		return e.region(c)
	}
	return strings.Join(parts, " ")
}

// icon draws an icon of the sprite. A name that the sprite lacks does not pass
// the start-up check.
func (e *env) icon(name string) template.HTML {
	// Safe: the name is a literal of a template or of Go code, and only names
	// that the sprite holds are written.
	if !e.shell.assets.HasIcon(name) {
		return ""
	}
	return template.HTML(`<svg class="w-i" aria-hidden="true"><use href="` + e.shell.assets.URL("icons.svg") + `#` + name + `"/></svg>`)
}

// toJSON is for data-* attributes; html/template escapes it there.
func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// once is the hidden field that makes a double submit harmless.
func once() template.HTML {
	// Safe: the token is base64url of random bytes.
	return template.HTML(`<input type="hidden" name="` + OnceField + `" value="` + onceToken() + `">`)
}

// keep are the hidden fields that carry place and month through a GET form.
func keep(r *Request) template.HTML {
	// Safe: a code is digits, a month digits and a hyphen.
	return template.HTML(`<input type="hidden" name="at" value="` + atParam(r.At) + `"><input type="hidden" name="month" value="` + r.Month.String() + `">`)
}

// dict makes a map for a partial: {{template "x" (dict "A" 1 "B" .)}}.
func dict(kv ...any) (map[string]any, error) {
	if len(kv)%2 != 0 {
		return nil, fmt.Errorf("dict: odd number of arguments")
	}
	m := make(map[string]any, len(kv)/2)
	for i := 0; i < len(kv); i += 2 {
		k, ok := kv[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: name %v is no string", kv[i])
		}
		m[k] = kv[i+1]
	}
	return m, nil
}

func initial(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
