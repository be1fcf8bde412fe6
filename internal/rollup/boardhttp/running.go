package boardhttp

import (
	"wengang/internal/calendar"
)

// running reports that the page's month has not ended: its figures are what has
// been reported so far, and no month that has ended compares with them (ADR 35).
func (a *asked) running() bool { return a.month >= calendar.MonthAt(a.today) }

// runningReason says so, with the day up to which facts came.
func (a *asked) runningReason() string {
	return a.r.T("board.running.reason", a.asOf())
}

// asOf is the day of the clock as 12-10.
func (a *asked) asOf() string { return a.today.Format("01-02") }
