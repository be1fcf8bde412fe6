package division_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/division"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/month"
	"wengang/internal/region"
	"wengang/internal/region/regionstore"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
	"wengang/internal/transfer"
	"wengang/internal/work"
)

const (
	county = region.Code(371522000000)
	city   = region.Code(371500000000)
	since  = calendar.Month(202310)
)

// house is the store over real parts.
type house struct {
	*division.Store
	d      *db.DB
	tree   *region.Tree
	months *month.Store
	c      account.Caller
	town   region.Code // of the county, with villages
	v      []region.Code
	other  region.Code // another town of the county
	away   region.Code // a town of another county
}

func build(t *testing.T, d *db.DB) *house {
	t.Helper()
	box := secrettest.Box(t)
	log := audit.New(d, box, nil)
	locals := regionstore.New(d, log)
	imports, err := transfer.NewService(transfer.Config{DB: d, Box: box, Audit: log, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{d: d, months: month.New(d, log), c: reviewer(city)}
	h.reload(t, locals)
	h.Store = division.New(d, division.Deps{
		Tree: func() division.Tree { return h.tree }, Reload: func(context.Context) error { h.reload(t, locals); return nil },
		Locals: locals, Months: h.months, Imports: imports, Grants: account.New(d, box, log), Reclass: work.Reclass, Audit: log,
	})
	towns := h.tree.Towns(county)
	h.town, h.other = towns[0], towns[1]
	h.v = h.tree.Villages(h.town)
	h.away = h.tree.Towns(371521000000)[0]
	return h
}

func (h *house) reload(t *testing.T, locals *regionstore.Store) {
	tree, err := locals.Tree(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	h.tree = tree
}

func reviewer(at region.Code) account.Caller {
	return account.Caller{UserID: 1, Login: "r", Grants: []account.Grant{{Role: account.Reviewer, Dept: account.DeptHR, Region: at}}}
}

func (h *house) scope() region.Scope { return h.c.Scope(account.SettingEdit) }

func exec(t *testing.T, d *db.DB, q string, args ...any) {
	t.Helper()
	if err := d.Tx(context.Background(), func(tx *db.Tx) error { _, err := tx.Exec(q, args...); return err }); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
}

// settle puts people where a change will find them: some for years, some who
// came after the month, one who came from elsewhere before, one who left.
func (h *house) settle(t *testing.T) {
	t.Helper()
	type stay struct {
		from, to calendar.Month
		at       region.Code
	}
	people := map[int64][]stay{
		1: {{201501, calendar.Open, h.v[0]}},
		2: {{201501, 202310, h.other + 1}, {202311, calendar.Open, h.v[0]}},
		3: {{201501, 202208, h.other + 1}, {202209, calendar.Open, h.v[0]}},
		4: {{201501, calendar.Open, h.v[1]}},
		5: {{201501, calendar.Open, h.v[0]}}, // dead since May
		6: {{201501, 202306, h.v[0]}, {202307, calendar.Open, h.v[1]}},
		7: {{202310, calendar.Open, h.v[0]}},
	}
	for id, stays := range people {
		out, why := 0, 0
		if id == 5 {
			out, why = 20230510, 1
		}
		last := stays[len(stays)-1].at
		exec(t, h.d, `INSERT INTO household (id, village, created_at, updated_at) VALUES ($1, $2, 0, 0)`, id, int64(last))
		exec(t, h.d, `INSERT INTO person (id, household_id, village, name, birth, skill, willing, id_cipher, id_index, id_mask, out_on, out_reason, created_at, updated_at)
			VALUES ($1, $1, $2, '示例', 19800101, 1, 1, $3, $3, '', $4, $5, 0, 0)`, id, int64(last), fmt.Appendf(nil, "%d", id), out, why)
		exec(t, h.d, `INSERT INTO person_kind (person_id, kind, since) VALUES ($1, $2, 20200101)`, id, int(fact.KindPoor))
		for _, s := range stays {
			exec(t, h.d, `INSERT INTO residence (person_id, since, until, village) VALUES ($1, $2, $3, $4)`, id, int32(s.from), int32(s.to), int64(s.at))
		}
		exec(t, h.d, `INSERT INTO spell (person_id, id, start_month, created_at, updated_at) VALUES ($1, $1, 202201, 0, 0)`, id)
		exec(t, h.d, `INSERT INTO spell_term (person_id, spell_id, from_month, place, place_class) VALUES ($1, $1, 202201, $2, 1)`, id, int64(county))
	}
	exec(t, h.d, `INSERT INTO finding (person_id, village, rule, severity, opened_at) VALUES (1, $1, 'x', 2, 0)`, int64(h.v[0]))
	exec(t, h.d, `INSERT INTO register (id, kind, region, name, name_key, created_at, updated_at) VALUES (9, 'workshop', $1, '示例车间', '示例车间', 0, 0)`, int64(h.v[0]))
	exec(t, h.d, `INSERT INTO app_user (id, login, name, region, password_hash, password_initial, password_at, created_at) VALUES (5, 'aide', '示例', $1, '', FALSE, 0, 0)`, int64(h.v[0]))
	exec(t, h.d, `INSERT INTO user_grant (user_id, role, dept, region, granted_by, granted_at) VALUES (5, 'aide', 'hr', $1, 1, 1)`, int64(h.v[0]))
}

// state is everything that an undo must restore.
func (h *house) state(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	for _, q := range []string{
		`SELECT person_id, since, until, village FROM residence ORDER BY 1, 2`,
		`SELECT id, village, household_id, 0 FROM person ORDER BY 1`,
		`SELECT id, village, 0, 0 FROM household ORDER BY 1`,
		`SELECT person_id, village, 0, 0 FROM finding ORDER BY 1`,
		`SELECT id, region, 0, 0 FROM register ORDER BY 1`,
		`SELECT user_id, region, 0, 0 FROM user_grant ORDER BY 1, 2`,
		`SELECT code, valid_from, valid_to, followed_by FROM local_region ORDER BY 1`,
		`SELECT person_id, spell_id, place, place_class FROM spell_term ORDER BY 1, 2`,
	} {
		rows, err := h.d.Read.QueryContext(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var a, b, c, d int64
			if err := rows.Scan(&a, &b, &c, &d); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&out, a, b, c, d)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		out.WriteString("--\n")
	}
	return out.String()
}

// lived is how many rows a month has by village of the county.
func (h *house) lived(t *testing.T, k region.Code, m calendar.Month) (by map[region.Code]int, counted int) {
	t.Helper()
	all, err := h.months.Live(t.Context(), region.ScopeOf(city), k, []calendar.Month{m})
	if err != nil {
		t.Fatal(err)
	}
	by = map[region.Code]int{}
	for _, p := range all[0] {
		if p.Flags&fact.Counted != 0 {
			by[p.Village]++
			counted++
		}
	}
	return by, counted
}

func (h *house) draft(t *testing.T, ask division.Ask) int64 {
	t.Helper()
	ask.DocNo = "示例政发〔2023〕1号"
	if ask.Month == 0 {
		ask.Month = since
	}
	id, err := h.Draft(t.Context(), h.scope(), h.c, ask)
	if err != nil {
		t.Fatalf("draft: %v", err)
	}
	return id
}

// TestMergerOfTwoVillages: from its month on everybody of the old village
// counts at the other one, the months before and a closed one stay, and an undo
// leaves the ledger as it was, row for row.
func TestMergerOfTwoVillages(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		h := build(t, d)
		h.settle(t)
		ctx := t.Context()
		closer := account.Caller{UserID: 2, Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: county}}}
		for m := calendar.Month(202301); m < since; m = m.Add(1) {
			if err := h.months.Close(ctx, closer, county, m); err != nil {
				t.Fatal(err)
			}
		}
		was := h.state(t)
		_, before := h.lived(t, county, since)
		oldName := h.tree.Name(h.v[0])

		id := h.draft(t, division.Ask{Kind: division.Merge, From: []region.Code{h.v[0], h.v[1]}, Into: h.v[1]})
		e, err := h.Effect(ctx, h.scope(), h.c, id)
		if err != nil || len(e.Steps) != 1 || e.People != 4 || e.Steps[0].Households != 5 || e.Steps[0].Users != 1 || e.Steps[0].Registers != 1 || e.Steps[0].Findings != 1 {
			t.Fatalf("effect %+v, %v", e, err)
		}
		if len(e.Towns) != 1 || e.Towns[0].Before != e.Towns[0].After {
			t.Errorf("towns %+v: a merger inside a town changes no sum", e.Towns)
		}
		if h.state(t) != was {
			t.Fatal("a draft moved something")
		}
		if err := h.Apply(ctx, h.scope(), h.c, id); err != nil {
			t.Fatal(err)
		}
		by, after := h.lived(t, county, since)
		if after != before || by[h.v[0]] != 0 || by[h.v[1]] != 5 {
			t.Errorf("in the month of the merger %v: %d counted, %d before", by, after, before)
		}
		if rows := h.frozen(t, 202309); rows[h.v[0]] == 0 {
			t.Errorf("the closed month lost the old village: %v", rows)
		}
		if got := h.tree.Resolve(oldName, h.town); got.Code != h.v[1] {
			t.Errorf("the old name reads as %+v", got)
		}
		if got := h.tree.Resolve(h.v[0].String(), region.Country); got.Code != h.v[1] || !got.Former {
			t.Errorf("the old code reads as %+v", got)
		}
		if slices.Contains(h.tree.Villages(h.town), h.v[0]) {
			t.Error("the old village is still listed")
		}
		if listed := h.tree.ChildrenIn(h.town, 202309); !slices.ContainsFunc(listed, func(p region.Place) bool { return p.Code == h.v[0] }) {
			t.Error("the old village is not listed in the months that it had")
		}
		for what, want := range map[string]int{
			`SELECT count(*) FROM user_grant WHERE user_id = 5 AND region = $1`: 1, `SELECT count(*) FROM register WHERE region = $1`: 1,
			`SELECT count(*) FROM finding WHERE village = $1`: 1, `SELECT count(*) FROM household WHERE village = $1`: 7,
		} {
			if n := h.count(t, what, int64(h.v[1])); n != want {
				t.Errorf("%s: %d, want %d", what, n, want)
			}
		}
		if n := h.count(t, `SELECT count(*) FROM field_change WHERE reason = $1`, "示例政发〔2023〕1号"); n != 5 {
			t.Errorf("%d lines of history, want one for each of 5", n)
		}
		if err := h.Apply(ctx, h.scope(), h.c, id); !fault.Is(err, fault.Conflict) {
			t.Errorf("applied twice: %v", err)
		}
		if err := h.Undo(ctx, h.scope(), h.c, id); err != nil {
			t.Fatal(err)
		}
		if got := h.state(t); got != was {
			t.Errorf("after the undo:\n%s\nwas:\n%s", got, was)
		}
		if !slices.Contains(h.tree.Villages(h.town), h.v[0]) {
			t.Error("the village did not come back")
		}
	})
}

