package rule

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/region"
)

// Subject is everything that the checks may look at for one person.
type Subject struct {
	Today     calendar.Date
	Person    *fact.Person
	Spells    []fact.Spell // all that is known, ascending start
	Focus     *fact.Spell  // the spell that a row states; nil: every spell
	Need      *fact.Need   // nil: no plan is known
	Household *Household   // nil: the household is not known as a whole
	Around    *Around      // nil: the rest of the ledger is not at hand
	Aid       *fact.Aid    // what the national files say besides; nil: nothing is known
	Row       *Row         // nil when the ledger itself is checked
	phone     string       // blind index
}

// Row is what only a file's row says.
type Row struct {
	Has        Columns // columns that the layout has
	IDText     string  // the id cell, normalised
	ID         idcard.ID
	Problem    idcard.Problem // of the id cell
	Birth      calendar.Date
	Sex        int
	DropReason string // 失学或辍学原因
	WorkMonths int    // 务工时间（月）; -1 blank
	WorkPlace  string // 务工所在地 as written
	PostTypes  []string
	PostMonths int // 公益性岗位(月数); -1 blank
	Out        int // 是否已务工, YesNo
	Start, End calendar.Month
	PhoneText  string // as written
	HomePhone  string // 户联系电话 as written
	RemovedOn  calendar.Date
	Identified calendar.Date
	PlanPlace  region.Code
	PlanText   string // 计划务工所在县 as written
}

// Columns is a set of columns that a layout has, so that a blank cell is told
// from a column that the file does not carry.
type Columns uint32

// The columns that rules ask about.
const (
	ColEducation Columns = 1 << iota
	ColStudent
	ColSkill
	ColEthnic
	ColRelation
	ColHealth
	ColWage
	ColEmployer
	ColIndustry
	ColChannel
	ColPointToPoint
	ColOut
	ColPost
	ColPostMonths
	ColWorkMonths
	ColWorkPlace
	ColService
	ColPhone
	ColHomePhone
)

// All reports whether every column of c is in the layout.
func (c Columns) All(want Columns) bool { return c&want == want }

func (s *Subject) age() int {
	if s.Person == nil || s.Person.Birth == 0 {
		return -1
	}
	return s.Person.Birth.AgeOn(s.Today)
}

func (s *Subject) inSchool() bool { return s.Person != nil && s.Person.Student > 0 }

// working reports a spell that runs today, or a row that says so.
func (s *Subject) working() bool {
	if s.Row != nil && s.Row.Out == fact.Yes && s.Row.End == 0 {
		return true
	}
	m := s.Today.Month()
	for i := range s.Spells {
		if s.Spells[i].Start <= m && s.Spells[i].End >= m {
			return true
		}
	}
	return false
}

func (s *Subject) planning() bool { return s.Need != nil && s.Need.PlanOut == fact.Yes }

// ledgerPost is the field of a finding about a post on record. One that only a
// people file states stands at the rule's own field: the ledger keeps no such
// column, so a look at the ledger cannot say that it was mended.
const ledgerPost = "channel"

// inPost reports that the person holds a public post, by the row or the ledger,
// and the field at which a finding about it stands.
func (s *Subject) inPost() (field string, ok bool) {
	if s.Row != nil && len(s.Row.PostTypes) > 0 || s.Row == nil && s.knowsPosts() && s.Aid.PostKinds > 0 {
		return "", true
	}
	m := s.Today.Month()
	for i := range s.Spells {
		sp := &s.Spells[i]
		if t := sp.TermIn(m); t != nil && t.Channel == fact.ChannelPost && sp.Start <= m && sp.End >= m {
			return ledgerPost, true
		}
	}
	return "", false
}

// knowsPosts reports that a file has said which public posts the person holds.
func (s *Subject) knowsPosts() bool { return s.Aid != nil && s.Aid.Stated.Has(fact.StatedPost) }

// lastTerm is the spell's term in force now or at its end.
func lastTerm(sp *fact.Spell, today calendar.Date) *fact.Term {
	m := today.Month()
	if sp.End < m {
		m = sp.End
	}
	if t := sp.TermIn(m); t != nil {
		return t
	}
	if len(sp.Terms) > 0 {
		return &sp.Terms[0]
	}
	return nil
}
