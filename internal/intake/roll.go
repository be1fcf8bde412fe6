package intake

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// A file that names a good part of a region's people is checked against a roll
// of the whole region, read once in the order of the disk: looking 200,000
// numbers up one by one costs ten times as much, and more where the file's
// order is not the ledger's.
const (
	rollRatio = 8         // a file that names fewer than one in eight looks its numbers up
	rollMax   = 1_500_000 // 120 bytes each bound the memory
)

// rollRows is the size from which on a file is checked against a roll. Tests
// make it smaller.
var rollRows int64 = 5_000

// entry is a holder of a number as far as every import asks. It has no pointers:
// the collector passes 200,000 of them at one go.
type entry struct {
	index           [16]byte
	id, home        int64
	village         region.Code
	merged          int64
	name, household textAt
	birth           calendar.Date
	statusOn, outOn calendar.Date
	student, skill  int16
	ward, status    int16
	outReason       int16
	pending         bool
}

// roll is everybody of a region by number.
type roll struct {
	complete bool // nobody outside the region holds a number
	former   bool // some number was corrected
	hidden   map[int64]bool
	entries  []entry  // in the order of ids
	slots    []uint32 // open addressing by the index, which is evenly spread; entry + 1
	names    texts
}

// readRoll reads the roll of a region, or answers nil where looking up costs
// less: expect is how many rows the file has.
func readRoll(ctx context.Context, d *db.DB, at region.Code, expect int64) (*roll, error) {
	if expect < rollRows {
		return nil, nil
	}
	r := &roll{}
	err := d.Sweep(ctx, func(q db.Querier) error {
		people, err := r.size(ctx, q, at)
		if err != nil || people > rollMax || people > expect*rollRatio {
			r = nil
			return err
		}
		return r.read(ctx, q, at, people)
	})
	if err != nil {
		return nil, fmt.Errorf("read the roll: %w", err)
	}
	return r, nil
}

