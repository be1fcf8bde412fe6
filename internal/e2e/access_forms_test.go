package e2e

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/work"
)

// otherSites: a form of another site is refused on every route that writes,
// and nothing is written (ASVS 3.5.1–3).
func otherSites(t *testing.T, w *estate) {
	g := w.grounds[0]
	for _, rt := range w.shell.Routes() {
		method, path, _ := strings.Cut(rt.Pattern, " ")
		rec := recipes[rt.Pattern]
		if method != "POST" {
			continue
		}
		who := w.holder(rec.need)
		target, body := fill(path, &rec, g), rec.forms(w, g)[0]
		if body == nil {
			body = url.Values{"x": {"1"}}
		}
		for _, head := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
			before := w.ledger(t)
			got := w.call(who, "POST", target, body, head...)
			// Sums of lists that were read before may be written meanwhile.
			if n := before.quiet(w.ledger(t)); got.status != 403 || n != 0 {
				t.Errorf("%s by %s with %s: %s: %d, %d rows changed", rt.Pattern, who.login, head[0], head[1], got.status, n)
			}
		}
	}
}

// holder is an account that holds a permission, of the own county if there is
// one.
func (w *estate) holder(p account.Permission) *actor {
	for _, login := range append([]string{"sx_officer", "sx_reviewer"}, strings.Fields(holders[p])...) {
		if a := w.actor(login); a.holds(p) {
			return a
		}
	}
	if holders[p] == "" {
		return w.actor("sx_officer") // an inspector's: TestInspector
	}
	panic("nobody holds " + p)
}

// otherMethods: what says that a request is meant as another one is not heard;
// a route answers its own method only.
func otherMethods(t *testing.T, w *estate) {
	g := w.grounds[0]
	reads := map[string]bool{}
	for _, rt := range w.shell.Routes() {
		if method, path, _ := strings.Cut(rt.Pattern, " "); method == "GET" {
			reads[path] = true
		}
	}
	for _, rt := range w.shell.Routes() {
		method, path, _ := strings.Cut(rt.Pattern, " ")
		rec := recipes[rt.Pattern]
		if method != "POST" {
			continue
		}
		who, target := w.holder(rec.need), fill(path, &rec, g)
		before := w.ledger(t)
		got := w.call(who, "GET", target+"?_method=POST&method=POST", nil, "X-HTTP-Method-Override", "POST", "X-Method-Override", "POST")
		if got.status >= 500 || !reads[path] && got.status != 404 && got.status != 405 || before.quiet(w.ledger(t)) != 0 {
			t.Errorf("GET %s meant as POST: %d, %d rows changed", target, got.status, before.quiet(w.ledger(t)))
		}
		for _, m := range []string{"PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} {
			before := w.ledger(t)
			if got := w.call(who, m, target, url.Values{"x": {"1"}}); got.status != 404 && got.status != 405 || before.quiet(w.ledger(t)) != 0 {
				t.Errorf("%s %s: %d, %d rows changed", m, target, got.status, before.quiet(w.ledger(t)))
			}
		}
	}
}

