package account

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Follow gives everybody who holds a business role at a place the same role at
// the place that took it over, in the transaction of a change of divisions. The
// old grant stays: it reaches the months before. No right is gained, because
// the people of the old place are those who moved.
func (s *Service) Follow(ctx context.Context, scope region.Scope, tx *db.Tx, c Caller, from, to region.Code) error {
	if err := followable(scope, c, from, to); err != nil {
		return err
	}
	err := exec(ctx, tx, `
		INSERT INTO user_grant (user_id, role, dept, region, granted_by, granted_at)
		SELECT user_id, role, dept, CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT) FROM user_grant
		WHERE region = $4 AND admin_role IS NULL
		ON CONFLICT (user_id, role, dept, region) DO NOTHING`,
		int64(to), c.UserID, db.Millis(tx.Now), int64(from))
	if err != nil {
		return fmt.Errorf("grants follow: %w", err)
	}
	return s.note(ctx, tx, c, Note{Action: "grant.follow", Object: "region", ObjectID: to.String(), Region: to})
}

// Unfollow takes back what Follow gave at an instant (Unix milliseconds).
func (s *Service) Unfollow(ctx context.Context, scope region.Scope, tx *db.Tx, c Caller, from, to region.Code, at int64) error {
	if err := followable(scope, c, from, to); err != nil {
		return err
	}
	err := exec(ctx, tx, `
		DELETE FROM user_grant WHERE region = $1 AND granted_at = $2 AND admin_role IS NULL AND EXISTS (
			SELECT 1 FROM user_grant g WHERE g.user_id = user_grant.user_id AND g.role = user_grant.role AND g.dept = user_grant.dept AND g.region = $3)`,
		int64(to), at, int64(from))
	if err != nil {
		return fmt.Errorf("grants come back: %w", err)
	}
	return s.note(ctx, tx, c, Note{Action: "grant.unfollow", Object: "region", ObjectID: to.String(), Region: to})
}

func followable(scope region.Scope, c Caller, places ...region.Code) error {
	if !c.Can(SettingEdit) {
		return fault.New(fault.Forbidden, "fault.forbidden", SettingEdit)
	}
	for _, p := range places {
		if !scope.Contains(p) {
			return fault.NotFoundf("fault.notfound")
		}
	}
	return nil
}
