// Package rulehttp is the findings desk: what the checks found by rule and by
// place, the people behind it, excuses, and the book of rules. It binds and
// renders; every decision is the desk's.
package rulehttp

import (
	"context"
	"embed"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/rule"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the pages of the findings desk.
type Rim struct {
	shell *web.Shell
	desk  *rule.Desk
}

// New makes the rim; both are needed.
func New(s *web.Shell, d *rule.Desk) *Rim {
	if s == nil || d == nil {
		panic("rulehttp.New: a dependency is missing")
	}
	return &Rim{shell: s, desk: d}
}

// Register adds routes, templates, navigation and to-dos to the shell.
func (h *Rim) Register() {
	h.shell.Templates("finding", templates)
	h.shell.Nav(web.NavItem{Key: "web.nav.findings", Icon: "list-check", Href: "/findings", Need: account.FindingsRead, Order: 50})
	h.shell.Todos(h)
	h.shell.Add(
		web.Route{Pattern: "GET /findings", Need: account.FindingsRead, Action: h.show},
		web.Route{Pattern: "GET /findings/rules", Need: account.FindingsRead, Action: h.rules},
		web.Route{Pattern: "POST /findings/export", Need: account.PeopleExport, Action: h.export, Long: true},
		web.Route{Pattern: "POST /findings/excuse", Need: account.FindingsClear, Action: h.excuseMany},
		web.Route{Pattern: "GET /findings/{id}", Need: account.FindingsRead, Action: h.one},
		web.Route{Pattern: "POST /findings/{id}/excuse", Need: account.FindingsClear, Action: h.excuse},
		web.Route{Pattern: "POST /findings/{id}/reopen", Need: account.FindingsClear, Action: h.reopen},
	)
}

// Todos tells who clears findings what waits at the page's place: what is
// overdue, the warnings, exceptions that end soon. Each count is its list's.
func (h *Rim) Todos(ctx context.Context, r *web.Request) ([]web.Todo, error) {
	if !r.Caller.Can(account.FindingsClear) {
		return nil, nil
	}
	scope := r.Caller.Scope(account.FindingsClear).Within(r.At)
	var out []web.Todo
	add := func(key, action string, f rule.Filter, kv ...any) error {
		counts, err := h.desk.ByRule(ctx, scope, f)
		if err != nil || len(counts) == 0 {
			return err
		}
		n, most := 0, counts[0]
		for _, c := range counts {
			n += c.Open
			if c.Open > most.Open {
				most = c
			}
		}
		due := calendar.Date(0)
		if f.State == rule.Open {
			first, _, err := h.desk.List(ctx, scope, f, rule.Cursor{}, 1)
			if err != nil {
				return err
			}
			// A day weeks ahead would put the work out of sight.
			for i := range first {
				if first[i].Due <= calendar.DateAt(h.shell.Now()).Add(7) {
					due = first[i].Due
				}
			}
		}
		out = append(out, web.Todo{Due: due, Icon: "list-check", Title: r.T("finding.todo." + key), Count: r.T("finding.count", web.Thousands(n)),
			Note: r.T("finding.todo.most", r.T(most.Rule.Title()), web.Thousands(most.Open)), Hint: r.T("finding.todo." + key + ".hint"),
			Action: r.T("finding.todo." + action), Href: r.Link("/findings", kv...)})
		return nil
	}
	if err := add("overdue", "action", rule.Filter{Overdue: true}, "overdue", 1); err != nil {
		return nil, err
	}
	if err := add("title", "action", rule.Filter{Severity: rule.Warning}, "severity", int(rule.Warning)); err != nil {
		return nil, err
	}
	return out, add("expiring", "look", rule.Filter{State: rule.Excused, Expiring: true}, "state", "excused", "expiring", 1)
}

// id is the finding that the address names.
func id(r *web.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return n, nil
}

func base(id int64) string { return "/findings/" + strconv.FormatInt(id, 10) }

// badge shows a severity: red and yellow mean risk, a clue is none.
func badge(r *web.Request, s rule.Severity) web.Badge {
	b := web.Badge{Kind: "neu", Icon: "bulb", Text: r.T("finding.severity." + strconv.Itoa(int(s)))}
	switch s {
	case rule.Error:
		b.Kind, b.Icon = "red", "alert-circle"
	case rule.Warning:
		b.Kind, b.Icon = "yel", "alert-triangle"
	}
	return b
}
