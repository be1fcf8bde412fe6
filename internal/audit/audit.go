// Package audit is the record of who did what: rows written in the caller's
// transaction, each with a keyed MAC, chained afterwards by the sealer, whose
// head is anchored outside the database. There is no way to change or delete
// a row here, for anybody (GB/T 22239 安全审计 c).
package audit

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// Outcome of an act.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "ok"
	Refused Outcome = "refused" // not allowed, or outside the caller's area
	Failed  Outcome = "failed"  // wrong password and the like
)

// Entry is what an act adds to the record. Action is "noun.verb"
// (people.reveal, month.close); its words stand in the catalogue under
// "audit.action.<action>". ObjectID is an internal id and Detail holds codes
// and counts, never personal data: numbers long enough to be an id, a phone or
// a card are hidden on the way in.
type Entry struct {
	Action   string
	Object   string
	ObjectID string
	Region   region.Code // the object's place; the caller's home where it is 0
	Outcome  Outcome     // Done where empty
	Detail   map[string]string
}

// Row is a recorded act.
type Row struct {
	ID        int64
	At        time.Time
	UserID    int64
	Login     string
	Address   string
	Session   string
	RequestID string
	Action    string
	Object    string
	ObjectID  string
	Region    region.Code
	Outcome   Outcome
	Detail    string // canonical JSON

	nonce      []byte
	keyVersion int
	mac        []byte
}

// Log writes and reads the record of one installation.
type Log struct {
	db     *db.DB
	box    *secret.Box
	anchor Anchor
	reads  reads
}

// New makes the log. anchor may be nil: then loss of the newest rows cannot
// be proved, and Verify says so.
func New(d *db.DB, box *secret.Box, anchor Anchor) *Log {
	return &Log{db: d, box: box, anchor: anchor}
}

// nonceSize makes two honest rows with the same nonce as good as impossible.
const nonceSize = 16

// Write adds a row in the caller's transaction: where the row cannot be
// written, the act does not happen.
func (l *Log) Write(ctx context.Context, tx *db.Tx, c account.Caller, e Entry) error {
	if err := standing(ctx, tx, c, e); err != nil {
		return err
	}
	r, err := newRow(tx.Now, c, e)
	if err != nil {
		return err
	}
	r.keyVersion, r.mac = l.box.MAC(r.canonical())
	_, err = tx.ExecContext(ctx, `
		INSERT INTO audit_row (nonce, at, user_id, login, address, session, request_id,
		                       action, object, object_id, region, outcome, detail, key_version, mac)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		r.nonce, db.Millis(r.At), r.UserID, r.Login, r.Address, r.Session, r.RequestID,
		r.Action, r.Object, r.ObjectID, int64(r.Region), string(r.Outcome), r.Detail, r.keyVersion, r.mac)
	if err != nil {
		return fmt.Errorf("audit %s: %w", e.Action, err)
	}
	return nil
}

// standing refuses an act whose caller's rights changed since they were read:
// every act that matters writes its row in its own transaction, so this one
// place closes the gap between the check and the write (ASVS 15.4.2). What was
// refused or failed is on record whatever became of the rights.
func standing(ctx context.Context, tx *db.Tx, c account.Caller, e Entry) error {
	if c.Rights == 0 || e.Outcome != "" && e.Outcome != Done {
		return nil
	}
	return account.Standing(ctx, tx, c)
}

func newRow(now time.Time, c account.Caller, e Entry) (Row, error) {
	if e.Outcome == "" {
		e.Outcome = Done
	}
	if e.Region == 0 {
		e.Region = c.Home()
	}
	nonce := make([]byte, nonceSize)
	if _, err := rand.Read(nonce); err != nil {
		return Row{}, fmt.Errorf("audit: nonce: %w", err)
	}
	clean := make(map[string]string, len(e.Detail))
	for k, v := range e.Detail {
		clean[k] = secret.Scrub(v)
	}
	if c.For != 0 {
		clean["for"] = fmt.Sprint(c.For)
	}
	detail, err := json.Marshal(clean) // sorted keys: one form for one content
	if err != nil {
		return Row{}, fmt.Errorf("audit: detail: %w", err)
	}
	return Row{
		At: time.UnixMilli(db.Millis(now)), UserID: c.UserID, Login: secret.Scrub(c.RecordLogin()), Address: c.Address,
		Session: c.Session, RequestID: c.RequestID, Action: e.Action, Object: e.Object, ObjectID: scrubID(e.ObjectID),
		Region: e.Region, Outcome: e.Outcome, Detail: string(detail), nonce: nonce,
	}, nil
}

// scrubID leaves statistical codes and internal ids (12 digits and fewer) as
// they are; what is longer is hidden.
func scrubID(s string) string {
	if len(s) <= 12 {
		return s
	}
	return secret.Scrub(s)
}

// canonical is the row's content as bytes: every field with its length, so
// that no two contents share a form.
func (r *Row) canonical() []byte {
	b := make([]byte, 0, 256+len(r.Detail))
	num := func(n int64) { b = binary.BigEndian.AppendUint64(b, uint64(n)) }
	text := func(s string) {
		num(int64(len(s)))
		b = append(b, s...)
	}
	text("wengang audit row 1")
	text(string(r.nonce))
	num(db.Millis(r.At))
	num(r.UserID)
	for _, s := range []string{r.Login, r.Address, r.Session, r.RequestID, r.Action, r.Object, r.ObjectID} {
		text(s)
	}
	num(int64(r.Region))
	text(string(r.Outcome))
	text(r.Detail)
	return b
}

// Record writes a row in a transaction of its own: for reads and for what was
// refused, where there is no transaction to share.
func (l *Log) Record(ctx context.Context, c account.Caller, e Entry) error {
	return l.db.Tx(ctx, func(tx *db.Tx) error { return l.Write(ctx, tx, c, e) })
}

// Refused records that the caller was not allowed something: a permission of
// his role, or an object outside his area.
func (l *Log) Refused(ctx context.Context, c account.Caller, need account.Permission, object, objectID string) error {
	return l.Record(ctx, c, Entry{
		Action: "access.refused", Object: object, ObjectID: objectID, Outcome: Refused,
		Detail: map[string]string{"permission": string(need)},
	})
}

// Note implements account.Recorder: the account package comes before this one
// and cannot name its types.
func (l *Log) Note(ctx context.Context, tx *db.Tx, c account.Caller, n account.Note) error {
	return l.Write(ctx, tx, c, Entry{
		Action: n.Action, Object: n.Object, ObjectID: n.ObjectID, Region: n.Region,
		Outcome: Outcome(n.Outcome), Detail: n.Detail,
	})
}
