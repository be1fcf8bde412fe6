// Package monthtest fills a database with invented people for the tests of
// months and figures.
package monthtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// The places of the ledger: two counties of one city, one of another.
const (
	City      = region.Code(371500000000)
	County    = region.Code(371522000000)
	Neighbour = region.Code(371521000000)
	Elsewhere = region.Code(411624000000) // 中西部
)

// Villages of the ledger, three towns in County.
var Villages = []region.Code{371522103201, 371522103202, 371522104201, 371522105203,
	371521001002, 371521101207, 411624100201, 411624100202}

// Audit keeps what was written.
type Audit struct{ Entries []audit.Entry }

// Write implements month.Auditor.
func (a *Audit) Write(_ context.Context, _ *db.Tx, _ account.Caller, e audit.Entry) error {
	a.Entries = append(a.Entries, e)
	return nil
}

// Officer closes months at a place, Reviewer opens them again.
func Officer(at region.Code) account.Caller { return caller(account.Officer, at) }

// Reviewer holds MonthReopen at a place.
func Reviewer(at region.Code) account.Caller { return caller(account.Reviewer, at) }

func caller(r account.Role, at region.Code) account.Caller {
	return account.Caller{UserID: 7, Login: "t", Grants: []account.Grant{{Role: r, Dept: account.DeptHR, Region: at}}}
}

// Fill writes n people with random lives between 2022-01 and 2023-12.
func Fill(t testing.TB, d *db.DB, seed uint64, n int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 5))
	err := d.Tx(context.Background(), func(tx *db.Tx) error {
		w := writer{tx: tx, rng: rng}
		for id := int64(1); id <= int64(n); id++ {
			if err := w.person(id); err != nil {
				return err
			}
		}
		return w.flush()
	})
	if err != nil {
		t.Fatal(err)
	}
}

type table struct{ rows [][]any }

type writer struct {
	tx                                                 *db.Tx
	rng                                                *rand.Rand
	persons, stays, kinds, states, spells, terms, seen table
	spell                                              int64
}

func (w *writer) flush() error {
	for _, t := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"household", []string{"id", "village", "created_at", "updated_at"}, [][]any{{1, int64(Villages[0]), 0, 0}}},
		{"person", []string{"id", "household_id", "village", "name", "birth", "id_cipher", "id_index", "id_mask", "skill", "willing", "student",
			"settlement", "status", "status_on", "in_on", "out_on", "out_reason", "created_at", "updated_at"}, w.persons.rows},
		{"residence", []string{"person_id", "since", "until", "village"}, w.stays.rows},
		{"person_kind", []string{"person_id", "kind", "since", "until", "risk_removed_on"}, w.kinds.rows},
		{"status_history", []string{"person_id", "since", "status", "recorded_at"}, w.states.rows},
		{"spell", []string{"person_id", "id", "start_month", "end_month", "created_at", "updated_at"}, w.spells.rows},
		{"spell_term", []string{"person_id", "spell_id", "from_month", "wage_fen", "employer", "place", "place_class", "channel"}, w.terms.rows},
		{"spell_seen", []string{"person_id", "spell_id", "month", "strength"}, w.seen.rows},
	} {
		if err := w.tx.Dialect.BulkInsert(context.Background(), w.tx, t.name, t.columns, t.rows); err != nil {
			return err
		}
	}
	return nil
}

// places of work: inside, in the neighbour, in the province, outside, abroad.
var places = []region.Code{County, Neighbour, 370100000000 + 2_000_000, 440305000000, region.HongKong, region.Abroad, Elsewhere}

