package account

import (
	"slices"
	"strings"

	"wengang/internal/region"
)

// Roles lists the roles that can be granted, business first.
func Roles() []Role {
	return []Role{Aide, Officer, Reviewer, Leader, System, Security, Auditor}
}

// Depts lists the departments.
func Depts() []Dept {
	return []Dept{DeptHR, DeptRural, DeptAgriculture, DeptPlanning, DeptFinance}
}

// Permissions lists every permission, by kind of work.
func Permissions() []Permission {
	return []Permission{
		BoardRead, PeopleRead, PeopleEdit, PeopleReveal, PeopleExport, PeopleMerge, PeopleProof, ImportRun, FindingsRead, FindingsClear,
		MonthClose, MonthReopen, TargetRead, TargetEdit, TargetSign, RegisterRead, RegisterEdit, ReportRead, ReportFill,
		ReportReview, ReportSign, HandoverAsk, HandoverAnswer, SettingEdit, ExportApprove, LookedRead, RightsRead, UserRead, UserCreate, UserGrant, AuditRead, SystemOperate, InspectOwn,
	}
}

// Cell is one entry of the permission table: whether a role holds a
// permission, in which departments (none: all) and at which levels.
type Cell struct {
	Held     bool
	Depts    []Dept
	From, To region.Level
}

// Line is a permission with the cells of Roles, in that order.
type Line struct {
	Permission Permission
	Cells      []Cell
}

// Table is the permission table as it is in force, for the page on which a
// leader reads it. It is derived from what Has decides by, so it cannot say
// anything else.
func Table() []Line {
	lines := make([]Line, 0, len(Permissions()))
	for _, p := range Permissions() {
		line := Line{Permission: p}
		for _, r := range Roles() {
			line.Cells = append(line.Cells, cell(r, p))
		}
		lines = append(lines, line)
	}
	return lines
}

// Can lists what a grant allows at its place, in the order of Permissions.
func (g Grant) Can() []Permission {
	var out []Permission
	for _, p := range Permissions() {
		if g.Has(p) {
			out = append(out, p)
		}
	}
	return out
}

// Sees reports a permission to look; the others are acts.
func (p Permission) Sees() bool { return strings.HasSuffix(string(p), ".read") }

// Levels is where a role can be granted.
func (r Role) Levels() (from, to region.Level) {
	if span, ok := roleLevels[r]; ok {
		return span.from, span.to
	}
	return region.Nation, region.Village
}

func cell(r Role, p Permission) Cell {
	var c Cell
	c.From, c.To = r.Levels()
	if span, ok := levelOnly[p]; ok {
		c.From, c.To = max(c.From, span.from), min(c.To, span.to)
	}
	if c.From > c.To {
		return Cell{}
	}
	for _, d := range Depts() {
		if r.Has(d, p) {
			c.Held = true
			c.Depts = append(c.Depts, d)
		}
	}
	if !c.Held {
		return Cell{}
	}
	if len(c.Depts) == len(Depts()) {
		c.Depts = nil
	}
	return c
}

// Grantable reports why a grant cannot be, or "" : the tail of a catalogue
// key "account.grant.<why>".
func (g Grant) Grantable() string {
	switch {
	case !slices.Contains(Roles(), g.Role):
		return "role"
	case g.Role.Admin() && g.Dept != "":
		return "admin_dept"
	case !g.Role.Admin() && !slices.Contains(Depts(), g.Dept):
		return "dept"
	}
	if span, ok := roleLevels[g.Role]; ok && !span.holds(g.Region.Level()) {
		return "level"
	}
	return ""
}
