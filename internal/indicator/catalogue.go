package indicator

import (
	"fmt"

	"wengang/internal/fact"
)

// The settings that counts stand on. They are declared in package month, which
// applies them.
const (
	setMin        = "month.min_months"
	setStable     = "month.stable_months"
	setGap        = "month.stable_gap"
	setEmployer   = "month.stable_same_employer"
	setUnverified = "month.unverified_months"
	setPosts      = "month.posts_count"
	setRisk       = "people.risk_removed"
	setDead       = "month.dead_stay"
)

var (
	people  = []string{setRisk}
	working = []string{setRisk, setPosts}
	yearly  = []string{setRisk, setPosts, setMin, setDead}
)

// on is a flag as a condition over person_month.
func on(f fact.Flag) string { return fmt.Sprintf("(flags & %d) = %d", f, f) }

// off is its opposite.
func off(f fact.Flag) string { return fmt.Sprintf("(flags & %d) = 0", f) }

func init() {
	population()
	work()
	year()
	channel()
	retained()
	added()
	quality()
	duration()
	income()
	settlement()
	flow()
	absorption()
}

func population() {
	register(Population,
		Def{ID: "registered", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted, 0)},
			SQL: on(fact.Counted), Uses: people, Citation: "人社部发〔2022〕13号 三(一)（A022）"},
		Def{ID: "able_willing", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Able|fact.Willing, 0)},
			SQL: on(fact.Counted | fact.Able | fact.Willing), Uses: people, Citation: "人社部发〔2022〕13号 三(一)（A023、A024）"},
		Def{ID: "jobless", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Jobless, 0)},
			SQL: on(fact.Counted | fact.Jobless), Uses: append([]string{setUnverified}, working...), Citation: "人社部发〔2022〕13号 三(二)（A050）"},
		Def{ID: "monitored", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Monitored, 0)},
			SQL: on(fact.Counted | fact.Monitored), Uses: people, Citation: "人社部发〔2022〕13号 三(一)（A022、A028）"},
		Def{ID: "risk_removed", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.RiskGone, fact.Monitored)},
			SQL: on(fact.Counted|fact.RiskGone) + " AND " + off(fact.Monitored), Uses: people, Citation: "B1"},
		Def{ID: "monitored_jobless", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Monitored|fact.Jobless, 0)},
			SQL: on(fact.Counted | fact.Monitored | fact.Jobless), Uses: append([]string{setUnverified}, working...), Citation: "A028"},
	)
}

func work() {
	w := flags(fact.Counted|fact.Working, 0)
	ws := on(fact.Counted | fact.Working)
	register(Work,
		Def{ID: "working", Unit: Persons, Up: Sum, Any: []Test{w}, SQL: ws, Uses: working, Citation: "人社部发〔2022〕13号 三(九)（A175）", Confirmed: "confirmed"},
		Def{ID: "working_inside", Unit: Persons, Up: Sum, Any: []Test{w.place(fact.InsideCounty)},
			SQL: ws + " AND place_class = 1", Uses: working, Citation: "A059"},
		Def{ID: "working_outside_county", Unit: Persons, Up: Sum, Any: []Test{w.place(fact.OutsideCounty)},
			SQL: ws + " AND place_class = 2", Uses: working, Citation: "A059"},
		Def{ID: "working_outside_province", Unit: Persons, Up: Sum,
			Any: []Test{w.place(fact.OutsideProvince), w.place(fact.HMT), w.place(fact.Abroad)},
			SQL: ws + " AND place_class IN (3, 4, 5)", Uses: working, Citation: "A059"},
		Def{ID: "working_abroad", Unit: Persons, Up: Sum, Any: []Test{w.place(fact.HMT), w.place(fact.Abroad)},
			SQL: ws + " AND place_class IN (4, 5)", Uses: working, Citation: "A059"},
		Def{ID: "working_unplaced", Unit: Persons, Up: Sum, Any: []Test{w.place(0)},
			SQL: ws + " AND place_class = 0", Uses: working, Citation: "A059"},
		Def{ID: "monitored_working", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Monitored|fact.Working, 0)},
			SQL: on(fact.Counted | fact.Monitored | fact.Working), Uses: working, Citation: "A028"},
	)
}

