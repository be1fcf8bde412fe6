package people

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Reader records that a record was read, before it is shown. audit.Log is one.
type Reader interface {
	Read(ctx context.Context, c account.Caller, e audit.Entry) error
}

// Looked records that the caller opens a person's record; it stands before the
// record is shown. Where the store's recorder gathers reads, they share a
// transaction.
func (s *Store) Looked(ctx context.Context, scope region.Scope, by account.Caller, r *Record) error {
	if !scope.Contains(r.Village) && !r.Reduced {
		return errNotFound
	}
	e := audit.Entry{Action: "people.read", Object: "person", ObjectID: itoa(r.ID), Region: r.Village}
	if reader, ok := s.Audit.(Reader); ok {
		return reader.Read(ctx, by, e)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error { return s.Audit.Write(ctx, tx, by, e) })
}
