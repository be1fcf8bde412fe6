package month

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Note is called by whoever changes facts of a person that hold in the months
// from..to, in the same transaction and after the change: for every closed
// month it writes down what the frozen row would now be. Frozen rows stay.
func (s *Store) Note(ctx context.Context, tx *db.Tx, personID int64, from, to calendar.Month) error {
	return s.NoteAll(ctx, tx, []int64{personID}, from, to, 0, 0)
}

// NoteAll notes many people at once, for imports; by and batch say whose act
// it was. A person's later months count too, because runs of months and years
// so far reach forward: to is only an upper bound where it is not open.
func (s *Store) NoteAll(ctx context.Context, tx *db.Tx, ids []int64, from, to calendar.Month, by, batch int64) error {
	var closed int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM month_close WHERE state <> 'open' AND month >= $1`, int32(from)).Scan(&closed)
	if err != nil || closed == 0 {
		return s.db.Dialect.Fault(err)
	}
	for part := range slices.Chunk(ids, idChunk) {
		facts, err := loadIDs(ctx, tx, part)
		if err != nil {
			return err
		}
		for c, who := range byCounty(facts) {
			if err := s.noteCounty(ctx, tx, c, who, from, to, by, batch); err != nil {
				return fmt.Errorf("note late facts: %w", err)
			}
		}
	}
	return nil
}

func byCounty(facts []Facts) map[region.Code][]*Facts {
	out := map[region.Code][]*Facts{}
	for i := range facts {
		f := &facts[i]
		add := func(v region.Code) {
			if c := countyOf(v); len(out[c]) == 0 || out[c][len(out[c])-1] != f {
				out[c] = append(out[c], f)
			}
		}
		add(f.Village)
		for _, st := range f.Stays {
			add(st.Village)
		}
	}
	return out
}

func (s *Store) noteCounty(ctx context.Context, tx *db.Tx, county region.Code, facts []*Facts, from, to calendar.Month, by, batch int64) error {
	// A close that is under way waits for this transaction (Close, seal).
	if _, err := tx.ExecContext(ctx, `UPDATE month_close SET state = state WHERE county = $1 AND state = 'closing'`, int64(county)); err != nil {
		return err
	}
	closed, err := s.statuses(ctx, tx, region.ScopeOf(county), county, from, calendar.Open)
	if err != nil {
		return err
	}
	ids := make([]int64, len(facts))
	for i, f := range facts {
		ids[i] = f.ID
	}
	for _, st := range closed {
		// Beyond to a fact still moves runs (at most 24 months) and the year so far.
		if st.State != Closed || to != calendar.Open && st.Month > to.Add(24) {
			continue
		}
		if err := s.noteMonth(ctx, tx, st, facts, ids, by, batch); err != nil {
			return err
		}
	}
	return nil
}

var adjustmentColumns = []string{"county", "month", "person_id", "field", "was", "would_be", "at", "by_user", "batch_id"}

func (s *Store) noteMonth(ctx context.Context, tx *db.Tx, st Status, facts []*Facts, ids []int64, by, batch int64) error {
	r := RulesOf(valuesOf(st.Stamp))
	known, err := knownRows(ctx, tx, st.County, st.Month, ids)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, f := range facts {
		var would *fact.PersonMonth
		p, ok := Derive(f, st.Month, Before(f, st.Month, &r), &r)
		switch {
		case !ok:
		case countyOf(p.Village) == st.County:
			would = &p
		case p.From != 0 && countyOf(p.From) == st.County:
			left := (&before{}).departure(&p)
			would = &left
		}
		if would != nil && fact.VersionOf(st.Stamp) < 2 {
			would.Flags &^= fact.Facts2 // the frozen row cannot have them
		}
		for _, d := range differences(known[f.ID], would) {
			rows = append(rows, []any{int64(st.County), int64(st.Month), f.ID, d.field, d.was, d.now, db.Millis(tx.Now), by, batch})
		}
	}
	return tx.Dialect.BulkInsert(ctx, tx, "adjustment", adjustmentColumns, rows)
}

// valuesOf reads a calibre back: the settings that differ from the defaults.
func valuesOf(stamp string) setting.Values {
	var v setting.Values
	for _, part := range strings.Split(stamp, ";") {
		name, val, ok := strings.Cut(part, "=")
		if !ok {
			continue
		}
		if n, err := strconv.ParseInt(val, 10, 64); err == nil {
			v = v.With(name, n)
		}
	}
	return v
}

// present is the field of a person who has no frozen row, or no longer a row.
const present = "present"

type difference struct {
	field    string
	was, now int64
}

// fields are the columns that an adjustment can name.
func fields(p *fact.PersonMonth) []int64 {
	return []int64{int64(p.Village), int64(p.Kinds), int64(p.Sex), int64(p.Age), int64(p.Education), int64(p.Skill), int64(p.Status),
		int64(p.Flags), int64(p.StableMonths), int64(p.MonthsWorked), int64(p.Place), int64(p.PlaceClass), int64(p.YearPlaceClass),
		int64(p.Channel), int64(p.Industry), p.WageFen, p.Settlement, int64(p.From), int64(p.YearPlace)}
}

func setField(p *fact.PersonMonth, name string, v int64) {
	switch name {
	case "village":
		p.Village = region.Code(v)
	case "kinds":
		p.Kinds = uint32(v)
	case "sex":
		p.Sex = int(v)
	case "age":
		p.Age = int(v)
	case "education":
		p.Education = int(v)
	case "skill":
		p.Skill = int(v)
	case "status":
		p.Status = int(v)
	case "flags":
		p.Flags = fact.Flag(v)
	case "stable_months":
		p.StableMonths = int(v)
	case "months_worked":
		p.MonthsWorked = int(v)
	case "place":
		p.Place = region.Code(v)
	case "place_class":
		p.PlaceClass = int(v)
	case "year_place_class":
		p.YearPlaceClass = int(v)
	case "channel":
		p.Channel = int(v)
	case "industry":
		p.Industry = int(v)
	case "wage_fen":
		p.WageFen = v
	case "settlement":
		p.Settlement = v
	case "from_village":
		p.From = region.Code(v)
	case "year_place":
		p.YearPlace = region.Code(v)
	}
}

// descriptive fields follow the living record and are no adjustment of a count.
var descriptive = []string{"sex", "age", "education", "skill"}

func differences(was, now *fact.PersonMonth) []difference {
	if was == nil && now == nil {
		return nil
	}
	if now == nil {
		return []difference{{present, 1, 0}}
	}
	names := rowColumns[3:]
	var out []difference
	if was == nil {
		out = append(out, difference{present, 0, 1})
		for i, v := range fields(now) {
			out = append(out, difference{names[i], -1, v})
		}
		return out
	}
	a, b := fields(was), fields(now)
	for i := range a {
		if a[i] != b[i] && !slices.Contains(descriptive, names[i]) {
			out = append(out, difference{names[i], a[i], b[i]})
		}
	}
	return out
}

// knownRows are the frozen rows of some people with their adjustments so far.
func knownRows(ctx context.Context, q db.Querier, county region.Code, m calendar.Month, ids []int64) (map[int64]*fact.PersonMonth, error) {
	out := map[int64]*fact.PersonMonth{}
	keep := func(p *fact.PersonMonth) error {
		c := *p
		out[p.PersonID] = &c
		return nil
	}
	var err error
	if ids == nil {
		err = eachFrozen(ctx, q, county, m, func(p *fact.PersonMonth) { _ = keep(p) })
	} else {
		err = readRows(ctx, q, county, m, ids, keep)
	}
	if err != nil {
		return nil, err
	}
	return out, overlay(ctx, q, county, m, ids, out)
}

// overlay applies the adjustments of a closed month to its rows.
func overlay(ctx context.Context, q db.Querier, county region.Code, m calendar.Month, ids []int64, rows map[int64]*fact.PersonMonth) error {
	var a db.Args
	where := "county = " + a.Add(int64(county)) + " AND month = " + a.Add(int32(m)) + " AND settled_at = 0 AND " + live
	if ids != nil {
		where += " AND person_id IN " + db.List(&a, ids)
	}
	res, err := q.QueryContext(ctx, `SELECT person_id, field, would_be FROM adjustment WHERE `+where+` ORDER BY id`, a.Values...)
	if err != nil {
		return fmt.Errorf("adjustments: %w", err)
	}
	defer res.Close()
	for res.Next() {
		var id, v int64
		var field string
		if err := res.Scan(&id, &field, &v); err != nil {
			return fmt.Errorf("adjustments: %w", err)
		}
		switch p := rows[id]; {
		case field == present && v == 0:
			delete(rows, id)
		case p == nil:
			rows[id] = &fact.PersonMonth{Month: m, PersonID: id, WageFen: -1}
			if field != present {
				setField(rows[id], field, v)
			}
		default:
			setField(p, field, v)
		}
	}
	return res.Err()
}

// Known reads a closed month as it would be with what is known now, sorted by
// person: the frozen rows with their adjustments.
func (s *Store) Known(ctx context.Context, scope region.Scope, county region.Code, m calendar.Month) ([]fact.PersonMonth, error) {
	if !scope.Contains(county) {
		return nil, errNotFound
	}
	rows, err := knownRows(ctx, s.db.Read, county, m, nil)
	if err != nil {
		return nil, err
	}
	out := make([]fact.PersonMonth, 0, len(rows))
	for _, p := range rows {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b fact.PersonMonth) int { return int(a.PersonID - b.PersonID) })
	return out, nil
}

// Adjustment is a late fact's effect on a closed month.
type Adjustment struct {
	Month      calendar.Month
	PersonID   int64
	Field      string
	Was, Would int64
	At         int64
}

// Adjustments lists what late facts would change in a county's closed month, in
// the order in which they came.
func (s *Store) Adjustments(ctx context.Context, scope region.Scope, county region.Code, m calendar.Month) ([]Adjustment, error) {
	if !scope.Contains(county) {
		return nil, errNotFound
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT month, person_id, field, was, would_be, at FROM adjustment
		WHERE county = $1 AND month = $2 AND settled_at = 0 AND `+live+` ORDER BY id`, int64(county), int32(m))
	if err != nil {
		return nil, fmt.Errorf("adjustments: %w", err)
	}
	defer rows.Close()
	var out []Adjustment
	for rows.Next() {
		var a Adjustment
		if err := rows.Scan(&a.Month, &a.PersonID, &a.Field, &a.Was, &a.Would, &a.At); err != nil {
			return nil, fmt.Errorf("adjustments: %w", err)
		}
		out = append(out, a)
	}
	return out, rows.Err()
}
