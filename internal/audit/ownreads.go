package audit

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
)

// ReadSeal stands for a printed list of reads: the newest sealed row of the
// list, its place in the chain, and a digest under the audit key over all rows
// in their order. Whoever holds the installation recomputes it.
type ReadSeal struct {
	Seq    int64 // 0 where the sealer has not come yet
	Hash   string
	Digest string
}

// maxOwnReads bounds the list of an inspector's reads.
const maxOwnReads = 5000

// OwnReads are the pages that an inspector read under the present document,
// oldest first, with the seal that is printed below.
func (l *Log) OwnReads(ctx context.Context, c account.Caller) ([]Row, ReadSeal, error) {
	if c.Inspection == nil {
		return nil, ReadSeal{}, fault.New(fault.Forbidden, "account.inspect.only")
	}
	var a db.Args
	where := `r.object = 'inspection' AND r.object_id = ` + a.Add(strconv.FormatInt(c.Inspection.ID, 10)) + ` AND r.action = 'inspection.read' AND r.user_id = ` + a.Add(c.UserID)
	rows, err := l.db.Read.QueryContext(ctx, `SELECT `+rowColumns+` FROM audit_row r WHERE `+where+` ORDER BY r.id LIMIT `+a.Add(maxOwnReads), a.Values...)
	if err != nil {
		return nil, ReadSeal{}, fmt.Errorf("own reads: %w", err)
	}
	defer rows.Close()
	var (
		out  []Row
		text []byte
	)
	for rows.Next() {
		r, err := scanRow(rows.Scan)
		if err != nil {
			return nil, ReadSeal{}, err
		}
		text = append(text, r.mac...)
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, ReadSeal{}, fmt.Errorf("own reads: %w", err)
	}
	rows.Close()
	seal := ReadSeal{}
	if len(out) == 0 {
		return out, seal, nil
	}
	_, digest := l.box.MAC(append([]byte("wengang own reads 1"), text...))
	seal.Digest = hex.EncodeToString(digest[:16])
	var hash []byte
	err = l.db.Read.QueryRowContext(ctx, `SELECT s.seq, s.hash FROM audit_seal s JOIN audit_row r ON r.id = s.row_id WHERE `+where+` ORDER BY s.seq DESC LIMIT 1`, a.Values[:2]...).Scan(&seal.Seq, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, ReadSeal{}, fmt.Errorf("own reads: %w", err)
	}
	if len(hash) > 16 {
		hash = hash[:16]
	}
	seal.Hash = hex.EncodeToString(hash)
	return out, seal, nil
}
