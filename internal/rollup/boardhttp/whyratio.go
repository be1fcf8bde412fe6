package boardhttp

import (
	"cmp"
	"fmt"
	"slices"

	"wengang/internal/indicator"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// hundredths writes hundredths of a percentage point as 1.72.
func hundredths(n int64) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

// amount writes a printed value of a mean or a rate with its unit.
func amount(r *web.Request, d *indicator.Def, n int64) string {
	if d.Unit == indicator.Fen {
		return web.Yuan(n) + " " + r.T("indicator.unit.fen")
	}
	return hundredths(n) + "%"
}

// change writes a change of a mean or a rate with its unit.
func changed(r *web.Request, d *indicator.Def, n int64) string {
	if d.Unit == indicator.Fen {
		return signed(r, d, n) + " " + r.T("indicator.unit.fen")
	}
	return r.T("board.points", signed(r, d, n))
}

// whyRatio takes a mean or a rate apart: what changed inside the parts, and
// what the weights of the parts did.
func (h *Rim) whyRatio(a *asked, w whyAsk, v *whyView) error {
	r := a.r
	x, err := h.figures.ExplainRatio(r.Context(), r.Scope(), h.question(a, w))
	if err != nil {
		return err
	}
	if !x.FromV.Known || !x.ToV.Known {
		v.Empty = r.T("rollup.nc.missing", a.month.Add(-w.back).String())
		return nil
	}
	v.Ratio = true
	v.turn(r, x.Delta())
	v.Delta = changed(r, w.d, x.Delta())
	v.Sub = r.T("board.why.sub", v.Name, amount(r, w.d, x.From), amount(r, w.d, x.To))
	slices.SortStableFunc(x.Parts, func(p, q rollup.Effect) int { return cmp.Compare(abs(q.Delta()), abs(p.Delta())) })
	for i := range x.Parts {
		e := &x.Parts[i]
		l := whyLine{Name: h.partName(a, w, e.Region, e.Code), Delta: e.Delta(), Text: signed(r, w.d, e.Delta()), Href: h.partHref(a, w, e.Region, e.Code),
			From: shown(r, w.d, e.From), To: shown(r, w.d, e.To), Within: signed(r, w.d, e.Within), Mix: signed(r, w.d, e.Mix)}
		l.Note = r.T("board.why.effects", l.Within, l.Mix)
		v.Lines = append(v.Lines, l)
	}
	v.Total = whyLine{Delta: x.Delta(), Text: signed(r, w.d, x.Delta()), From: shown(r, w.d, x.FromV), To: shown(r, w.d, x.ToV),
		Within: signed(r, w.d, x.Within), Mix: signed(r, w.d, x.Mix)}
	v.settle(r, w)
	h.say(a, w, v, amount(r, w.d, x.To), amount(r, w.d, x.From), x.Delta())
	key := "board.say.within"
	if abs(x.Mix) > abs(x.Within) {
		key = "board.say.mix"
	}
	v.Say = append(v.Say, r.T(key, changed(r, w.d, x.Within), changed(r, w.d, x.Mix)))
	return nil
}

// shown is a value of a part without its unit, as the columns print it.
func shown(r *web.Request, d *indicator.Def, x rollup.Value) string {
	switch {
	case !x.Known:
		return "—"
	case d.Unit == indicator.Fen:
		return web.Yuan(x.N)
	}
	return fmt.Sprintf("%.2f", x.Float()*100)
}

// say puts the change into plain sentences: how much, and who explains most.
func (h *Rim) say(a *asked, w whyAsk, v *whyView, to, from string, delta int64) {
	r := a.r
	unit := ""
	if w.d.Unit == indicator.Persons {
		unit = " " + r.T("indicator.unit.person")
	}
	base := r.T("board.say.base."+w.vs(), a.month.Add(-w.back).String(), from+unit)
	what := signed(r, w.d, abs(delta))
	if w.d.Unit != indicator.Persons {
		what = changed(r, w.d, abs(delta))
	} else {
		what = web.Thousands(abs(delta)) + unit
	}
	key := "board.say.same"
	switch {
	case delta < 0:
		key = "board.say.less"
	case delta > 0:
		key = "board.say.more"
	}
	v.Say = append(v.Say, r.T(key, h.name(r, a.at), v.Name, to+unit, base, trimPlus(what)))
	said := 0
	for i := range v.Lines {
		l := &v.Lines[i]
		if said == 2 || l.Delta == 0 || delta < 0 != (l.Delta < 0) || delta == 0 {
			continue
		}
		said++
		if l.Note == "" || v.Ratio {
			v.Say = append(v.Say, r.T("board.say.part", l.Name, l.Text, v.ShareHead, l.Share))
		} else {
			v.Say = append(v.Say, r.T("board.say.partnote", l.Name, l.Text, v.ShareHead, l.Share, l.Note))
		}
	}
}

func trimPlus(s string) string {
	if len(s) > 0 && s[0] == '+' {
		return s[1:]
	}
	return s
}
