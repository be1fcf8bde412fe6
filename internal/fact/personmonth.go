package fact

import "wengang/internal/calendar"
import "wengang/internal/region"

// PersonMonth is one person at the end of one month: derived from the facts
// while the month is open, frozen when it closes. Every indicator counts these.
type PersonMonth struct {
	Month          calendar.Month
	PersonID       int64
	Village        region.Code // residence at the month's end
	Kinds          uint32      // bits 1<<Kind
	Sex            int
	Age            int
	Education      int
	Skill          int
	Status         int
	Flags          Flag
	StableMonths   int         // consecutive months with work up to this one
	MonthsWorked   int         // months of the year so far touched by spells
	Place          region.Code // of the latest active spell
	PlaceClass     int
	YearPlaceClass int // of the latest spell of the year, also when it ended
	Channel        int
	Industry       int
	WageFen        int64 // sum over active spells; -1 unknown
	Settlement     int64
	From           region.Code // village at the end of the month before, where it was another (with MovedOut: the new one); else 0
	YearPlace      region.Code // of the latest spell of the year, also when it ended
}

// Flag is a set of yes/no facts of a person-month.
type Flag uint32

// The flags. Counted is the population of the headlines; the others are only
// read together with it unless an indicator says otherwise.
const (
	Counted       Flag = 1 << iota // 脱贫人口 or 监测对象 in force at month end
	Able                           // 有劳动能力
	Willing                        // 有就业意愿
	Working                        // an active spell at month end
	WorkedYear                     // enough months of work in the year so far
	Jobless                        // 未就业, able and willing
	Stable                         // StableMonths reaches the setting
	Unverified                     // nobody confirmed the state for the set number of months
	Monitored                      // monitored class in force (shown apart)
	RiskGone                       // monitored, risk removed
	Confirmed                      // confirmed by village or workplace, not only claimed
	LostWork                       // jobless now, working last month
	Post                           // works in a public post
	Workshop                       // works in a workshop
	MovedIn                        // belongs here now, elsewhere last month
	NewWork                        // working now, not last month
	LeftWork                       // counted and working last month, not now (also by DiedNow, Gone)
	Dead                           // died this year; stays in worked-this-year counts
	InSchool                       // in school
	WagePartial                    // some of the active spells have no known wage
	Entered                        // counted now, nowhere last month
	Gone                           // counted last month, not any more, alive; the row stands one month
	DiedNow                        // died in this month
	MovedOut                       // left this county for From this month; a second row, in the county that was left
	OneEmployer                    // Stable, all of it with the employer of the latest work
	LastYear                       // enough months of work in the calendar year before
	Again                          // NewWork of somebody who had worked before
	Changed                        // working now and last month, for another employer or elsewhere
	CameHome                       // worked outside the county last month; now inside it or not at all
	YearConfirmed                  // work of this year confirmed in this year by village or workplace
)
