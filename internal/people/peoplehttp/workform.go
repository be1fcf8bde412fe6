package peoplehttp

import (
	"net/http"
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
	"wengang/internal/work"
)

var errNotFound = fault.NotFoundf("fault.notfound")

func (h *Rim) now() calendar.Month { return calendar.MonthAt(h.shell.Now()) }

func (h *Rim) spellForm(w http.ResponseWriter, r *web.Request) error {
	f, _, err := h.formOn(r, "work.add", "people.save")
	if err != nil {
		return err
	}
	h.spellFields(f, nil, true)
	return h.show(w, r, f)
}

func (h *Rim) spellFields(f *form, candidates []region.Place, first bool) {
	f.section("people.section.spell")
	f.month("start", h.now(), true)
	f.month("end", 0, false)
	h.termFields(f, fact.Term{WageFen: -1, TransportFen: -1}, candidates)
	f.section("people.section.source")
	f.text("source", f.r.T("people.source.visit"), 40, true)
	others := ""
	if first || f.r.PostFormValue("others") == "1" {
		others = "1"
	}
	fl := web.Field{Name: "others", Label: f.r.T("work.end_others"), Kind: "check", Hint: f.r.T("work.end_others.hint"), Value: others, Wide: true}
	s := &f.view.Sections[len(f.view.Sections)-1]
	s.Fields = append(s.Fields, fl)
}

func (h *Rim) termFields(f *form, t fact.Term, candidates []region.Place) {
	place := ""
	if t.Place != 0 {
		place = h.tree.FullName(t.Place)
	}
	f.place("work_place", place, candidates, h.tree.FullName)
	f.text("employer", t.Employer, 100, false)
	f.choice("channel", fact.Channel, t.Channel, true)
	f.choice("industry", fact.Industry, t.Industry, false)
	f.money("wage", t.WageFen)
	f.choice("point_to_point", fact.YesNo, t.PointToPoint, false)
	f.money("transport", t.TransportFen)
}

func (h *Rim) term(f *form) (fact.Term, []region.Place) {
	place, candidates := f.placeOf("work_place", h.tree.ResolveWorkplace)
	return fact.Term{Place: place, Employer: f.r.PostFormValue("employer"), Channel: f.intOf("channel"), Industry: f.intOf("industry"),
		WageFen: f.fenOf("wage"), PointToPoint: f.intOf("point_to_point"), TransportFen: f.fenOf("transport")}, candidates
}

func (h *Rim) saveSpell(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "work.add", "people.save")
	if err != nil {
		return err
	}
	in := work.NewSpell{Start: f.monthOf("start"), End: f.monthOf("end"), Source: r.PostFormValue("source"), EndOthers: r.PostFormValue("others") == "1", Strength: fact.ByVillage}
	var candidates []region.Place
	in.Term, candidates = h.term(f)
	if err = f.early(); err == nil {
		_, err = h.work.Add(r.Context(), r.FullScope(), r.Caller, head.P.ID, in)
	}
	if err != nil {
		if err = f.failed(err); err != nil {
			return err
		}
		h.spellFields(f, candidates, false)
		return h.show(w, r, f)
	}
	return r.Redirect(w, h.personLink(r, head.P.ID))
}

// spellOf is the form of one spell of one person.
func (h *Rim) spellOf(r *web.Request, title, submit string) (*form, *headView, *fact.Spell, error) {
	f, head, err := h.formOn(r, title, submit)
	if err != nil {
		return nil, nil, nil, err
	}
	id, err := pathID(r, "spell")
	if err != nil {
		return nil, nil, nil, err
	}
	spells, err := h.work.Spells(r.Context(), r.FullScope(), head.P.ID)
	if err != nil {
		return nil, nil, nil, err
	}
	for i := range spells {
		if spells[i].ID == id {
			last := spells[i].Terms[len(spells[i].Terms)-1]
			f.view.Note = join(last.Employer, h.workPlace(last.Place), spanText(r, spells[i].Start, spells[i].End))
			return f, head, &spells[i], nil
		}
	}
	return nil, nil, nil, errNotFound
}

func (h *Rim) termsForm(w http.ResponseWriter, r *web.Request) error {
	f, _, s, err := h.spellOf(r, "work.terms.title", "people.save")
	if err != nil {
		return err
	}
	h.termsFields(f, s, nil)
	return h.show(w, r, f)
}

func (h *Rim) termsFields(f *form, s *fact.Spell, candidates []region.Place) {
	f.section("people.section.terms")
	f.add(web.Field{Name: "from", Kind: "month", Value: min(h.now(), max(s.Start, s.End)).String(), Required: true, Hint: f.r.T("people.hint.from")})
	h.termFields(f, s.Terms[len(s.Terms)-1], candidates)
}

