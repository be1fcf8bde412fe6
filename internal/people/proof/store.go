// Package proof issues papers about one person: 务工证明 and 情况说明. What was
// printed is kept, sealed, under a number and a code, so that an officer who
// holds the paper finds what was issued.
package proof

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/people"
	"wengang/internal/region"
)

// Kind of a paper; the words stand in the catalogue under "people.proof.kind.<n>".
type Kind int

// The kinds.
const (
	OfWork    Kind = 1 // 务工证明: the spells of the ledger
	Statement Kind = 2 // 情况说明: in words
)

// Box is what the store needs of the key service.
type Box interface {
	Encrypt(context string, plain []byte) ([]byte, error)
	Decrypt(context string, sealed []byte) ([]byte, error)
}

// Auditor writes audit rows in the caller's transaction (audit.Log).
type Auditor interface {
	Write(ctx context.Context, tx *db.Tx, by account.Caller, e audit.Entry) error
}

// People is what the store needs of the 底册 (people.Store).
type People interface {
	InTx(ctx context.Context, q db.Querier, scope region.Scope, id int64) (p fact.Person, need *fact.Need, reduced bool, err error)
}

// Deps are what the store is connected to; all are needed.
type Deps struct {
	Box    Box
	Audit  Auditor
	People People
	Spells func(ctx context.Context, q db.Querier, personID int64) ([]fact.Spell, error)
}

// Store issues and finds papers.
type Store struct {
	db *db.DB
	Deps
}

// New makes a store. A missing dependency is a fault of the program.
func New(d *db.DB, deps Deps) *Store {
	if d == nil || deps.Box == nil || deps.Audit == nil || deps.People == nil || deps.Spells == nil {
		panic("proof.New: a dependency is missing")
	}
	return &Store{db: d, Deps: deps}
}

// SealContent is the use under which what was printed is sealed.
const SealContent = "proof.content_cipher"

var errNotFound = fault.NotFoundf("fault.notfound")

// Content is what stands on the paper, as it stood when it was issued.
type Content struct {
	Name    string
	Sex     int
	Birth   calendar.Date
	ID      string // six and four, the rest hidden: on paper only
	Village region.Code
	Status  int
	Words   string // of a statement
	Spells  []Stretch
}

// Stretch is one line of work on the paper.
type Stretch struct {
	Start, End calendar.Month
	Employer   string
	Place      region.Code
	Channel    int
	WageFen    int64
	Seen       calendar.Month // confirmed up to
	Strength   int            // of the best confirmation
}

// Proof is a paper that was issued.
type Proof struct {
	ID         int64
	Person     int64
	Number     string
	Code       string
	Kind       Kind
	Village    region.Code
	Purpose    string
	IssuedAt   int64
	IssuedBy   string
	VoidedAt   int64
	VoidedBy   string
	VoidReason string
	Content    Content // read by Get and Find only
}

// Ask is what a paper is asked for.
type Ask struct {
	Kind    Kind
	Purpose string         // to whom, what for
	Words   string         // of a statement
	From    calendar.Month // first month of work that is shown; 0 all
}

func check(a *Ask) []fault.Field {
	a.Purpose, a.Words = strings.TrimSpace(a.Purpose), strings.TrimSpace(a.Words)
	var out []fault.Field
	if a.Kind != OfWork && a.Kind != Statement {
		out = append(out, fault.Field{Name: "kind", Key: "people.word"})
	}
	if n := len([]rune(a.Purpose)); n < 2 || n > 60 {
		out = append(out, fault.Field{Name: "purpose", Key: "people.proof.purpose"})
	}
	if n := len([]rune(a.Words)); n > 600 || a.Kind == Statement && n < 4 {
		out = append(out, fault.Field{Name: "words", Key: "people.proof.words"})
	}
	if a.From != 0 && !a.From.Valid() {
		out = append(out, fault.Field{Name: "from", Key: "work.month"})
	}
	return out
}

// Issue makes a paper for a resident person of the scope and answers its
// number. A paper of work needs work that can be shown.
func (s *Store) Issue(ctx context.Context, scope region.Scope, by account.Caller, person int64, a Ask) (id int64, err error) {
	if fields := check(&a); len(fields) > 0 {
		return 0, fault.InvalidFields(fields...)
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		p, _, reduced, err := s.People.InTx(ctx, tx, scope, person)
		switch {
		case err != nil:
			return err
		case reduced:
			return errNotFound
		case p.MergedInto != 0:
			return fault.New(fault.Conflict, "people.merged")
		}
		c, err := s.content(ctx, tx, &p, &a)
		if err != nil {
			return err
		}
		if id, err = tx.NextIDs(ctx, "proof", 1); err != nil {
			return err
		}
		return s.write(ctx, tx, by, id, &p, &a, c)
	})
	return id, err
}