func (r *roll) size(ctx context.Context, q db.Querier, at region.Code) (people int64, err error) {
	var a db.Args
	var former int
	var all int64
	err = q.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM person p WHERE `+region.ScopeOf(at).Predicate("p.village", a.Add)+`),
		(SELECT count(*) FROM person), CASE WHEN EXISTS (SELECT 1 FROM former_id) THEN 1 ELSE 0 END`, a.Values...).Scan(&people, &all, &former)
	r.complete, r.former = people == all, former != 0
	return people, err
}

func (r *roll) read(ctx context.Context, q db.Querier, at region.Code, people int64) error {
	reg := register{hidden: map[int64]bool{}}
	if err := reg.unfinished(ctx, q); err != nil {
		return err
	}
	r.hidden = reg.hidden
	r.entries = make([]entry, 0, people)
	var a db.Args
	where, order := region.ScopeOf(at).Predicate("p.village", a.Add), ""
	if r.complete {
		// Everybody, and so in the order of the table and not of an index.
		where, order, a = "p.id > 0", " ORDER BY p.id", db.Args{}
	}
	rows, err := q.QueryContext(ctx, `SELECT p.id_index, p.id, p.household_id, p.village, p.name, p.birth, p.student, p.skill, p.ward,
			p.status, p.status_on, p.out_on, p.out_reason, p.merged_into, p.batch_id, h.code
		FROM person p LEFT JOIN household h ON h.id = p.household_id WHERE `+where+order, a.Values...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var e entry
	var index, name, home sql.RawBytes
	var batch int64
	dest := []any{&index, &e.id, &e.home, &e.village, &name, &e.birth, &e.student, &e.skill, &e.ward,
		&e.status, &e.statusOn, &e.outOn, &e.outReason, &e.merged, &batch, &home}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		copy(e.index[:], index)
		e.name, e.household, e.pending = keepText(&r.names, name), keepText(&r.names, home), r.hidden[batch]
		r.entries = append(r.entries, e)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	slices.SortFunc(r.entries, func(a, b entry) int { return int(min(1, max(-1, a.id-b.id))) })
	r.place()
	return nil
}

// place fills the slots.
func (r *roll) place() {
	n := 16
	for n < 2*len(r.entries) {
		n *= 2
	}
	r.slots = make([]uint32, n)
	for i := range r.entries {
		at := r.slot(r.entries[i].index[:])
		for r.slots[at] != 0 {
			at = (at + 1) & (n - 1)
		}
		r.slots[at] = uint32(i + 1)
	}
}

func (r *roll) slot(index []byte) int {
	return int(binary.LittleEndian.Uint64(index) & uint64(len(r.slots)-1))
}

// find is the holder of a blind index, or nil.
func (r *roll) find(index []byte) *entry {
	if len(index) != len(entry{}.index) {
		return nil
	}
	for at := r.slot(index); r.slots[at] != 0; at = (at + 1) & (len(r.slots) - 1) {
		if e := &r.entries[r.slots[at]-1]; string(e.index[:]) == string(index) {
			return e
		}
	}
	return nil
}

// has reports whether a person is on the roll.
func (r *roll) has(id int64) bool {
	_, ok := slices.BinarySearchFunc(r.entries, id, func(e entry, id int64) int { return int(min(1, max(-1, e.id-id))) })
	return ok
}

// fill writes a holder in the form of a look-up.
func (r *roll) fill(k *known, e *entry) {
	k.ID, k.HouseholdID, k.Village, k.Name, k.Household = e.id, e.home, e.village, r.names.get(e.name), r.names.get(e.household)
	k.Birth, k.Student, k.Skill, k.Ward = e.birth, int(e.student), int(e.skill), int(e.ward)
	k.Status, k.StatusOn, k.OutOn, k.OutReason = int(e.status), e.statusOn, e.outOn, int(e.outReason)
	k.MergedInto, k.pending = e.merged, e.pending
}

// lookup answers who holds the numbers of a chunk. Numbers that are not on the
// roll may be held elsewhere. wide fills what only an import of people
// compares; those are read by id.
func (r *roll) lookup(ctx context.Context, q db.Querier, indexes [][]byte, wide bool) (*register, error) {
	out := &register{byIndex: make(map[string]*known, len(indexes)), former: map[string]bool{}, hidden: r.hidden}
	slab := make([]known, 0, len(indexes))
	var ids []int64
	var absent [][]byte
	for _, index := range indexes {
		switch e := r.find(index); {
		case e == nil:
			absent = append(absent, index)
		case wide:
			ids = append(ids, e.id)
		default:
			slab = append(slab, known{})
			r.fill(&slab[len(slab)-1], e)
			out.byIndex[string(index)] = &slab[len(slab)-1]
		}
	}
	slices.Sort(ids)
	for len(ids) > 0 {
		n := min(idChunk, len(ids))
		if err := out.holders(ctx, q, `p.id IN `+idList(ids[:n]), nil, true); err != nil {
			return nil, err
		}
		ids = ids[n:]
	}
	for len(absent) > 0 && (!r.complete || r.former) {
		n := min(lookupChunk, len(absent))
		if !r.complete {
			var a db.Args
			if err := out.holders(ctx, q, `p.id_index IN `+db.List(&a, absent[:n]), a.Values, wide); err != nil {
				return nil, err
			}
		}
		if r.former {
			if err := out.corrected(ctx, q, absent[:n]); err != nil {
				return nil, err
			}
		}
		absent = absent[n:]
	}
	return out, nil
}

// stint is a spell under one of its terms, as the ledger has it.
type stint struct {
	person, spell  int64
	place          region.Code
	wage, fare     int64
	start, end     calendar.Month
	from           calendar.Month
	employer       uint32
	class, channel int8
	industry, p2p  int8
}

// workRoll is the work of everybody on a roll.
type workRoll struct {
	stints    []stint // by person, start, spell, term
	employers words
	seen      []int64 // spells that some source has seen in the month, ascending
}

// readWork reads the spells of the roll's people and which of them were seen in
// a month; nil where their numbers lie too far apart for one sweep.
func (r *roll) readWork(ctx context.Context, d *db.DB, m calendar.Month) (*workRoll, error) {
	n := int64(len(r.entries))
	if n == 0 {
		return &workRoll{}, nil
	}
	lo, hi := r.entries[0].id, r.entries[n-1].id
	if hi-lo >= 4*n {
		return nil, nil
	}
	w := &workRoll{}
	err := d.Sweep(ctx, func(q db.Querier) error {
		if err := w.readStints(ctx, q, r, lo, hi); err != nil {
			return err
		}
		return w.readSeen(ctx, q, r, lo, hi, m)
	})
	if err != nil {
		return nil, fmt.Errorf("read the roll's work: %w", err)
	}
	return w, nil
}

func (w *workRoll) readStints(ctx context.Context, q db.Querier, r *roll, lo, hi int64) error {
	rows, err := q.QueryContext(ctx, `SELECT s.person_id, s.id, s.start_month, s.end_month, t.from_month, t.wage_fen, t.employer, t.place, t.place_class,
			t.channel, t.industry, t.point_to_point, t.transport_fen, s.batch_id, t.batch_id
		FROM spell s JOIN spell_term t ON t.person_id = s.person_id AND t.spell_id = s.id
		WHERE s.person_id BETWEEN $1 AND $2 ORDER BY s.person_id, s.id, t.from_month`, lo, hi)
	if err != nil {
		return err
	}
	defer rows.Close()
	var s stint
	var employer sql.RawBytes
	var batch, termBatch int64
	dest := []any{&s.person, &s.spell, &s.start, &s.end, &s.from, &s.wage, &employer, &s.place, &s.class, &s.channel, &s.industry, &s.p2p, &s.fare, &batch, &termBatch}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if len(r.hidden) > 0 && (r.hidden[batch] || r.hidden[termBatch]) || !r.complete && !r.has(s.person) {
			continue
		}
		s.employer = w.employers.number(employer)
		w.stints = append(w.stints, s)
	}
	// Within a person spells come by start, not by number.
	for i := 0; i < len(w.stints); {
		k := i + 1
		for k < len(w.stints) && w.stints[k].person == w.stints[i].person {
			k++
		}
		slices.SortStableFunc(w.stints[i:k], func(a, b stint) int { return int(a.start - b.start) })
		i = k
	}
	return rows.Err()
}

func (w *workRoll) readSeen(ctx context.Context, q db.Querier, r *roll, lo, hi int64, m calendar.Month) error {
	rows, err := q.QueryContext(ctx, `SELECT spell_id FROM spell_seen WHERE person_id BETWEEN $1 AND $2 AND month = $3`, lo, hi, int64(m))
	if err != nil {
		return err
	}
	defer rows.Close()
	var id int64
	for rows.Next() {
		if err := rows.Scan(&id); err != nil {
			return err
		}
		w.seen = append(w.seen, id)
	}
	slices.Sort(w.seen)
	return rows.Err()
}

// of answers the spells of people and which of them were seen, in the form of
// loadSpells and loadSeen.
func (w *workRoll) of(ids []int64) (map[int64][]fact.Spell, map[int64]bool) {
	spells, seen := make(map[int64][]fact.Spell, len(ids)), map[int64]bool{}
	for _, id := range ids {
		i, ok := slices.BinarySearchFunc(w.stints, id, func(s stint, id int64) int { return int(min(1, max(-1, s.person-id))) })
		if !ok {
			continue
		}
		var list []fact.Spell
		for ; i < len(w.stints) && w.stints[i].person == id; i++ {
			s := &w.stints[i]
			if n := len(list); n == 0 || list[n-1].ID != s.spell {
				list = append(list, fact.Spell{ID: s.spell, PersonID: id, Start: s.start, End: s.end})
				if _, ok := slices.BinarySearch(w.seen, s.spell); ok {
					seen[s.spell] = true
				}
			}
			last := &list[len(list)-1]
			last.Terms = append(last.Terms, s.term(w.employers.list))
		}
		spells[id] = list
	}
	return spells, seen
}
