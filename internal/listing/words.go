package listing

import (
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/text"
)

// Words writes values in the reader's language.
type Words struct {
	lang  text.Lang
	tree  Tree
	today calendar.Date
}

// Words of a language today. Official lists and versions are Chinese.
func (s *Store) Words(lang text.Lang) *Words {
	return &Words{lang: lang, tree: s.Tree, today: s.today()}
}

// Label is a column's heading.
func (w *Words) Label(c Column) string { return text.T(w.lang, "listing.col."+c.Key) }

func (w *Words) enum(id string, code int) string {
	key := "enum." + id + "." + strconv.Itoa(code)
	if code == 0 || !text.Has(key) {
		return ""
	}
	return text.T(w.lang, key)
}

func (w *Words) enums(id string, codes []int) string {
	parts := make([]string, 0, len(codes))
	for _, c := range codes {
		if s := w.enum(id, c); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, text.T(w.lang, "people.and"))
}

func (w *Words) yes(on bool) string {
	if !on {
		return ""
	}
	return w.enum("yesno", 1)
}

// state is what the person lives by at the month's end, as the people's list
// shows it.
func (w *Words) state(p *Person) string {
	switch {
	case p.OutReason != 0:
		return w.enum("outreason", p.OutReason)
	case p.State.Unverified:
		return text.T(w.lang, "web.unverified")
	}
	return w.enum("status", p.State.Code)
}

func (w *Words) town(c region.Code) string {
	if c.Level() < region.Town {
		return ""
	}
	return w.tree.Name(c.At(region.Town))
}

// committees are the endings of village names in the statistical list that
// nobody says: 前十里岔村委会 is 前十里岔村.
var committees = []struct{ ending, short string }{
	{"社区居民委员会", "社区"}, {"社区居委会", "社区"}, {"村民委员会", "村"}, {"居民委员会", "社区"}, {"村委会", "村"}, {"居委会", "社区"}, {"嘎查委员会", "嘎查"},
}

// Short is a place as people say it.
func (w *Words) Short(c region.Code) string { return w.short(c) }

func (w *Words) short(c region.Code) string {
	n := w.tree.Name(c)
	if c.Level() != region.Village {
		return n
	}
	for _, e := range committees {
		if s, ok := strings.CutSuffix(n, e.ending); ok && s != "" {
			return strings.TrimSuffix(s, e.short) + e.short
		}
	}
	return n
}

// Place is a place with those above it, from the county down.
func (w *Words) Place(c region.Code) string {
	name := w.short(c)
	for x := c.Parent(); x.Level() >= region.County; x = x.Parent() {
		name = w.tree.Name(x) + name
	}
	return name
}

// workPlace is a place of work as people say it: city and county.
func (w *Words) workPlace(c region.Code) string {
	if c == 0 {
		return ""
	}
	city := w.tree.Name(c.At(region.City))
	if c.Level() <= region.City || city == "" || city == "市辖区" || city == "县" {
		out := ""
		for x := c; x != region.Country; x = x.Parent() {
			if n := w.tree.Name(x); n != "市辖区" && n != "县" {
				out = n + out
			}
		}
		return out
	}
	return city + w.tree.Name(c)
}

func count(n int, known bool) string {
	if !known {
		return ""
	}
	return strconv.Itoa(n)
}

// yuan writes fen as 3,286.40; unknown (negative) and what does not apply are
// empty.
func yuan(fen int64, applies bool) string {
	if !applies || fen < 0 {
		return ""
	}
	whole := strconv.FormatInt(fen/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	cents := strconv.FormatInt(fen%100+100, 10)
	return whole + "." + cents[1:]
}

func monthWord(m calendar.Month) string {
	if m == 0 || m == calendar.Open {
		return ""
	}
	return m.String()
}
