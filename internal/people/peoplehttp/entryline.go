package peoplehttp

import (
	"strconv"
	"strings"

	"wengang/internal/fact"
	"wengang/internal/people"
	"wengang/internal/people/entry"
	"wengang/internal/region"
	"wengang/internal/web"
)

// untouched are the rows that say something, that nobody filled in and that
// were not seen this month.
func untouched(b *entry.Book, lines []entry.Line, own map[int64]string) []entry.Line {
	filled := map[int64]bool{}
	for _, l := range lines {
		filled[l.Person] = true
	}
	var out []entry.Line
	for i := range b.Rows {
		p := &b.Rows[i]
		if filled[p.ID] || own[p.ID] != "" || p.State.Code == 0 {
			continue
		}
		out = append(out, entry.Line{Person: p.ID, Status: entry.Same, WageFen: -1})
	}
	return out
}

// entryLines reads the rows that were filled in; own says what of them cannot
// be read.
func (h *Rim) entryLines(r *web.Request, rows []people.Row) ([]entry.Line, map[int64]string) {
	var out []entry.Line
	own := map[int64]string{}
	for i := range rows {
		key := id10(rows[i].ID)
		val := func(p string) string { return strings.TrimSpace(r.PostFormValue(p + key)) }
		status, money, place := val("s"), val("w"), val("p")
		if status == "" && money == "" && place == "" {
			continue
		}
		l := entry.Line{Person: rows[i].ID, WageFen: -1, Employer: val("e"), Reason: val("r")}
		if problem := h.entryLine(r, &l, status, money, place, val("c")); problem != "" {
			own[l.Person] = problem
			continue
		}
		out = append(out, l)
	}
	return out, own
}

func (h *Rim) entryLine(r *web.Request, l *entry.Line, status, money, place, channel string) string {
	if money != "" {
		fen, ok := parseYuan(money)
		if !ok {
			return r.T("people.money")
		}
		l.WageFen = fen
	}
	switch n, err := strconv.Atoi(status); {
	case status == "" && place == "":
		l.Status = entry.Same // only a wage: work goes on
	case status == "":
		l.Status = fact.StatusWork
	case err != nil || n != entry.Same && !fact.Status.Valid(n):
		return r.T("people.sheet.status")
	default:
		l.Status = n
	}
	if place != "" {
		m := h.tree.ResolveWorkplace(place)
		switch m.Status {
		case region.One:
			l.Place = m.Code
		case region.Several:
			return r.T("people.place.several", len(m.Candidates))
		default:
			return r.T("people.place.none")
		}
	}
	if channel != "" {
		n, err := strconv.Atoi(channel)
		if err != nil || !fact.Channel.Valid(n) {
			return r.T("people.word")
		}
		l.Channel = n
	}
	return ""
}
