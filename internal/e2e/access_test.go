package e2e

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/region"
	"wengang/internal/web"
)

// holders says who of the accounts holds a permission, written down by hand:
// the program's own table is what is being tested.
var holders = map[account.Permission]string{
	account.PeopleRead:    "sd_reviewer sd_leader lc_leader lc_deputy sx_deputy sx_leader lc_officer lc_reviewer sx_officer sx_reviewer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture sx_finance town_officer village_aide yg_officer hb_officer",
	account.BoardRead:     "sd_reviewer sd_leader lc_leader lc_deputy sx_deputy sx_leader lc_officer lc_reviewer sx_officer sx_reviewer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture sx_finance town_officer village_aide yg_officer hb_officer",
	account.PeopleEdit:    "lc_officer sx_officer sx_rural sx_agriculture lc_agriculture town_officer village_aide yg_officer hb_officer",
	account.PeopleReveal:  "sx_officer sx_rural sx_agriculture town_officer yg_officer",
	account.PeopleExport:  "lc_officer sx_officer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture sx_finance town_officer yg_officer hb_officer",
	account.PeopleMerge:   "lc_officer sx_officer sx_rural sx_agriculture lc_agriculture town_officer yg_officer hb_officer",
	account.PeopleProof:   "sx_officer sx_rural sx_agriculture town_officer yg_officer",
	account.ImportRun:     "lc_officer sx_officer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture town_officer yg_officer hb_officer",
	account.FindingsRead:  "sd_reviewer lc_officer lc_reviewer sx_officer sx_reviewer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture sx_finance town_officer village_aide yg_officer hb_officer",
	account.FindingsClear: "sd_reviewer lc_officer lc_reviewer sx_officer sx_reviewer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture sx_finance town_officer yg_officer hb_officer",
	account.MonthClose:    "lc_officer sx_officer sx_rural yg_officer",
	account.MonthReopen:   "sd_reviewer lc_reviewer",
	account.TargetRead:    "sd_reviewer sd_leader lc_leader lc_deputy sx_deputy sx_leader lc_officer lc_reviewer sx_officer sx_reviewer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture sx_finance town_officer yg_officer hb_officer",
	account.TargetEdit:    "lc_officer sx_officer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture sx_finance yg_officer hb_officer",
	account.TargetSign:    "sd_reviewer sd_leader lc_leader lc_deputy sx_deputy sx_leader lc_reviewer sx_reviewer",
	account.RegisterRead:  "sd_reviewer sd_leader lc_leader lc_deputy sx_deputy sx_leader lc_officer lc_reviewer sx_officer sx_reviewer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture sx_finance town_officer yg_officer hb_officer",
	account.RegisterEdit:  "lc_officer sx_officer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture sx_finance town_officer yg_officer hb_officer",
	account.ReportRead:    "sd_reviewer sd_leader lc_leader lc_deputy sx_deputy sx_leader lc_officer lc_reviewer sx_officer sx_reviewer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture sx_finance town_officer yg_officer hb_officer",
	account.ReportFill:    "lc_officer sx_officer yg_officer hb_officer",
	account.ReportReview:  "sd_reviewer lc_reviewer",
	account.ReportSign:    "sd_reviewer sd_leader lc_leader lc_deputy sx_deputy sx_leader lc_officer lc_reviewer sx_officer sx_reviewer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture sx_finance town_officer yg_officer hb_officer",
	account.SettingEdit:   "sd_reviewer lc_reviewer sx_reviewer",
	account.UserRead:      "system security",
	account.UserCreate:    "system",
	account.UserGrant:     "security",
	account.AuditRead:     "audit",
	account.ExportApprove: "sd_reviewer lc_reviewer sx_reviewer",
	account.InspectOwn:    "",
	account.RightsRead:    "sd_reviewer sd_leader lc_leader lc_deputy sx_deputy sx_leader lc_reviewer sx_reviewer system security audit",
	account.LookedRead:    "sd_reviewer lc_officer lc_reviewer sx_officer sx_reviewer sx_rural sx_agriculture lc_agriculture yg_officer hb_officer",
}

