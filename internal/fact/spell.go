package fact

import (
	"wengang/internal/calendar"
	"wengang/internal/region"
)

// Spell is one stretch of work. Its terms are dated by month: July's wage does
// not rewrite January's.
type Spell struct {
	ID        int64
	PersonID  int64
	Start     calendar.Month
	End       calendar.Month // calendar.Open while it runs
	EndReason string
	Source    string
	Terms     []Term // ascending From; at least one
	Seen      []Seen // ascending Month
}

// Term holds from From until the next term of the spell.
type Term struct {
	From         calendar.Month
	WageFen      int64 // per month; -1 unknown
	Employer     string
	Place        region.Code // county-level code, or a pseudo code of 港澳台 and 境外
	PlaceClass   int
	Channel      int
	Industry     int
	PointToPoint int   // 是否点对点输送, YesNo
	TransportFen int64 // 年度交通费补助; -1 unknown
}

// Seen says that a source saw the spell running in a month.
type Seen struct {
	Month    calendar.Month
	Strength int
}

// Touches reports whether the spell has at least a day in the month (the
// records have month precision).
func (s *Spell) Touches(m calendar.Month) bool { return s.Start <= m && m <= s.End }

// ActiveAtEnd reports whether the spell runs at the end of m. A spell whose
// last month is m has ended by then unless it is still open.
func (s *Spell) ActiveAtEnd(m calendar.Month) bool { return s.Start <= m && m < s.End }

// TermIn is the term in force in month m, or nil before the first.
func (s *Spell) TermIn(m calendar.Month) *Term {
	for i := len(s.Terms) - 1; i >= 0; i-- {
		if s.Terms[i].From <= m {
			return &s.Terms[i]
		}
	}
	return nil
}

// LastSeen is the latest confirmation up to month m, zero if none.
func (s *Spell) LastSeen(m calendar.Month) Seen {
	for i := len(s.Seen) - 1; i >= 0; i-- {
		if s.Seen[i].Month <= m {
			return s.Seen[i]
		}
	}
	return Seen{}
}

// ClassOf derives the place class from the home village and the place of work
// by six-digit county code (semantics, People and places).
func ClassOf(home, work region.Code) int {
	if work == 0 {
		return 0
	}
	switch p := work.At(region.Province); p {
	case 710000000000, 810000000000, 820000000000:
		return HMT
	case 990000000000:
		return Abroad
	default:
		switch {
		case work.County6() == home.County6():
			return InsideCounty
		case p == home.At(region.Province):
			return OutsideCounty
		}
		return OutsideProvince
	}
}
