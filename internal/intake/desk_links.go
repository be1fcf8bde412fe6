package intake

import (
	"context"

	"wengang/internal/idcard"
	"wengang/internal/transfer"
)

// What the checkers remember from row to row (checker.rows, phones, homes,
// claimed, fresh, …) is named here: a fix is followed by a check of the rows
// that share one of these keys with it. A memory that is added there and not
// here lets a fix differ from a check of the whole file; a test compares them.

// Links ties people by number, phone and household.
func (k *personKind) Links(ctx context.Context, b *transfer.Batch) (func(transfer.Row) ([]string, error), error) {
	return k.links(ctx, b, false, "phone", "household")
}

// Links ties work records by person and phone: the spells of one person and the
// jobs of those who share a phone.
func (k *workKind) Links(ctx context.Context, b *transfer.Batch) (func(transfer.Row) ([]string, error), error) {
	return k.links(ctx, b, true, "phone")
}

// Links ties plans by person.
func (k *planKind) Links(ctx context.Context, b *transfer.Batch) (func(transfer.Row) ([]string, error), error) {
	return k.links(ctx, b, true)
}

// links names what a row shares with others. byCodes says that a row without a
// number finds its person by codes and name.
func (b *base) links(ctx context.Context, batch *transfer.Batch, byCodes bool, columns ...string) (func(transfer.Row) ([]string, error), error) {
	c, err := b.open(ctx, batch)
	if err != nil {
		return nil, err
	}
	c.byCodes = byCodes
	numbered := c.rd.carries("id_number")
	return func(in transfer.Row) ([]string, error) {
		r := row{Row: in, rd: c.rd}
		var keys []string
		switch {
		case byCodes && !numbered:
			// One person, one name: whoever is found has the name of the row.
			keys = append(keys, "n"+transfer.CleanName(r.text("name")))
		case byCodes && r.cell("id_number").Text == "":
			found, err := c.whoms(ctx, []transfer.Row{in})
			if err != nil {
				return nil, err
			}
			if found != nil && found[0] != nil && found[0].index != nil {
				keys = append(keys, "i"+string(found[0].index))
			}
		default:
			if written, p := r.cell("id_number").IDText(); p == nil {
				if id, problem := idcard.Parse(written); problem == idcard.OK || problem == idcard.Cert {
					keys = append(keys, "i"+string(b.Box.BlindIndex(indexID, id.Number)))
				}
			}
		}
		for _, column := range columns {
			if column == "phone" {
				if n, _ := r.cell(column).Phone(); n != "" {
					keys = append(keys, "p"+n)
				}
				continue
			}
			if v := r.text(column); v != "" {
				keys = append(keys, column+v)
			}
		}
		return keys, nil
	}, nil
}
