package evidence

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/setting"
)

// Upload is a file that somebody brings.
type Upload struct {
	Name string // as the browser says; never used as a path
	Sort string
	File io.Reader
}

const (
	sealName = "evidence.name_cipher"
	sealKey  = "evidence.key_cipher"
)

// MayAdd says before a file is read whether the caller may attach one.
func (s *Store) MayAdd(ctx context.Context, by account.Caller, kind string, id int64) error {
	k, f, err := s.find(ctx, s.db.Read, by, kind, id)
	if err == nil && !mayEdit(by, k, f) {
		err = fault.New(fault.Forbidden, "fault.forbidden", k.Edit)
	}
	return err
}

// Add attaches a file to a record.
func (s *Store) Add(ctx context.Context, by account.Caller, kind string, id int64, u Upload) (Item, error) {
	k, f, err := s.find(ctx, s.db.Read, by, kind, id)
	if err != nil {
		return Item{}, err
	}
	if !mayEdit(by, k, f) {
		return Item{}, fault.New(fault.Forbidden, "fault.forbidden", k.Edit)
	}
	sort, ok := sortOf(kind, u.Sort)
	if !ok {
		return Item{}, fault.InvalidFields(fault.Field{Name: "sort", Key: "evidence.sort.missing"})
	}
	set, err := s.settings(ctx, s.db.Read, f.Region)
	if err != nil {
		return Item{}, err
	}
	if err := s.quota(ctx, s.db.Read, by, set, 0); err != nil {
		return Item{}, err // before the work
	}
	raw, err := readUpTo(u.File, int64(max(set.Int(PhotoMB), set.Int(PDFMB)))<<20)
	if err != nil {
		return Item{}, err
	}
	clean, err := s.clean(ctx, u.Name, raw, set)
	if err != nil {
		s.refused(ctx, by, kind, id, f, err)
		return Item{}, err
	}
	it := Item{Object: kind, ObjectID: id, PersonID: f.PersonID, Region: f.Region, Sort: sort.ID, Format: clean.Format, Name: cleanName(u.Name, clean.Format),
		Size: int64(len(clean.Data)), Width: clean.Width, Height: clean.Height, Stripped: clean.Stripped, Kept: clean.Kept, Hash: sum(clean.Data), ByUser: by.UserID, ByName: by.Name}
	return it, s.store(ctx, by, set, &it, clean, raw)
}

// refused puts a file that was not taken on record: a renamed program at the
// door is worth knowing. It must not stop the answer.
func (s *Store) refused(ctx context.Context, by account.Caller, kind string, id int64, f Found, why error) {
	key := ""
	var e *fault.Error
	if asFault(why, &e) && len(e.Fields) > 0 {
		key = e.Fields[0].Key
	}
	_ = s.db.Tx(ctx, func(tx *db.Tx) error {
		return s.audit.Write(ctx, tx, by, audit.Entry{Action: "evidence.refused", Object: kind, ObjectID: strconv.FormatInt(id, 10), Region: f.Region,
			Outcome: audit.Failed, Detail: map[string]string{"why": key}})
	})
}

// clean checks and cleans; one file at a time, because pictures unpack to many
// times their size.
func (s *Store) clean(ctx context.Context, name string, raw []byte, set setting.Values) (*Cleaned, error) {
	format, err := sniff(name, raw)
	if err != nil {
		return nil, err
	}
	limit := set.Int(PhotoMB)
	if format == PDF {
		limit = set.Int(PDFMB)
	}
	if int64(len(raw)) > int64(limit)<<20 {
		return nil, fault.InvalidFields(fault.Field{Name: "file", Key: "evidence.refused.large", Args: []any{limit}})
	}
	select {
	case s.work <- struct{}{}:
		defer func() { <-s.work }()
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "web.busy")
	}
	if format == PDF {
		return cleanPDF(raw)
	}
	return cleanPicture(raw, format)
}

