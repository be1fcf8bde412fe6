package register

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

// memberChecker checks a list of people.
type memberChecker struct{ *checker }

// candidate is a parsed row before its person is looked up.
type candidate struct {
	*row
	m      *Member
	target *Record // the register, nil where the row makes one
	made   *Record
}

// Check reads a chunk, looks its numbers up in two statements and compares
// each row with the list as it is.
func (c *memberChecker) Check(ctx context.Context, rows []transfer.Row) ([]transfer.Outcome, error) {
	all := make([]*candidate, 0, len(rows))
	var numbers []string
	var registers []int64
	for _, raw := range rows {
		x := c.parse(raw)
		all = append(all, x)
		if x.m.IDNumber != "" && x.out.Result != transfer.Rejected {
			numbers = append(numbers, x.m.IDNumber)
		}
		if x.target != nil {
			registers = append(registers, x.target.ID)
		}
	}
	found, err := c.s.lookup(ctx, c.s.db.Read, numbers)
	if err != nil {
		return nil, err
	}
	if err := c.loadStays(ctx, registers); err != nil {
		return nil, err
	}
	out := make([]transfer.Outcome, 0, len(all))
	for _, x := range all {
		o, err := c.decide(x, found[x.m.IDNumber])
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func (c *memberChecker) parse(raw transfer.Row) *candidate {
	x := &candidate{row: c.row(raw)}
	m, problems := parseMember(c.k, x.cell)
	x.m = m
	p := &parser{in: x.cell}
	at := p.place(c.s.places, c.b.Region)
	for _, p := range append(problems, p.problems...) {
		x.find(p)
	}
	name, _ := x.cell("register")
	if NameKey(name) == "" {
		x.find(Problem{Field: "register", Rule: "register.required", Args: []any{c.heading("register")}, Hard: true})
	}
	if x.out.Result == transfer.Rejected {
		return x
	}
	c.findRegister(x, NameKey(name), at)
	return x
}

func below(known []*Record, at region.Code) []*Record {
	var out []*Record
	for _, r := range known {
		if at.Contains(r.Region) {
			out = append(out, r)
		}
	}
	return out
}

// findRegister: a person's home is often what stands in the columns of place,
// so a register elsewhere below the import's place fits as well, if it is the
// only one of its name.
func (c *memberChecker) findRegister(x *candidate, key string, at region.Code) {
	in := &Record{Region: at, StartedOn: x.m.StartedOn}
	placed := hasPlace(x.given())
	old, several := pick(c.known[key], c.k, in, placed)
	if old == nil && !several && placed && !c.k.Members.Creates {
		// The row names the county, the register stands in one of its towns.
		if old, several = pick(below(c.known[key], at), c.k, in, false); old == nil && !several {
			old, several = pick(c.known[key], c.k, in, false)
		}
	}
	name, _ := x.cell("register")
	switch {
	case several:
		x.find(Problem{Field: "register", Rule: "register.several", Args: []any{name}, Hard: true})
	case old != nil:
		x.target = old
		if c.k.Instant && x.m.StartedOn == 0 {
			x.m.StartedOn = old.StartedOn
		}
	case !c.k.Members.Creates:
		x.find(Problem{Field: "register", Rule: "register.unknown", Args: []any{name, c.k.Name}, Hard: true})
	case c.k.Instant && x.m.StartedOn == 0:
		x.find(Problem{Field: "started_on", Rule: "register.required", Args: []any{c.heading("started_on")}, Hard: true})
	default:
		x.made = c.created(x.row, x.m, at)
	}
}

func (c *memberChecker) decide(x *candidate, k known) (transfer.Outcome, error) {
	if x.out.Result == transfer.Rejected {
		return x.out, nil
	}
	register := ""
	if x.target != nil {
		register = fmt.Sprint(x.target.ID)
	} else {
		register = identity(c.k, x.made)
	}
	who := x.m.IDNumber
	if who == "" {
		who = "name " + x.m.Name
	}
	if x.twice(register+"|"+who+"|"+x.m.StartedOn.String(), "person") {
		return x.out, nil
	}
	c.doubts(x, k)
	p := &payload{Record: x.made, Member: x.m, Given: x.given()}
	if x.target == nil {
		return x.finish(transfer.New, p)
	}
	p.Target = x.target.ID
	old, overlap := stay(c.stays[x.target.ID], x.m, k)
	if overlap {
		x.find(Problem{Field: "started_on", Rule: "register.overlap"})
	}
	if old == nil {
		return x.finish(transfer.New, p)
	}
	if len(memberDifferences(old, mergeMember(old, x.m, p.Given))) == 0 {
		return x.finish(transfer.Same, nil)
	}
	p.MemberID = old.ID
	return x.finish(transfer.Changed, p)
}

// doubts are findings that do not stop a row.
func (c *memberChecker) doubts(x *candidate, k known) {
	if k.personID != 0 && k.name != x.m.Name && x.m.Name != "" {
		// Of a stranger the list would tell the name that the file got wrong.
		x.find(Problem{Field: "person", Rule: "register.name_differs", Hard: k.another(x.m.Name, region.ScopeOf(c.b.Region.At(region.County)))})
	}
	if x.m.Claimed == ClaimPoor && k.personID == 0 && x.m.IDNumber != "" {
		x.find(Problem{Field: "category", Rule: "register.not_in_ledger", Lead: true})
	}
	if x.target != nil && x.target.EndedOn != fact.Forever && x.m.EndedOn > x.target.EndedOn && !c.k.Instant {
		x.find(Problem{Field: "ended_on", Rule: "register.after_end", Args: []any{x.target.EndedOn}})
	}
}

// stay matches a row of a list with the stays that the register has.
func stay(stays []*Member, in *Member, k known) (match *Member, overlap bool) {
	for _, m := range stays {
		if !sameParty(m, in, k) {
			continue
		}
		if in.StartedOn == m.StartedOn || in.StartedOn == 0 && m.EndedOn == fact.Forever {
			return m, false
		}
		if in.StartedOn <= m.EndedOn && m.StartedOn <= in.EndedOn {
			overlap = true
		}
	}
	return nil, overlap
}

func sameParty(m, in *Member, k known) bool {
	switch {
	case in.Name == "":
		return m.Headcount()
	case in.IDNumber == "":
		return m.OutsiderID != 0 && m.Name == in.Name && m.IDMask == ""
	}
	return k.personID != 0 && m.PersonID == k.personID || k.outsiderID != 0 && m.OutsiderID == k.outsiderID
}

// loadStays reads the stays of registers that the file is about, once each.
func (c *checker) loadStays(ctx context.Context, ids []int64) error {
	var fresh []int64
	for _, id := range ids {
		if _, ok := c.stays[id]; !ok && id != 0 {
			c.stays[id] = nil
			fresh = append(fresh, id)
		}
	}
	for len(fresh) > 0 {
		n := min(400, len(fresh))
		var a db.Args
		err := each(ctx, c.s.db.Read, "SELECT "+memberColumns+", 0 FROM register_member m"+memberJoins+
			" WHERE m.register_id IN "+db.List(&a, fresh[:n])+" AND "+live("m"), a.Values, func(row scanner) error {
			m, err := scanMember(row)
			if err != nil {
				return err
			}
			c.stays[m.RegisterID] = append(c.stays[m.RegisterID], m)
			return nil
		})
		if err != nil {
			return fmt.Errorf("members: %w", err)
		}
		fresh = fresh[n:]
	}
	return nil
}

// created is the register that a member's row makes where the kind allows it.
func (c *checker) created(r *row, m *Member, at region.Code) *Record {
	rec := &Record{Kind: c.k.ID, Region: at, EndedOn: fact.Forever, State: Running, People: -1, Poor: -1, Extra: map[string]string{}}
	name, _ := r.cell("register")
	rec.Name = strings.TrimSpace(name)
	if c.k.Instant {
		rec.StartedOn = m.StartedOn
		if m.EndedOn != fact.Forever {
			rec.EndedOn = m.EndedOn
		}
	}
	for key, v := range m.Extra {
		if c.k.Field(key) != nil && IsExtra(key) {
			rec.Extra[key] = v
		}
	}
	return rec
}
