package design

import (
	"context"
	"fmt"
	"io"
	"slices"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
)

// Publicities are how a form's document may be shown (政府信息公开条例): 主动公开,
// 依申请公开, 不公开.
var Publicities = []string{"open", "asked", "closed"}

// Publish puts a draft into force from a month on. It needs the right to
// review forms at the place that owns it, and another person than who made it. An earlier version of the family
// ends the month before; a period that somebody has begun in it keeps it.
func (s *Store) Publish(ctx context.Context, by account.Caller, id int64, lock int) error {
	v, err := s.Get(ctx, by, id)
	if err != nil {
		return err
	}
	if !by.Can(account.ReportReview) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.ReportReview)
	}
	if !by.Scope(account.ReportReview).Contains(v.Owner) {
		return errNotFound
	}
	if v.State != Draft || v.Purpose != ForForm {
		return fault.New(fault.Conflict, "design.published")
	}
	if v.LockNo != lock {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	if err := v.ready(calendar.DateAt(s.db.Clock())); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := account.SecondPerson(ctx, tx, by, v.MadeBy); err != nil {
			return err
		}
		// One version of a family after another: each ends the one before it.
		if err := tx.Dialect.Hold(ctx, tx, "form_design", v.Family); err != nil {
			return err
		}
		if err := s.endEarlier(ctx, tx, v); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `UPDATE form_design SET state = 'published', published_by = $1, published_name = $2, published_at = $3, updated_at = $3, lock_no = lock_no + 1
			WHERE id = $4 AND lock_no = $5 AND state = 'draft'`, by.UserID, by.Name, db.Millis(tx.Now), id, lock)
		if err != nil {
			return fmt.Errorf("publish design: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return s.note(ctx, tx, by, "design.publish", v, map[string]string{"from": v.Spec.From.String()})
	})
}

// ready answers everything that a draft lacks to be published, together.
func (v *Version) ready(today calendar.Date) error {
	s := &v.Spec
	var bad []fault.Field
	add := func(name, key string, args ...any) { bad = append(bad, fault.Field{Name: name, Key: key, Args: args}) }
	if !slices.Contains([]string{"month", "quarter", "year", "once"}, s.Every) {
		add("every", "design.every")
	}
	if s.Day < 1 || s.Day > 31 {
		add("day", "design.day")
	}
	if !s.From.Valid() || s.From < today.Month().Add(-24) || s.From > today.Month().Add(24) {
		add("from", "design.from")
	}
	if len(s.Levels) == 0 {
		add("levels", "design.levels")
	}
	for _, l := range s.Levels {
		if region.Level(l) < v.Owner.Level() || region.Level(l) > region.County {
			add("levels", "design.levels")
			break
		}
	}
	if len([]rune(s.Citation)) < 2 {
		add("citation", "design.citation")
	}
	if !slices.Contains(Publicities, s.Publicity) {
		add("publicity", "design.publicity")
	}
	if !slices.ContainsFunc(s.Binds, func(b Bind) bool { return b.Kind != Words && b.Kind != Constant && b.Kind != Left }) {
		add("cells", "design.nothing")
	}
	if slices.ContainsFunc(s.Binds, func(b Bind) bool { return b.Guess && b.Kind != Words && b.Kind != Left }) {
		add("cells", "design.unconfirmed")
	}
	if bad != nil {
		return fault.InvalidFields(bad...)
	}
	return nil
}

