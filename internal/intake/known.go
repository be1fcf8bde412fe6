package intake

import (
	"context"
	"fmt"
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

// known is what the ledger has of a person whose number stands in the file.
type known struct {
	fact.Person
	phoneIndex string
	homePhone  string // blind index of the household's phone
	pending    bool   // written by an import that has not finished
	Aid        *fact.Aid
}

// register answers who holds the numbers of one chunk of rows.
type register struct {
	byIndex map[string]*known // blind index → holder
	former  map[string]bool   // blind index that was corrected away
	hidden  map[int64]bool    // batches that have not finished
}

// ids are the holders.
func (r *register) ids() []int64 {
	out := make([]int64, 0, len(r.byIndex))
	for _, k := range r.byIndex {
		out = append(out, k.ID)
	}
	return out
}

// readAll reads the rows of a chunk and looks up who holds their numbers. read
// answers what a row says and its blind index, nil where the number is none.
func readAll[W any](ctx context.Context, c *checker, rows []transfer.Row, wide bool, read func(*row) (W, []byte)) ([]W, *register, error) {
	out := make([]W, len(rows))
	var indexes [][]byte
	var unread []*row
	who, err := c.whoms(ctx, rows)
	if err != nil {
		return nil, nil, err
	}
	for i := range rows {
		var index []byte
		r := &row{Row: rows[i], rd: c.rd}
		if who != nil {
			r.who = who[i]
		}
		if out[i], index = read(r); index != nil {
			indexes = append(indexes, index)
		} else if c.b.Full {
			unread = append(unread, r)
		}
	}
	reg, err := c.lookup(ctx, indexes, wide)
	if err == nil {
		c.call(reg, unread)
	}
	return out, reg, err
}

// lookup asks the roll of the region where the file is large enough for one.
func (c *checker) lookup(ctx context.Context, indexes [][]byte, wide bool) (_ *register, err error) {
	if !c.rolled {
		c.rolled = true
		if c.roll, err = readRoll(ctx, c.db, c.b.Region, c.b.Expect); err != nil {
			return nil, err
		}
	}
	if c.roll != nil {
		return c.roll.lookup(ctx, c.db.Read, indexes, wide)
	}
	return lookup(ctx, c.db.Read, indexes, wide)
}

// lookupChunk bounds the placeholders of one statement: SQLite looks each $n up
// in a list, so 2,000 of them cost ten times as much as ten times 200.
const lookupChunk = 200

// idChunk bounds a list of ids, which are written into the statement as they
// are: whole numbers of our own, without placeholders to look up.
const idChunk = 2000

func idList(ids []int64) string {
	b := make([]byte, 0, 8*len(ids)+2)
	b = append(b, '(')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(append(b, ')'))
}

// personColumnsWide are what an import of people compares.
const personColumnsWide = `p.sex, p.ethnic, p.id_kind, p.id_mask, p.relation, p.education, p.health, p.willing, p.willing_on, p.political,
	p.allowance, p.disability_kind, p.disability_grade, p.settlement, p.in_on, p.note, p.phone_mask, p.phone_index, p.version, p.code, h.phone_index`

// personColumnsNarrow are what every import asks.
const personColumnsNarrow = `p.id_index, p.id, p.household_id, p.village, p.name, p.birth, p.student, p.skill, p.ward,
	p.status, p.status_on, p.out_on, p.out_reason, p.merged_into, p.batch_id, h.code`

// lookup reads the holders of blind indexes, whatever their place: a number is
// unique across the installation, and the caller decides what may be told.
// wide fills what only an import of people compares.
func lookup(ctx context.Context, q db.Querier, indexes [][]byte, wide bool) (*register, error) {
	r := &register{byIndex: make(map[string]*known, len(indexes)), former: map[string]bool{}, hidden: map[int64]bool{}}
	if err := r.unfinished(ctx, q); err != nil {
		return nil, err
	}
	var any int
	if err := q.QueryRowContext(ctx, `SELECT CASE WHEN EXISTS (SELECT 1 FROM former_id) THEN 1 ELSE 0 END`).Scan(&any); err != nil {
		return nil, fmt.Errorf("look up former numbers: %w", err)
	}
	for len(indexes) > 0 {
		n := min(lookupChunk, len(indexes))
		var a db.Args
		if err := r.holders(ctx, q, `p.id_index IN `+db.List(&a, indexes[:n]), a.Values, wide); err != nil {
			return nil, err
		}
		if any != 0 {
			if err := r.corrected(ctx, q, indexes[:n]); err != nil {
				return nil, err
			}
		}
		indexes = indexes[n:]
	}
	return r, nil
}

// unfinished reads the few batches that are hidden.
func (r *register) unfinished(ctx context.Context, q db.Querier) error {
	rows, err := q.QueryContext(ctx, `SELECT batch_id FROM hidden_batch`)
	if err != nil {
		return fmt.Errorf("read hidden batches: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("read hidden batches: %w", err)
		}
		r.hidden[id] = true
	}
	return rows.Err()
}

func (r *register) holders(ctx context.Context, q db.Querier, where string, args []any, wide bool) error {
	columns := personColumnsNarrow
	if wide {
		columns += ", " + personColumnsWide
	}
	rows, err := q.QueryContext(ctx, `SELECT `+columns+` FROM person p LEFT JOIN household h ON h.id = p.household_id WHERE `+where, args...)
	if err != nil {
		return fmt.Errorf("look up numbers: %w", err)
	}
	defer rows.Close()
	// One set of destinations for all rows: Scan takes their addresses.
	var w known
	var index, phone, homePhone []byte
	var batch int64
	var home *string
	p := &w.Person
	dest := []any{&index, &p.ID, &p.HouseholdID, &p.Village, &p.Name, &p.Birth, &p.Student, &p.Skill, &p.Ward,
		&p.Status, &p.StatusOn, &p.OutOn, &p.OutReason, &p.MergedInto, &batch, &home}
	if wide {
		dest = append(dest, &p.Sex, &p.Ethnic, &p.IDKind, &p.IDMask, &p.Relation, &p.Education, &p.Health, &p.Willing, &p.WillingOn, &p.Political,
			&p.Allowance, &p.Disability, &p.Grade, &p.Settlement, &p.InOn, &p.Note, &p.PhoneMask, &phone, &p.Version, &p.Code, &homePhone)
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("look up numbers: %w", err)
		}
		k := w
		if home != nil {
			k.Household = *home
		}
		k.phoneIndex, k.homePhone, k.pending = string(phone), string(homePhone), r.hidden[batch]
		r.byIndex[string(index)] = &k
	}
	return rows.Err()
}

