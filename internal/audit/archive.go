package audit

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// KeepDays is how long rows stay in the database at least (GB/T 22239
// 集中管控). Older ones may go to an archive file, never away.
const KeepDays = 180

// Archived is a part of the record that lies in a file.
type Archived struct {
	First, Last     int64 // places in the chain
	Rows            int64
	FirstAt, LastAt time.Time
	File            string // name, without its folder
	Hash            []byte // SHA-256 of the file
	At              time.Time

	lastHash []byte // of the chain
	version  int
	mac      []byte
}

// archiveHead is the first line of a file, archiveLine every other, archiveTail
// the last.
type archiveHead struct {
	Format string `json:"format"`
	First  int64  `json:"first_seq"`
	Prev   []byte `json:"prev_hash"`
}

type archiveLine struct {
	Seq         int64  `json:"seq"`
	RowID       int64  `json:"row_id"`
	SealedAt    int64  `json:"sealed_at"`
	SealVersion int    `json:"seal_key"`
	Hash        []byte `json:"hash"`
	Nonce       []byte `json:"nonce"`
	At          int64  `json:"at"`
	UserID      int64  `json:"user_id"`
	Login       string `json:"login"`
	Address     string `json:"address"`
	Session     string `json:"session"`
	RequestID   string `json:"request_id"`
	Action      string `json:"action"`
	Object      string `json:"object"`
	ObjectID    string `json:"object_id"`
	Region      int64  `json:"region"`
	Outcome     string `json:"outcome"`
	Detail      string `json:"detail"`
	Version     int    `json:"key"`
	MAC         []byte `json:"mac"`
}

type archiveTail struct {
	Last    int64  `json:"last_seq"`
	Rows    int64  `json:"rows"`
	Version int    `json:"key"`
	MAC     []byte `json:"seal"`
}

const archiveFormat = "wengang audit archive 1"

func (t archiveTail) bytes(first int64, lastHash []byte) []byte {
	return fmt.Appendf(nil, "%s\n%d\n%d\n%d\n%x", archiveFormat, first, t.Last, t.Rows, lastHash)
}

// bytes are what the note's MAC covers: all of it.
func (a *Archived) bytes() []byte {
	b := []byte("wengang audit archived 1")
	for _, n := range []int64{a.First, a.Last, a.Rows, db.Millis(a.FirstAt), db.Millis(a.LastAt), db.Millis(a.At)} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, s := range [][]byte{a.lastHash, []byte(a.File), a.Hash} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

// errBroken answers a record that does not verify: it is evidence and is not
// touched.
func errBroken(seq int64) error { return fault.New(fault.Conflict, "audit.archive.broken", seq) }

// Archive moves the sealed rows from before a day to a new file in a folder:
// written, read back and verified before any row goes. The day lies KeepDays
// back at least. Only the machine's own console archives.
func (l *Log) Archive(ctx context.Context, c account.Caller, dir string, before calendar.Date) (Archived, error) {
	if !c.Local() {
		return Archived{}, fault.New(fault.Forbidden, "fault.forbidden", string(account.SystemOperate))
	}
	limit := calendar.DateAt(l.db.Clock().AddDate(0, 0, -KeepDays))
	if !before.Valid() || before > limit {
		return Archived{}, fault.New(fault.Invalid, "audit.archive.young", KeepDays, limit.String())
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Archived{}, fault.Wrap(err, fault.Unavailable, "audit.archive.write", dir)
	}
	var a Archived
	part := filepath.Join(dir, ".audit.part")
	err := l.db.Snapshot(ctx, func(q db.Querier) (err error) {
		a, err = l.writeArchive(ctx, q, part, before)
		return err
	})
	if err != nil {
		os.Remove(part)
		return Archived{}, err
	}
	a.File = fmt.Sprintf("audit-%d-%d.jsonl.gz", a.First, a.Last)
	if err := publish(part, filepath.Join(dir, a.File)); err != nil {
		return Archived{}, err
	}
	back, err := l.VerifyArchive(ctx, filepath.Join(dir, a.File))
	if err != nil {
		return Archived{}, err
	}
	a.Hash = back.Hash
	return a, l.db.Tx(ctx, func(tx *db.Tx) error { return l.moveOut(ctx, tx, c, &a) })
}

func publish(part, to string) error {
	if _, err := os.Stat(to); err == nil {
		return fault.New(fault.Conflict, "audit.archive.exists", to)
	}
	if err := os.Rename(part, to); err != nil {
		return fault.Wrap(err, fault.Unavailable, "audit.archive.write", to)
	}
	d, err := os.Open(filepath.Dir(to))
	if err == nil {
		err = d.Sync()
		d.Close()
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "audit.archive.write", to)
	}
	return nil
}

