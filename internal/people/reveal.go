package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Secret names one value that can be revealed.
type Secret string

// The values.
const (
	SecretID        Secret = "id_number"
	SecretPhone     Secret = "phone"
	SecretHomePhone Secret = "home_phone"
)

// Reasons of a reveal; the last needs words.
var Reasons = []string{"identity", "claim", "import", "call", "other"}

const revealAction = "people.reveal"

// Reveal opens one value of one resident person for a reason. The caller needs
// PeopleReveal where the person lives; the audit row stands before the value
// is answered; a user has a number per day (setting RevealDaily).
func (s *Store) Reveal(ctx context.Context, scope region.Scope, by account.Caller, id int64, what Secret, reason, words string) (plain string, err error) {
	if err := checkReason(reason, words); err != nil {
		return "", err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.resident(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if !by.Scope(account.PeopleReveal).Contains(r.Village) {
			return fault.New(fault.Forbidden, "fault.forbidden", account.PeopleReveal)
		}
		// A row of the user's own: their reveals come one after another, so that
		// a hundred at once do not share one count.
		if _, err := tx.NextIDs(ctx, "reveal "+itoa(by.UserID), 1); err != nil {
			return err
		}
		used, limit, err := s.revealed(ctx, tx, by, r.Village)
		if err != nil {
			return err
		}
		if used >= limit {
			return fault.New(fault.TooMany, "people.reveal.limit", limit)
		}
		if plain, err = s.open(ctx, tx, &r, what); err != nil {
			return err
		}
		return s.Audit.Write(ctx, tx, by, audit.Entry{
			Action: revealAction, Object: "person", ObjectID: itoa(id), Region: r.Village,
			Detail: map[string]string{"field": string(what), "reason": reason, "words": strings.TrimSpace(words)},
		})
	})
	if err != nil {
		return "", err
	}
	return plain, nil
}

// Revealed is how many values the caller had shown today and how many the
// setting of their place allows.
func (s *Store) Revealed(ctx context.Context, by account.Caller) (used, limit int, err error) {
	return s.revealed(ctx, s.db.Read, by, by.Home())
}

func (s *Store) revealed(ctx context.Context, q db.Querier, by account.Caller, at region.Code) (used, limit int, err error) {
	v, err := setting.At(ctx, q, at, s.month().Year())
	if err != nil {
		return 0, 0, err
	}
	since := db.Millis(s.today().Time())
	err = q.QueryRowContext(ctx, `SELECT count(*) FROM audit_row WHERE user_id = $1 AND action = $2 AND at >= $3`,
		by.UserID, revealAction, since).Scan(&used)
	if err != nil {
		return 0, 0, fmt.Errorf("count reveals: %w", err)
	}
	return used, v.Int(RevealDaily), nil
}

func (s *Store) open(ctx context.Context, q db.Querier, r *Record, what Secret) (string, error) {
	var c []byte
	var err error
	seal := SealID
	switch what {
	case SecretID:
		err = q.QueryRowContext(ctx, `SELECT id_cipher FROM person WHERE id = $1`, r.ID).Scan(&c)
	case SecretPhone:
		seal = SealPhone
		err = q.QueryRowContext(ctx, `SELECT phone_cipher FROM person WHERE id = $1`, r.ID).Scan(&c)
	case SecretHomePhone:
		seal = SealHomePhone
		err = q.QueryRowContext(ctx, `SELECT phone_cipher FROM household WHERE id = $1`, r.HouseholdID).Scan(&c)
	default:
		return "", errNotFound
	}
	if errors.Is(err, sql.ErrNoRows) || err == nil && len(c) == 0 {
		return "", fault.NotFoundf("people.reveal.none")
	}
	if err != nil {
		return "", fmt.Errorf("read sealed value: %w", err)
	}
	plain, err := s.Box.Decrypt(seal, c)
	return string(plain), err
}

func checkReason(reason, words string) error {
	known := false
	for _, r := range Reasons {
		known = known || r == reason
	}
	switch n := len([]rune(strings.TrimSpace(words))); {
	case !known:
		return fault.InvalidFields(fault.Field{Name: "reason", Key: "people.reveal.reason"})
	case reason == "other" && n < 4:
		return fault.InvalidFields(fault.Field{Name: "words", Key: "people.reveal.words"})
	case n > 200:
		return fault.InvalidFields(fault.Field{Name: "words", Key: "people.too_long", Args: []any{200}})
	}
	return nil
}

// dayOf is the date of an instant stored in milliseconds.
func dayOf(ms int64) calendar.Date { return calendar.DateAt(db.FromMillis(ms)) }
