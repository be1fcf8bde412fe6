package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/sheet"
)

// ColumnChoice is what a person chose: a column for each heading of a sheet, "" where
// it is not imported.
type ColumnChoice struct {
	At
	Keys     []string
	Remember bool
}

// Choose reads a batch's file by the columns that a person chose, and checks it
// anew. With Remember the caller's office keeps the choice for the next file
// with the same headings.
func (s *Service) Choose(ctx context.Context, c account.Caller, id int64, ch ColumnChoice) error {
	d, err := s.Draft(ctx, c, id, ch.At)
	if err != nil {
		return err
	}
	if !d.Open {
		return fault.New(fault.Conflict, "import.state."+string(d.State))
	}
	book, f, err := s.openBook(d.filePath, d.FileSize, d.FileName)
	if err != nil {
		return err
	}
	defer f.Close()
	m, names, err := d.mapping(book, ch.Keys)
	if err != nil {
		return err
	}
	l := d.Layout
	l.mapping = m
	match, err := Recognise(book, []Layout{l})
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if ch.Remember {
			if m.ID, err = remember(ctx, tx, c, office(c, d.Region), d.Kind, l.Title, signature(names), *m); err != nil {
				return err
			}
		}
		r := readingOf(match)
		r.Mapping = m
		reading, err := json.Marshal(r)
		if err != nil {
			return err
		}
		if err := move(ctx, tx, id, ActMap, `layout = $4, columns = $5, reading = $6, message = ''`, l.ID, strings.Join(match.Columns, ","), string(reading)); err != nil {
			return err
		}
		if err := moveEdits(ctx, tx, id, d.Columns, match.Columns); err != nil {
			return err
		}
		if s.audit == nil {
			return nil
		}
		return s.audit.Write(ctx, tx, c, audit.Entry{Action: "import.columns", Object: "import", ObjectID: fmt.Sprint(id), Region: d.Region,
			Detail: map[string]string{"kind": d.Kind, "columns": fmt.Sprint(match.Columns), "remembered": fmt.Sprint(ch.Remember)}})
	})
	if err != nil {
		return err
	}
	return s.enqueue(ctx, id, "check")
}

// moveEdits takes the corrections of cells along to where their columns stand
// now. Those of a column that is not imported any more stay with the batch and
// lie over nothing.
func moveEdits(ctx context.Context, tx *db.Tx, batch int64, was, now []string) error {
	const aside = 1 << 20 // positions on their way, so that none is moved twice
	for i, key := range was {
		to := slices.Index(now, key)
		if to < 0 {
			to = -1 - i
		}
		if _, err := tx.ExecContext(ctx, `UPDATE import_edit SET position = $1 WHERE batch_id = $2 AND position = $3`, to+aside, batch, i); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `UPDATE import_edit SET position = position - $1 WHERE batch_id = $2 AND position >= $3`, aside, batch, aside-len(was)-1)
	return err
}

// mapping makes the mapping of a choice; the headings are read from the file
// again, not taken from the form.
func (d *Draft) mapping(book *sheet.Book, keys []string) (*Mapping, []string, error) {
	var sh *sheet.Sheet
	for _, x := range book.Sheets() {
		if !x.Hidden && x.Name == d.Sheets[d.Sheet] {
			sh = x
		}
	}
	head, err := readHead(sh)
	if err != nil {
		return nil, nil, err
	}
	names := headAt(head, d.HeadRow, d.HeadRows)
	m := &Mapping{Layout: d.Layout.ID, HeadRow: d.HeadRow, HeadRows: d.HeadRows}
	by := map[string]string{}
	for c, name := range names {
		if name == "" {
			continue
		}
		if longRun(name) {
			return nil, nil, fault.New(fault.Invalid, "import.map.data", d.Sheets[d.Sheet], d.HeadRow)
		}
		mc := MapColumn{Heading: clip(name)}
		if c < len(keys) && keys[c] != "" {
			k := slices.IndexFunc(d.Layout.Columns, func(x Column) bool { return x.Key == keys[c] })
			if k < 0 {
				return nil, nil, fault.New(fault.Invalid, "import.map.unknown", keys[c])
			}
			if other, twice := by[keys[c]]; twice {
				return nil, nil, fault.New(fault.Invalid, "import.map.twice", d.Layout.Columns[k].Headings[0], other, mc.Heading)
			}
			by[keys[c]], mc.Key = mc.Heading, keys[c]
		}
		m.Columns = append(m.Columns, mc)
	}
	if signature(names) == "" {
		return nil, nil, fault.New(fault.Invalid, "import.map.nohead", d.Sheets[d.Sheet], d.HeadRow)
	}
	return m, names, nil
}
