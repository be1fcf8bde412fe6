package audit

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"wengang/internal/db"
	"wengang/internal/region"
)

// Finding is one place where the record is not what was written. Kind is the
// tail of the catalogue key "audit.verify.<kind>", whose sentence takes Seq
// and RowID.
type Finding struct {
	Kind  string
	Seq   int64 // place in the chain, 0 where none
	RowID int64 // row, 0 where none
}

// The kinds of findings.
const (
	RowChanged    = "row_changed"    // the row's MAC does not fit its content
	RowMissing    = "row_missing"    // chained, but gone
	RowUnsealed   = "row_unsealed"   // older than the sealer's second and not chained
	RowTwice      = "row_twice"      // a copy of another row
	SealChanged   = "seal_changed"   // the link does not fit the row and the link before
	SealMissing   = "seal_missing"   // a gap in the chain
	TailMissing   = "tail_missing"   // the anchor knows more links than the chain has
	AnchorOther   = "anchor_other"   // the chain at the anchored place is another one
	AnchorChanged = "anchor_changed" // the anchor itself was touched
	AnchorMissing = "anchor_missing" // there is a chain and no anchor
	ArchiveOther  = "archive_other"  // the note of an archived part was touched, or does not fit the one before
)

// Report is the outcome of a verification.
type Report struct {
	Rows, Seals, Marks int64
	Archived           int64 // links that lie in archive files: verify those with `wengang audit verify FILE`
	Head               Head
	Findings           []Finding // at most maxFindings
	More               int64     // findings beyond them
	ClockBack          int64     // places where time runs backwards: told, not a finding
}

// OK reports an untouched record.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

const (
	maxFindings = 1000
	// sealGrace is how long a committed row may wait for the sealer.
	sealGrace = time.Minute
	// clockSlack is how far two rows of concurrent transactions may cross.
	clockSlack = 5 * time.Minute
)

func (r *Report) add(kind string, seq, row int64) {
	if len(r.Findings) >= maxFindings {
		r.More++
		return
	}
	r.Findings = append(r.Findings, Finding{kind, seq, row})
}

// Verify reads the whole record on one view of the database, recomputes every
// MAC and link, and says where it was tampered with. Cost: about 10 µs a row.
func (l *Log) Verify(ctx context.Context) (*Report, error) {
	rep := &Report{}
	var marks []Mark
	if l.anchor != nil {
		var err error
		// Before the snapshot: a head sealed in between must not look missing.
		if marks, err = l.anchor.Marks(ctx); err != nil {
			return nil, err
		}
	}
	err := l.db.Snapshot(ctx, func(q db.Querier) error {
		if err := l.verifyChain(ctx, q, rep, anchored(l, marks, rep)); err != nil {
			return err
		}
		if err := l.verifyUnsealed(ctx, q, rep); err != nil {
			return err
		}
		return l.verifyTwice(ctx, q, rep)
	})
	if err != nil {
		return nil, err
	}
	if rep.Seals > 0 && len(marks) == 0 {
		rep.add(AnchorMissing, rep.Head.Seq, 0)
	}
	return rep, nil
}

// anchored sorts the genuine marks by place and reports the others.
func anchored(l *Log, marks []Mark, rep *Report) map[int64]Mark {
	rep.Marks = int64(len(marks))
	out := make(map[int64]Mark, len(marks))
	for _, m := range marks {
		if l.genuine(m) {
			out[m.Seq] = m
		} else {
			rep.add(AnchorChanged, max(m.Seq, 0), 0)
		}
	}
	return out
}

