package month

import (
	"reflect"
	"testing"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// TestLoadBothWays: a county's facts are the same whether they are read as a
// place, person by person, from people who stand together or far apart, beside
// an import that is being saved or not.
func TestLoadBothWays(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		monthtest.Fill(t, d, 3, 300)
		exec := func(query string, args ...any) {
			t.Helper()
			if err := d.Tx(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, query, args...); return err }); err != nil {
				t.Fatal(err)
			}
		}
		same := func(where string) []Facts {
			t.Helper()
			var place, each []Facts
			err := d.Snapshot(ctx, func(q db.Querier) (err error) {
				if place, err = loadPlace(ctx, q, region.ScopeOf(county), county); err != nil {
					return err
				}
				ids := make([]int64, len(place))
				for i := range place {
					ids[i] = place[i].ID
				}
				each, err = loadIDs(ctx, q, ids)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(place) == 0 || !reflect.DeepEqual(place, each) {
				t.Errorf("%s: the place has %d people, one by one %d, or their facts differ", where, len(place), len(each))
			}
			return place
		}
		together := len(same("together"))

		// Far apart: one lives here and has moved, one has left, one is hidden.
		const here, left, hidden = 900_001, 900_002, 900_003
		for _, id := range []int64{here, left, hidden} {
			monthtest.Person(t, d, id, villageA, 202001)
		}
		exec(`UPDATE person SET village = $1 WHERE id = $2`, int64(villageC), left)
		exec(`UPDATE residence SET until = 202306 WHERE person_id = $1`, left)
		exec(`INSERT INTO residence (person_id, since, village) VALUES ($1, 202307, $2)`, left, int64(villageC))
		exec(`UPDATE person SET batch_id = 77 WHERE id = $1`, hidden)
		for _, at := range []int{2, 1, 3} {
			exec(`INSERT INTO status_history (person_id, since, status, recorded_at) VALUES ($1, 20230101, $2, $3)`, here, at, at)
			exec(`INSERT INTO register_member (register_id, id, person_id, started_on, created_at, updated_at) VALUES ($1, $4, $2, $3, 0, 0)`, at, here, 20230100+4-at, at)
			exec(`INSERT INTO register (id, kind, region, name, name_key, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 0, 0)`,
				at, map[bool]string{true: "settlement", false: "workshop"}[at != 3], int64(county), "例"+string(rune('0'+at)), string(rune('0'+at)))
		}
		exec(`INSERT INTO spell (person_id, id, start_month, created_at, updated_at) VALUES ($1, 5000002, 202301, 0, 0), ($1, 5000001, 202201, 0, 0)`, here)
		exec(`INSERT INTO spell_term (person_id, spell_id, from_month) VALUES ($1, 5000002, 202305), ($1, 5000001, 202201), ($1, 5000002, 202301)`, here)
		exec(`INSERT INTO spell_seen (person_id, spell_id, month) VALUES ($1, 5000002, 202306), ($1, 5000002, 202302)`, here)
		exec(`INSERT INTO spell_seen (person_id, spell_id, month, batch_id) VALUES ($1, 5000002, 202307, 77)`, here)

		for _, saving := range []bool{false, true} {
			want := together + 3
			if saving {
				exec(`INSERT INTO hidden_batch (batch_id) VALUES (77)`)
				want--
			}
			apart := same("apart")
			if len(apart) != want {
				t.Fatalf("saving %t: %d people, want %d", saving, len(apart), want)
			}
			var f *Facts
			for i := range apart {
				switch p := &apart[i]; p.ID {
				case here:
					f = p
				case left:
					if len(p.Stays) != 2 || p.Stays[1].Village != villageC {
						t.Errorf("stays of the one who left: %+v", p.Stays)
					}
				}
			}
			var states []int
			for _, s := range f.States {
				states = append(states, s.Status)
			}
			if !reflect.DeepEqual(states, []int{1, 2, 3}) {
				t.Errorf("statuses of one day in the order %v", states)
			}
			if len(f.Homes) != 2 || f.Homes[0].Settlement != 2 || f.Homes[1].Settlement != 1 {
				t.Errorf("homes %+v", f.Homes)
			}
			last := spellOf(f, 5000002)
			if len(last.Terms) != 2 || last.Terms[0].From != 202301 || last.Terms[1].From != 202305 {
				t.Errorf("terms %+v", last.Terms)
			}
			seen := []fact.Seen{{Month: 202302, Strength: 1}, {Month: 202306, Strength: 1}, {Month: 202307, Strength: 1}}
			if saving {
				seen = seen[:2]
			}
			if !reflect.DeepEqual(last.Seen, seen) {
				t.Errorf("seen %+v, want %+v", last.Seen, seen)
			}
		}
	})
}
