package peoplehttp

import (
	"wengang/internal/web"
)

// doubtAt are the facts that a doubt about a field stands beside, where the
// field's own name is not on the page: keys of their labels.
var doubtAt = map[string][]string{
	"wage": {"people.current.wage", "people.last.wage"}, "work_place": {"people.current.wage", "people.last.wage"},
	"start": {"people.current.span", "people.last.span"}, "end": {"people.current.span", "people.last.span"},
	"employer": {"people.current.employer", "people.last.employer"}, "channel": {"people.field.channel"}, "post": {"people.field.channel"},
	"risk": {"people.field.kind"}, "risk_removed": {"people.field.kind"}, "risk_removed_on": {"people.field.kind"},
	"plan_place": {"people.field.plan_place"}, "service": {"people.field.service"},
}

// doubts puts what the checks doubt beside the fields; what has no place on the
// page stands in the card alone.
func (h *Rim) doubts(r *web.Request, v *recordView) error {
	if h.doubted == nil || v.Head.P.Reduced {
		return nil
	}
	all, err := h.doubted(r, v.Head.P.ID)
	if err != nil {
		return err
	}
	v.Doubts = all
	facts := map[string]*web.Fact{}
	for _, list := range [][]web.Fact{v.Work, v.Self, v.Family, v.Need} {
		for i := range list {
			if facts[list[i].Label] == nil {
				facts[list[i].Label] = &list[i]
			}
		}
	}
	for _, d := range all {
		for _, key := range append(doubtAt[d.Field], "people.field."+d.Field) {
			if f := facts[r.T(key)]; f != nil {
				f.Doubts = append(f.Doubts, d)
				break
			}
		}
	}
	return nil
}
