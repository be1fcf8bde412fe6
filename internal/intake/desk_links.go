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
func (k *personKind) Links(_ context.Context, b *transfer.Batch) (func(transfer.Row) []string, error) {
	return links(b, "phone", "household"), nil
}

// Links ties work records by number and phone: the spells of one person and the
// jobs of those who share a phone.
func (k *workKind) Links(_ context.Context, b *transfer.Batch) (func(transfer.Row) []string, error) {
	return links(b, "phone"), nil
}

// Links ties plans by number.
func (k *planKind) Links(_ context.Context, b *transfer.Batch) (func(transfer.Row) []string, error) {
	return links(b), nil
}

func links(b *transfer.Batch, columns ...string) func(transfer.Row) []string {
	rd := newReader(b)
	return func(in transfer.Row) []string {
		r := row{Row: in, rd: rd}
		var keys []string
		if written, p := r.cell("id_number").IDText(); p == nil {
			if id, problem := idcard.Parse(written); problem == idcard.OK || problem == idcard.Cert {
				keys = append(keys, "i"+id.Number)
			}
		}
		for _, c := range columns {
			if c == "phone" {
				if n, _ := r.cell(c).Phone(); n != "" {
					keys = append(keys, "p"+n)
				}
				continue
			}
			if v := r.text(c); v != "" {
				keys = append(keys, c+v)
			}
		}
		return keys
	}
}
