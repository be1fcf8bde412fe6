package account

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// AddressKind is what a list of allowed networks is for.
type AddressKind string

// The kinds. Without a list administration is open to every address that
// reaches the console; metrics answer loopback only.
const (
	AdminAddress  AddressKind = "admin"
	MetricAddress AddressKind = "metrics"
)

// adminOnly are the permissions whose routes answer allowed addresses only
// (GB/T 22239 入侵防范 c).
var adminOnly = []Permission{UserRead, UserCreate, UserGrant, AuditRead, SystemOperate}

// Administers reports a permission of administration.
func (p Permission) Administers() bool { return slices.Contains(adminOnly, p) }

type keptAddresses struct {
	at    time.Time
	lists map[AddressKind][]netip.Prefix
}

// kept per service; see policyNow.
type addressCache struct{ p atomic.Pointer[keptAddresses] }

// Addresses reads the allowed networks of a kind.
func (s *Service) Addresses(ctx context.Context, kind AddressKind) ([]netip.Prefix, error) {
	if k := s.addresses.p.Load(); k != nil && time.Since(k.at) < policyKeep {
		return k.lists[kind], nil
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT kind, prefix FROM allowed_address ORDER BY kind, prefix`)
	if err != nil {
		return nil, fmt.Errorf("addresses: %w", err)
	}
	defer rows.Close()
	lists := map[AddressKind][]netip.Prefix{}
	for rows.Next() {
		var k AddressKind
		var words string
		if err := rows.Scan(&k, &words); err != nil {
			return nil, fmt.Errorf("addresses: %w", err)
		}
		p, err := netip.ParsePrefix(words)
		if err != nil {
			return nil, fmt.Errorf("addresses: %w", err) // fail closed: a broken list allows nobody
		}
		lists[k] = append(lists[k], p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("addresses: %w", err)
	}
	s.addresses.p.Store(&keptAddresses{time.Now(), lists})
	return lists[kind], nil
}

// Allowed reports whether an address may do what a kind of list is for.
func (s *Service) Allowed(ctx context.Context, kind AddressKind, address string) (bool, error) {
	list, err := s.Addresses(ctx, kind)
	if err != nil {
		return false, err
	}
	a, err := netip.ParseAddr(address)
	if len(list) == 0 {
		return kind == AdminAddress || err == nil && a.Unmap().IsLoopback(), nil
	}
	return err == nil && within(list, a), nil
}

func within(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a.Unmap()) || p.Contains(a) })
}

// SetAddresses replaces a list. The topmost security administrator does, with
// a fresh proof, and not so that the own address falls out; the machine's own
// console may set anything, and so opens the door again to who locked it.
func (s *Service) SetAddresses(ctx context.Context, c Caller, kind AddressKind, words, source, own string) error {
	if !c.Can(UserGrant) {
		return fault.New(fault.Forbidden, "fault.forbidden", string(UserGrant))
	}
	if err := c.StepUp(); err != nil {
		return err
	}
	list, bad := parsePrefixes(words)
	if bad != "" {
		return fault.InvalidFields(fault.Field{Name: string(kind), Key: "account.address.form", Args: []any{bad}})
	}
	if strings.TrimSpace(source) == "" {
		return fault.InvalidFields(fault.Field{Name: "source", Key: "account.policy.source_required"})
	}
	if kind == AdminAddress && len(list) > 0 && !c.isLocal() {
		if a, err := netip.ParseAddr(own); err != nil || !within(list, a) {
			return fault.InvalidFields(fault.Field{Name: string(kind), Key: "account.address.own", Args: []any{own}})
		}
	}
	defer s.addresses.p.Store(nil)
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := topmost(ctx, tx, c); err != nil {
			return err
		}
		if err := exec(ctx, tx, `DELETE FROM allowed_address WHERE kind = $1`, string(kind)); err != nil {
			return err
		}
		for _, p := range list {
			if err := exec(ctx, tx, `INSERT INTO allowed_address (kind, prefix, source, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5)`,
				string(kind), p.String(), strings.TrimSpace(source), c.UserID, db.Millis(tx.Now)); err != nil {
				return err
			}
		}
		return s.note(ctx, tx, c, Note{Action: "policy.address", Object: "policy", Region: region.Country, Detail: map[string]string{"kind": string(kind), "value": fmt.Sprint(list), "source": source}})
	})
}

// maxPrefixes bounds a list.
const maxPrefixes = 100

// parsePrefixes reads networks as people write them: one a line or between
// commas, an address alone being itself. bad is the first that is none.
func parsePrefixes(words string) (list []netip.Prefix, bad string) {
	for _, w := range strings.FieldsFunc(words, func(r rune) bool { return strings.ContainsRune(" \t\r\n,，;；、", r) }) {
		p, err := netip.ParsePrefix(w)
		if err != nil {
			a, aerr := netip.ParseAddr(w)
			if aerr != nil {
				return nil, cut(w, 40)
			}
			p = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
		}
		if p = p.Masked(); !slices.Contains(list, p) {
			list = append(list, p)
		}
		if len(list) > maxPrefixes {
			return nil, fmt.Sprint(maxPrefixes)
		}
	}
	return list, ""
}