func (h *house) count(t *testing.T, q string, args ...any) (n int) {
	t.Helper()
	if err := h.d.Read.QueryRowContext(t.Context(), q, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (h *house) frozen(t *testing.T, m calendar.Month) map[region.Code]int {
	t.Helper()
	out := map[region.Code]int{}
	err := h.months.Rows(t.Context(), region.ScopeOf(city), county, m, func(p *fact.PersonMonth) error { out[p.Village]++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTownGoesToAnotherTown: each of its villages gets a code below the other.
func TestTownGoesToAnotherTown(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		h := build(t, d)
		h.settle(t)
		was := h.state(t)
		names := map[string]bool{}
		for _, v := range h.v {
			names[h.tree.Name(v)] = true
		}
		others := len(h.tree.Villages(h.other))
		id := h.draft(t, division.Ask{Kind: division.Merge, From: []region.Code{h.town, h.other}, Into: h.other})
		if err := h.Apply(t.Context(), h.scope(), h.c, id); err != nil {
			t.Fatal(err)
		}
		if n := len(h.tree.Villages(h.other)); n != others+len(h.v) {
			t.Errorf("%d villages, want %d + %d", n, others, len(h.v))
		}
		if slices.Contains(h.tree.Towns(county), h.town) {
			t.Error("the town is still listed")
		}
		by, _ := h.lived(t, county, since)
		for v, n := range by {
			if n > 0 && v.At(region.Town) != h.other {
				t.Errorf("%d people still at %s", n, v)
			}
		}
		first := h.tree.Name(h.tree.Current(h.v[0]))
		if !names[first] {
			t.Errorf("the first village is now called %q", first)
		}
		if err := h.Undo(t.Context(), h.scope(), h.c, id); err != nil {
			t.Fatal(err)
		}
		if got := h.state(t); got != was {
			t.Errorf("after the undo:\n%s\nwas:\n%s", got, was)
		}
	})
}

// TestVillageGoesToAnotherCounty: both counties' months know the move, and the
// class of the places of work follows the new home.
func TestVillageGoesToAnotherCounty(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		h := build(t, d)
		h.settle(t)
		id := h.draft(t, division.Ask{Kind: division.Move, From: []region.Code{h.v[0]}, Into: h.away})
		if err := h.Apply(t.Context(), h.scope(), h.c, id); err != nil {
			t.Fatal(err)
		}
		now := h.tree.Current(h.v[0])
		if now.At(region.Town) != h.away {
			t.Fatalf("the village is at %s", now)
		}
		if by, _ := h.lived(t, 371521000000, since); by[now] != 3 {
			t.Errorf("the new county counts %v", by)
		}
		if by, _ := h.lived(t, county, since); by[h.v[0]] != 0 || by[h.v[1]] != 2 {
			t.Errorf("the old county counts %v", by)
		}
		if class := h.count(t, `SELECT place_class FROM spell_term WHERE person_id = 1 ORDER BY from_month DESC LIMIT 1`); class != 2 {
			t.Errorf("work in the old county is class %d, want 县外省内", class)
		}
		if n := h.count(t, `SELECT count(DISTINCT county) FROM change_log WHERE county IN ($1, $2)`, int64(county), 371521000000); n != 2 {
			t.Errorf("%d counties in the change log, want both", n)
		}
	})
}

func TestRename(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		h := build(t, d)
		old := h.tree.Name(h.v[2])
		for _, name := range []string{"示例新村", "示例新新村"} {
			id := h.draft(t, division.Ask{Kind: division.Rename, From: []region.Code{h.v[2]}, Name: name})
			if err := h.Apply(t.Context(), h.scope(), h.c, id); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{old, "示例新村", "示例新新村"} {
			if m := h.tree.Resolve(name, h.town); m.Code != h.v[2] {
				t.Errorf("%s reads as %+v", name, m)
			}
		}
		if got := h.tree.Name(h.v[2]); got != "示例新新村" {
			t.Errorf("named %s", got)
		}
	})
}