// alike are the accounts whose place and rights on a page another account of
// the sample has too: they are asked for less.
const alike = "sd_leader lc_leader lc_deputy sx_deputy sx_leader lc_reviewer sx_rural sx_planning lc_planning sx_agriculture lc_agriculture sx_finance"

// actor is one account with its cookie; anonymous and expired have no place.
type actor struct {
	login  string
	at     region.Code
	open   bool // signed in
	admin  bool // one of the three administrators
	cookie string
}

func (a *actor) holds(p account.Permission) bool {
	return p == "" || slices.Contains(strings.Fields(holders[p]), a.login)
}

func (a *actor) sees(c region.Code) bool { return a.open && a.at != -1 && a.at.Contains(c) }

// answer is what came back.
type answer struct {
	status int
	head   http.Header
	body   []byte
}

// call sends one request through the whole chain, without a network.
func (w *estate) call(a *actor, method, target string, form url.Values, head ...string) *answer {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, target, body)
	r.RemoteAddr = "10.1.2.3:4567"
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	return w.send(a, r)
}

func (w *estate) send(a *actor, r *http.Request) *answer {
	if a.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "wengang", Value: a.cookie})
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return &answer{rec.Code, rec.Header(), rec.Body.Bytes()}
}

// signIn goes through the real page.
func (w *estate) signIn(t *testing.T, login, password string) string {
	t.Helper()
	r := httptest.NewRequest("POST", "/sign-in", strings.NewReader(url.Values{"login": {login}, "password": {password}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = fmt.Sprintf("10.9.8.%d:7", len(login)*7%250) // the throttle counts by address
	got := w.send(&actor{}, r)
	for _, c := range (&http.Response{Header: got.head}).Cookies() {
		if c.Name == "wengang" && got.status == http.StatusSeeOther {
			return c.Value
		}
	}
	t.Fatalf("sign-in of %s: %d", login, got.status)
	return ""
}

// bystanderSession is a session of somebody who asks for nothing.
var bystanderSession int64

// enroll adds the accounts beyond the sample's: officers of the sister county
// and of another province, and one without any right.
func (w *estate) enroll(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	add := func(login string, at region.Code, grants ...account.Grant) {
		in, err := w.Accounts.Create(ctx, local, account.NewUser{Login: login, Name: "测试" + login, Region: at, Password: password()})
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range grants {
			if err := w.Accounts.Grant(ctx, local, in.UserID, g); err != nil {
				t.Fatal(err)
			}
		}
	}
	add("yg_officer", 371521000000, account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: 371521000000})
	add("hb_officer", 130000000000, account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: 130000000000})
	add("nogrant", ownCounty)
	add("bystander", ownCounty)
	w.signIn(t, "bystander", password())
	if err := w.DB.Read.QueryRow(`SELECT max(id) FROM user_session`).Scan(&bystanderSession); err != nil {
		t.Fatal(err)
	}

	expired := &actor{login: "expired", at: -1, cookie: w.signIn(t, "sx_officer", password())}
	w.ahead.Add(int64(31 * time.Minute)) // idle for longer than a session may be
	w.actors = append(w.actors, &actor{login: "anonymous", at: -1}, expired)
	for _, u := range append(slices.Clone(made.Users), demoUser("yg_officer"), demoUser("hb_officer"), demoUser("nogrant")) {
		c, err := w.Accounts.As(ctx, u.Login)
		if err != nil {
			t.Fatal(err)
		}
		a := &actor{login: u.Login, at: -1, open: true, cookie: w.signIn(t, u.Login, password())}
		if len(c.Grants) > 0 {
			a.at, a.admin = c.Grants[0].Region, c.Grants[0].Role.Admin()
		}
		w.actors = append(w.actors, a)
	}
}

func (w *estate) actor(login string) *actor {
	i := slices.IndexFunc(w.actors, func(a *actor) bool { return a.login == login })
	return w.actors[i]
}

// ledger is how much was written: by all, to the audit record, to sessions.
type ledger struct{ changes, audit, sessions, exports int64 }

func (w *estate) ledger(t *testing.T) (l ledger) {
	t.Helper()
	// One connection writes: its count of changed rows sees every write.
	err := w.counts.QueryRow().Scan(&l.changes, &l.audit, &l.sessions, &l.exports)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// quiet is how many rows were changed since, beside audit rows, those of the
// export log and the last sight of a session.
func (l ledger) quiet(now ledger) int64 {
	n := now.changes - l.changes - (now.audit - l.audit) - (now.exports - l.exports)
	if now.sessions != l.sessions {
		n--
	}
	return n
}

// TestAccess sends every route by every account for every place and looks at
// every byte that comes back (GB/T 22239 8.1.4.2; ASVS 8.2, 8.4.1).
func TestAccess(t *testing.T) {
	w := accessEstate(t)
	w.enroll(t)
	checkRecipes(t, w)
	if t.Failed() {
		return
	}
	for _, part := range []struct {
		name string
		run  func(*testing.T, *estate)
	}{
		{"every route", everyRoute}, {"forms of other sites", otherSites}, {"other methods", otherMethods}, {"strangers' ids", strangersIDs}, {"extra fields", extraFields},
		{"double submit", doubleSubmit}, {"too large", tooLarge}, {"revoked in mid-session", revokedInMidSession}, {"new password", aNewPasswordEndsTheOthers},
		{"hostile words", hostileWords}, {"hostile uploads", hostileUploads},
		{"seen by workplace", byWorkplace},
		{"log", checkLog},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, w) })
	}
}

