package account

import (
	"wengang/internal/calendar"
	"wengang/internal/region"
)

// Inspection is what an inspector from outside may read, and by which
// document (督查、审计). All bounds are included.
type Inspection struct {
	ID         int64
	UserID     int64
	DocNumber  string
	DocTitle   string
	Places     []region.Code
	First      calendar.Date // of access
	Last       calendar.Date
	FirstMonth calendar.Month // of the data
	LastMonth  calendar.Month
	Reveal     bool // single values may be opened
	GrantedBy  int64
	GrantedAt  int64 // Unix ms
	EndedAt    int64 // Unix ms, 0 not ended early
}

// Open reports that the document allows access on a day.
func (i *Inspection) Open(on calendar.Date) bool {
	return i.EndedAt == 0 && i.First <= on && on <= i.Last
}

// Covers reports that data of a month may be read.
func (i *Inspection) Covers(m calendar.Month) bool { return i.FirstMonth <= m && m <= i.LastMonth }
