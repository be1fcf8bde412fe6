package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
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

// inspect gives a caller the rights of a document that is open on the day.
func (c *Caller) inspect(i *Inspection, on calendar.Date) {
	if i == nil || !i.Open(on) {
		return
	}
	role := Inspector
	if i.Reveal {
		role = InspectorPlain
	}
	for _, p := range i.Places {
		c.Grants = append(c.Grants, Grant{Role: role, Region: p})
	}
	c.Inspection = i
}

const inspectionColumns = `i.id, i.user_id, i.doc_number, i.doc_title, i.first_day, i.last_day, i.first_month, i.last_month, i.reveal, i.granted_by, i.granted_at, i.ended_at`

func scanInspection(scan func(...any) error) (*Inspection, error) {
	var i Inspection
	err := scan(&i.ID, &i.UserID, &i.DocNumber, &i.DocTitle, &i.First, &i.Last, &i.FirstMonth, &i.LastMonth, &i.Reveal, &i.GrantedBy, &i.GrantedAt, &i.EndedAt)
	return &i, err
}

// inspectionOf is the newest inspection of an account that was not ended; nil
// where there is none.
func inspectionOf(ctx context.Context, q db.Querier, user int64) (*Inspection, error) {
	i, err := scanInspection(q.QueryRowContext(ctx, `SELECT `+inspectionColumns+` FROM inspection i WHERE i.user_id = $1 AND i.ended_at = 0 ORDER BY i.id DESC LIMIT 1`, user).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("inspection: %w", err)
	}
	return i, placesOf(ctx, q, i)
}

func placesOf(ctx context.Context, q db.Querier, i *Inspection) error {
	rows, err := q.QueryContext(ctx, `SELECT region FROM inspection_place WHERE inspection_id = $1 ORDER BY region`, i.ID)
	if err != nil {
		return fmt.Errorf("inspection: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		if err := rows.Scan(&at); err != nil {
			return fmt.Errorf("inspection: %w", err)
		}
		i.Places = append(i.Places, region.Code(at))
	}
	return rows.Err()
}

// maxInspection bounds one document's access in days.
const maxInspection = 183

func (i *Inspection) check(today calendar.Date) (bad []fault.Field) {
	add := func(name, key string, args ...any) { bad = append(bad, fault.Field{Name: name, Key: key, Args: args}) }
	for name, v := range map[string]string{"number": i.DocNumber, "title": i.DocTitle} {
		if n := len([]rune(strings.TrimSpace(v))); n < 4 || n > 120 || secret.Scrub(v) != v {
			add(name, "account.inspect.document")
		}
	}
	if len(i.Places) == 0 || len(i.Places) > 50 {
		add("places", "account.inspect.places")
	}
	switch {
	case !i.First.Valid() || !i.Last.Valid() || i.Last < i.First || i.Last < today:
		add("last", "account.inspect.days")
	case i.Last > i.First.Add(maxInspection):
		add("last", "account.inspect.long", maxInspection)
	}
	if !i.FirstMonth.Valid() || !i.LastMonth.Valid() || i.LastMonth < i.FirstMonth {
		add("last_month", "account.inspect.months")
	}
	return bad
}

// GrantInspection opens an account to an inspector by a document. The security
// administrator does, for places of the area, with a fresh proof; the account
// may hold nothing beside and ends with the document.
func (s *Service) GrantInspection(ctx context.Context, c Caller, in Inspection) (id int64, err error) {
	scope, err := need(c, UserGrant)
	if err != nil {
		return 0, err
	}
	for _, p := range in.Places {
		if !scope.Contains(p) {
			return 0, fault.NotFoundf("fault.notfound")
		}
	}
	if bad := in.check(calendar.DateAt(s.db.Clock())); len(bad) > 0 {
		return 0, fault.InvalidFields(bad...)
	}
	err = s.change(ctx, c, UserGrant, in.UserID, "inspection.grant", func(tx *db.Tx, u *User) error {
		switch {
		case u.ID == c.UserID:
			return fault.New(fault.Forbidden, "account.grant.self")
		case len(u.Grants) > 0:
			return fault.New(fault.Conflict, "account.inspect.beside")
		case u.Inspection != nil:
			return fault.New(fault.Conflict, "account.inspect.one")
		}
		if err := c.StepUp(); err != nil {
			return err
		}
		err := tx.QueryRowContext(ctx, `
			INSERT INTO inspection (user_id, doc_number, doc_title, first_day, last_day, first_month, last_month, reveal, granted_by, granted_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
			u.ID, strings.TrimSpace(in.DocNumber), strings.TrimSpace(in.DocTitle), int32(in.First), int32(in.Last), int32(in.FirstMonth), int32(in.LastMonth), in.Reveal, c.UserID, db.Millis(tx.Now)).Scan(&id)
		if err != nil {
			return fmt.Errorf("inspection: %w", err)
		}
		for _, p := range in.Places {
			if err := exec(ctx, tx, `INSERT INTO inspection_place (inspection_id, region) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, int64(p)); err != nil {
				return err
			}
		}
		if err := exec(ctx, tx, `UPDATE app_user SET valid_until = $1 WHERE id = $2`, int32(in.Last), u.ID); err != nil {
			return err
		}
		return changeRights(ctx, tx, u.ID)
	})
	return id, err
}

// EndInspection ends an inspection before its day.
func (s *Service) EndInspection(ctx context.Context, c Caller, userID int64) error {
	return s.change(ctx, c, UserGrant, userID, "inspection.end", func(tx *db.Tx, u *User) error {
		if u.Inspection == nil {
			return fault.NotFoundf("fault.notfound")
		}
		if err := exec(ctx, tx, `UPDATE inspection SET ended_at = $1 WHERE user_id = $2 AND ended_at = 0`, db.Millis(tx.Now), u.ID); err != nil {
			return err
		}
		if err := changeRights(ctx, tx, u.ID); err != nil {
			return err
		}
		return endSessions(ctx, tx, u.ID, 0, "inspection")
	})
}

// Inspections lists an account's inspections, the newest first.
func (s *Service) Inspections(ctx context.Context, c Caller, userID int64) ([]Inspection, error) {
	scope, err := need(c, UserRead)
	if err != nil {
		return nil, err
	}
	if _, err := managed(ctx, s.db.Read, scope, userID); err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+inspectionColumns+` FROM inspection i WHERE i.user_id = $1 ORDER BY i.id DESC LIMIT 50`, userID)
	if err != nil {
		return nil, fmt.Errorf("inspections: %w", err)
	}
	defer rows.Close()
	var out []Inspection
	for rows.Next() {
		i, err := scanInspection(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("inspections: %w", err)
		}
		out = append(out, *i)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("inspections: %w", err)
	}
	rows.Close()
	for i := range out {
		if err := placesOf(ctx, s.db.Read, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
