package flow

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Line is the book of one place and period: Opening + In − Out = Closing.
type Line struct {
	Place            region.Code
	Opening, Closing int
	By               map[Kind]int
}

// In and Out are the sums of both sides.
func (l *Line) In() (n int) {
	for k, v := range l.By {
		if k.Entry() {
			n += v
		}
	}
	return n
}

// Out is how many went.
func (l *Line) Out() (n int) {
	for k, v := range l.By {
		if k.Exit() {
			n += v
		}
	}
	return n
}

// Book is the registers of change of a place over whole months, both ends
// included.
type Book struct {
	From, To calendar.Month
	Total    Line
	Places   []Line // of the places right below, in the order of codes
	// Inner is how many ways lie between places below: they stand in the
	// lines of both and not in the total.
	Inner  int
	Events []Event // of the total, by date
}

// Read makes the book of a place of the scope. places are the places right
// below it; nil for none.
func (s *Store) Read(ctx context.Context, scope region.Scope, at region.Code, from, to calendar.Month, places []region.Code) (*Book, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	if !from.Valid() || !to.Valid() || to < from {
		return nil, errNotFound
	}
	var lives []life
	err := s.db.Snapshot(ctx, func(q db.Querier) (err error) {
		lives, err = loadLives(ctx, q, scope.Within(at))
		return err
	})
	if err != nil {
		return nil, err
	}
	return book(lives, at, from, to, places), nil
}

func book(lives []life, at region.Code, from, to calendar.Month, places []region.Code) *Book {
	first := calendar.DateOf(from.Year(), from.Num(), 1)
	before, last := from.Add(-1).LastDay(), to.LastDay()
	b := &Book{From: from, To: to, Total: Line{Place: at, By: map[Kind]int{}}}
	lines := map[region.Code]*Line{}
	for _, p := range places {
		lines[p] = &Line{Place: p, By: map[Kind]int{}}
	}
	for i := range lives {
		l := &lives[i]
		count(b, lines, l.on(before), func(l *Line) { l.Opening++ })
		count(b, lines, l.on(last), func(l *Line) { l.Closing++ })
		for _, e := range l.events() {
			if e.Date < first || e.Date > last {
				continue
			}
			b.add(e, lines)
		}
	}
	slices.SortStableFunc(b.Events, func(x, y Event) int { return cmp.Or(cmp.Compare(y.Date, x.Date), cmp.Compare(x.Person, y.Person)) })
	for _, p := range places {
		b.Places = append(b.Places, *lines[p])
	}
	return b
}

func count(b *Book, lines map[region.Code]*Line, v region.Code, add func(*Line)) {
	if v == 0 || !b.Total.Place.Contains(v) {
		return
	}
	add(&b.Total)
	if l := below(lines, b.Total.Place, v); l != nil {
		add(l)
	}
}

// below is the line of the place right below at that holds the village, nil
// for none. Some cities have towns right below them.
func below(lines map[region.Code]*Line, at, v region.Code) *Line {
	for lv := at.Level() + 1; lv <= region.Village && len(lines) > 0; lv++ {
		if l := lines[v.At(lv)]; l != nil {
			return l
		}
	}
	return nil
}

func (b *Book) add(e Event, lines map[region.Code]*Line) {
	if k := e.kindAt(b.Total.Place); k != 0 {
		b.Total.By[k]++
		b.Events = append(b.Events, e)
	} else if e.From != 0 && b.Total.Place.Contains(e.From) {
		b.Events = append(b.Events, e)
		if below(lines, b.Total.Place, e.From) != below(lines, b.Total.Place, e.To) {
			b.Inner++
		}
	}
	for _, v := range []region.Code{e.From, e.To} {
		if v == 0 || !b.Total.Place.Contains(v) {
			continue
		}
		if l := below(lines, b.Total.Place, v); l != nil {
			if k := e.kindAt(l.Place); k != 0 {
				l.By[k]++
			}
		}
	}
}