func everyRoute(t *testing.T, w *estate) {
	m := &matrix{estate: w, t: t, seen: map[string]bool{}}
	start := time.Now()
	routes := w.shell.Routes()
	// Reading first: what is written later must not explain what is seen.
	slices.SortStableFunc(routes, func(a, b web.Route) int { return strings.Compare(a.Pattern[:3], b.Pattern[:3]) })
	for _, rt := range routes {
		began, n := time.Now(), m.requests
		m.route(rt)
		if d := time.Since(began); d > time.Second {
			t.Logf("%-45s %5d requests, %.1f s", rt.Pattern, m.requests-n, d.Seconds())
		}
	}
	m.controls()
	t.Logf("%d routes, %d accounts, %d requests in %.1f s", len(routes), len(w.actors), m.requests, time.Since(start).Seconds())
}

type matrix struct {
	*estate
	t        *testing.T
	requests int
	seen     map[string]bool // marks that somebody entitled saw
	faults   int
}

func (m *matrix) errorf(format string, args ...any) {
	m.t.Helper()
	if m.faults++; m.faults > 60 {
		m.t.Fatal("and so on")
	}
	m.t.Errorf(format, args...)
}

// checkRecipes: a route without a recipe, one that asks for another permission
// than the recipe says, and a recipe without a route are faults.
func checkRecipes(t *testing.T, w *estate) {
	known := map[string]bool{}
	for _, rt := range w.shell.Routes() {
		known[rt.Pattern] = true
		rec, ok := recipes[rt.Pattern]
		switch {
		case !ok:
			t.Errorf("route %q has no recipe: add it to internal/e2e/access_recipes_test.go", rt.Pattern)
		case rec.need != rt.Need || rec.public != rt.Public:
			t.Errorf("route %q asks for %q (public %v), its recipe says %q (public %v)", rt.Pattern, rt.Need, rt.Public, rec.need, rec.public)
		}
	}
	for p := range recipes {
		if !known[p] {
			t.Errorf("recipe %q has no route", p)
		}
	}
}

// asked is one request of the matrix with what must come of it.
type asked struct {
	rec    *recipe
	who    *actor
	at     region.Code // -1: none
	object *ground
	target string
	form   url.Values
}

