package register

import (
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// Values are a record's fields as a person would type them: what a form is
// filled with, and what parseRecord reads back to the same record. The phone
// number stays out.
func (k *Kind) Values(r *Record) map[string]string {
	out := map[string]string{"name": r.Name, "level": LevelName(r.Level), "uscc": r.USCC, "doc_no": r.DocNo, "started_on": r.StartedOn.String(),
		"end_reason": r.EndReason, "contact": r.Contact, "marks": r.Marks.String()}
	if r.EndedOn != fact.Forever {
		out["ended_on"] = r.EndedOn.String()
	}
	if k.Field("state") != nil {
		out["state"] = StateName(r.State)
	}
	for key, n := range map[string]int64{"people": r.People, "poor": r.Poor} {
		if n >= 0 {
			out[key] = strconv.FormatInt(n, 10)
		}
	}
	for key, v := range r.Extra {
		if f := k.Field(key); f != nil {
			out[key] = f.Show(v)
		}
	}
	return out
}

// Show writes a stored extra value as a person reads it: dates as 2023-05-01,
// money in yuan, 是 and 否.
func (f *Field) Show(stored string) string {
	n, err := strconv.ParseInt(stored, 10, 64)
	if err != nil {
		return stored
	}
	switch f.Type {
	case Date:
		return calendar.Date(n).String()
	case Money:
		return FormatMoney(n)
	case YesNo:
		return fact.YesNo.Name(int(n))
	}
	return stored
}

// LevelName is the word of a level of recognition, "" for none.
func LevelName(level int) string {
	return map[int]string{ByNation: "国家级", ByProvince: "省级", ByCity: "市级", ByCounty: "县级", ByTown: "乡镇级"}[level]
}

// LevelNames are the words in order, for a choice.
func LevelNames() []string { return []string{"国家级", "省级", "市级", "县级", "乡镇级"} }

// StateName is the word of a state.
func StateName(s State) string {
	return map[State]string{Running: "运行", Seasonal: "季节停工", Idle: "闲置", Ended: "退出"}[s]
}
