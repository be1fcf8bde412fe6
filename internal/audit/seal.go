package audit

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// Head is the newest link of the chain.
type Head struct {
	Seq  int64
	Hash []byte
	At   time.Time
}

const (
	sealBatch = 1000
	// sealWindow is how many ids behind the newest seal a late commit may lie
	// and still be found by the quick search: PostgreSQL hands out ids before
	// transactions commit. What lies further back is found by the full search
	// at start-up and once an hour.
	sealWindow   = 10_000
	fullSearch   = time.Hour
	sealInterval = time.Second
)

// link is the chain's step: the hash covers the one before, the place in the
// chain and the row's own MAC.
func (l *Log) link(prev []byte, seq, rowID, sealedAt int64, rowMAC []byte) (int, []byte) {
	return l.box.MAC(linkBytes(prev, seq, rowID, sealedAt, rowMAC))
}

func linkBytes(prev []byte, seq, rowID, sealedAt int64, rowMAC []byte) []byte {
	b := make([]byte, 0, 160)
	b = append(b, "wengang audit seal 1"...)
	for _, n := range []int64{seq, rowID, sealedAt, int64(len(prev)), int64(len(rowMAC))} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	b = append(b, prev...)
	return append(b, rowMAC...)
}

// Seal chains the rows that are committed and not chained yet, and anchors
// the new head. It answers how many rows it chained. A second sealer on the
// same database loses the race for a place and stops without harm.
func (l *Log) Seal(ctx context.Context) (int, error) { return l.seal(ctx, true) }

func (l *Log) seal(ctx context.Context, everywhere bool) (int, error) {
	before, err := l.head(ctx, l.db.Read)
	if err != nil {
		return 0, err
	}
	trusted := l.checkAnchor(ctx, before)
	total := 0
	for {
		var (
			n    int
			head Head
		)
		err := l.db.Tx(ctx, func(tx *db.Tx) (err error) {
			n, head, err = l.sealOnce(ctx, tx, everywhere)
			return err
		})
		if fault.Is(err, fault.Conflict) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		total += n
		if n > 0 && trusted == nil && l.anchor != nil {
			if err := l.saveAnchor(ctx, head); err != nil {
				return total, err
			}
		}
		if n < sealBatch {
			return total, trusted
		}
	}
}

func (l *Log) sealOnce(ctx context.Context, tx *db.Tx, everywhere bool) (int, Head, error) {
	head, err := l.head(ctx, tx)
	if err != nil {
		return 0, Head{}, err
	}
	from := int64(0)
	if !everywhere {
		var newest sql.NullInt64
		if err := tx.QueryRowContext(ctx, `SELECT max(row_id) FROM audit_seal`).Scan(&newest); err != nil {
			return 0, Head{}, fmt.Errorf("seal: %w", err)
		}
		from = newest.Int64 - sealWindow
	}
	type link struct {
		id  int64
		mac []byte
	}
	var found []link
	rows, err := tx.QueryContext(ctx, `
		SELECT r.id, r.mac FROM audit_row r
		WHERE r.id > $1 AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.row_id = r.id)
		ORDER BY r.id LIMIT $2`, from, sealBatch)
	if err != nil {
		return 0, Head{}, fmt.Errorf("seal: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k link
		if err := rows.Scan(&k.id, &k.mac); err != nil {
			return 0, Head{}, fmt.Errorf("seal: %w", err)
		}
		found = append(found, k)
	}
	if err := rows.Err(); err != nil {
		return 0, Head{}, fmt.Errorf("seal: %w", err)
	}
	rows.Close()
	if len(found) == 0 {
		return 0, head, nil
	}
	at := db.Millis(tx.Now)
	values := make([][]any, 0, len(found))
	for _, k := range found {
		head.Seq++
		v, hash := l.link(head.Hash, head.Seq, k.id, at, k.mac)
		head.Hash, head.At = hash, tx.Now
		values = append(values, []any{head.Seq, k.id, at, v, hash})
	}
	err = tx.Dialect.BulkInsert(ctx, tx, "audit_seal", []string{"seq", "row_id", "sealed_at", "key_version", "hash"}, values)
	return len(found), head, err
}

// head is the chain's newest link, the zero Head of an empty chain.
func (l *Log) head(ctx context.Context, q db.Querier) (Head, error) {
	var (
		h  Head
		at int64
	)
	err := q.QueryRowContext(ctx, `SELECT seq, hash, sealed_at FROM audit_seal ORDER BY seq DESC LIMIT 1`).Scan(&h.Seq, &h.Hash, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Head{}, nil
	}
	if err != nil {
		return Head{}, fmt.Errorf("seal head: %w", err)
	}
	h.At = db.FromMillis(at)
	return h, nil
}

// Run seals every second until the context ends, then once more.
func (l *Log) Run(ctx context.Context) {
	tick := time.NewTicker(sealInterval)
	defer tick.Stop()
	var full, told time.Time
	for {
		everywhere := time.Since(full) > fullSearch
		if err := l.flushDue(ctx); err != nil && ctx.Err() == nil {
			slog.Error("audit: lists read", "err", err)
		}
		if _, err := l.seal(ctx, everywhere); err == nil {
			if everywhere {
				full = time.Now()
			}
		} else if ctx.Err() == nil && time.Since(told) > time.Minute {
			told = time.Now()
			slog.Error("audit seal", "err", err)
		}
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := l.FlushReads(last); err != nil {
				slog.Error("audit: lists read", "err", err)
			}
			if _, err := l.seal(last, false); err != nil {
				slog.Error("audit seal", "err", err)
			}
			return
		case <-tick.C:
		}
	}
}