func (m *matrix) route(rt web.Route) {
	rec := recipes[rt.Pattern]
	if rec.skip != "" {
		return
	}
	method, path, _ := strings.Cut(rt.Pattern, " ")
	path = strings.TrimSuffix(path, "{$}")
	for _, who := range m.actors {
		for _, q := range m.variants(&rec, who, path) {
			m.one(method, q)
		}
	}
}

// places are those that every route is asked for.
func (m *matrix) places() []region.Code {
	g := m.grounds
	return []region.Code{region.Country, ownProv, ownCity, ownCounty, ownTown, ownVillage,
		g[1].village, g[2].village.At(region.Town), g[3].county, g[4].county, g[5].county, 130000000000}
}

// variants are the requests of one account to one route: without a place, for
// every place, and with the objects of every ground, from home and from there.
// Who lacks the permission is asked for little: the first check refuses.
func (m *matrix) variants(rec *recipe, who *actor, path string) (out []asked) {
	grounds, places := m.grounds, m.places()
	if !who.open || !who.holds(rec.need) {
		grounds, places = m.grounds[:1], []region.Code{m.grounds[5].county}
	}
	switch {
	case rec.few:
		places = nil
	case slices.Contains(strings.Fields(alike), who.login):
		grounds, places = []*ground{grounds[0], m.grounds[5]}, []region.Code{m.grounds[3].county}
	case rec.ids != nil: // the ids say where; a place beside them only narrows
		places = []region.Code{who.at, m.grounds[3].county, 130000000000}
	}
	if rec.everybodys {
		grounds = grounds[:1]
	}
	add := func(at region.Code, g *ground, q, form url.Values) {
		values := url.Values{}
		for k, v := range q {
			values[k] = v
		}
		if at != -1 {
			values.Set("at", codeOf(at))
		}
		ask := asked{rec: rec, who: who, at: at, form: form}
		to := path
		if rec.ids != nil || rec.each {
			ask.object = g
		}
		if rec.ids != nil {
			to = fill(path, rec, g)
			if rec.fresh != nil && m.expect(&ask).ok {
				to = fillWith(path, rec.fresh(m.t, m.estate, g))
			}
		}
		if len(values) > 0 {
			to += "?" + values.Encode()
		}
		ask.target = to
		if rec.ids == nil {
			ask.object = nil
		}
		out = append(out, ask)
	}
	own := m.grounds[0]
	if who.sees(m.grounds[3].village) && !who.sees(own.village) {
		own = m.grounds[3]
	} else if who.sees(m.grounds[5].village) && !who.sees(own.village) {
		own = m.grounds[5]
	}
	if rec.ids != nil || rec.each {
		for _, g := range grounds {
			for _, f := range rec.forms(m.estate, g) {
				add(-1, g, rec.queries(g), f)
			}
		}
	}
	if rec.ids == nil && !rec.each {
		add(-1, own, rec.queries(own), rec.forms(m.estate, own)[0])
	}
	for _, p := range places {
		add(p, own, rec.queries(own), rec.forms(m.estate, own)[0])
	}
	return out
}

func codeOf(c region.Code) string {
	if c == region.Country {
		return "0"
	}
	return c.Full()
}

// expectation is what the permission table says of a request.
type expectation struct {
	ok     bool
	status int // where not ok
}

func (m *matrix) expect(q *asked) expectation {
	switch {
	case q.rec.public:
		return expectation{ok: !q.who.open || q.at == -1 || q.who.sees(q.at), status: http.StatusNotFound}
	case !q.who.open:
		return expectation{status: http.StatusSeeOther}
	case !q.who.holds(q.rec.need):
		return expectation{status: http.StatusForbidden}
	case q.at != -1 && !q.who.sees(q.at), q.rec.placed && q.who.at == -1:
		return expectation{status: http.StatusNotFound}
	case q.object != nil && q.rec.nobodys, q.object != nil && !q.rec.everybodys && !q.who.sees(q.rec.placeOf(q.object)):
		return expectation{status: http.StatusNotFound}
	case !q.who.holds(q.rec.and):
		return expectation{status: http.StatusForbidden}
	}
	return expectation{ok: true}
}