// endEarlier ends the version before, unless a period from the new one's month
// on is begun in it.
func (s *Store) endEarlier(ctx context.Context, tx *db.Tx, v *Version) error {
	rows, err := tx.QueryContext(ctx, "SELECT r.period FROM report r JOIN form_design d ON r.form = 'd' || CAST(d.id AS TEXT) WHERE d.family = $1 AND d.state = 'published'", v.Family)
	if err != nil {
		return fmt.Errorf("reports of a design: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var period string
		if err := rows.Scan(&period); err != nil {
			return fmt.Errorf("reports of a design: %w", err)
		}
		if p, err := report.ParsePeriod(period); err == nil && p.Last() >= v.Spec.From {
			return fault.InvalidFields(fault.Field{Name: "from", Key: "design.begun", Args: []any{period}})
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reports of a design: %w", err)
	}
	_, err = tx.ExecContext(ctx, "UPDATE form_design SET until_month = $1 WHERE family = $2 AND state = 'published' AND (until_month = 0 OR until_month >= $3)", int(v.Spec.From.Add(-1)), v.Family, int(v.Spec.From))
	if err != nil {
		return fmt.Errorf("end the version before: %w", err)
	}
	return nil
}

// Again makes a draft of the family's next version.
func (s *Store) Again(ctx context.Context, by account.Caller, id int64) (*Version, error) {
	v, err := s.Get(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if _, err := mayDesign(by, v.Owner); err != nil {
		return nil, err
	}
	if v.State != Published {
		return nil, fault.New(fault.Conflict, "design.draft")
	}
	next := *v
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		var print string
		if err := tx.QueryRowContext(ctx, "SELECT fingerprint FROM form_design WHERE id = $1", id).Scan(&print); err != nil {
			return fmt.Errorf("design: %w", err)
		}
		if err := tx.QueryRowContext(ctx, "SELECT max(number) + 1 FROM form_design WHERE family = $1", v.Family).Scan(&next.Number); err != nil {
			return fmt.Errorf("design: %w", err)
		}
		next.State, next.Published, next.Publisher, next.LockNo, next.Until = Draft, 0, "", 1, 0
		next.MadeBy, next.MadeName = by.UserID, by.Name
		return s.insert(ctx, tx, by, &next, print, "design.again")
	})
	return &next, err
}

// Stop ends a published form with a month: later periods are not asked for.
func (s *Store) Stop(ctx context.Context, by account.Caller, id int64, last calendar.Month) error {
	v, err := s.Get(ctx, by, id)
	if err != nil {
		return err
	}
	if !by.Scope(account.ReportReview).Contains(v.Owner) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.ReportReview)
	}
	if v.State != Published || !last.Valid() || last < v.Spec.From.Add(-1) {
		return fault.New(fault.Conflict, "design.draft")
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE form_design SET until_month = $1, updated_at = $2 WHERE id = $3 AND state = 'published'", int(last), db.Millis(tx.Now), id); err != nil {
			return fmt.Errorf("stop design: %w", err)
		}
		return s.note(ctx, tx, by, "design.stop", v, map[string]string{"last": last.String()})
	})
}

// Trial is a design filled with today's numbers for a place and a month. It
// keeps nothing.
type Trial struct {
	Version *Version
	Sheet   *report.Sheet
	Grid    report.Grid
	Open    []string // empty cells of the table that nothing fills
}

// Try fills a design for a place and a month.
func (s *Store) Try(ctx context.Context, by account.Caller, id int64, place region.Code, m calendar.Month) (*Trial, error) {
	tr, f, err := s.compute(ctx, by, id, place, m)
	if err != nil {
		return nil, err
	}
	p := f.Design.Paper.(*paper)
	if tr.Grid, err = p.Grid(tr.Sheet, report.Foot{Office: s.Reports.Office(tr.Sheet)}); err != nil {
		return nil, err
	}
	t, err := Read(p.raw, tr.Version.File, tr.Version.Spec.Sheet)
	if err != nil {
		return nil, err
	}
	tr.Open = tr.Version.Spec.Open(t)
	return tr, nil
}

func (s *Store) compute(ctx context.Context, by account.Caller, id int64, place region.Code, m calendar.Month) (*Trial, *report.Form, error) {
	scope := by.Scope(account.ReportRead)
	v, err := s.Get(ctx, by, id)
	if err != nil {
		return nil, nil, err
	}
	if !scope.Contains(place) || !v.Owner.Contains(place) {
		return nil, nil, errNotFound
	}
	raw, err := s.Shelf.blank(ctx, s.db.Read, v.Blank)
	if err != nil {
		return nil, nil, err
	}
	f, err := v.Form(raw)
	if err != nil {
		return nil, nil, err
	}
	sh, err := s.Reports.Preview(ctx, scope, f, place, f.PeriodAt(m))
	return &Trial{Version: v, Sheet: sh}, f, err
}

// Fill writes a design filled for a place and a month. Only figures leave: no
// name, number or telephone of anybody; it is on record all the same.
func (s *Store) Fill(ctx context.Context, by account.Caller, id int64, place region.Code, m calendar.Month, out io.Writer) (*Trial, error) {
	if !by.Can(account.ReportRead) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden", account.ReportRead)
	}
	tr, f, err := s.compute(ctx, by, id, place, m)
	if err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		return s.note(ctx, tx, by, "design.fill", tr.Version, map[string]string{"place": place.String(), "period": tr.Sheet.Period.String(), "cells": fmt.Sprint(len(tr.Version.Spec.Binds))})
	})
	if err != nil {
		return nil, err
	}
	if by.UserID > 0 {
		tr.Sheet.Filler = by.Name // at the machine's own console nobody signs
	}
	p := f.Design.Paper.(*paper)
	book, x, err := p.fill(tr.Sheet, report.Foot{Office: s.Reports.Office(tr.Sheet)})
	if err != nil {
		return nil, err
	}
	defer book.Close()
	tr.Grid.Nowhere, tr.Open = x.Nowhere, tr.Version.Spec.Open(x.t)
	if _, err := book.WriteTo(out); err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return tr, nil
}