func (h *Rim) saveTerms(w http.ResponseWriter, r *web.Request) error {
	f, head, s, err := h.spellOf(r, "work.terms.title", "people.save")
	if err != nil {
		return err
	}
	t, candidates := h.term(f)
	t.From = f.monthOf("from")
	if err = f.early(); err == nil {
		err = h.work.EditTerms(r.Context(), r.FullScope(), r.Caller, head.P.ID, s.ID, t)
	}
	if err != nil {
		if err = f.failed(err); err != nil {
			return err
		}
		h.termsFields(f, s, candidates)
		return h.show(w, r, f)
	}
	return r.Redirect(w, h.personLink(r, head.P.ID))
}

func (h *Rim) endForm(w http.ResponseWriter, r *web.Request) error {
	f, _, _, err := h.spellOf(r, "work.end.do", "work.end.do")
	if err != nil {
		return err
	}
	h.endFields(f)
	return h.show(w, r, f)
}

func (h *Rim) endFields(f *form) {
	f.section("people.section.end")
	f.add(web.Field{Name: "end", Label: f.r.T("work.end.month"), Kind: "month", Value: h.now().String(), Required: true, Hint: f.r.T("work.end.month.hint")})
	now := f.typed("reason", "")
	why := web.Field{Name: "reason", Label: f.r.T("work.end.reason"), Kind: "radio", Required: true, Wide: true}
	for _, v := range work.EndReasons {
		if v != "new_job" {
			why.Options = append(why.Options, web.Option{Value: v, Label: f.r.T("work.end." + v), On: v == now})
		}
	}
	f.add(why)
	next := web.Field{Name: "next", Label: f.r.T("work.end.next"), Kind: "radio", Required: true, Wide: true}
	on := f.typed("next", strconv.Itoa(fact.StatusJobless))
	for _, code := range []int{fact.StatusJobless, fact.StatusFarm, fact.StatusOwn, fact.StatusCare} {
		v := strconv.Itoa(code)
		next.Options = append(next.Options, web.Option{Value: v, Label: word(f.r, "status", code), On: v == on})
	}
	f.add(next)
	f.text("source", f.r.T("people.source.visit"), 40, true)
}

func (h *Rim) saveEnd(w http.ResponseWriter, r *web.Request) error {
	f, head, s, err := h.spellOf(r, "work.end.do", "work.end.do")
	if err != nil {
		return err
	}
	e := work.Ending{Month: f.monthOf("end"), Reason: r.PostFormValue("reason"), Next: f.intOf("next"), Source: r.PostFormValue("source")}
	if err = f.early(); err == nil {
		err = h.work.End(r.Context(), r.FullScope(), r.Caller, head.P.ID, s.ID, e)
	}
	if err != nil {
		if err = f.failed(err); err != nil {
			return err
		}
		h.endFields(f)
		return h.show(w, r, f)
	}
	return r.Redirect(w, h.personLink(r, head.P.ID))
}

func (h *Rim) datesForm(w http.ResponseWriter, r *web.Request) error {
	f, _, s, err := h.spellOf(r, "work.dates.title", "people.save")
	if err != nil {
		return err
	}
	h.datesFields(f, s)
	return h.show(w, r, f)
}

func (h *Rim) datesFields(f *form, s *fact.Spell) {
	f.section("people.section.dates")
	f.month("start", s.Start, true)
	f.add(web.Field{Name: "end", Kind: "month", Value: s.End.String(), Hint: f.r.T("work.end.blank")})
}

func (h *Rim) saveDates(w http.ResponseWriter, r *web.Request) error {
	f, head, s, err := h.spellOf(r, "work.dates.title", "people.save")
	if err != nil {
		return err
	}
	start, end := f.monthOf("start"), f.monthOf("end")
	if end == 0 {
		end = calendar.Open
	}
	if err = f.early(); err == nil {
		err = h.work.Correct(r.Context(), r.FullScope(), r.Caller, head.P.ID, s.ID, start, end)
	}
	if err != nil {
		if err = f.failed(err); err != nil {
			return err
		}
		h.datesFields(f, s)
		return h.show(w, r, f)
	}
	return r.Redirect(w, h.personLink(r, head.P.ID))
}

// saveSeen confirms that the spell runs this month.
func (h *Rim) saveSeen(w http.ResponseWriter, r *web.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	spell, err := pathID(r, "spell")
	if err != nil {
		return err
	}
	if err := h.work.See(r.Context(), r.FullScope(), r.Caller, id, spell, h.now()); err != nil {
		return err
	}
	return r.Redirect(w, h.personLink(r, id))
}