// one sends a request and holds everything against it.
func (m *matrix) one(method string, q asked) {
	m.t.Helper()
	m.requests++
	what := fmt.Sprintf("%s %s %s by %s", method, q.target, q.form.Encode(), q.who.login)
	want := m.expect(&q)
	before := m.ledger(m.t)
	got := m.call(q.who, method, q.target, q.form)
	after := m.ledger(m.t)
	switch {
	case got.status >= 500:
		m.errorf("%s: %d\n%s", what, got.status, m.log.lastError())
	case want.ok && !slices.Contains(q.rec.also, got.status) && (got.status == 401 || got.status == 403 || got.status == 404 || got.status == 405 || toSignIn(got) && !q.rec.public):
		m.errorf("%s: %d %s, but the table allows it", what, got.status, got.head.Get("Location"))
	case !want.ok && got.status != want.status:
		m.errorf("%s: %d %s, want %d", what, got.status, got.head.Get("Location"), want.status)
	case !want.ok && want.status == 303 && !toSignIn(got):
		m.errorf("%s: leads to %s, want the sign-in", what, got.head.Get("Location"))
	}
	// A wrong entry is taken back by its transaction; rows that were taken back
	// are counted too.
	if n := before.quiet(after); n != 0 && (!want.ok || method == "GET") {
		m.errorf("%s: %d, and %d rows were changed", what, got.status, n)
	}
	if (got.status == 403 || got.status == 404) && !want.ok && !q.rec.placed && q.who.open && !q.rec.public {
		m.recorded(what, before, after, q.who)
	}
	m.bytes(what, &q, want.ok, got)
	if to := got.head.Get("Location"); q.rec.follow && want.ok && got.status == http.StatusSeeOther {
		if got = m.call(q.who, "GET", to, nil); got.status != http.StatusOK {
			m.errorf("%s leads to an answer %d", what, got.status)
		}
		m.bytes(what, &q, true, got)
	}
}

func toSignIn(a *answer) bool {
	return a.status == http.StatusSeeOther && strings.HasPrefix(a.head.Get("Location"), "/sign-in")
}

// recorded: every refusal of a signed-in person leaves one row that says so.
func (m *matrix) recorded(what string, before, after ledger, who *actor) {
	m.t.Helper()
	var n int
	err := m.DB.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE id > $1 AND id <= $2 AND outcome = 'refused' AND login = $3`, before.audit, after.audit, who.login).Scan(&n)
	if err != nil {
		m.t.Fatal(err)
	}
	if n != 1 {
		m.errorf("%s: refused with %d audit rows", what, n)
	}
}

var (
	marked  = regexp.MustCompile(`(` + markBusiness + `|` + markAccount + `)([` + numerals + `])([^<"&\s,，、·;；)）(（]{0,6})|(?:` + markLatin + `|` + markLogin + `)(\d)|` + regexp.QuoteMeta(markPhone) + `(\d)`)
	numbers = regexp.MustCompile(`(?:^|[^0-9A-Za-z_.-])([1-9]\d{16}[\dXx]|0{6}\d{11}[\dXx]|1[3-9]\d{9})(?:$|[^0-9A-Za-z_])`)
)

// anyMark spares the expression where there is nothing to find.
func anyMark(s string) bool {
	for _, m := range []string{markBusiness, markAccount, markLatin, markLogin, markPhone} {
		if strings.Contains(s, m) {
			return true
		}
	}
	return false
}

// longNumbers are the surroundings of runs of eleven digits and more.
func longNumbers(s string) string {
	var b strings.Builder
	run := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] >= '0' && s[i] <= '9' {
			run++
			continue
		}
		if run >= 11 {
			b.WriteString(s[max(0, i-run-1):min(len(s), i+2)] + "\n")
		}
		run = 0
	}
	return b.String()
}

