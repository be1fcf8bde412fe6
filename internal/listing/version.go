package listing

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/text"
)

// Version is a list as it was settled (定稿): members and printed values stay,
// whatever becomes of the record.
type Version struct {
	ID       int64
	List     string
	Region   region.Code
	No       int
	AsOf     calendar.Date
	Month    calendar.Month // at whose end work was read
	People   int
	Columns  []string
	Hash     []byte // SHA-256 over the printed rows in order
	Document string // what the settling stands on, "" none
	ByUser   int64
	ByName   string
	At       int64 // Unix milliseconds
}

// Print is one kept row: who, where, and the printed words of the columns.
type Print struct {
	ID      int64       `json:"i"`
	Village region.Code `json:"v"`
	Cells   []string    `json:"c"`
}

const sealRows = "list_version_chunk.rows_cipher"

// Keep settles a list of a place as it is now. The caller needs PeopleEdit
// there, so that his scope holds the whole place.
func (s *Store) Keep(ctx context.Context, by account.Caller, list string, at region.Code, m calendar.Month, document string) (Version, error) {
	o, err := OfficialOf(list)
	if err != nil {
		return Version{}, err
	}
	scope := by.Scope(account.PeopleRead)
	switch {
	case !scope.Contains(at):
		return Version{}, errNotFound
	case !by.Scope(account.PeopleEdit).Contains(at):
		return Version{}, fault.New(fault.Forbidden, "fault.forbidden", account.PeopleEdit)
	case at.Level() < region.City:
		return Version{}, fault.New(fault.Invalid, "listing.keep.level")
	}
	document = strings.TrimSpace(document)
	if len([]rune(document)) > 200 {
		return Version{}, fault.InvalidFields(fault.Field{Name: "document", Key: "people.too_long", Args: []any{200}})
	}
	v := Version{List: o.ID, Region: at, AsOf: s.today(), Month: min(m, s.month()), Columns: o.Columns, Document: document, ByUser: by.UserID, ByName: by.Name}
	chunks, err := s.freeze(ctx, scope.Within(at), o, &v)
	if err != nil {
		return Version{}, err
	}
	return v, s.db.Tx(ctx, func(tx *db.Tx) error { return s.write(ctx, tx, by, &v, chunks) })
}

// sealedChunk is a part of a version, ready to be stored.
type sealedChunk struct {
	people int
	cipher []byte
}

// freeze reads, prints, hashes and seals the rows; no transaction is held.
func (s *Store) freeze(ctx context.Context, scope region.Scope, o *Official, v *Version) (out []sealedChunk, err error) {
	sum := newSum(v)
	err = s.db.Snapshot(ctx, func(q db.Querier) error {
		spec := o.Spec()
		v.People, err = s.whole(ctx, q, scope, Asked{Filter: o.Filter(v.Month), Sort: spec.Sort, Group: spec.Group}, maxRows, func(rows []Person) error {
			prints := s.prints(rows, columnsOf(v.Columns))
			sum.add(prints)
			sealed, err := s.seal(prints)
			out = append(out, sealedChunk{len(prints), sealed})
			return err
		})
		return err
	})
	v.Hash = sum.sum()
	return out, err
}

// prints writes rows as an official list shows them: Chinese, masked, every
// column of the list.
func (s *Store) prints(rows []Person, cols []Column) []Print {
	w := s.Words(text.ZH)
	out := make([]Print, len(rows))
	for i := range rows {
		p := &rows[i]
		out[i] = Print{ID: p.ID, Village: p.Village, Cells: make([]string, len(cols))}
		for j := range cols {
			if !p.Reduced || cols[j].Worker {
				out[i].Cells[j] = cols[j].value(p, w)
			}
		}
	}
	return out
}

func (s *Store) seal(rows []Print) ([]byte, error) {
	raw, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	z, _ := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	if _, err := z.Write(raw); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return s.Box.Encrypt(sealRows, buf.Bytes())
}

func (s *Store) unseal(sealed []byte) (rows []Print, err error) {
	plain, err := s.Box.Decrypt(sealRows, sealed)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(plain))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	return rows, json.Unmarshal(raw, &rows)
}

// rowSum hashes a version's content in its one form.
type rowSum struct{ buf *bytes.Buffer }

func newSum(v *Version) rowSum {
	b := &bytes.Buffer{}
	fmt.Fprintf(b, "%s %s %d %d %s\n", v.List, v.Region.Full(), v.AsOf, v.Month, strings.Join(v.Columns, ","))
	h := sha256.Sum256(b.Bytes())
	return rowSum{bytes.NewBuffer(h[:])}
}

// add chains a chunk: the running hash and the rows make the next.
func (r rowSum) add(rows []Print) {
	raw, _ := json.Marshal(rows)
	r.buf.Write(raw)
	h := sha256.Sum256(r.buf.Bytes())
	r.buf.Reset()
	r.buf.Write(h[:])
}

func (r rowSum) sum() []byte { return bytes.Clone(r.buf.Bytes()) }

