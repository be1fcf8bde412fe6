package transfer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Remembered is a choice of columns that an office keeps for the next file with
// the same headings.
type Remembered struct {
	ID        int64
	Region    region.Code // of the office
	Kind      string
	Title     string
	Mapping   Mapping
	Uses      int64
	UsedAt    time.Time
	CreatedBy int64
	CreatedAt time.Time
	signature string
}

// Imported counts the headings that are columns, Left those that are not imported.
func (r Remembered) Imported() (n int) {
	for _, c := range r.Mapping.Columns {
		if c.Key != "" {
			n++
		}
	}
	return n
}

// Left counts the headings that are not imported.
func (r Remembered) Left() int { return len(r.Mapping.Columns) - r.Imported() }

const rememberedColumns = `id, region, kind, title, mapping, uses, used_at, created_by, created_at, signature`

// mappings reads what offices of the scope remember; where is a further
// condition of the code's own.
func mappings(ctx context.Context, q db.Querier, scope region.Scope, where func(a *db.Args) string) ([]Remembered, error) {
	a := &db.Args{}
	rows, err := q.QueryContext(ctx, `SELECT `+rememberedColumns+` FROM import_mapping WHERE `+scope.Predicate("region", a.Add)+` AND `+where(a)+` ORDER BY region DESC, id DESC`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("read remembered columns: %w", err)
	}
	defer rows.Close()
	var out []Remembered
	for rows.Next() {
		var r Remembered
		var raw string
		var used, created int64
		if err := rows.Scan(&r.ID, &r.Region, &r.Kind, &r.Title, &raw, &r.Uses, &used, &r.CreatedBy, &created, &r.signature); err != nil {
			return nil, fmt.Errorf("read remembered columns: %w", err)
		}
		if err := json.Unmarshal([]byte(raw), &r.Mapping); err != nil {
			return nil, fmt.Errorf("remembered columns %d: %w", r.ID, err)
		}
		r.Mapping.ID = r.ID
		r.UsedAt, r.CreatedAt = db.FromMillis(used), db.FromMillis(created)
		out = append(out, r)
	}
	return out, rows.Err()
}

// office is the place of the grant under which the caller imports at a place.
func office(c account.Caller, at region.Code) region.Code {
	for _, root := range c.Scope(account.ImportRun).Roots() {
		if root.Contains(at) {
			return root
		}
	}
	return at
}

// recall finds what the caller's office, or one between it and the place,
// remembers for one of the signatures; the nearest to the place wins.
func recall(ctx context.Context, q db.Querier, c account.Caller, kind string, at region.Code, signed func() ([]string, error)) (*Remembered, error) {
	chain := []int64{int64(at)}
	for r := at; r != region.Country; {
		r = r.Parent()
		chain = append(chain, int64(r))
	}
	list, err := mappings(ctx, q, c.Scope(account.ImportRun), func(a *db.Args) string {
		return `kind = ` + a.Add(kind) + ` AND region IN ` + db.List(a, chain)
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	signatures, err := signed()
	if err != nil {
		return nil, err
	}
	var best *Remembered
	for i := range list {
		for _, s := range signatures {
			if list[i].signature == s && (best == nil || list[i].Region.Level() > best.Region.Level()) {
				best = &list[i]
			}
		}
	}
	return best, nil
}

// used counts a use of remembered columns.
func used(ctx context.Context, tx *db.Tx, m *Mapping) error {
	if m == nil || m.ID == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE import_mapping SET uses = uses + 1, used_at = $1 WHERE id = $2`, db.Millis(tx.Now), m.ID)
	return err
}

// remember keeps a choice for the office and answers its id.
func remember(ctx context.Context, tx *db.Tx, c account.Caller, at region.Code, kind, title, sign string, m Mapping) (id int64, err error) {
	m.ID = 0
	raw, err := json.Marshal(m)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `
		INSERT INTO import_mapping (region, kind, signature, title, mapping, uses, used_at, created_by, created_at) VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $6)
		ON CONFLICT (region, kind, signature) DO UPDATE SET title = excluded.title, mapping = excluded.mapping, created_by = excluded.created_by, created_at = excluded.created_at,
			uses = import_mapping.uses + 1, used_at = excluded.used_at RETURNING id`,
		int64(at), kind, sign, title, string(raw), db.Millis(tx.Now), c.UserID).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("remember columns: %w", err)
	}
	return id, nil
}

// Mappings lists what the offices of the caller's area remember.
func (s *Service) Mappings(ctx context.Context, c account.Caller) ([]Remembered, error) {
	if !c.Can(account.ImportRun) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden", account.ImportRun)
	}
	return mappings(ctx, s.db.Read, c.Scope(account.ImportRun), func(*db.Args) string { return `1 = 1` })
}

// Forget drops remembered columns; imports that used them keep their reading.
func (s *Service) Forget(ctx context.Context, c account.Caller, id int64) error {
	if !c.Can(account.ImportRun) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.ImportRun)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		a := &db.Args{}
		var kind string
		var at region.Code
		err := tx.QueryRowContext(ctx, `DELETE FROM import_mapping WHERE id = `+a.Add(id)+` AND `+c.Scope(account.ImportRun).Predicate("region", a.Add)+` RETURNING kind, region`,
			a.Values...).Scan(&kind, &at)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.NotFoundf("import.map.notfound")
		}
		if err != nil || s.audit == nil {
			return err
		}
		return s.audit.Write(ctx, tx, c, audit.Entry{Action: "import.forget", Object: "import_mapping", ObjectID: fmt.Sprint(id), Region: at, Detail: map[string]string{"kind": kind}})
	})
}
