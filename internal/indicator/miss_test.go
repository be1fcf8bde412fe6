package indicator

import (
	"math/rand/v2"
	"slices"
	"testing"

	"wengang/internal/fact"
)

// TestMissesAgreesWithHolds: what counts misses nothing, everything else
// misses something.
func TestMissesAgreesWithHolds(t *testing.T) {
	seed := rand.New(rand.NewPCG(3, 4))
	none, some := 0, 0
	for range 20000 {
		k := Key(seed.Uint64()) & Used()
		if seed.IntN(2) == 0 {
			k |= Key(fact.Counted | fact.Working | fact.WorkedYear)
		}
		for _, d := range All() {
			if d.Kind != Count {
				continue
			}
			if got := d.Misses(k); (len(got) == 0) != d.Holds(k) {
				t.Fatalf("%s: %v, counts %v", d.ID, got, d.Holds(k))
			} else if len(got) == 0 {
				none++
			} else {
				some++
			}
		}
	}
	if none == 0 || some == 0 {
		t.Error("the test is blind")
	}
}

func TestMisses(t *testing.T) {
	for _, c := range []struct {
		id   string
		p    fact.PersonMonth
		want []Miss
	}{
		{"working", fact.PersonMonth{Flags: fact.Counted | fact.Able}, []Miss{"working"}},
		{"working", fact.PersonMonth{Flags: fact.Working}, []Miss{"counted"}},
		{"worked_year", fact.PersonMonth{Flags: fact.Counted}, []Miss{"worked_year"}},
		{"worked_year", fact.PersonMonth{Flags: fact.Dead | fact.WorkedYear}, nil},
		{"working_inside", fact.PersonMonth{Flags: fact.Counted | fact.Working, PlaceClass: fact.OutsideCounty}, []Miss{"place"}},
		{"channel_post", fact.PersonMonth{Flags: fact.Counted, Channel: fact.ChannelSelf}, []Miss{"working", "channel"}},
		{"risk_removed", fact.PersonMonth{Flags: fact.Counted | fact.RiskGone | fact.Monitored}, []Miss{"no_monitored"}},
	} {
		if got := MustGet(c.id).Misses(KeyOf(&c.p)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.id, got, c.want)
		}
	}
}