func (s *Store) write(ctx context.Context, tx *db.Tx, by account.Caller, v *Version, chunks []sealedChunk) error {
	v.At = db.Millis(tx.Now)
	err := tx.QueryRowContext(ctx, `
		INSERT INTO list_version (list, region, no, as_of, month, people, columns, hash, document, by_user, by_name, created_at)
		VALUES ($1, $2, (SELECT coalesce(max(o.no), 0) + 1 FROM list_version o WHERE o.list = $1 AND o.region = $2), $3, $4, $5, $6, $7, $8, $9, $10, $11)
		RETURNING id, no`,
		v.List, int64(v.Region), int32(v.AsOf), int32(v.Month), v.People, strings.Join(v.Columns, ","), v.Hash, v.Document, v.ByUser, v.ByName, v.At).Scan(&v.ID, &v.No)
	if err != nil {
		return fmt.Errorf("keep list: %w", err)
	}
	for i, c := range chunks {
		_, err := tx.ExecContext(ctx, `INSERT INTO list_version_chunk (version_id, n, people, rows_cipher) VALUES ($1, $2, $3, $4)`, v.ID, i, c.people, c.cipher)
		if err != nil {
			return fmt.Errorf("keep list: %w", err)
		}
	}
	return s.Audit.Write(ctx, tx, by, audit.Entry{Action: "listing.keep", Object: "list", ObjectID: strconv.FormatInt(v.ID, 10), Region: v.Region,
		Detail: map[string]string{"list": v.List, "no": strconv.Itoa(v.No), "rows": strconv.Itoa(v.People), "hash": letters(v.Hash)}})
}

// letters writes a hash without digits: the record hides long runs of them.
func letters(hash []byte) string {
	return strings.NewReplacer("0", "g", "1", "h", "2", "i", "3", "j", "4", "k", "5", "l", "6", "m", "7", "n", "8", "o", "9", "p").Replace(hex.EncodeToString(hash))
}

const versionColumns = `id, list, region, no, as_of, month, people, columns, hash, document, by_user, by_name, created_at`

func scanVersion(scan func(...any) error) (v Version, err error) {
	var cols string
	err = scan(&v.ID, &v.List, &v.Region, &v.No, &v.AsOf, &v.Month, &v.People, &cols, &v.Hash, &v.Document, &v.ByUser, &v.ByName, &v.At)
	v.Columns = strings.Split(cols, ",")
	return v, err
}

// Versions are the settled versions of one list of one place, newest first.
func (s *Store) Versions(ctx context.Context, scope region.Scope, list string, at region.Code) (out []Version, err error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	err = each(ctx, s.db.Read, "versions", `SELECT `+versionColumns+` FROM list_version WHERE list = $1 AND region = $2 ORDER BY no DESC LIMIT 200`,
		[]any{list, int64(at)}, func(scan func(...any) error) error {
			v, err := scanVersion(scan)
			out = append(out, v)
			return err
		})
	return out, err
}

// Latest are the newest versions of a place, by list.
func (s *Store) Latest(ctx context.Context, scope region.Scope, at region.Code) (map[string]Version, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	out := map[string]Version{}
	err := each(ctx, s.db.Read, "versions", `SELECT `+versionColumns+` FROM list_version v WHERE region = $1
		AND no = (SELECT max(o.no) FROM list_version o WHERE o.list = v.list AND o.region = v.region)`,
		[]any{int64(at)}, func(scan func(...any) error) error {
			v, err := scanVersion(scan)
			out[v.List] = v
			return err
		})
	return out, err
}

// Version is one settled version. Its place says who may see it: today's
// residence of a member does not matter.
func (s *Store) Version(ctx context.Context, scope region.Scope, id int64) (Version, error) {
	v, err := scanVersion(s.db.Read.QueryRowContext(ctx, `SELECT `+versionColumns+` FROM list_version WHERE id = $1`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !scope.Contains(v.Region) {
		return Version{}, errNotFound
	}
	if err != nil {
		return Version{}, fmt.Errorf("read version: %w", err)
	}
	return v, nil
}

// Prints are a version's rows, held against its hash: rows that were changed
// outside the product are not shown.
func (s *Store) Prints(ctx context.Context, scope region.Scope, v Version) (out []Print, err error) {
	if !scope.Contains(v.Region) {
		return nil, errNotFound
	}
	sum := newSum(&v)
	err = each(ctx, s.db.Read, "version", `SELECT rows_cipher FROM list_version_chunk WHERE version_id = $1 ORDER BY n`, []any{v.ID}, func(scan func(...any) error) error {
		var sealed []byte
		if err := scan(&sealed); err != nil {
			return err
		}
		rows, err := s.unseal(sealed)
		if err != nil {
			return err
		}
		sum.add(rows)
		out = append(out, rows...)
		return nil
	})
	if err == nil && !bytes.Equal(sum.sum(), v.Hash) {
		err = fault.New(fault.Conflict, "listing.version.damaged", v.No)
	}
	return out, err
}
