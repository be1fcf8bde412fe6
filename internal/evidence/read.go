package evidence

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// Item is one attachment.
type Item struct {
	ID       int64
	Object   string
	ObjectID int64
	PersonID int64
	Region   region.Code // where the record lay when it was attached
	Sort     string
	Format   Format
	Name     string
	Size     int64 // bytes, as kept
	Width    int
	Height   int
	Stripped []string
	Kept     []string
	Hash     []byte // SHA-256 of the file as kept
	ByUser   int64
	ByName   string
	At       int64 // Unix milliseconds
	Deleted  int64 // Unix milliseconds, 0 while it stands
	Reason   string
	Open     bool // the caller may open the file
	Thumb    bool // there is a small picture
	Edit     bool // the caller may take it off

	file string
	key  []byte
}

const itemColumns = `id, object, object_id, person_id, region, sort, format, name_cipher, key_cipher, file, size, thumb_size, width, height, stripped, hash, by_user, by_name, created_at, deleted_at, delete_reason, erased_at`

func (s *Store) scan(scan func(...any) error) (it Item, err error) {
	var name []byte
	var thumb, erased int64
	var stripped string
	err = scan(&it.ID, &it.Object, &it.ObjectID, &it.PersonID, &it.Region, &it.Sort, &it.Format, &name, &it.key, &it.file, &it.Size, &thumb, &it.Width, &it.Height,
		&stripped, &it.Hash, &it.ByUser, &it.ByName, &it.At, &it.Deleted, &it.Reason, &erased)
	if err != nil {
		return it, err
	}
	it.Thumb = thumb > 0 && erased == 0
	for _, p := range strings.Split(stripped, ",") {
		if rest, kept := strings.CutPrefix(p, "+"); kept {
			it.Kept = append(it.Kept, rest)
		} else if p != "" {
			it.Stripped = append(it.Stripped, p)
		}
	}
	plain, err := s.box.Decrypt(sealName, name)
	it.Name = string(plain)
	return it, err
}

// rights says what the caller may do with an attachment of a record.
func (it *Item) rights(by account.Caller, k *Kind, f Found) {
	sort, _ := sortOf("", it.Sort)
	it.Open = len(it.key) > 0 && (!sort.Private || by.Scope(account.PeopleReveal).Contains(f.Region) || it.ByUser == by.UserID && by.UserID != 0)
	it.Edit = mayEdit(by, k, f)
	it.Thumb = it.Thumb && it.Open
}

// List is a record's attachments, newest first. Those that were taken off come
// last, for who may put them back.
func (s *Store) List(ctx context.Context, by account.Caller, kind string, id int64) (out []Item, edit bool, err error) {
	k, f, err := s.find(ctx, s.db.Read, by, kind, id)
	if err != nil {
		return nil, false, err
	}
	edit = mayEdit(by, k, f)
	where := " AND deleted_at = 0"
	if edit {
		where = " AND erased_at = 0"
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+itemColumns+` FROM evidence WHERE object = $1 AND object_id = $2`+where+` ORDER BY CASE WHEN deleted_at = 0 THEN 0 ELSE 1 END, id DESC`, kind, id)
	if err != nil {
		return nil, false, fmt.Errorf("list evidence: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		it, err := s.scan(rows.Scan)
		if err != nil {
			return nil, false, fmt.Errorf("list evidence: %w", err)
		}
		it.rights(by, k, f)
		out = append(out, it)
	}
	return out, edit, rows.Err()
}

// Item is one attachment of a record that the caller sees. One that was taken
// off is seen by who may put it back.
func (s *Store) Item(ctx context.Context, by account.Caller, id int64) (Item, error) {
	return s.item(ctx, s.db.Read, by, id)
}

func (s *Store) item(ctx context.Context, q db.Querier, by account.Caller, id int64) (Item, error) {
	it, err := s.scan(q.QueryRowContext(ctx, `SELECT `+itemColumns+` FROM evidence WHERE id = $1 AND erased_at = 0`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Item{}, errNotFound
	}
	if err != nil {
		return Item{}, fmt.Errorf("read evidence: %w", err)
	}
	k, f, err := s.find(ctx, q, by, it.Object, it.ObjectID)
	if err != nil {
		return Item{}, err
	}
	it.rights(by, k, f)
	if it.Deleted != 0 && !it.Edit {
		return Item{}, errNotFound
	}
	return it, nil
}

// File opens an attachment; that is on record before it is answered.
func (s *Store) File(ctx context.Context, by account.Caller, id int64) (Item, []byte, error) {
	it, err := s.Item(ctx, by, id)
	if err != nil {
		return Item{}, nil, err
	}
	if !it.Open {
		return Item{}, nil, fault.New(fault.Forbidden, "evidence.private")
	}
	data, err := s.open(&it, partWhole)
	if err != nil {
		return Item{}, nil, err
	}
	if !bytes.Equal(sum(data), it.Hash) {
		return Item{}, nil, fault.New(fault.Conflict, "evidence.damaged")
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if it.PersonID == 0 {
			return s.note(ctx, tx, by, "evidence.open", &it, map[string]string{"sort": it.Sort})
		}
		// A look at the person: it stands where one asks who looked.
		return s.audit.Write(ctx, tx, by, audit.Entry{Action: "evidence.open", Object: "person", ObjectID: strconv.FormatInt(it.PersonID, 10), Region: it.Region,
			Detail: map[string]string{"sort": it.Sort, "evidence": strconv.FormatInt(it.ID, 10)}})
	})
	if err != nil {
		return Item{}, nil, err
	}
	return it, data, nil
}

// Thumb is the small picture of an attachment that the caller may open.
func (s *Store) Thumb(ctx context.Context, by account.Caller, id int64) ([]byte, error) {
	it, err := s.Item(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if !it.Thumb {
		return nil, errNotFound
	}
	return s.open(&it, partThumb)
}

func (s *Store) open(it *Item, part string) ([]byte, error) {
	box, err := s.sealerOf(it)
	if err != nil {
		return nil, err
	}
	return s.vault.get(box, it.file, part)
}

func (s *Store) sealerOf(it *Item) (*secret.Box, error) {
	key, err := s.box.Decrypt(sealKey, it.key)
	if err != nil {
		return nil, err
	}
	return sealer(key)
}

func asFault(err error, to **fault.Error) bool { return errors.As(err, to) }
