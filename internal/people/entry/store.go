// Package entry is the monthly entry of a village: everybody who can work on
// one screen or one sheet of paper, what they live by this month, row by row,
// each saved by itself.
package entry

import (
	"context"
	"fmt"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/work"
)

// People is what the store needs of the 底册 (people.Store).
type People interface {
	Rows(ctx context.Context, scope region.Scope, ids []int64, month calendar.Month) ([]people.Row, error)
}

// Work is what the store needs of the 务工台账 (work.Store).
type Work interface {
	ReportAll(ctx context.Context, scope region.Scope, by account.Caller, all []work.Report) ([]work.Answer, error)
}

// Auditor writes audit rows in the caller's transaction (audit.Log).
type Auditor interface {
	Write(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Entry) error
}

// Store reads and writes a village's month.
type Store struct {
	db     *db.DB
	people People
	work   Work
	audit  Auditor
}

// New makes a store; all are needed.
func New(d *db.DB, p People, w Work, log Auditor) *Store {
	if d == nil || p == nil || w == nil || log == nil {
		panic("entry.New: a dependency is missing")
	}
	return &Store{db: d, people: p, work: w, audit: log}
}

var errNotFound = fault.NotFoundf("fault.notfound")

// Limit is how many people one village's entry can hold.
const Limit = 1000

// Book is a village's month.
type Book struct {
	Village region.Code
	Month   calendar.Month
	Closed  bool // the county has closed the month: nothing is entered
	Rows    []people.Row
	More    bool // the village has more than Limit people who can work
}

// Read is the month of a village of the scope: everybody registered there
// today who can work, household by household.
func (s *Store) Read(ctx context.Context, scope region.Scope, village region.Code, m calendar.Month) (*Book, error) {
	if village.Level() != region.Village || !scope.Contains(village) || !m.Valid() || m > calendar.MonthAt(s.db.Clock()) {
		return nil, errNotFound
	}
	b := &Book{Village: village, Month: m}
	var ids []int64
	err := s.db.Snapshot(ctx, func(q db.Querier) (err error) {
		if b.Closed, err = closed(ctx, q, village, m); err != nil {
			return err
		}
		ids, err = able(ctx, q, village)
		return err
	})
	if err != nil {
		return nil, err
	}
	if b.More = len(ids) > Limit; b.More {
		ids = ids[:Limit]
	}
	b.Rows, err = s.people.Rows(ctx, scope, ids, m)
	return b, err
}

// able are the ids of a village's people with labour ability, in the order of
// households, head first.
func able(ctx context.Context, q db.Querier, village region.Code) ([]int64, error) {
	rows, err := q.QueryContext(ctx, `SELECT p.id FROM person p WHERE p.village = $1 AND p.out_on = 0 AND p.merged_into = 0 AND p.skill IN (1, 2, 3)
		AND NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = p.batch_id)
		ORDER BY p.household_id, CASE p.relation WHEN 1 THEN 0 WHEN 2 THEN 1 ELSE 2 END, p.id LIMIT $2`, int64(village), Limit+1)
	if err != nil {
		return nil, fmt.Errorf("list village: %w", err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("list village: %w", err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

func closed(ctx context.Context, q db.Querier, village region.Code, m calendar.Month) (bool, error) {
	var n int
	err := q.QueryRowContext(ctx, `SELECT count(*) FROM month_close WHERE county = $1 AND month = $2 AND state <> 'open'`, int64(village.At(region.County)), int32(m)).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("read month: %w", err)
	}
	return n > 0, nil
}

// Line is what was entered for one person.
type Line struct {
	Person int64
	// Status is a code of fact.Status, or Same: it is as it was.
	Status   int
	WageFen  int64 // of the month; -1 not entered
	Place    region.Code
	Employer string
	Channel  int
	Reason   string // why work ended, a key of work.EndReasons
}

// Same says that what the row shows still holds.
const Same = 0

// Save enters lines of a village's open month, each by itself: a refused one
// changes nothing of the others. Answers come in the order of the lines.
func (s *Store) Save(ctx context.Context, scope region.Scope, by account.Caller, village region.Code, m calendar.Month, lines []Line) ([]work.Answer, error) {
	b, err := s.Read(ctx, scope, village, m)
	if err != nil {
		return nil, err
	}
	return s.save(ctx, scope, by, b, lines, "")
}

func (s *Store) save(ctx context.Context, scope region.Scope, by account.Caller, b *Book, lines []Line, sheet string) ([]work.Answer, error) {
	if b.Closed {
		return nil, fault.New(fault.Conflict, "people.entry.closed", b.Month)
	}
	at := make(map[int64]*people.Row, len(b.Rows))
	for i := range b.Rows {
		at[b.Rows[i].ID] = &b.Rows[i]
	}
	out := make([]work.Answer, len(lines))
	var reports []work.Report
	var which []int
	for i := range lines {
		r, err := report(at[lines[i].Person], &lines[i], b.Month)
		if err != nil {
			out[i].Err = err
			continue
		}
		reports, which = append(reports, r), append(which, i)
	}
	answers, err := s.work.ReportAll(ctx, scope, by, reports)
	if err != nil {
		return nil, err
	}
	saved := 0
	for i, a := range answers {
		out[which[i]] = a
		if a.Err == nil {
			saved++
		}
	}
	return out, s.db.Tx(ctx, func(tx *db.Tx) error {
		if sheet != "" {
			_, err := tx.ExecContext(ctx, `UPDATE entry_sheet SET returned_at = $1, returned_by = $2, saved_rows = $3 WHERE code = $4`, db.Millis(tx.Now), by.UserID, saved, sheet)
			if err != nil {
				return fmt.Errorf("return sheet: %w", err)
			}
		}
		return s.audit.Write(ctx, tx, by, audit.Entry{Action: "people.entry", Object: "village", ObjectID: b.Month.String(), Region: b.Village,
			Detail: map[string]string{"rows": strconv.Itoa(len(lines)), "saved": strconv.Itoa(saved), "sheet": sheet}})
	})
}

// report turns a line into what the 务工台账 understands.
func report(r *people.Row, l *Line, m calendar.Month) (work.Report, error) {
	out := work.Report{Person: l.Person, Month: m, Status: l.Status, WageFen: l.WageFen, Place: l.Place, Employer: l.Employer, Channel: l.Channel, EndReason: l.Reason, Source: "entry"}
	switch {
	case r == nil:
		return out, errNotFound // not of the village, or not shown
	case l.Status == Same && r.State.Code == 0:
		return out, fault.InvalidFields(fault.Field{Name: "status", Key: "people.entry.unknown"})
	case l.Status == Same:
		out.Status = r.State.Code
	}
	if out.Status != fact.StatusWork && out.WageFen >= 0 {
		return out, fault.InvalidFields(fault.Field{Name: "wage", Key: "people.entry.wage"})
	}
	if out.Status == fact.StatusWork && !r.Job.Running && out.Place == 0 && r.Job.SpellID != 0 && r.Job.End < m && r.Job.Place != 0 && l.Reason == "back" {
		out.Place, out.Employer, out.Channel = r.Job.Place, r.Job.Employer, r.Job.Channel
	}
	out.EndReason = ""
	if l.Reason != "back" {
		out.EndReason = l.Reason
	}
	return out, nil
}