func (l *Log) verifyChain(ctx context.Context, q db.Querier, rep *Report, marks map[int64]Mark) error {
	prev, err := l.verifyArchives(ctx, q, rep, marks)
	if err != nil {
		return err
	}
	rows, err := q.QueryContext(ctx, `
		SELECT s.seq, s.row_id, s.sealed_at, s.key_version, s.hash,
		       r.id, r.nonce, r.at, r.user_id, r.login, r.address, r.session, r.request_id,
		       r.action, r.object, r.object_id, r.region, r.outcome, r.detail, r.key_version, r.mac
		FROM audit_seal s LEFT JOIN audit_row r ON r.id = s.row_id
		ORDER BY s.seq`)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	defer rows.Close()
	var last time.Time
	for rows.Next() {
		s, r, err := scanSealed(rows)
		if err != nil {
			return err
		}
		gap := s.seq - rep.Head.Seq - 1
		for i := range min(gap, 100) {
			rep.add(SealMissing, rep.Head.Seq+1+i, 0)
		}
		rep.Seals++
		last = l.verifyRow(rep, s, r, last)
		// After a gap the link before is unknown, so the step cannot be checked;
		// the gap is told. A missing row was told above.
		if gap == 0 && r != nil && !l.box.CheckMAC(s.version, linkBytes(prev, s.seq, s.rowID, s.at, r.mac), s.hash) {
			rep.add(SealChanged, s.seq, s.rowID)
		}
		if m, ok := marks[s.seq]; ok {
			if m.Hash != hex.EncodeToString(s.hash) {
				rep.add(AnchorOther, s.seq, s.rowID)
			}
			delete(marks, s.seq)
		}
		prev = s.hash
		rep.Head = Head{Seq: s.seq, Hash: s.hash, At: db.FromMillis(s.at)}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	var furthest int64
	for seq := range marks {
		furthest = max(furthest, seq)
	}
	if furthest > rep.Head.Seq {
		for seq := rep.Head.Seq + 1; seq <= furthest && seq <= rep.Head.Seq+100; seq++ {
			rep.add(TailMissing, seq, 0)
		}
	}
	return nil
}

// verifyRow checks a link's row and answers its time, for the next one.
func (l *Log) verifyRow(rep *Report, s sealedRow, r *Row, last time.Time) time.Time {
	if r == nil {
		rep.add(RowMissing, s.seq, s.rowID)
		return last
	}
	rep.Rows++
	if !l.box.CheckMAC(r.keyVersion, r.canonical(), r.mac) {
		rep.add(RowChanged, s.seq, s.rowID)
		return last
	}
	if !last.IsZero() && r.At.Before(last.Add(-clockSlack)) {
		rep.ClockBack++
	}
	return r.At
}

type sealedRow struct {
	seq, rowID, at int64
	version        int
	hash           []byte
}

// scanSealed reads a link and its row; the row is nil where it is gone.
func scanSealed(rows *sql.Rows) (sealedRow, *Row, error) {
	var (
		s                                                     sealedRow
		id, at, user, place, version                          sql.NullInt64
		login, address, session, request, action, object, oid sql.NullString
		outcome, detail                                       sql.NullString
		nonce, mac                                            []byte
	)
	err := rows.Scan(&s.seq, &s.rowID, &s.at, &s.version, &s.hash,
		&id, &nonce, &at, &user, &login, &address, &session, &request,
		&action, &object, &oid, &place, &outcome, &detail, &version, &mac)
	if err != nil {
		return s, nil, fmt.Errorf("verify: %w", err)
	}
	if !id.Valid {
		return s, nil, nil
	}
	return s, &Row{
		ID: id.Int64, At: db.FromMillis(at.Int64), UserID: user.Int64, Login: login.String, Address: address.String,
		Session: session.String, RequestID: request.String, Action: action.String, Object: object.String,
		ObjectID: oid.String, Region: region.Code(place.Int64), Outcome: Outcome(outcome.String), Detail: detail.String,
		nonce: nonce, keyVersion: int(version.Int64), mac: mac,
	}, nil
}

// verifyUnsealed checks rows that are not chained: fresh ones are in order,
// old ones were put in behind the sealer or lost their link.
func (l *Log) verifyUnsealed(ctx context.Context, q db.Querier, rep *Report) error {
	rows, err := q.QueryContext(ctx, `
		SELECT `+rowColumns+` FROM audit_row r
		WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.row_id = r.id) ORDER BY r.id`)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	defer rows.Close()
	limit := l.db.Clock().Add(-sealGrace)
	for rows.Next() {
		r, err := scanRow(rows.Scan)
		if err != nil {
			return err
		}
		rep.Rows++
		if !l.box.CheckMAC(r.keyVersion, r.canonical(), r.mac) {
			rep.add(RowChanged, 0, r.ID)
		} else if r.At.Before(limit) {
			rep.add(RowUnsealed, 0, r.ID)
		}
	}
	return rows.Err()
}

// verifyTwice looks for copies: a copied row has a good MAC, and its nonce a
// second time. The unique index must be gone for that to happen.
func (l *Log) verifyTwice(ctx context.Context, q db.Querier, rep *Report) error {
	rows, err := q.QueryContext(ctx, `
		SELECT max(id) FROM audit_row GROUP BY nonce HAVING count(*) > 1 ORDER BY 1`)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("verify: %w", err)
		}
		rep.add(RowTwice, 0, id)
	}
	if err := rows.Err(); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("verify: %w", err)
	}
	return nil
}