// strangersIDs: ids of another place in the path beside one's own, in the
// query and in the body are not found, change nothing and tell nothing.
func strangersIDs(t *testing.T, w *estate) {
	own, far := w.grounds[0], w.grounds[5]
	who := w.actor("sx_officer")
	person, stranger := "/people/"+num(own.person), "/people/"+num(far.person)
	spell := "/work/" + num(far.spell)
	terms := values("work_place_code", "440305000000", "work_place", "南山区", "channel", "2", "from", "2023-11", "source", "走访", "wage", "3000", "start", "2023-11", "end", "2023-11", "reason", "home", "next", "5")
	for _, c := range []struct {
		method, target string
		form           url.Values
		status         string
	}{
		// A spell of somebody else under one's own person, and the reverse.
		{"POST", person + spell + "/terms", terms, "404"},
		{"POST", person + spell + "/end", terms, "404"},
		{"POST", person + spell + "/dates", terms, "404"},
		{"POST", person + spell + "/seen", nil, "404"},
		{"POST", stranger + "/work/" + num(own.spell) + "/seen", nil, "404"},
		{"POST", stranger + "/work/" + num(own.spell) + "/dates", terms, "404"},
		// Ids in the body of one's own form.
		{"POST", person + "/move", values("village", "x", "village_code", far.village.Full(), "since", "2023-11", "reason", "x"), "422"},
		{"POST", "/people/new", values("name", "甲某", "id_kind", "1", "id_number", own.freshNumber(), "village", "x", "village_code", far.village.Full()), "422"},
		{"POST", "/people/new", values("name", "甲某", "id_kind", "1", "id_number", far.number(), "village", "x", "village_code", own.village.Full()), "422"},
		{"POST", person + "/edit", values("version", "1", "name", "甲某", "id_kind", "1", "id_number", far.number()), "422"},
		{"POST", "/register/" + num(own.register) + "/members/" + num(far.member) + "/end", values("ended_on", "2023-11-01", "end_reason", "x"), "404"},
		{"POST", "/register/" + num(far.register) + "/members/" + num(own.member) + "/end", values("ended_on", "2023-11-01", "end_reason", "x"), "404"},
		{"POST", "/register/" + num(own.register) + "/members/new", values("person", "某某", "id_number", far.number(), "started_on", "2023-01-01"), "422"},
		{"POST", "/register/new?kind=workshop", values("name", "甲车间", "county", "阳谷县", "started_on", "2023-01-01"), "422"},
		{"POST", "/report/progress/withdraw?at=" + ownCounty.Full(), values("cell", far.county.Full()+".10"), "404 409"},
		{"POST", "/report/progress/correct?cell=" + far.county.Full() + ".10", values("value", "1", "reason", "x", "cell", far.county.Full()+".10"), "404 409 422"},
		{"GET", "/report/progress/list?row=" + far.county.Full() + "&col=10", nil, "404"},
		{"POST", "/board/months/close", values("county", far.county.String()), "404"},
		{"POST", "/board/months/close", values("county", "371521"), "404"},
		// The query says one place, the body another; the first of two counts.
		{"GET", "/people?at=" + ownCounty.Full() + "&at=" + far.county.Full(), nil, "200"},
		{"GET", "/people?at=" + far.county.Full() + "&at=" + ownCounty.Full(), nil, "404"},
		{"POST", "/people/find?at=" + ownCounty.Full(), values("q", far.number(), "at", far.county.Full()), "200"},
		{"GET", "/people?sort=name&after=" + num(far.person), nil, "200"},
		{"GET", "/board/list?indicator=registered&to=" + far.county.Full(), nil, "200"},
	} {
		before := w.ledger(t)
		got := w.call(who, c.method, c.target, c.form)
		m := &matrix{estate: w, t: t, seen: map[string]bool{}}
		what := c.method + " " + c.target + " " + c.form.Encode()
		if !strings.Contains(c.status, fmt.Sprint(got.status)) {
			t.Errorf("%s: %d, want %s", what, got.status, c.status)
		}
		// What a transaction takes back is counted as well: only the ledger's
		// own rows show whether something was written.
		if got.status == 404 && before.quiet(w.ledger(t)) != 0 {
			t.Errorf("%s: %d and rows were changed", what, got.status)
		}
		m.bytes(what, &asked{rec: &recipe{}, who: who, target: c.target, form: c.form}, true, got)
	}
	if n := w.count(t, `SELECT count(*) FROM person WHERE name = '甲某' OR id = $1 AND village <> $2`, own.person, int64(own.village)); n != 0 {
		t.Errorf("%d people were made or moved", n)
	}
	if n := w.count(t, `SELECT count(*) FROM register_member WHERE register_id = $1 AND person_id = $2`, own.register, far.person); n != 0 {
		t.Error("a stranger stands in the register")
	}
}

