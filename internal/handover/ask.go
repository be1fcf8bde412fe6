package handover

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// Ask is what a county knows of a person whom it asks for.
type Ask struct {
	IDNumber  string // plain; only its mask is kept
	Name      string
	To        region.Code    // village where the person is said to live
	Since     calendar.Month // 0: from now on
	Household string         // 户编号 there, "" for a household of their own
	Reason    string
	Evidence  string // what shows it: 户口页, 租赁合同, …
}

// Outcome of an ask: all that whoever asks learns.
type Outcome string

// The outcomes.
const (
	Requested Outcome = "requested" // held elsewhere; a request is open now
	Already   Outcome = "already"   // held elsewhere; a request was open before
	Here      Outcome = "here"      // in the asking county itself
	Unknown   Outcome = "unknown"   // in no ledger of this installation
	Bad       Outcome = "bad"       // the number is none
)

// Answer to one ask. PersonID is told where the person lies in the scope.
type Answer struct {
	Outcome  Outcome
	ID       int64
	PersonID int64
}

// Ask asks for one person. Every question counts towards the user's day and is
// on record, whatever the answer.
func (s *Store) Ask(ctx context.Context, scope region.Scope, by account.Caller, a Ask) (Answer, error) {
	if err := s.check(scope, by, &a); err != nil {
		return Answer{}, err
	}
	if _, p := idcard.Parse(a.IDNumber); p != idcard.OK {
		return Answer{}, fault.InvalidFields(fault.Field{Name: "id_number", Key: p.Key()})
	}
	var out []Answer
	err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		if err := s.spend(ctx, tx, by, a.To, 1, false); err != nil {
			return err
		}
		out, err = s.askAll(ctx, tx, scope, by, 0, []Ask{a})
		return err
	})
	if err != nil {
		return Answer{}, err
	}
	return out[0], nil
}

// MaxAsks bounds one call of AskAll.
const MaxAsks = 2000

// AskAll asks for the people of an import in one transaction, one answer per
// ask in their order. Asking again for somebody whose request is open finds
// that request: a batch may be read as often as one likes.
func (s *Store) AskAll(ctx context.Context, scope region.Scope, by account.Caller, batch int64, asks []Ask) (out []Answer, err error) {
	if len(asks) == 0 {
		return nil, nil
	}
	if len(asks) > MaxAsks {
		return nil, fault.New(fault.Invalid, "handover.many", MaxAsks)
	}
	for i := range asks {
		if err := s.check(scope, by, &asks[i]); err != nil {
			return nil, err
		}
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := s.spend(ctx, tx, by, asks[0].To, len(asks), true); err != nil {
			return err
		}
		out, err = s.askAll(ctx, tx, scope, by, batch, asks)
		return err
	})
	return out, err
}

func (s *Store) check(scope region.Scope, by account.Caller, a *Ask) error {
	if !by.Can(account.HandoverAsk) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.HandoverAsk)
	}
	if !scope.Contains(a.To) || !by.Scope(account.HandoverAsk).Contains(a.To) {
		return errNotFound
	}
	a.Name, a.Reason, a.Evidence, a.Household = strings.TrimSpace(a.Name), strings.TrimSpace(a.Reason), strings.TrimSpace(a.Evidence), strings.TrimSpace(a.Household)
	var bad []fault.Field
	if a.To.Level() != region.Village {
		bad = append(bad, fault.Field{Name: "village", Key: "people.village.level"})
	}
	if n := len([]rune(a.Name)); n < 1 || n > 40 {
		bad = append(bad, fault.Field{Name: "name", Key: "handover.name"})
	}
	if n := len([]rune(a.Reason)); n < 2 || n > 200 {
		bad = append(bad, fault.Field{Name: "reason", Key: "handover.words", Args: []any{2, 200}})
	}
	// The other county reads these words: no number goes there in plain.
	for name, words := range map[string]string{"name": a.Name, "reason": a.Reason, "evidence": a.Evidence} {
		if secret.Scrub(words) != words {
			bad = append(bad, fault.Field{Name: name, Key: "handover.numbers"})
		}
	}
	if len([]rune(a.Evidence)) > 200 {
		bad = append(bad, fault.Field{Name: "evidence", Key: "people.too_long", Args: []any{200}})
	}
	if len([]rune(a.Household)) > 40 {
		bad = append(bad, fault.Field{Name: "household", Key: "people.too_long", Args: []any{40}})
	}
	if a.Since == 0 {
		a.Since = s.month()
	}
	if !a.Since.Valid() || a.Since > s.month() {
		bad = append(bad, fault.Field{Name: "since", Key: "people.date"})
	}
	if len(bad) > 0 {
		return fault.InvalidFields(bad...)
	}
	return nil
}

