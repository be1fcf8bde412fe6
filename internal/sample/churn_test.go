package sample

import (
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// flow is what a month's work looks like in the whole sample.
type flow struct{ working, stable, unverified, begun, ended float64 }

func (w *world) flows() map[calendar.Month]*flow {
	out := map[calendar.Month]*flow{}
	for m := w.first; m <= w.End; m = m.Add(1) {
		out[m] = &flow{}
	}
	w.everybody(func(_ *county, p *person) {
		for m := w.first; m <= w.End; m = m.Add(1) {
			f, now, before := out[m], p.worksIn(m), p.worksIn(m.Add(-1))
			switch {
			case now:
				f.working++
				if p.workedIn(m.Add(-1)) && p.workedIn(m.Add(-2)) {
					f.stable++
				}
				if !before {
					f.begun++
				}
				continue
			case before:
				f.ended++
			}
			if p.able() && p.surveyed && p.willing == fact.Yes && !p.workedIn(m) && !p.workedIn(m.Add(-1)) {
				f.unverified++
			}
		}
	})
	return out
}

func (p *person) worksIn(m calendar.Month) bool {
	for _, s := range p.spells {
		if !s.refused && s.active(m) {
			return true
		}
	}
	return false
}

// TestChurn: away from the Spring Festival some of the workers begin and end
// every month, one in ten has not worked for three months in a row, and the
// whole grows a little from year to year.
func TestChurn(t *testing.T) {
	w := makeWorld(t, 40_000)
	all := w.flows()
	within := func(m calendar.Month, what string, got, low, high float64) {
		t.Helper()
		if got < low || got > high {
			t.Errorf("%s %s: %.3f, want %.3f to %.3f", m, what, got, low, high)
		}
	}
	for m, f := range all {
		if n := m.Num(); n < 6 || n > 11 {
			continue
		}
		within(m, "stable", f.stable/f.working, 0.84, 0.93)
		within(m, "begun", f.begun/f.working, 0.04, 0.1)
		within(m, "ended", f.ended/f.working, 0.04, 0.1)
		within(m, "unverified", f.unverified/f.working, 0.04, 0.09)
		within(m, "against the month before", f.working/all[m.Add(-1)].working, 0.98, 1.02)
		if last := all[m.Add(-12)]; last != nil {
			within(m, "against the year before", f.working/last.working, 1.02, 1.09)
			within(m, "unverified against the year before", f.unverified/last.unverified, 0.85, 1.25)
		}
	}
	// Work of 1 to 4 months, 以工代赈 and orders of workshops among it.
	short := map[int]int{}
	w.everybody(func(_ *county, p *person) {
		for _, s := range p.spells {
			if !s.planted && s.end != calendar.Open && s.end.Sub(s.start) < 4 {
				short[s.channel]++
			}
		}
	})
	for _, channel := range []int{fact.ChannelSelf, fact.ChannelEmployer, fact.ChannelOrganised, fact.ChannelWorkshop, fact.ChannelRelief, 7} {
		if short[channel] < 100 {
			t.Errorf("%d short jobs by channel %d", short[channel], channel)
		}
	}
}

// Everybody's jobs follow each other: none begins before the one before it has
// ended, except a job beside a public post.
func TestJobsFollowEachOther(t *testing.T) {
	w := makeWorld(t, 5_000)
	w.everybody(func(_ *county, p *person) {
		for i, s := range p.spells {
			if p.planted || i == 0 || p.spells[i-1].channel == fact.ChannelPost {
				continue
			}
			if before := p.spells[i-1]; s.start < before.end || s.start <= before.start || s.end <= s.start {
				t.Errorf("%d–%d after %d–%d", s.start, s.end, before.start, before.end)
			}
		}
	})
}

// What a city keeps itself stands beside what its counties keep, and every
// register has somebody to call.
func TestCityRegisters(t *testing.T) {
	dir, _ := generate(t, Options{Region: liaocheng, People: 1_000, Seed: 2})
	w := makeWorld(t, 1_000)
	if len(w.own.carriers["alliance"]) == 0 || len(w.own.carriers["brand"]) == 0 || len(w.own.carriers["base"]) == 0 {
		t.Errorf("the city keeps %v", w.own.carriers)
	}
	taken := map[string]bool{}
	w.everybody(func(_ *county, p *person) { taken[p.phone] = true })
	for _, c := range w.keepers() {
		for kind, all := range c.carriers {
			for _, k := range all {
				if len(k.phone) != 11 || k.phone[:3] != "154" || taken[k.phone] {
					t.Errorf("%s %s: phone %s", kind, k.name, k.phone)
				}
				taken[k.phone] = true
			}
		}
	}
	tr := readHead(t, dir)
	for _, kind := range []string{"alliance", "brand", "base"} {
		if tr.Registers[kind]["聊城市"] == 0 {
			t.Errorf("no %s of the city in the truth: %v", kind, tr.Registers[kind])
		}
	}
	one, err := newWorld(Options{Region: 371522000000, People: 400, Months: 24, Seed: 2, Dir: dir, Tree: w.tree})
	if err != nil {
		t.Fatal(err)
	}
	if one.foundCity(); one.own != nil {
		t.Error("a county has a city's registers")
	}
}
