package people

import (
	"slices"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
)

// Unverified in Filter.Status asks for the states that rows show as 待核实.
const Unverified = 0

// stateWhere is the condition that the state which a row shows (lives.state)
// is one of the codes: the same reading of spells and statements as one
// expression, so that a list never shows other states than it was asked for.
// months is how long a state stands without confirmation.
func stateWhere(codes []int, m calendar.Month, months int, a *db.Args) string {
	at := a.Add(int32(m))
	running := worksAt(m, a)
	// Of the spells begun by the month the one that rows show: the last that
	// runs, else the last.
	last := func(what, cond string) string {
		return `(SELECT ` + what + ` FROM spell w WHERE w.person_id = p.id AND w.start_month <= ` + at + cond + ` AND ` + live("w") +
			` ORDER BY w.start_month DESC, w.id DESC LIMIT 1)`
	}
	end := last("w.end_month", "")
	seen := last(`(SELECT max(v.month) FROM spell_seen v WHERE v.person_id = w.person_id AND v.spell_id = w.id AND v.month <= `+at+` AND `+live("v")+`)`,
		" AND w.end_month > "+at)
	stated := "p.status_on / 100"
	work, jobless := strconv.Itoa(fact.StatusWork), strconv.Itoa(fact.StatusJobless)
	ended := "(p.student = 0 AND (" + stated + " < " + end + " OR " + stated + " = " + end + " AND p.status = " + work + "))"
	code := "CASE WHEN " + running + " THEN " + work + " WHEN " + ended + " THEN " + jobless + " ELSE p.status END"
	// Confirmed before the set number of months, or never.
	old := a.Add(int32(m.Add(-months)))
	stale := "CASE WHEN " + running + " THEN coalesce(" + seen + ", 0) <= " + old + " AND (p.status <> " + work + " OR " + stated + " <= " + old + ")" +
		" WHEN " + ended + " THEN " + end + " <= " + old + " ELSE " + stated + " <= " + old + " END"
	asked := "(p.skill IN (1, 2, 3) AND (" + code + ") NOT IN (2, 3, 4) AND (p.willing = 1 OR (" + code + ") IN (0, 1)) AND (" + stale + "))"
	var parts []string
	if slices.Contains(codes, Unverified) {
		parts = append(parts, asked)
	}
	if known := slices.DeleteFunc(slices.Clone(codes), func(c int) bool { return c == Unverified }); len(known) > 0 {
		parts = append(parts, "(("+code+") IN "+db.List(a, known)+" AND NOT "+asked+")")
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}