func (s *Store) content(ctx context.Context, tx *db.Tx, p *fact.Person, a *Ask) (*Content, error) {
	c := &Content{Name: p.Name, Sex: p.Sex, Birth: p.Birth, Village: p.Village, Status: p.Status, Words: a.Words}
	var sealed []byte
	if err := tx.QueryRowContext(ctx, `SELECT id_cipher FROM person WHERE id = $1`, p.ID).Scan(&sealed); err != nil {
		return nil, fmt.Errorf("read number: %w", err)
	}
	plain, err := s.Box.Decrypt(people.SealID, sealed)
	if err != nil {
		return nil, err
	}
	c.ID = OnPaper(string(plain))
	spells, err := s.Spells(ctx, tx, p.ID)
	if err != nil {
		return nil, err
	}
	now := calendar.MonthAt(tx.Now)
	for i := range spells {
		if w := &spells[i]; w.End >= a.From && w.Start <= now {
			c.Spells = append(c.Spells, stretch(w, now))
		}
	}
	if a.Kind == OfWork && len(c.Spells) == 0 {
		return nil, fault.New(fault.Conflict, "people.proof.nowork")
	}
	return c, nil
}

// stretch is a spell as the paper shows it: place and wage of its last terms,
// the strongest confirmation, up to when somebody saw it.
func stretch(w *fact.Spell, now calendar.Month) Stretch {
	t := w.Terms[len(w.Terms)-1]
	if in := w.TermIn(min(w.End, now)); in != nil {
		t = *in
	}
	out := Stretch{Start: w.Start, End: w.End, Employer: t.Employer, Place: t.Place, Channel: t.Channel, WageFen: t.WageFen, Strength: fact.Claimed}
	for _, v := range w.Seen {
		out.Strength = max(out.Strength, v.Strength)
		out.Seen = max(out.Seen, v.Month)
	}
	out.Seen = min(out.Seen, w.End)
	return out
}

// OnPaper keeps six and four characters of a resident number, as official
// tables print it; other documents keep two and two.
func OnPaper(number string) string {
	if id, problem := idcard.Parse(number); problem == idcard.OK || problem == idcard.Cert {
		number = id.Number
		return number[:6] + "********" + number[14:]
	}
	if r := []rune(number); len(r) > 6 {
		return string(r[:2]) + strings.Repeat("*", len(r)-4) + string(r[len(r)-2:])
	}
	return ""
}

// codeAlphabet leaves out what an eye mistakes.
const codeAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

func (s *Store) write(ctx context.Context, tx *db.Tx, by account.Caller, id int64, p *fact.Person, a *Ask, c *Content) error {
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("keep paper: %w", err)
	}
	sealed, err := s.Box.Encrypt(SealContent, b)
	if err != nil {
		return err
	}
	code := make([]byte, 8)
	if _, err := rand.Read(code); err != nil {
		return fmt.Errorf("draw code: %w", err)
	}
	for i := range code {
		code[i] = codeAlphabet[int(code[i])%len(codeAlphabet)]
	}
	year := calendar.MonthAt(tx.Now).Year()
	county := p.Village.County6()
	n, err := tx.NextIDs(ctx, fmt.Sprintf("proof %d %d", county, year), 1)
	if err != nil {
		return err
	}
	number := fmt.Sprintf("%d-%d-%05d", county, year, n)
	_, err = tx.ExecContext(ctx, `INSERT INTO proof (person_id, id, number, code, kind, village, purpose, content_cipher, issued_at, issued_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		p.ID, id, number, string(code), int(a.Kind), int64(p.Village), a.Purpose, sealed, db.Millis(tx.Now), by.UserID)
	if err != nil {
		return fmt.Errorf("keep paper: %w", err)
	}
	return s.Audit.Write(ctx, tx, by, audit.Entry{Action: "people.proof", Object: "proof", ObjectID: strconv.FormatInt(id, 10), Region: p.Village,
		Detail: map[string]string{"person": strconv.FormatInt(p.ID, 10), "kind": strconv.Itoa(int(a.Kind)), "number": number}})
}
