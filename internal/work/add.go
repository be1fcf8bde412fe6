package work

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/rule"
)

// NewSpell is a spell as the form states it.
type NewSpell struct {
	Start  calendar.Month
	End    calendar.Month // 0 or Open: still running
	Term   fact.Term      // From and PlaceClass are set here
	Source string
	// EndOthers ends the spells that run when this one starts, with its first
	// month: a new job. Without it the two run side by side; then the latest
	// start gives place and channel and incomes add (semantics, Work).
	EndOthers bool
	Strength  int // of the statement; 0 is Claimed
	// SeenIn is the month in which it was seen running; 0 is the last that it
	// can have been: its end, or the running month.
	SeenIn calendar.Month
}

// Add records a spell of a resident person and answers its id. A spell of the
// same employer that overlaps is a Conflict: its terms are to be changed.
func (s *Store) Add(ctx context.Context, scope region.Scope, by account.Caller, personID int64, in NewSpell) (id int64, err error) {
	if in.End == 0 {
		in.End = calendar.Open
	}
	if in.Strength == 0 {
		in.Strength = fact.Claimed
	}
	in.Term.From = in.Start
	fields := s.checkDates(in.Start, in.End)
	if fields = append(fields, s.checkTerm(&in.Term)...); len(fields) > 0 {
		return 0, fault.InvalidFields(fields...)
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		c, err := s.begin(ctx, tx, scope, by, personID)
		if err != nil {
			return err
		}
		id, err = s.add(ctx, tx, c, in)
		return err
	})
	return id, err
}

// act is one change of a person's spells in one transaction.
type act struct {
	scope   region.Scope
	by      account.Caller
	person  fact.Person
	need    *fact.Need
	before  []fact.Spell
	history []change.Field
	from    calendar.Month // first month that the change touches
}

