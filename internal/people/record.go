package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Record is one person as a page shows them: masked, with kinds and needs.
type Record struct {
	fact.Person
	// Reduced says that the caller sees the person only because they work in
	// the caller's area: no phone, household, kinds, needs or notes.
	Reduced   bool
	Need      fact.Need
	HasNeed   bool
	CreatedAt int64
	UpdatedAt int64
}

const personColumns = `p.id, p.household_id, p.village, p.code, p.name, p.sex, p.birth, p.ethnic,
	p.id_kind, p.id_mask, p.phone_mask, p.relation, p.education, p.student, p.health, p.skill,
	p.willing, p.willing_on, p.political, p.allowance, p.ward, p.disability_kind, p.disability_grade,
	p.settlement, p.status, p.status_on, p.status_source, p.in_on, p.out_on, p.out_reason,
	p.merged_into, p.note, p.version, p.created_at, p.updated_at`

type scanner interface{ Scan(...any) error }

func scanRecord(row scanner) (Record, error) {
	var r Record
	p := &r.Person
	err := row.Scan(&p.ID, &p.HouseholdID, &p.Village, &p.Code, &p.Name, &p.Sex, &p.Birth, &p.Ethnic,
		&p.IDKind, &p.IDMask, &p.PhoneMask, &p.Relation, &p.Education, &p.Student, &p.Health, &p.Skill,
		&p.Willing, &p.WillingOn, &p.Political, &p.Allowance, &p.Ward, &p.Disability, &p.Grade,
		&p.Settlement, &p.Status, &p.StatusOn, &p.StatusFrom, &p.InOn, &p.OutOn, &p.OutReason,
		&p.MergedInto, &p.Note, &p.Version, &r.CreatedAt, &r.UpdatedAt)
	return r, err
}

// Get is one person. Out of scope, hidden and absent are all NotFound.
func (s *Store) Get(ctx context.Context, scope region.Scope, id int64) (Record, error) {
	var r Record
	err := s.db.Snapshot(ctx, func(q db.Querier) (err error) {
		r, err = s.get(ctx, q, scope, id)
		return err
	})
	return r, err
}

func (s *Store) get(ctx context.Context, q db.Querier, scope region.Scope, id int64) (Record, error) {
	var a db.Args
	cond := "p.id = " + a.Add(id) + " AND " + Visible(scope, s.month(), &a) + " AND " + live("p")
	r, err := scanRecord(q.QueryRowContext(ctx, `SELECT `+personColumns+` FROM person p WHERE `+cond, a.Values...))
	if errors.Is(err, sql.ErrNoRows) {
		return Record{}, errNotFound
	}
	if err != nil {
		return Record{}, fmt.Errorf("read person: %w", err)
	}
	if !scope.Contains(r.Village) {
		return reduce(r), nil
	}
	if err := q.QueryRowContext(ctx, `SELECT code FROM household WHERE id = $1`, r.HouseholdID).Scan(&r.Household); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Record{}, fmt.Errorf("read household: %w", err)
	}
	if r.Kinds, err = readKinds(ctx, q, id); err != nil {
		return Record{}, err
	}
	r.Need, r.HasNeed, err = readNeed(ctx, q, id)
	return r, err
}

// errMerged refuses to change a record that was joined to another: the one that
// it points to is to be changed.
var errMerged = fault.New(fault.Conflict, "people.merged")

// resident reads a person whom the caller may change: only by residence, and
// not a record that another has taken over.
func (s *Store) resident(ctx context.Context, q db.Querier, scope region.Scope, id int64) (Record, error) {
	if err := db.Hold(ctx, q, "person", id); err != nil {
		return Record{}, err
	}
	r, err := s.get(ctx, q, scope, id)
	if err != nil {
		return Record{}, err
	}
	if r.Reduced {
		return Record{}, errNotFound
	}
	if r.MergedInto != 0 {
		return Record{}, errMerged
	}
	return r, nil
}

// reduce keeps what the place of work needs to know of a worker.
func reduce(r Record) Record {
	p := r.Person
	return Record{Reduced: true, UpdatedAt: r.UpdatedAt, Person: fact.Person{
		ID: p.ID, Village: p.Village.At(region.County), Name: p.Name, Sex: p.Sex, Birth: p.Birth / 10000 * 10000,
		IDKind: p.IDKind, IDMask: p.IDMask, Skill: p.Skill, Status: p.Status, StatusOn: p.StatusOn,
		OutOn: p.OutOn, OutReason: p.OutReason, MergedInto: p.MergedInto, Version: p.Version,
	}}
}

func readKinds(ctx context.Context, q db.Querier, id int64) ([]fact.PersonKind, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT k.kind, k.since, k.until, k.risk_removed_on, k.risk, k.source FROM person_kind k
		WHERE k.person_id = $1 AND `+live("k")+` ORDER BY k.since, k.kind`, id)
	if err != nil {
		return nil, fmt.Errorf("read kinds: %w", err)
	}
	defer rows.Close()
	var out []fact.PersonKind
	for rows.Next() {
		var k fact.PersonKind
		if err := rows.Scan(&k.Kind, &k.Since, &k.Until, &k.RiskRemovedOn, &k.Risk, &k.Source); err != nil {
			return nil, fmt.Errorf("read kinds: %w", err)
		}
		out = append(out, k)
	}
	return out, rows.Err()
}

func readNeed(ctx context.Context, q db.Querier, id int64) (n fact.Need, ok bool, err error) {
	err = q.QueryRowContext(ctx, `
		SELECT n.plan_out, n.plan_place, n.wanted_job, n.wanted_wage_fen, n.service, n.training, n.surveyed_on
		FROM need n WHERE n.person_id = $1 AND `+live("n"), id).
		Scan(&n.PlanOut, &n.PlanPlace, &n.WantedJob, &n.WantedWageFen, &n.Service, &n.Training, &n.SurveyedOn)
	if errors.Is(err, sql.ErrNoRows) {
		return fact.Need{WantedWageFen: -1}, false, nil
	}
	if err != nil {
		return n, false, fmt.Errorf("read needs: %w", err)
	}
	return n, true, nil
}

// openFor is the range of months that a change of a person's standing facts
// touches: from the month of the fact to the end.
func openFor(d calendar.Date) (from, to calendar.Month) { return d.Month(), calendar.Open }

// InTx reads a person within another slice's transaction: NotFound outside the
// scope, reduced where only their place of work lies in it.
func (s *Store) InTx(ctx context.Context, q db.Querier, scope region.Scope, id int64) (fact.Person, *fact.Need, bool, error) {
	if err := db.Hold(ctx, q, "person", id); err != nil {
		return fact.Person{}, nil, false, err
	}
	r, err := s.get(ctx, q, scope, id)
	return r.Person, r.needOf(), r.Reduced, err
}
