// Package register keeps the carriers of employment help that the official
// forms count: alliances, brands, bases, cooperatives, workshops, relief
// projects, public posts, trainings, events and help projects, with their
// people. A kind is one declaration (kinds.go); tables, import, pages and the
// forms' counts are generic over it. Life cycles come later: a register already
// has a state with dates.
package register

import "strings"

// Type is how a field's cell is read and shown.
type Type uint8

// The types. Money is printed in yuan and kept in fen.
const (
	Text Type = iota
	Date
	Count
	Money
	Choice
	YesNo
	USCC
	Phone
	Level
	AreaMarks
	IDNumber
	CountyName
	TownName
	VillageName
)

// Field is one column of a kind's workbook and one control of its page. Key
// names a column of the register table or, for any other key, an entry of its
// extra JSON. The first heading is the official one, the others are met in
// workbooks.
type Field struct {
	Key      string
	Headings []string
	Type     Type
	Unit     string // printed behind the heading: 人, 元, 个; empty for none
	Required bool
	Choices  []string
}

// Heading is the official heading.
func (f Field) Heading() string { return f.Headings[0] }

// LabelKey is the catalogue key of the field's label on pages.
func (f Field) LabelKey() string { return "register.field." + f.Key }

// Members declares the people of a kind: how the workbook of its members is
// headed and what a member's row must hold.
type Members struct {
	Noun   string // 务工人员, 在岗人员, 学员, 社员
	Title  string // title of the members' workbook
	Fields []Field
	// Creates: a row naming a register that does not exist makes it. Only for
	// kinds whose registers have no workbook of their own in practice (posts,
	// classes); a workshop invented from a list of names would be counted.
	Creates bool
}

// Kind is one register.
type Kind struct {
	ID      string // also the --type of a roster import
	Name    string // 就业帮扶车间
	Title   string // title of the register's workbook
	Unit    string // 个, 次
	Facts   string // rows of the facts that it serves
	Fields  []Field
	Members *Members
	// Instant: the register is one event, not something that lasts (events,
	// classes): it counts in the year of its start.
	Instant bool
}

// NameKey is the catalogue key of the kind's name.
func (k *Kind) NameKey() string { return "register.kind." + k.ID }

// MembersType is the --type of the workbook of the kind's members.
func (k *Kind) MembersType() string { return k.ID + "_members" }

// Field is the field with the key, or nil.
func (k *Kind) Field(key string) *Field { return findField(k.Fields, key) }

func findField(fields []Field, key string) *Field {
	for i := range fields {
		if fields[i].Key == key {
			return &fields[i]
		}
	}
	return nil
}

// Kinds lists every register in the order of 附件1's columns, then the rest.
func Kinds() []*Kind { return kinds }

// ByID is the kind with the id, or nil.
func ByID(id string) *Kind {
	for _, k := range kinds {
		if k.ID == id {
			return k
		}
	}
	return nil
}

// BySubtype reads a --type: a kind's id (its own workbook) or MembersType.
func BySubtype(s string) (k *Kind, members bool) {
	if base, ok := strings.CutSuffix(s, "_members"); ok {
		if k = ByID(base); k != nil && k.Members != nil {
			return k, true
		}
		return nil, false
	}
	return ByID(s), false
}

// core lists the keys that are columns of the register table; every other key
// lives in extra.
var core = map[string]bool{
	"county": true, "town": true, "village": true, "name": true, "level": true, "uscc": true,
	"doc_no": true, "started_on": true, "ended_on": true, "end_reason": true, "state": true,
	"contact": true, "phone": true, "people": true, "poor": true, "marks": true,
}

// memberCore is the same for members.
var memberCore = map[string]bool{
	"register": true, "county": true, "town": true, "village": true, "person": true, "id_number": true,
	"category": true, "role": true, "started_on": true, "ended_on": true, "end_reason": true,
	"people": true, "poor": true,
}

// IsExtra reports whether a register's field is kept in extra.
func IsExtra(key string) bool { return !core[key] }
