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
	b.WriteString("Every figure is counted over person-months. The goals are those of the notices (稳存量、扩增量、提质量: A025) and the base they are measured on. *Up* says how it goes up the tree: sum; union (distinct people, counted again at each level); derived (recomputed from its parts, never added). *Settings* make the calibre: across a change of one the comparison is 不可比; so it is across versions, and months closed before a fact was kept do not have its indicators (*facts*). The condition is what `verify` recounts with; the list behind a figure holds the people whom it counts.\n\n")
	fmt.Fprintf(&b, "%d indicators, %d of them counted, the others computed from these.\n", len(all), len(counts))
	for _, g := range Goals {
		fmt.Fprintf(&b, "\n## %s · %s\n", text.T(text.ZH, "indicator.goal."+string(g)), text.T(text.EN, "indicator.goal."+string(g)))
		var family Family
		for _, d := range OfGoal(g) {
			if d.Family != family {
				family = d.Family
				fmt.Fprintf(&b, "\n### %s · %s\n\n| id | 名称 | 怎样算 | unit | calibre | up | settings | valid | source |\n|---|---|---|---|---|---|---|---|---|\n",
					text.T(text.ZH, "indicator.family."+string(family)), text.T(text.EN, "indicator.family."+string(family)))
			}
			fmt.Fprintf(&b, "| `%s` | %s<br>%s | %s<br>`%s` | %s | %s | %s | %s | %s | %s |\n", d.ID,
				text.T(text.ZH, d.Key()), text.T(text.EN, d.Key()), text.T(text.ZH, d.How()), strings.ReplaceAll(d.Formula(), "|", "\\|"),
				d.Unit, d.Calibre, d.Up, strings.Join(d.Uses, ", "), d.valid(), d.Citation)
		}
	}
	return b.String()
}

// valid is the definition's version with the months and facts that it needs.
func (d *Def) valid() string {
	s := fmt.Sprintf("v%d", d.Version)
	if d.Facts > 0 {
		s += fmt.Sprintf(" facts %d", d.Facts)
	}
	if d.Since != 0 || d.Until != 0 {
		s += fmt.Sprintf(" %s–%s", d.Since, d.Until)
	}
	return s
}

// Formula is the indicator's condition, or its parts.
func (d *Def) Formula() string {
	switch {
	case d.Kind == Combine:
		s := d.Parts[0].ID
		for _, p := range d.Parts[1:] {
			if p.Minus {
				s += " − " + p.ID
			} else {
				s += " + " + p.ID
			}
		}
		return s + "; list: " + d.SQL
	case d.Kind == Ratio:
		return d.Num + " / " + d.Den
	case d.Kind == Total:
		return "Σ wage_fen: " + d.SQL
	case d.Kind == Absorb && d.MidWest:
		return d.SQL + "; origin in 中西部"
	}
	return d.SQL
}
