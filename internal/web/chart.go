package web

import (
	"encoding/json"
	"fmt"
	"html/template"
)

// Chart is a drawing with the table behind it. Kind is line (months), bar
// (ranking), stack (composition) or sankey (flows).
type Chart struct {
	Kind       string
	Title, Sub string
	Unit       string
	Decimals   int
	Tall       bool
	Categories []string
	Series     []Series
	Links      []string // per category: where a click leads
	From       *float64 // the axis starts here instead of 0; the sub-title says so
	Every      *float64 // and has a line at every so much
	Nodes      []Node   // sankey
	Flows      []Flow
	First      string // header of the table's first column
}

// Series is one line or one part. A nil value is a gap.
type Series struct {
	Name   string
	Values []*float64
	Dashed bool
	Marks  []Mark
}

// Mark writes a label at a point.
type Mark struct {
	At       int
	Text     string
	Below    bool
	Quiet    bool // grey and without a dot
	Emphasis bool
}

// Node and Flow of a sankey drawing. Depth colours: 0 grey, then by Colour 1–6.
type Node struct {
	Name   string
	Label  string
	Colour int
	Bold   bool
	Href   string
}

// Flow goes from node to node by name.
type Flow struct {
	From, To string
	Value    float64
}

// F makes a value of a series.
func F(v float64) *float64 { return &v }

// chartData writes the chart's data as a JSON block that charts.js reads.
func (e *env) chartData(c Chart) (template.HTML, error) {
	e.charts++
	b, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("chart %q: %w", c.Title, err)
	}
	// Safe: json.Marshal writes <, > and & as \u003c, \u003e, \u0026, so the
	// block cannot be left; its type is data, it is never run.
	return template.HTML(`<script type="application/json">` + string(b) + `</script>`), nil
}

// Height is the class that gives the drawing its room, so that nothing jumps
// when it comes: months and flows have one height, bars grow with their number.
func (c Chart) Height() string {
	n := len(c.Categories)
	switch {
	case c.Tall || c.Kind == "sankey":
		return "tall"
	case c.Kind == "line":
		return ""
	case n <= 3:
		return "r3"
	case n <= 6:
		return "r6"
	case n <= 12:
		return "r12"
	default:
		return "r20"
	}
}

// Cell is the value of a series at an index, for the table behind a chart.
func (c Chart) Cell(s Series, i int) string {
	if i >= len(s.Values) || s.Values[i] == nil {
		return dash
	}
	return fixed(*s.Values[i], c.Decimals)
}
