package secret

import (
	"context"
	"fmt"

	"wengang/internal/db"
)

// Count is how many values of a column a key version holds.
type Count struct {
	Column  string
	Version int // 0: not a sealed value
	Rows    int64
	Opens   bool // every value opened
}

// Check opens every value of every declared column, for `key check`: which
// versions are in use, and whether the keys at hand open them.
func Check(ctx context.Context, d *db.DB, box *Box, columns []Column) ([]Count, error) {
	var out []Count
	for _, c := range columns {
		counts := map[int]*Count{}
		var after []int64
		for {
			rows, err := readSealed(ctx, d.Read, c, after, rotateBatch)
			if err != nil {
				return nil, fmt.Errorf("check %s.%s: %w", c.Table, c.Name, err)
			}
			for _, r := range rows {
				if len(r.value) == 0 {
					continue
				}
				v, _ := Version(r.value)
				n := counts[int(v)]
				if n == nil {
					n = &Count{Column: c.Table + "." + c.Name, Version: int(v), Opens: true}
					counts[int(v)] = n
				}
				n.Rows++
				n.Opens = n.Opens && opens(box, c, r.value)
			}
			if len(rows) < rotateBatch {
				break
			}
			after = rows[len(rows)-1].key
		}
		for v := range counts {
			out = append(out, *counts[v])
		}
	}
	return out, nil
}

func opens(box *Box, c Column, value []byte) bool {
	for _, context := range c.Contexts {
		if _, err := box.Decrypt(context, value); err == nil {
			return true
		}
	}
	return false
}
