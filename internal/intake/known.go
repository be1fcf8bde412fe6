package intake

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// known is what the ledger has of a person whose number stands in the file.
type known struct {
	fact.Person
	phoneIndex string
	homePhone  string // blind index of the household's phone
	pending    bool   // written by an import that has not finished
}

// register answers who holds the numbers of one chunk of rows.
type register struct {
	byIndex map[string]*known // blind index → holder
	former  map[string]bool   // blind index that was corrected away
}

// lookupChunk bounds the placeholders of one statement; both engines take far
// more, yet plans stop gaining here.
const lookupChunk = 2000

const knownColumns = `p.id_index, p.id, p.household_id, p.village, p.code, p.name, p.sex, p.birth, p.ethnic, p.id_kind, p.id_mask, p.relation,
	p.education, p.student, p.health, p.skill, p.willing, p.willing_on, p.political, p.allowance, p.ward, p.disability_kind, p.disability_grade,
	p.status, p.status_on, p.in_on, p.out_on, p.out_reason, p.merged_into, p.note, p.phone_mask, p.phone_index, p.version, h.code, h.phone_index,
	CASE WHEN EXISTS (SELECT 1 FROM hidden_batch hb WHERE hb.batch_id = p.batch_id) THEN 1 ELSE 0 END`

// lookup reads the holders of blind indexes, whatever their place: a number is
// unique across the installation, and the caller decides what may be told.
func lookup(ctx context.Context, q db.Querier, indexes [][]byte) (*register, error) {
	r := &register{byIndex: make(map[string]*known, len(indexes)), former: map[string]bool{}}
	for len(indexes) > 0 {
		n := min(lookupChunk, len(indexes))
		if err := r.holders(ctx, q, indexes[:n]); err != nil {
			return nil, err
		}
		if err := r.corrected(ctx, q, indexes[:n]); err != nil {
			return nil, err
		}
		indexes = indexes[n:]
	}
	return r, nil
}

func (r *register) holders(ctx context.Context, q db.Querier, indexes [][]byte) error {
	var a db.Args
	rows, err := q.QueryContext(ctx, `SELECT `+knownColumns+`
		FROM person p LEFT JOIN household h ON h.id = p.household_id WHERE p.id_index IN `+db.List(&a, indexes), a.Values...)
	if err != nil {
		return fmt.Errorf("look up numbers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		k := &known{}
		var index, phone, homePhone []byte
		var home *string
		var pending int
		p := &k.Person
		err := rows.Scan(&index, &p.ID, &p.HouseholdID, &p.Village, &p.Code, &p.Name, &p.Sex, &p.Birth, &p.Ethnic, &p.IDKind, &p.IDMask, &p.Relation,
			&p.Education, &p.Student, &p.Health, &p.Skill, &p.Willing, &p.WillingOn, &p.Political, &p.Allowance, &p.Ward, &p.Disability, &p.Grade,
			&p.Status, &p.StatusOn, &p.InOn, &p.OutOn, &p.OutReason, &p.MergedInto, &p.Note, &p.PhoneMask, &phone, &p.Version, &home, &homePhone, &pending)
		if err != nil {
			return fmt.Errorf("look up numbers: %w", err)
		}
		if home != nil {
			p.Household = *home
		}
		k.phoneIndex, k.homePhone, k.pending = string(phone), string(homePhone), pending != 0
		r.byIndex[string(index)] = k
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
// the placeholder list of one chunk; row is called after each scan into dest.
func eachOf(ctx context.Context, q db.Querier, ids []int64, query func(in string, a *db.Args) string, row func(), dest ...any) error {
	for len(ids) > 0 {
		n := min(lookupChunk, len(ids))
		var a db.Args
		text := query(db.List(&a, ids[:n]), &a)
		rows, err := q.QueryContext(ctx, text, a.Values...)
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
