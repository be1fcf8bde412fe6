package merge

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Preview is what a merge would do, before anybody decides.
type Preview struct {
	Kept, Gone fact.Person
	Suggest    []string // groups that would rather come from the record that goes
	Kinds      []fact.PersonKind
	Moved      int // spells that go over
	Told       int // spells that both records tell
	Members    int // memberships of the record that goes
	Surveyed   bool
}

// Preview reads two records of the scope.
func (s *Store) Preview(ctx context.Context, scope region.Scope, kept, gone int64) (Preview, error) {
	var out Preview
	err := s.db.Snapshot(ctx, func(q db.Querier) error {
		var need *fact.Need
		var err error
		if out.Kept, _, err = s.resident(ctx, q, scope, kept); err != nil {
			return err
		}
		if out.Gone, need, err = s.resident(ctx, q, scope, gone); err != nil {
			return err
		}
		out.Surveyed = need != nil
		for i := range Groups {
			if Groups[i].Suggest(&out.Kept, &out.Gone) {
				out.Suggest = append(out.Suggest, Groups[i].Name)
			}
		}
		out.Kinds = joinKinds(out.Kept.Kinds, out.Gone.Kinds)
		k, err := s.Spells(ctx, q, kept)
		if err != nil {
			return err
		}
		g, err := s.Spells(ctx, q, gone)
		if err != nil {
			return err
		}
		plan := joinSpells(k, g)
		out.Moved, out.Told = len(plan.Move), len(plan.Drop)
		if err := q.QueryRowContext(ctx, `SELECT count(*) FROM register_member m WHERE m.person_id = $1 AND `+live("m"), gone).Scan(&out.Members); err != nil {
			return fmt.Errorf("count memberships: %w", err)
		}
		return nil
	})
	return out, err
}
