package e2e

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"wengang/internal/web"
)

// hostile are values that no form and no link of the console sends.
var hostile = []string{
	`'`, `"`, `')--`, `;`, `' OR '1'='1`, `x'; DROP TABLE person;--`, "’＇＂`´", "%", "_", `\`, "\x00", "a\x00b", "\xff\xfe", "\u202e\u0000\ufeff",
	"-1", "0", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "99999999999999999999999", "1e309", "NaN", "0x10", "１２", "٣", "1,2", "1.5",
	"{{.}}", "<script>alert(1)</script>", "${7*7}", "../../etc/passwd", "\r\nSet-Cookie: a=b", "null", "[]", "(select 1)", "id;x", "2023-13", "0000-00", "371522000000 OR 1=1",
}

// few of them are sent for every single parameter; all of them for all
// parameters of a route at once.
var fewHostile = []string{`'")--;` + "’＇", "-9223372036854775808", "99999999999999999999999", "\x00\xff"}

// telling are words of the database or the program that no answer may hold.
var telling = []string{"SQLITE", "sqlite", "SQL logic", "syntax error", "no such column", "no such table", "constraint failed", "unrecognized token", "pq: ", "pgconn", "SQLSTATE", "sql: ",
	"goroutine ", "panic: ", "runtime error", "strconv.", "invalid syntax", "value out of range", ".go:", "unmarshal", "template: ", "%!", "context deadline", "invalid memory", "nil pointer"}

func told(text string) string {
	for _, s := range telling {
		if strings.Contains(text, s) {
			return s
		}
	}
	return ""
}

// urlLimit is what the server takes of a request's head (web.Server).
const urlLimit = 15 << 10

// hostileWords sends every parameter that the code reads to every route, with
// values that are none: never 500, nothing of the database in the answer, no
// mark of anybody, no write by GET (ASVS 1.2.4; trust 5.3).
func hostileWords(t *testing.T, w *estate) {
	own := w.grounds[0]
	start, n := time.Now(), 0
	long := strings.Repeat("长", 500)
	try := func(rt web.Route, method, target string, form url.Values) {
		t.Helper()
		n++
		rec := recipes[rt.Pattern]
		who := w.holder(rec.need)
		before := w.ledger(t)
		got := w.call(who, method, target, form)
		what := fmt.Sprintf("%s %.200s %.200s by %s", method, target, form.Encode(), who.login)
		if got.status >= 500 {
			t.Errorf("%s: %d\n%.600s", what, got.status, w.log.lastError())
			return
		}
		if method == "GET" && before.quiet(w.ledger(t)) != 0 {
			t.Errorf("%s: %d, and rows were changed", what, got.status)
		}
		text := plainText(t, what, got)
		if m := told(text); m != "" && got.head.Get("Content-Type") != "application/pdf" { // its packed streams hold any bytes
			t.Errorf("%s: %d, and says %q", what, got.status, m)
		}
		if strings.Contains(string(got.body), "<script>alert(1)</script>") || got.head.Get("Set-Cookie") == "a=b" {
			t.Errorf("%s: what was sent comes back unescaped", what)
		}
		m := &matrix{estate: w, t: t, seen: map[string]bool{}}
		m.bytes(what, &asked{rec: &rec, who: who, target: target, form: form}, true, got)
	}
	for i, rt := range w.shell.Routes() {
		rec := recipes[rt.Pattern]
		method, path, _ := strings.Cut(rt.Pattern, " ")
		if rec.skip != "" || rec.few || rt.Pattern == "POST /policy" || rt.Pattern == "POST /password" {
			continue // policy and password have their own tests: their limits would throttle this one
		}
		began, was := time.Now(), n
		target := strings.TrimSuffix(fill(path, &rec, own), "{$}")
		names := parametersOf(t, rt)
		with := func(kv ...string) string {
			q := url.Values{}
			for k, v := range rec.queries(own) {
				q[k] = v
			}
			for i := 0; i+1 < len(kv); i += 2 {
				q[kv[i]] = []string{kv[i+1]}
			}
			return target + "?" + q.Encode()
		}
		values := append(slices.Clone(hostile), long)
		if method == "POST" { // every fourth, another set for each route
			values = slices.DeleteFunc(values, func(v string) bool { return (slices.Index(hostile, v)+i)%4 != 0 && v != long })
		}
		for k, v := range values {
			all := url.Values{}
			read := names.query
			if k%10 == i%10 { // every tenth for every word of the source
				read = names.all
			}
			if method == "POST" {
				read = slices.Concat(read, names.form)
			}
			for _, name := range read {
				if all.Set(name, v); method == "GET" && len(all.Encode()) > urlLimit {
					all.Del(name)
					break
				}
			}
			if method == "POST" {
				try(rt, method, with(), all)
				continue
			}
			try(rt, method, target+"?"+all.Encode(), nil)
		}
		single := names.query
		if method == "POST" {
			single = append(slices.Clone(single), names.form...)
		}
		for k, name := range single {
			for _, v := range []string{fewHostile[(i+k)%len(fewHostile)]} {
				if method == "POST" && !slices.Contains(names.query, name) {
					form := rec.forms(w, own)[0]
					one := url.Values{name: {v}}
					for k, old := range form {
						if k != name {
							one[k] = old
						}
					}
					try(rt, method, with(), one)
				} else {
					try(rt, method, with(name, v), rec.forms(w, own)[0])
				}
			}
		}
		for _, v := range []string{"'", "-1", "9223372036854775808", "%00", "0x1", "1;x", "１"} {
			for id := range rec.ids {
				ids := map[string]string{id: url.PathEscape(v)}
				if v == "%00" {
					ids[id] = v
				}
				try(rt, method, fill(fillWith(path, ids), &rec, own), nil)
			}
		}
		// A parameter's name can be hostile too.
		if d := time.Since(began); d > time.Second {
			t.Logf("%-45s %5d requests, %.1f s", rt.Pattern, n-was, d.Seconds())
		}
		try(rt, method, with("id;x", "1", `"id"`, "1", "(select 1)", "1", "at[]", "1", "month", "2023-11"), nil)
	}
	t.Logf("%d hostile requests in %.1f s", n, time.Since(start).Seconds())
}

// names are what a package may read: every short word in its source, and those
// that it plainly reads from an address or from a form.
type names struct{ all, query, form []string }

var (
	inQuery = regexp.MustCompile(`(?:\bq|Query\(\))(?:\.Get|\.Has|\[)\(?"([a-z][a-z_0-9]{0,23})"`)
	inForm  = regexp.MustCompile(`(?:FormValue|intOf|dateOf|monthOf|fenOf|placeOf|typed|choice|text|date|month|money|place)\("([a-z][a-z_0-9]{0,23})"|Name:\s*"([a-z][a-z_0-9]{0,23})"|name="([a-z][a-z_0-9]{0,23})"`)
	anyWord = regexp.MustCompile(`"([a-z][a-z_]{1,15})"`)

	namesOf = map[string]*names{}
)

// parametersOf reads the source of the package that a route's action is in.
func parametersOf(t *testing.T, rt web.Route) *names {
	t.Helper()
	name := runtime.FuncForPC(reflect.ValueOf(rt.Action).Pointer()).Name()
	slash := strings.LastIndex(name, "/")
	dir, _, _ := strings.Cut(name[slash+1:], ".")
	pkg := filepath.Join("..", strings.TrimPrefix(name[:slash+1], "wengang/internal/"), dir)
	if found, ok := namesOf[pkg]; ok {
		return found
	}
	out := &names{query: []string{"at", "month", "lang"}, form: []string{"_once"}}
	files, err := filepath.Glob(filepath.Join(pkg, "*.go"))
	pages, err2 := filepath.Glob(filepath.Join(pkg, "templates", "*.html"))
	if err != nil || err2 != nil || len(files) == 0 {
		t.Fatalf("no source of %s in %s", rt.Pattern, pkg)
	}
	for _, f := range append(files, pages...) {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for expr, to := range map[*regexp.Regexp]*[]string{inQuery: &out.query, inForm: &out.form, anyWord: &out.all} {
			for _, m := range expr.FindAllSubmatch(src, -1) {
				*to = append(*to, string(bytes.Join(m[1:], nil)))
			}
		}
	}
	for _, l := range []*[]string{&out.query, &out.form, &out.all} {
		slices.Sort(*l)
		*l = slices.DeleteFunc(slices.Compact(*l), func(n string) bool { return l == &out.all && (n == "at" || n == "month" || n == "lang") })
	}
	namesOf[pkg] = out
	return out
}

// hostileUploads: a file that is none, named to hurt, is a wrong entry.
func hostileUploads(t *testing.T, w *estate) {
	who := w.actor("sx_officer")
	for _, name := range []string{"../../etc/passwd", markBusiness + "壹\x00.xlsx", "\u202excod.csv", strings.Repeat("长", 300) + ".xlsx", `a";x="b.csv`, "con.xlsx", "名单.xls", "", "' OR 1=1.csv"} {
		for _, content := range [][]byte{nil, []byte("PK\x03\x04rubbish"), []byte("<html>"), bytes.Repeat([]byte{0}, 1000), []byte("姓名,证件号码\n'; DROP TABLE person;--,x\n"), []byte(strings.Repeat("a,", 20000))} {
			var b bytes.Buffer
			m := multipart.NewWriter(&b)
			_ = m.WriteField("month", "2023-11")
			_ = m.WriteField("full", "0")
			part, err := m.CreateFormFile("file", name)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = part.Write(content)
			m.Close()
			r := httptest.NewRequest("POST", "/import/new?kind=people", &b)
			r.Header.Set("Content-Type", m.FormDataContentType())
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			got := w.send(who, r)
			if got.status >= 500 || told(string(got.body)) != "" {
				t.Errorf("upload of %q with %.20q: %d\n%.300s", name, content, got.status, w.log.lastError())
			}
		}
	}
	for _, kind := range []string{"", "x", "'", "people'--", "roster\x00"} {
		if got := w.call(who, "POST", "/import/new?kind="+url.QueryEscape(kind), values("file", "x")); got.status >= 500 {
			t.Errorf("kind %q: %d", kind, got.status)
		}
	}
}
