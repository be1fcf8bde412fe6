package listing

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
	"wengang/internal/text"
)

// Out says how a list leaves: printed or as a workbook.
type Out struct {
	Title  string
	Region region.Code
	Lang   text.Lang
	Plain  bool   // numbers in plain where the caller may reveal them
	Reason string // why, for a file in plain
	Split  bool   // every village begins a page of its own
}

// table is a list with its cells, ready for paper or workbook.
type table struct {
	cols     []Column
	rows     [][]string
	villages []region.Code
	ids      []int64
	plain    int // rows that hold a number in plain
}

// read makes the table of a chosen or official list.
func (s *Store) read(ctx context.Context, q db.Querier, by account.Caller, a Asked, o Out, limit int) (*table, error) {
	t := &table{cols: a.Columns}
	scope := by.Scope(account.PeopleRead).Within(o.Region)
	w := s.Words(o.Lang)
	_, err := s.whole(ctx, q, scope, a, limit, func(rows []Person) error {
		for i := range rows {
			p := &rows[i]
			cells := make([]string, len(t.cols))
			for j := range t.cols {
				cells[j] = t.cols[j].Cell(by, p, w)
			}
			t.rows, t.villages, t.ids = append(t.rows, cells), append(t.villages, p.Village), append(t.ids, p.ID)
		}
		return nil
	})
	return t, err
}

// fromPrints makes the table of a version.
func fromPrints(cols []Column, prints []Print) *table {
	t := &table{cols: cols}
	for _, p := range prints {
		t.rows, t.villages, t.ids = append(t.rows, p.Cells), append(t.villages, p.Village), append(t.ids, p.ID)
	}
	return t
}

// plainColumns are the columns whose masks a file in plain opens, with the
// export log's names of them.
var plainColumns = map[string]string{"id": "id_number", "phone": "phone"}

func plainFields(cols []Column) (out []string) {
	for _, c := range cols {
		if f := plainColumns[c.Key]; f != "" {
			out = append(out, f)
		}
	}
	return out
}

// open puts plain numbers into a table, of those whom the caller may reveal.
func (s *Store) open(ctx context.Context, q db.Querier, by account.Caller, t *table) error {
	plain, err := s.People.Plains(ctx, q, by.Scope(account.PeopleReveal), slices.Clone(t.ids))
	if err != nil {
		return err
	}
	for i, id := range t.ids {
		p, ok := plain[id]
		if !ok {
			continue
		}
		t.rows[i] = slices.Clone(t.rows[i])
		opened := false
		for j, c := range t.cols {
			v := map[string]string{"id": p.IDNumber, "phone": p.Phone}[c.Key]
			if v != "" {
				t.rows[i][j], opened = v, true
			}
		}
		if opened {
			t.plain++
		}
	}
	return nil
}

// Print is a list on paper: at most as many people as the setting of the place
// allows. It is on record.
func (s *Store) Print(ctx context.Context, by account.Caller, a Asked, o Out) (*Ledger, error) {
	if !by.Scope(account.PeopleRead).Contains(o.Region) {
		return nil, errNotFound
	}
	set, err := s.settings(ctx, s.db.Read, o.Region)
	if err != nil {
		return nil, err
	}
	var t *table
	err = s.db.Snapshot(ctx, func(q db.Querier) error {
		t, err = s.read(ctx, q, by, a, o, set.Int(PrintRows))
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.ledger(ctx, by, t, a.Group, o)
}

// PrintVersion is a version on paper.
func (s *Store) PrintVersion(ctx context.Context, by account.Caller, v Version, o Out) (*Ledger, error) {
	prints, err := s.Prints(ctx, by.Scope(account.PeopleRead), v)
	if err != nil {
		return nil, err
	}
	set, err := s.settings(ctx, s.db.Read, v.Region)
	if err != nil {
		return nil, err
	}
	if limit := set.Int(PrintRows); len(prints) > limit {
		return nil, fault.New(fault.Invalid, "listing.too_many", limit)
	}
	return s.ledger(ctx, by, fromPrints(columnsOf(v.Columns), prints), true, o)
}

func (s *Store) ledger(ctx context.Context, by account.Caller, t *table, grouped bool, o Out) (*Ledger, error) {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		return s.Audit.Write(ctx, tx, by, audit.Entry{Action: "listing.print", Object: "list", Region: o.Region,
			Detail: map[string]string{"rows": strconv.Itoa(len(t.rows)), "columns": keysOf(t.cols)}})
	})
	if err != nil {
		return nil, err
	}
	w := s.Words(o.Lang)
	l := &Ledger{Title: o.Title, Total: len(t.rows)}
	for _, c := range t.cols {
		l.Heads = append(l.Heads, Head{Key: c.Key, Label: w.Label(c), Width: c.Width, Form: c.Form})
	}
	l.Heads = fit(l.Heads)
	rows := make([]LedgerRow, len(t.rows))
	for i, cells := range t.rows {
		rows[i] = LedgerRow{No: i + 1, Cells: cells, ID: t.ids[i]}
	}
	if grouped && (o.Split || !sparse(t.villages)) {
		rows = group(rows, t.villages, w.Place)
	}
	l.Sheets = paginate(rows, l.Heads, o.Split)
	return l, nil
}

func keysOf(cols []Column) string {
	keys := make([]string, len(cols))
	for i, c := range cols {
		keys[i] = c.Key
	}
	return strings.Join(keys, ",")
}

