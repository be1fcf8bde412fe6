package transfer

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/text"
)

// Forecast is a figure of the batch's place as it is and as it would be.
type Forecast struct {
	Key    string // catalogue key of the figure's name, "" for none
	Before int64
	After  int64
}

// Forecaster is a Kind that can say what saving would do to a figure. each
// walks the rows that would be saved.
type Forecaster interface {
	Forecast(ctx context.Context, b *Batch, each func(func(Staged) error) error) (Forecast, error)
}

// Undoer is a Kind that can say beforehand whether Undo would be refused, and
// why.
type Undoer interface {
	CanUndo(ctx context.Context, q db.Querier, b *Batch) error
}

// Forecast answers what saving a checked batch would do.
func (s *Service) Forecast(ctx context.Context, scope region.Scope, id int64) (Forecast, error) {
	in, err := load(ctx, s.db.Read, scope, id)
	if err != nil {
		return Forecast{}, err
	}
	k, ok := s.kinds[in.Kind].(Forecaster)
	if !ok || in.State != StateChecked && in.State != StateWaiting {
		return Forecast{}, nil
	}
	b, err := s.batch(in)
	if err != nil {
		return Forecast{}, err
	}
	return k.Forecast(ctx, b, func(fn func(Staged) error) error {
		return s.eachStaged(ctx, s.db.Read, id, func(r Staged) error {
			if !r.Result.accepted() {
				return nil
			}
			return fn(r)
		})
	})
}

// MayUndo says why a saved batch cannot be undone; nil where it can.
func (s *Service) MayUndo(ctx context.Context, c account.Caller, id int64) error {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return err
	}
	if _, ok := in.State.Next(ActUndo); !ok {
		return fault.New(fault.Conflict, "import.state."+string(in.State))
	}
	k, ok := s.kinds[in.Kind].(Undoer)
	if !ok {
		return nil
	}
	b, err := s.batch(in)
	if err != nil {
		return err
	}
	return k.CanUndo(ctx, s.db.Read, b)
}

// Handover is what a row says of a person whom another county holds.
type Handover struct {
	IDNumber  string // plain
	Name      string
	To        region.Code // village where the person is said to live; 0 unknown
	Household string
	Reason    string
	Batch     int64
}

// Handovers asks other counties for people (internal/handover). The answer is
// the catalogue key of what the asker may learn.
type Handovers interface {
	Ask(ctx context.Context, c account.Caller, at region.Code, h Handover) (key string, err error)
}

// Mover is a Kind whose rows can be asked for.
type Mover interface {
	Handover(ctx context.Context, b *Batch, r Row) (Handover, error)
}

// CanAskHandover reports whether rows of people held elsewhere can be asked for.
func (s *Service) CanAskHandover(c account.Caller, in Info) bool {
	_, ok := s.kinds[in.Kind].(Mover)
	return ok && s.Handovers != nil && c.Scope(account.HandoverAsk).Contains(in.Region)
}

// AskHandover asks the county that holds the person of a row. Nothing of the
// holder is told.
func (s *Service) AskHandover(ctx context.Context, c account.Caller, id int64, at RowRef) (key string, err error) {
	in, d, stands, err := s.atDesk(ctx, c, id)
	if err != nil {
		return "", err
	}
	if !s.CanAskHandover(c, in) {
		return "", fault.New(fault.Forbidden, "fault.forbidden", account.HandoverAsk)
	}
	var held int
	if err := s.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM import_finding WHERE batch_id = $1 AND sheet = $2 AND row_no = $3 AND rule = 'id.elsewhere'`, id, at.Sheet, at.Row).Scan(&held); err != nil {
		return "", err
	}
	if held == 0 {
		return "", fault.New(fault.Conflict, "import.desk.changed")
	}
	r, err := d.row(at.key(), stands)
	if err != nil {
		return "", err
	}
	h, err := s.kinds[in.Kind].(Mover).Handover(ctx, d.b, r.Row)
	if err != nil {
		return "", err
	}
	if h.To == 0 {
		return "", fault.New(fault.Conflict, "import.handover.place")
	}
	h.Batch, h.Reason = id, text.T(text.ZH, "import.handover.reason", in.FileName, at.Row)
	return s.Handovers.Ask(ctx, c, in.Region, h)
}