func (w *writer) person(id int64) error {
	rng := w.rng
	village := Villages[rng.IntN(len(Villages))]
	out, reason, in := 0, 0, 0
	switch rng.IntN(12) {
	case 0:
		out, reason = 20220110+rng.IntN(2)*10000+rng.IntN(11)*100, 1+rng.IntN(2)
	case 1:
		in = 20220110 + rng.IntN(2)*10000 + rng.IntN(11)*100
	}
	w.persons.rows = append(w.persons.rows, []any{id, 1, int64(village), fmt.Sprintf("人%d", id), 19600101 + rng.IntN(40)*10000,
		[]byte{1}, []byte(fmt.Sprintf("%08d", id)), "0000", 1 + rng.IntN(4), rng.IntN(3), rng.IntN(30) / 29,
		rng.IntN(8) / 7, rng.IntN(6), 20230101 + rng.IntN(9)*100, in, out, reason, 0, 0})
	since := 201501
	if rng.IntN(8) == 0 {
		move := calendar.Month(202203).Add(rng.IntN(18))
		w.stays.rows = append(w.stays.rows, []any{id, since, int32(move.Add(-1)), int64(Villages[rng.IntN(len(Villages))])})
		since = int(move)
	}
	w.stays.rows = append(w.stays.rows, []any{id, since, int32(calendar.Open), int64(village)})
	for k := range rng.IntN(3) {
		kind := []int{fact.KindPoor, fact.KindEdge, fact.KindSudden, fact.KindOther}[rng.IntN(4)]
		until, gone := int(fact.Forever), 0
		if rng.IntN(8) == 0 {
			until = 20220630 + rng.IntN(2)*10000
		}
		if rng.IntN(8) == 0 {
			gone = 20220615
		}
		w.kinds.rows = append(w.kinds.rows, []any{id, kind, 20200101 + k, until, gone})
	}
	for k := range rng.IntN(3) {
		w.states.rows = append(w.states.rows, []any{id, 20220105 + rng.IntN(2)*10000 + rng.IntN(11)*100, 1 + rng.IntN(5), k})
	}
	for range rng.IntN(4) {
		w.work(id)
	}
	return nil
}

func (w *writer) work(id int64) {
	rng := w.rng
	w.spell++
	from := calendar.Month(202106).Add(rng.IntN(30))
	to := from.Add(rng.IntN(14))
	if rng.IntN(3) == 0 {
		to = calendar.Open
	}
	w.spells.rows = append(w.spells.rows, []any{id, w.spell, int32(from), int32(to), 0, 0})
	for k := range 1 + rng.IntN(2) {
		wage := int64(200000 + rng.IntN(300000))
		if rng.IntN(5) == 0 {
			wage = -1
		}
		w.terms.rows = append(w.terms.rows, []any{id, w.spell, int32(from.Add(k * 3)), wage, fmt.Sprintf("厂%d", rng.IntN(5)),
			int64(places[rng.IntN(len(places))]), 0, rng.IntN(8)})
	}
	if rng.IntN(2) == 0 {
		w.seen.rows = append(w.seen.rows, []any{id, w.spell, int32(from.Add(rng.IntN(10))), 1 + rng.IntN(3)})
	}
}

// Person adds one person who works since a month, for stories.
func Person(t testing.TB, d *db.DB, id int64, village region.Code, since calendar.Month) {
	t.Helper()
	err := d.Tx(context.Background(), func(tx *db.Tx) error {
		w := writer{tx: tx}
		w.persons.rows = [][]any{{id, 1, int64(village), "甲", 19850101, []byte{1}, []byte(fmt.Sprintf("%08d", id)), "0000", 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}}
		w.stays.rows = [][]any{{id, 201501, int32(calendar.Open), int64(village)}}
		w.kinds.rows = [][]any{{id, fact.KindPoor, 20150101, int(fact.Forever), 0}}
		w.spells.rows = [][]any{{id, id*10 + 1, int32(since), int32(calendar.Open), 0, 0}}
		w.terms.rows = [][]any{{id, id*10 + 1, int32(since), 300000, "厂", int64(County), fact.InsideCounty, fact.ChannelSelf}}
		w.seen.rows = [][]any{{id, id*10 + 1, 202311, 2}}
		for _, q := range []string{`DELETE FROM household WHERE id = 1`} {
			if _, err := tx.ExecContext(context.Background(), q); err != nil {
				return err
			}
		}
		return w.flush()
	})
	if err != nil {
		t.Fatal(err)
	}
}
