package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Chain is the steps of a unit's signatures: Fill first, Sign last. A unit
// where the filler alone answers has Fill only.
type Chain []Action

// signs are the steps in their order.
var signs = []Action{Fill, Review, Approve, Sign}

// after is the state in which a step leaves the form.
var after = map[Action]State{Fill: Filled, Review: Reviewed, Approve: Approved, Sign: Submitted}

func parseChain(s string) Chain {
	var c Chain
	for _, w := range strings.Fields(s) {
		c = append(c, Action(w))
	}
	return c
}

// String is how a chain is stored.
func (c Chain) String() string {
	out := make([]string, len(c))
	for i, a := range c {
		out[i] = string(a)
	}
	return strings.Join(out, " ")
}

// valid: the steps in their order, from the filler to the head of the unit.
func (c Chain) valid() bool {
	if len(c) == 0 || c[0] != Fill || len(c) > 1 && c[len(c)-1] != Sign {
		return false
	}
	for i := 1; i < len(c); i++ {
		if slices.Index(signs, c[i]) <= slices.Index(signs, c[i-1]) {
			return false
		}
	}
	return true
}

// next is the step that a state waits for, "" where none.
func (c Chain) next(s State) Action {
	for i, a := range c {
		if after[a] == s && i+1 < len(c) {
			return c[i+1]
		}
	}
	return ""
}

// DefaultChain: four steps from the county up, two in a town.
func DefaultChain(l region.Level) Chain {
	if l > region.County {
		return Chain{Fill, Sign}
	}
	return Chain{Fill, Review, Approve, Sign}
}

// Signing is how a unit signs a form.
type Signing struct {
	Region region.Code
	Form   string // "" for every form
	Steps  Chain
	Depts  []string // who signs with it: account.Dept, or the name of an office without accounts
	Same   bool     // one person may sign two steps in a row
	Reason string   // why fewer steps, or one person for two
	Set    bool     // the unit's own; false: as declared
	Named  map[Action][]Signatory
	ByName string
	At     int64
}

// Signatory is a named person of a step.
type Signatory struct {
	UserID int64
	Name   string
	Post   string
}

// Signing reads how a unit signs a form: its own word on the form, its word on
// all forms, else as declared.
func (s *Store) Signing(ctx context.Context, scope region.Scope, form string, at region.Code) (*Signing, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	return s.signing(ctx, s.db.Read, form, at)
}

func (s *Store) signing(ctx context.Context, q db.Querier, form string, at region.Code) (*Signing, error) {
	g := &Signing{Region: at, Form: form, Steps: DefaultChain(at.Level()), Named: map[Action][]Signatory{}}
	if form != "" {
		f, err := s.form(ctx, q, form)
		if err != nil {
			return nil, err
		}
		if at.Level() <= region.City {
			for _, d := range f.Cosign {
				g.Depts = append(g.Depts, string(d))
			}
		}
	}
	if err := readChain(ctx, q, g); err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT form, step, user_id, user_name, post FROM report_signatory WHERE region = $1 AND form IN ($2, '') ORDER BY form DESC, step, user_id`, int64(at), form)
	if err != nil {
		return nil, fmt.Errorf("signatories: %w", err)
	}
	defer rows.Close()
	from := map[Action]string{}
	for rows.Next() {
		var of string
		var a Action
		var p Signatory
		if err := rows.Scan(&of, &a, &p.UserID, &p.Name, &p.Post); err != nil {
			return nil, fmt.Errorf("signatories: %w", err)
		}
		if was, seen := from[a]; seen && was != of {
			continue // the form's own names come first
		}
		from[a] = of
		g.Named[a] = append(g.Named[a], p)
	}
	return g, rows.Err()
}

func readChain(ctx context.Context, q db.Querier, g *Signing) error {
	rows, err := q.QueryContext(ctx, `SELECT steps, depts, same, reason, set_name, set_at FROM report_chain WHERE region = $1 AND form IN ($2, '') ORDER BY form`, int64(g.Region), g.Form)
	if err != nil {
		return fmt.Errorf("chain: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var steps, depts string
		if err := rows.Scan(&steps, &depts, &g.Same, &g.Reason, &g.ByName, &g.At); err != nil {
			return fmt.Errorf("chain: %w", err)
		}
		g.Steps, g.Set = parseChain(steps), true
		if depts != "*" {
			g.Depts = splitDepts(depts)
		}
	}
	if len(g.Depts) > 0 && len(g.Steps) == 1 {
		g.Steps = Chain{Fill, Sign} // the departments sign between the two
	}
	return rows.Err()
}

func splitDepts(s string) []string {
	var out []string
	for _, d := range strings.Split(s, "\n") {
		if d = strings.TrimSpace(d); d != "" && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// SetSigning stores how a unit signs. It needs SettingEdit at the unit. Fewer
// steps or departments than declared, and one person for two steps, need a
// reason.
func (s *Store) SetSigning(ctx context.Context, by account.Caller, g Signing) error {
	if err := maySet(by, g.Region); err != nil {
		return err
	}
	g.Reason = strings.TrimSpace(g.Reason)
	var fields []fault.Field
	if !g.Steps.valid() {
		fields = append(fields, fault.Field{Name: "steps", Key: "report.sign.steps"})
	}
	if short := len(g.Steps) < len(DefaultChain(g.Region.Level())) || g.Same; short && len([]rune(g.Reason)) < 2 {
		fields = append(fields, fault.Field{Name: "reason", Key: "report.sign.reason"})
	}
	for _, d := range g.Depts {
		if len([]rune(d)) > 40 || d == string(account.DeptHR) {
			fields = append(fields, fault.Field{Name: "depts", Key: "report.sign.depts"})
			break
		}
	}
	if fields == nil && len([]rune(g.Reason)) < 2 {
		left, err := s.leftOut(ctx, &g)
		if err != nil {
			return err
		}
		if left {
			fields = append(fields, fault.Field{Name: "reason", Key: "report.sign.reason"})
		}
	}
	if fields != nil {
		return fault.InvalidFields(fields...)
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := s.known(ctx, tx, g.Form); err != nil {
			return err
		}
		depts := strings.Join(g.Depts, "\n")
		if g.Form == "" && len(g.Depts) == 0 {
			depts = "*" // each form's own
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO report_chain (region, form, steps, depts, same, reason, set_by, set_name, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (region, form) DO UPDATE SET steps = excluded.steps, depts = excluded.depts, same = excluded.same, reason = excluded.reason,
				set_by = excluded.set_by, set_name = excluded.set_name, set_at = excluded.set_at`,
			int64(g.Region), g.Form, g.Steps.String(), depts, g.Same, g.Reason, by.UserID, by.Name, db.Millis(tx.Now))
		if err != nil {
			return fmt.Errorf("set chain: %w", err)
		}
		return s.Audit.Note(ctx, tx, by, account.Note{Action: "report.chain", Object: "report_chain", ObjectID: g.Form, Region: g.Region,
			Detail: map[string]string{"steps": g.Steps.String(), "depts": depts, "same": fmt.Sprint(g.Same), "reason": g.Reason}})
	})
}

