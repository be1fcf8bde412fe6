package target

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Red is how a place stands to the line of 不发生规模性失业返贫 (A050). The
// notices name no number: without a setting there is a figure and no line.
type Red struct {
	Region  region.Code
	Month   calendar.Month
	Known   bool
	Jobless int64 // able, willing and without work
	Base    int64 // able and willing

	// ShareLimit is in per mille, of the place or the nearest above; CountLimit
	// holds for the place for which it was set and no other. 0 is off.
	ShareLimit, CountLimit   int
	ShareSource, CountSource string
	ShareCrossed             bool
	CountCrossed             bool
}

// Set reports that there is a line.
func (r Red) Set() bool { return r.ShareLimit > 0 || r.CountLimit > 0 }

// Crossed reports that the place stands above a line.
func (r Red) Crossed() bool { return r.ShareCrossed || r.CountCrossed }

// Share of jobless among the able and willing, 0 to 1; -1 unknown.
func (r Red) Share() float64 {
	if !r.Known || r.Base <= 0 {
		return -1
	}
	return float64(r.Jobless) / float64(r.Base)
}

// RedLine is how a place stands to the red line at the end of a month, as
// closed: for pages, the board and alerts. It costs two figures and one query
// of settings. A place outside the scope is NotFound.
func (s *Store) RedLine(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) (Red, error) {
	out := Red{Region: at, Month: m}
	if !scope.Contains(at) {
		return out, errNotFound
	}
	stored, err := setting.Load(ctx, s.db.Read, at)
	if err != nil {
		return out, err
	}
	v := setting.Resolve(stored, at, m.Year())
	out.ShareLimit = v.Int(RedShare)
	if o, ok := setting.Origin(stored, RedShare, at, m.Year()); ok {
		out.ShareSource = o.Source
	}
	if o, ok := setting.Origin(stored, RedCount, at, m.Year()); ok && o.Region == at {
		out.CountLimit, out.CountSource = int(o.Value), o.Source
	}
	for id, into := range map[string]*int64{"jobless": &out.Jobless, "able_willing": &out.Base} {
		n, known, err := s.figures.Value(ctx, scope, id, at, m)
		if err != nil {
			return out, fmt.Errorf("red line: %w", err)
		}
		if !known {
			return out, nil
		}
		*into = n
	}
	out.Known = true
	// Exact: jobless/base > limit/1000.
	out.ShareCrossed = out.ShareLimit > 0 && out.Base > 0 && out.Jobless*1000 > int64(out.ShareLimit)*out.Base
	out.CountCrossed = out.CountLimit > 0 && out.Jobless > int64(out.CountLimit)
	return out, nil
}
