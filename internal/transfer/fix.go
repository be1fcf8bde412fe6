package transfer

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"wengang/internal/account"
	"wengang/internal/fault"
)

// Fix corrects cells of one row. positions are columns of Info.Columns.
func (s *Service) Fix(ctx context.Context, c account.Caller, id int64, at RowRef, cells map[int]string) (int64, error) {
	return s.act(ctx, c, id, func(in Info, d *desk, stands *overlay) (*change, error) {
		r, err := d.row(at.key(), stands)
		if err != nil {
			return nil, err
		}
		ch := &change{kind: ActFix}
		for p, v := range cells {
			e, err := editOf(in, &r, p, v)
			if err != nil {
				return nil, err
			}
			// A secret is written anew or not at all: its field opens empty.
			if e.value == CleanText(e.was) || e.value == "" && d.secret[p] {
				continue
			}
			ch.edits = append(ch.edits, e)
			ch.column = in.title(p)
		}
		slices.SortFunc(ch.edits, func(a, b cellEdit) int { return a.position - b.position })
		if len(ch.edits) == 0 {
			return nil, errNothing
		}
		return ch, nil
	})
}

// editOf is one cell's correction, checked for what no cell may hold.
func editOf(in Info, r *row, position int, value string) (cellEdit, error) {
	if position < 0 || position >= len(r.Cells) || position >= len(in.Columns) {
		return cellEdit{}, fault.NotFoundf("import.desk.nocell")
	}
	value = strings.TrimSpace(value)
	if !utf8.ValidString(value) || strings.ContainsRune(value, 0) || utf8.RuneCountInString(value) > maxValue {
		return cellEdit{}, fault.InvalidFields(fault.Field{Name: "value", Key: "import.desk.value", Args: []any{maxValue}})
	}
	return cellEdit{at: rowKey{valid(r.Sheet), r.N}, position: position, was: r.Cells[position].Text, value: value}, nil
}

// title is a column's name as the file has it.
func (in Info) title(position int) string {
	if position < 0 || position >= len(in.Reading.Columns) {
		return ""
	}
	return in.Reading.Columns[position].Title
}

// Leave leaves rows out of the import, as if the file did not have them.
func (s *Service) Leave(ctx context.Context, c account.Caller, id int64, rows []RowRef, reason string) (int64, error) {
	return s.act(ctx, c, id, func(in Info, d *desk, stands *overlay) (*change, error) {
		ch := &change{kind: ActOut, reason: clip(CleanText(reason))}
		for _, at := range rows {
			if _, ok := d.find(at.key()); !ok {
				return nil, fault.NotFoundf("import.desk.norow")
			}
			if h := stands.rows[at.key()]; h != nil && h.out != nil {
				continue
			}
			ch.rulings = append(ch.rulings, ruling{at.key(), Decision{Verdict: LeaveOut, Reason: ch.reason, By: c.UserID}})
		}
		if len(ch.rulings) == 0 {
			return nil, errNothing
		}
		return ch, nil
	})
}

// UndoAct takes an act back: its cells are again what they were before it.
func (s *Service) UndoAct(ctx context.Context, c account.Caller, id, act int64) error {
	_, err := s.act(ctx, c, id, func(Info, *desk, *overlay) (*change, error) {
		ch := &change{undo: act}
		rows, err := s.db.Read.QueryContext(ctx, `SELECT e.sheet, e.row_no FROM import_edit e JOIN import_act a ON a.id = e.act_id WHERE a.id = $1 AND a.batch_id = $2 AND a.undone_at = 0
			UNION SELECT h.sheet, h.row_no FROM import_choice h JOIN import_act a ON a.id = h.act_id WHERE a.id = $1 AND a.batch_id = $2 AND a.undone_at = 0`, act, id)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var k rowKey
			if err := rows.Scan(&k.sheet, &k.n); err != nil {
				return nil, err
			}
			ch.undone = append(ch.undone, k)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		if len(ch.undone) == 0 {
			return nil, fault.New(fault.Conflict, "import.desk.undone")
		}
		return ch, nil
	})
	return err
}
