package register

import (
	"context"
	"fmt"
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Carrier is a register as the share of a list of areas counts it (A172).
type Carrier struct {
	Kind   string
	Region region.Code
	Funds  int64 // of a relief project, in fen; -1 not stated
}

// carrierKinds are what policy, funds and projects put into places.
var carrierKinds = []string{"workshop", "relief", "project", "base"}

// Carriers lists the workshops, relief projects, help projects and bases of a
// scope in force on a day.
func (s *Store) Carriers(ctx context.Context, scope region.Scope, on calendar.Date) ([]Carrier, error) {
	var a db.Args
	day := a.Add(int32(on))
	var out []Carrier
	err := each(ctx, s.db.Read, `SELECT r.kind, r.region, r.extra FROM register r WHERE r.kind IN `+db.List(&a, carrierKinds)+`
		AND r.started_on <= `+day+` AND r.ended_on >= `+day+` AND `+scope.Predicate("r.region", a.Add)+` AND `+live("r")+` ORDER BY r.id`, a.Values, func(row scanner) error {
		c := Carrier{Funds: -1}
		var extra string
		if err := row.Scan(&c.Kind, &c.Region, &extra); err != nil {
			return err
		}
		more, err := decodeExtra(extra)
		if err != nil {
			return err
		}
		if n, err := strconv.ParseInt(more["funds"], 10, 64); err == nil {
			c.Funds = n
		}
		out = append(out, c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("carriers: %w", err)
	}
	return out, nil
}
