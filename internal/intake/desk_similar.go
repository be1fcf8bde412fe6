package intake

import (
	"context"
	"fmt"
	"slices"

	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

// ruleSimilar is the question about a new number that is almost one of the
// ledger: a person of the same name in the same village, one or two characters
// apart. One of the two was mistyped, or they are two people.
const ruleSimilar = "import.id_similar"

// similar is a person of the ledger who may be the one that a row means.
type similar struct {
	id    int64
	index []byte
	mask  string
}

type villager struct {
	village region.Code
	name    string
}

// alike looks for people of the ledger whose number is almost that of a new
// row. Nothing is read while the place has nobody.
func (c *personChecker) alike(ctx context.Context, work []*personWork, reg *register) error {
	var fresh []*personWork
	for _, w := range work {
		if w.index != nil && reg.byIndex[string(w.index)] == nil && !reg.former[string(w.index)] && w.p.Village != 0 && w.p.Name != "" {
			fresh = append(fresh, w)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if c.inhabited == 0 {
		var a db.Args
		c.inhabited = -1
		var any int
		if err := c.db.Read.QueryRowContext(ctx, `SELECT CASE WHEN EXISTS (SELECT 1 FROM person p WHERE `+region.ScopeOf(c.b.Region).Predicate("p.village", a.Add)+` AND `+live("p")+`) THEN 1 ELSE 0 END`, a.Values...).Scan(&any); err != nil {
			return fmt.Errorf("look for people of the place: %w", err)
		}
		if any != 0 {
			c.inhabited = 1
		}
	}
	if c.inhabited < 0 {
		return nil
	}
	known, err := c.namesakes(ctx, fresh)
	if err != nil {
		return err
	}
	var today [][]byte
	for _, w := range fresh {
		for _, s := range known[villager{w.p.Village, w.p.Name}] {
			number, err := c.Box.Decrypt(sealID, s.cipher)
			if err != nil {
				return err
			}
			if !almost(string(number), w.p.IDNumber) {
				continue
			}
			switch w.row.ask(ruleSimilar, s.mask, []any{s.id, s.index, w.p.IDNumber}, transfer.SamePerson, transfer.TwoPeople) {
			case transfer.SamePerson:
				w.index, w.row.other = s.index, true
				today = append(today, s.index)
			case transfer.TwoPeople:
			default:
				q := w.row.asks[len(w.row.asks)-1]
				w.row.extra = append(w.row.extra, transfer.Finding{Sheet: w.row.Sheet, Row: w.row.N, Column: w.row.heading("id_number"), Rule: ruleSimilar,
					Severity: transfer.Error, Value: w.s.Row.IDText, Key: ruleSimilar, Theirs: s.mask, Offers: q.offers, Basis: q.basis})
				w.doubt = true
			}
			break
		}
	}
	if len(today) == 0 {
		return nil
	}
	more, err := lookup(ctx, c.db.Read, today, true)
	if err != nil {
		return err
	}
	for k, v := range more.byIndex {
		reg.byIndex[k] = v
	}
	return nil
}

// namesake is a person with the name and village of a row.
type namesake struct {
	similar
	cipher []byte
}

// namesakes reads, of the rows' villages, the people with the rows' names.
func (c *personChecker) namesakes(ctx context.Context, fresh []*personWork) (map[villager][]namesake, error) {
	names := make([]string, 0, len(fresh))
	villages := make([]int64, 0, 8)
	for _, w := range fresh {
		names = append(names, w.p.Name)
		if v := int64(w.p.Village); !slices.Contains(villages, v) {
			villages = append(villages, v)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	out := map[villager][]namesake{}
	for len(names) > 0 {
		n := min(lookupChunk, len(names))
		var a db.Args
		rows, err := c.db.Read.QueryContext(ctx, `SELECT p.id, p.id_index, p.id_mask, p.id_cipher, p.village, p.name FROM person p
			WHERE p.village IN `+idList(villages)+` AND p.name IN `+db.List(&a, names[:n])+` AND p.merged_into = 0 AND p.out_on = 0 AND `+live("p")+` ORDER BY p.id`, a.Values...)
		if err != nil {
			return nil, fmt.Errorf("look for namesakes: %w", err)
		}
		for rows.Next() {
			var s namesake
			var v villager
			if err := rows.Scan(&s.id, &s.index, &s.mask, &s.cipher, &v.village, &v.name); err != nil {
				rows.Close()
				return nil, fmt.Errorf("look for namesakes: %w", err)
			}
			out[v] = append(out[v], s)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("look for namesakes: %w", err)
		}
		names = names[n:]
	}
	return out, nil
}

// almost reports two numbers of 18 characters that differ by one mistyped or two
// exchanged characters; the check character follows and does not count.
func almost(a, b string) bool {
	if len(a) < 18 || len(b) < 18 || a[:17] == b[:17] {
		return false
	}
	var at []int
	for i := range 17 {
		if a[i] != b[i] {
			if at = append(at, i); len(at) > 2 {
				return false
			}
		}
	}
	return len(at) == 1 || a[at[0]] == b[at[1]] && a[at[1]] == b[at[0]]
}
