package rule

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

var (
	everywhere = region.ScopeOf(region.Country)
	clerk      = account.Caller{UserID: 7, Login: "clerk"}
)

func newDesk(t *testing.T, d *db.DB) *Desk {
	t.Helper()
	return NewDesk(d, tree{}, audit.New(d, secrettest.Box(t), nil))
}

// put writes people of one household each: village, name and columns.
func put(t *testing.T, d *db.DB, id int64, village region.Code, household int64, set string) {
	t.Helper()
	exec(t, d, `INSERT INTO person (id, household_id, village, name, id_cipher, id_index, id_mask, created_at, updated_at)
		VALUES ($1, $2, $3, $6, $4, $5, '00**************19', 1, 1)`, id, household, int64(village), []byte("x"), []byte{byte(id), byte(id >> 8), 1}, fmt.Sprint("P", id))
	if set != "" {
		exec(t, d, `UPDATE person SET `+set+` WHERE id = $1`, id)
	}
}

func exec(t *testing.T, d *db.DB, query string, args ...any) {
	t.Helper()
	if _, err := d.Writer().Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func keep(t *testing.T, d *db.DB, k *Desk, person int64, at region.Code, fs ...Finding) {
	t.Helper()
	if err := d.Tx(context.Background(), func(tx *db.Tx) error { return k.Keep(context.Background(), tx, person, at, fs) }); err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, k *Desk, scope region.Scope, f Filter) []Item {
	t.Helper()
	items, _, err := k.List(context.Background(), scope, f, Cursor{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func TestFindingsAreKeptMendedAndExcused(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx, k := context.Background(), newDesk(t, d)
		now := testkit.Now
		d.Clock = func() time.Time { return now }
		put(t, d, 1, home, 1, "")
		low := Finding{Rule: Get("work.wage_low"), Field: "wage", Args: []any{"300", "400"}, Spell: &fact.Spell{Start: 202305}}
		lost := At("labour.none_working", "skill", "丧失劳动力", "丧失劳动力")
		row := Of("person.name_changed", "x", "a", "b")
		keep(t, d, k, 1, home, low, lost)
		if err := d.Tx(ctx, func(tx *db.Tx) error {
			return KeepAll(ctx, tx, 9, []Kept{{PersonID: 1, Village: home, Found: []Finding{row}, Checked: func(r *Rule, _ string) bool { return r.Scope == ScopeRow }}})
		}); err != nil {
			t.Fatal(err)
		}
		items := list(t, k, everywhere, Filter{})
		if len(items) != 3 || items[0].Place != "wage@202305" || items[0].Field() != "wage" || items[0].Args[0] != "300" || items[0].IDMask == "" {
			t.Fatalf("kept: %+v", items)
		}

		// The record is mended: only what was looked at closes.
		keep(t, d, k, 1, home, lost)
		if got := ids(list(t, k, everywhere, Filter{})); got != "labour.none_working person.name_changed" {
			t.Errorf("after mending: %s", got)
		}
		if got := ids(list(t, k, everywhere, Filter{State: Mended})); got != "work.wage_low" {
			t.Errorf("mended: %s", got)
		}

		// An excuse needs a reason, holds while it runs, and is on record.
		id := list(t, k, everywhere, Filter{Rule: "labour.none_working"})[0].ID
		if err := k.Excuse(ctx, everywhere, clerk, id, " 好 ", 20240630); err == nil {
			t.Error("an excuse without a reason")
		}
		if err := k.Excuse(ctx, everywhere, clerk, id, "本人在家做手工", 20231201); err == nil {
			t.Error("an excuse until yesterday")
		}
		if err := k.Excuse(ctx, everywhere, clerk, id, "本人在家做手工", 20231231); err != nil {
			t.Fatal(err)
		}
		if err := k.Excuse(ctx, everywhere, clerk, id, "本人在家做手工", 20240630); err == nil {
			t.Error("excused twice")
		}
		keep(t, d, k, 1, home, lost)
		if got := ids(list(t, k, everywhere, Filter{State: Excused})); got != "labour.none_working" {
			t.Errorf("excused: %s", got)
		}
		now = now.AddDate(0, 1, 0)
		keep(t, d, k, 1, home, lost)
		if got := ids(list(t, k, everywhere, Filter{})); got != "person.name_changed labour.none_working" && got != "labour.none_working person.name_changed" {
			t.Errorf("after the excuse ran out: %s", got)
		}
		if err := k.Excuse(ctx, everywhere, clerk, id, "本人在家做手工", 20240630); err != nil {
			t.Fatal(err)
		}
		if err := k.Reopen(ctx, everywhere, clerk, id); err != nil {
			t.Fatal(err)
		}
		var rows int
		if err := d.Read.QueryRow(`SELECT count(*) FROM audit_row WHERE action IN ('finding.excuse', 'finding.reopen')`).Scan(&rows); err != nil || rows != 3 {
			t.Errorf("%d audit rows, %v", rows, err)
		}
	})
}

func ids(items []Item) string {
	var out []string
	for _, i := range items {
		out = append(out, i.Rule.ID)
	}
	return strings.Join(out, " ")
}

func TestFindingsStayInTheirScope(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx, k := context.Background(), newDesk(t, d)
		other := region.Code(371521100201)
		put(t, d, 1, home, 1, "")
		put(t, d, 2, other, 2, "")
		put(t, d, 3, home, 3, "batch_id = 5")
		exec(t, d, `INSERT INTO hidden_batch (batch_id) VALUES (5)`)
		for id, at := range map[int64]region.Code{1: home, 2: other, 3: home} {
			keep(t, d, k, id, at, Of("person.skill_missing", ""))
		}
		for _, c := range []struct {
			story string
			scope region.Scope
			want  int
		}{
			{"the nation sees what is not hidden", everywhere, 2}, {"one county", region.ScopeOf(371522000000), 1},
			{"another village", region.ScopeOf(371522103202), 0}, {"no scope", region.Scope{}, 0},
		} {
			items := list(t, k, c.scope, Filter{})
			counts, err := k.ByRule(ctx, c.scope, Filter{})
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, x := range counts {
				n += x.Open
			}
			places, err := k.ByPlace(ctx, c.scope, Filter{}, region.County)
			if err != nil {
				t.Fatal(err)
			}
			if len(items) != c.want || n != c.want || len(places) != c.want {
				t.Errorf("%s: list %d, by rule %d, by place %v; want %d", c.story, len(items), n, places, c.want)
			}
		}
		// A move takes the findings along.
		exec(t, d, `UPDATE person SET village = $1 WHERE id = 1`, int64(other))
		if n := len(list(t, k, region.ScopeOf(371522000000), Filter{})); n != 0 {
			t.Errorf("%d findings stay behind", n)
		}
		mine := list(t, k, everywhere, Filter{PersonID: 2})[0].ID
		outside := region.ScopeOf(371522000000)
		if _, err := k.One(ctx, outside, mine); err == nil {
			t.Error("read from outside")
		}
		if err := k.Excuse(ctx, outside, clerk, mine, "超出范围的人", 20240630); err == nil {
			t.Error("excused from outside")
		}
		if err := k.Reopen(ctx, outside, clerk, mine); err == nil {
			t.Error("reopened from outside")
		}
		places, err := k.ByPlace(ctx, everywhere, Filter{}, region.Village)
		if err != nil || len(places) != 1 || places[0].Place != other || places[0].People != 2 {
			t.Errorf("by village: %+v, %v", places, err)
		}
	})
}

