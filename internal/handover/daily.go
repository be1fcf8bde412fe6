package handover

import (
	"context"
	"errors"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Daily settles the open requests of a scope that the facts have overtaken,
// escalates what nobody answered in its term and ends what nobody replied to.
// Each request is a transaction of its own. It answers how many it changed.
func (s *Store) Daily(ctx context.Context, scope region.Scope) (changed int, err error) {
	var a db.Args
	cond := seen(scope, &a)
	all, err := s.open(ctx, s.db.Read, cond, a.Values...)
	if err != nil {
		return 0, err
	}
	for _, r := range all {
		did, err := s.daily(ctx, scope, r.ID, r.Version)
		if err != nil {
			return changed, err
		}
		changed += did
	}
	return changed, nil
}

// errNothing leaves a request as it was.
var errNothing = errors.New("nothing to do")

func (s *Store) daily(ctx context.Context, scope region.Scope, id int64, version int) (did int, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.load(ctx, tx, scope, id)
		if err != nil || !r.State.Open() || r.Version != version {
			return err
		}
		if err := claim(ctx, tx, &r, version); err != nil {
			return err
		}
		settled, err := s.settle(ctx, tx, &r)
		if err != nil {
			return err
		}
		if settled == nil {
			switch {
			case r.Due >= s.today() || r.State == Escalated:
				return errNothing
			case r.State == Queried:
				err = s.void(ctx, tx, &r, "handover.void.silent")
			default:
				err = s.bySystem(ctx, tx, &r, ActEscalate, "")
			}
			if err != nil {
				return err
			}
		}
		did = 1
		return nil
	})
	if errors.Is(err, errNothing) || fault.Is(err, fault.Conflict) {
		return 0, nil // nothing to do, or somebody acted meanwhile: the next night looks again
	}
	return did, err
}