// spend counts questions of a user's day; the row of the counter makes those
// asked at once come one after another.
func (s *Store) spend(ctx context.Context, tx *db.Tx, by account.Caller, at region.Code, n int, listed bool) error {
	v, err := s.set(ctx, tx, at.At(region.County))
	if err != nil {
		return err
	}
	typed, inList, limit := n, 0, v.Int(AskDaily)
	if listed {
		typed, inList, limit = 0, n, v.Int(ListDaily)
	}
	var t, l int
	err = tx.QueryRowContext(ctx, `INSERT INTO handover_asked (user_id, day, typed, listed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id, day) DO UPDATE SET typed = handover_asked.typed + $3, listed = handover_asked.listed + $4
		RETURNING typed, listed`, by.UserID, int64(s.today()), typed, inList).Scan(&t, &l)
	if err != nil {
		return fmt.Errorf("count questions: %w", err)
	}
	if used := t*(1-flag(listed)) + l*flag(listed); used > limit {
		return fault.New(fault.TooMany, "handover.limit", limit)
	}
	return nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *Store) askAll(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, batch int64, asks []Ask) ([]Answer, error) {
	out := make([]Answer, len(asks))
	indexes := make([][]byte, len(asks))
	var look [][]byte
	for i, a := range asks {
		id, p := idcard.Parse(a.IDNumber)
		if p != idcard.OK {
			out[i].Outcome = Bad
			continue
		}
		asks[i].IDNumber = id.Number
		indexes[i] = s.index.BlindIndex(people.IndexID, id.Number)
		look = append(look, indexes[i])
	}
	found, err := people.Lookup(ctx, tx, look)
	if err != nil {
		return nil, err
	}
	counts := map[string]string{}
	tally := map[Outcome]int{}
	for i := range asks {
		if out[i].Outcome == "" {
			ref, known := found[string(indexes[i])]
			if out[i], err = s.askOne(ctx, tx, scope, by, batch, &asks[i], ref, known); err != nil {
				return nil, err
			}
		}
		tally[out[i].Outcome]++
	}
	for o, n := range tally {
		counts[string(o)] = fmt.Sprint(n)
	}
	counts["batch"] = fmt.Sprint(batch)
	id := ""
	if len(out) == 1 && out[0].ID != 0 {
		id = fmt.Sprint(out[0].ID)
	}
	return out, s.audit.Write(ctx, tx, by, audit.Entry{Action: "handover.ask", Object: "handover", ObjectID: id, Region: asks[0].To, Detail: counts})
}

func (s *Store) askOne(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, batch int64, a *Ask, ref people.Ref, known bool) (Answer, error) {
	if !known {
		return Answer{Outcome: Unknown}, nil
	}
	p, err := standing(ctx, tx, ref.ID)
	if err != nil {
		return Answer{}, err
	}
	to := a.To.At(region.County)
	if p.village.At(region.County) == to {
		out := Answer{Outcome: Here}
		if scope.Contains(p.village) {
			out.PersonID = p.id
		}
		return out, nil
	}
	var id int64
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM handover WHERE person_id = $1 AND to_county = $2 AND closed_at = 0`, p.id, int64(to)).Scan(&id)
	if err != nil {
		return Answer{}, fmt.Errorf("open requests: %w", err)
	}
	if id != 0 {
		return Answer{Outcome: Already, ID: id}, nil
	}
	holder := p.village.At(region.County)
	due, err := s.due(ctx, tx, holder)
	if err != nil {
		return Answer{}, err
	}
	err = tx.QueryRowContext(ctx, `
		INSERT INTO handover (person_id, to_village, to_county, holder, parent, state, name, id_mask, since, household, reason, evidence, batch_id, due_on, asked_by, asked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id`,
		p.id, int64(a.To), int64(to), int64(holder), int64(commonParent(holder, to)), string(Asked), a.Name, secret.MaskID(a.IDNumber), int32(a.Since),
		a.Household, a.Reason, a.Evidence, batch, int64(due), by.UserID, db.Millis(tx.Now)).Scan(&id)
	var f *fault.Error
	if err = tx.Dialect.Fault(err); errors.As(err, &f) && f.Kind == fault.Conflict {
		return Answer{}, fault.New(fault.Conflict, "handover.twice")
	}
	if err != nil {
		return Answer{}, fmt.Errorf("ask: %w", err)
	}
	return Answer{Outcome: Requested, ID: id}, s.log(ctx, tx, id, ActAsk, Asked, Asker, by, "")
}
