package merge

import (
	"context"
	"fmt"
	"slices"
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

// Choice is what a person decided on the page that shows both records.
type Choice struct {
	Versions [2]int   // of the record that stays and of the one that goes, as read
	Gone     []string // names of groups that come from the record that goes
	Reason   string
}

// out is the reason of leaving 重复合并 (fact.OutReason).
const outMerged = 3

// Merge joins the record gone to kept, both of the scope, and answers the
// number of the merge. gone becomes a pointer to kept: it counts in no month
// any more, and its address still answers.
func (s *Store) Merge(ctx context.Context, scope region.Scope, by account.Caller, kept, gone int64, c Choice) (id int64, err error) {
	c.Reason = strings.TrimSpace(c.Reason)
	switch n := len([]rune(c.Reason)); {
	case kept == gone:
		return 0, fault.New(fault.Conflict, "people.merge.same")
	case n < 2:
		return 0, fault.InvalidFields(fault.Field{Name: "reason", Key: "people.merge.reason"})
	case n > 200:
		return 0, fault.InvalidFields(fault.Field{Name: "reason", Key: "people.too_long", Args: []any{200}})
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		a := act{s: s, ctx: ctx, tx: tx, scope: scope, by: by, choice: c}
		if err := a.begin(kept, gone); err != nil {
			return err
		}
		if id, err = tx.NextIDs(ctx, "person_merge", 1); err != nil {
			return err
		}
		return a.run(id)
	})
	return id, err
}

// act is one merge in one transaction.
type act struct {
	s          *Store
	ctx        context.Context
	tx         *db.Tx
	scope      region.Scope
	by         account.Caller
	choice     Choice
	kept, gone fact.Person
	keptSpells []fact.Spell
	goneSpells []fact.Spell
	need       [2]*fact.Need
	was        *snapshot
	history    []change.Field
}