func TestRecheckSeesWholeHouseholds(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx, k := context.Background(), newDesk(t, d)
		clean := "sex = 1, birth = 19880229, ethnic = 1, relation = 1, education = 3, health = 1, skill = 1"
		put(t, d, 1, home, 1, clean)
		put(t, d, 2, home, 1, clean) // a second head
		put(t, d, 3, home, 2, strings.Replace(clean, "relation = 1", "relation = 3", 1))
		put(t, d, 4, home, 3, strings.Replace(clean, "skill = 1", "skill = 2", 1))
		put(t, d, 5, home, 4, strings.Replace(clean, "skill = 1", "skill = 4", 1))
		put(t, d, 6, 371521100201, 5, strings.Replace(clean, "skill = 1", "skill = 4", 1)) // another county
		for _, id := range []int64{5, 6} {
			exec(t, d, `INSERT INTO spell (person_id, id, start_month, created_at, updated_at) VALUES ($1, $1, 202305, 1, 1)`, id)
			exec(t, d, `INSERT INTO spell_term (person_id, spell_id, from_month, wage_fen, place, place_class, channel) VALUES ($1, $1, 202305, 5000000, 371522000000, 1, 1)`, id)
		}
		exec(t, d, `INSERT INTO person_kind (person_id, kind, since, risk) VALUES (3, 2, 20230101, 1)`)
		people, found, err := k.Recheck(ctx, everywhere, 371522000000, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range list(t, k, everywhere, Filter{}) {
			got = append(got, i.Name+":"+i.Rule.ID)
		}
		want := "P1:household.two_heads P2:household.two_heads P3:household.no_head P4:aid.skilled_idle P5:labour.healthy_lost P5:labour.none_working P5:work.wage_bounds"
		if sorted(got) != want || people != 5 || found != 7 {
			t.Errorf("%d people, %d found:\n%s, want\n%s", people, found, sorted(got), want)
		}
		// Mended, and run again by an officer of another county: nothing moves.
		exec(t, d, `UPDATE person SET relation = 3 WHERE id IN (2)`)
		if _, _, err := k.Recheck(ctx, region.ScopeOf(371521000000), 371522000000, nil); err != nil {
			t.Fatal(err)
		}
		if n := len(list(t, k, everywhere, Filter{Rule: "household.two_heads"})); n != 2 {
			t.Errorf("a recheck from outside the scope mended: %d left", n)
		}
		if _, _, err := k.Recheck(ctx, everywhere, 371522000000, nil); err != nil {
			t.Fatal(err)
		}
		if n := len(list(t, k, everywhere, Filter{Rule: "household.two_heads"})); n != 0 {
			t.Errorf("%d heads too many stay", n)
		}
	})
}

func sorted(s []string) string {
	slices.Sort(s)
	return strings.Join(s, " ")
}
