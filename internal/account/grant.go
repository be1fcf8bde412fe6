package account

import (
	"context"
	"fmt"
	"slices"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// Grant gives an account a role at a place. Only a security administrator
// does, only inside his area, and never to himself. One natural person holds
// at most one of the three administrator roles, and an administrator no
// business role (GB/T 22239 8.1.5): refused here and by the constraints of
// admin_holder and user_grant.
func (s *Service) Grant(ctx context.Context, c Caller, id int64, g Grant) error {
	if why := g.Grantable(); why != "" {
		return fault.InvalidFields(fault.Field{Name: "role", Key: "account.grant." + why})
	}
	if !c.Scope(UserGrant).Contains(g.Region) && c.Can(UserGrant) {
		return fault.NotFoundf("fault.notfound")
	}
	if _, err := need(c, UserGrant); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error { return s.grantIn(ctx, tx, c, id, g) })
}

// grantIn is one grant in a transaction of its own or of a workbook's.
func (s *Service) grantIn(ctx context.Context, tx *db.Tx, c Caller, id int64, g Grant) error {
	if why := g.Grantable(); why != "" {
		return fault.InvalidFields(fault.Field{Name: "role", Key: "account.grant." + why})
	}
	if !c.Scope(UserGrant).Contains(g.Region) {
		return fault.NotFoundf("fault.notfound")
	}
	return s.changeGrantIn(ctx, tx, c, id, g, "grant.add", func(tx *db.Tx, u *User) error {
		if slices.Contains(u.Grants, g) {
			return fault.New(fault.Conflict, "account.grant.twice")
		}
		if u.Inspection != nil {
			return fault.New(fault.Conflict, "account.inspect.beside")
		}
		if err := apart(u, g.Role); err != nil {
			return err
		}
		return insertGrant(ctx, tx, u, g, c.UserID)
	})
}

// apart refuses what one account may not hold together.
func apart(u *User, role Role) error {
	for _, held := range u.Grants {
		switch {
		case held.Role.Admin() && role.Admin() && held.Role != role:
			return fault.New(fault.Conflict, "account.admin.two")
		case held.Role.Admin() != role.Admin():
			return fault.New(fault.Conflict, "account.admin.business")
		}
	}
	return nil
}

func insertGrant(ctx context.Context, tx *db.Tx, u *User, g Grant, by int64) error {
	var admin any
	if g.Role.Admin() {
		if err := holdAdmin(ctx, tx, u, g.Role); err != nil {
			return err
		}
		admin = string(g.Role)
	}
	return exec(ctx, tx, `
		INSERT INTO user_grant (user_id, role, dept, region, admin_role, granted_by, granted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		u.ID, string(g.Role), string(g.Dept), int64(g.Region), admin, by, db.Millis(tx.Now))
}

// holdAdmin makes the account the holder of an administrator role. The
// natural person must be known; the three of the first run are told at their
// first password change.
func holdAdmin(ctx context.Context, tx *db.Tx, u *User, role Role) error {
	if u.AdminRole() == role {
		return nil
	}
	if u.identity == nil && !u.Initial {
		return fault.New(fault.Invalid, "account.grant.identity")
	}
	if err := otherHolder(ctx, tx, u.ID, u.identity); err != nil {
		return err
	}
	return exec(ctx, tx, `INSERT INTO admin_holder (user_id, role, identity_index, held_since) VALUES ($1, $2, $3, $4)`,
		u.ID, string(role), u.identity, db.Millis(tx.Now))
}

// otherHolder refuses a natural person who already is an administrator under
// another account. The unique index of admin_holder holds where two such acts
// run at once.
func otherHolder(ctx context.Context, tx *db.Tx, id int64, identity []byte) error {
	if identity == nil {
		return nil
	}
	var n int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM admin_holder WHERE identity_index = $1 AND user_id <> $2`, identity, id).Scan(&n)
	if err != nil {
		return fmt.Errorf("administrators: %w", err)
	}
	if n > 0 {
		return fault.New(fault.Conflict, "account.admin.two")
	}
	return nil
}

// Revoke takes a role away; it is gone at the account's next request.
func (s *Service) Revoke(ctx context.Context, c Caller, id int64, g Grant) error {
	return s.changeGrant(ctx, c, id, g, "grant.revoke", func(tx *db.Tx, u *User) error {
		if !slices.Contains(u.Grants, g) || !c.Scope(UserGrant).Contains(g.Region) {
			return fault.NotFoundf("fault.notfound")
		}
		last := g.Role.Admin()
		for _, h := range u.Grants {
			last = last && (h == g || h.Role != g.Role)
		}
		if last {
			if err := notLast(ctx, tx, u); err != nil {
				return err
			}
		}
		err := exec(ctx, tx, `DELETE FROM user_grant WHERE user_id = $1 AND role = $2 AND dept = $3 AND region = $4`,
			u.ID, string(g.Role), string(g.Dept), int64(g.Region))
		if err == nil && last {
			err = exec(ctx, tx, `DELETE FROM admin_holder WHERE user_id = $1`, u.ID)
		}
		return err
	})
}

func (s *Service) changeGrant(ctx context.Context, c Caller, id int64, g Grant, action string, act func(*db.Tx, *User) error) error {
	if _, err := need(c, UserGrant); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error { return s.changeGrantIn(ctx, tx, c, id, g, action, act) })
}

func (s *Service) changeGrantIn(ctx context.Context, tx *db.Tx, c Caller, id int64, g Grant, action string, act func(*db.Tx, *User) error) error {
	u, err := managed(ctx, tx, c.Scope(UserGrant), id)
	if err != nil {
		return err
	}
	if u.ID == c.UserID {
		return fault.New(fault.Forbidden, "account.grant.self")
	}
	if err := c.StepUp(); err != nil {
		return err
	}
	if err := act(tx, u); err != nil {
		return err
	}
	if err := changeRights(ctx, tx, u.ID); err != nil {
		return err
	}
	return s.note(ctx, tx, c, Note{Action: action, Object: "user", ObjectID: itoa(id), Region: g.Region, Detail: map[string]string{
		"login": u.Login, "role": string(g.Role), "dept": string(g.Dept), "at": g.Region.Full(),
	}})
}
