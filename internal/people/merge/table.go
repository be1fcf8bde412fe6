package merge

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/db"
	"wengang/internal/people"
)

// table is one table whose rows belong to a person.
type table struct {
	name   string
	person string // the column that names the person
	// derived rows are worked out anew, also at night: they come back with an
	// undo, but do not tell whether something happened since.
	derived bool
}

// Moved are the tables that a merge takes from one record to the other.
var Moved = []table{
	{name: "person", person: "id"},
	{name: "former_id", person: "person_id"},
	{name: "residence", person: "person_id"},
	{name: "person_kind", person: "person_id"},
	{name: "status_history", person: "person_id"},
	{name: "need", person: "person_id"},
	{name: "spell", person: "person_id"},
	{name: "spell_term", person: "person_id"},
	{name: "spell_seen", person: "person_id"},
	{name: "register_member", person: "person_id"},
	{name: "person_aid", person: "person_id"},
	{name: "finding", person: "person_id", derived: true},
}

// Stays are the tables that name persons and that a merge leaves alone, each
// with the reason. A table that names persons stands in one of the two lists:
// a test reads the schema.
var Stays = map[string]string{
	"field_change":  "history of the record on which it was made; the tombstone shows it",
	"person_month":  "frozen: closed months never change",
	"adjustment":    "of frozen months; a merge adds its own",
	"change_log":    "what readers of the cache apply",
	"person_flow":   "paper of an act on that record",
	"proof":         "issued for that record; found by its number for ever",
	"report_member": "locked with its form",
	"evidence":      "filed with that record, whose address still answers",
	"export_person": "what went out in a file, of that record",
	"handover":      "a county's request about that record; accepting one of a pointer is refused",
	"reconcile_row": "what a comparison found on its day",
}

// sealedColumns are kept in plain inside the sealed snapshot: keys change,
// and what is kept must open after that.
var sealedColumns = map[string]string{"person.id_cipher": people.SealID, "person.phone_cipher": people.SealPhone}

// cell is one stored value.
type cell struct {
	K byte   `json:"k"` // 0 null, 1 whole number, 2 text, 3 bytes
	I int64  `json:"i,omitempty"`
	S string `json:"s,omitempty"`
	B []byte `json:"b,omitempty"`
}

func cellOf(v any) (cell, error) {
	switch v := v.(type) {
	case nil:
		return cell{}, nil
	case int64:
		return cell{K: 1, I: v}, nil
	case int32:
		return cell{K: 1, I: int64(v)}, nil
	case string:
		return cell{K: 2, S: v}, nil
	case []byte:
		return cell{K: 3, B: slices.Clone(v)}, nil
	}
	return cell{}, fmt.Errorf("merge: cannot keep a %T", v)
}

func (c cell) value() any {
	switch c.K {
	case 1:
		return c.I
	case 2:
		return c.S
	case 3:
		return c.B
	}
	return nil
}

// dump is the rows of one table.
type dump struct {
	Table   string   `json:"t"`
	Columns []string `json:"c"`
	Rows    [][]cell `json:"r"`
}

// snapshot is both records as they were.
type snapshot struct {
	Kept, Gone int64
	// Pointed are records that had been merged into the one that went.
	Pointed []int64
	Dumps   []dump
}

func (sn *snapshot) of(name string) *dump {
	for i := range sn.Dumps {
		if sn.Dumps[i].Table == name {
			return &sn.Dumps[i]
		}
	}
	return nil
}

// take reads both records.
func (s *Store) take(ctx context.Context, q db.Querier, kept, gone int64) (*snapshot, error) {
	sn := &snapshot{Kept: kept, Gone: gone}
	for _, t := range Moved {
		d, err := s.dump(ctx, q, t, kept, gone)
		if err != nil {
			return nil, err
		}
		sn.Dumps = append(sn.Dumps, d)
	}
	rows, err := q.QueryContext(ctx, `SELECT id FROM person WHERE merged_into = $1 ORDER BY id`, gone)
	if err != nil {
		return nil, fmt.Errorf("read tombstones: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read tombstones: %w", err)
		}
		sn.Pointed = append(sn.Pointed, id)
	}
	return sn, rows.Err()
}

