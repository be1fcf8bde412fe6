package people

import (
	"context"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Settlements are the registered settlements of the county of a place of the
// scope, ended ones too: a record may still name one.
func (s *Store) Settlements(ctx context.Context, scope region.Scope, at region.Code) ([]fact.Settlement, error) {
	if at.Level() < region.County || !scope.Contains(at) {
		return nil, errNotFound
	}
	return s.Settled.Settlements(ctx, s.db.Read, region.ScopeOf(at.At(region.County)))
}

// checkSettlement refuses a settlement that is not registered in the county of
// the person's village, or that has ended. keep is the one that they have.
func (s *Store) checkSettlement(ctx context.Context, q db.Querier, p *fact.Person, keep int64) (*fault.Field, error) {
	if p.Settlement == 0 || p.Settlement == keep {
		return nil, nil
	}
	list, err := s.Settled.Settlements(ctx, q, region.ScopeOf(p.Village.At(region.County)))
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		if x.ID == p.Settlement && x.EndedOn >= s.today() {
			return nil, nil
		}
	}
	return &fault.Field{Name: "settlement", Key: "people.word"}, nil
}
