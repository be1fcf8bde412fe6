package sample

import (
	"maps"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

// Confirmation is a village's monthly entry for a month: it says of everybody
// who is in work at the month's end, and whom the month's file has not left
// out, that it is so. No layout of a file carries
// the word of the village; its page does.
type Confirmation struct {
	Village region.Code    `json:"village"`
	Month   calendar.Month `json:"month"`
}

// rounds are the months for which villages answer, counted back from End, and
// how many of a hundred do. The last round reaches the open month as well.
var rounds = []struct{ back, share int }{{0, 45}, {5, 12}}

// confirms reports whether a village answers for a month. It is decided by the
// village's code and the seed alone: the people do not depend on it.
func (w *world) confirms(village region.Code, m calendar.Month) bool {
	for i, r := range rounds {
		if m == w.End.Add(-r.back) {
			x := (uint64(village) + w.Seed + uint64(i)*7919) * 0x9e3779b97f4a7c15
			return int(x>>33%100) < r.share
		}
	}
	return false
}

// confirmations lists them by month and village.
func (w *world) confirmations() []Confirmation {
	villages := map[region.Code]bool{}
	for _, c := range w.counties {
		for _, h := range c.homes {
			villages[h.place.code] = true
		}
	}
	var out []Confirmation
	for i := len(rounds) - 1; i >= 0; i-- {
		m := w.End.Add(-rounds[i].back)
		for _, v := range slices.Sorted(maps.Keys(villages)) {
			if m >= w.first && w.confirms(v, m) {
				out = append(out, Confirmation{v, m})
			}
		}
	}
	return out
}

// confirmedBy reports whether the village saw a spell run at the end of a month
// from..to.
func (w *world) confirmedBy(p *person, s *spell, from, to calendar.Month) bool {
	for _, r := range rounds {
		m := w.End.Add(-r.back)
		if m >= from && m <= to && m >= w.first && s.active(m) && p.able() && w.confirms(p.home.place.code, m) && !p.passedOver(m) {
			return true
		}
	}
	return false
}

// passedOver: the month's file leaves the person's latest work out, and the
// village asks first.
func (p *person) passedOver(m calendar.Month) bool {
	var latest *spell
	for _, s := range p.spells {
		if !s.refused && s.active(m) && (latest == nil || s.start >= latest.start) {
			latest = s
		}
	}
	return latest != nil && latest.absent == m
}
