package indicator

import (
	"fmt"

	"wengang/internal/fact"
)

// ofYear tests a year's count: the dead stay in until the year's end; their row
// has no Counted.
func ofYear(yes, no fact.Flag) []Test {
	return []Test{flags(fact.Counted|yes, no), flags(fact.Dead|yes, fact.Counted|no)}
}

// ofYearSQL is the same as a condition over person_month.
func ofYearSQL(yes, no fact.Flag) string {
	s := fmt.Sprintf("%s AND (flags & %d) <> 0", on(yes), fact.Counted|fact.Dead)
	if no != 0 {
		s += " AND " + off(no)
	}
	return s
}

func again(d Def) Def {
	d.Facts, d.Citation = 2, "A025; A177"
	return d
}

// retained is what the work of last year and of last month has become.
func retained() {
	w := fact.Counted | fact.Working
	one := func(id string, yes, no fact.Flag) Def {
		return Def{ID: id, Unit: Persons, Up: Sum, Any: []Test{flags(yes, no)}, SQL: noneOf(on(yes), no), Uses: working, Facts: 2, Citation: "A025; A177"}
	}
	register(Retained,
		Def{ID: "worked_last_year", Unit: Persons, Up: Union, Any: ofYear(fact.LastYear, 0), SQL: ofYearSQL(fact.LastYear, 0),
			Uses: yearly, Facts: 2, Citation: "A025; B1 官方通报“已务工÷去年务工”"},
		Def{ID: "year_kept", Unit: Persons, Up: Union, Any: ofYear(fact.WorkedYear|fact.LastYear, 0), SQL: ofYearSQL(fact.WorkedYear|fact.LastYear, 0),
			Uses: yearly, Facts: 2, Citation: "A025"},
		Def{ID: "year_kept_share", Unit: Rate, Up: Derived, Kind: Ratio, Num: "year_kept", Den: "worked_last_year", Uses: yearly, Facts: 2, Citation: "A025"},
		Def{ID: "year_of_last", Unit: Rate, Up: Derived, Kind: Ratio, Num: "worked_year", Den: "worked_last_year", Uses: yearly, Facts: 2,
			Citation: "B1 官方通报“已务工÷去年务工”"},
		Def{ID: "last_year_idle", Unit: Persons, Up: Derived, Kind: Combine, Parts: []Part{{ID: "worked_last_year"}, {ID: "year_kept", Minus: true}},
			Any: ofYear(fact.LastYear, fact.WorkedYear), SQL: ofYearSQL(fact.LastYear, fact.WorkedYear), Uses: yearly, Facts: 2, Citation: "A025"},
		Def{ID: "kept_working", Unit: Persons, Up: Derived, Kind: Combine,
			Parts: []Part{{ID: "working"}, {ID: "new_work", Minus: true}, {ID: "entered_working", Minus: true}, {ID: "moved_in_working", Minus: true}},
			Any:   []Test{flags(w, fact.NewWork|fact.Entered|fact.MovedIn)}, Stay: true, moved: flags(w|fact.MovedIn, fact.NewWork),
			SQL: on(w) + " AND " + off(fact.NewWork|fact.Entered|fact.MovedIn), Uses: working, Citation: "A025; A177"},
		one("job_changed", w|fact.Changed, 0),
		one("came_home", fact.Counted|fact.CameHome, 0),
		one("came_home_idle", fact.Counted|fact.CameHome, fact.Working),
	)
}

func noneOf(sql string, no fact.Flag) string {
	if no == 0 {
		return sql
	}
	return sql + " AND " + off(no)
}

// added is what the year has brought beside what was there.
func added() {
	register(Added,
		Def{ID: "year_new", Unit: Persons, Up: Derived, Kind: Combine, Parts: []Part{{ID: "worked_year"}, {ID: "year_kept", Minus: true}},
			Any: ofYear(fact.WorkedYear, fact.LastYear), SQL: ofYearSQL(fact.WorkedYear, fact.LastYear), Uses: yearly, Facts: 2, Citation: "A025"},
		Def{ID: "year_new_share", Unit: Rate, Up: Derived, Kind: Ratio, Num: "year_new", Den: "worked_year", Uses: yearly, Facts: 2, Citation: "A025"},
	)
}

// duration is for how long people work: in a row and in the year.
func duration() {
	w := flags(fact.Counted|fact.Working, 0)
	ws := on(fact.Counted | fact.Working)
	stable := append([]string{setGap, setEmployer}, working...)
	run := func(id string, bit, months int) Def {
		return Def{ID: id, Unit: Persons, Up: Sum, Any: []Test{w.set(bit)}, SQL: fmt.Sprintf("%s AND stable_months >= %d", ws, months),
			Uses: stable, Citation: "B11 稳定; A201"}
	}
	band := func(id string, b, from, to int) Def {
		d := Def{ID: id, Unit: Persons, Up: Union, SQL: ofYearSQL(fact.WorkedYear, 0) + fmt.Sprintf(" AND months_worked BETWEEN %d AND %d", from, to),
			Uses: yearly, Citation: "B1 务工时间（月）"}
		for _, t := range ofYear(fact.WorkedYear, 0) {
			d.Any = append(d.Any, t.band(b))
		}
		return d
	}
	rate := func(id, num, den string, uses []string, facts int) Def {
		return Def{ID: id, Unit: Rate, Up: Derived, Kind: Ratio, Num: num, Den: den, Uses: uses, Facts: facts, Citation: "B11 稳定; A201"}
	}
	register(Duration,
		run("stable_6", run6Bit, 6),
		run("stable_12", run12Bit, 12),
		rate("stable_6_share", "stable_6", "working", stable, 0),
		rate("stable_12_share", "stable_12", "working", stable, 0),
		Def{ID: "stable_one", Unit: Persons, Up: Sum, Any: []Test{flags(fact.Counted|fact.Working|fact.OneEmployer, 0)},
			SQL: on(fact.Counted | fact.Working | fact.OneEmployer), Uses: append([]string{setStable}, stable...), Facts: 2, Citation: "B11 稳定; A201 稳在企业"},
		rate("stable_one_share", "stable_one", "working", append([]string{setStable}, stable...), 2),
		band("months_1_2", band1to2, 1, 2),
		band("months_3_5", band3to5, 3, 5),
		band("months_6_8", band6to8, 6, 8),
		band("months_9", band9up, 9, 12),
		rate("months_9_share", "months_9", "worked_year", yearly, 0),
	)
}
