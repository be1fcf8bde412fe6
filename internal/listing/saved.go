package listing

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// Spec is what a chosen list is made of. Filter is the query of the people's
// list (status=5&kind=1): codes, ages and initials, never a name or a number.
type Spec struct {
	Columns []string    `json:"columns"`
	Filter  string      `json:"filter,omitempty"`
	Sort    people.Sort `json:"sort,omitempty"`
	Desc    bool        `json:"desc,omitempty"`
	Group   bool        `json:"group,omitempty"`
}

// Saved is a chosen list with its name.
type Saved struct {
	ID        int64
	OwnerID   int64
	OwnerName string
	Name      string
	Shared    bool // with the office that follows, else the owner's alone
	Region    region.Code
	Dept      account.Dept
	Spec      Spec
	UpdatedAt int64
}

// filterNames are the conditions that a spec may keep.
var filterNames = []string{"status", "kind", "skill", "class", "channel", "age_from", "age_to", "willing", "settled", "change", "out", "py", "list", "by"}

// KeepFilter leaves of a query what a spec may keep.
func KeepFilter(q url.Values) url.Values {
	out := url.Values{}
	for _, name := range filterNames {
		for _, v := range q[name] {
			if v != "" && len(v) <= 40 {
				out.Add(name, v)
			}
		}
	}
	return out
}

// Query is the filter as the people's list reads it.
func (s Spec) Query() url.Values {
	q, err := url.ParseQuery(s.Filter)
	if err != nil {
		return url.Values{}
	}
	return KeepFilter(q)
}

// Check says what a spec lacks.
func (s Spec) Check() []fault.Field {
	var out []fault.Field
	if len(s.Columns) == 0 {
		out = append(out, fault.Field{Name: "cols", Key: "listing.cols.none"})
	}
	for i, k := range s.Columns {
		if _, known := ColumnOf(k); !known || slices.Contains(s.Columns[:i], k) {
			out = append(out, fault.Field{Name: "cols", Key: "listing.cols.unknown"})
			break
		}
	}
	if len(s.Columns) > 24 {
		out = append(out, fault.Field{Name: "cols", Key: "listing.cols.many", Args: []any{24}})
	}
	if !slices.Contains([]people.Sort{"", people.ByVillage, people.ByHousehold, people.ByName, people.ByAge, people.ByUpdate}, s.Sort) {
		out = append(out, fault.Field{Name: "sort", Key: "people.word"})
	}
	return out
}

// Save keeps a chosen list: id 0 makes one, else the owner's is changed.
func (s *Store) Save(ctx context.Context, by account.Caller, id int64, name string, shared bool, spec Spec) (int64, error) {
	at, dept, ok := by.Office(account.PeopleRead)
	if !ok || !by.Can(account.PeopleRead) {
		return 0, fault.New(fault.Forbidden, "fault.forbidden", account.PeopleRead)
	}
	name = secret.Scrub(strings.TrimSpace(name))
	fields := spec.Check()
	if n := len([]rune(name)); n == 0 || n > 40 {
		fields = append(fields, fault.Field{Name: "name", Key: "listing.name"})
	}
	if len(fields) > 0 {
		return 0, fault.InvalidFields(fields...)
	}
	raw, err := json.Marshal(spec)
	if err != nil {
		return 0, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		now, action := db.Millis(tx.Now), "listing.save"
		if id == 0 {
			action = "listing.make"
			err := tx.QueryRowContext(ctx, `
				INSERT INTO saved_list (owner_id, owner_name, name, shared, office_region, office_dept, spec, created_at, updated_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING id`,
				by.UserID, by.Name, name, shared, int64(at), string(dept), string(raw), now).Scan(&id)
			if err != nil {
				return fmt.Errorf("save list: %w", err)
			}
		} else {
			var changed int64
			err := tx.QueryRowContext(ctx, `
				UPDATE saved_list SET name = $1, shared = $2, office_region = $3, office_dept = $4, spec = $5, updated_at = $6
				WHERE id = $7 AND owner_id = $8 RETURNING id`, name, shared, int64(at), string(dept), string(raw), now, id, by.UserID).Scan(&changed)
			if errors.Is(err, sql.ErrNoRows) {
				return errNotFound
			}
			if err != nil {
				return fmt.Errorf("save list: %w", err)
			}
		}
		return s.Audit.Write(ctx, tx, by, audit.Entry{Action: action, Object: "saved_list", ObjectID: strconv.FormatInt(id, 10), Region: at,
			Detail: map[string]string{"columns": strings.Join(spec.Columns, ","), "shared": strconv.FormatBool(shared)}})
	})
	return id, err
}

// Drop removes the caller's own list.
func (s *Store) Drop(ctx context.Context, by account.Caller, id int64) error {
	if !by.Can(account.PeopleRead) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.PeopleRead)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		var gone int64
		err := tx.QueryRowContext(ctx, `DELETE FROM saved_list WHERE id = $1 AND owner_id = $2 RETURNING id`, id, by.UserID).Scan(&gone)
		if errors.Is(err, sql.ErrNoRows) {
			return errNotFound
		}
		if err != nil {
			return fmt.Errorf("drop list: %w", err)
		}
		return s.Audit.Write(ctx, tx, by, audit.Entry{Action: "listing.drop", Object: "saved_list", ObjectID: strconv.FormatInt(id, 10)})
	})
}

const savedColumns = `id, owner_id, owner_name, name, shared, office_region, office_dept, spec, updated_at`

func scanSaved(scan func(...any) error) (v Saved, err error) {
	var spec string
	if err = scan(&v.ID, &v.OwnerID, &v.OwnerName, &v.Name, &v.Shared, &v.Region, &v.Dept, &spec, &v.UpdatedAt); err != nil {
		return v, err
	}
	return v, json.Unmarshal([]byte(spec), &v.Spec)
}

// mine is the condition that a list is the caller's own or shared with an
// office of his.
func mine(by account.Caller, a *db.Args) string {
	parts := []string{"owner_id = " + a.Add(by.UserID)}
	for _, g := range by.Grants {
		if g.Has(account.PeopleRead) {
			parts = append(parts, "(shared = TRUE AND office_region = "+a.Add(int64(g.Region))+" AND office_dept = "+a.Add(string(g.Dept))+")")
		}
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// SavedLists are the caller's own lists and those of his office, by name.
func (s *Store) SavedLists(ctx context.Context, by account.Caller) (out []Saved, err error) {
	if !by.Can(account.PeopleRead) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden", account.PeopleRead)
	}
	var a db.Args
	err = each(ctx, s.db.Read, "saved lists", `SELECT `+savedColumns+` FROM saved_list WHERE `+mine(by, &a)+` ORDER BY name, id LIMIT 500`, a.Values, func(scan func(...any) error) error {
		v, err := scanSaved(scan)
		out = append(out, v)
		return err
	})
	return out, err
}

// SavedList is one of them; another's is not found.
func (s *Store) SavedList(ctx context.Context, by account.Caller, id int64) (Saved, error) {
	if !by.Can(account.PeopleRead) {
		return Saved{}, fault.New(fault.Forbidden, "fault.forbidden", account.PeopleRead)
	}
	var a db.Args
	v, err := scanSaved(s.db.Read.QueryRowContext(ctx, `SELECT `+savedColumns+` FROM saved_list WHERE id = `+a.Add(id)+` AND `+mine(by, &a), a.Values...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Saved{}, errNotFound
	}
	if err != nil {
		return Saved{}, fmt.Errorf("read list: %w", err)
	}
	return v, nil
}