// leftOut reports that a unit does without a department that a form declares.
func (s *Store) leftOut(ctx context.Context, g *Signing) (bool, error) {
	if g.Region.Level() > region.City || g.Form == "" && len(g.Depts) == 0 {
		return false, nil // declared for none, or each form's own
	}
	all, err := s.every(ctx, s.db.Read)
	if err != nil {
		return false, err
	}
	for _, f := range all {
		for _, d := range f.Cosign {
			if (g.Form == "" || g.Form == f.ID) && f.Serves(g.Region) && !slices.Contains(g.Depts, string(d)) {
				return true, nil
			}
		}
	}
	return false, nil
}

// known refuses a form that does not exist; "" is every form.
func (s *Store) known(ctx context.Context, q db.Querier, form string) error {
	if form == "" {
		return nil
	}
	_, err := s.form(ctx, q, form)
	return err
}

// Name names the persons of a step, all at once; none takes the step's names
// away. Who is named must hold ReportSign or ReportFill at the unit.
func (s *Store) Name(ctx context.Context, by account.Caller, form string, at region.Code, a Action, people []Signatory) error {
	if err := maySet(by, at); err != nil {
		return err
	}
	if !slices.Contains(signs[1:], a) {
		return fault.InvalidFields(fault.Field{Name: "step", Key: "report.sign.steps"})
	}
	if s.Staff != nil {
		known, err := s.Staff.Signers(ctx, by, at)
		if err != nil {
			return err
		}
		for i, p := range people {
			j := slices.IndexFunc(known, func(k Officer) bool { return k.ID == p.UserID })
			if j < 0 {
				return fault.InvalidFields(fault.Field{Name: "user", Key: "report.sign.person"})
			}
			people[i].Name = known[j].Name
		}
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := s.known(ctx, tx, form); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM report_signatory WHERE region = $1 AND form = $2 AND step = $3", int64(at), form, string(a)); err != nil {
			return fmt.Errorf("name signatories: %w", err)
		}
		var names []string
		for _, p := range people {
			p.Post = strings.TrimSpace(p.Post)
			if len([]rune(p.Post)) > 40 {
				return fault.InvalidFields(fault.Field{Name: "post", Key: "report.sign.post"})
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO report_signatory (region, form, step, user_id, user_name, post, set_by, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
				int64(at), form, string(a), p.UserID, p.Name, p.Post, by.UserID, db.Millis(tx.Now)); err != nil {
				return fmt.Errorf("name signatories: %w", err)
			}
			names = append(names, fmt.Sprint(p.UserID))
		}
		return s.Audit.Note(ctx, tx, by, account.Note{Action: "report.signatory", Object: "report_chain", ObjectID: form, Region: at, Detail: map[string]string{"step": string(a), "users": strings.Join(names, " ")}})
	})
}

// Signers are the accounts that a unit may name for a step, for who sets it.
func (s *Store) Signers(ctx context.Context, by account.Caller, at region.Code) ([]Officer, error) {
	if err := maySet(by, at); err != nil || s.Staff == nil {
		return nil, err
	}
	return s.Staff.Signers(ctx, by, at)
}

func maySet(by account.Caller, at region.Code) error {
	if !by.Can(account.SettingEdit) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.SettingEdit)
	}
	if !by.Scope(account.SettingEdit).Contains(at) {
		return errNotFound
	}
	return nil
}