// Export is a list as a workbook. The caller needs PeopleExport at the place;
// numbers in plain need PeopleReveal where the person lives, a reason, and
// above some rows the consent of a second person (audit.Log).
func (s *Store) Export(ctx context.Context, by account.Caller, a Asked, o Out) ([]byte, error) {
	if err := mayExport(by, o); err != nil {
		return nil, err
	}
	var t *table
	err := s.db.Snapshot(ctx, func(q db.Querier) (err error) {
		if t, err = s.read(ctx, q, by, a, o, maxRows); err != nil {
			return err
		}
		return s.opened(ctx, q, by, t, o)
	})
	if err != nil {
		return nil, err
	}
	return s.takeOut(ctx, by, t, a.Group, o)
}

// ExportVersion is a version as a workbook; plain numbers are those that the
// record holds today.
func (s *Store) ExportVersion(ctx context.Context, by account.Caller, v Version, o Out) ([]byte, error) {
	if err := mayExport(by, o); err != nil {
		return nil, err
	}
	prints, err := s.Prints(ctx, by.Scope(account.PeopleRead), v)
	if err != nil {
		return nil, err
	}
	t := fromPrints(columnsOf(v.Columns), prints)
	err = s.db.Snapshot(ctx, func(q db.Querier) error { return s.opened(ctx, q, by, t, o) })
	if err != nil {
		return nil, err
	}
	return s.takeOut(ctx, by, t, true, o)
}

func mayExport(by account.Caller, o Out) error {
	switch {
	case !by.Scope(account.PeopleRead).Contains(o.Region):
		return errNotFound
	case !by.Scope(account.PeopleExport).Contains(o.Region):
		return fault.New(fault.Forbidden, "fault.forbidden", account.PeopleExport)
	case o.Plain && !by.Can(account.PeopleReveal):
		return fault.New(fault.Forbidden, "fault.forbidden", account.PeopleReveal)
	case o.Plain && len([]rune(strings.TrimSpace(o.Reason))) < 4:
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "listing.export.reason"})
	}
	return nil
}

// opened opens a table's numbers where that is asked and the consent stands.
func (s *Store) opened(ctx context.Context, q db.Querier, by account.Caller, t *table, o Out) error {
	fields := plainFields(t.cols)
	if !o.Plain || len(fields) == 0 {
		return nil
	}
	e := audit.Export{Kind: "people", Region: o.Region, Rows: int64(len(t.rows)), Unmasked: true, Fields: fields}
	if _, err := s.Leave.Approval(ctx, q, by, e); err != nil {
		return err
	}
	return s.open(ctx, q, by, t)
}

// takeOut writes the workbook and puts it on record before it is answered.
func (s *Store) takeOut(ctx context.Context, by account.Caller, t *table, grouped bool, o Out) ([]byte, error) {
	var buf bytes.Buffer
	w := s.Words(o.Lang)
	mark := fmt.Sprintf("%s · %s · %s", by.Name, s.db.Clock().Format("2006-01-02 15:04"), by.RequestID)
	if err := workbook(&buf, s.Scratch, t, grouped, w, o, mark); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(buf.Bytes())
	e := audit.Export{Kind: "people", Region: o.Region, Rows: int64(len(t.rows)), Unmasked: t.plain > 0, Reason: secret.Scrub(strings.TrimSpace(o.Reason)), FileHash: sum[:], People: t.ids}
	if e.Unmasked {
		e.Fields = plainFields(t.cols)
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := s.Leave.Exported(ctx, tx, by, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// ExportPasted is the answer to a pasted list as a workbook, in its order.
func (s *Store) ExportPasted(ctx context.Context, by account.Caller, lines []Line, cols []Column, o Out) ([]byte, error) {
	if err := mayExport(by, o); err != nil {
		return nil, err
	}
	answers, err := s.Pasted(ctx, by, o.Region, lines)
	if err != nil {
		return nil, err
	}
	w := s.Words(o.Lang)
	t := &table{cols: append([]Column{{Key: "state", Form: Text, Width: 14}}, cols...)}
	var ids []int64
	for i := range answers {
		cells := append([]string{w.Found(&answers[i])}, w.Cells(by, &answers[i], cols)...)
		t.rows, t.villages = append(t.rows, cells), append(t.villages, 0)
		if p := answers[i].Person; p != nil {
			ids = append(ids, p.ID)
		}
	}
	t.ids = ids
	return s.takeOut(ctx, by, t, false, o)
}

// Cells are a person's cells in an answer, empty where nobody was found.
func (w *Words) Cells(by account.Caller, a *Answer, cols []Column) []string {
	out := make([]string, len(cols))
	if a.Person != nil {
		for j := range cols {
			out[j] = cols[j].Cell(by, a.Person, w)
		}
	}
	return out
}

// Found is what became of a line, in words.
func (w *Words) Found(a *Answer) string {
	switch a.Found {
	case Nothing:
		return ""
	case Unreadable:
		return text.T(w.lang, "listing.found.bad", text.T(w.lang, a.Problem.Key()))
	case Absent:
		return text.T(w.lang, "listing.found.absent")
	case Left:
		return text.T(w.lang, "listing.found.left", w.enum("outreason", a.Person.OutReason))
	}
	return text.T(w.lang, "listing.found.here")
}
