package e2e

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/region"
	"wengang/internal/webtest"
)

// inspectorEstate is an estate with an inspector of the own county, who may
// read from 2023-12-10 to 2023-12-20, of the months January to November.
func inspectorEstate(t *testing.T, change func(*account.Inspection)) (*estate, int64) {
	t.Helper()
	w, ctx := accessEstate(t), context.Background()
	in, err := w.Accounts.Create(ctx, local, account.NewUser{Login: "inspector", Name: "督查组", Region: ownCounty, Password: password()})
	if err != nil {
		t.Fatal(err)
	}
	i := account.Inspection{UserID: in.UserID, DocNumber: "审计通〔2023〕8号", DocTitle: "就业帮扶专项审计", Places: []region.Code{ownCounty},
		First: 20231210, Last: 20231220, FirstMonth: 202301, LastMonth: 202311}
	if change != nil {
		change(&i)
	}
	if _, err := w.Accounts.GrantInspection(ctx, local, i); err != nil {
		t.Fatal(err)
	}
	return w, in.UserID
}

// TestInspector asks every route as an inspector: reads within the document,
// no write anywhere, and a row on record for every page.
func TestInspector(t *testing.T) {
	w, id := inspectorEstate(t, nil)
	who := &actor{login: "inspector", at: ownCounty, open: true, cookie: w.signIn(t, "inspector", password())}
	own, other := w.grounds[0], w.grounds[3]
	rows := func() (n int) {
		t.Helper()
		if err := w.DB.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE action = 'inspection.read' AND user_id = $1`, id).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	look := func(path string, want int) *answer {
		t.Helper()
		got := w.call(who, "GET", path, nil)
		if got.status != want {
			t.Errorf("GET %s: %d, want %d", path, got.status, want)
		}
		return got
	}
	// A list that was settled after the document's months is none of its.
	settled, err := w.Lists.Keep(context.Background(), local, "base", ownVillage, 202312, "")
	if err != nil {
		t.Fatal(err)
	}
	before := rows()
	for _, path := range []string{"/", "/people", "/people/" + num(own.person), "/board", "/findings", "/register?kind=workshop", "/target", "/report", "/report/progress"} {
		look(path, 200)
	}
	if n := rows() - before; n != 9 {
		t.Errorf("9 pages read, %d rows on record", n)
	}
	for _, path := range []string{"/people/" + num(other.person), "/people?at=" + other.county.Full(), "/people?month=2023-12", "/board?month=2022-12", "/people/flow?from=2022-01", "/people/flow?to=2023-12", "/lists/version/" + num(settled.ID), "/lists/version/" + num(settled.ID) + "/print",
		"/report/progress?period=2022Q4", "/report/progress?period=2024Q1", "/report/progress/export?period=2022Q4", "/report/progress/pdf?period=2022Q4", "/report/progress/versions?period=2022Q4"} {
		look(path, 404)
	}
	for _, path := range []string{"/import", "/users", "/audit", "/exports/mine", "/exports", "/policy", "/people/" + num(own.person) + "/edit", "/people/" + num(own.person) + "/looked"} {
		look(path, 403)
	}
	for _, n := range []string{"people.edit", "import.run", "people.export"} {
		if who, err := w.Accounts.As(context.Background(), "inspector"); err != nil || who.Can(account.Permission(n)) {
			t.Errorf("the inspector holds %s (%v)", n, err)
		}
	}
	// Every form of the product: refused, and nothing is written.
	writes := 0
	for _, rt := range w.shell.Routes() {
		method, path, _ := strings.Cut(rt.Pattern, " ")
		rec := recipes[rt.Pattern]
		if method == "GET" || rt.Public || rec.need == account.InspectOwn || rec.need == "" || rt.Pattern == "POST /people/find" {
			continue
		}
		if rec.ids != nil {
			path = fill(path, &rec, own)
		}
		ledger := w.ledger(t)
		got := w.call(who, method, path, values())
		if got.status != 403 || ledger.quiet(w.ledger(t)) != 0 {
			t.Errorf("%s by an inspector: %d, %d rows changed", rt.Pattern, got.status, ledger.quiet(w.ledger(t)))
		}
		writes++
	}
	if writes < 40 {
		t.Errorf("only %d forms asked", writes)
	}
	// Where the record cannot be written, the page is not shown.
	if _, err := w.DB.Writer().Exec(`ALTER TABLE audit_row RENAME TO away`); err != nil {
		t.Fatal(err)
	}
	if got := w.call(who, "GET", "/people/"+num(own.person), nil); got.status < 500 || strings.Contains(string(got.body), markBusiness) {
		t.Errorf("read without a record: %d", got.status)
	}
	if _, err := w.DB.Writer().Exec(`ALTER TABLE away RENAME TO audit_row`); err != nil {
		t.Fatal(err)
	}
	// Reads by another's eyes: the person's page says that the inspector looked.
	officer := &actor{login: "sx_officer", at: ownCounty, open: true, cookie: w.signIn(t, "sx_officer", password())}
	if got := w.call(officer, "GET", "/people/"+num(own.person)+"/looked", nil); got.status != 200 || !strings.Contains(string(got.body), "督查组") {
		t.Errorf("who looked: %d, and the inspector is not named", got.status)
	}
	if got := w.call(officer, "GET", "/inspect", nil); got.status != 403 {
		t.Errorf("an officer at the inspector's desk: %d", got.status)
	}
}

// TestInspectorReveals: only where the document says so, each on record.
func TestInspectorReveals(t *testing.T) {
	w, _ := inspectorEstate(t, func(i *account.Inspection) { i.Reveal = true })
	who := &actor{login: "inspector", at: ownCounty, open: true, cookie: w.signIn(t, "inspector", password())}
	own, other := w.grounds[0], w.grounds[3]
	form := values("what", "id_number", "reason", "identity")
	if got := w.call(who, "POST", "/people/"+num(own.person)+"/reveal", form); got.status != 200 || !strings.Contains(string(got.body), own.number()) {
		t.Errorf("a value that the document allows: %d", got.status)
	}
	if got := w.call(who, "POST", "/people/"+num(other.person)+"/reveal", form); got.status != 404 || strings.Contains(string(got.body), other.number()) {
		t.Errorf("a value beyond the places: %d", got.status)
	}
	if got := w.call(who, "POST", "/people/"+num(own.person)+"/edit", form); got.status != 403 {
		t.Errorf("a write: %d", got.status)
	}
}

// TestInspectorInTheBrowser: the desk, a note, the printed list with its seal,
// and the end by the clock.
func TestInspectorInTheBrowser(t *testing.T) {
	w, _ := inspectorEstate(t, nil)
	srv := httptest.NewServer(w.handler)
	defer srv.Close()
	tab := webtest.Open(t, srv.URL)
	tab.Sign("/sign-in", "inspector", password())
	tab.Goto("/people/" + num(w.grounds[0].person))
	tab.WaitText(markBusiness + "壹娃")
	for _, word := range []string{"修改信息", "登记务工", "新增人员"} {
		if tab.Has(word) {
			t.Errorf("the inspector is offered %s", word)
		}
	}
	tab.Shot("inspector-person")
	tab.Goto("/inspect?page=/people/" + num(w.grounds[0].person))
	tab.WaitText("就业帮扶专项审计")
	tab.Fill("text", "与务工台账核对：工资流水待补")
	tab.Click("保存")
	tab.WaitText("工资流水待补")
	if _, err := w.Audit.Seal(context.Background()); err != nil {
		t.Fatal(err)
	}
	tab.Walk([]webtest.Page{{Name: "inspector-desk", Path: "/inspect"}, {Name: "inspector-reads", Path: "/inspect/reads"}})
	tab.Goto("/inspect/reads")
	for _, word := range []string{"/people/" + num(w.grounds[0].person), "审计链第", "链环摘要", "本清单摘要"} {
		if !tab.Has(word) {
			t.Errorf("the printed list lacks %s", word)
		}
	}
	for _, f := range tab.Faults() {
		t.Error(f)
	}
	w.ahead.Add(int64(11 * 24 * time.Hour))
	tab.Goto("/people")
	tab.WaitText("登录")
	tab.Fill("login", "inspector")
	tab.Fill("password", password())
	tab.Click("登录")
	tab.WaitText("2023-12-20 已止")
}
