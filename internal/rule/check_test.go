package rule

import (
	"context"
	"strings"
	"testing"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

const ordinary = "sex = 1, birth = 19880229, ethnic = 1, relation = 1, education = 3, health = 1, skill = 1"

func putAid(t *testing.T, d *db.DB, person, batch int64, a fact.Aid) {
	t.Helper()
	var account any
	if a.Account != "" {
		account = []byte(a.Account)
	}
	exec(t, d, `INSERT INTO person_aid (person_id, batch_id, stated, answers, risks, measures, post_kinds, post_months, wage_fen, account_index)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, person, batch, int64(a.Stated), a.Pack(), int64(a.Risks), int64(a.Measures), a.PostKinds, a.PostMonths, a.WageFen, account)
}

func putSpell(t *testing.T, d *db.DB, person int64, from, to calendar.Month, place region.Code, fen int64, employer string) {
	t.Helper()
	exec(t, d, `INSERT INTO spell (person_id, id, start_month, end_month, created_at, updated_at) VALUES ($1, $2, $3, $4, 1, 1)`, person, person*100+int64(from%100), int64(from), int64(to))
	exec(t, d, `INSERT INTO spell_term (person_id, spell_id, from_month, wage_fen, place, place_class, channel, employer) VALUES ($1, $2, $3, $4, $5, 1, 1, $6)`,
		person, person*100+int64(from%100), int64(from), fen, int64(place), employer)
}

func check(t *testing.T, k *Desk, whole bool) Checked {
	t.Helper()
	c, err := k.Check(context.Background(), everywhere, region.Country, whole, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func of(t *testing.T, k *Desk, person int64) string {
	t.Helper()
	var out []string
	for _, i := range list(t, k, everywhere, Filter{PersonID: person}) {
		out = append(out, i.Rule.ID)
	}
	return sorted(out)
}

// What only the ledger as a whole can tell: one phone, one account, one odd
// wage, one name twice; measures of a household against its members' work.
func TestWhatTheWholeLedgerShows(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		for id := int64(1); id <= 8; id++ {
			put(t, d, id, home, id, ordinary)
		}
		// A phone of two households; of one household it is no clue.
		exec(t, d, `UPDATE person SET phone_index = $1 WHERE id IN (1, 2)`, []byte("p"))
		put(t, d, 9, home, 3, strings.Replace(ordinary, "relation = 1", "relation = 3", 1))
		exec(t, d, `UPDATE person SET phone_index = $1 WHERE id IN (3, 9)`, []byte("q"))
		putSpell(t, d, 3, 202305, calendar.Open, 371502000000, 4000_00, "甲厂")
		putSpell(t, d, 9, 202305, calendar.Open, 320583000000, 4100_00, "乙厂")
		// An account of two households, the older statement of a third.
		shared := fact.NoAid()
		shared.Account = "a"
		putAid(t, d, 4, 1, shared)
		putAid(t, d, 5, 1, shared)
		putAid(t, d, 6, 1, shared)
		other := shared
		other.Account = "b"
		putAid(t, d, 6, 2, other)
		// Twins by name and birth, in one village.
		exec(t, d, `UPDATE person SET name = '甲乙' WHERE id IN (7, 8)`)
		// The same odd wage five times; a round one is nobody's.
		for id := int64(11); id <= 15; id++ {
			put(t, d, id, home+1, id, ordinary)
			putSpell(t, d, id, 202305, calendar.Open, near, 3257_36, "丙厂")
		}
		for id := int64(21); id <= 25; id++ {
			put(t, d, id, home+1, id, ordinary)
			putSpell(t, d, id, 202305, calendar.Open, near, 3200_00, "丙厂")
		}
		// A monitored household with a measure of work, and nobody who works.
		put(t, d, 31, home+2, 31, ordinary)
		exec(t, d, `INSERT INTO person_kind (person_id, kind, since, risk) VALUES (31, 2, 20230301, 2)`)
		a := fact.NoAid()
		a.Stated, a.Measures = fact.StatedMeasures, fact.AidPlaced|fact.AidExport
		putAid(t, d, 31, 1, a)
		check(t, k, true)
		for person, want := range map[int64]string{1: "phone.shared", 2: "phone.shared", 3: "phone.counties", 9: "phone.counties", 4: "account.shared", 5: "account.shared", 6: "",
			7: "person.twin", 8: "person.twin", 11: "work.wage_copied", 15: "work.wage_copied", 21: "",
			31: "measure.export_no_new measure.export_nobody_out measure.job_never_worked measure.job_nobody_now"} {
			if got := of(t, k, person); got != want {
				t.Errorf("person %d: %s; want %s", person, got, want)
			}
		}
		// Somebody goes to work outside: three of the four are settled, by the look.
		putSpell(t, d, 31, 202304, calendar.Open, 320583000000, 4000_00, "丁厂")
		exec(t, d, `UPDATE spell_term SET place_class = 3 WHERE person_id = 31`)
		check(t, k, true)
		if got := of(t, k, 31); got != "" {
			t.Errorf("after work outside: %s", got)
		}
		var how int
		if err := d.Read.QueryRow(`SELECT min(closed_how) FROM finding WHERE person_id = 31`).Scan(&how); err != nil || Closing(how) != ByRecheck {
			t.Errorf("closed by %d, %v", how, err)
		}
	})
}

// Between whole looks only the villages with a change are looked at: an edit, an
// import, an undone one; a new setting, a new month or a week makes it whole.
func TestOnlyWhatChangedIsLookedAt(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		now := testkit.Now
		d.Clock = func() time.Time { return now }
		put(t, d, 1, home, 1, ordinary)
		put(t, d, 2, home+1, 2, ordinary)
		put(t, d, 3, home+2, 3, ordinary)
		if c := check(t, k, false); !c.Whole || c.People != 3 {
			t.Fatalf("the first look: %+v", c)
		}
		now = now.Add(time.Hour)
		if c := check(t, k, false); c.Whole || c.People != 0 {
			t.Errorf("nothing changed: %+v", c)
		}
		exec(t, d, `UPDATE person SET skill = 4`) // all three, of which only two are known to the history
		exec(t, d, `INSERT INTO field_change (person_id, id, at, entity, field) VALUES (1, 500, 1, 'person', 'skill')`)
		exec(t, d, `INSERT INTO import_batch (id, kind, region, state, file_name, file_hash, file_size, created_at, effect_seq) VALUES (7, 'people', 371522000000, 'done', 'x', $1, 1, 1, 3)`, []byte{1})
		exec(t, d, `INSERT INTO field_change (person_id, id, at, entity, field, batch_id) VALUES (2, 501, 1, 'person', 'skill', 7)`)
		now = now.Add(time.Hour)
		if c := check(t, k, false); c.Whole || c.People != 2 || c.Found != 2 {
			t.Errorf("one edit, one import: %+v", c)
		}
		exec(t, d, `UPDATE import_batch SET state = 'undone', effect_seq = 4`)
		now = now.Add(time.Hour)
		if c := check(t, k, false); c.Whole || c.People != 3 {
			t.Errorf("an undo in the county: %+v", c)
		}
		exec(t, d, `INSERT INTO setting (region, name, year, value, source, changed_by, changed_at) VALUES (371522000000, 'rule.work_age', 0, '15', 'x', 1, 1)`)
		if c := check(t, k, false); !c.Whole {
			t.Errorf("a setting changed: %+v", c)
		}
		now = now.AddDate(0, 0, 8)
		if c := check(t, k, false); !c.Whole {
			t.Errorf("a week later: %+v", c)
		}
		// Who sees one county leaves no mark for the whole.
		if _, err := k.Check(context.Background(), region.ScopeOf(371522000000), region.Country, true, nil); err != nil {
			t.Fatal(err)
		}
		var runs int
		if err := d.Read.QueryRow(`SELECT count(*) FROM check_run`).Scan(&runs); err != nil || runs != 6 {
			t.Errorf("%d runs noted, %v", runs, err)
		}
	})
}

// A finding has somebody who clears it and a day; it closes when the person
// leaves; an exception holds until its day whatever happens in between.
func TestDueExceptedGone(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx, k := context.Background(), newDesk(t, d)
		now := testkit.Now // 2023-12-10, a Sunday
		d.Clock = func() time.Time { return now }
		put(t, d, 1, home, 1, strings.Replace(ordinary, "skill = 1", "skill = 4", 1))
		put(t, d, 2, home, 2, strings.Replace(ordinary, "skill = 1", "skill = 2", 1))
		check(t, k, true)
		lost := list(t, k, everywhere, Filter{PersonID: 1})[0]
		idle := list(t, k, everywhere, Filter{PersonID: 2})[0]
		if lost.Due != 20231229 || lost.Owner != region.Town || idle.Owner != region.Village || idle.Due <= lost.Due {
			t.Errorf("due %s at level %d, the clue %s at %d", lost.Due, lost.Owner, idle.Due, idle.Owner)
		}
		if err := k.Excuse(ctx, everywhere, clerk, lost.ID, "残疾证办理中", 20231220); err != nil {
			t.Fatal(err)
		}
		// Mended for a day and found again: the exception holds.
		exec(t, d, `UPDATE person SET skill = 1 WHERE id = 1`)
		check(t, k, true)
		exec(t, d, `UPDATE person SET skill = 4 WHERE id = 1`)
		check(t, k, true)
		if got := list(t, k, everywhere, Filter{PersonID: 1, State: Excused}); len(got) != 1 {
			t.Errorf("excepted: %+v", got)
		}
		now = now.AddDate(0, 0, 12)
		if c := check(t, k, false); c.Whole == false && c.People != 2 {
			t.Errorf("after the exception: %+v", c)
		}
		if got := list(t, k, everywhere, Filter{PersonID: 1}); len(got) != 1 || got[0].Due <= 20231222 {
			t.Errorf("open again: %+v", got)
		}
		exec(t, d, `UPDATE person SET out_on = 20231215, out_reason = 1 WHERE id = 1`)
		check(t, k, true)
		gone := list(t, k, everywhere, Filter{PersonID: 1, State: Mended})
		if len(gone) != 1 || gone[0].How != ByLeaving {
			t.Errorf("gone: %+v", gone)
		}
	})
}

// An edit settles what it makes true for the other members of the household.
func TestAnEditSettlesTheHousehold(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx, k := context.Background(), newDesk(t, d)
		put(t, d, 1, home, 1, ordinary)
		put(t, d, 2, home, 1, ordinary)
		check(t, k, true)
		if of(t, k, 1) != "household.two_heads" || of(t, k, 2) != "household.two_heads" {
			t.Fatalf("%s, %s", of(t, k, 1), of(t, k, 2))
		}
		exec(t, d, `UPDATE person SET relation = 3 WHERE id = 2`)
		exec(t, d, `INSERT INTO field_change (person_id, id, at, entity, field, by_user) VALUES (2, 500, 1, 'person', 'relation', 7)`)
		after := &Subject{Today: calendar.DateAt(testkit.Now), Person: &fact.Person{ID: 2, HouseholdID: 1, Village: home, Sex: 1, Birth: 19880229, Ethnic: 1, Relation: 3, Education: 3, Health: 1, Skill: 1}}
		found, err := k.Run(ctx, d.Read, home, after)
		if err != nil || len(found) != 0 {
			t.Fatalf("found %v, %v", found, err)
		}
		keep(t, d, k, 2, home, found...)
		if of(t, k, 1) != "" || of(t, k, 2) != "" {
			t.Errorf("after the edit: %s, %s", of(t, k, 1), of(t, k, 2))
		}
		mended := list(t, k, everywhere, Filter{PersonID: 2, State: Mended})
		if len(mended) != 1 || mended[0].How != ByEdit || mended[0].ClosedBy != 7 || mended[0].ClosedChange != 500 {
			t.Errorf("mended: %+v", mended)
		}
	})
}

// Two villages report one person: every file moves the record, and the third
// one is a lead. Moves on a page are decisions.
func TestTwoVillagesReportOnePerson(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		at := db.Millis(testkit.Now.AddDate(0, -2, 0))
		for id := int64(1); id <= 3; id++ {
			put(t, d, id, home, id, ordinary)
		}
		move := func(person, id, batch, at int64) {
			exec(t, d, `INSERT INTO field_change (person_id, id, at, entity, field, batch_id) VALUES ($1, $2, $3, 'residence', 'village', $4)`, person, id, at, batch)
		}
		move(1, 501, 7, at)
		move(1, 502, 8, at+1)
		move(2, 503, 7, at)
		move(2, 504, 0, at+1) // on a page
		move(3, 505, 7, at)
		move(3, 506, 8, db.Millis(testkit.Now.AddDate(-2, 0, 0)))
		check(t, k, true)
		if of(t, k, 1) != "person.two_villages" || of(t, k, 2) != "" || of(t, k, 3) != "" {
			t.Errorf("%s; %s; %s", of(t, k, 1), of(t, k, 2), of(t, k, 3))
		}
	})
}

// Public posts that a people file stated are known to the ledger: the look at it
// closes what no longer holds, and only then.
func TestPostsOfTheLists(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		put(t, d, 1, home, 1, strings.Replace(ordinary, "birth = 19880229", "birth = 19500229", 1)+", allowance = 1")
		a := fact.NoAid()
		a.Stated, a.PostKinds, a.PostMonths = fact.StatedPost, 1, 6
		putAid(t, d, 1, 1, a)
		check(t, k, true)
		if got := of(t, k, 1); got != "labour.old post.too_old" {
			t.Fatalf("found %s", got)
		}
		a.PostKinds, a.PostMonths = 0, -1
		putAid(t, d, 1, 2, a)
		check(t, k, true)
		if got := of(t, k, 1); got != "labour.old" {
			t.Errorf("after the post: %s", got)
		}
	})
}

func TestTheNightIsNotMissed(t *testing.T) {
	d := testkit.SQLite(t)
	ctx, k := context.Background(), newDesk(t, d)
	day := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, c := range []struct {
		at   string
		due  bool
		runs bool
	}{
		{"2023-12-10 09:00", true, true},                                       // never yet
		{"2023-12-10 20:00", false, false}, {"2023-12-11 02:00", false, false}, // seventeen hours ago
		{"2023-12-11 03:00", true, true}, {"2023-12-11 05:00", false, false}, {"2023-12-12 01:00", true, true},
		{"2023-12-13 06:30", false, false}, // the machine was off in the night
		{"2023-12-13 07:00", true, true},
	} {
		d.Clock = func() time.Time { return day(c.at) }
		due, err := k.NightlyDue(ctx)
		if err != nil || due != c.due {
			t.Errorf("%s: due %v, %v", c.at, due, err)
		}
		if c.runs {
			if _, err := k.Nightly(ctx, everywhere); err != nil {
				t.Fatal(err)
			}
		}
	}
}
