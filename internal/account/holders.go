package account

import (
	"context"
	"fmt"

	"wengang/internal/fault"
	"wengang/internal/region"
)

// Granted lists the standing accounts that hold a permission by a grant at the
// very place, for whoever holds need there: who names people for a duty.
func (s *Service) Granted(ctx context.Context, c Caller, need, p Permission, at region.Code) ([]User, error) {
	if !c.Can(need) {
		return nil, fault.New(fault.Forbidden, "fault.forbidden", need)
	}
	if !c.Scope(need).Contains(at) {
		return nil, fault.NotFoundf("fault.notfound")
	}
	found, err := listUsers(ctx, s.db.Read, `u.disabled_at = 0 AND u.removed_at = 0 AND u.id IN (SELECT g.user_id FROM user_grant g WHERE g.region = $1) ORDER BY u.id`, int64(at))
	if err != nil {
		return nil, fmt.Errorf("accounts of a place: %w", err)
	}
	var out []User
	for _, u := range found {
		if u.Grants, err = grantsOf(ctx, s.db.Read, u.ID); err != nil {
			return nil, err
		}
		for _, g := range u.Grants {
			if g.Region == at && g.Has(p) {
				out = append(out, *u)
				break
			}
		}
	}
	return out, nil
}
