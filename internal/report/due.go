package report

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// The settings of due dates: by how many working days the places of a level
// report before the form's own day, so that the level above can review.
const (
	DueCity   = "report.due_city"
	DueCounty = "report.due_county"
	DueTown   = "report.due_town"
)

func init() {
	const source = "A182：市每季度末月 15 日前报省厅；下级提前的天数由汇总单位定"
	setting.Register(
		setting.Def{Name: DueCity, Default: 0, Min: 0, Max: 20, Source: source},
		setting.Def{Name: DueCounty, Default: 3, Min: 0, Max: 20, Source: source},
		setting.Def{Name: DueTown, Default: 5, Min: 0, Max: 20, Source: source},
	)
}

// Terms are what a unit has to keep to in a period.
type Terms struct {
	Due      calendar.Date // by when it reports
	CutoffOn calendar.Date // facts up to this day count
	CutoffAt int64         // records received by then count (Unix ms), 0: all
}

// Call is what a unit that asks sets for a period.
type Call struct {
	Form     string
	Period   Period
	Region   region.Code
	CutoffOn calendar.Date // 0: the form's own
	CutoffAt int64         // Unix ms, 0: everything received
	DueOn    calendar.Date // for the places directly below; 0: by the settings
	Reason   string
	ByName   string
	At       int64
}

// term resolves terms for many units at once.
type term struct {
	stored []setting.Stored
	calls  map[region.Code]map[string]Call // by asker, then form and period
}

