package rule

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/region"
)

const (
	today = calendar.Date(20231210)
	home  = region.Code(371522103201)
	near  = region.Code(371522000000) // the same county
	city  = region.Code(371502000000) // another county of the province
	far   = region.Code(320583000000)
)

// tree knows two areas, so that area rules have something to miss.
type tree struct{}

func (tree) KnownArea(c int32) bool    { return c == 371522 || c == 320583 }
func (tree) Name(c region.Code) string { return "" }
func settingsOfTest() *Settings        { s := Defaults(); s.Places = tree{}; return s }

// adult is a person with nothing to complain of: born 1988-02-29, male, at
// work since May in another province.
func adult(changes ...func(*Subject)) *Subject {
	id, _ := idcard.Parse("000000198802290019")
	s := &Subject{
		Today: today,
		Person: &fact.Person{ID: 1, Village: home, Name: "张明", Sex: fact.Male, Birth: 19880229, Ethnic: 1, IDKind: 1, Relation: 1,
			Education: 3, Health: 1, Skill: fact.SkillOrdinary,
			Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20160101, Until: fact.Forever}}},
		Row: &Row{IDText: "000000198802290019", ID: id, WorkMonths: -1, PostMonths: -1, Has: ^Columns(0) &^ (ColWorkMonths | ColWorkPlace | ColHomePhone)},
	}
	sp := spell(202305, calendar.Open, far, fact.ChannelSelf, 4500_00)
	s.Spells = []fact.Spell{sp}
	s.Focus = &s.Spells[0]
	for _, f := range changes {
		f(s)
	}
	return s
}

func spell(from, to calendar.Month, place region.Code, channel int, wageFen int64) fact.Spell {
	return fact.Spell{Start: from, End: to, Terms: []fact.Term{{From: from, WageFen: wageFen, Employer: "示例电子厂", Place: place,
		PlaceClass: fact.ClassOf(home, place), Channel: channel, Industry: 3, PointToPoint: fact.No, TransportFen: -1}}}
}

// The changes that the cases are made of.
func born(d calendar.Date) func(*Subject) { return func(s *Subject) { s.Person.Birth = d } }
func person(f func(*fact.Person)) func(*Subject) {
	return func(s *Subject) { f(s.Person) }
}
func row(f func(*Row)) func(*Subject) { return func(s *Subject) { f(s.Row) } }
func idText(text string) func(*Subject) {
	return func(s *Subject) {
		s.Row.IDText = idcard.Normalise(text)
		s.Row.ID, s.Row.Problem = idcard.Parse(text)
	}
}
func works(spells ...fact.Spell) func(*Subject) {
	return func(s *Subject) {
		s.Spells = spells
		s.Focus = nil
		if len(spells) > 0 {
			s.Focus = &s.Spells[len(spells)-1]
		}
	}
}
func idle(s *Subject)   { s.Spells, s.Focus = nil, nil }
func ledger(s *Subject) { s.Row, s.Focus = nil, nil }
func termOf(f func(*fact.Term)) func(*Subject) {
	return func(s *Subject) { f(&s.Spells[len(s.Spells)-1].Terms[0]) }
}
func house(h Household) func(*Subject) { return func(s *Subject) { s.Household = &h } }
func plan(n fact.Need) func(*Subject)  { return func(s *Subject) { s.Need = &n } }
func cols(c Columns) func(*Subject)    { return func(s *Subject) { s.Row.Has |= c } }
func post(types ...string) func(*Subject) {
	return func(s *Subject) { s.Row.PostTypes = types; s.Row.PostMonths = 6 }
}
func monitored(since, removed calendar.Date, risk int) func(*Subject) {
	return func(s *Subject) {
		s.Person.Kinds = append(s.Person.Kinds, fact.PersonKind{Kind: fact.KindUnstable, Since: since, Until: fact.Forever, RiskRemovedOn: removed, Risk: risk})
	}
}

// withCheck completes 17 digits.
func withCheck(first17 string) string { return first17 + string(idcard.CheckDigit(first17)) }
