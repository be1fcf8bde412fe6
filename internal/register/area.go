package register

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// The settings of settlements. The notices speak of 大型安置区 (A203) and give no
// number; the defaults are the usual classes.
const (
	SizeMedium = "register.settlement_medium"
	SizeLarge  = "register.settlement_large"
	SizeGreat  = "register.settlement_great"
	// MovedShare is the share of a project's posts that go to people who were
	// moved, in percent (A169).
	MovedShare = "register.moved_share"
)

func init() {
	usual := "A203：通知未给数，按常用分档"
	setting.Register(
		setting.Def{Name: SizeMedium, Default: 800, Min: 1, Max: 100_000, Source: usual},
		setting.Def{Name: SizeLarge, Default: 3000, Min: 1, Max: 100_000, Source: usual},
		setting.Def{Name: SizeGreat, Default: 10_000, Min: 1, Max: 1_000_000, Source: usual},
		setting.Def{Name: MovedShare, Default: 10, Min: 0, Max: 100, Source: "A169：政府投资、以工代赈、公共服务管理项目岗位不低于 10%"},
	)
}

// Size is the class of a settlement by its residents.
type Size int

// The classes.
const (
	SizeUnknown Size = iota // nobody stated how many live there
	Small
	Medium
	Large
	Great
)

// SizeOf is the class of a number of residents, -1 for unknown.
func SizeOf(people int64, v setting.Values) Size {
	switch {
	case people < 0:
		return SizeUnknown
	case people >= int64(v.Int(SizeGreat)):
		return Great
	case people >= int64(v.Int(SizeLarge)):
		return Large
	case people >= int64(v.Int(SizeMedium)):
		return Medium
	}
	return Small
}

// Gap is what a settlement lacks of its employment service (A167): where there
// is a service building, a window in it; else a named platform nearby.
type Gap string

// The gaps.
const (
	NoGap       Gap = ""
	GapWindow   Gap = "window"   // a building without a window
	GapPlatform Gap = "platform" // no building and no platform named
	GapUnknown  Gap = "unknown"  // nobody stated whether there is a building, or a window in it
)

// GapOf judges a settlement's record.
func GapOf(r *Record) Gap {
	yes, no := strconv.Itoa(fact.Yes), strconv.Itoa(fact.No)
	switch r.Extra["facility"] {
	case yes:
		switch r.Extra["window"] {
		case yes:
			return NoGap
		case no:
			return GapWindow
		}
		return GapUnknown
	case no:
		if r.Extra["platform"] == "" && r.Extra["window"] != yes {
			return GapPlatform
		}
		return NoGap
	}
	if r.Extra["window"] == yes || r.Extra["platform"] != "" {
		return NoGap
	}
	return GapUnknown
}

// Settled is a settlement with what its list says at a day.
type Settled struct {
	*Record
	Size       Size
	Residents  int64 // people that decide the size: as stated, else by the list; -1 unknown
	Listed     int64 // of the ledger, on the dated list that day; not the dead and those who left the register
	Outside    int64 // on the list, in no ledger
	Households int64 // of those of the ledger
	Undated    int64 // people whom the ledger has there and no list names
	Gap        Gap
}

// Homes lists the settlements of a scope that exist on a day, with their
// residents.
func (s *Store) Homes(ctx context.Context, scope region.Scope, on calendar.Date) ([]*Settled, error) {
	var a db.Args
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+recordColumns+` FROM register r WHERE r.kind = `+a.Add(SettlementKind)+
		` AND r.started_on <= `+a.Add(int32(on))+` AND r.ended_on >= `+a.Add(int32(on))+` AND `+scope.Predicate("r.region", a.Add)+` AND `+live("r")+` ORDER BY r.region, r.id`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("settlements: %w", err)
	}
	defer rows.Close()
	var out []*Settled
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, fmt.Errorf("settlements: %w", err)
		}
		out = append(out, &Settled{Record: r, Residents: r.People, Gap: GapOf(r)})
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if err := s.fillHomes(ctx, out, on); err != nil {
		return nil, err
	}
	stored, err := setting.Load(ctx, s.db.Read, region.Country)
	if err != nil {
		return nil, err
	}
	for _, x := range out {
		if x.Residents < 0 && x.Listed+x.Outside > 0 {
			x.Residents = x.Listed + x.Outside
		}
		x.Size = SizeOf(x.Residents, setting.Resolve(stored, x.Region, on.Month().Year()))
	}
	return out, nil
}

