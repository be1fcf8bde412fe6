// Package summary drafts the papers that go up beside the forms: the 阶段性总结
// of 15 December (facts A184) and the 形势分析 of a quarter (A181). Every figure
// of a draft is frozen with it and names its indicator, place, month and
// calibre; what only people know stands as 【…】. The officer's edited paper
// comes back as the final text and is submitted like a form.
package summary

import (
	"fmt"
	"regexp"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

// Figure is a number of a draft and where it comes from.
type Figure struct {
	Key     string         `json:"key"` // one per source: indicator, place, month
	Label   string         `json:"label"`
	Text    string         `json:"text"` // as printed: 12345人, 97.8%
	N       int64          `json:"n"`    // persons, things, fen; of a share tenths of a per cent
	Unit    string         `json:"unit"`
	Source  string         `json:"source"` // indicator id, form and column, document
	Place   region.Code    `json:"place"`
	Name    string         `json:"name"` // of the place
	Month   calendar.Month `json:"month"`
	Calibre string         `json:"calibre"`
}

// ownID is an indicator's id, alone or divided by another's.
var ownID = regexp.MustCompile(`^[a-z][a-z0-9_]*( ÷ [a-z][a-z0-9_]*)?`)

// Where is the source in an officer's words: an indicator of the system, whose
// name the label says, never its id.
func (f *Figure) Where() string { return ownID.ReplaceAllString(f.Source, "系统看板") }

// Piece is a stretch of a paragraph; one with a Figure prints its text.
type Piece struct {
	Text   string `json:"text,omitempty"`
	Figure string `json:"figure,omitempty"` // key
	Bare   bool   `json:"bare,omitempty"`   // a number without its unit, in a table
}

// Para is a paragraph. Head is 1 for 一、, 2 for （一）, 0 for text.
type Para struct {
	Head   int     `json:"head,omitempty"`
	Pieces []Piece `json:"pieces"`
	Sign   bool    `json:"sign,omitempty"` // office and date, at the right
}

// Table of a draft; cells are texts, or figures by key.
type Table struct {
	Title  string    `json:"title"`
	Heads  []string  `json:"heads"`
	Widths []int     `json:"widths"` // shares
	Rows   [][]Piece `json:"rows"`
	Wide   bool      `json:"wide,omitempty"` // lies on its side
	Note   string    `json:"note,omitempty"`
}

// Draft is a paper as drafted: text, tables, and the figures behind them.
type Draft struct {
	Kind    string            `json:"kind"`
	Title   string            `json:"title"`
	Region  region.Code       `json:"region"`
	Office  string            `json:"office"`
	Period  string            `json:"period"`
	Month   calendar.Month    `json:"month"`  // last month with figures
	Closed  bool              `json:"closed"` // that month is closed
	Made    calendar.Date     `json:"made"`
	Paras   []Para            `json:"paras"`
	Tables  []Table           `json:"tables"`
	Order   []string          `json:"order"` // keys of figures as they first stand
	Figures map[string]Figure `json:"figures"`
}

// Text is a piece as printed.
func (d *Draft) Text(p Piece) string {
	if p.Figure == "" {
		return p.Text
	}
	f := d.Figures[p.Figure]
	if p.Bare && f.Unit != "%" {
		return strings.TrimSuffix(f.Text, f.Unit)
	}
	return f.Text
}

// Line is a paragraph as printed.
func (d *Draft) Line(p Para) string {
	var b strings.Builder
	for _, x := range p.Pieces {
		b.WriteString(d.Text(x))
	}
	return b.String()
}

// add puts a figure in and answers its piece; the same source is one figure.
func (d *Draft) add(f Figure) Piece {
	if d.Figures == nil {
		d.Figures = map[string]Figure{}
	}
	if f.Key == "" {
		f.Key = fmt.Sprintf("%s@%s@%d", f.Source, f.Place, f.Month)
	}
	if _, ok := d.Figures[f.Key]; !ok {
		d.Order = append(d.Order, f.Key)
		d.Figures[f.Key] = f
	}
	return Piece{Figure: f.Key}
}

// Blanks counts the places that somebody has to fill in.
func (d *Draft) Blanks() (n int) {
	for _, p := range d.Paras {
		n += strings.Count(d.Line(p), "【")
	}
	return n
}

// Changed is a figure that differs between two drafts; Was or Now is nil where
// it stands in one of them only.
type Changed struct{ Was, Now *Figure }

// Changes lists what a later draft says otherwise.
func Changes(was, now *Draft) (out []Changed) {
	for _, k := range now.Order {
		f := now.Figures[k]
		old, ok := was.Figures[k]
		switch {
		case !ok:
			out = append(out, Changed{nil, &f})
		case old.Text != f.Text || old.Calibre != f.Calibre:
			out = append(out, Changed{&old, &f})
		}
	}
	for _, k := range was.Order {
		if _, ok := now.Figures[k]; !ok {
			old := was.Figures[k]
			out = append(out, Changed{&old, nil})
		}
	}
	return out
}
