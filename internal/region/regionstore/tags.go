package regionstore

import (
	"context"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

// AllTags are the places of every list of areas that has any on a day: those
// that come with the program and the installation's own rows, as Tags answers
// them one by one.
func (s *Store) AllTags(ctx context.Context, on calendar.Date) (map[string]map[region.Code]bool, error) {
	out := map[string]map[region.Code]bool{}
	of := func(id string) map[region.Code]bool {
		if out[id] == nil {
			out[id] = map[region.Code]bool{}
		}
		return out[id]
	}
	for _, t := range region.Tags {
		if on < t.From {
			continue
		}
		for c := range region.Tagged(t.ID) {
			of(t.ID)[c] = true
		}
	}
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT tag, region, valid_from, valid_to FROM area_tag WHERE valid_from <= $1 ORDER BY tag, region, valid_from`, int32(on))
	if err != nil {
		return nil, s.db.Dialect.Fault(fmt.Errorf("all tags: %w", err))
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var c region.Code
		var from, to calendar.Date
		if err := rows.Scan(&id, &c, &from, &to); err != nil {
			return nil, s.db.Dialect.Fault(fmt.Errorf("all tags: %w", err))
		}
		if to == 0 || to >= on {
			of(id)[c] = true
		} else {
			delete(of(id), c)
		}
	}
	for id, at := range out {
		if len(at) == 0 {
			delete(out, id)
		}
	}
	return out, s.db.Dialect.Fault(rows.Err())
}

// Row is a place on a list, by the program or by the installation.
type Row struct {
	Tag      string
	Region   region.Code
	From, To calendar.Date // To 0 while it holds
	Source   string
	Shipped  bool // comes with the program
	Note     string
}

// TagRows are the places of one list at or below a place and those above it
// that hold it, with their dates, the installation's own rows first. What came
// with the program and was ended by an own row is told once, by that row.
func (s *Store) TagRows(ctx context.Context, tag string, at region.Code) ([]Row, error) {
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT region, valid_from, valid_to, source FROM area_tag WHERE tag = $1 ORDER BY region, valid_from`, tag)
	if err != nil {
		return nil, s.db.Dialect.Fault(fmt.Errorf("rows of a list: %w", err))
	}
	defer rows.Close()
	var out []Row
	own := map[region.Code]bool{}
	for rows.Next() {
		r := Row{Tag: tag}
		if err := rows.Scan(&r.Region, &r.From, &r.To, &r.Source); err != nil {
			return nil, s.db.Dialect.Fault(fmt.Errorf("rows of a list: %w", err))
		}
		own[r.Region] = true
		if at.Contains(r.Region) || r.Region.Contains(at) {
			out = append(out, r)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, s.db.Dialect.Fault(err)
	}
	t, known := region.TagByID(tag)
	if !known {
		return out, nil
	}
	first := len(out)
	for c, note := range region.Tagged(tag) {
		if !own[c] && (at.Contains(c) || c.Contains(at)) {
			out = append(out, Row{Tag: tag, Region: c, From: t.From, Source: t.Source, Shipped: true, Note: note})
		}
	}
	slices.SortFunc(out[first:], func(a, b Row) int { return int(a.Region - b.Region) })
	return out, nil
}

// TagNames are the lists that there are: the program's, then the
// installation's own by name.
func (s *Store) TagNames(ctx context.Context) ([]string, error) {
	var out []string
	for _, t := range region.Tags {
		out = append(out, t.ID)
	}
	rows, err := s.db.Read.QueryContext(ctx, `SELECT DISTINCT tag FROM area_tag ORDER BY tag`)
	if err != nil {
		return nil, s.db.Dialect.Fault(fmt.Errorf("lists of areas: %w", err))
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, s.db.Dialect.Fault(err)
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, s.db.Dialect.Fault(rows.Err())
}
