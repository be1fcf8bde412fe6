package transfer

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/secret"
)

// overlay is what officers did to rows of a batch and what of it stands. Every
// check lays it over the file's rows.
type overlay struct {
	rows map[rowKey]*handled
}

// rowKey names a row of a file.
type rowKey struct {
	sheet string
	n     int
}

// handled is what stands of one row.
type handled struct {
	cells   map[int]string // by position
	decided []Decision
	out     *Decision // the row is left out
}

const (
	sealWas   = "import_edit.was_cipher"
	sealValue = "import_edit.value_cipher"
)

// lay puts the edits over a row as it came. The cells' text is typed: no number
// of the spreadsheet's, no serial date.
func (o *overlay) lay(r *row) {
	if o == nil || len(o.rows) == 0 {
		return
	}
	h := o.rows[rowKey{valid(r.Sheet), r.N}]
	if h == nil {
		return
	}
	r.handled, r.Decided, r.out = true, h.decided, h.out
	for p, v := range h.cells {
		if p < 0 || p >= len(r.Cells) {
			continue
		}
		r.Cells[p] = Cell{Text: v, Column: r.Cells[p].Column}
		if r.fault == p {
			r.fault = -1
		}
	}
}

// identified reports a decision about whom a row means.
func (o *overlay) identified() bool {
	for _, h := range o.rows {
		for _, d := range h.decided {
			if d.Verdict.identity() {
				return true
			}
		}
	}
	return false
}

// overlay reads what stands of the acts on a batch.
func (s *Service) overlay(ctx context.Context, q db.Querier, batch int64) (*overlay, error) {
	return s.overlayWithout(ctx, q, batch, 0)
}

// overlayWithout leaves one act aside.
func (s *Service) overlayWithout(ctx context.Context, q db.Querier, batch, act int64) (*overlay, error) {
	o := &overlay{rows: map[rowKey]*handled{}}
	if err := o.readEdits(ctx, q, s.box, batch, act); err != nil {
		return nil, err
	}
	return o, o.readVerdicts(ctx, q, batch, act)
}

func (o *overlay) at(k rowKey) *handled {
	h := o.rows[k]
	if h == nil {
		h = &handled{}
		o.rows[k] = h
	}
	return h
}

// set lays one more edit.
func (o *overlay) set(k rowKey, position int, value string) {
	h := o.at(k)
	if h.cells == nil {
		h.cells = map[int]string{}
	}
	h.cells[position] = value
}

// decide lays one more choice; of several about one rule the last holds.
func (o *overlay) decide(k rowKey, d Decision) {
	h := o.at(k)
	if d.Verdict == LeaveOut {
		h.out = &d
		return
	}
	for i := range h.decided {
		if h.decided[i].Rule == d.Rule {
			h.decided[i] = d
			return
		}
	}
	h.decided = append(h.decided, d)
}

func (o *overlay) readEdits(ctx context.Context, q db.Querier, box *secret.Box, batch, without int64) error {
	rows, err := q.QueryContext(ctx, `SELECT e.sheet, e.row_no, e.position, e.value_cipher FROM import_edit e JOIN import_act a ON a.id = e.act_id
		WHERE e.batch_id = $1 AND a.undone_at = 0 AND a.id <> $2 ORDER BY e.id`, batch, without)
	if err != nil {
		return fmt.Errorf("read edits: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k rowKey
		var position int
		var sealed []byte
		if err := rows.Scan(&k.sheet, &k.n, &position, &sealed); err != nil {
			return fmt.Errorf("read edits: %w", err)
		}
		plain, err := box.Decrypt(sealValue, sealed)
		if err != nil {
			return err
		}
		o.set(k, position, string(plain))
	}
	return rows.Err()
}

func (o *overlay) readVerdicts(ctx context.Context, q db.Querier, batch, without int64) error {
	rows, err := q.QueryContext(ctx, `SELECT c.sheet, c.row_no, c.rule, c.choice, c.basis, a.reason, a.by_user FROM import_choice c JOIN import_act a ON a.id = c.act_id
		WHERE c.batch_id = $1 AND a.undone_at = 0 AND a.id <> $2 ORDER BY c.id`, batch, without)
	if err != nil {
		return fmt.Errorf("read choices: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k rowKey
		var d Decision
		if err := rows.Scan(&k.sheet, &k.n, &d.Rule, &d.Verdict, &d.Basis, &d.Reason, &d.By); err != nil {
			return fmt.Errorf("read choices: %w", err)
		}
		o.decide(k, d)
	}
	return rows.Err()
}