// TestRefusals: who may not, closed months, running imports, people who moved
// on, people who settled in the new place.
func TestRefusals(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		h := build(t, d)
		h.settle(t)
		ctx := t.Context()
		want := func(what string, err error, kind fault.Kind, key string) {
			t.Helper()
			f, _ := err.(*fault.Error)
			if f == nil || f.Kind != kind || key != "" && f.Key != key {
				t.Errorf("%s: %v, want %v %s", what, err, kind, key)
			}
		}
		merge := division.Ask{Kind: division.Merge, From: []region.Code{h.v[0], h.v[1]}, Name: "示例合村", Month: since, DocNo: "示例"}
		far := reviewer(370100000000)
		_, err := h.Draft(ctx, far.Scope(account.SettingEdit), far, merge)
		want("another city drafts", err, fault.NotFound, "")
		_, err = h.Draft(ctx, h.scope(), account.Caller{UserID: 3}, merge)
		want("no right", err, fault.Forbidden, "")

		id := h.draft(t, merge)
		_, err = h.Get(ctx, far.Scope(account.SettingEdit), id)
		want("another city reads", err, fault.NotFound, "")
		want("another city applies", h.Apply(ctx, far.Scope(account.SettingEdit), far, id), fault.NotFound, "")
		if list, err := h.List(ctx, far.Scope(account.SettingEdit)); err != nil || len(list) != 0 {
			t.Errorf("another city lists %v, %v", list, err)
		}

		exec(t, d, `INSERT INTO month_close (county, month, state, version, people, settings, closed_at, closed_by, reason) VALUES ($1, 202311, 'closed', 1, 0, '', 0, 0, '')`, int64(county))
		want("a later month is closed", h.Apply(ctx, h.scope(), h.c, id), fault.Conflict, "division.closed")
		exec(t, d, `DELETE FROM month_close`)
		exec(t, d, `INSERT INTO import_batch (kind, region, file_name, file_hash, file_size, state, created_at) VALUES ('people', $1, 'x', $2, 1, 'saving', 0)`, int64(h.town), []byte{1})
		want("an import is being saved", h.Apply(ctx, h.scope(), h.c, id), fault.Conflict, "import.busy")
		exec(t, d, `UPDATE import_batch SET state = 'checked', checked_seq = 99`)
		if err := h.Apply(ctx, h.scope(), h.c, id); err != nil {
			t.Fatal(err)
		}
		if n := h.count(t, `SELECT checked_seq FROM import_batch`); n != 0 {
			t.Error("a checked file may still be saved to the old village")
		}
		again := h.draft(t, division.Ask{Kind: division.Rename, From: []region.Code{h.v[3]}, Name: "示例村"})
		want("a place that ended", func() error {
			_, err := h.Draft(ctx, h.scope(), h.c, division.Ask{Kind: division.Rename, From: []region.Code{h.v[0]}, Name: "x", Month: since, DocNo: "x"})
			return err
		}(), fault.Invalid, "")
		if err := h.Drop(ctx, h.scope(), h.c, again); err != nil {
			t.Fatal(err)
		}
		want("a dropped draft", h.Apply(ctx, h.scope(), h.c, again), fault.Conflict, "division.state")

		merged := h.tree.Current(h.v[0])
		exec(t, d, `UPDATE residence SET until = 202311 WHERE person_id = 4 AND until = 999912`)
		exec(t, d, `UPDATE residence SET village = $1 WHERE person_id = 1 AND since = 202310`, int64(h.other+1))
		want("somebody moved on", h.Undo(ctx, h.scope(), h.c, id), fault.Conflict, "division.moved_on")
		exec(t, d, `UPDATE residence SET village = $1 WHERE person_id = 1 AND since = 202310`, int64(merged))
		exec(t, d, `INSERT INTO residence (person_id, since, village) VALUES (77, 202311, $1)`, int64(merged))
		want("somebody settled", h.Undo(ctx, h.scope(), h.c, id), fault.Conflict, "division.settled")
		exec(t, d, `DELETE FROM residence WHERE person_id = 77`)
		if err := h.Undo(ctx, h.scope(), h.c, id); err != nil {
			t.Errorf("undo: %v", err)
		}
	})
}