func year() {
	y := ofYear(fact.WorkedYear, 0)
	at := func(classes ...int) []Test {
		var out []Test
		for _, c := range classes {
			for _, t := range y {
				out = append(out, t.yearPlace(c))
			}
		}
		return out
	}
	ys := ofYearSQL(fact.WorkedYear, 0)
	register(Year,
		Def{ID: "worked_year", Unit: Persons, Up: Union, Any: y, SQL: ys, Uses: yearly, Citation: "人社部发〔2022〕13号 附件1（A034）; 官方通报口径（B1、B11）", Confirmed: "year_confirmed"},
		Def{ID: "year_inside", Unit: Persons, Up: Union, Any: at(fact.InsideCounty),
			SQL: ys + " AND year_place_class = 1", Uses: yearly, Citation: "A059; B1"},
		Def{ID: "year_outside_county", Unit: Persons, Up: Union, Any: at(fact.OutsideCounty),
			SQL: ys + " AND year_place_class = 2", Uses: yearly, Citation: "A059; B1"},
		Def{ID: "year_outside_province", Unit: Persons, Up: Union, Any: at(fact.OutsideProvince, fact.HMT, fact.Abroad),
			SQL: ys + " AND year_place_class IN (3, 4, 5)", Uses: yearly, Citation: "A059; B1"},
		Def{ID: "year_abroad", Unit: Persons, Up: Union, Any: at(fact.HMT, fact.Abroad),
			SQL: ys + " AND year_place_class IN (4, 5)", Uses: yearly, Citation: "A059"},
		Def{ID: "year_unplaced", Unit: Persons, Up: Union, Any: at(0),
			SQL: ys + " AND year_place_class = 0", Uses: yearly, Citation: "A059"},
		Def{ID: "monitored_worked_year", Unit: Persons, Up: Union, Any: []Test{flags(fact.Counted|fact.Monitored|fact.WorkedYear, 0)},
			SQL: on(fact.Counted | fact.Monitored | fact.WorkedYear), Uses: yearly, Citation: "A028"},
	)
}

func channel() {
	w := flags(fact.Counted|fact.Working, 0)
	def := func(id string, code int) Def {
		return Def{ID: id, Unit: Persons, Up: Sum, Any: []Test{w.channel(code)},
			SQL: fmt.Sprintf("%s AND channel = %d", on(fact.Counted|fact.Working), code), Uses: working, Citation: "B1 就业渠道"}
	}
	register(ByChannel,
		def("channel_self", fact.ChannelSelf), def("channel_employer", fact.ChannelEmployer),
		def("channel_organised", fact.ChannelOrganised), def("channel_workshop", fact.ChannelWorkshop),
		def("channel_post", fact.ChannelPost), def("channel_relief", fact.ChannelRelief),
		def("channel_local", 7), def("channel_other", 9), def("channel_unknown", 0),
		Def{ID: "working_post", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Post, 0)},
			SQL: on(fact.Counted | fact.Post), Uses: people, Citation: "A8; B11"},
		Def{ID: "working_workshop", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Working|fact.Workshop, 0)},
			SQL: on(fact.Counted | fact.Working | fact.Workshop), Uses: working, Citation: "A6"},
	)
}