// writeArchive writes the links from the chain's beginning to the last one
// whose row is older than the day. The newest link always stays.
func (l *Log) writeArchive(ctx context.Context, q db.Querier, part string, before calendar.Date) (a Archived, err error) {
	notes, err := archives(ctx, q)
	if err != nil {
		return a, err
	}
	a.First = 1
	if n := len(notes); n > 0 {
		a.First, a.lastHash = notes[n-1].Last+1, notes[n-1].lastHash
	}
	head, err := l.head(ctx, q)
	if err != nil {
		return a, err
	}
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return a, fault.Wrap(err, fault.Unavailable, "audit.archive.write", part)
	}
	defer f.Close()
	z := gzip.NewWriter(f)
	enc := json.NewEncoder(z)
	if err := enc.Encode(archiveHead{archiveFormat, a.First, a.lastHash}); err != nil {
		return a, fault.Wrap(err, fault.Unavailable, "audit.archive.write", part)
	}
	if err := l.archiveRows(ctx, q, enc, &a, head.Seq, before); err != nil {
		return a, err
	}
	tail := archiveTail{Last: a.Last, Rows: a.Rows}
	tail.Version, tail.MAC = l.box.MAC(tail.bytes(a.First, a.lastHash))
	err = enc.Encode(tail)
	for _, step := range []func() error{z.Close, f.Sync} {
		if err == nil {
			err = step()
		}
	}
	if err != nil {
		return a, fault.Wrap(err, fault.Unavailable, "audit.archive.write", part)
	}
	return a, nil
}

