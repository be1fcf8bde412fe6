package division

import (
	"context"
	"encoding/json"
	"fmt"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/region/regionstore"
)

// before is what the local places were, so that an undo restores them.
type before struct {
	Had  []region.Local `json:"had"`
	None []region.Code  `json:"none"` // no row was there
}

// Apply puts a draft into force, in one transaction: places, residences from
// the month on, households, findings, registers and the grants of those who
// work there. It is refused where a month from then on has closed, where an
// import of the area is running, and where the places changed since the draft.
func (s *Store) Apply(ctx context.Context, scope region.Scope, c account.Caller, id int64) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		ch, err := s.take(ctx, tx, scope, c, id, ActApply)
		if err != nil {
			return err
		}
		if err := s.guard(ctx, scope, tx, &ch); err != nil {
			return err
		}
		if err := s.still(&ch); err != nil {
			return err
		}
		if err := s.places(ctx, scope, tx, c, &ch); err != nil {
			return err
		}
		people, err := s.shiftAll(ctx, scope, tx, c, &ch)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE division_change SET people = $1 WHERE id = $2`, people, id); err != nil {
			return fmt.Errorf("change of divisions: %w", err)
		}
		if err := touch(ctx, tx, &ch); err != nil {
			return err
		}
		return s.note(ctx, tx, c, "division.apply", &ch)
	})
	if err != nil {
		return err
	}
	return s.Reload(ctx)
}

func (s *Store) shiftAll(ctx context.Context, scope region.Scope, tx *db.Tx, c account.Caller, ch *Change) (people int, err error) {
	for _, st := range ch.Steps {
		if st.From == st.To {
			continue
		}
		if err := shift(ctx, tx, ch.ID, st, ch.Month); err != nil {
			return 0, err
		}
		ids, err := moved(ctx, tx, ch.ID, st)
		if err != nil {
			return 0, err
		}
		if err := s.remember(ctx, tx, ids, st.From, st.To, c.UserID, ch, ch.DocNo); err != nil {
			return 0, err
		}
		if err := s.Grants.Follow(ctx, scope, tx, c, st.From, st.To); err != nil {
			return 0, err
		}
		people += len(ids)
	}
	return people, nil
}

// guard refuses where history would change or a file was read before it.
func (s *Store) guard(ctx context.Context, scope region.Scope, tx *db.Tx, ch *Change) error {
	closed, err := s.closed(ctx, ch)
	if err != nil {
		return err
	}
	if len(closed) > 0 {
		return fault.New(fault.Conflict, "division.closed", nameOf(s.Tree(), closed[0].County), closed[0].Month.String())
	}
	return s.Imports.Outdate(ctx, scope, tx, ch.Region)
}

// still refuses a draft whose places changed since.
func (s *Store) still(ch *Change) error {
	t := s.Tree()
	for _, st := range ch.Steps {
		from, known := t.Get(st.From)
		_, taken := t.Get(st.To)
		if !known || from.Code != st.From || t.Current(st.From) != st.From || st.From != st.To && taken == st.New || t.Current(st.To) != st.To {
			return fault.New(fault.Conflict, "division.outdated", st.From.String())
		}
	}
	return nil
}

// places writes the local places of the change and keeps what they were.
func (s *Store) places(ctx context.Context, scope region.Scope, tx *db.Tx, c account.Caller, ch *Change) error {
	had, err := regionstore.LoadLocals(ctx, tx)
	if err != nil {
		return err
	}
	rows := map[region.Code]region.Local{}
	for _, l := range had {
		rows[l.Code] = l
	}
	var was before
	for _, code := range ch.places() {
		if l, ok := rows[code]; ok {
			was.Had = append(was.Had, l)
		} else {
			was.None = append(was.None, code)
		}
	}
	text, err := json.Marshal(was)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE division_change SET before = $1 WHERE id = $2`, string(text), ch.ID); err != nil {
		return fmt.Errorf("change of divisions: %w", err)
	}
	for _, l := range localsOf(s.Tree(), rows, ch) {
		if err := s.Locals.SaveLocal(ctx, scope, tx, c, l); err != nil {
			return err
		}
	}
	return nil
}

// localsOf are the rows that put the steps into force: every place that ends
// on the day before, every new one from the first of the month, every new name.
func localsOf(t Tree, rows map[region.Code]region.Local, ch *Change) []region.Local {
	first := calendar.DateOf(ch.Month.Year(), ch.Month.Num(), 1)
	var out []region.Local
	made := map[region.Code]bool{}
	for _, st := range ch.Steps {
		if st.New && !made[st.To] {
			made[st.To] = true
			out = append(out, region.Local{Code: st.To, Name: st.Name, ValidFrom: first, Source: ch.DocNo})
		}
		l, ok := rows[st.From]
		if !ok {
			p, _ := t.Get(st.From)
			l = region.Local{Code: st.From, Name: p.Name, Kind: p.Kind, Official: p.Official, Source: ch.DocNo}
		}
		if st.From == st.To {
			if l.FormerNames != "" {
				l.FormerNames += "|"
			}
			l.FormerNames += l.Name
			l.Name = st.Name
		} else {
			l.ValidTo, l.FollowedBy = ch.Month.Add(-1).LastDay(), st.To
		}
		out = append(out, l)
	}
	return out
}

// touch tells the columnar caches that the counties changed from the month on.
func touch(ctx context.Context, tx *db.Tx, ch *Change) error {
	for _, k := range ch.counties() {
		if err := change.County(ctx, tx, k, ch.Month, calendar.Open); err != nil {
			return err
		}
	}
	return nil
}

func nameOf(t Tree, c region.Code) string {
	p, _ := t.Get(c)
	return p.Name
}
