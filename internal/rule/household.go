package rule

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// Household is what the checks need of a household. Over the ledger it is
// complete; during an import it holds the rows of the file so far.
type Household struct {
	Complete  bool  // every member is known
	Speaker   int64 // who carries what is found of the whole: the head, else the first
	Members   int
	Heads     int
	Spouses   int
	HeadSex   int // 0 unknown
	SpouseSex int
	Able      int // members with labour ability
	Full      int // members with ordinary or skilled labour ability
	Skilled   int // members whose labour ability is stated
	Working   int // members with a spell that runs today
	Allowed   int // members with 低保
	Vocation  int // members in 中职 or 高职

	// Of a household that is or was monitored.
	Identified calendar.Date // 0: not monitored
	Removed    calendar.Date
	Aid        fact.Aid // the columns of all members together
	Worked     bool     // somebody worked since the identification
	Away       bool     // somebody worked outside the county since
	NewAway    bool     // somebody began to work outside the county since
	Transport  bool     // somebody has 交通费补助

	PhoneOwner string // code of another household with the person's phone
	PhoneHomes int    // households with the person's phone
	PhoneAway  bool   // same phone as a member who works in another county
}

// Add counts a member.
func (h *Household) Add(p *fact.Person) {
	h.Members++
	switch p.Relation {
	case relationHead:
		h.Heads++
		h.HeadSex = p.Sex
	case relationSpouse:
		h.Spouses++
		h.SpouseSex = p.Sex
	}
	if h.Speaker == 0 || p.Relation == relationHead && h.Heads == 1 {
		h.Speaker = p.ID
	}
	if p.Able() {
		h.Able++
	}
	if p.Skill == fact.SkillOrdinary || p.Skill == fact.SkillSkilled {
		h.Full++
	}
	if p.Skill != 0 {
		h.Skilled++
	}
	if p.Allowance == fact.Yes {
		h.Allowed++
	}
	if vocational(p) {
		h.Vocation++
	}
}

// vocational: 中职一年级 to 高职高专三年级.
func vocational(p *fact.Person) bool { return p.Student >= 15 && p.Student <= 20 }

// join adds what the checks ask of a member of the ledger beyond the person.
func (h *Household) join(s *Subject) {
	if s.working() {
		h.Working++
	}
	if k := s.monitored(); k != nil && (h.Identified == 0 || k.Since < h.Identified) {
		h.Identified, h.Removed = k.Since, k.RiskRemovedOn
	}
	if a := s.Aid; a != nil {
		h.Aid.Stated |= a.Stated
		h.Aid.Risks |= a.Risks
		h.Aid.Measures |= a.Measures
		h.Aid.WageFen = max(h.Aid.WageFen, a.WageFen)
		for _, x := range [][2]*int{{&h.Aid.Backstop, &a.Backstop}, {&h.Aid.Developed, &a.Developed}, {&h.Aid.Contact, &a.Contact}, {&h.Aid.Yulu, &a.Yulu}} {
			if *x[1] != 0 && (*x[0] == 0 || *x[1] == fact.Yes) {
				*x[0] = *x[1]
			}
		}
	}
}

// since looks at the members' work after the identification.
func (h *Household) since(s *Subject) {
	from := h.Identified.Month()
	for i := range s.Spells {
		sp := &s.Spells[i]
		for j := range sp.Terms {
			h.Transport = h.Transport || sp.Terms[j].TransportFen > 0
		}
		if sp.End < from || sp.Start > s.Today.Month() {
			continue
		}
		h.Worked = true
		t := lastTerm(sp, s.Today)
		if t == nil || t.Place == 0 {
			continue
		}
		if class := classOf(s.Person, t); class > fact.InsideCounty {
			h.Away = true
			h.NewAway = h.NewAway || sp.Start >= from
		}
	}
}

func classOf(p *fact.Person, t *fact.Term) int {
	if t.PlaceClass != 0 || p == nil {
		return t.PlaceClass
	}
	return fact.ClassOf(p.Village, t.Place)
}

// speaks reports the member who carries what is found of a whole household.
func (s *Subject) speaks() bool {
	return s.Household != nil && s.Household.Complete && s.Person != nil && s.Household.Speaker == s.Person.ID
}

// Around is what the rest of the ledger has in common with a person.
type Around struct {
	AccountHomes int // households whose subsidies go to the person's account
	Copied       int // people of the village with the same odd wage at the same employer
	CopiedFen    int64
	Twins        int // others of the village with the same name and birth
	Moves        int // moves by files within the last year
}
