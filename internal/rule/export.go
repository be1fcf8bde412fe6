package rule

import (
	"bytes"
	"context"
	"crypto/sha256"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/sheet"
)

// ExportRows bounds an exported list.
const ExportRows = 20_000

// Export is a list as a workbook, masked as on the page, and on record. The
// caller needs PeopleExport at the place; head and line are the words of the
// reader's language.
func (d *Desk) Export(ctx context.Context, scope region.Scope, by account.Caller, at region.Code, f Filter, title string, head []string, line func(it *Item, place string) []string) ([]byte, error) {
	if !by.Scope(account.PeopleExport).Contains(at) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden", account.PeopleExport)
	}
	w, err := sheet.NewWriter("")
	if err != nil {
		return nil, err
	}
	defer w.Close()
	if err := w.Sheet(title, []float64{12, 22, 30, 8, 30, 44, 12, 12, 18, 30}, 1); err != nil {
		return nil, err
	}
	if err := w.RowLook(sheet.Head, cells(head)...); err != nil {
		return nil, err
	}
	var people []int64
	seen, after := map[int64]bool{}, Cursor{}
	rows := int64(0)
	for rows < ExportRows {
		items, next, err := d.List(ctx, scope, f, after, 500)
		if err != nil {
			return nil, err
		}
		for i := range items {
			if err := w.Row(cells(line(&items[i], d.places.Name(items[i].Village)))...); err != nil {
				return nil, err
			}
			if id := items[i].PersonID; !seen[id] {
				seen[id] = true
				people = append(people, id)
			}
		}
		rows += int64(len(items))
		if next == nil {
			break
		}
		after = *next
	}
	var out bytes.Buffer
	if err := w.Write(&out); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(out.Bytes())
	err = d.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := d.audit.Exported(ctx, tx, by, audit.Export{Kind: "findings", Region: at, Rows: rows, FileHash: sum[:], People: people})
		return err
	})
	if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func cells(words []string) []any {
	out := make([]any, len(words))
	for i, s := range words {
		out[i] = s
	}
	return out
}
