package indicator

import (
	"math/bits"

	"wengang/internal/fact"
)

// Miss names one condition of a count that a person-month does not meet; its
// words stand in the catalogue under "reconcile.why.<miss>".
type Miss string

// misses are the flags by name, in the order in which a calibre is read: the
// population first, then what the figure asks of it.
var misses = []struct {
	flag fact.Flag
	name Miss
}{
	{fact.Counted, "counted"}, {fact.Monitored, "monitored"}, {fact.RiskGone, "risk_gone"}, {fact.Dead, "dead"},
	{fact.WorkedYear, "worked_year"}, {fact.Working, "working"}, {fact.Post, "post"}, {fact.Workshop, "workshop"},
	{fact.Jobless, "jobless"}, {fact.Able, "able"}, {fact.Willing, "willing"}, {fact.Stable, "stable"},
	{fact.Confirmed, "confirmed"}, {fact.Unverified, "unverified"}, {fact.LostWork, "lost_work"}, {fact.NewWork, "new_work"},
	{fact.LeftWork, "left_work"}, {fact.MovedIn, "moved_in"}, {fact.InSchool, "in_school"}, {fact.WagePartial, "wage_partial"},
	{fact.Entered, "entered"}, {fact.Gone, "gone"}, {fact.DiedNow, "died_now"}, {fact.MovedOut, "moved_out"},
	{fact.OneEmployer, "one_employer"}, {fact.LastYear, "last_year"}, {fact.Again, "again"}, {fact.Changed, "changed"},
	{fact.CameHome, "came_home"}, {fact.YearConfirmed, "year_confirmed"},
}

// parts are the conditions beside the flags.
var parts = []struct {
	mask Key
	name Miss
}{
	{7 << placeShift, "place"}, {7 << yearShift, "year_place"}, {15 << channelShift, "channel"},
	{1 << settledBit, "settled"}, {1 << wageBit, "wage"}, {0x7ff << kindShift, "kind"},
	{1 << run6Bit, "run6"}, {1 << run12Bit, "run12"}, {7 << bandShift, "band"},
}

// Misses lists what a person-month lacks to count, in the calibre's order, of
// the alternative that comes nearest; none where it counts. A flag that must
// not be set has "no_" before its name.
func (d *Def) Misses(k Key) []Miss {
	var best []Miss
	for i, t := range d.Any {
		got := t.misses(k)
		if len(got) == 0 {
			return nil
		}
		if i == 0 || len(got) < len(best) {
			best = got
		}
	}
	return best
}

func (t Test) misses(k Key) []Miss {
	differ := (k ^ t.Want) & t.Mask
	if differ == 0 {
		return nil
	}
	out := make([]Miss, 0, bits.OnesCount64(uint64(differ)))
	for _, m := range misses {
		switch f := Key(m.flag); {
		case differ&f == 0:
		case t.Want&f != 0:
			out = append(out, m.name)
		default:
			out = append(out, "no_"+m.name)
		}
	}
	for _, p := range parts {
		if differ&p.mask != 0 {
			out = append(out, p.name)
		}
	}
	return out
}

// FlagsOf reads the flags out of a key. Flags that no indicator tests may be
// missing in keys of the columnar cache.
func FlagsOf(k Key) fact.Flag { return fact.Flag(uint32(k)) }

// Conditions lists every word that Misses can answer, for the catalogue's test.
func Conditions() []Miss {
	var out []Miss
	for _, m := range misses {
		out = append(out, m.name, "no_"+m.name)
	}
	for _, p := range parts {
		out = append(out, p.name)
	}
	return out
}
