package transfer

import (
	"context"
	"slices"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
)

// Suggester is a Kind that knows how cells may have been meant: the place next
// to a misspelt one, yuan where fen were written.
type Suggester interface {
	// Suggest answers corrections of a row for a finding at a column, the best
	// first. It changes nothing.
	Suggest(ctx context.Context, b *Batch, r Row, rule, column string) ([]Suggestion, error)
}

// Suggestion is one way to correct a row. Values are by canonical column.
type Suggestion struct {
	ID    string // names the idea: two rows with one ID are mended the same way
	Key   string // catalogue key of its words
	Args  []any
	Cells map[string]string
	// Each row has its own value (fen to yuan): all rows with the finding go
	// together. Otherwise those go together that have the same text.
	Own bool
}

// Bulk asks for one correction in all rows that have the same trouble.
type Bulk struct {
	At       RowRef // the row from which it was asked
	Position int
	Rule     string
	Value    string // typed; rows with the same text get it
	Idea     string // or Suggestion.ID
}

// Advice is what the editor of a cell offers.
type Advice struct {
	Suggestions []Suggestion
	Same        int            // rows with the same text under the same finding, this one among them
	Own         map[string]int // by Suggestion.ID: rows that it would mend
}

// Advise looks for corrections of a cell and counts the rows that have the same
// trouble.
func (s *Service) Advise(ctx context.Context, c account.Caller, id int64, at RowRef, position int, rule string) (Advice, error) {
	in, d, stands, err := s.atDesk(ctx, c, id)
	if err != nil {
		return Advice{}, err
	}
	r, err := d.row(at.key(), stands)
	if err != nil || position < 0 || position >= len(r.Cells) {
		return Advice{}, err
	}
	a := Advice{Own: map[string]int{}}
	if a.Suggestions, err = s.suggest(ctx, in, d, &r, position, rule); err != nil {
		return a, err
	}
	rows, err := s.troubled(ctx, in, d, stands, position, rule)
	if err != nil {
		return a, err
	}
	text := r.Cells[position].Clean()
	for i := range rows {
		if rows[i].Cells[position].Clean() == text {
			a.Same++
		}
	}
	for _, sg := range a.Suggestions {
		if !sg.Own {
			continue
		}
		for i := range rows {
			if edits, err := s.idea(ctx, in, d, &rows[i], position, rule, sg.ID); err != nil {
				return a, err
			} else if edits != nil {
				a.Own[sg.ID]++
			}
		}
	}
	return a, nil
}

func (s *Service) suggest(ctx context.Context, in Info, d *desk, r *row, position int, rule string) ([]Suggestion, error) {
	k, ok := s.kinds[in.Kind].(Suggester)
	if !ok || rule == "" || d.secret[position] {
		return nil, nil
	}
	return k.Suggest(ctx, d.b, r.Row, rule, d.b.Columns[position])
}

// idea is what a suggestion of that ID makes of a row; nil where it has none.
func (s *Service) idea(ctx context.Context, in Info, d *desk, r *row, position int, rule, id string) ([]cellEdit, error) {
	list, err := s.suggest(ctx, in, d, r, position, rule)
	if err != nil {
		return nil, err
	}
	for _, sg := range list {
		if sg.ID == id {
			return s.cells(in, d, r, sg.Cells)
		}
	}
	return nil, nil
}

