package merge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/people"
	"wengang/internal/region"
)

// Why says what two records have in common; the words stand in the catalogue
// under "people.double.<why>".
type Why string

// What makes two records look like one person.
const (
	SameBirth Why = "birth"  // name and birthday
	SamePhone Why = "phone"  // name and phone
	SameCode  Why = "code"   // the national system's 人编号
	FormerID  Why = "former" // one has the number that the other had
	ShortID   Why = "short"  // one has the other's number with 15 digits, kept as another document
)

// Pair is two records that look like one person.
type Pair struct {
	A, B people.Row
	Why  []Why
}

// pairLimit is how many pairs one page shows.
const pairLimit = 200

type pairKey struct{ a, b int64 }

// Candidates are pairs of registered records of the scope that look like one
// person and that nobody has set apart, at most 200; more says that there are.
func (s *Store) Candidates(ctx context.Context, scope region.Scope) (out []Pair, more bool, err error) {
	if scope.Empty() {
		return nil, false, nil
	}
	why := map[pairKey][]Why{}
	for _, w := range []Why{SameCode, FormerID, SameBirth, SamePhone} {
		if err := s.pairs(ctx, scope, w, why); err != nil {
			return nil, false, err
		}
	}
	if err := s.shortIDs(ctx, scope, why); err != nil {
		return nil, false, err
	}
	keys := make([]pairKey, 0, len(why))
	for k := range why {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y pairKey) int {
		return cmp.Or(cmp.Compare(len(why[y]), len(why[x])), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	if more = len(keys) > pairLimit; more {
		keys = keys[:pairLimit]
	}
	rows := map[int64]people.Row{}
	var ids []int64
	for _, k := range keys {
		ids = append(ids, k.a, k.b)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	list, err := s.People.Rows(ctx, scope, ids, 0)
	if err != nil {
		return nil, false, err
	}
	for _, r := range list {
		rows[r.ID] = r
	}
	for _, k := range keys {
		a, okA := rows[k.a]
		b, okB := rows[k.b]
		if okA && okB && !a.Reduced && !b.Reduced {
			out = append(out, Pair{A: a, B: b, Why: why[k]})
		}
	}
	return out, more, nil
}

// joins are the conditions between two records by what they share. Each begins
// with an indexed column.
var joins = map[Why]string{
	SameBirth: `person b ON b.name = p.name AND b.birth = p.birth AND b.id > p.id AND p.birth <> 0`,
	SamePhone: `person b ON b.phone_index = p.phone_index AND b.name = p.name AND b.id > p.id AND p.phone_index IS NOT NULL`,
	SameCode:  `person b ON b.code = p.code AND b.id > p.id AND p.code <> ''`,
	FormerID:  `former_id f ON f.id_index = p.id_index AND f.person_id <> p.id JOIN person b ON b.id = f.person_id`,
}

func (s *Store) pairs(ctx context.Context, scope region.Scope, w Why, out map[pairKey][]Why) error {
	var a db.Args
	where := []string{scope.Predicate("p.village", a.Add), scope.Predicate("b.village", a.Add)}
	for _, t := range []string{"p", "b"} {
		where = append(where, t+".merged_into = 0", live(t))
	}
	where = append(where, `NOT EXISTS (SELECT 1 FROM person_apart x WHERE x.a = p.id AND x.b = b.id OR x.a = b.id AND x.b = p.id)`)
	rows, err := s.db.Read.QueryContext(ctx, `SELECT p.id, b.id FROM person p JOIN `+joins[w]+` WHERE `+strings.Join(where, " AND ")+` LIMIT `+a.Add(pairLimit+1), a.Values...)
	if err != nil {
		return fmt.Errorf("find duplicates: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var x, y int64
		if err := rows.Scan(&x, &y); err != nil {
			return fmt.Errorf("find duplicates: %w", err)
		}
		k := pairKey{min(x, y), max(x, y)}
		if !slices.Contains(out[k], w) {
			out[k] = append(out[k], w)
		}
	}
	return rows.Err()
}

// shortIDs opens the few numbers of 15 characters that stand as another
// document, and looks for their 18-digit form. A 15-digit resident number is
// upgraded when it is written, so it meets its long form by itself.
func (s *Store) shortIDs(ctx context.Context, scope region.Scope, out map[pairKey][]Why) error {
	var a db.Args
	rows, err := s.db.Read.QueryContext(ctx, `SELECT p.id, p.id_cipher FROM person p WHERE `+scope.Predicate("p.village", a.Add)+
		` AND p.merged_into = 0 AND p.id_kind > 2 AND p.id_kind < 9 AND `+live("p")+` LIMIT 2000`, a.Values...)
	if err != nil {
		return fmt.Errorf("find duplicates: %w", err)
	}
	long := map[int64][]byte{}
	for rows.Next() {
		var id int64
		var sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			rows.Close()
			return fmt.Errorf("find duplicates: %w", err)
		}
		plain, err := s.Box.Decrypt(people.SealID, sealed)
		if err != nil {
			rows.Close()
			return err
		}
		if n, problem := idcard.Parse(string(plain)); problem == idcard.OK {
			long[id] = s.Box.BlindIndex(people.IndexID, n.Number)
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return fmt.Errorf("find duplicates: %w", err)
	}
	for id, index := range long {
		var b db.Args
		found, err := readIDs(ctx, s.db.Read, `SELECT p.id FROM person p WHERE p.id_index = `+b.Add(index)+` AND p.merged_into = 0 AND p.id <> `+b.Add(id)+
			` AND `+scope.Predicate("p.village", b.Add)+` AND `+live("p"), b.Values)
		if err != nil {
			return err
		}
		for _, other := range found {
			k := pairKey{min(id, other), max(id, other)}
			out[k] = append(out[k], ShortID)
		}
	}
	return nil
}

func readIDs(ctx context.Context, q db.Querier, query string, args []any) (out []int64, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("find duplicates: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("find duplicates: %w", err)
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// Apart records that two records of the scope are two people: the pair is not
// shown again.
func (s *Store) Apart(ctx context.Context, scope region.Scope, by account.Caller, a, b int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := len([]rune(reason)); n < 2 || n > 200 {
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "people.merge.reason"})
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		var home region.Code
		for _, id := range []int64{a, b} {
			p, _, err := s.resident(ctx, tx, scope, id)
			if err != nil {
				return err
			}
			home = p.Village
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO person_apart (a, b, reason, at, by_user) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (a, b) DO UPDATE SET reason = excluded.reason, at = excluded.at, by_user = excluded.by_user`,
			min(a, b), max(a, b), reason, db.Millis(tx.Now), by.UserID)
		if err != nil {
			return fmt.Errorf("set apart: %w", err)
		}
		return s.Audit.Write(ctx, tx, by, audit.Entry{Action: "people.apart", Object: "person", ObjectID: itoa(min(a, b)), Region: home,
			Detail: map[string]string{"other": itoa(max(a, b))}})
	})
}
