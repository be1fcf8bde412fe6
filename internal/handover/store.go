package handover

import (
	"context"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Index makes blind indexes of numbers (internal/secret).
type Index interface {
	BlindIndex(kind, normalised string) []byte
}

// Auditor writes audit rows in the caller's transaction.
type Auditor interface {
	Write(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Entry) error
}

// Mover moves a person within a transaction (people.Store).
type Mover interface {
	HandOver(ctx context.Context, scope region.Scope, tx *db.Tx, by account.Caller, id int64, a people.Arrival) error
}

// Store keeps the requests.
type Store struct {
	db    *db.DB
	index Index
	audit Auditor
	mover Mover
}

// New makes the store; all are needed.
func New(d *db.DB, index Index, log Auditor, m Mover) *Store {
	if d == nil || index == nil || log == nil || m == nil {
		panic("handover.New: a dependency is missing")
	}
	return &Store{db: d, index: index, audit: log, mover: m}
}

// The settings.
const (
	AnswerDays = "handover.answer_days" // working days to answer, to reply, to decide
	AskDaily   = "handover.ask_daily"   // numbers that one user may type a day
	ListDaily  = "handover.list_daily"  // numbers that one user's imports may ask for a day
)

func init() {
	setting.Register(
		setting.Def{Name: AnswerDays, Default: 5, Min: 1, Max: 60, Source: "本系统约定：答复期限由市县协商"},
		setting.Def{Name: AskDaily, Default: 30, Min: 0, Max: 500, Source: "个人信息保护法第六条、第五十一条"},
		setting.Def{Name: ListDaily, Default: 2000, Min: 0, Max: 50000, Source: "个人信息保护法第六条、第五十一条"},
	)
}

var errNotFound = fault.NotFoundf("fault.notfound")

func (s *Store) today() calendar.Date  { return calendar.DateAt(s.db.Clock()) }
func (s *Store) month() calendar.Month { return calendar.MonthAt(s.db.Clock()) }

func (s *Store) set(ctx context.Context, q db.Querier, at region.Code) (setting.Values, error) {
	return setting.At(ctx, q, at, s.month().Year())
}

// due is the last day of a term of working days that begins tomorrow.
func (s *Store) due(ctx context.Context, q db.Querier, at region.Code) (calendar.Date, error) {
	v, err := s.set(ctx, q, at)
	if err != nil {
		return 0, err
	}
	d := s.today()
	for n := v.Int(AnswerDays); n > 0; {
		if d = d.Add(1); d.WorkingDay() {
			n--
		}
	}
	return d, nil
}

// commonParent is the lowest place above both counties.
func commonParent(a, b region.Code) region.Code {
	for _, l := range []region.Level{region.City, region.Province} {
		if p := a.At(l); p.Contains(b) {
			return p
		}
	}
	return region.Country
}

// acts reports whether the caller may act for a side: who asks at the village,
// who holds with a grant of the very county, who decides with one above both.
func acts(by account.Caller, t Transition, r *Request) bool {
	for _, g := range by.Grants {
		if !g.Has(t.Need) {
			continue
		}
		local := g.Role == account.Local
		switch t.Side {
		case Asker:
			if g.Region.Contains(r.To) {
				return true
			}
		case Holder:
			if g.Region.Contains(r.From) && (g.Region.Level() == region.County || local) {
				return true
			}
		case Above:
			if g.Region.Contains(r.From) && g.Region.Contains(r.To) && (g.Region.Level() < region.County || local) {
				return true
			}
		}
	}
	return false
}

// Sides are the sides on which the caller may act on a request by its places.
func sides(by account.Caller, r *Request) []Side {
	var out []Side
	for _, side := range []Side{Asker, Holder, Above} {
		need := account.HandoverAnswer
		if side == Asker {
			need = account.HandoverAsk
		}
		if acts(by, Transition{Side: side, Need: need}, r) {
			out = append(out, side)
		}
	}
	return out
}

// log appends an event; the n-th of a request.
func (s *Store) log(ctx context.Context, tx *db.Tx, id int64, act Act, state State, side Side, by account.Caller, words string) error {
	var n int
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(n), 0) + 1 FROM handover_event WHERE handover_id = $1`, id).Scan(&n); err != nil {
		return fmt.Errorf("events: %w", err)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO handover_event (handover_id, n, at, act, state, side, by_user, by_name, words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id, n, db.Millis(tx.Now), string(act), string(state), string(side), by.UserID, by.Name, words)
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	return nil
}

func (s *Store) note(ctx context.Context, tx *db.Tx, by account.Caller, act Act, r *Request, at region.Code, detail map[string]string) error {
	return s.audit.Write(ctx, tx, by, audit.Entry{Action: "handover." + string(act), Object: "handover", ObjectID: fmt.Sprint(r.ID), Region: at, Detail: detail})
}
