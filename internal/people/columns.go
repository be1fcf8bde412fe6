package people

import (
	"strconv"

	"wengang/internal/fact"
	"wengang/internal/fault"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// blob keeps an absent value NULL on both engines.
func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// column is one plain column of person: how it is stored and, by its name, its
// history field and its catalogue key "people.field.<name>".
type column struct {
	name string
	get  func(*fact.Person) any
	enum *fact.Enum
}

// editable are the columns that the person form sets and whose changes are
// kept one by one. Identity, residence, status and kinds have acts of their own.
var editable = []column{
	{"code", func(p *fact.Person) any { return p.Code }, nil},
	{"name", func(p *fact.Person) any { return p.Name }, nil},
	{"sex", func(p *fact.Person) any { return p.Sex }, fact.Sex},
	{"birth", func(p *fact.Person) any { return int64(p.Birth) }, nil},
	{"ethnic", func(p *fact.Person) any { return p.Ethnic }, fact.Ethnic},
	{"id_kind", func(p *fact.Person) any { return p.IDKind }, fact.IDKind},
	{"relation", func(p *fact.Person) any { return p.Relation }, fact.Relation},
	{"education", func(p *fact.Person) any { return p.Education }, fact.Education},
	{"student", func(p *fact.Person) any { return p.Student }, fact.Student},
	{"health", func(p *fact.Person) any { return p.Health }, fact.Health},
	{"skill", func(p *fact.Person) any { return p.Skill }, fact.Skill},
	{"willing", func(p *fact.Person) any { return p.Willing }, fact.YesNo},
	{"willing_on", func(p *fact.Person) any { return int64(p.WillingOn) }, nil},
	{"political", func(p *fact.Person) any { return p.Political }, fact.Political},
	{"allowance", func(p *fact.Person) any { return p.Allowance }, fact.YesNo},
	{"ward", func(p *fact.Person) any { return p.Ward }, fact.YesNo},
	{"disability_kind", func(p *fact.Person) any { return p.Disability }, nil},
	{"disability_grade", func(p *fact.Person) any { return p.Grade }, nil},
	{"settlement", func(p *fact.Person) any { return p.Settlement }, nil},
	{"note", func(p *fact.Person) any { return p.Note }, nil},
}

// EnumOf is the word list of a history field, nil where it has none.
func EnumOf(field string) *fact.Enum {
	for _, c := range editable {
		if c.name == field {
			return c.enum
		}
	}
	switch field {
	case "status":
		return fact.Status
	case "out_reason":
		return fact.OutReason
	case "kind":
		return fact.Kind
	case "risk":
		return fact.Risk
	case "plan_out":
		return fact.YesNo
	}
	return nil
}

// stored is the form in which history keeps a value.
func stored(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case int64:
		return itoa(v)
	}
	panic("people: unknown column type")
}

// checkWords answers a field error for every code outside its word list and
// every text that is too long.
func checkWords(p *fact.Person) []fault.Field {
	var out []fault.Field
	for _, c := range editable {
		switch v := c.get(p).(type) {
		case int:
			if c.enum != nil && !c.enum.Valid(v) {
				out = append(out, fault.Field{Name: c.name, Key: "people.word"})
			}
		case string:
			if limit := map[string]int{"name": 50, "code": 40, "note": 1000}[c.name]; len([]rune(v)) > limit {
				out = append(out, fault.Field{Name: c.name, Key: "people.too_long", Args: []any{limit}})
			}
		}
	}
	if p.Name == "" {
		out = append(out, fault.Field{Name: "name", Key: "people.name.missing"})
	}
	if p.Disability < 0 || p.Disability > 7 || p.Grade < 0 || p.Grade > 4 {
		out = append(out, fault.Field{Name: "disability_kind", Key: "people.word"})
	}
	return out
}
