package peoplehttp

import (
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/fact"
	"wengang/internal/people"
	"wengang/internal/people/flow"
	"wengang/internal/region"
	"wengang/internal/web"
)

func (h *Rim) newPerson(w http.ResponseWriter, r *web.Request) error {
	f := h.newForm(r, nil, "people.add", "people.save")
	p := fact.Person{IDKind: 1, Ethnic: 1, Village: villageOf(r)}
	h.newborn(r, &p)
	if err := h.personFields(f, &p, true, nil); err != nil {
		return err
	}
	return h.show(w, r, f)
}

// villageOf is the page's place where it is a village.
func villageOf(r *web.Request) region.Code {
	if r.At.Level() == region.Village {
		return r.At
	}
	return 0
}

func (h *Rim) createPerson(w http.ResponseWriter, r *web.Request) error {
	f := h.newForm(r, nil, "people.add", "people.save")
	p := f.person()
	village, candidates := f.home(func(s string) region.Match { return h.tree.Resolve(s, r.At) })
	p.Village = village
	p.Household = r.PostFormValue("household")
	a := f.act()
	if a.Kind == 0 {
		a.Kind = flow.AddedIn
	}
	p.Status, p.StatusOn, p.StatusFrom = f.intOf("status"), f.dateOf("status_on"), r.PostFormValue("status_source")
	if k := f.intOf("kind"); k != 0 {
		since := f.dateOf("kind_since")
		if since == 0 {
			since = h.today()
		}
		p.Kinds = []fact.PersonKind{{Kind: k, Since: since, Until: fact.Forever}}
	}
	err := f.early()
	var id int64
	if err == nil {
		id, err = h.flows.Enter(r.Context(), r.FullScope(), r.Caller, p, a)
	}
	if err != nil {
		if err = f.failed(err); err != nil {
			return err
		}
		if err = h.personFields(f, &p, true, candidates); err != nil {
			return err
		}
		return h.show(w, r, f)
	}
	return r.Redirect(w, h.personLink(r, id))
}

func (h *Rim) editPerson(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.edit.title", "people.save")
	if err != nil {
		return err
	}
	f.view.Hidden["version"] = strconv.Itoa(head.P.Version)
	if err := h.personFields(f, &head.P.Person, false, nil); err != nil {
		return err
	}
	return h.show(w, r, f)
}

func (h *Rim) savePerson(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.formOn(r, "people.edit.title", "people.save")
	if err != nil {
		return err
	}
	e := people.Edit{Person: f.person(), DropPhone: r.PostFormValue("drop_phone") == "1", Reason: r.PostFormValue("reason")}
	if !r.PostForm.Has("settlement") {
		e.Settlement = head.P.Settlement // the county has none to choose
	}
	e.Disability, e.Grade, e.IDKind, e.IDNumber = head.P.Disability, head.P.Grade, head.P.IDKind, ""
	e.Version = f.intOf("version")
	if err = f.early(); err == nil {
		err = h.people.Update(r.Context(), r.FullScope(), r.Caller, head.P.ID, e)
	}
	if err != nil {
		if err = f.failed(err); err != nil {
			return err
		}
		f.view.Hidden["version"] = strconv.Itoa(e.Version)
		if err = h.personFields(f, &head.P.Person, false, nil); err != nil {
			return err
		}
		return h.show(w, r, f)
	}
	return r.Redirect(w, h.personLink(r, head.P.ID))
}

// formOn is a form of one person whom the caller may change.
func (h *Rim) formOn(r *web.Request, title, submit string) (*form, *headView, error) {
	id, err := pathID(r, "id")
	if err != nil {
		return nil, nil, err
	}
	head, err := h.head(r, id)
	if err != nil {
		return nil, nil, err
	}
	if !head.CanEdit {
		return nil, nil, errNotFound
	}
	return h.newForm(r, head, title, submit), head, nil
}

// person binds the plain columns.
func (f *form) person() fact.Person {
	val := f.r.PostFormValue
	return fact.Person{
		Code: val("code"), Name: val("name"), Sex: f.intOf("sex"), Birth: f.dateOf("birth"), Ethnic: f.intOf("ethnic"),
		IDKind: f.intOf("id_kind"), IDNumber: val("id_number"), Phone: val("phone"), Relation: f.intOf("relation"),
		Education: f.intOf("education"), Student: f.intOf("student"), Health: f.intOf("health"), Skill: f.intOf("skill"),
		Willing: f.intOf("willing"), WillingOn: f.dateOf("willing_on"), Political: f.intOf("political"),
		Allowance: f.intOf("allowance"), Ward: f.intOf("ward"), Settlement: int64(f.intOf("settlement")), Note: strings.TrimSpace(val("note")),
	}
}

