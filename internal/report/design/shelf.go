package design

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/report"
)

// Shelf is where reports find designed forms (report.Designs). A version never
// changes but for the month it ends with, so that a compiled one is kept as
// long as that month is the same; every answer asks the database for it, so
// that several processes agree.
type Shelf struct {
	db  *db.DB
	box Box

	mu   sync.Mutex
	kept map[int64]keptForm
}

type keptForm struct {
	until calendar.Month
	form  *report.Form
}

// NewShelf makes a shelf.
func NewShelf(d *db.DB, box Box) *Shelf {
	if d == nil || box == nil {
		panic("design.NewShelf: a dependency is missing")
	}
	return &Shelf{db: d, box: box, kept: map[int64]keptForm{}}
}

// Form answers a published version.
func (s *Shelf) Form(ctx context.Context, q db.Querier, id string) (*report.Form, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(id, "d"), 10, 64)
	if err != nil || n <= 0 || id != "d"+num(n) {
		return nil, fault.NotFoundf("report.no_form", id)
	}
	var until calendar.Month
	err = q.QueryRowContext(ctx, "SELECT until_month FROM form_design WHERE id = $1 AND state = 'published' AND purpose = 'form'", n).Scan(&until)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.NotFoundf("report.no_form", id)
	}
	if err != nil {
		return nil, fmt.Errorf("design: %w", err)
	}
	return s.form(ctx, q, n, until)
}

// Published are all published versions, by family and then by age.
func (s *Shelf) Published(ctx context.Context, q db.Querier) ([]*report.Form, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, until_month FROM form_design WHERE state = 'published' AND purpose = 'form' ORDER BY family, number")
	if err != nil {
		return nil, fmt.Errorf("designs: %w", err)
	}
	type one struct {
		id    int64
		until calendar.Month
	}
	var all []one
	for rows.Next() {
		var o one
		if err := rows.Scan(&o.id, &o.until); err != nil {
			rows.Close()
			return nil, fmt.Errorf("designs: %w", err)
		}
		all = append(all, o)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("designs: %w", err)
	}
	var out []*report.Form
	for _, o := range all {
		f, err := s.form(ctx, q, o.id, o.until)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func (s *Shelf) form(ctx context.Context, q db.Querier, id int64, until calendar.Month) (*report.Form, error) {
	s.mu.Lock()
	k, ok := s.kept[id]
	s.mu.Unlock()
	if ok && k.until == until {
		return k.form, nil
	}
	v, err := scanVersion(q.QueryRowContext(ctx, "SELECT "+versionColumns+" FROM form_design d WHERE d.id = $1", id))
	if err != nil {
		return nil, fmt.Errorf("design %d: %w", id, err)
	}
	raw, err := s.blank(ctx, q, v.Blank)
	if err != nil {
		return nil, err
	}
	f, err := v.Form(raw)
	if err != nil {
		return nil, fmt.Errorf("design %d: %w", id, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.kept[id]; ok && k.until == until {
		return k.form, nil // another request was faster: one pointer for one form
	}
	s.kept[id] = keptForm{until, f}
	return f, nil
}

// blank opens an uploaded workbook.
func (s *Shelf) blank(ctx context.Context, q db.Querier, id int64) ([]byte, error) {
	var cipher []byte
	if err := q.QueryRowContext(ctx, "SELECT body_cipher FROM form_blank WHERE id = $1", id).Scan(&cipher); err != nil {
		return nil, fmt.Errorf("blank %d: %w", id, err)
	}
	return s.box.Decrypt(blankContext, cipher)
}