// loadLives reads everybody who belongs or belonged to the scope.
func loadLives(ctx context.Context, q db.Querier, scope region.Scope) ([]life, error) {
	var a db.Args
	who := `WITH who AS (SELECT id FROM person WHERE ` + scope.Predicate("village", a.Add) + ` UNION SELECT person_id AS id FROM residence WHERE ` + scope.Predicate("village", a.Add) + `) `
	live := func(t string) string {
		return "NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = " + t + ".batch_id)"
	}
	rows, err := q.QueryContext(ctx, who+`SELECT p.id, p.name, p.id_mask, p.birth, p.village, p.in_on, p.out_on, p.out_reason, p.merged_into
		FROM who JOIN person p ON p.id = who.id WHERE `+live("p")+` ORDER BY p.id`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("read lives: %w", err)
	}
	var out []life
	for rows.Next() {
		var l life
		if err := rows.Scan(&l.id, &l.name, &l.mask, &l.birth, &l.village, &l.in, &l.out, &l.why, &l.merged); err != nil {
			rows.Close()
			return nil, fmt.Errorf("read lives: %w", err)
		}
		out = append(out, l)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read lives: %w", err)
	}
	err = join(ctx, q, out, who+`SELECT r.person_id, r.since, r.until, r.village FROM who JOIN residence r ON r.person_id = who.id
		WHERE `+live("r")+` ORDER BY r.person_id, r.since`, a.Values, func(rows *sql.Rows, id *int64) (func(*life), error) {
		var s stay
		err := rows.Scan(id, &s.since, &s.until, &s.village)
		return func(l *life) { l.stays = append(l.stays, s) }, err
	})
	if err != nil {
		return nil, err
	}
	return out, readPapers(ctx, q, who, a, out)
}

func readPapers(ctx context.Context, q db.Querier, who string, a db.Args, out []life) error {
	return join(ctx, q, out, who+`SELECT f.person_id, f.id, f.kind, f.on_date, f.village, f.other, f.other_place, f.reason, f.document, f.at,
			coalesce((SELECT u.name FROM app_user u WHERE u.id = f.by_user), ''),
			(SELECT count(*) FROM month_close c WHERE c.state <> 'open' AND c.county = f.village / 1000000 * 1000000 AND c.month = f.on_date / 100)
		FROM who JOIN person_flow f ON f.person_id = who.id WHERE f.undone_at = 0 ORDER BY f.person_id, f.id`, a.Values, func(rows *sql.Rows, id *int64) (func(*life), error) {
		var p Paper
		var closed int
		err := rows.Scan(id, &p.ID, &p.Kind, &p.On, &p.Village, &p.Other, &p.Place, &p.Reason, &p.Document, &p.At, &p.By, &closed)
		p.Undoable = closed == 0
		return func(l *life) { l.papers = append(l.papers, p) }, err
	})
}

// join hands every row to its life; both are sorted by person.
func join(ctx context.Context, q db.Querier, out []life, query string, args []any, scan func(*sql.Rows, *int64) (func(*life), error)) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read lives: %w", err)
	}
	defer rows.Close()
	at := 0
	for rows.Next() {
		var id int64
		put, err := scan(rows, &id)
		if err != nil {
			return fmt.Errorf("read lives: %w", err)
		}
		for at < len(out) && out[at].id < id {
			at++
		}
		if at < len(out) && out[at].id == id {
			put(&out[at])
		}
	}
	return rows.Err()
}

// Papers are the standing entries of a person of the scope, oldest first.
func (s *Store) Papers(ctx context.Context, scope region.Scope, person int64) ([]Paper, error) {
	if _, _, reduced, err := s.people.InTx(ctx, s.db.Read, scope, person); err != nil || reduced {
		return nil, orNotFound(err)
	}
	lives := []life{{id: person}}
	var a db.Args
	err := readPapers(ctx, s.db.Read, `WITH who AS (SELECT id FROM person WHERE id = `+a.Add(person)+`) `, a, lives)
	return lives[0].papers, err
}