func (h *Rim) personFields(f *form, p *fact.Person, fresh bool, candidates []region.Place) error {
	places, err := h.settlementOptions(f, p)
	if err != nil {
		return err
	}
	f.section("people.section.identity")
	f.text("name", p.Name, 50, true)
	phone := web.Field{Name: "phone", Kind: "tel", Max: 30}
	if fresh {
		f.choice("id_kind", fact.IDKind, p.IDKind, true)
		f.add(web.Field{Name: "id_number", Max: 30, Hint: f.r.T("people.hint.id_number")})
	} else {
		// A number is corrected on a page of its own, with reason and evidence.
		phone.Hint = f.r.T("people.hint.keep", p.PhoneMask)
	}
	f.add(phone)
	f.choice("sex", fact.Sex, p.Sex, false)
	f.date("birth", p.Birth, false)
	f.choice("ethnic", fact.Ethnic, p.Ethnic, false)
	f.choice("political", fact.Political, p.Political, false)
	f.section("people.section.home")
	if fresh {
		village := ""
		if p.Village != 0 {
			village = h.tree.FullName(p.Village)
		}
		f.place("village", village, candidates, h.tree.FullName)
		f.text("household", p.Household, 40, false)
	}
	f.choice("relation", fact.Relation, p.Relation, false)
	f.text("code", p.Code, 40, false)
	if len(places) > 1 {
		f.add(web.Field{Name: "settlement", Kind: "select", Options: places})
	}
	if fresh {
		f.choice("kind", fact.Kind, 0, false)
		f.date("kind_since", 0, false)
	}
	if fresh {
		f.section("people.section.flow")
		f.actFields([]flow.Kind{flow.Born, flow.CameIn, flow.MarriedIn, flow.AddedIn}, h.today(), true)
	}
	f.section("people.section.labour")
	f.choice("skill", fact.Skill, p.Skill, false)
	f.choice("health", fact.Health, p.Health, false)
	f.choice("education", fact.Education, p.Education, false)
	f.choice("student", fact.Student, p.Student, false)
	f.choice("willing", fact.YesNo, p.Willing, false)
	f.date("willing_on", p.WillingOn, false)
	if fresh {
		f.choice("status", fact.Status, p.Status, false, fact.StatusOwn, fact.StatusFarm, fact.StatusCare, fact.StatusJobless)
		f.date("status_on", p.StatusOn, false)
	}
	f.choice("allowance", fact.YesNo, p.Allowance, false)
	f.choice("ward", fact.YesNo, p.Ward, false)
	f.add(web.Field{Name: "note", Kind: "area", Value: p.Note, Wide: true, Max: 1000})
	if !fresh {
		f.add(web.Field{Name: "reason", Label: f.r.T("people.reason"), Wide: true, Max: 200, Hint: f.r.T("people.hint.reason")})
	}
	return nil
}

// settlementOptions are the settlements of the person's county, or of the
// page's for a new person; one that has ended is offered only to whom it has.
func (h *Rim) settlementOptions(f *form, p *fact.Person) ([]web.Option, error) {
	at := p.Village
	if at == 0 {
		at = f.r.At
	}
	if at.Level() < region.County || !f.r.FullScope().Contains(at) {
		return nil, nil
	}
	list, err := h.people.Settlements(f.r.Context(), f.r.FullScope(), at)
	if err != nil {
		return nil, err
	}
	now := f.typed("settlement", strconv.FormatInt(p.Settlement, 10))
	out := []web.Option{{Value: "", Label: f.r.T("people.settlement.none")}}
	for _, s := range list {
		if v := strconv.FormatInt(s.ID, 10); s.EndedOn >= h.today() || s.ID == p.Settlement {
			out = append(out, web.Option{Value: v, Label: h.settlementName(s), On: v == now})
		}
	}
	return out, nil
}

// settlementName is the name with the town before it where it stands in one.
func (h *Rim) settlementName(s fact.Settlement) string {
	if s.Region.Level() < region.Town {
		return s.Name
	}
	return join(h.tree.Name(s.Region.At(region.Town)), s.Name)
}
