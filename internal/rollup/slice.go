package rollup

import (
	"context"
	"hash/fnv"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
)

// Dim is a dimension by which people of a month are told apart.
type Dim string

// The dimensions with the values that Query.Where takes and a cell's keys
// give. Everybody has exactly one value of a dimension, so that its cells add
// up to the whole; of kind and area tag a person may have several (Overlaps).
const (
	DimPlace      Dim = "place"       // residence: region codes of any level
	DimKind       Dim = "kind"        // fact.Kind 1–10, 0 none; overlaps
	DimClass      Dim = "class"       // population class (ClassPoor …)
	DimSex        Dim = "sex"         // fact.Sex, 0 not stated
	DimAge        Dim = "age"         // AgeBand 1–AgeBands, 0 unknown
	DimEducation  Dim = "education"   // fact.Education, 0 not stated
	DimSkill      Dim = "skill"       // fact.Skill, 0 not stated
	DimChannel    Dim = "channel"     // fact.Channel of the work at the month's end, 0 none
	DimPlaceClass Dim = "place_class" // fact.PlaceClass of that work, 0 none
	DimIndustry   Dim = "industry"    // fact.Industry of that work, 0 none
	DimSettlement Dim = "settlement"  // register id of the settlement, 0 none
	DimTag        Dim = "tag"         // TagKey of a list of areas in force at the month's end, 0 in none; overlaps
)

// Dims lists the dimensions in their order on pages.
var Dims = []Dim{DimPlace, DimKind, DimClass, DimSex, DimAge, DimEducation, DimSkill, DimChannel, DimPlaceClass, DimIndustry, DimSettlement, DimTag}

// AnySettlement in Where is everybody who lives in one, whichever.
const AnySettlement = -1

// Overlaps reports a dimension of which a person may have several values: its
// cells do not add up to the whole.
func (d Dim) Overlaps() bool { return d == DimKind || d == DimTag }

// Values lists what a dimension of fixed values takes, 0 last; nil for place,
// settlement and tag, whose values are the installation's.
func (d Dim) Values() []int64 {
	enum := map[Dim]*fact.Enum{DimKind: fact.Kind, DimSex: fact.Sex, DimEducation: fact.Education, DimSkill: fact.Skill,
		DimChannel: fact.Channel, DimPlaceClass: fact.PlaceClass, DimIndustry: fact.Industry}[d]
	var out []int64
	switch {
	case enum != nil:
		for _, w := range enum.Words {
			out = append(out, int64(w.Code))
		}
	case d == DimAge:
		for i := range AgeBands {
			out = append(out, int64(i+1))
		}
	case d == DimClass:
		for _, c := range Classes[:len(Classes)-1] {
			out = append(out, int64(c))
		}
	default:
		return nil
	}
	return append(out, 0)
}

// TagKey is the number of a list of areas in Where and in cells: the same in
// every installation and process. It has at most ten digits: longer numbers are
// taken for somebody's and kept out of saved questions and logs.
func TagKey(id string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return int64(h.Sum32())
}

// Query asks for a slice: the people of a place and month who meet every
// dimension of Where with one of its values, told apart by up to two
// dimensions. The values stand in the dimension's own numbers.
type Query struct {
	At    region.Code
	Month calendar.Month
	View  View
	Where map[Dim][]int64
	By    []Dim        // none, one or two different ones
	Level region.Level // of the cells by place; Nation means one below At
	Cell  []int64      // narrows to one cell of By: its keys, in order; nil all
}

// Only is the query narrowed to one cell, for the list behind it.
func (q Query) Only(c *SliceCell) Query {
	q.Cell = slices.Clone(c.Keys)
	return q
}

// level of the cells by place.
func (q *Query) level() region.Level {
	if q.Level != region.Nation {
		return q.Level
	}
	return min(q.At.Level()+1, region.Village)
}

// SliceCell is one cell: its keys, one per dimension of By, and its figures:
// Value answers every Count, Total and Ratio of the registry by the same code
// as a place's. Figures of kind Move and Absorb are not known of a cell. Who
// began or ended work while moving within Query.At counts in the cell of the
// new village, so that cells by place add up too; the figures of a child by
// itself do not have them.
type SliceCell struct {
	Keys []int64
	Figures
}

