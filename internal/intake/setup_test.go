package intake

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/secret"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

const county region.Code = 371522_000000 // 莘县

var officer = account.Caller{UserID: 7, Login: "officer", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: 371500_000000}}}

// closedMonths records what imports asked to have worked out again.
type closedMonths struct {
	ids  []int64
	from calendar.Month
}

func (c *closedMonths) NoteAll(_ context.Context, _ *db.Tx, ids []int64, from, _ calendar.Month, _, _ int64) error {
	c.ids = append(c.ids, ids...)
	c.from = from
	return nil
}

// settledPlaces are settlements as the register would answer them.
type settledPlaces []fact.Settlement

func (p *settledPlaces) Settlements(_ context.Context, _ db.Querier, scope region.Scope) ([]fact.Settlement, error) {
	var out []fact.Settlement
	for _, s := range *p {
		if s.Key = fact.FoldName(s.Name); scope.Contains(s.Region) {
			out = append(out, s)
		}
	}
	return out, nil
}

// desk is an import service over the four kinds, driven as the command line
// drives it.
type desk struct {
	t      testing.TB
	d      *db.DB
	s      *transfer.Service
	tree   *region.Tree
	closed *closedMonths
	box    *secret.Box
	// settled are the registered settlements.
	settled settledPlaces
	// Village names of two villages of one town, and their codes.
	town         string
	here, there  string
	hereC, therC region.Code
}

func newDesk(t testing.TB, d *db.DB) *desk {
	t.Helper()
	box := secrettest.Box(t)
	k := &desk{t: t, d: d, tree: region.National(), closed: &closedMonths{}, box: box}
	kinds := Kinds(d, Deps{Box: box, Tree: func() *region.Tree { return k.tree }, Closed: k.closed, Settlements: &k.settled})
	s, err := transfer.NewService(transfer.Config{DB: d, Box: box, Audit: audit.New(d, box, nil), Dir: t.TempDir(), Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	k.s = s
	town := k.tree.Children(county)[0]
	v := k.tree.Children(town.Code)
	k.town, k.here, k.there, k.hereC, k.therC = town.Name, v[0].Name, v[1].Name, v[0].Code, v[1].Code
	return k
}

// id is a synthetic number: area 000000, the birth, a running number.
func id(birth, n int) string {
	s := fmt.Sprintf("000000%08d%03d", birth, n)
	return s + string(idcard.CheckDigit(s))
}

// book is a workbook as systems export it: a title, a blank row, the heading in
// row 3.
func book(t testing.TB, rows ...[]string) io.Reader {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	put := func(n int, row []string) {
		for i, v := range row {
			at, err := excelize.CoordinatesToCellName(i+1, n)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetCellStr("Sheet1", at, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	put(1, []string{"示例数据，身份证号地区码为 000000"})
	for i, r := range rows {
		put(3+i, r)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return &b
}

type request struct {
	kind  string
	month calendar.Month
	at    region.Code
	full  bool
	hold  bool // checked, not saved
}

// bring stages, checks and saves a file and answers the report.
func (k *desk) bring(q request, rows ...[]string) (transfer.Report, int64) {
	k.t.Helper()
	if q.at == 0 {
		q.at = county
	}
	ctx := context.Background()
	id, err := k.s.Stage(ctx, officer, transfer.Request{Kind: q.kind, File: book(k.t, rows...), FileName: q.kind + ".xlsx", Region: q.at, Month: q.month, Full: q.full})
	if err != nil {
		k.t.Fatalf("stage: %v", err)
	}
	k.work(id)
	if !q.hold {
		k.save(id)
	}
	r, err := k.s.Report(ctx, officer, id, text.ZH)
	if err != nil {
		k.t.Fatal(err)
	}
	return r, id
}

func (k *desk) work(id int64) {
	k.t.Helper()
	if err := k.s.Work(context.Background(), id); err != nil {
		k.t.Fatalf("work: %v", err)
	}
	in, err := k.s.Load(context.Background(), region.ScopeOf(region.Country), id)
	if err != nil {
		k.t.Fatal(err)
	}
	if in.State == transfer.StateFailed {
		k.t.Fatalf("failed: %s", in.Message(text.ZH))
	}
}

func (k *desk) save(id int64) {
	k.t.Helper()
	if err := k.s.Save(context.Background(), officer, id); err != nil {
		k.t.Fatalf("save: %v", err)
	}
	k.work(id)
}

func (k *desk) undo(id int64) error { return k.s.Undo(context.Background(), officer, id) }

// counts asserts a report's numbers.
func (k *desk) counts(story string, r transfer.Report, new, unchanged, updated, rejected int64) {
	k.t.Helper()
	if r.New != new || r.Unchanged != unchanged || r.Updated != updated || r.Rejected != rejected {
		k.t.Errorf("%s: new %d, unchanged %d, updated %d, rejected %d; want %d, %d, %d, %d\n%s", story, r.New, r.Unchanged, r.Updated, r.Rejected, new, unchanged, updated, rejected, listed(r))
	}
}

// listed is the findings as row:rule, sorted.
func listed(r transfer.Report) string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, fmt.Sprintf("%d:%s", f.Row, f.Rule))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// one reads a single value from the ledger.
func (k *desk) one(query string, args ...any) string {
	k.t.Helper()
	var v any
	if err := k.d.Read.QueryRow(query, args...).Scan(&v); err != nil {
		k.t.Fatalf("%s: %v", query, err)
	}
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return fmt.Sprint(v)
}

// spells lists the spells of the person with the name: start-end wages@from.
func (k *desk) spells(name string) string {
	k.t.Helper()
	rows, err := k.d.Read.Query(`SELECT s.start_month, s.end_month, t.from_month, t.wage_fen, t.employer FROM person p JOIN spell s ON s.person_id = p.id
		JOIN spell_term t ON t.person_id = s.person_id AND t.spell_id = s.id WHERE p.name = $1 ORDER BY s.start_month, s.id, t.from_month`, name)
	if err != nil {
		k.t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var start, end, from calendar.Month
		var wage int64
		var employer string
		if err := rows.Scan(&start, &end, &from, &wage, &employer); err != nil {
			k.t.Fatal(err)
		}
		out = append(out, fmt.Sprintf("%d-%d %s %d@%d", start, end, employer, wage/100, from))
	}
	if err := rows.Err(); err != nil {
		k.t.Fatal(err)
	}
	return strings.Join(out, "; ")
}

func engines(t *testing.T, fn func(t *testing.T, k *desk)) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) { fn(t, newDesk(t, d)) })
}

func (k *desk) exec(query string, args ...any) error {
	_, err := k.d.Writer().Exec(query, args...)
	return err
}

func sqliteOf(t testing.TB) *db.DB { return testkit.SQLite(t) }

// fresh is another empty database of the same engine.
func (k *desk) fresh() *db.DB {
	if k.d.Dialect.Name() == "postgres" {
		return testkit.Postgres(k.t)
	}
	return testkit.SQLite(k.t)
}
