package transfer

import (
	"context"
	"errors"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
)

// RowRef names a row of a batch's file.
type RowRef struct {
	Sheet string
	Row   int
}

func (r RowRef) key() rowKey { return rowKey{r.Sheet, r.Row} }

// Kinds of acts, as import_act keeps them.
const (
	ActFix     = "fix"     // one cell
	ActBulk    = "bulk"    // one correction in many rows
	ActDecide  = "decide"  // one finding
	ActDecides = "decides" // all findings of one rule
	ActOut     = "out"     // rows left out
)

// maxValue is the longest text of a cell that a fix may write.
const maxValue = 500

// change is an act in the making: what it lays over the batch.
type change struct {
	kind    string
	reason  string
	edits   []cellEdit
	rulings []ruling
	undo    int64 // the act that is taken back
	undone  []rowKey
	column  string // for the audit record: never a value
}

type cellEdit struct {
	at       rowKey
	position int
	was      string
	value    string
}

type ruling struct {
	at rowKey
	d  Decision
}

// errNothing ends an act that would change no row.
var errNothing = fault.New(fault.Conflict, "import.desk.nothing")

// act does one act of an officer on a checked batch. make looks at the batch as
// it stands and says what to lay over it; the rows that it may touch are judged
// again, and both are written in one transaction. Two officers at once come one
// after the other: the second looks again.
func (s *Service) act(ctx context.Context, c account.Caller, id int64, make func(in Info, d *desk, stands *overlay) (*change, error)) (act int64, err error) {
	for range 5 {
		act, err = s.actOnce(ctx, c, id, make)
		if !errors.Is(err, errMoved) {
			return act, err
		}
	}
	return 0, fault.New(fault.Conflict, "import.desk.moved")
}

func (s *Service) actOnce(ctx context.Context, c account.Caller, id int64, make func(in Info, d *desk, stands *overlay) (*change, error)) (act int64, err error) {
	in, d, stands, err := s.atDesk(ctx, c, id)
	if err != nil {
		return 0, err
	}
	ch, err := make(in, d, stands)
	if err != nil {
		return 0, err
	}
	after, err := s.after(ctx, id, ch)
	if err != nil {
		return 0, err
	}
	rc, err := s.again(ctx, in, d, ch.rows(), stands, after)
	if err != nil {
		return 0, err
	}
	if err := rc.prepare(ctx); err != nil {
		return 0, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := rc.write(ctx, tx); err != nil {
			return err
		}
		if act, err = s.keep(ctx, tx, c, in, ch); err != nil {
			return err
		}
		s.point("act.tx")
		return nil
	})
	if err != nil || !rc.whole {
		return act, err
	}
	if in.Done > inlineRows && s.queue != nil {
		return act, s.enqueue(ctx, id, fmt.Sprintf("act%d", act))
	}
	return act, s.Work(ctx, id)
}

// inlineRows is the size of a file that is checked again while the page waits.
const inlineRows = 10_000

// atDesk loads a batch for an act: checked, its file at hand.
func (s *Service) atDesk(ctx context.Context, c account.Caller, id int64) (Info, *desk, *overlay, error) {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return in, nil, nil, err
	}
	switch {
	case in.cancelled:
		return in, nil, nil, fault.New(fault.Conflict, "import.state.cancelled")
	case in.State != StateChecked:
		return in, nil, nil, fault.New(fault.Conflict, "import.state."+string(in.State))
	case !in.HasFile:
		return in, nil, nil, fault.New(fault.Conflict, "import.gone")
	}
	d, err := s.desk(ctx, in)
	if err != nil {
		return in, nil, nil, err
	}
	stands, err := s.overlay(ctx, s.db.Read, id)
	return in, d, stands, err
}

