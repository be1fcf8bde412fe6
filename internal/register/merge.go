package register

import (
	"context"
	"fmt"
	"maps"
	"strconv"

	"wengang/internal/db"
)

// merge lays the fields that a file fills over a record: a blank cell never
// erases.
func merge(old, in *Record, given []string) *Record {
	m := *old
	m.Extra = maps.Clone(old.Extra)
	if m.Extra == nil {
		m.Extra = map[string]string{}
	}
	for _, key := range given {
		switch key {
		case "name":
			m.Name = in.Name
		case "level":
			m.Level = in.Level
		case "uscc":
			m.USCC = in.USCC
		case "doc_no":
			m.DocNo = in.DocNo
		case "started_on":
			m.StartedOn = in.StartedOn
		case "ended_on":
			m.EndedOn = in.EndedOn
			if ByID(old.Kind).Instant {
				break
			}
			m.State = Ended
		case "end_reason":
			m.EndReason = in.EndReason
		case "state":
			m.State = in.State
		case "contact":
			m.Contact = in.Contact
		case "phone":
			m.Phone = in.Phone
		case "people":
			m.People = in.People
		case "poor":
			m.Poor = in.Poor
		case "marks":
			m.Marks = in.Marks
		case "county", "town", "village":
		default:
			m.Extra[key] = in.Extra[key]
		}
	}
	return &m
}

// memberColumn is one column of a stay as text.
type memberColumn struct {
	name string
	get  func(*Member) string
}

var memberCols = []memberColumn{
	{"claimed", func(m *Member) string { return strconv.Itoa(m.Claimed) }},
	{"role", func(m *Member) string { return m.Role }},
	{"started_on", func(m *Member) string { return strconv.Itoa(int(m.StartedOn)) }},
	{"ended_on", func(m *Member) string { return strconv.Itoa(int(m.EndedOn)) }},
	{"end_reason", func(m *Member) string { return m.EndReason }},
	{"people", func(m *Member) string { return strconv.FormatInt(m.People, 10) }},
	{"poor_people", func(m *Member) string { return strconv.FormatInt(m.Poor, 10) }},
	{"extra", func(m *Member) string { return encodeExtra(m.Extra) }},
}

var memberNumeric = map[string]bool{"claimed": true, "started_on": true, "ended_on": true, "people": true, "poor_people": true}

func mergeMember(old, in *Member, given []string) *Member {
	m := *old
	m.Extra = maps.Clone(old.Extra)
	if m.Extra == nil {
		m.Extra = map[string]string{}
	}
	for _, key := range given {
		switch key {
		case "category":
			m.Claimed = in.Claimed
		case "role":
			m.Role = in.Role
		case "started_on":
			m.StartedOn = in.StartedOn
		case "ended_on":
			m.EndedOn = in.EndedOn
		case "end_reason":
			m.EndReason = in.EndReason
		case "people":
			m.People = in.People
		case "poor":
			m.Poor = in.Poor
		case "person", "id_number", "register", "county", "town", "village":
		default:
			m.Extra[key] = in.Extra[key]
		}
	}
	return &m
}

func memberDifferences(old, m *Member) []memberColumn {
	var out []memberColumn
	for _, c := range memberCols {
		if c.get(old) != c.get(m) {
			out = append(out, c)
		}
	}
	return out
}

func (r *Roster) changeMember(ctx context.Context, tx *db.Tx, p *payload, why changeOf) error {
	old, err := scanMember(tx.QueryRowContext(ctx, "SELECT "+memberColumns+", 0 FROM register_member m"+memberJoins+" WHERE m.register_id = $1 AND m.id = $2", p.Target, p.MemberID))
	if err != nil {
		return fmt.Errorf("member %d: %w", p.MemberID, err)
	}
	merged := mergeMember(old, p.Member, p.Given)
	var change [][]any
	for _, c := range memberDifferences(old, merged) {
		change = append(change, []any{c.name, c.get(old), c.get(merged), nil})
		if err := setMemberColumn(ctx, tx, old.RegisterID, old.ID, c.name, c.get(merged)); err != nil {
			return err
		}
	}
	if len(change) == 0 {
		return nil
	}
	return writeHistory(ctx, tx, old.RegisterID, old.ID, change, why)
}

// setMemberColumn writes one column from its history text; the name comes from
// memberCols.
func setMemberColumn(ctx context.Context, tx *db.Tx, register, member int64, name, text string) error {
	var v any = text
	if memberNumeric[name] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("member column %s: %w", name, err)
		}
		v = n
	}
	_, err := tx.ExecContext(ctx, "UPDATE register_member SET "+name+" = $1, updated_at = $2 WHERE register_id = $3 AND id = $4", v, db.Millis(tx.Now), register, member)
	if err != nil {
		return fmt.Errorf("member %d %s: %w", member, name, err)
	}
	return nil
}
