package indicator

import (
	"fmt"
	"strings"

	"wengang/internal/text"
)

// Docs is docs/indicators.md: the registry as a page.
func Docs() string {
	var b strings.Builder
	b.WriteString("# Indicators\n\nGenerated from `internal/indicator` by `go test ./internal/indicator -update`; do not edit.\n\n")
	b.WriteString("Every figure is counted over person-months. *Up* says how it goes up the tree: sum; union (distinct people, counted again at each level); derived (recomputed from its parts, never added). *Settings* make the calibre: across a change of one the comparison is 不可比. The condition is what `verify` recounts with; the list behind a figure holds the people whom it counts.\n")
	var family Family
	for _, d := range all {
		if d.Family != family {
			family = d.Family
			fmt.Fprintf(&b, "\n## %s · %s\n\n| id | 名称 | 怎样算 | unit | calibre | up | settings | source |\n|---|---|---|---|---|---|---|---|\n",
				text.T(text.ZH, "indicator.family."+string(family)), text.T(text.EN, "indicator.family."+string(family)))
		}
		fmt.Fprintf(&b, "| `%s` | %s<br>%s | %s<br>`%s` | %s | %s | %s | %s | %s |\n", d.ID,
			text.T(text.ZH, d.Key()), text.T(text.EN, d.Key()), text.T(text.ZH, d.How()), strings.ReplaceAll(d.formula(), "|", "\\|"),
			d.Unit, d.Calibre, d.Up, strings.Join(d.Uses, ", "), d.Citation)
	}
	return b.String()
}

// formula is the indicator's condition, or its parts.
func (d *Def) formula() string {
	switch {
	case d.Kind == Ratio:
		return d.Num + " / " + d.Den
	case d.Kind == Total:
		return "Σ wage_fen: " + d.SQL
	case d.Kind == Absorb && d.MidWest:
		return d.SQL + "; origin in 中西部"
	}
	return d.SQL
}
