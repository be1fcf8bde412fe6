package handover

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// person is how the ledger has the person of a request now.
type person struct {
	id        int64
	village   region.Code
	outOn     calendar.Date
	outReason int
	name      string
	idMask    string
}

const outDead = 1

// standing reads a person, following merges to who survived them.
func standing(ctx context.Context, q db.Querier, id int64) (person, error) {
	for range 16 {
		p := person{id: id}
		var merged int64
		err := q.QueryRowContext(ctx, `SELECT village, out_on, out_reason, name, id_mask, merged_into FROM person WHERE id = $1`, id).
			Scan(&p.village, &p.outOn, &p.outReason, &p.name, &p.idMask, &merged)
		if errors.Is(err, sql.ErrNoRows) {
			return p, errNotFound
		}
		if err != nil {
			return p, fmt.Errorf("read person: %w", err)
		}
		if merged == 0 {
			return p, nil
		}
		id = merged
	}
	return person{}, fmt.Errorf("person %d: merges go round", id)
}

// Act is one act of a side on a request whose version was seen. The side is
// the one that may: of several, the first in the order asker, holder, above.
// A request that the facts have overtaken (moved on, died, come otherwise) is
// settled instead, and the act is a Conflict that says so.
func (s *Store) Act(ctx context.Context, scope region.Scope, by account.Caller, id int64, version int, act Act, words string) (Request, error) {
	words = strings.TrimSpace(words)
	var overtaken error
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.load(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		t, err := allowed(by, &r, act)
		if err != nil {
			return err
		}
		if n := len([]rune(words)); t.Words && n < 2 || n > 200 {
			return fault.InvalidFields(fault.Field{Name: "words", Key: "handover.words", Args: []any{2, 200}})
		}
		if secret.Scrub(words) != words {
			return fault.InvalidFields(fault.Field{Name: "words", Key: "handover.numbers"})
		}
		if err := claim(ctx, tx, &r, version); err != nil {
			return err
		}
		settled, err := s.settle(ctx, tx, &r)
		if err != nil || settled != nil {
			overtaken = settled
			return err
		}
		return s.apply(ctx, tx, by, &r, t, words)
	})
	if err == nil {
		err = overtaken
	}
	if err != nil {
		return Request{}, err
	}
	return s.Get(ctx, scope, by, id)
}

// allowed finds the transition; without the right it is Forbidden, in the wrong
// state a Conflict.
func allowed(by account.Caller, r *Request, act Act) (Transition, error) {
	var may bool
	for _, side := range sides(by, r) {
		if t, ok := Find(r.State, act, side); ok {
			return t, nil
		}
		for _, t := range Transitions {
			may = may || t.Act == act && t.Side == side
		}
	}
	if may {
		return Transition{}, fault.New(fault.Conflict, "handover.state."+string(r.State))
	}
	return Transition{}, fault.New(fault.Forbidden, "fault.forbidden", account.HandoverAnswer)
}

// apply does what a transition says; the request's row is ours.
func (s *Store) apply(ctx context.Context, tx *db.Tx, by account.Caller, r *Request, t Transition, words string) error {
	at := r.To
	if t.Side != Asker {
		at = r.From
	}
	detail := map[string]string{"side": string(t.Side)}
	var err error
	switch t.Act {
	case ActAccept:
		if r.Effective, err = s.accept(ctx, tx, by, r); err != nil {
			return err
		}
		detail["effective"] = r.Effective.String()
	case ActAppeal:
		err = s.reopen(ctx, tx, r)
	}
	if err != nil {
		return err
	}
	if err := s.put(ctx, tx, r, t.To, words); err != nil {
		return err
	}
	if err := s.log(ctx, tx, r.ID, t.Act, t.To, t.Side, by, words); err != nil {
		return err
	}
	return s.note(ctx, tx, by, t.Act, r, at, detail)
}

// put writes the state; an open one has a new term, an ended one none.
func (s *Store) put(ctx context.Context, tx *db.Tx, r *Request, to State, words string) error {
	holder := r.From.At(region.County)
	due, closed, from := r.Due, int64(0), region.Code(0)
	if to.Open() {
		var err error
		if due, err = s.due(ctx, tx, holder); err != nil {
			return err
		}
	} else {
		closed, from = db.Millis(tx.Now), r.From
	}
	_, err := tx.ExecContext(ctx, `UPDATE handover SET state = $1, words = $2, due_on = $3, closed_at = $4, from_village = $5, effective = $6,
		holder = $7, parent = $8, person_id = $9, version = version + 1 WHERE id = $10`,
		string(to), words, int64(due), closed, int64(from), int32(r.Effective), int64(holder), int64(commonParent(holder, r.To.At(region.County))), r.person, r.ID)
	if err != nil {
		return tx.Dialect.Fault(fmt.Errorf("handover: %w", err))
	}
	return nil
}

