package register

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/secret"
	"wengang/internal/transfer"
)

// checker is what both kinds of workbook share: the registers that the place
// has, and what the file showed so far.
type checker struct {
	s     *Store
	b     *transfer.Batch
	k     *Kind
	at    map[string]int       // position of a column's key
	known map[string][]*Record // by NameKey
	seen  map[string]int       // first row of an identity in the file
	stays map[int64][]*Member  // of registers met in a list
}

// load reads the kind's registers below the place of the import.
func (c *checker) load(ctx context.Context) error {
	var a db.Args
	err := each(ctx, c.s.db.Read, "SELECT "+recordColumns+" FROM register r WHERE r.kind = "+a.Add(c.k.ID)+
		" AND "+region.ScopeOf(c.b.Region).Predicate("r.region", a.Add)+" AND "+live("r"), a.Values, func(row scanner) error {
		r, err := scanRecord(row)
		if err != nil {
			return err
		}
		key := NameKey(r.Name)
		c.known[key] = append(c.known[key], r)
		return nil
	})
	if err != nil {
		return fmt.Errorf("registers of %s: %w", c.k.ID, err)
	}
	return nil
}

// row is one row of the file on its way to an outcome.
type row struct {
	transfer.Row
	c   *checker
	out transfer.Outcome
}

func (c *checker) row(r transfer.Row) *row {
	return &row{Row: r, c: c, out: transfer.Outcome{Row: r.N, Result: transfer.New}}
}

func (r *row) cell(key string) (text, heading string) {
	i, ok := r.c.at[key]
	if !ok || i >= len(r.Cells) {
		return "", ""
	}
	if r.Cells[i].Empty() {
		return "", r.Cells[i].Column
	}
	return r.Cells[i].Clean(), r.Cells[i].Column
}

// given lists the keys that the row fills.
func (r *row) given() []string {
	var out []string
	for key := range r.c.at {
		if s, _ := r.cell(key); strings.TrimSpace(s) != "" {
			out = append(out, key)
		}
	}
	return out
}

func (r *row) find(p Problem) {
	sev := transfer.Warning
	switch {
	case p.Hard:
		sev = transfer.Error
		r.out.Result = transfer.Rejected
	case p.Lead:
		sev = transfer.Clue
	}
	value, heading := r.cell(p.Field)
	if heading == "" {
		heading = r.c.heading(p.Field)
	}
	r.out.Findings = append(r.out.Findings, transfer.Finding{Sheet: r.Sheet, Row: r.N, Column: heading, Rule: p.Rule, Severity: sev,
		Value: r.c.shown(p.Field, value), Key: p.Rule, Args: p.Args})
}

func (c *checker) fields() []Field {
	if c.k.Members != nil && (c.b.Layout == c.k.MembersType() || c.b.Layout == "" && c.b.Subtype == c.k.MembersType()) {
		return c.k.Members.Fields
	}
	return c.k.Fields
}

func (c *checker) heading(key string) string {
	if f := findField(c.fields(), key); f != nil {
		return f.Heading()
	}
	return ""
}

// shown is a cell's text as findings may show it.
func (c *checker) shown(key, value string) string {
	f := findField(c.fields(), key)
	switch {
	case f == nil:
		return ""
	case f.Type == IDNumber:
		return secret.MaskID(value)
	case f.Type == Phone:
		return secret.MaskPhone(value)
	}
	return secret.Scrub(value)
}

// finish encodes what Apply needs, unless the row is rejected.
func (r *row) finish(result transfer.Result, p *payload) (transfer.Outcome, error) {
	if r.out.Result == transfer.Rejected {
		return r.out, nil
	}
	r.out.Result = result
	var err error
	if result != transfer.Same {
		r.out.Payload, err = p.encode()
	}
	return r.out, err
}

// twice notes an identity and reports an earlier row that had it.
func (r *row) twice(identity, field string) bool {
	if first, ok := r.c.seen[identity]; ok {
		r.find(Problem{Field: field, Rule: "register.twice", Args: []any{first}, Hard: true})
		return true
	}
	r.c.seen[identity] = r.N
	return false
}

// recordChecker checks the workbook of a register.
type recordChecker struct{ *checker }

// Check compares each row with the register as it is.
func (c *recordChecker) Check(_ context.Context, rows []transfer.Row) ([]transfer.Outcome, error) {
	out := make([]transfer.Outcome, 0, len(rows))
	for _, raw := range rows {
		o, err := c.one(c.row(raw))
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func (c *recordChecker) one(r *row) (transfer.Outcome, error) {
	rec, problems := parseRecord(c.k, c.s.places, c.b.Region, r.cell)
	for _, p := range problems {
		r.find(p)
	}
	if r.out.Result == transfer.Rejected || r.twice(identity(c.k, rec), "name") {
		return r.out, nil
	}
	given := r.given()
	old, several := pick(c.known[NameKey(rec.Name)], c.k, rec, hasPlace(given))
	if several {
		r.find(Problem{Field: "name", Rule: "register.several", Args: []any{rec.Name}, Hard: true})
		return r.out, nil
	}
	if old == nil {
		return r.finish(transfer.New, &payload{Record: rec})
	}
	merged := merge(old, rec, given)
	if merged.Poor > merged.People && merged.People >= 0 {
		r.find(Problem{Field: "poor", Rule: "register.poor_over_people", Args: []any{merged.Poor, merged.People}, Hard: true})
	}
	changed := len(differences(old, merged)) > 0 || rec.Phone != "" && maskPhone(rec.Phone) != old.PhoneMask
	if !changed {
		return r.finish(transfer.Same, nil)
	}
	return r.finish(transfer.Changed, &payload{Record: rec, Given: given, Target: old.ID})
}

func hasPlace(given []string) bool {
	for _, g := range given {
		if g == "county" || g == "town" || g == "village" {
			return true
		}
	}
	return false
}

// identity of a register inside one file.
func identity(k *Kind, r *Record) string {
	id := strconv.FormatInt(int64(r.Region), 10) + "|" + NameKey(r.Name)
	if k.Instant {
		id += "|" + r.StartedOn.String()
	}
	return id
}

// pick finds the register that a row means among those of its name: by place
// where the file states one, by day for events and classes; a register that
// lasts goes before one that ended.
func pick(known []*Record, k *Kind, in *Record, placed bool) (old *Record, several bool) {
	var fit []*Record
	for _, r := range known {
		if placed && r.Region != in.Region || k.Instant && in.StartedOn != 0 && r.StartedOn != in.StartedOn {
			continue
		}
		fit = append(fit, r)
	}
	if len(fit) > 1 {
		var lasting []*Record
		for _, r := range fit {
			if r.EndedOn == fact.Forever {
				lasting = append(lasting, r)
			}
		}
		fit = lasting
	}
	switch len(fit) {
	case 0:
		return nil, false
	case 1:
		return fit[0], false
	}
	return nil, true
}
