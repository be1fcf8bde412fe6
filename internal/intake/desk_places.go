package intake

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"wengang/internal/pinyin"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

// near is a candidate with its distance from what is written.
type near struct {
	code region.Code
	far  int
}

// nearest keeps the closest of places to a text; those that only sound alike
// come before those that differ in a character.
func nearest(t *region.Tree, text string, places []region.Place) []region.Code {
	text = bareName(text)
	if len([]rune(text)) < 2 {
		return nil
	}
	sound := strings.Join(pinyin.Syllables(text), " ")
	var found []near
	for _, p := range places {
		name := bareName(p.Name)
		far := distance(text, name)
		switch {
		case far == 0:
		case strings.Join(pinyin.Syllables(name), " ") == sound:
			far = 1
		case far > 1 && (far > 2 || len([]rune(name)) < 4):
			continue
		default:
			far++
		}
		found = append(found, near{p.Code, far})
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.code, b.code)) })
	var out []region.Code
	for _, f := range found[:min(maxIdeas, len(found))] {
		out = append(out, f.code)
	}
	return out
}

// bareName is a place's name without what people leave out.
func bareName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, transfer.CleanText(s))
	for _, end := range []string{"村民委员会", "居民委员会", "村委会", "居委会", "行政村", "社区", "村", "街道办事处", "街道", "镇", "乡", "县", "区", "市"} {
		if rest, ok := strings.CutSuffix(s, end); ok && len([]rune(rest)) >= 2 {
			return rest
		}
	}
	return s
}

// distance counts the characters by which two short texts differ.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		last := row[0]
		row[0] = i + 1
		for j := range y {
			keep := last
			if x[i] != y[j] {
				keep++
			}
			last = row[j+1]
			row[j+1] = min(keep, row[j]+1, last+1)
		}
	}
	return row[len(y)]
}

// villagesNear looks in the town that the row names, else in the whole area of
// the import.
func (b *base) villagesNear(r *row, at region.Code) []transfer.Suggestion {
	t := b.Tree()
	text, within := r.text("village"), at
	if town := r.text("town"); town != "" {
		if m := t.Resolve(town, at); m.Status == region.One && m.Code.Level() == region.Town {
			within = m.Code
		}
	}
	if text == "" {
		if text = r.text("place"); text == "" {
			return nil
		}
		// An address: what follows the last town or county that can be read.
		if m := t.Resolve(text, region.Country); len(m.Candidates) == 1 && m.Rest != "" && at.Contains(m.Candidates[0].Code) {
			within, text = m.Candidates[0].Code, m.Rest
		}
	}
	codes := nearest(t, text, placesOf(t, t.Villages(within)))
	if len(codes) == 0 && within != at {
		codes = nearest(t, text, placesOf(t, t.Villages(at)))
	}
	var out []transfer.Suggestion
	for _, c := range codes {
		out = append(out, placeIdea(t, r, c, [5]string{"province", "city", "county", "town", "village"}, "place"))
	}
	return out
}

func placesOf(t *region.Tree, codes []region.Code) []region.Place {
	out := make([]region.Place, 0, len(codes))
	for _, c := range codes {
		if p, ok := t.Get(c); ok {
			out = append(out, p)
		}
	}
	return out
}

// countiesNear offers the counties that a workplace may mean.
func (b *base) countiesNear(r *row) []transfer.Suggestion {
	t := b.Tree()
	province, city, county, free := r.text("work_province"), r.text("work_city"), r.text("work_county"), r.text("work_place")
	within, text := region.Country, cmp.Or(county, free)
	for _, part := range []string{province, city} {
		if m := t.Resolve(part, within); part != "" && m.Status == region.One {
			within = m.Code
		}
	}
	if text == "" {
		return nil
	}
	var codes []region.Code
	m := t.Resolve(text, within)
	switch {
	case m.Status == region.Several:
		for _, p := range m.Candidates {
			if c, ok := countyOf(p.Code); ok && !slices.Contains(codes, c) && len(codes) < maxIdeas {
				codes = append(codes, c)
			}
		}
	case m.Status == region.One:
		if c, ok := countyOf(m.Code); ok {
			codes = append(codes, c)
		}
	case len(m.Candidates) == 1 && m.Rest != "":
		within, text = m.Candidates[0].Code, m.Rest
		fallthrough
	default:
		codes = nearest(t, text, placesOf(t, t.Counties(within)))
		if len(codes) == 0 && within != region.Country {
			codes = nearest(t, text, placesOf(t, t.Counties(region.Country)))
		}
	}
	var out []transfer.Suggestion
	for _, c := range codes {
		out = append(out, placeIdea(t, r, c, [5]string{"work_province", "work_city", "work_county"}, "work_place"))
	}
	return out
}

// placeIdea writes a place into the columns that the file has.
func placeIdea(t *region.Tree, r *row, c region.Code, columns [5]string, free string) transfer.Suggestion {
	name := t.FullName(c)
	sg := transfer.Suggestion{ID: ideaPlace + ":" + c.String(), Key: "import.idea.place", Args: []any{name}, Cells: map[string]string{}}
	for i, level := range []region.Level{region.Province, region.City, region.County, region.Town, region.Village} {
		if key := columns[i]; key != "" && c.Level() >= level && r.rd.carries(key) {
			sg.Cells[key] = t.Name(c.At(level))
		}
	}
	switch {
	case len(sg.Cells) == 0:
		sg.Cells[free] = name
	case r.rd.carries(free) && r.text(free) != "" && !r.rd.carries(columns[2]):
		sg.Cells[free] = name
	}
	return sg
}