// after is what stands once the change is made.
func (s *Service) after(ctx context.Context, id int64, ch *change) (*overlay, error) {
	after, err := s.overlayWithout(ctx, s.db.Read, id, ch.undo)
	if err != nil {
		return nil, err
	}
	for _, e := range ch.edits {
		after.set(e.at, e.position, e.value)
	}
	for _, r := range ch.rulings {
		after.decide(r.at, r.d)
	}
	return after, nil
}

// rows are those that the change is about.
func (ch *change) rows() []rowKey {
	seen := map[rowKey]bool{}
	var out []rowKey
	add := func(k rowKey) {
		if !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	for _, e := range ch.edits {
		add(e.at)
	}
	for _, r := range ch.rulings {
		add(r.at)
	}
	for _, k := range ch.undone {
		add(k)
	}
	return out
}

// keep writes the act, or marks the one that is taken back, and its audit row.
func (s *Service) keep(ctx context.Context, tx *db.Tx, c account.Caller, in Info, ch *change) (id int64, err error) {
	rows := ch.rows()
	if ch.undo != 0 {
		res, err := tx.ExecContext(ctx, `UPDATE import_act SET undone_by = $1, undone_at = $2 WHERE id = $3 AND batch_id = $4 AND undone_at = 0`, c.UserID, db.Millis(tx.Now), ch.undo, in.ID)
		if err != nil {
			return 0, err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return 0, errMoved
		}
		return ch.undo, s.noteAct(ctx, tx, c, in, "import.act.undo", ch, len(rows))
	}
	if err := tx.QueryRowContext(ctx, `INSERT INTO import_act (batch_id, kind, rows_hit, by_user, at, reason) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		in.ID, ch.kind, len(rows), c.UserID, db.Millis(tx.Now), ch.reason).Scan(&id); err != nil {
		return 0, fmt.Errorf("keep act: %w", err)
	}
	var edits, rulings [][]any
	for _, e := range ch.edits {
		was, err := s.box.Encrypt(sealWas, []byte(e.was))
		if err != nil {
			return 0, err
		}
		value, err := s.box.Encrypt(sealValue, []byte(e.value))
		if err != nil {
			return 0, err
		}
		edits = append(edits, []any{in.ID, id, e.at.sheet, e.at.n, e.position, was, value})
	}
	for _, r := range ch.rulings {
		rulings = append(rulings, []any{in.ID, id, r.at.sheet, r.at.n, r.d.Rule, string(r.d.Verdict), r.d.Basis})
	}
	if err := tx.Dialect.BulkInsert(ctx, tx, "import_edit", []string{"batch_id", "act_id", "sheet", "row_no", "position", "was_cipher", "value_cipher"}, edits); err != nil {
		return 0, err
	}
	if err := tx.Dialect.BulkInsert(ctx, tx, "import_choice", []string{"batch_id", "act_id", "sheet", "row_no", "rule", "choice", "basis"}, rulings); err != nil {
		return 0, err
	}
	return id, s.noteAct(ctx, tx, c, in, "import.act."+ch.kind, ch, len(rows))
}

// noteAct writes the audit row of an act: where and how many rows, no values.
func (s *Service) noteAct(ctx context.Context, tx *db.Tx, c account.Caller, in Info, action string, ch *change, rows int) error {
	if s.audit == nil {
		return nil
	}
	detail := map[string]string{"kind": in.Kind, "rows": fmt.Sprint(rows)}
	if ch.column != "" {
		detail["column"] = ch.column
	}
	if len(ch.rulings) > 0 && ch.rulings[0].d.Rule != "" {
		detail["rule"] = ch.rulings[0].d.Rule
	}
	if len(ch.rulings) > 0 {
		detail["choice"] = string(ch.rulings[0].d.Verdict)
	}
	if rows == 1 {
		detail["row"] = fmt.Sprint(ch.rows()[0].n)
	}
	return s.audit.Write(ctx, tx, c, audit.Entry{Action: action, Object: "import", ObjectID: fmt.Sprint(in.ID), Region: in.Region, Detail: detail})
}