// begin reads a resident person with spells. Who sees them by workplace may
// confirm, not change.
func (s *Store) begin(ctx context.Context, tx *db.Tx, scope region.Scope, by account.Caller, id int64) (*act, error) {
	p, need, reduced, err := s.People.InTx(ctx, tx, scope, id)
	if err != nil {
		return nil, err
	}
	if reduced {
		return nil, errNotFound
	}
	if p.MergedInto != 0 {
		return nil, fault.New(fault.Conflict, "people.merged")
	}
	spells, err := ReadSpells(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return &act{scope: scope, by: by, person: p, need: need, before: spells, from: calendar.Open}, nil
}

// finish runs the checks on the spells as they are now, keeps what they found
// and leaves history, change log, adjustments and audit row.
func (s *Store) finish(ctx context.Context, tx *db.Tx, c *act, action string) error {
	after, err := ReadSpells(ctx, tx, c.person.ID)
	if err != nil {
		return err
	}
	run := func(spells []fact.Spell) ([]rule.Finding, error) {
		return s.Checks.Run(ctx, tx, c.person.Village, &rule.Subject{Today: s.today(), Person: &c.person, Spells: spells, Need: c.need})
	}
	found, err := run(after)
	if err != nil {
		return err
	}
	if rule.Worst(found) == rule.Error {
		was, err := run(c.before)
		if err != nil {
			return err
		}
		if fields := rule.Refusals(was, found); len(fields) > 0 {
			return fault.InvalidFields(fields...)
		}
	}
	if err := s.Checks.Keep(ctx, tx, c.person.ID, c.person.Village, found); err != nil {
		return err
	}
	if err := change.Record(ctx, tx, c.history...); err != nil {
		return err
	}
	if err := change.Person(ctx, tx, c.person.Village, c.person.ID, c.from, calendar.Open); err != nil {
		return err
	}
	if err := s.Closed.Note(ctx, tx, c.person.ID, c.from, calendar.Open); err != nil {
		return err
	}
	return s.Audit.Write(ctx, tx, c.by, audit.Entry{Action: action, Object: "person", ObjectID: itoa(c.person.ID), Region: c.person.Village})
}

func (s *Store) add(ctx context.Context, tx *db.Tx, c *act, in NewSpell) (int64, error) {
	for i := range c.before {
		w := &c.before[i]
		overlaps := w.Start <= in.End && in.Start <= w.End
		if overlaps && sameEmployer(w, in) {
			return 0, fault.New(fault.Conflict, "work.same_employer", w.Start)
		}
		if in.EndOthers && w.End == calendar.Open && w.Start <= in.Start {
			if err := endSpell(ctx, tx, c, w, in.Start, "new_job"); err != nil {
				return 0, err
			}
		}
	}
	id, err := tx.NextIDs(ctx, "spell", 1)
	if err != nil {
		return 0, err
	}
	now := db.Millis(tx.Now)
	_, err = tx.ExecContext(ctx, `
		INSERT INTO spell (person_id, id, start_month, end_month, source, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)`,
		c.person.ID, id, int32(in.Start), int32(in.End), in.Source, now)
	if err != nil {
		return 0, fmt.Errorf("insert spell: %w", err)
	}
	in.Term.PlaceClass = fact.ClassOf(c.person.Village, in.Term.Place)
	if err := insertTerm(ctx, tx, c.person.ID, id, in.Term); err != nil {
		return 0, err
	}
	if in.SeenIn == 0 {
		in.SeenIn = lastMonth(in.End, s.month())
	}
	if err := see(ctx, tx, c.person.ID, id, in.SeenIn, in.Strength); err != nil {
		return 0, err
	}
	c.note(id, change.OfSpell, change.Created, "", "")
	c.from = min(c.from, in.Start)
	if err := s.statusAfter(ctx, tx, c, in.End, in.Start, in.Source); err != nil {
		return 0, err
	}
	return id, s.finish(ctx, tx, c, "work.add")
}

// statusAfter states 务工 when a running spell was added.
func (s *Store) statusAfter(ctx context.Context, tx *db.Tx, c *act, end, start calendar.Month, source string) error {
	if end != calendar.Open || c.person.Status == fact.StatusWork {
		return nil
	}
	on := calendar.DateOf(start.Year(), start.Num(), 1)
	if on < c.person.StatusOn {
		on = c.person.StatusOn
	}
	return s.People.StatusInTx(ctx, tx, c.scope, c.by, c.person.ID, fact.StatusWork, on, source)
}

func lastMonth(end, now calendar.Month) calendar.Month {
	if end == calendar.Open {
		return now
	}
	return end
}

func (c *act) note(spell int64, e change.Entity, field, old, new string) {
	if field != change.Created && old == new {
		return
	}
	c.history = append(c.history, change.Field{PersonID: c.person.ID, Entity: e, EntityID: spell, Field: field, Old: old, New: new, By: c.by.UserID})
}

// sameEmployer compares the employer that the spell has in the new one's first
// month; unnamed employers do not count as the same.
func sameEmployer(w *fact.Spell, in NewSpell) bool {
	t := w.TermIn(max(w.Start, in.Start))
	return t != nil && in.Term.Employer != "" && t.Employer == in.Term.Employer && t.Place == in.Term.Place
}

func (s *Store) checkDates(start, end calendar.Month) []fault.Field {
	var out []fault.Field
	if !start.Valid() || start == calendar.Open || start > s.month() {
		out = append(out, fault.Field{Name: "start", Key: "work.month"})
	}
	if end != calendar.Open && (!end.Valid() || end > s.month()) {
		out = append(out, fault.Field{Name: "end", Key: "work.month"})
	} else if end < start {
		out = append(out, fault.Field{Name: "end", Key: "work.end_before"})
	}
	return out
}

// checkTerm tidies a term and answers what is wrong with it. The place must
// reach the county (national checks 5_01_005, 4_12_001); 港澳台 and 境外 are
// places of their own.
func (s *Store) checkTerm(t *fact.Term) []fault.Field {
	var out []fault.Field
	t.Employer = strings.TrimSpace(t.Employer)
	if len([]rune(t.Employer)) > 100 {
		out = append(out, fault.Field{Name: "employer", Key: "people.too_long", Args: []any{100}})
	}
	if t.Place.Level() > region.County {
		t.Place = t.Place.At(region.County)
	}
	outside := fact.ClassOf(0, t.Place) == fact.HMT || fact.ClassOf(0, t.Place) == fact.Abroad
	if t.Place == 0 || s.Places.Name(t.Place) == "" || t.Place.Level() < region.County && !outside {
		out = append(out, fault.Field{Name: "work_place", Key: "work.place"})
	}
	if t.Channel == 0 || !fact.Channel.Valid(t.Channel) {
		out = append(out, fault.Field{Name: "channel", Key: "people.word"})
	}
	if !fact.Industry.Valid(t.Industry) || !fact.YesNo.Valid(t.PointToPoint) {
		out = append(out, fault.Field{Name: "industry", Key: "people.word"})
	}
	if t.WageFen < -1 || t.WageFen > 1_000_000_00 {
		out = append(out, fault.Field{Name: "wage", Key: "people.money"})
	}
	if t.TransportFen < -1 || t.TransportFen > 1_000_000_00 {
		out = append(out, fault.Field{Name: "transport", Key: "people.money"})
	}
	return out
}

func insertTerm(ctx context.Context, tx *db.Tx, personID, spellID int64, t fact.Term) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO spell_term (person_id, spell_id, from_month, wage_fen, employer, place, place_class, channel, industry, point_to_point, transport_fen)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (person_id, spell_id, from_month) DO UPDATE SET wage_fen = excluded.wage_fen, employer = excluded.employer,
			place = excluded.place, place_class = excluded.place_class, channel = excluded.channel, industry = excluded.industry,
			point_to_point = excluded.point_to_point, transport_fen = excluded.transport_fen`,
		personID, spellID, int32(t.From), t.WageFen, t.Employer, int64(t.Place), t.PlaceClass, t.Channel, t.Industry, t.PointToPoint, t.TransportFen)
	if err != nil {
		return fmt.Errorf("write term: %w", err)
	}
	return nil
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
