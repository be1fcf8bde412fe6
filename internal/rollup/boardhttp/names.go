package boardhttp

import (
	"net/http"

	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// namesView is a village by names: who is not at work, whom to call, what
// changed, who works where. A handful of people needs no percentages.
type namesView struct {
	Groups []nameGroup
	Empty  string
}

type nameGroup struct {
	Title, How, Icon string
	Kind             string // of the badge
	N                int64
	Lines            []personLine
	All              string // the whole list
	Call             bool   // the record, where the number can be asked for
}

// nameGroups are the groups in the order of their urgency.
var nameGroups = []struct {
	id, icon, kind string
	call           bool
}{
	{"jobless", "user-x", "out", true}, {"unverified", "phone", "dash", true}, {"left_work", "arrow-down", "out", true},
	{"new_work", "arrow-up", "work", false}, {"working", "briefcase", "work", false},
}

// namesMost is how many names a group shows.
const namesMost = 40

// names is the village's names, a part of its board that comes by itself and
// is its own page without scripts. It names people, so it needs the right to
// see them, and counts as a list.
func (h *Rim) names(w http.ResponseWriter, r *web.Request) error {
	v := namesView{}
	if r.At.Level() != region.Village {
		v.Empty = r.T("board.names.level")
	}
	f, err := h.figures.Figures(r.Context(), r.Scope(), r.At, r.Month, view(r))
	if err != nil {
		return err
	}
	for _, g := range nameGroups {
		d := indicator.MustGet(g.id)
		group := nameGroup{Title: r.T("board.names." + g.id), How: r.T(d.How()), Icon: g.icon, Kind: g.kind, N: f.N(g.id), All: listLink(r, d, r.At), Call: g.call}
		if group.N == 0 || v.Empty != "" {
			v.Groups = append(v.Groups, group)
			continue
		}
		page, err := h.figures.List(r.Context(), r.Scope(), []*indicator.Def{d}, r.At, r.Month, view(r), rollup.Narrow{}, 0, namesMost)
		if err != nil {
			return err
		}
		if group.Lines, err = h.personLines(r, page.Members, false); err != nil {
			return err
		}
		for i, m := range page.Members {
			if m.Class == fact.InsideCounty {
				group.Lines[i].Place = r.T("board.flow.inside")
			}
		}
		if page.Next == 0 {
			group.All = ""
		}
		v.Groups = append(v.Groups, group)
	}
	if r.HX() {
		return h.shell.Fragment(w, r, "board/names", "names", v)
	}
	return h.shell.Page(w, r, "board/names", v)
}
