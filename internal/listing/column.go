package listing

import (
	"slices"

	"wengang/internal/account"
)

// Form is how a column's values are written.
type Form uint8

// The forms.
const (
	Text  Form = iota
	Code       // digits that must stay text: masked numbers, codes, dates
	Count      // a whole number
	Money      // fen, written as yuan with two decimals
)

// Group is a heading of the column chooser.
type Group string

// The groups.
const (
	OfPerson Group = "person"
	OfWork   Group = "work"
	OfNeed   Group = "need"
	OfCheck  Group = "check"
)

// Column is one field that a list may show. Its label is the catalogue's
// "listing.col.<key>".
type Column struct {
	Key   string
	Group Group
	Form  Form
	Width int // in characters of a Chinese font, for paper and workbook
	// Need is what the reader must hold at the person's place beside
	// PeopleRead; "" nothing more. A list shared by somebody with more rights
	// shows its reader no more than these allow.
	Need account.Permission
	// Worker says that the place of work may see the column of a person who
	// lives elsewhere.
	Worker bool
	value  func(p *Person, w *Words) string
}

// Columns are all that can be chosen, in the order of the chooser.
var Columns = []Column{
	{"name", OfPerson, Text, 5, "", true, func(p *Person, _ *Words) string { return p.Name }},
	{"sex", OfPerson, Text, 2, "", true, func(p *Person, w *Words) string { return w.enum("sex", p.Sex) }},
	{"age", OfPerson, Count, 2, "", true, func(p *Person, w *Words) string { return count(p.age(w.today), p.age(w.today) >= 0) }},
	{"birth", OfPerson, Code, 6, "", false, func(p *Person, _ *Words) string { return p.Birth.String() }},
	{"id", OfPerson, Code, 9, "", true, func(p *Person, _ *Words) string { return p.IDMask }},
	{"phone", OfPerson, Code, 6, "", false, func(p *Person, _ *Words) string { return p.PhoneMask }},
	{"town", OfPerson, Text, 6, "", false, func(p *Person, w *Words) string { return w.town(p.Village) }},
	{"village", OfPerson, Text, 7, "", true, func(p *Person, w *Words) string { return w.short(p.Village) }},
	{"household", OfPerson, Code, 8, "", false, func(p *Person, _ *Words) string { return p.Household }},
	{"code", OfPerson, Code, 8, "", false, func(p *Person, _ *Words) string { return p.Code }},
	{"relation", OfPerson, Text, 4, "", false, func(p *Person, w *Words) string { return w.enum("relation", p.Relation) }},
	{"ethnic", OfPerson, Text, 4, "", false, func(p *Person, w *Words) string { return w.enum("ethnic", p.Ethnic) }},
	{"education", OfPerson, Text, 5, "", false, func(p *Person, w *Words) string { return w.enum("education", p.Education) }},
	{"student", OfPerson, Text, 6, "", false, func(p *Person, w *Words) string { return w.enum("student", p.Student) }},
	{"health", OfPerson, Text, 6, "", false, func(p *Person, w *Words) string { return w.enum("health", p.Health) }},
	{"political", OfPerson, Text, 5, "", false, func(p *Person, w *Words) string { return w.enum("political", p.Political) }},
	{"kind", OfPerson, Text, 7, "", false, func(p *Person, w *Words) string { return w.enums("kind", p.Kinds) }},
	{"risk", OfPerson, Text, 7, "", false, func(p *Person, w *Words) string { return w.enums("risk", p.Risks) }},
	{"watched", OfPerson, Code, 6, "", false, func(p *Person, _ *Words) string { return p.Watched.String() }},
	{"allowance", OfPerson, Text, 3, "", false, func(p *Person, w *Words) string { return w.enum("yesno", p.Allowance) }},
	{"ward", OfPerson, Text, 3, "", false, func(p *Person, w *Words) string { return w.enum("yesno", p.Ward) }},
	{"settled", OfPerson, Text, 3, "", false, func(p *Person, w *Words) string { return w.yes(p.Settlement && !p.Reduced) }},
	{"skill", OfPerson, Text, 6, "", true, func(p *Person, w *Words) string { return w.enum("skill", p.Skill) }},
	{"willing", OfPerson, Text, 3, "", false, func(p *Person, w *Words) string { return w.enum("yesno", p.Willing) }},
	{"willing_on", OfPerson, Code, 6, "", false, func(p *Person, _ *Words) string { return p.WillingOn.String() }},

	{"status", OfWork, Text, 4, "", true, func(p *Person, w *Words) string { return w.state(p) }},
	{"status_on", OfWork, Code, 6, "", true, func(p *Person, _ *Words) string { return p.StatusOn.String() }},
	{"employer", OfWork, Text, 11, "", true, func(p *Person, _ *Words) string { return p.Job.Employer }},
	{"place", OfWork, Text, 8, "", true, func(p *Person, w *Words) string { return w.workPlace(p.Job.Place) }},
	{"class", OfWork, Text, 5, "", true, func(p *Person, w *Words) string { return w.enum("placeclass", p.Job.PlaceClass) }},
	{"channel", OfWork, Text, 6, "", true, func(p *Person, w *Words) string { return w.enum("channel", p.Job.Channel) }},
	{"industry", OfWork, Text, 8, "", true, func(p *Person, w *Words) string { return w.enum("industry", p.Job.Industry) }},
	{"wage", OfWork, Money, 5, "", true, func(p *Person, _ *Words) string { return yuan(p.Job.WageFen, p.Job.SpellID != 0) }},
	{"started", OfWork, Code, 5, "", true, func(p *Person, _ *Words) string { return monthWord(p.Job.Start) }},
	{"ended", OfWork, Code, 5, "", true, func(p *Person, _ *Words) string { return monthWord(p.Job.End) }},
	{"seen", OfWork, Code, 5, "", true, func(p *Person, _ *Words) string { return monthWord(p.Job.Seen) }},
	{"seen_by", OfWork, Text, 5, "", true, func(p *Person, w *Words) string { return w.enum("strength", p.Job.Strength) }},
	{"months", OfWork, Count, 4, "", false, func(p *Person, _ *Words) string { return count(p.Months, !p.Reduced) }},
	{"income", OfWork, Money, 7, "", false, func(p *Person, _ *Words) string { return yuan(p.IncomeFen, p.IncomeMonths > 0) }},
	{"income_months", OfWork, Count, 4, "", false, func(p *Person, _ *Words) string { return count(p.IncomeMonths, !p.Reduced) }},

	{"plan_out", OfNeed, Text, 3, "", false, func(p *Person, w *Words) string { return w.enum("yesno", p.Need.PlanOut) }},
	{"plan_place", OfNeed, Text, 8, "", false, func(p *Person, w *Words) string { return w.workPlace(p.Need.PlanPlace) }},
	{"wanted_job", OfNeed, Text, 8, "", false, func(p *Person, _ *Words) string { return p.Need.WantedJob }},
	{"wanted_wage", OfNeed, Money, 5, "", false, func(p *Person, _ *Words) string { return yuan(p.Need.WantedWageFen, p.HasNeed) }},
	{"service", OfNeed, Text, 10, "", false, func(p *Person, _ *Words) string { return p.Need.Service }},
	{"training", OfNeed, Text, 10, "", false, func(p *Person, _ *Words) string { return p.Need.Training }},
	{"surveyed_on", OfNeed, Code, 5, "", false, func(p *Person, _ *Words) string { return p.Need.SurveyedOn.String() }},

	{"findings", OfCheck, Count, 4, account.FindingsRead, false, func(p *Person, _ *Words) string { return count(p.Findings, !p.Reduced) }},
}

