package rulehttp

import (
	"net/http"
	"strings"

	"wengang/internal/rule"
	"wengang/internal/setting"
	"wengang/internal/web"
)

// ruleView is a rule of the book, ready to read.
type ruleView struct {
	ID, Title, Message, Hint string
	Badge                    web.Badge
	Cites                    []string
	Params                   []paramView
}

type paramView struct{ Label, Value, Why, Source string }

type bookView struct {
	Families []family
	Total    int
}

type family struct {
	Title string
	Rules []ruleView
}

// viewOf reads a rule; set gives the thresholds in force, nil leaves them out.
func viewOf(r *web.Request, x *rule.Rule, set *rule.Settings) ruleView {
	v := ruleView{ID: x.ID, Title: r.T(x.Title()), Message: plain(r.T(x.Message())), Hint: r.T(x.Hint()), Badge: badge(r, x.Severity)}
	v.Cites = cites(x.Cite)
	if set == nil {
		return v
	}
	for _, name := range x.Params {
		def, ok := setting.Lookup(name)
		if !ok {
			continue
		}
		v.Params = append(v.Params, paramView{Label: r.T("setting." + name), Value: set.Text(name), Why: r.T("setting." + name + ".why"), Source: def.Source})
	}
	return v
}

// cites names each document once, with its numbers.
func cites(all []rule.Citation) []string {
	var out []string
	for i, c := range all {
		line := strings.TrimSpace(c.Number + " " + c.Paragraph)
		if i > 0 && all[i-1].Document == c.Document {
			out[len(out)-1] += "、" + line
			continue
		}
		out = append(out, strings.TrimSpace(c.Document+" "+line))
	}
	return out
}

// plain shows a message's placeholders as dots: the book has no values.
func plain(s string) string {
	for _, p := range []string{"{0}", "{1}", "{2}", "{3}"} {
		s = strings.ReplaceAll(s, p, "…")
	}
	return s
}

// rules is the book: every rule with its source, severity, thresholds in force
// at the page's place, and what to do.
func (h *Rim) rules(w http.ResponseWriter, r *web.Request) error {
	set, err := h.desk.Settings(r.Context(), nil, r.At)
	if err != nil {
		return err
	}
	v := bookView{}
	at := map[string]int{}
	for _, x := range rule.All() {
		name, _, _ := strings.Cut(x.ID, ".")
		i, ok := at[name]
		if !ok {
			i = len(v.Families)
			at[name] = i
			v.Families = append(v.Families, family{Title: r.T("finding.family." + name)})
		}
		v.Families[i].Rules = append(v.Families[i].Rules, viewOf(r, x, set))
		v.Total++
	}
	return h.shell.Page(w, r, "finding/rules", v)
}
