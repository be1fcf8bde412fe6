package rule

import (
	"context"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/testkit"
)

// What a file of people says of a post stands in no column of the ledger: the
// night's look at the ledger must not close it, and the next import open it
// again. What the work records say of a post, it decides.
func TestRecheckLeavesWhatOnlyTheFileSays(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx, k := context.Background(), newDesk(t, d)
		put(t, d, 1, home, 1, "birth = 19500101, relation = 1, skill = 5")
		byFile, byWork := Of("post.too_old", "", 73, 70), At("post.too_old", ledgerPost, "", 73, 70)
		keep(t, d, k, 1, home, byFile, byWork)
		if _, _, err := k.Recheck(ctx, everywhere, home, nil); err != nil {
			t.Fatal(err)
		}
		open := list(t, k, everywhere, Filter{Rule: "post.too_old"})
		if len(open) != 1 || open[0].Place != "post" {
			t.Errorf("open after the recheck: %+v", open)
		}
	})
}

// An import that is undone leaves the desk as it was: what it had mended is open
// again, what was excused is excused.
func TestUndoneImportMendsNothing(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx, k := context.Background(), newDesk(t, d)
		put(t, d, 1, home, 1, "")
		low, lost := Of("work.wage_low", "", "300", "400"), Of("labour.none_working", "丧失劳动力", "丧失劳动力")
		keep(t, d, k, 1, home, low, lost)
		if err := k.Excuse(ctx, everywhere, clerk, list(t, k, everywhere, Filter{Rule: lost.Rule.ID})[0].ID, "本人在家做手工", 20240630); err != nil {
			t.Fatal(err)
		}
		in := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := d.Tx(ctx, fn); err != nil {
				t.Fatal(err)
			}
		}
		young := Of("work.too_young", "", 15, 16)
		in(func(tx *db.Tx) error {
			return KeepAll(ctx, tx, 9, []Kept{{PersonID: 1, Village: home, Found: []Finding{young}, Checked: func(*Rule, string) bool { return true }}})
		})
		if open, mended := ids(list(t, k, everywhere, Filter{})), len(list(t, k, everywhere, Filter{State: Mended})); open != "work.too_young" || mended != 2 {
			t.Fatalf("after the import: %s, %d mended", open, mended)
		}
		in(func(tx *db.Tx) error { return Forget(ctx, tx, 9) })
		if open, excused := ids(list(t, k, everywhere, Filter{})), ids(list(t, k, everywhere, Filter{State: Excused})); open != "work.wage_low" || excused != "labour.none_working" {
			t.Errorf("after the undo: open %s, excused %s", open, excused)
		}
	})
}

// Two stretches of work that overlap are one finding, whichever of them the row
// states: it stands at the later one, where the look at the ledger has it too.
func TestOverlapStandsAtTheLaterSpell(t *testing.T) {
	early, late := spell(202301, 202308, city, 2, 4000_00), spell(202305, calendar.Open, far, 1, 4500_00)
	for name, s := range map[string]*Subject{
		"the row states the earlier": adult(works(late, early)),
		"the row states the later":   adult(works(early, late)),
		"the ledger":                 adult(works(early, late), ledger),
	} {
		found := 0
		for _, f := range Run(nil, s, settingsOfTest(), ScopeSpell) {
			if f.Rule.ID == "work.overlap" {
				if found++; f.Place() != "start@202305" {
					t.Errorf("%s: at %s", name, f.Place())
				}
			}
		}
		if found != 1 {
			t.Errorf("%s: found %d times", name, found)
		}
	}
}
