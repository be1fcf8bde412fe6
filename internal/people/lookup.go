package people

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/region"
)

// Ref is what an import needs to know of a person it meets.
type Ref struct {
	ID          int64
	HouseholdID int64
	Village     region.Code
	MergedInto  int64
	OutOn       int64
	Version     int
}

// lookupChunk bounds the placeholders of one statement.
const lookupChunk = 500

// Lookup finds persons by the blind indexes of their numbers, in any place:
// for imports, which decide themselves what of it may be told. The key of the
// answer is the index as a string. Hidden batches are left out.
func Lookup(ctx context.Context, q db.Querier, indexes [][]byte) (map[string]Ref, error) {
	out := make(map[string]Ref, len(indexes))
	for len(indexes) > 0 {
		n := min(lookupChunk, len(indexes))
		var a db.Args
		err := lookup(ctx, q, out, `
			SELECT p.id_index, p.id, p.household_id, p.village, p.merged_into, p.out_on, p.version FROM person p
			WHERE p.id_index IN `+db.List(&a, indexes[:n])+` AND `+live("p"), a.Values)
		if err != nil {
			return nil, err
		}
		indexes = indexes[n:]
	}
	return out, nil
}

// Former finds persons who once had these numbers: a hint to decide, never a
// match.
func Former(ctx context.Context, q db.Querier, indexes [][]byte) (map[string]Ref, error) {
	out := map[string]Ref{}
	for len(indexes) > 0 {
		n := min(lookupChunk, len(indexes))
		var a db.Args
		err := lookup(ctx, q, out, `
			SELECT f.id_index, p.id, p.household_id, p.village, p.merged_into, p.out_on, p.version
			FROM former_id f JOIN person p ON p.id = f.person_id
			WHERE f.id_index IN `+db.List(&a, indexes[:n])+` AND `+live("p"), a.Values)
		if err != nil {
			return nil, err
		}
		indexes = indexes[n:]
	}
	return out, nil
}

func lookup(ctx context.Context, q db.Querier, out map[string]Ref, query string, args []any) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("look up people: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var index []byte
		var r Ref
		if err := rows.Scan(&index, &r.ID, &r.HouseholdID, &r.Village, &r.MergedInto, &r.OutOn, &r.Version); err != nil {
			return fmt.Errorf("look up people: %w", err)
		}
		out[string(index)] = r
	}
	return rows.Err()
}