// bytes looks for the marks of places that the caller has no business with,
// and for numbers in plain.
func (m *matrix) bytes(what string, q *asked, ok bool, got *answer) {
	m.t.Helper()
	text := plainText(m.t, what, got)
	sent := q.target + " " + strings.Join(slices.Collect(valuesOf(q.form)), " ")
	if d, err := url.QueryUnescape(q.target); err == nil {
		sent += d
	}
	// The caller's own words may be shown back; whoever is found by them has
	// other marks beside.
	silent := text
	for v := range valuesOf(q.form) {
		if len(v) > len(markBusiness) {
			silent = strings.ReplaceAll(silent, v, "")
		}
	}
	if !anyMark(silent) {
		silent = ""
	}
	for _, hit := range marked.FindAllStringSubmatch(silent, -1) {
		g, account := m.groundOf(hit)
		if g == nil {
			m.errorf("%s: a mark of nobody: %s", what, hit[0])
			continue
		}
		if !ok || !q.who.sees(g.village) || q.who.admin != account && !(account && q.rec.accounts) {
			m.errorf("%s: %d, and shows %s of %s", what, got.status, hit[0], m.Tree().FullName(g.village))
			return
		}
		m.seen[hit[0]] = true
	}
	if q.rec.plain != "" {
		return
	}
	for _, hit := range numbers.FindAllStringSubmatch(longNumbers(text), -1) {
		if q.rec.phones != "" && len(hit[1]) == 11 {
			continue
		}
		if !strings.Contains(sent, hit[1]) {
			m.errorf("%s: %d, and shows a number in plain (%s…)", what, got.status, hit[1][:6])
			return
		}
	}
}

func (m *matrix) groundOf(hit []string) (g *ground, account bool) {
	for _, g := range append(slices.Clone(m.grounds), countyGround) {
		if hit[2] == g.mark || hit[4] == fmt.Sprint(g.n) || hit[5] == fmt.Sprint(g.n) {
			return g, hit[1] == markAccount || strings.HasPrefix(hit[0], markLogin)
		}
	}
	return nil, false
}

// plainText is every readable byte of an answer: headers, page, JSON, and the
// parts of a workbook.
func plainText(t *testing.T, what string, a *answer) string {
	t.Helper()
	var b strings.Builder
	for k, vs := range a.head {
		if k != "X-Request-Id" && k != "Set-Cookie" {
			for _, v := range vs {
				if d, err := url.QueryUnescape(v); err == nil {
					v = d
				}
				b.WriteString(v + "\n")
			}
		}
	}
	body := a.body
	if bytes.HasPrefix(body, []byte("PK\x03\x04")) {
		z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			part, err := io.ReadAll(r)
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			b.WriteString(html.UnescapeString(string(part)))
		}
		return b.String()
	}
	b.WriteString(html.UnescapeString(string(body)))
	return b.String()
}

// controls: every kind of mark was seen by somebody who may, else the test is
// blind for it.
func (m *matrix) controls() {
	m.t.Helper()
	for _, g := range []*ground{m.grounds[0], m.grounds[3], m.grounds[5]} {
		for _, word := range visible {
			found := false
			for s := range m.seen {
				found = found || strings.HasPrefix(s, strings.ReplaceAll(word, "?", g.mark))
			}
			if !found && !(g.n == 1 && strings.HasSuffix(word, "函")) && !(g.n == 6 && strings.HasPrefix(word, markAccount)) {
				m.t.Errorf("nobody saw %s: the test would not see it leak", strings.ReplaceAll(word, "?", g.mark))
			}
		}
	}
}

// checkLog: the log bears route patterns and numbers of rows, no personal data
// (ASVS 16.2.5).
func checkLog(t *testing.T, w *estate) {
	t.Helper()
	log := w.log.all()
	for _, s := range []string{markBusiness, markAccount, "1990000770", "00000019700101", password()} {
		if strings.Contains(log, s) {
			i := strings.Index(log, s)
			t.Errorf("the log holds %.4s…: %.120s", s, log[max(0, i-80):i])
		}
	}
}