func (l *Log) archiveRows(ctx context.Context, q db.Querier, enc *json.Encoder, a *Archived, head int64, before calendar.Date) error {
	rows, err := q.QueryContext(ctx, `
		SELECT s.seq, s.row_id, s.sealed_at, s.key_version, s.hash,
		       r.id, r.nonce, r.at, r.user_id, r.login, r.address, r.session, r.request_id,
		       r.action, r.object, r.object_id, r.region, r.outcome, r.detail, r.key_version, r.mac
		FROM audit_seal s LEFT JOIN audit_row r ON r.id = s.row_id WHERE s.seq >= $1 ORDER BY s.seq`, a.First)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	defer rows.Close()
	next := a.First
	for rows.Next() {
		s, r, err := scanSealed(rows)
		if err != nil {
			return err
		}
		if r != nil && (s.seq == head || !r.At.Before(before.Time())) {
			break
		}
		if r == nil || s.seq != next || !l.holds(a.lastHash, s, r) {
			return errBroken(next)
		}
		next++
		a.Last, a.lastHash = s.seq, s.hash
		if a.Rows++; a.Rows == 1 {
			a.FirstAt = r.At
		}
		a.LastAt = r.At
		if err := enc.Encode(lineOf(s, r)); err != nil {
			return fault.Wrap(err, fault.Unavailable, "audit.archive.write", "")
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	if a.Rows == 0 {
		return fault.New(fault.NotFound, "audit.archive.none", before.String())
	}
	return nil
}

// holds reports a row and its link as they were written.
func (l *Log) holds(prev []byte, s sealedRow, r *Row) bool {
	return l.box.CheckMAC(r.keyVersion, r.canonical(), r.mac) && l.box.CheckMAC(s.version, linkBytes(prev, s.seq, s.rowID, s.at, r.mac), s.hash)
}

func lineOf(s sealedRow, r *Row) archiveLine {
	return archiveLine{Seq: s.seq, RowID: s.rowID, SealedAt: s.at, SealVersion: s.version, Hash: s.hash, Nonce: r.nonce, At: db.Millis(r.At), UserID: r.UserID,
		Login: r.Login, Address: r.Address, Session: r.Session, RequestID: r.RequestID, Action: r.Action, Object: r.Object, ObjectID: r.ObjectID,
		Region: int64(r.Region), Outcome: string(r.Outcome), Detail: r.Detail, Version: r.keyVersion, MAC: r.mac}
}

func (x *archiveLine) parts() (sealedRow, *Row) {
	return sealedRow{seq: x.Seq, rowID: x.RowID, at: x.SealedAt, version: x.SealVersion, hash: x.Hash},
		&Row{ID: x.RowID, At: db.FromMillis(x.At), UserID: x.UserID, Login: x.Login, Address: x.Address, Session: x.Session, RequestID: x.RequestID, Action: x.Action,
			Object: x.Object, ObjectID: x.ObjectID, Region: region.Code(x.Region), Outcome: Outcome(x.Outcome), Detail: x.Detail, nonce: x.Nonce, keyVersion: x.Version, mac: x.MAC}
}

// moveOut notes the file and takes its rows out of the database.
func (l *Log) moveOut(ctx context.Context, tx *db.Tx, c account.Caller, a *Archived) error {
	a.At = tx.Now
	a.version, a.mac = l.box.MAC(a.bytes())
	steps := []struct {
		q    string
		args []any
	}{
		{`INSERT INTO audit_archive (first_seq, last_seq, last_hash, row_count, first_at, last_at, file_name, file_hash, archived_at, key_version, mac)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			[]any{a.First, a.Last, a.lastHash, a.Rows, db.Millis(a.FirstAt), db.Millis(a.LastAt), a.File, a.Hash, db.Millis(a.At), a.version, a.mac}},
		{`DELETE FROM audit_row WHERE id IN (SELECT row_id FROM audit_seal WHERE seq BETWEEN $1 AND $2)`, []any{a.First, a.Last}},
		{`DELETE FROM audit_seal WHERE seq BETWEEN $1 AND $2`, []any{a.First, a.Last}},
	}
	for _, s := range steps {
		if _, err := tx.ExecContext(ctx, s.q, s.args...); err != nil {
			return fmt.Errorf("archive: %w", err)
		}
	}
	return l.Write(ctx, tx, c, Entry{Action: "audit.archive", Object: "audit", Detail: map[string]string{
		"rows": fmt.Sprint(a.Rows), "from": calendar.DateAt(a.FirstAt).String(), "to": calendar.DateAt(a.LastAt).String(), "file": a.File, "hash": hex.EncodeToString(a.Hash[:8])}})
}

// archives reads the notes of archived parts, oldest first.
func archives(ctx context.Context, q db.Querier) ([]Archived, error) {
	rows, err := q.QueryContext(ctx, `SELECT first_seq, last_seq, last_hash, row_count, first_at, last_at, file_name, file_hash, archived_at, key_version, mac FROM audit_archive ORDER BY first_seq`)
	if err != nil {
		return nil, fmt.Errorf("archives: %w", err)
	}
	defer rows.Close()
	var out []Archived
	for rows.Next() {
		var (
			a               Archived
			first, last, at int64
		)
		if err := rows.Scan(&a.First, &a.Last, &a.lastHash, &a.Rows, &first, &last, &a.File, &a.Hash, &at, &a.version, &a.mac); err != nil {
			return nil, fmt.Errorf("archives: %w", err)
		}
		a.FirstAt, a.LastAt, a.At = db.FromMillis(first), db.FromMillis(last), db.FromMillis(at)
		out = append(out, a)
	}
	return out, rows.Err()
}

// verifyArchives checks the notes of archived parts and answers the hash that
// the chain in the database begins behind.
func (l *Log) verifyArchives(ctx context.Context, q db.Querier, rep *Report, marks map[int64]Mark) (prev []byte, err error) {
	notes, err := archives(ctx, q)
	if err != nil {
		return nil, err
	}
	for i := range notes {
		a := &notes[i]
		if a.First != rep.Head.Seq+1 || !l.box.CheckMAC(a.version, a.bytes(), a.mac) {
			rep.add(ArchiveOther, a.First, 0)
		}
		if m, ok := marks[a.Last]; ok && m.Hash != hex.EncodeToString(a.lastHash) {
			rep.add(AnchorOther, a.Last, 0)
		}
		for seq := range marks {
			if seq >= a.First && seq <= a.Last {
				delete(marks, seq) // inside a file: `wengang audit verify FILE` holds them against it
			}
		}
		rep.Archived += a.Rows
		rep.Head, prev = Head{Seq: a.Last, Hash: a.lastHash, At: a.LastAt}, a.lastHash
	}
	return prev, nil
}

// maxArchiveLine bounds a line of an archive in bytes.
const maxArchiveLine = 1 << 20

// VerifyArchive reads an archive file, recomputes every MAC and link, and holds
// it against the anchored heads. An error says at which place it is not what
// was written.
func (l *Log) VerifyArchive(ctx context.Context, path string) (a Archived, err error) {
	f, err := os.Open(path)
	if err != nil {
		return a, fault.Wrap(err, fault.NotFound, "audit.archive.read", path)
	}
	defer f.Close()
	z, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		return a, fault.Wrap(err, fault.Invalid, "audit.archive.read", path)
	}
	marks := map[int64]Mark{}
	if l.anchor != nil {
		list, err := l.anchor.Marks(ctx)
		if err != nil {
			return a, err
		}
		marks = anchored(l, list, &Report{})
	}
	if a, err = l.readArchive(z, marks); err != nil {
		return a, err
	}
	whole, err := fileHash(path)
	a.File, a.Hash = filepath.Base(path), whole
	return a, err
}

func fileHash(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "audit.archive.read", path)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "audit.archive.read", path)
	}
	return sum.Sum(nil), nil
}

func (l *Log) readArchive(z io.Reader, marks map[int64]Mark) (a Archived, err error) {
	sc := bufio.NewScanner(z)
	sc.Buffer(make([]byte, 64<<10), maxArchiveLine)
	var h archiveHead
	if !sc.Scan() || json.Unmarshal(sc.Bytes(), &h) != nil || h.Format != archiveFormat {
		return a, fault.New(fault.Invalid, "audit.archive.format")
	}
	a.First, a.lastHash = h.First, h.Prev
	next, ended := h.First, false
	for sc.Scan() {
		if ended {
			return a, errBroken(next)
		}
		var x archiveLine
		if json.Unmarshal(sc.Bytes(), &x) != nil {
			return a, errBroken(next)
		}
		if x.Seq == 0 {
			var t archiveTail
			if json.Unmarshal(sc.Bytes(), &t) != nil || t.Last != next-1 || t.Rows != a.Rows || !l.box.CheckMAC(t.Version, t.bytes(h.First, a.lastHash), t.MAC) {
				return a, errBroken(next)
			}
			ended = true
			continue
		}
		s, r := x.parts()
		if x.Seq != next || !l.holds(a.lastHash, s, r) {
			return a, errBroken(next)
		}
		if m, ok := marks[x.Seq]; ok && m.Hash != hex.EncodeToString(x.Hash) {
			return a, errBroken(next)
		}
		next++
		a.Last, a.lastHash = x.Seq, x.Hash
		if a.Rows++; a.Rows == 1 {
			a.FirstAt = r.At
		}
		a.LastAt = r.At
	}
	if err := sc.Err(); err != nil || !ended {
		return a, errors.Join(errBroken(next), err)
	}
	return a, nil
}
