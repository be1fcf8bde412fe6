package secret

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/db"
)

// Column is an encrypted column that rotation re-encrypts. The program
// declares all of them in one place; a column that is left out stays readable,
// because old keys are kept, but keeps its old key.
type Column struct {
	Table    string
	Name     string
	Key      []string // integer columns that identify a row, in the order of its index
	Contexts []string // what its values were encrypted for; several where a history holds many fields
}

// Progress tells how far a rotation is.
type Progress struct {
	Column string // "table.column"
	Rows   int64  // looked at so far in this column
	Done   bool
}

// rotateBatch rows are re-encrypted in one short transaction: a page's write
// waits for one batch at most, about 10 ms.
const rotateBatch = 500

// Rotate gives the installation new data and audit keys and re-encrypts every
// declared column. It can be stopped or killed at any point: both key versions
// stay readable, and the next call goes on where it was. It answers the new
// data-key version. The index key does not change: renewing it would take
// every equality search out of service until the last row is done.
func Rotate(ctx context.Context, d *db.DB, ks KeyService, box *Box, suite Suite, columns []Column, tell func(Progress)) (int, error) {
	version, err := beginRotation(ctx, d, ks, suite, columns)
	if err != nil {
		return 0, err
	}
	if err := box.Reload(); err != nil {
		return 0, err
	}
	if int(box.ActiveVersion()) != version {
		return 0, fmt.Errorf("secret: rotation to version %d, but version %d is active", version, box.ActiveVersion())
	}
	for _, c := range columns {
		if err := rotateColumn(ctx, d, box, c, version, tell); err != nil {
			return 0, fmt.Errorf("rotate %s.%s: %w", c.Table, c.Name, err)
		}
	}
	return version, nil
}