func quality() {
	register(Quality,
		Def{ID: "stable", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Stable, 0)},
			SQL: on(fact.Counted | fact.Stable), Uses: append([]string{setStable, setGap, setEmployer}, working...), Citation: "B11 稳定"},
		Def{ID: "unverified", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Unverified, 0)},
			SQL: on(fact.Counted | fact.Unverified), Uses: append([]string{setUnverified}, working...), Citation: "A180; 就业真实"},
		Def{ID: "confirmed", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Working|fact.Confirmed, 0)},
			SQL: on(fact.Counted | fact.Working | fact.Confirmed), Uses: append([]string{setUnverified}, working...), Citation: "A180; 就业真实"},
		Def{ID: "confirmed_share", Unit: Rate, Up: Derived, Kind: Ratio, Num: "confirmed", Den: "working",
			Uses: append([]string{setUnverified}, working...), Citation: "A180; 就业真实"},
		Def{ID: "claimed", Unit: Persons, Up: Derived, Kind: Combine, Parts: []Part{{ID: "working"}, {ID: "confirmed", Minus: true}},
			Any: []Test{flags(fact.Counted|fact.Working, fact.Confirmed)}, SQL: on(fact.Counted|fact.Working) + " AND " + off(fact.Confirmed),
			Uses: append([]string{setUnverified}, working...), Citation: "A180; 就业真实"},
		Def{ID: "year_confirmed", Unit: Persons, Up: Union, Any: ofYear(fact.WorkedYear|fact.YearConfirmed, 0), SQL: ofYearSQL(fact.WorkedYear|fact.YearConfirmed, 0),
			Uses: yearly, Facts: 2, Citation: "A180; 就业真实"},
		Def{ID: "year_confirmed_share", Unit: Rate, Up: Derived, Kind: Ratio, Num: "year_confirmed", Den: "worked_year", Uses: yearly, Facts: 2, Citation: "A180; 就业真实"},
		Def{ID: "stable_working", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Stable|fact.Working, 0)},
			SQL: on(fact.Counted | fact.Stable | fact.Working), Uses: append([]string{setStable, setGap, setEmployer}, working...), Citation: "B11 稳定"},
		Def{ID: "stable_share", Unit: Rate, Up: Derived, Kind: Ratio, Num: "stable_working", Den: "working",
			Uses: append([]string{setStable, setGap, setEmployer}, working...), Citation: "B11 稳定"},
	)
}

func income() {
	known := flags(fact.Counted|fact.Working, 0).wageKnown()
	ks := on(fact.Counted|fact.Working) + " AND wage_fen >= 0"
	register(Income,
		Def{ID: "income_known", Unit: Persons, Up: Sum, Any: []Test{known}, SQL: ks, Uses: working, Citation: "A179"},
		Def{ID: "income_total", Unit: Fen, Up: Sum, Kind: Total, Any: []Test{known}, SQL: ks, Uses: working, Citation: "A051", List: "income_known"},
		Def{ID: "income_mean", Unit: Fen, Up: Derived, Kind: Ratio, Num: "income_total", Den: "income_known",
			Uses: working, Citation: "A051, A175", List: "income_known"},
		Def{ID: "income_known_share", Unit: Rate, Up: Derived, Kind: Ratio, Num: "income_known", Den: "working", Uses: working, Citation: "A179"},
		Def{ID: "working_able", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Able|fact.Willing|fact.Working, 0)},
			SQL: on(fact.Counted | fact.Able | fact.Willing | fact.Working), Uses: working, Citation: "人社部发〔2022〕13号 三(一)（A023、A024）"},
		Def{ID: "employment_rate", Unit: Rate, Up: Derived, Kind: Ratio, Num: "working_able", Den: "able_willing", Uses: working, Citation: "人社部发〔2022〕13号 三(一)（A023、A024）"},
	)
}

func settlement() {
	register(Settlement,
		Def{ID: "settled", Goal: Base, Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted, 0).settled()},
			SQL: on(fact.Counted) + " AND settlement <> 0", Uses: people, Citation: "A164"},
		Def{ID: "settled_working", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Working, 0).settled()},
			SQL: on(fact.Counted|fact.Working) + " AND settlement <> 0", Uses: working, Citation: "A042, A044"},
		Def{ID: "settled_worked_year", Unit: Persons, Up: Union, Any: []Test{flags(fact.Counted|fact.WorkedYear, 0).settled(),
			flags(fact.Dead|fact.WorkedYear, fact.Counted).settled()},
			SQL:  fmt.Sprintf("(flags & %d) = %d AND (flags & %d) <> 0 AND settlement <> 0", fact.WorkedYear, fact.WorkedYear, fact.Counted|fact.Dead),
			Uses: yearly, Citation: "A174: 附件1 第12列, 当年累计"},
	)
}