func (r *register) corrected(ctx context.Context, q db.Querier, indexes [][]byte) error {
	var a db.Args
	rows, err := q.QueryContext(ctx, `SELECT id_index FROM former_id WHERE id_index IN `+db.List(&a, indexes), a.Values...)
	if err != nil {
		return fmt.Errorf("look up former numbers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var index []byte
		if err := rows.Scan(&index); err != nil {
			return fmt.Errorf("look up former numbers: %w", err)
		}
		r.former[string(index)] = true
	}
	return rows.Err()
}

// eachOf runs a query whose list of people is split into chunks. query gets
// the list of one chunk; row is called after each scan into dest.
func eachOf(ctx context.Context, q db.Querier, ids []int64, query func(in string, a *db.Args) string, row func(), dest ...any) error {
	for len(ids) > 0 {
		n := min(idChunk, len(ids))
		var a db.Args
		statement := query(idList(ids[:n]), &a)
		rows, err := q.QueryContext(ctx, statement, a.Values...)
		if err != nil {
			return err
		}
		for rows.Next() {
			if err := rows.Scan(dest...); err != nil {
				rows.Close()
				return err
			}
			row()
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// live is the condition that the rows of an alias are visible.
func live(alias string) string {
	return "NOT EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = " + alias + ".batch_id)"
}

// loadKinds reads the population kinds of people.
func loadKinds(ctx context.Context, q db.Querier, by map[int64]*known) error {
	var id int64
	var k fact.PersonKind
	err := eachOf(ctx, q, keys(by), func(in string, _ *db.Args) string {
		return `SELECT k.person_id, k.kind, k.since, k.until, k.risk_removed_on, k.risk, k.source FROM person_kind k
			WHERE k.person_id IN ` + in + ` AND ` + live("k") + ` ORDER BY k.person_id, k.since`
	}, func() { by[id].Kinds = append(by[id].Kinds, k) }, &id, &k.Kind, &k.Since, &k.Until, &k.RiskRemovedOn, &k.Risk, &k.Source)
	if err != nil {
		return fmt.Errorf("read kinds: %w", err)
	}
	return nil
}

func keys[V any](m map[int64]V) []int64 {
	out := make([]int64, 0, len(m))
	for id := range m {
		out = append(out, id)
	}
	return out
}

// closedUntil is the last closed month of each county in a region: facts that
// are undated begin after it.
func closedUntil(ctx context.Context, q db.Querier, at region.Code) (map[region.Code]calendar.Month, error) {
	lo, hi := at.Range()
	if at.Level() > region.County {
		lo, hi = at.At(region.County).Range()
	}
	rows, err := q.QueryContext(ctx, `SELECT county, MAX(month) FROM month_close
		WHERE state = 'closed' AND county >= $1 AND county < $2 GROUP BY county`, int64(lo), int64(hi))
	if err != nil {
		return nil, fmt.Errorf("read closed months: %w", err)
	}
	defer rows.Close()
	out := map[region.Code]calendar.Month{}
	for rows.Next() {
		var c region.Code
		var m calendar.Month
		if err := rows.Scan(&c, &m); err != nil {
			return nil, fmt.Errorf("read closed months: %w", err)
		}
		out[c] = m
	}
	return out, rows.Err()
}