// beginRotation makes the new keys, or finds the unfinished rotation.
func beginRotation(ctx context.Context, d *db.DB, ks KeyService, suite Suite, columns []Column) (version int, err error) {
	err = d.Tx(ctx, func(tx *db.Tx) error {
		var open int
		if version, err = activeVersion(ctx, tx, purposeData); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM key_rotation WHERE to_version = $1 AND done = FALSE`, version).Scan(&open); err != nil {
			return fmt.Errorf("key rotation: %w", err)
		}
		if open == 0 {
			version++
			if err := addKey(ctx, tx, ks, purposeData, version, suite); err != nil {
				return err
			}
			audit, err := activeVersion(ctx, tx, purposeAudit)
			if err != nil {
				return err
			}
			if err := addKey(ctx, tx, ks, purposeAudit, audit+1, suite); err != nil {
				return err
			}
		}
		for _, c := range columns {
			_, err := tx.ExecContext(ctx, `
				INSERT INTO key_rotation (table_name, column_name, to_version, updated_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (table_name, column_name, to_version) DO NOTHING`, c.Table, c.Name, version, db.Millis(tx.Now))
			if err != nil {
				return fmt.Errorf("key rotation: %w", err)
			}
		}
		return nil
	})
	return version, err
}

func activeVersion(ctx context.Context, q db.Querier, purpose string) (v int, err error) {
	if err = q.QueryRowContext(ctx, `SELECT version FROM key_ring WHERE purpose = $1 AND active = TRUE`, purpose).Scan(&v); err != nil {
		return 0, fmt.Errorf("key ring: %w", err)
	}
	return v, nil
}

func rotateColumn(ctx context.Context, d *db.DB, box *Box, c Column, version int, tell func(Progress)) error {
	for {
		var p Progress
		err := d.Tx(ctx, func(tx *db.Tx) (err error) {
			p, err = rotateOnce(ctx, tx, box, c, version)
			return err
		})
		if err != nil {
			return err
		}
		if tell != nil {
			tell(p)
		}
		if p.Done {
			return nil
		}
	}
}

// rotateOnce re-encrypts one batch and moves the bookmark, in one transaction.
func rotateOnce(ctx context.Context, tx *db.Tx, box *Box, c Column, version int) (Progress, error) {
	p := Progress{Column: c.Table + "." + c.Name}
	var bookmark string
	err := tx.QueryRowContext(ctx, `
		SELECT position, rows_done, done FROM key_rotation
		WHERE table_name = $1 AND column_name = $2 AND to_version = $3`, c.Table, c.Name, version).Scan(&bookmark, &p.Rows, &p.Done)
	if err != nil || p.Done {
		return p, err
	}
	var after []int64
	if bookmark != "" {
		if err := json.Unmarshal([]byte(bookmark), &after); err != nil {
			return p, fmt.Errorf("bookmark: %w", err)
		}
	}
	batch, err := readSealed(ctx, tx, c, after, rotateBatch)
	if err != nil {
		return p, err
	}
	for _, row := range batch {
		if err := reseal(ctx, tx, box, c, row); err != nil {
			return p, err
		}
	}
	p.Rows += int64(len(batch))
	p.Done = len(batch) < rotateBatch
	if len(batch) > 0 {
		raw, err := json.Marshal(batch[len(batch)-1].key)
		if err != nil {
			return p, err
		}
		bookmark = string(raw)
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE key_rotation SET position = $1, rows_done = $2, done = $3, updated_at = $4
		WHERE table_name = $5 AND column_name = $6 AND to_version = $7`,
		bookmark, p.Rows, p.Done, db.Millis(tx.Now), c.Table, c.Name, version)
	return p, err
}

type sealedRow struct {
	key   []int64
	value []byte
}

// readSealed reads rows with a value, after a key. Table and column names come
// from the program's declaration, never from input.
func readSealed(ctx context.Context, q db.Querier, c Column, after []int64, limit int) ([]sealedRow, error) {
	var a db.Args
	keys := strings.Join(c.Key, ", ")
	where := c.Name + " IS NOT NULL"
	if after != nil {
		marks := make([]string, len(after))
		for i, k := range after {
			marks[i] = a.Add(k)
		}
		where += " AND (" + keys + ") > (" + strings.Join(marks, ", ") + ")"
	}
	rows, err := q.QueryContext(ctx, "SELECT "+keys+", "+c.Name+" FROM "+c.Table+" WHERE "+where+
		" ORDER BY "+keys+" LIMIT "+strconv.Itoa(limit), a.Values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []sealedRow
	for rows.Next() {
		r := sealedRow{key: make([]int64, len(c.Key))}
		dest := make([]any, 0, len(c.Key)+1)
		for i := range r.key {
			dest = append(dest, &r.key[i])
		}
		if err := rows.Scan(append(dest, &r.value)...); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// reseal writes one value under the active key. The condition on the old value
// keeps a change that somebody made meanwhile.
func reseal(ctx context.Context, tx *db.Tx, box *Box, c Column, row sealedRow) error {
	if len(row.value) == 0 {
		return nil
	}
	if v, ok := Version(row.value); ok && v == box.ActiveVersion() {
		return nil
	}
	var (
		plain []byte
		used  string
		err   error
	)
	for _, context := range c.Contexts {
		if plain, err = box.Decrypt(context, row.value); err == nil {
			used = context
			break
		}
	}
	if err != nil {
		return fmt.Errorf("row %v: %w", row.key, err)
	}
	sealed, err := box.Encrypt(used, plain)
	if err != nil {
		return err
	}
	var a db.Args
	set := a.Add(sealed)
	cond := make([]string, 0, len(c.Key)+1)
	for i, k := range c.Key {
		cond = append(cond, k+" = "+a.Add(row.key[i]))
	}
	cond = append(cond, c.Name+" = "+a.Add(row.value))
	_, err = tx.ExecContext(ctx, "UPDATE "+c.Table+" SET "+c.Name+" = "+set+" WHERE "+strings.Join(cond, " AND "), a.Values...)
	return err
}