// flow: movers are told apart, because one who moves and begins to work is new
// work only for a place that holds both villages.
func flow() {
	def := func(id string, uses []string, yes, no fact.Flag) Def {
		return Def{ID: id, Unit: Persons, Goal: flowGoal(yes), Up: Sum, Any: []Test{flags(yes, no)}, SQL: on(yes) + " AND " + off(no), Uses: uses, Citation: "A177"}
	}
	stay := func(id string, yes fact.Flag) Def {
		d := def(id, working, yes, fact.MovedIn)
		d.Stay, d.moved = true, flags(yes|fact.MovedIn, 0)
		return d
	}
	register(Flow,
		stay("new_work", fact.Counted|fact.NewWork),
		again(stay("re_employed", fact.Counted|fact.NewWork|fact.Again)),
		Def{ID: "first_work", Unit: Persons, Goal: Grow, Up: Derived, Kind: Combine, Parts: []Part{{ID: "new_work"}, {ID: "re_employed", Minus: true}},
			Any: []Test{flags(fact.Counted|fact.NewWork, fact.Again|fact.MovedIn)}, Stay: true, moved: flags(fact.Counted|fact.NewWork|fact.MovedIn, fact.Again),
			SQL: on(fact.Counted|fact.NewWork) + " AND " + off(fact.Again|fact.MovedIn), Uses: working, Facts: 2, Citation: "A025; A177"},
		stay("left_work", fact.Counted|fact.LeftWork),
		def("lost_work", working, fact.Counted|fact.LostWork, 0),
		def("entered", people, fact.Entered, 0),
		def("gone", people, fact.Gone, 0),
		def("died", people, fact.DiedNow, 0),
		def("entered_working", working, fact.Entered|fact.Working, 0),
		def("gone_working", working, fact.Gone|fact.LeftWork, 0),
		def("died_working", working, fact.DiedNow|fact.LeftWork, 0),
		move("moved_in", people, flags(fact.MovedIn, 0), on(fact.MovedIn)),
		depart("moved_out", people, []Test{flags(fact.MovedIn, 0)}, flags(fact.MovedOut, 0),
			on(fact.MovedIn), on(fact.MovedOut)),
		move("moved_in_working", working, flags(fact.MovedIn|fact.Working, 0), on(fact.MovedIn|fact.Working)),
		depart("moved_out_working", working,
			[]Test{flags(fact.MovedIn|fact.Working, fact.NewWork), flags(fact.MovedIn|fact.LeftWork, 0)}, flags(fact.MovedOut|fact.LeftWork, 0),
			"("+on(fact.MovedIn|fact.Working)+" AND "+off(fact.NewWork)+" OR "+on(fact.MovedIn|fact.LeftWork)+")", on(fact.MovedOut|fact.LeftWork)),
	)
}

// flowGoal: what comes is growth, what goes is taken from the stock.
func flowGoal(f fact.Flag) Goal {
	if f&(fact.NewWork|fact.Entered) != 0 {
		return Grow
	}
	return Keep
}

func move(id string, uses []string, t Test, sql string) Def {
	return Def{ID: id, Unit: Persons, Goal: Grow, Up: Derived, Kind: Move, Any: []Test{t}, SQL: sql, Uses: uses, Citation: "A177"}
}

// depart counts those who left: within a county by the row of the arrival, out
// of the county by the row that the mover leaves behind.
func depart(id string, uses []string, arrivals []Test, left Test, sql, leftSQL string) Def {
	return Def{ID: id, Unit: Persons, Up: Derived, Kind: Move, Out: true, Any: arrivals, left: left, SQL: sql, LeftSQL: leftSQL, Uses: uses, Citation: "A177"}
}

func absorption() {
	w := []Test{flags(fact.Counted|fact.Working, 0)}
	y := ofYear(fact.WorkedYear, 0)
	ws := on(fact.Counted | fact.Working)
	ys := ofYearSQL(fact.WorkedYear, 0)
	register(Absorption,
		Def{ID: "absorbed", Unit: Persons, Calibre: Workplace, Up: Sum, Kind: Absorb, Any: w, SQL: ws, Uses: working, Citation: "A036, A039"},
		Def{ID: "absorbed_midwest", Unit: Persons, Calibre: Workplace, Up: Sum, Kind: Absorb, MidWest: true, Any: w, SQL: ws, Uses: working, Citation: "A040"},
		Def{ID: "absorbed_year", Unit: Persons, Calibre: Workplace, Up: Union, Kind: Absorb, YearEnd: true, Any: y, SQL: ys, Uses: yearly, Citation: "A036; B11"},
		Def{ID: "absorbed_year_midwest", Unit: Persons, Calibre: Workplace, Up: Union, Kind: Absorb, YearEnd: true, MidWest: true, Any: y, SQL: ys, Uses: yearly, Citation: "A040; B11"},
	)
}
