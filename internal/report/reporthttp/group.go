package reporthttp

import (
	"strings"

	"wengang/internal/report"
	"wengang/internal/web"
)

// groupFrom is from how many equal hints on they stand in one line.
const groupFrom = 3

// grouped puts hints of one rule that many rows share into one line, where the
// first of them stood; each can still be opened. What stops a submission stays
// by itself.
func grouped(r *web.Request, all []report.Finding, views []findingView) []findingView {
	same := map[string][]int{}
	for i, f := range all {
		if !f.Hard {
			same[f.Rule] = append(same[f.Rule], i)
		}
	}
	var out []findingView
	for i, f := range all {
		at := same[f.Rule]
		switch {
		case f.Hard || len(at) < groupFrom:
			out = append(out, views[i])
		case at[0] == i:
			g := findingView{Text: r.T("report.check.many", rule(r, f), len(at))}
			for _, k := range at {
				g.More = append(g.More, views[k])
			}
			out = append(out, g)
		}
	}
	return out
}

// rule is a hint in short: its sentence without the row that it begins with.
func rule(r *web.Request, f report.Finding) string {
	s := r.T(f.Rule + ".short")
	if s == f.Rule+".short" || strings.TrimSpace(s) == "" {
		return r.T(f.Rule, f.Args...)
	}
	return s
}
