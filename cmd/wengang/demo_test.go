package main

import (
	"testing"
	"time"

	"wengang/internal/app"
)

// In the served sample an import could never be undone: with a clock that stood
// still, the months had been closed at the very instant of every later import.
func TestTheSamplesClockGoesOnWithinItsDay(t *testing.T) {
	now := time.Unix(0, 0)
	from := app.DemoDay.Time().Add(demoHour)
	clock := dayClock(from, func() time.Time { return now })
	first := clock()
	now = now.Add(time.Second)
	if !first.Equal(from) || !clock().After(first) {
		t.Errorf("%s, a second later %s", first, clock())
	}
	now = now.Add(40 * 24 * time.Hour)
	if got := clock(); got.Format("2006-01-02 15:04") != "2023-12-10 23:59" {
		t.Errorf("weeks later %s", got)
	}
}