func (a *act) begin(kept, gone int64) (err error) {
	// In one order, so that two merges of the same two never wait for each other.
	if err := db.Hold(a.ctx, a.tx, "person", min(kept, gone)); err != nil {
		return err
	}
	if a.kept, a.need[0], err = a.s.resident(a.ctx, a.tx, a.scope, kept); err != nil {
		return err
	}
	if a.gone, a.need[1], err = a.s.resident(a.ctx, a.tx, a.scope, gone); err != nil {
		return err
	}
	if a.choice.Versions != [2]int{a.kept.Version, a.gone.Version} {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	for _, n := range a.choice.Gone {
		if !slices.ContainsFunc(Groups, func(g Group) bool { return g.Name == n }) {
			return fault.InvalidFields(fault.Field{Name: n, Key: "people.word"})
		}
	}
	if a.keptSpells, err = a.s.Spells(a.ctx, a.tx, kept); err != nil {
		return err
	}
	if a.goneSpells, err = a.s.Spells(a.ctx, a.tx, gone); err != nil {
		return err
	}
	a.was, err = a.s.take(a.ctx, a.tx, kept, gone)
	return err
}

func (a *act) run(id int64) error {
	steps := []func() error{a.columns, a.home, a.kinds, a.spells, a.histories, a.needs, a.members, a.pointer, a.findings}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	if err := a.record(id); err != nil {
		return err
	}
	return a.s.told(a.ctx, a.tx, a.by, "people.merge", id, a.history, &a.kept, &a.gone)
}

func (a *act) exec(what, query string, args ...any) error {
	if _, err := a.tx.ExecContext(a.ctx, query, args...); err != nil {
		return fmt.Errorf("merge: %s: %w", what, err)
	}
	return nil
}

func (a *act) fromGone(group string) bool { return slices.Contains(a.choice.Gone, group) }

// columns puts the chosen values into the record that stays. Where the number
// of the other is the right one the two change numbers: the pointer holds the
// wrong one, so that a file which still carries it is a conflict to decide.
func (a *act) columns() error {
	persons := a.was.of("person")
	kept, gone := persons.row(a.kept.ID), persons.row(a.gone.ID)
	if a.fromGone("id") {
		if err := a.exec("free number", `UPDATE person SET id_index = $1 WHERE id = $2`, a.s.Box.BlindIndex("merging", itoa(a.gone.ID)), a.gone.ID); err != nil {
			return err
		}
	}
	var args db.Args
	var sets []string
	for _, g := range Groups {
		if !a.fromGone(g.Name) {
			continue
		}
		for _, c := range g.columns {
			v, err := a.sealedAgain("person", c, gone[c])
			if err != nil {
				return err
			}
			sets = append(sets, c+" = "+args.Add(v))
			a.note(c, kept[c], gone[c])
		}
	}
	sets = append(sets, "version = version + 1", "updated_at = "+args.Add(db.Millis(a.tx.Now)))
	if err := a.exec("chosen values", `UPDATE person SET `+strings.Join(sets, ", ")+` WHERE id = `+args.Add(a.kept.ID), args.Values...); err != nil {
		return err
	}
	if !a.fromGone("id") {
		return nil
	}
	cipher, err := a.sealedAgain("person", "id_cipher", kept["id_cipher"])
	if err != nil {
		return err
	}
	return a.exec("change numbers", `UPDATE person SET id_index = $1, id_cipher = $2, id_mask = $3, id_kind = $4 WHERE id = $5`,
		kept["id_index"].value(), cipher, kept["id_mask"].value(), kept["id_kind"].value(), a.gone.ID)
}

// sealedAgain is a kept value as its column holds it.
func (a *act) sealedAgain(table, column string, c cell) (any, error) {
	return a.s.stored(table, column, c)
}

func (s *Store) stored(table, column string, c cell) (any, error) {
	if use := sealedColumns[table+"."+column]; use != "" && c.K == 3 {
		return s.Box.Encrypt(use, c.B)
	}
	return c.value(), nil
}

// note writes a chosen column into the history; sealed ones by their masks.
func (a *act) note(column string, old, now cell) {
	field := column
	switch column {
	case "id_mask":
		field = "id_number"
	case "phone_mask":
		field = "phone"
	case "id_cipher", "id_index", "phone_cipher", "phone_index", "initials", "household_id", "village":
		return
	}
	text := func(c cell) string {
		if c.K == 1 {
			return itoa(c.I)
		}
		return c.S
	}
	if text(old) == text(now) {
		return
	}
	a.history = append(a.history, change.Field{PersonID: a.kept.ID, Entity: change.OfPerson, Field: field, Old: text(old), New: text(now), By: a.by.UserID, Reason: a.choice.Reason})
}

// pointer makes the record that goes point to the one that stays, and those
// that pointed to it as well.
func (a *act) pointer() error {
	if err := a.exec("pointers", `UPDATE person SET merged_into = $1 WHERE merged_into = $2`, a.kept.ID, a.gone.ID); err != nil {
		return err
	}
	return a.exec("pointer", `UPDATE person SET merged_into = $1, out_on = 0, out_reason = $2, version = version + 1, updated_at = $3 WHERE id = $4`,
		a.kept.ID, outMerged, db.Millis(a.tx.Now), a.gone.ID)
}

// findings of the record that goes end with it, but for those that somebody
// excused: the excuse holds for the person. The other is checked anew; what
// both records say may not be refused for what one of them caused.
func (a *act) findings() error {
	if err := a.exec("findings", `UPDATE finding SET person_id = $1, village = $3 WHERE person_id = $2 AND state = $4
		AND NOT EXISTS (SELECT 1 FROM finding k WHERE k.person_id = $1 AND k.rule = finding.rule AND k.field = finding.field)`,
		a.kept.ID, a.gone.ID, int64(a.homeVillage()), int(rule.Excused)); err != nil {
		return err
	}
	if err := a.exec("findings", `UPDATE finding SET state = $1, closed_at = $2 WHERE person_id = $3 AND state = $4`,
		int(rule.Mended), db.Millis(a.tx.Now), a.gone.ID, int(rule.Open)); err != nil {
		return err
	}
	return a.s.check(a.ctx, a.tx, a.scope, a.kept.ID)
}

// check runs the book over a record as it is now.
func (s *Store) check(ctx context.Context, tx *db.Tx, scope region.Scope, id int64) error {
	p, need, err := s.resident(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	spells, err := s.Spells(ctx, tx, id)
	if err != nil {
		return err
	}
	found, err := s.Checks.Run(ctx, tx, p.Village, &rule.Subject{Today: calendar.DateAt(tx.Now), Person: &p, Spells: spells, Need: need})
	if err != nil {
		return err
	}
	return s.Checks.Keep(ctx, tx, id, p.Village, found)
}

// record keeps what an undo needs.
func (a *act) record(id int64) error {
	now, err := a.s.take(a.ctx, a.tx, a.kept.ID, a.gone.ID)
	if err != nil {
		return err
	}
	mark, err := now.mark()
	if err != nil {
		return err
	}
	sealed, err := a.s.seal(a.was)
	if err != nil {
		return err
	}
	a.history = append(a.history,
		change.Field{PersonID: a.kept.ID, Entity: change.OfPerson, EntityID: id, Field: "merged", New: itoa(a.gone.ID), By: a.by.UserID, Reason: a.choice.Reason},
		change.Field{PersonID: a.gone.ID, Entity: change.OfPerson, EntityID: id, Field: "merged_into", New: itoa(a.kept.ID), By: a.by.UserID, Reason: a.choice.Reason})
	return a.exec("record", `INSERT INTO person_merge (id, kept, gone, village, chosen, reason, mark, snapshot_cipher, at, by_user) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		id, a.kept.ID, a.gone.ID, int64(a.homeVillage()), strings.Join(a.choice.Gone, ","), a.choice.Reason, mark, sealed, db.Millis(a.tx.Now), a.by.UserID)
}

// told is the tail of a merge and of its undo: history, change log of both
// homes, what closed months would now be, audit row.
func (s *Store) told(ctx context.Context, tx *db.Tx, by account.Caller, action string, id int64, history []change.Field, both ...*fact.Person) error {
	if err := change.Record(ctx, tx, history...); err != nil {
		return err
	}
	from := earliest(both...)
	for _, p := range both {
		for _, home := range both {
			if err := change.Person(ctx, tx, home.Village, p.ID, from, calendar.Open); err != nil {
				return err
			}
		}
		if err := s.Closed.Note(ctx, tx, p.ID, from, calendar.Open); err != nil {
			return err
		}
	}
	return s.Audit.Write(ctx, tx, by, audit.Entry{Action: action, Object: "person_merge", ObjectID: itoa(id), Region: both[0].Village,
		Detail: map[string]string{"kept": itoa(both[0].ID), "gone": itoa(both[1].ID)}})
}
