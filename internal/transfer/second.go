package transfer

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// SetSecond is the number of rows above which another officer confirms a save;
// 0 asks for nobody.
const SetSecond = "import.second_person"

func init() {
	setting.Register(setting.Def{Name: SetSecond, Default: 0, Min: 0, Max: 10_000_000, Source: "GB/T 22239 8.1.5: 重要操作双人复核，由单位自定"})
}

// NeedsSecond reports whether a save of the batch waits for another officer.
func (s *Service) NeedsSecond(ctx context.Context, scope region.Scope, in Info) (bool, error) {
	if !scope.Contains(in.Region) {
		return false, fault.NotFoundf("import.notfound")
	}
	return s.needsSecond(ctx, s.db.Read, in)
}

func (s *Service) needsSecond(ctx context.Context, q db.Querier, in Info) (bool, error) {
	v, err := setting.At(ctx, q, in.Region, calendar.MonthAt(s.db.Clock()).Year())
	if err != nil {
		return false, err
	}
	over := int64(v.Int(SetSecond))
	return over > 0 && in.Accepted() > over, nil
}

// AskSecond asks that another officer save the batch. Its rows stand still
// until then, so that what is confirmed is what was asked.
func (s *Service) AskSecond(ctx context.Context, c account.Caller, id int64) error {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return err
	}
	if need, err := s.needsSecond(ctx, s.db.Read, in); err != nil || !need {
		if err == nil {
			err = fault.New(fault.Conflict, "import.second.none")
		}
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := move(ctx, tx, id, ActAsk, "asked_by = $4, asked_at = $5", c.UserID, db.Millis(tx.Now)); err != nil {
			return err
		}
		return s.note(ctx, tx, c, "import.ask", in)
	})
}

// Return gives the batch back to be worked on: by who asked, or by who was
// asked and does not agree.
func (s *Service) Return(ctx context.Context, c account.Caller, id int64) error {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := move(ctx, tx, id, ActReturn, "asked_by = 0, asked_at = 0"); err != nil {
			return err
		}
		return s.note(ctx, tx, c, "import.return", in)
	})
}

// MayConfirm says why the caller may not confirm a waiting batch; nil where
// they may. Nobody confirms what they brought, asked for or worked on, neither
// as a stand-in nor by another account of the same person.
func (s *Service) MayConfirm(ctx context.Context, c account.Caller, id int64) error {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return err
	}
	return mayConfirm(ctx, s.db.Read, c, in)
}

func mayConfirm(ctx context.Context, q db.Querier, c account.Caller, in Info) error {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT by_user FROM import_act WHERE batch_id = $1 AND undone_at = 0`, in.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	hands := []int64{in.AskedBy, in.CreatedBy}
	for rows.Next() {
		var user int64
		if err := rows.Scan(&user); err != nil {
			return err
		}
		hands = append(hands, user)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	rows.Close()
	err = account.SecondPerson(ctx, q, c, hands...)
	if fault.Is(err, fault.Forbidden) {
		err = fault.New(fault.Forbidden, "import.second.same")
	}
	return err
}

// second holds a save to the rule of two: inside the save's transaction.
func (s *Service) second(ctx context.Context, tx *db.Tx, c account.Caller, in Info) error {
	switch in.State {
	case StateWaiting:
		return mayConfirm(ctx, tx, c, in)
	case StateChecked:
		need, err := s.needsSecond(ctx, tx, in)
		if err == nil && need {
			err = fault.New(fault.Conflict, "import.second.need")
		}
		return err
	}
	return nil
}
