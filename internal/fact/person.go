package fact

import (
	"wengang/internal/calendar"
	"wengang/internal/region"
)

// Person is the 底册 record of one person as rules and roll-up see it. The
// plain id and phone are here only while a row is imported or edited; what is
// read back from a store has the masks.
type Person struct {
	ID          int64
	HouseholdID int64
	Household   string // 户编号
	Code        string // 人编号
	Village     region.Code
	Name        string
	Sex         int
	Birth       calendar.Date
	Ethnic      int // GB/T 3304
	IDKind      int
	IDNumber    string // plain; empty when read from a store
	IDMask      string
	Phone       string // plain; empty when read from a store
	PhoneMask   string
	Relation    int
	Education   int
	Student     int
	Health      int
	Skill       int
	Willing     int // YesNo
	WillingOn   calendar.Date
	Political   int
	Allowance   int // 低保, YesNo
	Ward        int // 特困供养, YesNo
	Disability  int // kind 1–7
	Grade       int // disability grade 1–4
	Settlement  int64
	Status      int
	StatusOn    calendar.Date
	StatusFrom  string
	InOn        calendar.Date
	OutOn       calendar.Date
	OutReason   int
	MergedInto  int64
	Note        string
	Kinds       []PersonKind
	Version     int
}

// PersonKind is a population kind with its dates.
type PersonKind struct {
	Kind          int
	Since, Until  calendar.Date // Until 99991231 while it holds
	RiskRemovedOn calendar.Date
	Risk          int
	Source        string
}

// Forever is the Until of a kind that holds.
const Forever calendar.Date = 99991231

// Need is the four needs of A026.
type Need struct {
	PlanOut       int // YesNo
	PlanPlace     region.Code
	WantedJob     string
	WantedWageFen int64 // -1 unknown
	Service       string
	Training      string
	SurveyedOn    calendar.Date
}

// Able reports labour ability: ordinary, skilled, weak or half.
func (p *Person) Able() bool { return p.Skill >= SkillOrdinary && p.Skill <= SkillWeak }

// KindsOn is the set of kinds that hold on a day, as bits 1<<kind.
func (p *Person) KindsOn(d calendar.Date) uint32 {
	var set uint32
	for _, k := range p.Kinds {
		if k.Since <= d && d <= k.Until {
			set |= 1 << k.Kind
		}
	}
	return set
}

// MonitoredKinds and CountedKinds are bit sets over Kind: monitored classes,
// and the population of every headline (脱贫人口含防止返贫监测对象, A022).
const (
	MonitoredKinds = 1<<KindUnstable | 1<<KindEdge | 1<<KindSudden
	CountedKinds   = 1<<KindPoor | MonitoredKinds
)
