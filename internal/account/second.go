package account

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"wengang/internal/db"
	"wengang/internal/fault"
)

// FreshFor is how long a proof of the person (second factor, or the password
// of who has none) lasts for the acts that ask for a fresh one (ASVS 7.5.3).
const FreshFor = 15 * time.Minute

// ErrStepUp asks the person to prove again who sits there; the console leads
// to the page where that is done and back.
var ErrStepUp = fault.New(fault.Unauth, "account.step_up")

// StepUp refuses an act that needs a fresh proof.
func (c Caller) StepUp() error {
	if c.Fresh || c.isLocal() {
		return nil
	}
	return ErrStepUp
}

// SecondPerson refuses a consent by one who asked for it: by the same account,
// by whoever stands in for the other or for whom the other stood in, or by
// another account of the same natural person (ASVS 2.3.5). others are the
// accounts that asked, 0 for none.
func SecondPerson(ctx context.Context, q db.Querier, c Caller, others ...int64) error {
	refused := fault.New(fault.Forbidden, "account.second_person")
	for _, o := range others {
		if o == 0 {
			continue
		}
		for _, me := range []int64{c.UserID, c.For} {
			if me == 0 {
				continue
			}
			if me == o {
				return refused
			}
			a, err := identityOf(ctx, q, me)
			if err != nil {
				return err
			}
			b, err := identityOf(ctx, q, o)
			if err != nil {
				return err
			}
			if a != nil && bytes.Equal(a, b) {
				return refused
			}
		}
	}
	return nil
}

func identityOf(ctx context.Context, q db.Querier, id int64) (out []byte, err error) {
	err = q.QueryRowContext(ctx, `SELECT identity_index FROM app_user WHERE id = $1`, id).Scan(&out)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	return out, nil
}

// Standing refuses a caller whose rights changed since Grants were read: a
// role was given or taken, the account stopped, a stand-in ended. On
// PostgreSQL the account's row is held until the transaction ends, so that
// nothing changes between this look and the commit.
func Standing(ctx context.Context, tx *db.Tx, c Caller) error {
	lock := ""
	if tx.Dialect.Name() == "postgres" {
		lock = " FOR SHARE"
	}
	sum := int64(1)
	for _, id := range []int64{c.UserID, c.For} {
		if id == 0 {
			continue
		}
		var rights, stopped int64
		err := tx.QueryRowContext(ctx, `SELECT rights, disabled_at + removed_at FROM app_user WHERE id = $1`+lock, id).Scan(&rights, &stopped)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("rights: %w", err)
		}
		if err != nil || stopped != 0 {
			return errRightsChanged
		}
		sum += rights
	}
	if sum != c.Rights {
		return errRightsChanged
	}
	return nil
}

var errRightsChanged = fault.New(fault.Forbidden, "account.rights_changed")

// changeRights marks that what an account may do has changed.
func changeRights(ctx context.Context, tx *db.Tx, id int64) error {
	return exec(ctx, tx, `UPDATE app_user SET rights = rights + 1 WHERE id = $1`, id)
}
