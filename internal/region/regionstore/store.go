// Package regionstore keeps what an installation adds to the national tree:
// local places (reporting units, carved towns and villages, places made after
// the asset's date) and dated area tags.
package regionstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Store reads and writes local places and tags. The tree itself is public:
// reading needs no scope, writing needs SettingEdit at the place.
type Store struct {
	db  *db.DB
	log *audit.Log

	mu   sync.Mutex
	rows []region.Local
	tree *region.Tree
}

// New makes the store of one installation.
func New(d *db.DB, log *audit.Log) *Store { return &Store{db: d, log: log} }

// LoadLocals reads every local place by code.
func LoadLocals(ctx context.Context, q db.Querier) ([]region.Local, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT code, name, kind, official_code, inside_host, valid_from, valid_to, followed_by, former_names, source
		FROM local_region ORDER BY code`)
	if err != nil {
		return nil, fmt.Errorf("load local places: %w", err)
	}
	defer rows.Close()
	var out []region.Local
	for rows.Next() {
		var l region.Local
		if err := rows.Scan(&l.Code, &l.Name, &l.Kind, &l.Official, &l.InsideHost, &l.ValidFrom, &l.ValidTo, &l.FollowedBy, &l.FormerNames, &l.Source); err != nil {
			return nil, fmt.Errorf("load local places: %w", err)
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// Tree is the tree with the installation's local places as they stand in the
// database now. The same tree, with what it has learned, is answered until
// they change, in whichever process.
func (s *Store) Tree(ctx context.Context) (*region.Tree, error) {
	rows, err := LoadLocals(ctx, s.db.Read)
	if err != nil {
		return nil, s.db.Dialect.Fault(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tree == nil || !slices.Equal(rows, s.rows) {
		s.rows, s.tree = rows, region.National().With(rows)
	}
	return s.tree, nil
}

// SaveLocal adds or changes a local place. Name, kind, and for a carved place
// the national code, are needed; a key of a national division may only be
// given another name or an end.
func (s *Store) SaveLocal(ctx context.Context, scope region.Scope, tx *db.Tx, c account.Caller, l region.Local) error {
	if !c.Can(account.SettingEdit) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.SettingEdit)
	}
	if !scope.Contains(l.Code.Parent()) || l.Official != 0 && !scope.Contains(l.Official) {
		return fault.NotFoundf("fault.notfound")
	}
	if f := checkLocal(l); len(f) > 0 {
		return fault.InvalidFields(f...)
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO local_region (code, name, kind, official_code, inside_host, valid_from, valid_to, followed_by, former_names, source)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind,
			official_code = excluded.official_code, inside_host = excluded.inside_host,
			valid_from = excluded.valid_from, valid_to = excluded.valid_to, followed_by = excluded.followed_by,
			former_names = excluded.former_names, source = excluded.source`,
		int64(l.Code), l.Name, l.Kind, int64(l.Official), l.InsideHost, int(l.ValidFrom), int(l.ValidTo), int64(l.FollowedBy), l.FormerNames, l.Source)
	if err != nil {
		return fmt.Errorf("save local place: %w", err)
	}
	return s.log.Write(ctx, tx, c, audit.Entry{
		Action: "region.save", Object: "region", ObjectID: l.Code.String(), Region: l.Code,
		Detail: map[string]string{"kind": l.Kind, "official": l.Official.String()},
	})
}