// Sliced is the answer: Whole is everybody who meets Where, Cells are the
// cells with any row, by their keys ascending.
type Sliced struct {
	Query Query
	Whole SliceCell
	Cells []SliceCell
	Tags  map[int64]string // lists of areas by TagKey, those in force at the month's end
}

// Cell finds a cell by its keys, nil where nobody is in it.
func (s *Sliced) Cell(keys ...int64) *SliceCell {
	i, ok := slices.BinarySearchFunc(s.Cells, keys, func(c SliceCell, k []int64) int { return slices.Compare(c.Keys, k) })
	if !ok {
		return nil
	}
	return &s.Cells[i]
}

// maxCells bounds an answer: a table that anybody reads has some hundreds.
const maxCells = 20_000

// AreaTags tells the lists of areas in force on a day (internal/region/regionstore).
type AreaTags interface {
	AllTags(ctx context.Context, on calendar.Date) (map[string]map[region.Code]bool, error)
}

// UseTags connects the lists of areas; without them DimTag has only "none".
func (s *Service) UseTags(t AreaTags) { s.tags = t }

// tagsIn lists the lists of areas in force at the end of a month by TagKey.
func (s *Service) tagsIn(ctx context.Context, m calendar.Month) (map[int64]string, map[int64]map[region.Code]bool, error) {
	names, places := map[int64]string{}, map[int64]map[region.Code]bool{}
	if s.tags == nil {
		return names, places, nil
	}
	all, err := s.tags.AllTags(ctx, m.LastDay())
	if err != nil {
		return nil, nil, err
	}
	for id, at := range all {
		names[TagKey(id)], places[TagKey(id)] = id, at
	}
	return names, places, nil
}

// Slice answers a query. It costs one pass over the rows of the place's
// blocks, in parallel; a question about places and tags alone reads the sums
// of the villages.
func (s *Service) Slice(ctx context.Context, scope region.Scope, q Query) (Sliced, error) {
	p, entries, err := s.prepare(ctx, scope, q)
	if err != nil {
		return Sliced{}, err
	}
	return p.run(entries)
}

// SliceMembers is the set of people behind an indicator of a query (of one
// cell: Query.Only). Its size equals the figure for every Count; for a mean, a
// rate or a total they are the people it is made of.
func (s *Service) SliceMembers(ctx context.Context, scope region.Scope, q Query, d *indicator.Def) (*roaring.Bitmap, error) {
	p, entries, err := s.prepare(ctx, scope, q)
	if err != nil {
		return nil, err
	}
	set := roaring.New()
	for _, found := range p.members(entries, d) {
		for _, f := range found {
			set.Add(f.b.person[f.i])
		}
	}
	return set, nil
}

// SliceList is a stretch of that list by person id after a given one.
func (s *Service) SliceList(ctx context.Context, scope region.Scope, q Query, d *indicator.Def, after int64, limit int) (Page, error) {
	if limit <= 0 || limit > maxPage {
		return Page{}, fault.New(fault.Invalid, "fault.invalid")
	}
	p, entries, err := s.prepare(ctx, scope, q)
	if err != nil {
		return Page{}, err
	}
	return p.list(entries, d, after, limit), nil
}

// prepare checks a query, brings the cache up to date and loads its blocks.
func (s *Service) prepare(ctx context.Context, scope region.Scope, q Query) (*plan, []*entry, error) {
	if !scope.Contains(q.At) {
		return nil, nil, errNotFound
	}
	names, places, err := s.tagsIn(ctx, q.Month)
	if err != nil {
		return nil, nil, err
	}
	p, err := newPlan(q, names, places)
	if err != nil {
		return nil, nil, err
	}
	if err := s.Refresh(ctx); err != nil {
		return nil, nil, err
	}
	counties := slices.DeleteFunc(s.under(q.At), func(c region.Code) bool { return !p.reaches(c) })
	entries, err := s.load(ctx, counties, []calendar.Month{q.Month}, q.View == AsKnown)
	if err != nil {
		return nil, nil, err
	}
	p.whole = newFigures(q.At, q.Month)
	p.whole.moves = nil
	for i, e := range entries {
		p.whole.note(e, counties[i], q.At)
	}
	return p, slices.DeleteFunc(entries, func(e *entry) bool { return e.block == nil }), nil
}
