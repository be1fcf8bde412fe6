package peoplehttp

import (
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/people/proof"
	"wengang/internal/region"
	"wengang/internal/web"
)

type proofLine struct {
	proof.Issued
	Kind, Place, Href string
	On                calendar.Date
}

type proofsView struct {
	Rows    []proofLine
	Number  string
	Problem string
	Empty   web.Empty
}

// proofList is the issuance log of a place, with the search by number and code.
func (h *Rim) proofList(w http.ResponseWriter, r *web.Request) error {
	v, err := h.proofsView(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "people/proofs", v)
}

func (h *Rim) proofsView(r *web.Request) (*proofsView, error) {
	list, err := h.proofs.List(r.Context(), r.Scope(), 0)
	if err != nil {
		return nil, err
	}
	v := &proofsView{Empty: web.Empty{Icon: "file-certificate", Title: r.T("people.proof.none"), Note: r.T("people.proof.none.note")}}
	for _, p := range list {
		v.Rows = append(v.Rows, h.proofLine(r, p))
	}
	return v, nil
}

func (h *Rim) proofLine(r *web.Request, p proof.Issued) proofLine {
	return proofLine{Issued: p, Kind: r.T("people.proof.kind." + strconv.Itoa(int(p.Kind))), Place: h.placeBelow(r, p.Village),
		Href: r.Link("/people/proofs/paper/" + id10(p.ID)), On: calendar.DateAt(db.FromMillis(p.IssuedAt))}
}

// findProof answers what was issued under a number and code.
func (h *Rim) findProof(w http.ResponseWriter, r *web.Request) error {
	number := r.PostFormValue("number")
	p, err := h.proofs.Find(r.Context(), r.FullScope(), r.Caller, number, r.PostFormValue("code"))
	if err == nil {
		return r.Redirect(w, r.Link("/people/proofs/paper/"+id10(p.ID)))
	}
	v, again := h.proofsView(r)
	if again != nil {
		return again
	}
	v.Number, v.Problem = number, r.T("people.proof.unknown")
	return h.shell.PageStatus(w, r, http.StatusNotFound, "people/proofs", v)
}

type proofStretch struct {
	Span, Employer, Place, Channel, Wage, Seen string
}

type proofView struct {
	proof.Proof
	Title, Place, County string
	IssuedOn             calendar.Date
	VoidedOn             calendar.Date
	Stretches            []proofStretch
	Mask                 string
	PersonHref           string
	Action               string
	Sex, State           string
	Reason               web.Field
	Errors               []web.FieldText
}

func (h *Rim) proofView(r *web.Request) (*proofView, error) {
	id, err := pathID(r, "proof")
	if err != nil {
		return nil, err
	}
	p, err := h.proofs.Open(r.Context(), r.FullScope(), r.Caller, id)
	if err != nil {
		return nil, err
	}
	v := &proofView{Proof: p, Title: r.T("people.proof.kind." + strconv.Itoa(int(p.Kind))), Place: h.tree.FullName(p.Content.Village.At(region.City)) + h.fromCounty(p.Content.Village), IssuedOn: calendar.DateAt(db.FromMillis(p.IssuedAt)),
		PersonHref: h.personLink(r, p.Person), Action: r.Link(r.URL.Path), Sex: word(r, "sex", p.Content.Sex), State: word(r, "status", p.Content.Status),
		Reason: web.Field{Name: "reason", Label: r.T("people.reason"), Required: true, Max: 200, Wide: true}}
	if p.VoidedAt != 0 {
		v.VoidedOn = calendar.DateAt(db.FromMillis(p.VoidedAt))
	}
	if n := p.Content.ID; len(n) >= 6 {
		v.Mask = n[:2] + "**************" + n[len(n)-2:]
	}
	for _, s := range p.Content.Spells {
		st := proofStretch{Span: spanText(r, s.Start, s.End), Employer: s.Employer, Place: h.workPlace(s.Place), Channel: word(r, "channel", s.Channel), Wage: wageText(r, s.WageFen), Seen: word(r, "strength", s.Strength)}
		if s.Seen != 0 {
			st.Seen = join(st.Seen, r.T("people.proof.upto", s.Seen.String()))
		}
		v.Stretches = append(v.Stretches, st)
	}
	return v, nil
}

