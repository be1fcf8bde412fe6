package register

import (
	"context"
	"encoding/json"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/transfer"
)

// Roster is the import kind "roster": the workbook of a register (--type
// workshop) or of its people (--type workshop_members). The headings tell which
// of the two a file is; --type says which register where they do not.
type Roster struct{ s *Store }

// Roster answers the import kind over this store.
func (s *Store) Roster() *Roster { return &Roster{s} }

// ID is the KIND of the import command.
func (*Roster) ID() string { return "roster" }

// Need is what the pages of registers need.
func (*Roster) Need() account.Permission { return account.RegisterEdit }

// Layouts are the lists of people first: their columns hold the register's
// name too.
func (*Roster) Layouts() []transfer.Layout {
	var out []transfer.Layout
	for _, k := range kinds {
		if k.Members != nil {
			out = append(out, layout(k.MembersType(), k.Members.Title, k.Members.Fields, map[string]bool{"register": true, "person": true}))
		}
	}
	for _, k := range kinds {
		required := map[string]bool{}
		for _, f := range k.Fields {
			required[f.Key] = f.Required
		}
		out = append(out, layout(k.ID, k.Title, k.Fields, required))
	}
	return out
}

func layout(id, title string, fields []Field, required map[string]bool) transfer.Layout {
	l := transfer.Layout{ID: id, Title: title}
	for _, f := range fields {
		c := transfer.Column{Key: f.Key, Headings: f.Headings, Required: required[f.Key], Secret: f.Type == IDNumber || f.Type == Phone, Number: f.Type == Count || f.Type == Money, Words: f.Choices}
		switch f.Type {
		case YesNo:
			c.Words = []string{"是", "否"}
		case Date:
			c.About = "import.about.date"
		case IDNumber:
			c.About = "import.about.id"
		case Phone:
			c.About = "import.about.phone"
		}
		l.Columns = append(l.Columns, c)
	}
	return l
}

// Open answers the checker of a batch.
func (r *Roster) Open(ctx context.Context, b *transfer.Batch) (transfer.Checker, error) {
	k, members, err := kindOf(b)
	if err != nil {
		return nil, err
	}
	c := &checker{s: r.s, b: b, k: k, at: map[string]int{}, known: map[string][]*Record{}, seen: map[string]int{}, stays: map[int64][]*Member{}}
	for i, key := range b.Columns {
		if key != "" {
			c.at[key] = i
		}
	}
	if err := c.load(ctx); err != nil {
		return nil, err
	}
	if members {
		return &memberChecker{c}, nil
	}
	return &recordChecker{c}, nil
}

// kindOf reads the layout and refuses a --type of another register.
func kindOf(b *transfer.Batch) (*Kind, bool, error) {
	name := b.Layout
	if name == "" {
		name = b.Subtype
	}
	k, members := BySubtype(name)
	if k == nil {
		return nil, false, fault.New(fault.Invalid, "register.type_unknown", name)
	}
	if b.Subtype != "" {
		if want, _ := BySubtype(b.Subtype); want == nil {
			return nil, false, fault.New(fault.Invalid, "register.type_unknown", b.Subtype)
		} else if want != k {
			return nil, false, fault.New(fault.Invalid, "register.type_other", want.Name, k.Name)
		}
	}
	return k, members, nil
}

// payload is an accepted row on its way into the tables.
type payload struct {
	Record   *Record  `json:"r,omitempty"` // the register; of a member, the one to make
	Given    []string `json:"g,omitempty"` // keys that the file fills: blanks never erase
	Target   int64    `json:"t,omitempty"` // register that the row is about, 0 for Record
	Member   *Member  `json:"m,omitempty"`
	MemberID int64    `json:"i,omitempty"` // stay that the row changes
}

func (p *payload) encode() ([]byte, error) { return json.Marshal(p) }

func decode(raw []byte) (*payload, error) {
	var p payload
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, fmt.Errorf("roster payload: %w", err)
	}
	return &p, nil
}

// Apply writes the new rows of a chunk; they stay hidden until Finish.
func (r *Roster) Apply(ctx context.Context, tx *db.Tx, b *transfer.Batch, rows []transfer.Staged) error {
	var fresh []*payload
	var numbers []string
	for _, row := range rows {
		if row.Result != transfer.New {
			continue
		}
		p, err := decode(row.Payload)
		if err != nil {
			return err
		}
		fresh = append(fresh, p)
		if p.Member != nil {
			numbers = append(numbers, p.Member.IDNumber)
		}
	}
	found, err := r.s.lookup(ctx, tx, numbers)
	if err != nil {
		return err
	}
	for _, p := range fresh {
		if p.Member == nil {
			if err := r.s.insert(ctx, tx, p.Record, b.ID, b.UserID); err != nil {
				return err
			}
			continue
		}
		if p.Member.RegisterID, err = r.ensure(ctx, tx, b, p); err != nil {
			return err
		}
		if err := r.s.insertMember(ctx, tx, p.Member, found, b.ID, b.UserID); err != nil {
			return err
		}
	}
	return nil
}

// ensure is the register of a member's row: the known one, the one that an
// earlier row of the file made, or a new one.
func (r *Roster) ensure(ctx context.Context, tx *db.Tx, b *transfer.Batch, p *payload) (int64, error) {
	if p.Target != 0 {
		return p.Target, nil
	}
	rec := p.Record
	var id int64
	err := tx.QueryRowContext(ctx, "SELECT id FROM register WHERE kind = $1 AND region = $2 AND name_key = $3 AND started_on = $4",
		rec.Kind, int64(rec.Region), NameKey(rec.Name), int32(rec.StartedOn)).Scan(&id)
	if err == nil {
		return id, nil
	}
	if err := r.s.insert(ctx, tx, rec, b.ID, b.UserID); err != nil {
		return 0, err
	}
	return rec.ID, nil
}

// Finish writes what the file changes on rows that readers see.
func (r *Roster) Finish(ctx context.Context, tx *db.Tx, b *transfer.Batch, each func(func(transfer.Staged) error) error) error {
	why := changeOf{reason: "", user: b.UserID, batch: b.ID}
	err := each(func(row transfer.Staged) error {
		if row.Result != transfer.Changed {
			return nil
		}
		p, err := decode(row.Payload)
		if err != nil {
			return err
		}
		if p.Member != nil {
			return r.changeMember(ctx, tx, p, why)
		}
		old, err := scanRecord(tx.QueryRowContext(ctx, "SELECT "+recordColumns+" FROM register r WHERE r.id = $1", p.Target))
		if err != nil {
			return fmt.Errorf("register %d: %w", p.Target, err)
		}
		merged := merge(old, p.Record, p.Given)
		if err := r.s.update(ctx, tx, old, merged, why); err != nil {
			return err
		}
		if err := r.s.redated(ctx, tx, old, merged, b.UserID, b.ID); err != nil {
			return err
		}
		if merged.State != old.State || merged.EndedOn != old.EndedOn {
			since := merged.EndedOn
			if merged.State != Ended {
				since = r.s.today()
			}
			return r.s.addState(ctx, tx, merged, since, b.ID, b.UserID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	who, err := batchResidents(ctx, tx, b.ID)
	if err != nil || len(who) == 0 {
		return err
	}
	// What months would now be is read from what readers see.
	if _, err := tx.ExecContext(ctx, "DELETE FROM hidden_batch WHERE batch_id = $1", b.ID); err != nil {
		return fmt.Errorf("show batch: %w", err)
	}
	return r.s.resettled(ctx, tx, who, b.UserID, b.ID)
}
