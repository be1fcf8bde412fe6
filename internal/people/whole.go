package people

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// ByHousehold is the order of a printed list: village, household, its head
// first. It is no sort of a page by key.
const ByHousehold Sort = "household"

// IDs are the persons of the scope that match a filter, for a list that is
// printed, kept or taken out whole; grouped puts the village before the sort.
// At most limit ids: one more than the limit tells that there are more.
func (s *Store) IDs(ctx context.Context, q db.Querier, scope region.Scope, f Filter, by Sort, desc, grouped bool, limit int) ([]int64, error) {
	if scope.Empty() {
		return nil, nil
	}
	if err := s.threshold(ctx, q, scope, &f); err != nil {
		return nil, err
	}
	var a db.Args
	where := strings.Join(s.conditions(scope, f, &a), " AND ")
	order := "p.village, p.household_id, p.relation"
	if col, ok := sortColumns[by]; ok {
		if order = col; desc {
			order += " DESC"
		}
		if grouped && by != ByVillage {
			order = "p.village, " + order
		}
	}
	ids, err := readIDs(ctx, q, `SELECT p.id FROM person p WHERE `+where+` ORDER BY `+order+`, p.id LIMIT `+a.Add(limit), a.Values)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return ids, nil
}

// RowsIn is Rows within a snapshot that the caller holds.
func (s *Store) RowsIn(ctx context.Context, q db.Querier, scope region.Scope, ids []int64, month calendar.Month) ([]Row, error) {
	if scope.Empty() || len(ids) == 0 {
		return nil, nil
	}
	if len(ids) > 1000 {
		return nil, fmt.Errorf("people.RowsIn: %d ids, at most 1000", len(ids))
	}
	return s.rows(ctx, q, scope, ids, month)
}

// CountBy counts the persons that match by their places of a level.
func (s *Store) CountBy(ctx context.Context, q db.Querier, scope region.Scope, f Filter, level region.Level) (map[region.Code]int, error) {
	out := map[region.Code]int{}
	if scope.Empty() {
		return out, nil
	}
	if err := s.threshold(ctx, q, scope, &f); err != nil {
		return nil, err
	}
	lo, hi := region.Code(999_999_999_999).At(level).Range()
	var a db.Args
	span := a.Add(int64(hi - lo))
	where := strings.Join(s.conditions(scope, f, &a), " AND ")
	rows, err := q.QueryContext(ctx, `SELECT p.village / `+span+`, count(*) FROM person p WHERE `+where+` GROUP BY 1`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("count people: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		var n int
		if err := rows.Scan(&at, &n); err != nil {
			return nil, fmt.Errorf("count people: %w", err)
		}
		out[region.Code(at)*(hi-lo)] = n
	}
	return out, rows.Err()
}

// Plain is what stands sealed of one person.
type Plain struct{ IDNumber, Phone string }

// Plains opens numbers of residents of the scope, for a file in plain that the
// caller has leave for and puts on record. Who lives elsewhere is left out.
func (s *Store) Plains(ctx context.Context, q db.Querier, scope region.Scope, ids []int64) (map[int64]Plain, error) {
	out := make(map[int64]Plain, len(ids))
	for len(ids) > 0 {
		n := min(lookupChunk, len(ids))
		if err := s.plains(ctx, q, scope, ids[:n], out); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	return out, nil
}

func (s *Store) plains(ctx context.Context, q db.Querier, scope region.Scope, ids []int64, out map[int64]Plain) error {
	var a db.Args
	rows, err := q.QueryContext(ctx, `SELECT p.id, p.id_cipher, p.phone_cipher FROM person p
		WHERE p.id IN `+db.List(&a, ids)+` AND `+scope.Predicate("p.village", a.Add)+` AND `+live("p"), a.Values...)
	if err != nil {
		return fmt.Errorf("open numbers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var number, phone []byte
		if err := rows.Scan(&id, &number, &phone); err != nil {
			return fmt.Errorf("open numbers: %w", err)
		}
		var p Plain
		for _, c := range []struct {
			seal   string
			cipher []byte
			to     *string
		}{{SealID, number, &p.IDNumber}, {SealPhone, phone, &p.Phone}} {
			if len(c.cipher) == 0 {
				continue
			}
			plain, err := s.Box.Decrypt(c.seal, c.cipher)
			if err != nil {
				return fmt.Errorf("open numbers of person %d: %w", id, err)
			}
			*c.to = string(plain)
		}
		out[id] = p
	}
	return rows.Err()
}