func (h *Rim) proof(w http.ResponseWriter, r *web.Request) error {
	v, err := h.proofView(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "people/proof", v)
}

func (h *Rim) voidProof(w http.ResponseWriter, r *web.Request) error {
	v, err := h.proofView(r)
	if err != nil {
		return err
	}
	if err = h.proofs.Void(r.Context(), r.FullScope(), r.Caller, v.ID, r.PostFormValue("reason")); err == nil {
		return r.Redirect(w, r.Link(r.URL.Path))
	}
	f := form{r: r, bad: map[string]string{}}
	if err := f.failed(err); err != nil {
		return err
	}
	v.Errors, v.Reason.Error = f.view.Errors, f.bad["reason"]
	return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "people/proof", v)
}

func (h *Rim) proofForm(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.proofOn(r)
	if err != nil {
		return err
	}
	h.proofFields(r, f, head)
	return h.show(w, r, f)
}

// proofOn is the form for a resident person of the caller's place.
func (h *Rim) proofOn(r *web.Request) (*form, *headView, error) {
	id, err := pathID(r, "id")
	if err != nil {
		return nil, nil, err
	}
	head, err := h.head(r, id)
	if err != nil {
		return nil, nil, err
	}
	if head.P.Reduced || head.P.MergedInto != 0 || !r.Caller.Scope(account.PeopleProof).Contains(head.P.Village) {
		return nil, nil, errNotFound
	}
	return h.newForm(r, head, "people.proof.title", "people.proof.do"), head, nil
}

func (h *Rim) proofFields(r *web.Request, f *form, head *headView) {
	f.view.Note = r.T("people.proof.note")
	f.section("people.proof.section")
	now := f.typed("kind", strconv.Itoa(int(proof.OfWork)))
	kind := web.Field{Name: "kind", Label: r.T("people.proof.kind"), Kind: "radio", Required: true, Wide: true}
	for _, k := range []proof.Kind{proof.OfWork, proof.Statement} {
		v := strconv.Itoa(int(k))
		kind.Options = append(kind.Options, web.Option{Value: v, Label: r.T("people.proof.kind." + v), Hint: r.T("people.proof.kind." + v + ".hint"), On: v == now})
	}
	f.add(kind)
	f.add(web.Field{Name: "purpose", Label: r.T("people.proof.purpose.label"), Required: true, Max: 60, Hint: r.T("people.proof.purpose.hint")})
	f.add(web.Field{Name: "from", Label: r.T("people.proof.from"), Kind: "month", Hint: r.T("people.proof.from.hint")})
	words := ""
	if head.State.Code == fact.StatusJobless {
		words = r.T("people.proof.jobless", head.P.Name)
	}
	f.add(web.Field{Name: "words", Label: r.T("people.proof.words.label"), Kind: "area", Wide: true, Max: 600, Value: words, Hint: r.T("people.proof.words.hint")})
}

func (h *Rim) issueProof(w http.ResponseWriter, r *web.Request) error {
	f, head, err := h.proofOn(r)
	if err != nil {
		return err
	}
	a := proof.Ask{Kind: proof.Kind(f.intOf("kind")), Purpose: r.PostFormValue("purpose"), Words: r.PostFormValue("words"), From: f.monthOf("from")}
	var id int64
	if err = f.early(); err == nil {
		id, err = h.proofs.Issue(r.Context(), r.FullScope(), r.Caller, head.P.ID, a)
	}
	if err == nil {
		return r.Redirect(w, r.Link("/people/proofs/paper/"+id10(id)))
	}
	if err = f.failed(err); err != nil {
		return err
	}
	h.proofFields(r, f, head)
	return h.show(w, r, f)
}