// store writes the sealed files, then the row: a row without its file would be
// a promise; a file without its row is swept up.
func (s *Store) store(ctx context.Context, by account.Caller, set setting.Values, it *Item, c *Cleaned, raw []byte) (err error) {
	key := make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	box, err := sealer(key)
	if err != nil {
		return err
	}
	if it.file, err = newName(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = s.vault.remove(it.file)
		}
	}()
	if err := s.vault.put(box, it.file, partWhole, c.Data); err != nil {
		return err
	}
	if len(c.Thumb) > 0 {
		if err := s.vault.put(box, it.file, partThumb, c.Thumb); err != nil {
			return err
		}
	}
	nameCipher, err := s.box.Encrypt(sealName, []byte(it.Name))
	if err != nil {
		return err
	}
	keyCipher, err := s.box.Encrypt(sealKey, key)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		// One after another: files at once must not share the day's count.
		if _, err := tx.NextIDs(ctx, "evidence "+strconv.FormatInt(by.UserID, 10), 1); err != nil {
			return err
		}
		if err := s.quota(ctx, tx, by, set, it.Size); err != nil {
			return err
		}
		if err := s.room(ctx, tx, set, it, sum(raw)); err != nil {
			return err
		}
		it.At = db.Millis(tx.Now)
		err := tx.QueryRowContext(ctx, `
			INSERT INTO evidence (object, object_id, person_id, region, sort, format, name_cipher, key_cipher, file, size, thumb_size, width, height,
				hash, source_hash, source_size, likeness, stripped, by_user, by_name, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) RETURNING id`,
			it.Object, it.ObjectID, it.PersonID, int64(it.Region), it.Sort, string(it.Format), nameCipher, keyCipher, it.file, it.Size, len(c.Thumb), it.Width, it.Height,
			it.Hash, sum(raw), len(raw), int64(c.Likeness), said(c), it.ByUser, it.ByName, it.At).Scan(&it.ID)
		if err != nil {
			return fmt.Errorf("keep evidence: %w", err)
		}
		return s.note(ctx, tx, by, "evidence.add", it, map[string]string{"sort": it.Sort, "format": string(it.Format), "size": strconv.FormatInt(it.Size, 10)})
	})
}

// said keeps what was taken off and what stays, "gps,exif" and "+info".
func said(c *Cleaned) string {
	parts := append([]string{}, c.Stripped...)
	for _, k := range c.Kept {
		parts = append(parts, "+"+k)
	}
	return strings.Join(parts, ",")
}

// quota holds a user to the files and megabytes of a day.
func (s *Store) quota(ctx context.Context, q db.Querier, by account.Caller, set setting.Values, more int64) error {
	day := db.Millis(calendar.DateAt(s.db.Clock()).Time())
	var files, size int64
	err := q.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(size), 0) FROM evidence WHERE by_user = $1 AND created_at >= $2`, by.UserID, day).Scan(&files, &size)
	if err != nil {
		return fmt.Errorf("count evidence: %w", err)
	}
	switch {
	case files >= int64(set.Int(DailyFiles)):
		return fault.New(fault.TooMany, "evidence.quota.files", set.Int(DailyFiles))
	case size+more > int64(set.Int(DailyMB))<<20:
		return fault.New(fault.TooMany, "evidence.quota.size", set.Int(DailyMB))
	}
	return nil
}

// room refuses a file that the record already has, and a record that is full.
func (s *Store) room(ctx context.Context, q db.Querier, set setting.Values, it *Item, source []byte) error {
	var n, same int
	err := q.QueryRowContext(ctx, `
		SELECT count(*), coalesce(sum(CASE WHEN source_hash = $3 THEN 1 ELSE 0 END), 0) FROM evidence
		WHERE object = $1 AND object_id = $2 AND deleted_at = 0`, it.Object, it.ObjectID, source).Scan(&n, &same)
	if err != nil {
		return fmt.Errorf("count evidence: %w", err)
	}
	switch {
	case same > 0:
		return fault.New(fault.Conflict, "evidence.same")
	case n >= set.Int(PerRecord):
		return fault.New(fault.Conflict, "evidence.full", set.Int(PerRecord))
	}
	return nil
}

func (s *Store) note(ctx context.Context, tx *db.Tx, by account.Caller, action string, it *Item, detail map[string]string) error {
	if detail == nil {
		detail = map[string]string{}
	}
	detail["object"], detail["object_id"] = it.Object, strconv.FormatInt(it.ObjectID, 10)
	if it.PersonID != 0 {
		detail["person"] = strconv.FormatInt(it.PersonID, 10)
	}
	return s.audit.Write(ctx, tx, by, audit.Entry{Action: action, Object: "evidence", ObjectID: strconv.FormatInt(it.ID, 10), Region: it.Region, Detail: detail})
}
