package intake

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

// attendance is whom a full file has named so far.
type attendance struct {
	ids   []int64
	loose []looseName // rows whose number says nobody: by household and name
}

type looseName struct{ household, name string }

// maxLoose bounds what is remembered of rows without a usable number.
const maxLoose = 100_000

// call notes whom a chunk of rows names.
func (c *checker) call(reg *register, unread []*row) {
	if !c.b.Full {
		return
	}
	for _, k := range reg.byIndex {
		c.present.ids = append(c.present.ids, k.ID)
	}
	for _, r := range unread {
		if h, n := r.text("household"), transfer.CleanName(r.text("name")); h != "" && n != "" && len(c.present.loose) < maxLoose {
			c.present.loose = append(c.present.loose, looseName{h, n})
		}
	}
}

// Named are the people of the ledger whom the rows name.
func (c *checker) Named() []int64 { return c.present.ids }

// absentFrom are the people of the batch's place who are not named, by village.
// still keeps, of those, the ones whom the file would have to name.
func (c *checker) absentFrom(ctx context.Context, still func(in string, a *db.Args) string) ([]int64, bool, error) {
	if !c.b.Full {
		return nil, false, nil
	}
	named := slices.Clone(c.present.ids)
	if more, err := c.looseOnes(ctx); err != nil {
		return nil, false, err
	} else if len(more) > 0 {
		named = append(named, more...)
	}
	slices.Sort(named)
	a := &db.Args{}
	rows, err := c.db.Read.QueryContext(ctx, `SELECT p.id FROM person p WHERE `+region.ScopeOf(c.b.Region).Predicate("p.village", a.Add)+
		` AND p.out_on = 0 AND p.merged_into = 0 AND `+live("p")+` ORDER BY p.village, p.id`, a.Values...)
	if err != nil {
		return nil, false, fmt.Errorf("read people of the place: %w", err)
	}
	defer rows.Close()
	var out []int64
	var id int64
	for rows.Next() {
		if err := rows.Scan(&id); err != nil {
			return nil, false, fmt.Errorf("read people of the place: %w", err)
		}
		if _, ok := slices.BinarySearch(named, id); !ok {
			out = append(out, id)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, false, fmt.Errorf("read people of the place: %w", err)
	}
	keep := make(map[int64]bool, len(out))
	if err := eachOf(ctx, c.db.Read, out, still, func() { keep[id] = true }, &id); err != nil {
		return nil, false, fmt.Errorf("read absent people: %w", err)
	}
	return slices.DeleteFunc(out, func(id int64) bool { return !keep[id] }), true, nil
}

// looseOnes finds the people whom rows without a usable number name: a number
// that is mistyped makes nobody absent.
func (c *checker) looseOnes(ctx context.Context) ([]int64, error) {
	if len(c.present.loose) == 0 {
		return nil, nil
	}
	names := map[looseName]bool{}
	var codes []string
	for _, l := range c.present.loose {
		if !names[l] {
			names[l] = true
			codes = append(codes, l.household)
		}
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	var out []int64
	for len(codes) > 0 {
		n := min(lookupChunk, len(codes))
		a := &db.Args{}
		rows, err := c.db.Read.QueryContext(ctx, `SELECT p.id, p.name, h.code FROM household h JOIN person p ON p.household_id = h.id
			WHERE h.code IN `+db.List(a, codes[:n])+` AND `+c.ours(a), a.Values...)
		if err != nil {
			return nil, fmt.Errorf("read households: %w", err)
		}
		for rows.Next() {
			var id int64
			var l looseName
			if err := rows.Scan(&id, &l.name, &l.household); err != nil {
				rows.Close()
				return nil, fmt.Errorf("read households: %w", err)
			}
			if names[l] {
				out = append(out, id)
			}
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("read households: %w", err)
		}
		codes = codes[n:]
	}
	return out, nil
}

// Absent are the people of the kinds that the file lists: all monitored classes
// for a list of those, else the kinds that its own rows state.
func (c *personChecker) Absent(ctx context.Context) ([]int64, bool, error) {
	kinds := c.listed
	switch {
	case c.kind.monitored:
		kinds = fact.MonitoredKinds
	case kinds == 0:
		kinds = 1 << fact.KindPoor
	}
	var codes []int64
	for _, w := range fact.Kind.Words {
		if kinds&(1<<w.Code) != 0 {
			codes = append(codes, int64(w.Code))
		}
	}
	return c.absentFrom(ctx, func(in string, a *db.Args) string {
		return `SELECT DISTINCT k.person_id FROM person_kind k WHERE k.person_id IN ` + in + ` AND k.kind IN ` + idList(codes) +
			` AND k.since <= ` + a.Add(int64(c.today)) + ` AND k.until >= ` + a.Add(int64(c.today)) + ` AND ` + live("k")
	})
}

// Absent are the people whose work runs in the file's month.
func (c *workChecker) Absent(ctx context.Context) ([]int64, bool, error) {
	if yearly(c.b) {
		return nil, false, nil // it lists who worked in a year, not who is on a list
	}
	return c.absentFrom(ctx, func(in string, a *db.Args) string {
		m := a.Add(int64(c.month))
		return `SELECT DISTINCT s.person_id FROM spell s WHERE s.person_id IN ` + in + ` AND s.start_month <= ` + m + ` AND s.end_month > ` + m + ` AND ` + live("s")
	})
}

// Absent are the people who have a plan on record.
func (c *planChecker) Absent(ctx context.Context) ([]int64, bool, error) {
	return c.absentFrom(ctx, func(in string, _ *db.Args) string {
		return `SELECT n.person_id FROM need n WHERE n.person_id IN ` + in + ` AND ` + live("n")
	})
}

// People answers who absent people are as of now, with the work that runs.
func (b *base) People(ctx context.Context, scope region.Scope, batch *transfer.Batch, ids []int64) ([]transfer.Absentee, error) {
	by := make(map[int64]*transfer.Absentee, len(ids))
	var p transfer.Absentee
	err := eachOf(ctx, b.db.Read, ids, func(in string, a *db.Args) string {
		return `SELECT p.id, p.name, p.village, p.id_mask, p.out_on FROM person p WHERE p.id IN ` + in + ` AND ` + scope.Predicate("p.village", a.Add) +
			` AND p.merged_into = 0 AND ` + live("p")
	}, func() { k := p; by[p.ID] = &k }, &p.ID, &p.Name, &p.Village, &p.IDMask, &p.LeftOn)
	if err != nil {
		return nil, fmt.Errorf("read absent people: %w", err)
	}
	var id int64
	var employer string
	var seen calendar.Month
	if batch.Kind == "work" {
		err = eachOf(ctx, b.db.Read, keys(by), func(in string, a *db.Args) string {
			return `SELECT s.person_id, coalesce((SELECT t.employer FROM spell_term t WHERE t.person_id = s.person_id AND t.spell_id = s.id ORDER BY t.from_month DESC LIMIT 1), ''),
					coalesce((SELECT max(v.month) FROM spell_seen v WHERE v.person_id = s.person_id AND v.spell_id = s.id), 0)
				FROM spell s WHERE s.person_id IN ` + in + ` AND s.end_month = ` + a.Add(int64(calendar.Open)) + ` AND ` + live("s") + ` ORDER BY s.start_month`
		}, func() {
			if k := by[id]; k != nil {
				k.Employer, k.Seen = employer, max(k.Seen, seen)
			}
		}, &id, &employer, &seen)
		if err != nil {
			return nil, fmt.Errorf("read work of absent people: %w", err)
		}
	}
	out := make([]transfer.Absentee, 0, len(by))
	for _, k := range by {
		out = append(out, *k)
	}
	slices.SortFunc(out, func(x, y transfer.Absentee) int { return cmp.Compare(x.ID, y.ID) })
	return out, nil
}
