package intake

import (
	"context"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/rule"
)

// Settlements reads the registered settlements of a scope (internal/register).
type Settlements interface {
	Settlements(ctx context.Context, q db.Querier, scope region.Scope) ([]fact.Settlement, error)
}

// settlements are those in force, by county.
type settlements map[region.Code][]fact.Settlement

// readSettlements reads what a file with a column of settlements may name.
func (c *checker) readSettlements(ctx context.Context) (settlements, error) {
	if !c.rd.carries("settlement") {
		return nil, nil
	}
	at := c.b.Region
	if at.Level() > region.County {
		at = at.At(region.County)
	}
	list, err := c.Settlements.Settlements(ctx, c.db.Read, region.ScopeOf(at))
	if err != nil {
		return nil, err
	}
	out := settlements{}
	for _, s := range list {
		if s.EndedOn >= c.today {
			county := s.Region.At(region.County)
			out[county] = append(out[county], s)
		}
	}
	return out, nil
}

// settlement finds the settlement of the village's county that a row names; 0
// where the cell says nothing or that the person lives in none. A blank and a
// 否 leave the ledger as it is: taking somebody out is done on the record.
func (r *row) settlement(t *region.Tree, all settlements, village region.Code) int64 {
	written := r.text("settlement")
	switch written {
	case "", "否", "无", "不是", "不涉及", "非安置区":
		return 0
	}
	if village == 0 {
		return 0 // refused already
	}
	county := village.At(region.County)
	list := all[county]
	found := named(t, list, fact.FoldName(written), func(key string) string { return key })
	if len(found) == 0 {
		found = named(t, list, fact.FoldName(written), settlementStem)
	}
	shown := clip(written)
	switch len(found) {
	case 0:
		r.add(rule.Of("settlement.unknown", shown, shown, t.FullName(county), settlementNames(t, list)))
	case 1:
		return found[0].ID
	default:
		r.add(rule.Of("settlement.ambiguous", shown, shown, settlementNames(t, found)))
	}
	return 0
}

// named are the settlements with that name, alone or behind its town's.
func named(t *region.Tree, list []fact.Settlement, key string, form func(string) string) []fact.Settlement {
	var out []fact.Settlement
	for _, s := range list {
		town := ""
		if s.Region.Level() > region.County {
			town = fact.FoldName(t.Name(s.Region.At(region.Town)))
		}
		if form(key) == form(s.Key) || town != "" && form(key) == town+form(s.Key) {
			out = append(out, s)
		}
	}
	return out
}

// settlementStem drops the words that every settlement's name may end with:
// 清河湾安置区 and 清河湾易地搬迁安置区 are the same where the county has one such.
func settlementStem(key string) string {
	for {
		was := key
		for _, end := range []string{"安置区", "安置点", "社区", "集中", "易地扶贫搬迁", "易地搬迁", "居民", "迁建", "黄河滩区"} {
			if s, ok := strings.CutSuffix(key, end); ok && s != "" {
				key = s
			}
		}
		if key == was {
			return key
		}
	}
}

func settlementNames(t *region.Tree, list []fact.Settlement) string {
	var names []string
	for i, s := range list {
		if i == 5 {
			names = append(names, "…")
			break
		}
		name := s.Name
		if s.Region.Level() > region.County {
			name = t.Name(s.Region.At(region.Town)) + name
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return "—"
	}
	return strings.Join(names, "、")
}

// resettle moves a person into another settlement. Like other standing facts it
// counts from the first month that is not closed: closed ones keep what they
// knew.
func (k *personKind) resettle(e *edits, s *set, p *edit, was *present) {
	if p.Settlement == 0 || p.Settlement == was.Settlement {
		return
	}
	k.setInt(e, s, p, "settlement", was.Settlement, p.Settlement)
	from := calendar.Month(190001)
	if m := e.closed[p.Village.At(region.County)]; m != 0 {
		from = m.Add(1)
	}
	e.touch(p.Village, from)
}
