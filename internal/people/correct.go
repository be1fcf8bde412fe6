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
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// CorrectReasons are why an identity number is corrected; the words stand in
// the catalogue under "people.correct.<reason>". The last needs words.
var CorrectReasons = []string{"typo", "upgrade", "reissued", "document", "other"}

// Correction is a number that was wrong, with why and on what evidence.
type Correction struct {
	Version  int
	Kind     int // of the document; 0 keeps it
	Number   string
	Reason   string // of CorrectReasons
	Evidence string // what was looked at: household book, certificate, letter
	// Decided says that the number was another person's once and that this is
	// known to be somebody else.
	Decided bool
}

// Corrected is what a correction would do, masked.
type Corrected struct {
	Was, Mask  string
	Same       bool // the number that they have
	Upgraded   bool // typed with 15 digits
	Birth, Sex [2]int
	// Taken is the person of the scope who has the number, 0 for none;
	// Elsewhere says that somebody outside the scope has it.
	Taken     *Row
	Elsewhere bool
	Former    bool // another person had it once
}

// ProbeID tells what a correction would do and writes nothing but the record
// that somebody asked: whose number it is, is an answer about another person.
func (s *Store) ProbeID(ctx context.Context, scope region.Scope, by account.Caller, id int64, c Correction) (Corrected, error) {
	var out Corrected
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.resident(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		sealed, parsed, bad, err := s.sealID(kindOr(c.Kind, r.IDKind), c.Number, id)
		if err != nil {
			return err
		}
		if bad != nil {
			return fault.InvalidFields(*bad)
		}
		out = Corrected{Was: r.IDMask, Mask: sealed.Mask, Upgraded: parsed.Upgraded,
			Birth: [2]int{int(r.Birth), int(r.Birth)}, Sex: [2]int{r.Sex, r.Sex}}
		if parsed.Number != "" {
			out.Mask = secret.MaskID(parsed.Number)
			out.Birth[1], out.Sex[1] = int(parsed.Birth), parsed.Sex
		}
		if err := s.holder(ctx, tx, scope, id, sealed.Index, &out); err != nil {
			return err
		}
		return s.Audit.Write(ctx, tx, by, audit.Entry{Action: "people.id.probe", Object: "person", ObjectID: itoa(id), Region: r.Village})
	})
	return out, err
}

func kindOr(kind, else_ int) int {
	if kind == 0 {
		return else_
	}
	return kind
}

func (s *Store) holder(ctx context.Context, q db.Querier, scope region.Scope, id int64, index []byte, out *Corrected) error {
	var who int64
	var village region.Code
	err := q.QueryRowContext(ctx, `SELECT id, village FROM person WHERE id_index = $1`, index).Scan(&who, &village)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return fmt.Errorf("look up id: %w", err)
	case who == id:
		out.Same = true
	case !scope.Contains(village):
		out.Elsewhere = true
	default:
		rows, err := s.rows(ctx, q, scope, []int64{who}, 0)
		if err != nil || len(rows) == 0 {
			return err
		}
		out.Taken = &rows[0]
	}
	err = q.QueryRowContext(ctx, `SELECT person_id FROM former_id WHERE id_index = $1 AND person_id <> $2 LIMIT 1`, index, id).Scan(&who)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("look up id: %w", err)
	}
	out.Former = err == nil
	return nil
}

// CorrectID puts the right number in the place of a wrong one: birth and sex
// follow the number, the old number's blind index stays as a hint, so that a
// file that still carries it is a conflict to decide.
func (s *Store) CorrectID(ctx context.Context, scope region.Scope, by account.Caller, id int64, c Correction) error {
	if fields := checkCorrection(&c); len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	r, err := s.Get(ctx, scope, id)
	if err != nil {
		return err
	}
	e := Edit{Person: r.Person, decided: c.Decided, Reason: correctionText(&c)}
	e.Version, e.IDKind, e.IDNumber = c.Version, kindOr(c.Kind, r.IDKind), c.Number
	if e.IDKind <= 2 {
		parsed, problem := idcard.Parse(c.Number)
		if problem != idcard.OK {
			return fault.InvalidFields(fault.Field{Name: "id_number", Key: problem.Key()})
		}
		e.Birth, e.Sex = parsed.Birth, parsed.Sex
	}
	return s.save(ctx, scope, by, id, e, "people.id.correct")
}

func checkCorrection(c *Correction) []fault.Field {
	c.Reason, c.Evidence = strings.TrimSpace(c.Reason), strings.TrimSpace(c.Evidence)
	var out []fault.Field
	known := false
	for _, r := range CorrectReasons {
		known = known || r == c.Reason
	}
	if !known {
		out = append(out, fault.Field{Name: "reason", Key: "people.word"})
	}
	switch n := len([]rune(c.Evidence)); {
	case n < 2:
		out = append(out, fault.Field{Name: "evidence", Key: "people.correct.evidence"})
	case n > 200:
		out = append(out, fault.Field{Name: "evidence", Key: "people.too_long", Args: []any{200}})
	}
	if c.Kind != 0 && (!fact.IDKind.Valid(c.Kind) || c.Kind == idNone) {
		out = append(out, fault.Field{Name: "id_kind", Key: "people.word"})
	}
	if strings.TrimSpace(c.Number) == "" {
		out = append(out, fault.Field{Name: "id_number", Key: "idcard.empty"})
	}
	return out
}

func correctionText(c *Correction) string { return c.Reason + ": " + c.Evidence }

// BirthOf is the derived birthday before (0) and after (1) the correction.
func (c *Corrected) BirthOf(i int) calendar.Date { return calendar.Date(c.Birth[i]) }
