package intake

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// ruleFormer is the question about a number that was corrected away.
const ruleFormer = "id.former"

// carrier is who once carried a number.
type carrier struct {
	id    int64
	index string // blind index of the number of today
	name  string
	mask  string
	home  region.Code
}

// carriers reads who carried the former numbers of a chunk: few, if any.
func (c *checker) carriers(ctx context.Context, reg *register) (map[string]carrier, error) {
	var indexes [][]byte
	for index := range reg.former {
		if reg.byIndex[index] == nil {
			indexes = append(indexes, []byte(index))
		}
	}
	if len(indexes) == 0 {
		return nil, nil
	}
	var a db.Args
	rows, err := c.db.Read.QueryContext(ctx, `SELECT f.id_index, p.id, p.id_index, p.name, p.id_mask, p.village FROM former_id f JOIN person p ON p.id = f.person_id
		WHERE p.merged_into = 0 AND f.id_index IN `+db.List(&a, indexes)+` AND `+live("p")+` ORDER BY f.changed_at`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("read former carriers: %w", err)
	}
	defer rows.Close()
	out := map[string]carrier{}
	for rows.Next() {
		var was, is []byte
		var x carrier
		if err := rows.Scan(&was, &x.id, &is, &x.name, &x.mask, &x.home); err != nil {
			return nil, fmt.Errorf("read former carriers: %w", err)
		}
		x.index = string(is)
		out[string(was)] = x
	}
	return out, rows.Err()
}

// formerly settles the rows whose number is one that was corrected away, before
// anything else is asked of them: one person, then the row stands under the
// number of today; two people, then it is nobody's former number.
func (c *checker) formerly(ctx context.Context, reg *register, rows []*row, index func(i int) *[]byte, wide bool) error {
	all, err := c.carriers(ctx, reg)
	if err != nil || len(all) == 0 {
		return err
	}
	var today [][]byte
	for i, r := range rows {
		at := index(i)
		x, ok := all[string(*at)]
		if !ok || *at == nil || !c.b.Region.Contains(x.home) {
			continue // who lives elsewhere is not told of here
		}
		switch r.ask(ruleFormer, x.name+" "+x.mask, []any{x.id, x.index, x.name}, transfer.SamePerson, transfer.TwoPeople) {
		case transfer.SamePerson:
			*at, r.other = []byte(x.index), true
			today = append(today, *at)
		case transfer.TwoPeople:
			r.apart = true
		}
	}
	if len(today) == 0 {
		return nil
	}
	more, err := lookup(ctx, c.db.Read, today, wide)
	if err != nil {
		return err
	}
	for k, v := range more.byIndex {
		reg.byIndex[k] = v
	}
	return nil
}

// isFormer adds the finding of a former number, unless it was decided that two
// people have it.
func (r *row) isFormer(reg *register, index string, mask string) bool {
	if !reg.former[index] || r.apart {
		return false
	}
	r.add(rule.Of(ruleFormer, mask))
	return true
}

// elsewhere reports a person of another county of the installation, of whom
// nothing may be told but that the number is held there.
func (c *checker) elsewhere(was *known) bool {
	return was != nil && !was.pending && was.MergedInto == 0 && was.OutOn == 0 && !c.b.Region.Contains(was.Village) &&
		was.Village.At(region.County) != c.b.Region.At(region.County)
}

// same asks whether a row with another name and another birth means the holder
// of its number.
func (c *personChecker) same(w *personWork, was *known) bool {
	v := w.row.ask("id.other_person", was.Name+" "+was.Birth.String(), []any{was.ID, was.Name, was.Birth, w.p.Name, w.s.Row.Birth}, transfer.SamePerson, transfer.TwoPeople)
	w.row.apart = v == transfer.TwoPeople
	return v == transfer.SamePerson
}

// rowsOf are the rows of a chunk's work, in its order.
func rowsOf[W any](in []W, of func(W) *row) []*row {
	out := make([]*row, len(in))
	for i, w := range in {
		out[i] = of(w)
	}
	return out
}