func (s *Store) fillHomes(ctx context.Context, list []*Settled, on calendar.Date) error {
	by := map[int64]*Settled{}
	ids := make([]int64, 0, len(list))
	for _, x := range list {
		by[x.ID], ids = x, append(ids, x.ID)
	}
	for part := range slices.Chunk(ids, 400) {
		var a db.Args
		in, day := db.List(&a, part), a.Add(int32(on))
		err := each(ctx, s.db.Read, `
			SELECT m.register_id, count(p.id), count(CASE WHEN m.outsider_id > 0 THEN 1 END) + coalesce(sum(m.people), 0), count(DISTINCT p.household_id)
			FROM register_member m LEFT JOIN person p ON p.id = m.person_id AND m.person_id > 0 AND (p.out_on = 0 OR p.out_on > `+day+`)
			WHERE m.register_id IN `+in+` AND m.started_on <= `+day+` AND m.ended_on >= `+day+` AND `+live("m")+`
			GROUP BY m.register_id`, a.Values, func(row scanner) error {
			var id, listed, outside, homes int64
			if err := row.Scan(&id, &listed, &outside, &homes); err != nil {
				return err
			}
			by[id].Listed, by[id].Outside, by[id].Households = listed, outside, homes
			return nil
		})
		if err != nil {
			return fmt.Errorf("residents: %w", err)
		}
		var u db.Args
		err = each(ctx, s.db.Read, `
			SELECT p.settlement, count(*) FROM person p WHERE p.settlement IN `+db.List(&u, part)+` AND (p.out_on = 0 OR p.out_on > `+u.Add(int32(on))+`) AND p.merged_into = 0 AND `+live("p")+`
				AND NOT EXISTS (SELECT 1 FROM register_member m JOIN register r ON r.id = m.register_id AND r.kind = '`+SettlementKind+`' WHERE m.person_id = p.id)
			GROUP BY p.settlement`, u.Values, func(row scanner) error {
			var id, n int64
			if err := row.Scan(&id, &n); err != nil {
				return err
			}
			by[id].Undated = n
			return nil
		})
		if err != nil {
			return fmt.Errorf("residents without dates: %w", err)
		}
	}
	return nil
}

// Share is how many of a project's posts people have who were moved (A169).
type Share struct {
	*Record
	Posts, Moved int64 // -1 unknown
	Stated       bool  // by the record, no list tells
	Short        bool  // below the share of the setting
	Goal         int64 // percent
}

// Percent of the posts; -1 where one of both is not known.
func (x *Share) Percent() float64 {
	if x.Posts <= 0 || x.Moved < 0 {
		return -1
	}
	return float64(x.Moved) / float64(x.Posts) * 100
}

// shareKinds are the registers that A169 speaks of: relief projects, public
// posts, help projects with government money.
var shareKinds = []string{"relief", "post", "project"}

// Shares lists the projects of a scope in force on a day. Posts are those that
// the register states, else its people; moved are its people who live in a
// settlement that day by the dated list or the ledger, else what it states.
func (s *Store) Shares(ctx context.Context, scope region.Scope, on calendar.Date) ([]*Share, error) {
	stored, err := setting.Load(ctx, s.db.Read, region.Country)
	if err != nil {
		return nil, err
	}
	var a db.Args
	day := a.Add(int32(on))
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+recordColumns+`,
			(SELECT count(*) FROM register_member m WHERE m.register_id = r.id AND m.started_on <= `+day+` AND m.ended_on >= `+day+` AND `+live("m")+`),
			(SELECT count(*) FROM register_member m JOIN person p ON p.id = m.person_id WHERE m.register_id = r.id AND m.started_on <= `+day+` AND m.ended_on >= `+day+` AND `+live("m")+`
				AND (p.settlement > 0 OR EXISTS (SELECT 1 FROM register_member h JOIN register hr ON hr.id = h.register_id AND hr.kind = '`+SettlementKind+`'
					WHERE h.person_id = p.id AND h.started_on <= `+day+` AND h.ended_on >= `+day+`)))
		FROM register r WHERE r.kind IN `+db.List(&a, shareKinds)+` AND r.started_on <= `+day+` AND r.ended_on >= `+day+`
			AND `+scope.Predicate("r.region", a.Add)+` AND `+live("r")+` ORDER BY r.kind, r.region, r.id`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("posts of those moved: %w", err)
	}
	defer rows.Close()
	var out []*Share
	for rows.Next() {
		var listed, moved int64
		r, err := scanRecord(rows, &listed, &moved)
		if err != nil {
			return nil, fmt.Errorf("posts of those moved: %w", err)
		}
		out = append(out, shareOf(r, listed, moved, int64(setting.Resolve(stored, r.Region, on.Month().Year()).Int(MovedShare))))
	}
	return out, rows.Err()
}

func shareOf(r *Record, listed, moved, goal int64) *Share {
	x := &Share{Record: r, Posts: -1, Moved: -1, Goal: goal}
	if n, err := strconv.ParseInt(r.Extra["quota"], 10, 64); err == nil && n > 0 {
		x.Posts = n
	}
	if listed > 0 {
		x.Moved = moved
		if x.Posts < 0 {
			x.Posts = max(r.People, listed)
		}
	} else {
		if x.Posts < 0 {
			x.Posts = r.People
		}
		if n, err := strconv.ParseInt(r.Extra["relocated"], 10, 64); err == nil {
			x.Moved, x.Stated = n, true
		}
	}
	x.Short = x.Posts > 0 && x.Moved >= 0 && x.Moved*100 < x.Posts*goal
	return x
}