// reopen makes sure that an appeal does not stand beside a new request.
func (s *Store) reopen(ctx context.Context, tx *db.Tx, r *Request) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM handover WHERE person_id = $1 AND to_county = $2 AND closed_at = 0`, r.person, int64(r.To.At(region.County))).Scan(&n)
	if err != nil {
		return fmt.Errorf("open requests: %w", err)
	}
	if n > 0 {
		return fault.New(fault.Conflict, "handover.twice")
	}
	return nil
}

// accept moves the person and passes other counties' open requests on to the
// county that now holds.
func (s *Store) accept(ctx context.Context, tx *db.Tx, by account.Caller, r *Request) (calendar.Month, error) {
	from, err := s.effective(ctx, tx, r)
	if err != nil {
		return 0, err
	}
	err = s.mover.HandOver(ctx, region.ScopeOf(r.From, r.To), tx, by, r.person,
		people.Arrival{To: r.To, From: from, Household: r.Household, Reason: r.Reason})
	if err != nil {
		return 0, err
	}
	others, err := s.openOf(ctx, tx, r.person, r.ID)
	if err != nil {
		return 0, err
	}
	for i := range others {
		others[i].From = r.To
		if err := s.pass(ctx, tx, &others[i]); err != nil {
			return 0, err
		}
	}
	return from, nil
}

// effective is the first month that the person counts where they go: the month
// asked for, but never one that either county has closed or one before it. Who
// had left is back from the month of leaving on, where that is open.
func (s *Store) effective(ctx context.Context, q db.Querier, r *Request) (calendar.Month, error) {
	m := r.Since
	if r.left != 0 {
		m = r.left.Month()
	}
	var last calendar.Month
	err := q.QueryRowContext(ctx, `SELECT coalesce(max(month), 0) FROM month_close WHERE county IN ($1, $2) AND state <> 'open'`,
		int64(r.From.At(region.County)), int64(r.To.At(region.County))).Scan(&last)
	if err != nil {
		return 0, fmt.Errorf("closed months: %w", err)
	}
	if last >= m {
		m = last.Add(1)
	}
	var stay calendar.Month
	if err := q.QueryRowContext(ctx, `SELECT coalesce(max(since), 0) FROM residence WHERE person_id = $1`, r.person).Scan(&stay); err != nil {
		return 0, fmt.Errorf("residence: %w", err)
	}
	// A stay counts at least one month's end, unless it began this very month.
	if stay >= m {
		m = min(stay.Add(1), max(s.month(), stay))
	}
	return m, nil
}

// claim makes the request ours: who takes the version acts, whoever comes later
// finds another. The person's row is locked first, so that two requests for one
// person are decided one after another and never wait for each other.
func claim(ctx context.Context, tx *db.Tx, r *Request, version int) error {
	if _, err := tx.ExecContext(ctx, `UPDATE person SET version = version WHERE id = $1`, r.person); err != nil {
		return fmt.Errorf("handover: %w", err)
	}
	res, err := tx.ExecContext(ctx, `UPDATE handover SET version = version + 1 WHERE id = $1 AND version = $2`, r.ID, version)
	if err != nil {
		return fmt.Errorf("handover: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "handover.stale")
	}
	return nil
}

// settle brings an open request up to what the ledger says by now. It answers
// the conflict that the actor is told where that changed the request.
func (s *Store) settle(ctx context.Context, tx *db.Tx, r *Request) (told error, err error) {
	if !r.State.Open() && r.State != Refused {
		return nil, nil
	}
	p, err := standing(ctx, tx, r.person)
	if err != nil {
		return nil, err
	}
	held := r.holder
	r.person, r.From, r.left = p.id, p.village, p.outOn
	if !r.State.Open() {
		return nil, nil
	}
	county := p.village.At(region.County)
	switch {
	case p.outReason == outDead:
		return fault.New(fault.Conflict, "handover.void.gone"), s.void(ctx, tx, r, "handover.void.gone")
	case county == r.To.At(region.County):
		return fault.New(fault.Conflict, "handover.void.here"), s.void(ctx, tx, r, "handover.void.here")
	case county != held:
		return fault.New(fault.Conflict, "handover.passed"), s.pass(ctx, tx, r)
	}
	return nil, nil
}

// system is who the schedule acts as on the record.
var system = account.Caller{Login: "schedule", Name: "", Address: "local"}

func (s *Store) void(ctx context.Context, tx *db.Tx, r *Request, why string) error {
	return s.bySystem(ctx, tx, r, ActVoid, why)
}

// pass hands an open request on to the county that now holds the person.
func (s *Store) pass(ctx context.Context, tx *db.Tx, r *Request) error {
	return s.bySystem(ctx, tx, r, ActPass, "")
}

func (s *Store) bySystem(ctx context.Context, tx *db.Tx, r *Request, act Act, words string) error {
	t, ok := Find(r.State, act, System)
	if !ok {
		return fault.New(fault.Conflict, "handover.state."+string(r.State))
	}
	return s.apply(ctx, tx, system, r, t, words)
}