func (s *Service) cells(in Info, d *desk, r *row, cells map[string]string) ([]cellEdit, error) {
	var out []cellEdit
	for p, key := range d.b.Columns {
		v, ok := cells[key]
		if !ok || v == r.Cells[p].Text {
			continue
		}
		e, err := editOf(in, r, p, v)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// FixBy mends one row as a suggestion of that ID says.
func (s *Service) FixBy(ctx context.Context, c account.Caller, id int64, at RowRef, position int, rule, idea string) (int64, error) {
	return s.act(ctx, c, id, func(in Info, d *desk, stands *overlay) (*change, error) {
		r, err := d.row(at.key(), stands)
		if err != nil {
			return nil, err
		}
		if position < 0 || position >= len(r.Cells) {
			return nil, fault.NotFoundf("import.desk.nocell")
		}
		ch := &change{kind: ActFix, column: in.title(position)}
		if ch.edits, err = s.idea(ctx, in, d, &r, position, rule, idea); err != nil {
			return nil, err
		}
		if len(ch.edits) == 0 {
			return nil, fault.New(fault.Conflict, "import.desk.changed")
		}
		return ch, nil
	})
}

// troubled reads the rows that have a finding of the rule at the column.
func (s *Service) troubled(ctx context.Context, in Info, d *desk, stands *overlay, position int, rule string) ([]row, error) {
	a := &db.Args{}
	q, err := s.db.Read.QueryContext(ctx, `SELECT DISTINCT sheet, row_no FROM import_finding WHERE batch_id = `+a.Add(in.ID)+` AND rule = `+a.Add(rule)+` AND position = `+a.Add(position)+` LIMIT `+a.Add(maxAct), a.Values...)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	var at []int
	for q.Next() {
		var k rowKey
		if err := q.Scan(&k.sheet, &k.n); err != nil {
			return nil, err
		}
		if i, ok := d.find(k); ok {
			at = append(at, i)
		}
	}
	if err := q.Err(); err != nil {
		return nil, err
	}
	slices.Sort(at)
	return d.read(at, stands)
}

// FixAll does one correction in all rows with the same trouble, as one act. It
// answers how many rows it mended.
func (s *Service) FixAll(ctx context.Context, c account.Caller, id int64, b Bulk) (act int64, rows int, err error) {
	act, err = s.act(ctx, c, id, func(in Info, d *desk, stands *overlay) (*change, error) {
		ch, err := s.bulk(ctx, in, d, stands, b)
		if err == nil {
			rows = len(ch.rows())
		}
		return ch, err
	})
	return act, rows, err
}

// PreviewAll says in which rows FixAll would write what, the first few.
func (s *Service) PreviewAll(ctx context.Context, c account.Caller, id int64, b Bulk, limit int) (rows int, first []Preview, err error) {
	in, d, stands, err := s.atDesk(ctx, c, id)
	if err != nil {
		return 0, nil, err
	}
	ch, err := s.bulk(ctx, in, d, stands, b)
	if err != nil {
		return 0, nil, err
	}
	for _, e := range ch.edits {
		if len(first) < limit {
			first = append(first, Preview{Row: e.at.n, Sheet: e.at.sheet, Column: in.title(e.position), Was: in.mask(e.position, CleanText(e.was)), Value: in.mask(e.position, e.value)})
		}
	}
	return len(ch.rows()), first, nil
}

// Preview is one cell that a bulk fix would write.
type Preview struct {
	Sheet  string
	Row    int
	Column string
	Was    string
	Value  string
}

func (s *Service) bulk(ctx context.Context, in Info, d *desk, stands *overlay, b Bulk) (*change, error) {
	r, err := d.row(b.At.key(), stands)
	if err != nil {
		return nil, err
	}
	if b.Position < 0 || b.Position >= len(r.Cells) {
		return nil, fault.NotFoundf("import.desk.nocell")
	}
	rows, err := s.troubled(ctx, in, d, stands, b.Position, b.Rule)
	if err != nil {
		return nil, err
	}
	how := Suggestion{Cells: map[string]string{d.b.Columns[b.Position]: b.Value}}
	if b.Idea != "" {
		list, err := s.suggest(ctx, in, d, &r, b.Position, b.Rule)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(list, func(sg Suggestion) bool { return sg.ID == b.Idea })
		if i < 0 {
			return nil, fault.New(fault.Conflict, "import.desk.changed")
		}
		how = list[i]
	}
	ch := &change{kind: ActBulk, column: in.title(b.Position)}
	text := r.Cells[b.Position].Clean()
	for i := range rows {
		var edits []cellEdit
		switch {
		case how.Own:
			edits, err = s.idea(ctx, in, d, &rows[i], b.Position, b.Rule, b.Idea)
		case rows[i].Cells[b.Position].Clean() == text:
			edits, err = s.cells(in, d, &rows[i], how.Cells)
		}
		if err != nil {
			return nil, err
		}
		ch.edits = append(ch.edits, edits...)
	}
	if len(ch.edits) == 0 {
		return nil, errNothing
	}
	return ch, nil
}
