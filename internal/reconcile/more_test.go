package reconcile_test

import (
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
	"wengang/internal/work"
)

// indicatorMonth is the n-th month from 2022-12 on.
func indicatorMonth(n int) calendar.Month { return calendar.Month(202212).Add(n) }

func newJob() work.NewSpell {
	return work.NewSpell{Start: 202310, Source: "走访", EndOthers: true, Term: fact.Term{WageFen: 300000, Employer: "厂", Place: 440307000000, Channel: fact.ChannelSelf, Industry: 3, PointToPoint: fact.No, TransportFen: -1}}
}

func mustID(t testing.TB, f *fixture, no string) int64 {
	t.Helper()
	index := secrettest.Box(t).BlindIndex(people.IndexID, no)
	refs, err := people.Lookup(ctx, f.db.Read, [][]byte{index})
	if err != nil || len(refs) != 1 {
		t.Fatalf("look up: %v %v", refs, err)
	}
	_ = region.Country
	return refs[string(index)].ID
}