func (w *estate) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	if err := w.DB.Read.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// extraFields: names of columns that no form has, with values that would help
// whoever sends them, change nothing (ASVS 15.3.3).
func extraFields(t *testing.T, w *estate) {
	g := w.grounds[1]
	who := w.actor("sx_officer")
	row := func() string {
		var s string
		err := w.DB.Read.QueryRow(`SELECT village || ' ' || household_id || ' ' || hex(id_cipher) || ' ' || id_mask || ' ' || hex(id_index) || ' ' || settlement || ' ' || status || ' ' || in_on || ' ' || out_on || ' ' || merged_into || ' ' || batch_id || ' ' || created_at FROM person WHERE id = $1`, g.person).Scan(&s)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := row()
	version := w.count(t, `SELECT version FROM person WHERE id = $1`, g.person)
	form := values("version", fmt.Sprint(version), "name", markBusiness+g.mark+"娃", "id_kind", "1", "sex", "1", "birth", "1970-01-01", "ethnic", "1", "note", "改",
		"id", num(w.grounds[5].person), "person_id", "1", "village", w.grounds[5].village.Full(), "village_code", w.grounds[5].village.Full(), "household_id", "1", "id_cipher", "x", "id_index", "x", "id_mask", "x",
		"status", "1", "in_on", "1999-01-01", "out_on", "2023-01-01", "merged_into", "1", "batch_id", "7", "created_at", "1", "by", "1", "user_id", "1", "region", "0", "scope", "0", "role", "security")
	if got := w.call(who, "POST", "/people/"+num(g.person)+"/edit", form); got.status != 303 {
		t.Fatalf("edit: %d", got.status)
	}
	if after := row(); after != before {
		t.Errorf("extra fields changed the row:\n%s\n%s", before, after)
	}
	if n := w.count(t, `SELECT count(*) FROM person WHERE id = $1 AND note = '改'`, g.person); n != 1 {
		t.Error("the edit itself did nothing: the test is blind")
	}
}

// doubleSubmit: the second copy of a form gets the first one's answer, also
// when both are under way; without the hidden token the ledger's keys hold.
func doubleSubmit(t *testing.T, w *estate) {
	who := w.actor("sx_officer")
	g := w.grounds[2]
	s := strings.Replace(g.number(), "1970", "1975", 1)
	number := withCheck(s[:17])
	form := values("_once", "tokentokentoken1", "name", "双击", "id_kind", "1", "id_number", number, "village", "x", "village_code", g.village.Full())
	answers := make(chan *answer, 6)
	for range cap(answers) {
		go func() { answers <- w.call(who, "POST", "/people/new", form) }()
	}
	to := ""
	for range cap(answers) {
		a := <-answers
		if a.status != 303 || to != "" && a.head.Get("Location") != to {
			t.Errorf("a copy was answered %d %s, the first led to %s", a.status, a.head.Get("Location"), to)
		}
		to = a.head.Get("Location")
	}
	form.Del("_once")
	if a := w.call(who, "POST", "/people/new", form); a.status != 422 {
		t.Errorf("the same person again: %d", a.status)
	}
	if n := w.count(t, `SELECT count(*) FROM person WHERE name = '双击'`); n != 1 {
		t.Errorf("%d people of one form", n)
	}
	// The token is the session's: another person's form with it is their own.
	form.Set("_once", "tokentokentoken1")
	if a := w.call(w.actor("sx_rural"), "POST", "/people/new", form); a.status == 303 {
		t.Error("another session was answered with the first one's success")
	}
	form = values("_once", "tokentokentoken2", "name", "双击车间", "started_on", "2023-01-01")
	first, second := w.call(who, "POST", "/register/new?kind=workshop", form), w.call(who, "POST", "/register/new?kind=workshop", form)
	if first.status != 303 || second.head.Get("Location") != first.head.Get("Location") || w.count(t, `SELECT count(*) FROM register WHERE name = '双击车间'`) != 1 {
		t.Errorf("a register twice: %d, %d", first.status, second.status)
	}
}

// byWorkplace: a person of another county who works in the caller's is seen
// with fewer fields and cannot be changed (semantics, Scope).
func byWorkplace(t *testing.T, w *estate) {
	far := w.grounds[3]
	_, err := w.Work.Add(context.Background(), region.ScopeOf(region.Country), local, far.person, work.NewSpell{Start: 202312, Source: "走访", EndOthers: true, Strength: fact.ByVillage,
		Term: fact.Term{WageFen: 412345, Employer: "莘县示例厂", Place: ownCounty, Channel: fact.ChannelSelf, Industry: 3, PointToPoint: fact.No, TransportFen: -1}})
	if err != nil {
		t.Fatal(err)
	}
	who, base := w.actor("sx_officer"), "/people/"+num(far.person)
	pages := []string{base, "/people?by=work&month=2023-12", "/people?by=work&month=2023-12&sort=age"}
	seen := false
	for _, p := range pages {
		got := w.call(who, "GET", p, nil)
		text := plainText(t, p, got)
		seen = seen || got.status == 200 && strings.Contains(text, markBusiness+far.mark+"娃")
		for _, hidden := range []string{markPhone, markLatin + fmt.Sprint(far.n), "备注", "岗位", "来源", "鞋厂", "1970-01-01", "1970年1月", w.Tree().Name(far.village), w.Tree().Name(far.village.At(region.Town))} {
			if strings.HasPrefix(hidden, "1970") || strings.HasPrefix(hidden, markPhone) || strings.HasPrefix(hidden, markLatin) {
				if strings.Contains(text, hidden) {
					t.Errorf("%s shows %s of a person seen by workplace only", p, hidden)
				}
				continue
			}
			if strings.Contains(text, markBusiness+far.mark+hidden) || strings.Contains(text, hidden) && len([]rune(hidden)) > 3 {
				t.Errorf("%s shows %s of a person seen by workplace only", p, hidden)
			}
		}
	}
	if !seen {
		t.Error("the person is not seen by workplace: the test is blind")
	}
	for _, p := range []string{"/household", "/edit", "/status", "/need", "/kinds", "/move", "/leave", "/work/new", "/work/" + num(far.spell) + "/terms", "/reveal"} {
		if got := w.call(who, "GET", base+p, nil); got.status != 404 && !(p == "/reveal" && got.status == 303) { // leads back to the record
			t.Errorf("GET %s%s: %d", base, p, got.status)
		}
		before := w.ledger(t)
		if p == "/household" {
			continue
		}
		if got := w.call(who, "POST", base+p, values("what", "phone", "reason", "identity")); got.status != 404 || before.quiet(w.ledger(t)) != 0 {
			t.Errorf("POST %s%s: %d, %d rows changed", base, p, got.status, before.quiet(w.ledger(t)))
		}
	}
	if got := w.call(w.actor("town_officer"), "GET", base, nil); got.status != 404 {
		t.Errorf("a town sees somebody by workplace: %d", got.status)
	}
}

// tooLarge: a body beyond the page's limit is refused without being read in
// whole, whatever it claims to be.
func tooLarge(t *testing.T, w *estate) {
	for _, contentType := range []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "text/plain"} {
		r := httptest.NewRequest("POST", "/people/find", strings.NewReader("q="+strings.Repeat("a", 3<<20)))
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if got := w.send(w.actor("sx_officer"), r); got.status >= 500 || len(got.body) > 1<<20 {
			t.Errorf("3 MB of %s: %d, %d bytes back", contentType, got.status, len(got.body))
		}
	}
}
