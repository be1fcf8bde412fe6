package intake

import (
	"strings"

	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// ident reads the number of a row into the subject and answers its blind
// index, or nil where the number cannot be used. What is wrong with it is found
// by the rules.
func (b *base) ident(r *row, s *rule.Subject) []byte {
	if r.who != nil {
		if s.Row.Problem = byCode; r.who.index == nil {
			r.add(r.who.why)
		}
		return r.who.index
	}
	written, p := r.cell("id_number").IDText()
	switch {
	case p != nil:
		s.Row.IDText = transfer.MaskValue(r.text("id_number"))
		s.Row.Problem = idcard.Mangled
	default:
		s.Row.IDText = written
		s.Row.ID, s.Row.Problem = idcard.Parse(written)
	}
	if s.Row.Problem != idcard.OK && s.Row.Problem != idcard.Cert {
		return nil
	}
	return b.Box.BlindIndex(indexID, s.Row.ID.Number)
}

// village finds the village of a row below the batch's region. Separate columns
// go before one address column; a file of a single village needs neither.
func (r *row) village(t *region.Tree, at region.Code) region.Code {
	columns := [5]string{r.text("province"), r.text("city"), r.text("county"), r.text("town"), r.text("village")}
	written := strings.Join(columns[:], "")
	var m region.Match
	switch {
	case columns[4] != "":
		m = t.ResolvePath(columns[0], columns[1], columns[2], columns[3], columns[4], region.Country)
		if m.Status != region.One {
			// Names repeat across the country: what is short or partial is read
			// below the import's own region.
			if in := t.ResolvePath(columns[0], columns[1], columns[2], columns[3], columns[4], at); in.Status != region.None {
				m = in
			}
		}
	case r.text("place") != "":
		written = r.text("place")
		if m = t.Resolve(written, at); m.Status == region.None {
			m = t.Resolve(written, region.Country)
		}
	case at.Level() == region.Village:
		return at
	}
	switch {
	case m.Status == region.One && m.Code.Level() == region.Village && at.Contains(m.Code):
		return m.Code
	case m.Status == region.One && m.Code.Level() == region.Village:
		r.add(rule.Of("village.outside", clip(written), clip(written), t.FullName(at)))
	case m.Status == region.Several:
		r.add(rule.Of("village.ambiguous", clip(written), clip(written), candidates(t, m)))
	default:
		r.add(rule.Of("village.unknown", clip(written), clip(written)))
	}
	return 0
}

// candidates names the first few places that a text may mean.
func candidates(t *region.Tree, m region.Match) string {
	var names []string
	for i, p := range m.Candidates {
		if i == 5 {
			names = append(names, "…")
			break
		}
		names = append(names, t.FullName(p.Code))
	}
	return strings.Join(names, "、")
}

// workplace finds the county of a workplace; every answer that does not reach
// one place of county level is found as what it is. absent says what a blank
// cell means.
func (r *row) workplace(t *region.Tree) (code region.Code, written string) {
	province, city, county, free := r.text("work_province"), r.text("work_city"), r.text("work_county"), r.text("work_place")
	var m region.Match
	switch {
	case county == "" && free == "" && province == "" && city == "":
		return 0, ""
	case county != "" || free == "":
		written = province + city + county
		if m = t.ResolvePath(province, city, county, "", "", region.Country); m.Status == region.None {
			m = t.ResolveWorkplace(written)
		}
	default:
		written = province + city + free
		m = t.ResolveWorkplace(written)
		if m.Status == region.None && written != free {
			m = t.ResolveWorkplace(free)
		}
	}
	field := "work_place"
	if free == "" && r.rd.carries("work_county") {
		field = "work_county" // what is wrong stands there, not in an address left blank
	}
	return r.county(t, m, field, written), written
}

// county brings a match to county level.
func (r *row) county(t *region.Tree, m region.Match, field, written string) region.Code {
	shown := clip(written)
	switch m.Status {
	case region.One:
		if c, ok := countyOf(m.Code); ok {
			return c
		}
		r.add(rule.At("work.place_not_county", field, shown, shown, t.FullName(m.Code)))
	case region.Several:
		if c, ok := countyOf(m.Common); ok {
			return c // villages or towns of one county
		}
		r.add(rule.At("work.place_ambiguous", field, shown, shown, candidates(t, m)))
	default:
		if len(m.Candidates) == 1 && m.Rest == "" {
			r.add(rule.At("work.place_not_county", field, shown, shown, t.FullName(m.Candidates[0].Code)))
		} else {
			r.add(rule.At("work.place_unknown", field, shown, shown))
		}
	}
	return 0
}

// countyOf is the county-level place of a code: itself for workplaces outside
// the tree and for cities without counties.
func countyOf(c region.Code) (region.Code, bool) {
	if !region.ReachesCounty(c) {
		return 0, false
	}
	if c.Level() >= region.County {
		c = c.At(region.County)
	}
	return c, true
}

// kindWord reads the words of a household type cell: 户类型 is one of 脱贫户 and
// 一般农户, yet county files write the monitored class there as well.
func (r *row) kindWord(key string) int {
	c := r.cell(key)
	if c.Empty() {
		return 0
	}
	code, p := c.Word(fact.Kind)
	if p == nil {
		return code
	}
	switch t := c.Clean(); {
	case t == "是" || t == "否" || t == "无" || t == "非监测对象":
		return 0
	case strings.Contains(t, "脱贫") && strings.Contains(t, "享受"):
		return fact.KindPoor
	}
	r.unreadable("row.word", key, sample(fact.Kind))
	return 0
}
