package slicehttp

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// Question is what the address of the analysis page asks, without place and
// month, which stand in every address:
//
//	rows, cols   dimensions of the table
//	ind          indicator
//	level        level of the rows by place
//	w.<dim>      values that the people must have, with commas
//	c.<dim>      the values of one cell, for its list
//	sort, show, line, view
type Question struct {
	Rows, Cols rollup.Dim // "" none
	Ind        *indicator.Def
	Level      region.Level
	Where      map[rollup.Dim][]int64
	By         []rollup.Dim // of Cell
	Cell       []int64
	Sort       string // "value", else the order of the values
	Show       string // "chart", else the table
	Line       *int64 // the row whose months are drawn
	View       rollup.View
}

// names are the parameters that a view keeps.
func names() []string {
	out := []string{"rows", "cols", "ind", "level", "sort", "show", "view"}
	for _, d := range rollup.Dims {
		out = append(out, "w."+string(d))
	}
	return out
}

// Offered are the indicators of the page: those at the workplace and moves
// across borders are no figures of a part of the people.
func Offered() []*indicator.Def {
	return slices.DeleteFunc(slices.Clone(indicator.All()), func(d *indicator.Def) bool { return !offered(d) })
}

func offered(d *indicator.Def) bool {
	return d.Kind == indicator.Count || d.Kind == indicator.Total || d.Kind == indicator.Ratio
}

// Read reads a question; a word that is none is not found.
func Read(q url.Values) (Question, error) {
	x := Question{Rows: rollup.Dim(q.Get("rows")), Cols: rollup.Dim(q.Get("cols")), Sort: q.Get("sort"), Show: q.Get("show"), Where: map[rollup.Dim][]int64{}}
	if q.Get("view") == "known" {
		x.View = rollup.AsKnown
	}
	bad := fault.NotFoundf("fault.notfound")
	if x.Rows != "" && !slices.Contains(rollup.Dims, x.Rows) || x.Cols != "" && x.Cols != Headline && !slices.Contains(rollup.Dims, x.Cols) {
		return x, bad
	}
	if x.Cols == x.Rows {
		x.Cols = ""
	}
	id := q.Get("ind")
	if id == "" {
		id = "working"
	}
	var ok bool
	if x.Ind, ok = indicator.Get(id); !ok || !offered(x.Ind) {
		return x, bad
	}
	if v := q.Get("level"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < int(region.Province) || n > int(region.Village) {
			return x, bad
		}
		x.Level = region.Level(n)
	}
	if v := q.Get("line"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if fixed := x.Rows.Values(); err != nil || fixed != nil && !slices.Contains(fixed, n) {
			return x, bad
		}
		x.Line = &n
	}
	return x, x.conditions(q)
}

// conditions reads w. and c.
func (x *Question) conditions(q url.Values) error {
	for _, d := range rollup.Dims {
		for _, part := range q["w."+string(d)] {
			for _, v := range strings.Split(part, ",") {
				if v == "" {
					continue
				}
				n, err := valueOf(d, v)
				if err != nil || len(x.Where[d]) == maxValues {
					return fault.NotFoundf("fault.notfound")
				}
				if !slices.Contains(x.Where[d], n) {
					x.Where[d] = append(x.Where[d], n)
				}
			}
		}
		if v := q.Get("c." + string(d)); v != "" {
			n, err := valueOf(d, v)
			if err != nil || len(x.By) == 2 {
				return fault.NotFoundf("fault.notfound")
			}
			x.By, x.Cell = append(x.By, d), append(x.Cell, n)
		}
	}
	return nil
}

// maxValues bounds the values of one dimension in an address.
const maxValues = 60

// valueOf reads a value: places as codes of any length, else numbers; of a
// dimension of fixed values only those.
func valueOf(d rollup.Dim, v string) (int64, error) {
	if d == rollup.DimPlace {
		c, err := region.ParseCode(v)
		return int64(c), err
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if fixed := d.Values(); err == nil && fixed != nil && !slices.Contains(fixed, n) {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return n, err
}

func valueText(d rollup.Dim, v int64) string {
	if d == rollup.DimPlace {
		return region.Code(v).String()
	}
	return strconv.FormatInt(v, 10)
}

// Narrowed reports that the question is about a part of the people.
func (x *Question) Narrowed() bool { return len(x.Where) > 0 || len(x.Cell) > 0 }

// Query is the question at a place and month, told apart by some dimensions.
func (x *Question) Query(at region.Code, m calendar.Month, by ...rollup.Dim) rollup.Query {
	return rollup.Query{At: at, Month: m, View: x.View, Where: x.Where, By: by, Level: x.level(at)}
}

// Members is the question for the list behind one cell.
func (x *Question) Members(at region.Code, m calendar.Month) rollup.Query {
	q := x.Query(at, m, x.By...)
	if len(x.Cell) > 0 {
		q.Cell = x.Cell
	}
	return q
}

// level of the rows by place: the one asked for where it lies below the place.
func (x *Question) level(at region.Code) region.Level {
	if x.Level > at.Level() {
		return x.Level
	}
	return min(at.Level()+1, region.Village)
}

// where are the conditions as parameters of a list or another page.
func (x *Question) where() []any {
	var kv []any
	for _, d := range rollup.Dims {
		if v := x.Where[d]; len(v) > 0 {
			kv = append(kv, "w."+string(d), joined(d, v))
		}
	}
	if x.View == rollup.AsKnown {
		kv = append(kv, "view", "known")
	}
	return kv
}

func joined(d rollup.Dim, values []int64) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = valueText(d, v)
	}
	return strings.Join(parts, ",")
}

// list is the address of the people behind a cell.
func (x *Question) list(r *web.Request, dims []rollup.Dim, keys []int64) string {
	kv := append([]any{"indicator", x.Ind.ID}, x.where()...)
	for i, d := range dims {
		kv = append(kv, "c."+string(d), valueText(d, keys[i]))
	}
	return r.Link("/board/list", kv...)
}

// without is the page's address with one value of a condition taken off.
func (x *Question) without(r *web.Request, d rollup.Dim, v int64) string {
	rest := slices.DeleteFunc(slices.Clone(x.Where[d]), func(o int64) bool { return o == v })
	return r.Self("w."+string(d), joined(d, rest), "line", "")
}

// only is the page's address narrowed to one value, for the next look.
func (x *Question) only(r *web.Request, d rollup.Dim, v int64) string {
	return r.Self("w."+string(d), valueText(d, v), "line", "")
}

// dims are the dimensions that have conditions, in their order.
func dims(x *Question) []rollup.Dim {
	return slices.DeleteFunc(slices.Clone(rollup.Dims), func(d rollup.Dim) bool { return len(x.Where[d]) == 0 })
}