// ColumnOf is the column of a key.
func ColumnOf(key string) (Column, bool) {
	i := slices.IndexFunc(Columns, func(c Column) bool { return c.Key == key })
	if i < 0 {
		return Column{}, false
	}
	return Columns[i], true
}

// columnsOf are the columns of keys in their order; unknown keys are left out.
func columnsOf(keys []string) []Column {
	out := make([]Column, 0, len(keys))
	for _, k := range keys {
		if c, ok := ColumnOf(k); ok {
			out = append(out, c)
		}
	}
	return out
}

// Allowed splits columns into those that the caller may read somewhere and the
// keys of those that he may not read anywhere.
func Allowed(by account.Caller, keys []string) (cols []Column, withheld []string) {
	for _, c := range columnsOf(keys) {
		if c.Need != "" && !by.Can(c.Need) {
			withheld = append(withheld, c.Key)
			continue
		}
		cols = append(cols, c)
	}
	return cols, withheld
}

// Cell is what the caller reads of a person in a column: nothing where he
// lacks the column's permission at the person's place, or sees the person only
// by the place of work and the column is not the workplace's business.
func (c *Column) Cell(by account.Caller, p *Person, w *Words) string {
	if p.Reduced && !c.Worker || c.Need != "" && !by.Scope(c.Need).Contains(p.Village) {
		return ""
	}
	return c.value(p, w)
}