// DropLocal removes a local place, or another name or end of a national one,
// that an undone change of divisions had made.
func (s *Store) DropLocal(ctx context.Context, scope region.Scope, tx *db.Tx, c account.Caller, code region.Code) error {
	if !c.Can(account.SettingEdit) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.SettingEdit)
	}
	if !scope.Contains(code.Parent()) {
		return fault.NotFoundf("fault.notfound")
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM local_region WHERE code = $1`, int64(code)); err != nil {
		return fmt.Errorf("drop local place: %w", err)
	}
	return s.log.Write(ctx, tx, c, audit.Entry{Action: "region.drop", Object: "region", ObjectID: code.String(), Region: code})
}

func checkLocal(l region.Local) []fault.Field {
	var out []fault.Field
	bad := func(name, key string) { out = append(out, fault.Field{Name: name, Key: key}) }
	national, exists := region.National().Get(l.Code)
	if l.Name == "" {
		bad("name", "region.name_required")
	}
	if l.Code.Level() == region.Nation {
		bad("code", "region.code_level")
	}
	switch l.Kind {
	case "", region.KindUnit, region.KindCarved:
	default:
		bad("kind", "region.kind")
	}
	if l.Kind != "" && exists && national.Kind == "" {
		bad("code", "region.code_taken")
	}
	if l.Kind == region.KindCarved {
		if _, ok := region.National().Get(l.Official); !ok || l.Official.Level() != l.Code.Level() || l.Code.Level() < region.Town {
			bad("official", "region.official")
		}
	} else if l.Official != 0 {
		bad("official", "region.official")
	}
	for _, d := range []calendar.Date{l.ValidFrom, l.ValidTo} {
		if d != 0 && !d.Valid() {
			bad("valid", "region.date")
		}
	}
	return out
}

// FreeUnit is the first county key below a city that no division, and no local
// place of the tree, has: 371590 below 3715.
func FreeUnit(t *region.Tree, city region.Code) (region.Code, error) {
	for n := region.Code(90); n < 100; n++ {
		if c := city.At(region.City) + n*1_000_000; t.Name(c) == "" {
			return c, nil
		}
	}
	return 0, fault.New(fault.Conflict, "region.no_free_key", city.String())
}

// SaveTag puts a place on a list from a day, or ends it there (to).
func (s *Store) SaveTag(ctx context.Context, scope region.Scope, tx *db.Tx, c account.Caller, tag string, at region.Code, from, to calendar.Date, source string) error {
	if !c.Can(account.SettingEdit) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.SettingEdit)
	}
	if !scope.Contains(at) {
		return fault.NotFoundf("fault.notfound")
	}
	var bad []fault.Field
	if tag == "" {
		bad = append(bad, fault.Field{Name: "tag", Key: "region.tag_required"})
	}
	if source == "" {
		bad = append(bad, fault.Field{Name: "source", Key: "setting.source_required"})
	}
	if from != 0 && !from.Valid() || to != 0 && (!to.Valid() || to < from) {
		bad = append(bad, fault.Field{Name: "valid", Key: "region.date"})
	}
	if len(bad) > 0 {
		return fault.InvalidFields(bad...)
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO area_tag (tag, region, valid_from, valid_to, source) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tag, region, valid_from) DO UPDATE SET valid_to = excluded.valid_to, source = excluded.source`,
		tag, int64(at), int(from), int(to), source)
	if err != nil {
		return fmt.Errorf("save tag: %w", err)
	}
	return s.log.Write(ctx, tx, c, audit.Entry{
		Action: "region.tag", Object: "region", ObjectID: at.String(), Region: at,
		Detail: map[string]string{"tag": tag, "from": strconv.Itoa(int(from)), "to": strconv.Itoa(int(to))},
	})
}

// Tags are the places of a list on a day: those that come with the program and
// the installation's own rows. An own row that has ended takes a place off.
func (s *Store) Tags(ctx context.Context, tag string, on calendar.Date) (map[region.Code]bool, error) {
	out := map[region.Code]bool{}
	if t, ok := region.TagByID(tag); ok && on >= t.From {
		for c := range region.Tagged(tag) {
			out[c] = true
		}
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT region, valid_from, valid_to FROM area_tag WHERE tag = $1 ORDER BY region, valid_from`, tag)
	if err != nil {
		return nil, s.db.Dialect.Fault(fmt.Errorf("tags: %w", err))
	}
	defer rows.Close()
	for rows.Next() {
		var c region.Code
		var from, to calendar.Date
		if err := rows.Scan(&c, &from, &to); err != nil {
			return nil, s.db.Dialect.Fault(fmt.Errorf("tags: %w", err))
		}
		switch {
		case from > on:
		case to == 0 || to >= on:
			out[c] = true
		default:
			delete(out, c)
		}
	}
	return out, s.db.Dialect.Fault(rows.Err())
}
