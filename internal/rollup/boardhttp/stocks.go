package boardhttp

import (
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// stockView is 期初 + 流入 − 流出 = 期末 of one stock, for the month and for the
// year from January.
type stockView struct {
	Name, Month, Year string
	Lines             []stockLine
	Note              string
}

type stockLine struct {
	Sign, Name, Href string
	N, Year          string
	Bold             bool
}

func (h *Rim) stocks(a *asked) ([]stockView, error) {
	r := a.r
	var out []stockView
	for _, st := range rollup.Stocks {
		_, month, err := h.figures.Identities(r.Context(), r.Scope(), st, a.at, a.month, a.month, a.view)
		if err != nil {
			return nil, err
		}
		_, year, err := h.figures.Identities(r.Context(), r.Scope(), st, a.at, a.month.January(), a.month, a.view)
		if err != nil {
			return nil, err
		}
		v := stockView{Name: r.T("indicator." + string(st)), Month: a.month.String(), Year: r.T("indicator.identity.year", a.month.Num())}
		cell := func(x *rollup.Identity, n int64) string {
			if !x.Known {
				return "—"
			}
			return web.Thousands(n)
		}
		v.Lines = append(v.Lines, stockLine{Name: r.T("indicator.identity.start"), N: cell(&month, month.Start), Year: cell(&year, year.Start), Bold: true})
		add := func(sign string, of, ofYear []rollup.Flow) {
			for i, f := range of {
				l := stockLine{Sign: sign, Name: r.T(f.Def.Key()), N: cell(&month, f.N), Year: cell(&year, ofYear[i].N)}
				if month.Known && f.N > 0 {
					l.Href = listLink(r, f.Def, a.at)
				}
				v.Lines = append(v.Lines, l)
			}
		}
		add("+", month.In, year.In)
		if month.Since != 0 || year.Since != 0 {
			v.Lines = append(v.Lines, stockLine{Sign: "+", Name: r.T("indicator.identity.since"), N: cell(&month, month.Since), Year: cell(&year, year.Since)})
		}
		add("−", month.Out, year.Out)
		v.Lines = append(v.Lines, stockLine{Sign: "=", Name: r.T("indicator.identity.end"), N: cell(&month, month.End), Year: cell(&year, year.End), Bold: true})
		if !month.Known {
			v.Note = r.T("indicator.identity.unknown", a.month.Add(-1).String())
		} else if !year.Known {
			v.Note = r.T("indicator.identity.unknown", a.month.January().Add(-1).String())
		}
		out = append(out, v)
	}
	return out, nil
}