func (s *Store) dump(ctx context.Context, q db.Querier, t table, kept, gone int64) (dump, error) {
	cols, err := s.db.Dialect.Columns(ctx, q, t.name)
	if err != nil {
		return dump{}, fmt.Errorf("columns of %s: %w", t.name, err)
	}
	slices.Sort(cols)
	d := dump{Table: t.name, Columns: cols}
	rows, err := q.QueryContext(ctx, `SELECT `+strings.Join(cols, ", ")+` FROM `+t.name+` WHERE `+t.person+` IN ($1, $2)`, kept, gone)
	if err != nil {
		return d, fmt.Errorf("read %s: %w", t.name, err)
	}
	defer rows.Close()
	for rows.Next() {
		row, err := s.scan(rows, t.name, cols)
		if err != nil {
			return d, fmt.Errorf("read %s: %w", t.name, err)
		}
		d.Rows = append(d.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return d, fmt.Errorf("read %s: %w", t.name, err)
	}
	slices.SortFunc(d.Rows, compareRows)
	return d, nil
}

func (s *Store) scan(rows *sql.Rows, name string, cols []string) ([]cell, error) {
	values, dest := make([]any, len(cols)), make([]any, len(cols))
	for i := range values {
		dest[i] = &values[i]
	}
	if err := rows.Scan(dest...); err != nil {
		return nil, err
	}
	out := make([]cell, len(cols))
	for i, v := range values {
		c, err := cellOf(v)
		if err != nil {
			return nil, err
		}
		if use := sealedColumns[name+"."+cols[i]]; use != "" && c.K == 3 {
			if c.B, err = s.Box.Decrypt(use, c.B); err != nil {
				return nil, err
			}
		}
		out[i] = c
	}
	return out, nil
}

func compareRows(a, b []cell) int {
	for i := range a {
		if c := int(a[i].K) - int(b[i].K); c != 0 {
			return c
		}
		if a[i].I != b[i].I {
			if a[i].I < b[i].I {
				return -1
			}
			return 1
		}
		if c := strings.Compare(a[i].S, b[i].S); c != 0 {
			return c
		}
		if c := slices.Compare(a[i].B, b[i].B); c != 0 {
			return c
		}
	}
	return 0
}

// mark is a digest of what facts both records hold.
func (sn *snapshot) mark() ([]byte, error) {
	h := sha256.New()
	for _, t := range Moved {
		if t.derived {
			continue
		}
		b, err := json.Marshal(sn.of(t.name))
		if err != nil {
			return nil, fmt.Errorf("mark: %w", err)
		}
		h.Write(b)
	}
	return h.Sum(nil), nil
}

// seal and unseal are the two directions of a snapshot.
func (s *Store) seal(sn *snapshot) ([]byte, error) {
	b, err := json.Marshal(sn)
	if err != nil {
		return nil, fmt.Errorf("seal snapshot: %w", err)
	}
	return s.Box.Encrypt(SealSnapshot, b)
}

func (s *Store) unseal(sealed []byte) (*snapshot, error) {
	b, err := s.Box.Decrypt(SealSnapshot, sealed)
	if err != nil {
		return nil, err
	}
	sn := &snapshot{}
	if err := json.Unmarshal(b, sn); err != nil {
		return nil, fmt.Errorf("open snapshot: %w", err)
	}
	return sn, nil
}

// row is the row of a person, as column → value.
func (d *dump) row(id int64) map[string]cell {
	at := slices.Index(d.Columns, "id")
	for _, r := range d.Rows {
		if r[at].I == id {
			out := make(map[string]cell, len(d.Columns))
			for i, c := range d.Columns {
				out[c] = r[i]
			}
			return out
		}
	}
	return nil
}