// terms loads what the units at a place and below have to keep to.
func (s *Store) terms(ctx context.Context, q db.Querier, at region.Code) (*term, error) {
	stored, err := setting.Load(ctx, q, at)
	if err != nil {
		return nil, err
	}
	t := &term{stored: stored, calls: map[region.Code]map[string]Call{}}
	lo, hi := at.Range()
	rows, err := q.QueryContext(ctx, `
		SELECT form, period, region, cutoff_on, cutoff_at, due_on, reason, set_name, set_at FROM report_call
		WHERE region IN ($1, $2, $3) OR (region >= $4 AND region < $5)`,
		int64(region.Country), int64(at.At(region.Province)), int64(at.At(region.City)), int64(lo), int64(hi))
	if err != nil {
		return nil, fmt.Errorf("calls: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c Call
		var period string
		if err := rows.Scan(&c.Form, &period, &c.Region, &c.CutoffOn, &c.CutoffAt, &c.DueOn, &c.Reason, &c.ByName, &c.At); err != nil {
			return nil, fmt.Errorf("calls: %w", err)
		}
		if c.Period, err = ParsePeriod(period); err != nil {
			return nil, err
		}
		if t.calls[c.Region] == nil {
			t.calls[c.Region] = map[string]Call{}
		}
		t.calls[c.Region][c.Form+" "+period] = c
	}
	return t, rows.Err()
}

// of answers the terms of a unit: the date of the nearest place above that said
// one, of the one directly above as it stands. Of several cut-offs the earliest
// holds: nobody puts off what the place above has set.
func (t *term) of(f *Form, at region.Code, p Period) Terms {
	out := Terms{Due: f.Due(p), CutoffOn: f.Due(p)}
	lead := setting.Resolve(t.stored, at, p.Year).Int(leadOf(at.Level()))
	cut := false
	for asker := at; ; asker = asker.Parent() {
		c, said := t.calls[asker][f.ID+" "+p.String()]
		if said && c.CutoffOn != 0 && (!cut || c.CutoffOn < out.CutoffOn) {
			out.CutoffOn, cut = c.CutoffOn, true
		}
		if said && c.CutoffAt != 0 && (out.CutoffAt == 0 || c.CutoffAt < out.CutoffAt) {
			out.CutoffAt = c.CutoffAt
		}
		if said && asker != at && c.DueOn != 0 && out.Due == f.Due(p) {
			out.Due = c.DueOn
			if asker == at.Parent() {
				lead = 0
			}
		}
		if asker == region.Country {
			break
		}
	}
	out.Due = workingDaysBefore(out.Due, lead)
	return out
}

// leadOf names the setting of a level.
func leadOf(l region.Level) string {
	switch {
	case l > region.County:
		return DueTown
	case l == region.County:
		return DueCounty
	}
	return DueCity
}

// workingDaysBefore goes back n working days.
func workingDaysBefore(d calendar.Date, n int) calendar.Date {
	for ; n > 0; n-- {
		for d = d.Add(-1); !d.WorkingDay(); {
			d = d.Add(-1)
		}
	}
	return d
}

// Terms of one unit.
func (s *Store) Terms(ctx context.Context, scope region.Scope, f *Form, at region.Code, p Period) (Terms, error) {
	if !scope.Contains(at) {
		return Terms{}, errNotFound
	}
	t, err := s.terms(ctx, s.db.Read, at)
	if err != nil {
		return Terms{}, err
	}
	return t.of(f, at, p), nil
}

// setTerms puts the terms of an open form onto its sheet. The cut-off that the
// form itself has is kept where nobody above set another.
func (s *Store) setTerms(ctx context.Context, sh *Sheet) error {
	t, err := s.terms(ctx, s.db.Read, sh.Region)
	if err != nil {
		return err
	}
	x := t.of(sh.Form, sh.Region, sh.Period)
	sh.Due, sh.Ends, sh.Received = x.Due, x.CutoffOn, x.CutoffAt
	if x.CutoffOn != sh.Form.Due(sh.Period) || sh.Form.Every == Quarterly && sh.Form.Design == nil {
		sh.Cutoff = min(x.CutoffOn, s.today())
	}
	return nil
}

// LateBy is how many working days after its due date something happened; 0 when
// it was in time.
func LateBy(due, on calendar.Date) int { return max(0, due.WorkingDaysUntil(on)) }

// Calling reads what a unit that asks has set for a period.
func (s *Store) Calling(ctx context.Context, by account.Caller, form string, at region.Code, p Period) (*Call, error) {
	if err := mayCall(by, at); err != nil {
		return nil, err
	}
	t, err := s.terms(ctx, s.db.Read, at)
	if err != nil {
		return nil, err
	}
	c := t.calls[at][form+" "+p.String()]
	return &c, nil
}

// SetCall stores what the unit that asks sets. Forms that were sent keep the
// terms under which they were.
func (s *Store) SetCall(ctx context.Context, by account.Caller, c Call) error {
	if err := mayCall(by, c.Region); err != nil {
		return err
	}
	f, err := s.form(ctx, s.db.Read, c.Form)
	if err != nil {
		return err
	}
	c.Reason = strings.TrimSpace(c.Reason)
	var fields []fault.Field
	if len([]rune(c.Reason)) < 2 {
		fields = append(fields, fault.Field{Name: "reason", Key: "report.call.reason"})
	}
	first, last := calendar.DateOf(c.Period.Year, 1, 1), calendar.DateOf(c.Period.Year+1, 12, 31)
	if c.CutoffOn != 0 && (c.CutoffOn < first || c.CutoffOn > last) {
		fields = append(fields, fault.Field{Name: "cutoff_on", Key: "report.call.date"})
	}
	if c.DueOn != 0 && (c.DueOn < first || c.DueOn > last) {
		fields = append(fields, fault.Field{Name: "due_on", Key: "report.call.date"})
	}
	if fields != nil {
		return fault.InvalidFields(fields...)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO report_call (form, period, region, cutoff_on, cutoff_at, due_on, reason, set_by, set_name, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (form, period, region) DO UPDATE SET cutoff_on = excluded.cutoff_on, cutoff_at = excluded.cutoff_at, due_on = excluded.due_on, reason = excluded.reason,
				set_by = excluded.set_by, set_name = excluded.set_name, set_at = excluded.set_at`,
			f.ID, c.Period.String(), int64(c.Region), int32(c.CutoffOn), c.CutoffAt, int32(c.DueOn), c.Reason, by.UserID, by.Name, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("set call: %w", err)
		}
		// A submission of a sheet that was computed under the old terms is refused.
		lo, hi := c.Region.Range()
		if _, err := tx.ExecContext(ctx, "UPDATE report SET lock_no = lock_no + 1 WHERE form = $1 AND period = $2 AND region >= $3 AND region < $4 AND state IN ($5, $6, $7)",
			f.ID, c.Period.String(), int64(lo), int64(hi), string(Draft), string(Returned), string(Sentback)); err != nil {
			return fmt.Errorf("set call: %w", err)
		}
		return s.Audit.Note(ctx, tx, by, account.Note{Action: "report.call", Object: "report_call", ObjectID: f.ID + " " + c.Period.String(), Region: c.Region,
			Detail: map[string]string{"cutoff_on": c.CutoffOn.String(), "cutoff_at": fmt.Sprint(c.CutoffAt), "due_on": c.DueOn.String(), "reason": c.Reason}})
	})
}

// mayCall: who reviews what the level below submits sets its terms.
func mayCall(by account.Caller, at region.Code) error {
	if !by.Can(account.ReportReview) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.ReportReview)
	}
	if !by.Scope(account.ReportReview).Contains(at) {
		return errNotFound
	}
	return nil
}
