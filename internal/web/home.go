package web

import (
	"context"
	"net/http"
	"sort"

	"wengang/internal/calendar"
)

// Todo is one thing to do, with the one action that does it. Texts are ready
// to read (Request.T).
type Todo struct {
	Due    calendar.Date // 0 is "no deadline"
	Icon   string
	Title  string
	Count  string // "28 处"
	Note   string // first line: what and where
	Hint   string // second: what happens until then
	Action string // label of the button
	Href   string
}

// TodoSource supplies what waits for the caller at the page's place.
type TodoSource interface {
	Todos(ctx context.Context, r *Request) ([]Todo, error)
}

// Figure is one figure that changed, on the home page.
type Figure struct {
	Label, Value, Unit string
	Up, Down           bool
	Delta              string // "108 人"
	Against            string // "较10月，−3.1%"
	Calibre            string // "11月 · 户籍口径"
	Href, LinkText     string
	Values             []float64 // last months, for the line
	Progress           float64   // percent; shown as a bar where Bar is set
	Tick               float64
	Bar                bool
	Risk               string // "", red, yel, grn with Word
	Word               string
}

// FigureSource supplies figures in the order of their importance; the home
// page shows three.
type FigureSource interface {
	Figures(ctx context.Context, r *Request) ([]Figure, error)
}

// Todos adds sources of the home page's list.
func (s *Shell) Todos(src ...TodoSource) { s.todos = append(s.todos, src...) }

// Figures adds sources of the home page's figures.
func (s *Shell) Figures(src ...FigureSource) { s.figs = append(s.figs, src...) }

type todoGroup struct {
	Title string
	From  calendar.Date
	To    calendar.Date
	Kind  string // late, today, tomorrow, week, undated
	Items []todoView
}

type todoView struct {
	Todo
	Late    int // days past the deadline
	Primary bool
}

type todayView struct {
	Date    calendar.Date
	Total   int
	First   calendar.Date
	Groups  []todoGroup
	Later   []todoView
	Figures []Figure
}

func (s *Shell) today(w http.ResponseWriter, r *Request) error {
	v := todayView{Date: calendar.DateAt(s.cfg.Clock())}
	var all []Todo
	for _, src := range s.todos {
		part, err := src.Todos(r.Context(), r)
		if err != nil {
			return err
		}
		all = append(all, part...)
	}
	for _, src := range s.figs {
		part, err := src.Figures(r.Context(), r)
		if err != nil {
			return err
		}
		v.Figures = append(v.Figures, part...)
	}
	if len(v.Figures) > 3 {
		v.Figures = v.Figures[:3]
	}
	v.Total = len(all)
	v.group(all)
	return s.Page(w, r, "web/today", v)
}

// group sorts by deadline and cuts into late, today, tomorrow, this week and
// later; what has no deadline comes before "later".
func (v *todayView) group(all []Todo) {
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i].Due, all[j].Due
		if a == 0 || b == 0 {
			return b == 0 && a != 0
		}
		return a < b
	})
	today := v.Date.Time()
	tomorrow := calendar.DateAt(today.AddDate(0, 0, 1))
	weekEnd := calendar.DateAt(today.AddDate(0, 0, 7))
	at := map[string]int{}
	for i, t := range all {
		item := todoView{Todo: t, Primary: i == 0}
		kind := "week"
		switch {
		case t.Due == 0:
			kind = "undated"
		case t.Due < v.Date:
			kind = "late"
			item.Late = int(today.Sub(t.Due.Time()).Hours() / 24)
		case t.Due == v.Date:
			kind = "today"
		case t.Due == tomorrow:
			kind = "tomorrow"
		case t.Due > weekEnd:
			v.Later = append(v.Later, item)
			continue
		}
		if v.First == 0 {
			v.First = t.Due
		}
		g, ok := at[kind]
		if !ok {
			g = len(v.Groups)
			at[kind] = g
			v.Groups = append(v.Groups, todoGroup{Kind: kind, From: t.Due})
		}
		v.Groups[g].To = t.Due
		v.Groups[g].Items = append(v.Groups[g].Items, item)
	}
}
