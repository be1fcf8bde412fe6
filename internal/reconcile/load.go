package reconcile

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"wengang/internal/db"
	"wengang/internal/region"
)

const runColumns = `id, region, month, figure, known, title, stated, file_name, columns, rows_total, rows_done, state, pass, message, created_by, created_at, run_at, expires_on, purged_at`

type scanner interface{ Scan(...any) error }

func scanRun(row scanner) (Run, error) {
	var r Run
	var columns string
	var created, ran, purged int64
	err := row.Scan(&r.ID, &r.Region, &r.Month, &r.Figure, &r.Known, &r.Title, &r.Stated, &r.FileName, &columns, &r.Lines, &r.Percent, &r.State, &r.Pass, &r.Message,
		&r.CreatedBy, &created, &ran, &r.Expires, &purged)
	if columns != "" {
		r.Columns = strings.Split(columns, ",")
	}
	r.CreatedAt, r.RunAt, r.Purged = db.FromMillis(created), db.FromMillis(ran), purged != 0
	return r, err
}

// Load is one reconciliation whose area lies in the scope.
func (s *Store) Load(ctx context.Context, scope region.Scope, id int64) (Run, error) {
	return load(ctx, s.db.Read, scope, id)
}

func load(ctx context.Context, q db.Querier, scope region.Scope, id int64) (Run, error) {
	var a db.Args
	r, err := scanRun(q.QueryRowContext(ctx, `SELECT `+runColumns+` FROM reconcile WHERE id = `+a.Add(id)+` AND `+scope.Predicate("region", a.Add), a.Values...))
	if errors.Is(err, sql.ErrNoRows) {
		return Run{}, errNotFound
	}
	if err != nil {
		return Run{}, fmt.Errorf("read reconciliation: %w", err)
	}
	return r, nil
}

// List is the reconciliations of the scope, newest first, before an id.
func (s *Store) List(ctx context.Context, scope region.Scope, before int64, limit int) (out []Run, err error) {
	var a db.Args
	cond := scope.Predicate("region", a.Add)
	if before > 0 {
		cond += " AND id < " + a.Add(before)
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+runColumns+` FROM reconcile WHERE `+cond+` ORDER BY id DESC LIMIT `+a.Add(limit), a.Values...)
	if err != nil {
		return nil, fmt.Errorf("list reconciliations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanRun(rows)
		if err != nil {
			return nil, fmt.Errorf("list reconciliations: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Pass is what one pass counted.
type Pass struct {
	N      int
	At     time.Time
	Ours   int64
	Theirs int64 // -1 where they gave neither number nor list
	Tally  []Tally
	Places []PlaceTally
}

type counts struct {
	Tally  []Tally      `json:"tally"`
	Places []PlaceTally `json:"places"`
}

// Passes are the passes of a reconciliation of the scope, oldest first.
func (s *Store) Passes(ctx context.Context, scope region.Scope, id int64) ([]Pass, error) {
	if _, err := s.Load(ctx, scope, id); err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT pass, at, ours, theirs, counts FROM reconcile_pass WHERE reconcile_id = $1 ORDER BY pass`, id)
	if err != nil {
		return nil, fmt.Errorf("passes: %w", err)
	}
	defer rows.Close()
	var out []Pass
	for rows.Next() {
		var p Pass
		var at int64
		var text string
		if err := rows.Scan(&p.N, &at, &p.Ours, &p.Theirs, &text); err != nil {
			return nil, fmt.Errorf("passes: %w", err)
		}
		var c counts
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return nil, fmt.Errorf("passes: %w", err)
		}
		p.At, p.Tally, p.Places = db.FromMillis(at), c.Tally, c.Places
		out = append(out, p)
	}
	return out, rows.Err()
}
