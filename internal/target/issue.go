package target

import (
	"context"
	"fmt"
	"sort"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Issue writes a signed decomposition as a table that stands, in place of
// another where replaces is not 0. The same document twice for one indicator
// of a place is a Conflict.
func Issue(ctx context.Context, tx *db.Tx, by account.Caller, t *Table, replaces int64) error {
	if !by.Scope(account.TargetSign).Contains(t.Region) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.TargetSign)
	}
	if t.Unit == "" {
		return fault.New(fault.Invalid, "target.unit_missing")
	}
	t.value()
	var taken int64
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM target_table WHERE region = $1 AND indicator_key = $2 AND year = $3 AND doc_no = $4 AND sample_of = $5 AND replaced_by = 0 AND withdrawn_at = 0 AND id <> $6`,
		int64(t.Region), t.IndicatorKey, t.Year, t.DocNo, t.SampleOf, replaces).Scan(&taken)
	if err != nil {
		return fmt.Errorf("issue: %w", err)
	}
	if taken > 0 {
		return fault.New(fault.Conflict, "target.split.doc_taken", t.DocNo)
	}
	if t.Version, err = nextVersion(ctx, tx, t); err != nil {
		return err
	}
	if replaces != 0 {
		var before int
		if err := tx.QueryRowContext(ctx, `SELECT version FROM target_table WHERE id = $1 AND replaced_by = 0 AND withdrawn_at = 0`, replaces).Scan(&before); err != nil {
			return fault.New(fault.Conflict, "target.split.moved")
		}
		t.Version = max(t.Version, before+1)
	}
	t.SignedBy, t.SignedName = by.UserID, by.Name
	if err := insert(ctx, tx, t, by.UserID); err != nil {
		return err
	}
	if replaces != 0 {
		if _, err := tx.ExecContext(ctx, "UPDATE target_table SET replaced_by = $1 WHERE id = $2", t.ID, replaces); err != nil {
			return fmt.Errorf("issue: %w", err)
		}
	}
	return nil
}

// Retract takes a table that stands out of force; it is kept. Tables below that
// were made out of it must go first.
func Retract(ctx context.Context, tx *db.Tx, by account.Caller, t *Table) error {
	if !by.Scope(account.TargetSign).Contains(t.Region) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.TargetSign)
	}
	lo, hi := t.Region.Range()
	var below int64
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM target_table WHERE parent_key = $1 AND region >= $2 AND region < $3 AND region <> $4 AND replaced_by = 0 AND withdrawn_at = 0`,
		t.Lineage(), int64(lo), int64(hi), int64(t.Region)).Scan(&below)
	if err != nil {
		return fmt.Errorf("retract: %w", err)
	}
	if below > 0 {
		return fault.New(fault.Conflict, "target.split.divided", below)
	}
	res, err := tx.ExecContext(ctx, "UPDATE target_table SET withdrawn_at = $1 WHERE id = $2 AND replaced_by = 0 AND withdrawn_at = 0", db.Millis(tx.Now), t.ID)
	if err != nil {
		return fmt.Errorf("retract: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fault.New(fault.Conflict, "target.split.moved")
	}
	return nil
}

// Lineage names what a table and those made out of it have in common.
func (t *Table) Lineage() string {
	return fmt.Sprintf("%s|%d|%d", t.IndicatorKey, t.Year, t.SampleOf)
}

// Standing is the version of a table that stands for it now: itself, or what
// replaced it; NotFound where it was withdrawn.
func (s *Store) Standing(ctx context.Context, scope region.Scope, id int64) (*Table, error) {
	for range 1000 {
		t, err := s.get(ctx, s.db.Read, scope, id)
		switch {
		case err != nil:
			return nil, err
		case t.WithdrawnAt != 0:
			return nil, errNotFound
		case t.ReplacedBy == 0:
			return t, nil
		}
		id = t.ReplacedBy
	}
	return nil, errNotFound
}

// Versions are a table with what it replaced and what replaced it, the oldest
// first.
func (s *Store) Versions(ctx context.Context, scope region.Scope, id int64) ([]*Table, error) {
	t, err := s.get(ctx, s.db.Read, scope, id)
	if err != nil {
		return nil, err
	}
	seen := map[int64]*Table{t.ID: t}
	for todo := []*Table{t}; len(todo) > 0 && len(seen) < 200; {
		x := todo[0]
		todo = todo[1:]
		near, err := s.read(ctx, s.db.Read, scope, "(t.replaced_by = $1 OR t.id = $2) AND "+live("t"), []any{x.ID, x.ReplacedBy})
		if err != nil {
			return nil, err
		}
		for _, n := range near {
			if seen[n.ID] == nil && len(n.Rows) > 0 {
				seen[n.ID] = n
				todo = append(todo, n)
			}
		}
	}
	var out []*Table
	for _, x := range seen {
		out = append(out, x)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out, nil
}

// Differs is a row that two versions print differently; "" stands for none.
type Differs struct {
	Region        region.Code
	Name          string
	PartName      string
	Partner       region.Code
	Before, After string
	Change        int64 // persons or things; known where both have a value
	Known         bool
}

// Diff tells what changed from one version to the next, in the order of the
// rows, those that went away last.
func Diff(before, after *Table) []Differs {
	type key struct {
		at, partner region.Code
		part        string
	}
	of := func(r *Row) key { return key{r.Region, r.Partner, r.PartName} }
	old := map[key]*Row{}
	for i := range before.Rows {
		old[of(&before.Rows[i])] = &before.Rows[i]
	}
	var out []Differs
	for i := range after.Rows {
		r := &after.Rows[i]
		d := Differs{Region: r.Region, Name: r.Name, PartName: r.PartName, Partner: r.Partner, After: r.Printed + after.Unit}
		if was := old[of(r)]; was != nil {
			delete(old, of(r))
			d.Before = was.Printed + before.Unit
			if d.Known = was.Value >= 0 && r.Value >= 0; d.Known {
				d.Change = r.Value - was.Value
			}
			if d.Before == d.After || d.Known && d.Change == 0 {
				continue
			}
		}
		out = append(out, d)
	}
	for i := range before.Rows {
		if r := &before.Rows[i]; old[of(r)] != nil {
			out = append(out, Differs{Region: r.Region, Name: r.Name, PartName: r.PartName, Partner: r.Partner, Before: r.Printed + before.Unit})
		}
	}
	return out
}
