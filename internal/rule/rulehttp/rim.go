// Package rulehttp is the findings desk: what the checks found by rule and by
// place, the people behind it, excuses, and the book of rules. It binds and
// renders; every decision is the desk's.
package rulehttp

import (
	"context"
	"embed"
	"strconv"

	"wengang/internal/account"
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
		web.Route{Pattern: "GET /findings/{id}", Need: account.FindingsRead, Action: h.one},
		web.Route{Pattern: "POST /findings/{id}/excuse", Need: account.FindingsClear, Action: h.excuse},
		web.Route{Pattern: "POST /findings/{id}/reopen", Need: account.FindingsClear, Action: h.reopen},
	)
}

// Todos tells who clears findings how many wait at the page's place.
func (h *Rim) Todos(ctx context.Context, r *web.Request) ([]web.Todo, error) {
	if !r.Caller.Can(account.FindingsClear) {
		return nil, nil
	}
	counts, err := h.desk.ByRule(ctx, r.Caller.Scope(account.FindingsClear).Within(r.At), rule.Filter{Severity: rule.Warning})
	if err != nil || len(counts) == 0 {
		return nil, err
	}
	n := 0
	for _, c := range counts {
		n += c.Open
	}
	return []web.Todo{{Icon: "list-check", Title: r.T("finding.todo.title"), Count: r.T("finding.count", web.Thousands(n)),
		Note: r.T("finding.todo.most", r.T(counts[0].Rule.Title()), web.Thousands(counts[0].Open)), Hint: r.T("finding.todo.hint"),
		Action: r.T("finding.todo.action"), Href: r.Link("/findings", "severity", int(rule.Warning))}}, nil
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
