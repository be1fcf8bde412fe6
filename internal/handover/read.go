package handover

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Request as one side may see it. Until the person has come, who asks is not
// told From, PersonID and Parent, nor what the holder's ledger says.
type Request struct {
	ID        int64
	State     State
	To        region.Code // village that asks
	Name      string      // as the asking side has it
	IDMask    string
	Since     calendar.Month
	Household string
	Reason    string
	Evidence  string
	Words     string // of the last act: question, reply, refusal
	Due       calendar.Date
	Effective calendar.Month
	Batch     int64
	AskedAt   time.Time
	ClosedAt  time.Time
	Version   int

	PersonID   int64       // 0 where the caller may not see the person
	From       region.Code // village that holds, or held when the request ended; 0 where not told
	LedgerName string      // as the holder's ledger has it; "" where not told
	Dead       bool        // the holder's ledger has a death; told to the holder only
	Parent     region.Code // who decides; 0 where not told

	// Would is the month from which the move would count, told to who may agree.
	Would calendar.Month
	Sides []Side // on which the caller may act
	Acts  []Act  // that the caller may do now

	person int64
	holder region.Code
	left   calendar.Date
}

// Event is one act in the life of a request.
type Event struct {
	At    time.Time
	Act   Act
	State State
	Side  Side
	By    string
	Words string
}

// where is a request's place on the holding side: the person's village while
// it is open, afterwards the village that it ended with.
const where = `CASE WHEN h.closed_at = 0 THEN p.village ELSE h.from_village END`

const columns = `h.id, h.state, h.to_village, h.name, h.id_mask, h.since, h.household, h.reason, h.evidence, h.words, h.due_on, h.effective,
	h.batch_id, h.asked_at, h.closed_at, h.version, h.person_id, h.holder, h.parent, ` + where + `, p.name, p.village, p.out_on, p.out_reason`

const from = ` FROM handover h JOIN person p ON p.id = h.person_id `

// seen is the condition under which a scope sees a request.
func seen(scope region.Scope, a *db.Args) string {
	return "(" + scope.Predicate("h.to_village", a.Add) + " OR " + scope.Predicate(where, a.Add) + ")"
}

type scanner interface{ Scan(...any) error }

func scan(row scanner) (r Request, lives region.Code, err error) {
	var asked, closed int64
	var reason int
	err = row.Scan(&r.ID, &r.State, &r.To, &r.Name, &r.IDMask, &r.Since, &r.Household, &r.Reason, &r.Evidence, &r.Words, &r.Due, &r.Effective,
		&r.Batch, &asked, &closed, &r.Version, &r.person, &r.holder, &r.Parent, &r.From, &r.LedgerName, &lives, &r.left, &reason)
	r.AskedAt, r.ClosedAt, r.Dead = db.FromMillis(asked), db.FromMillis(closed), reason == outDead
	return r, lives, err
}

// load reads a request of the scope with everything in it, for acts.
func (s *Store) load(ctx context.Context, q db.Querier, scope region.Scope, id int64) (Request, error) {
	var a db.Args
	r, _, err := scan(q.QueryRowContext(ctx, `SELECT `+columns+from+`WHERE h.id = `+a.Add(id)+` AND `+seen(scope, &a), a.Values...))
	if errors.Is(err, sql.ErrNoRows) {
		return Request{}, errNotFound
	}
	if err != nil {
		return Request{}, fmt.Errorf("read request: %w", err)
	}
	return r, nil
}

// told leaves in a request what the scope may know and adds what the caller
// may do.
func told(r Request, lives region.Code, scope region.Scope, by account.Caller) Request {
	r.Sides = sides(by, &r)
	for _, side := range r.Sides {
		for _, t := range Transitions {
			if t.From == r.State && t.Side == side {
				r.Acts = append(r.Acts, t.Act)
			}
		}
	}
	if scope.Contains(lives) {
		r.PersonID = r.person
	}
	if !scope.Contains(r.From) {
		r.LedgerName, r.Dead, r.Parent = "", false, 0
		if r.State == Accepted {
			r.From = r.From.At(region.County)
		} else {
			r.From = 0
		}
	}
	return r
}

// Get is one request. Outside the scope it is NotFound.
func (s *Store) Get(ctx context.Context, scope region.Scope, by account.Caller, id int64) (Request, error) {
	var a db.Args
	r, lives, err := scan(s.db.Read.QueryRowContext(ctx, `SELECT `+columns+from+`WHERE h.id = `+a.Add(id)+` AND `+seen(scope, &a), a.Values...))
	if errors.Is(err, sql.ErrNoRows) {
		return Request{}, errNotFound
	}
	if err != nil {
		return Request{}, fmt.Errorf("read request: %w", err)
	}
	out := told(r, lives, scope, by)
	if slices.Contains(out.Acts, ActAccept) {
		if out.Would, err = s.effective(ctx, s.db.Read, &r); err != nil {
			return Request{}, err
		}
	}
	return out, nil
}

// Events is the life of a request of the scope, oldest first. Who acted on the
// other side is told by side only.
func (s *Store) Events(ctx context.Context, scope region.Scope, id int64) ([]Event, error) {
	r, err := s.load(ctx, s.db.Read, scope, id)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT at, act, state, side, by_name, words FROM handover_event WHERE handover_id = $1 ORDER BY n`, id)
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	defer rows.Close()
	var out []Event
	for rows.Next() {
		var e Event
		var at int64
		if err := rows.Scan(&at, &e.Act, &e.State, &e.Side, &e.By, &e.Words); err != nil {
			return nil, fmt.Errorf("events: %w", err)
		}
		e.At = db.FromMillis(at)
		if (e.Side == Holder || e.Side == Above) && !scope.Contains(r.From) || e.Side == Asker && !scope.Contains(r.To) {
			e.By = ""
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// openOf are the open requests of a person but one.
func (s *Store) openOf(ctx context.Context, tx *db.Tx, personID, but int64) ([]Request, error) {
	return s.open(ctx, tx, `h.person_id = $1 AND h.id <> $2`, personID, but)
}

func (s *Store) open(ctx context.Context, q db.Querier, cond string, args ...any) ([]Request, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+columns+from+`WHERE h.closed_at = 0 AND `+cond+` ORDER BY h.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("open requests: %w", err)
	}
	defer rows.Close()
	var out []Request
	for rows.Next() {
		r, _, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("open requests: %w", err)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
