package register

import (
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/region"
)

// Problem is what is wrong with one field of a record, from a workbook or a
// page. A Hard one refuses the record; a Lead is information, not a fault.
type Problem struct {
	Field string // key of the field
	Rule  string // "register.date": also the catalogue key of the sentence
	Args  []any
	Hard  bool
	Lead  bool
}

// input reads the text of a field and the heading it stood under ("" on pages).
type input func(key string) (text, heading string)

// parser collects problems while it reads one record.
type parser struct {
	in       input
	problems []Problem
}

func (p *parser) text(key string) string {
	s, _ := p.in(key)
	return strings.TrimSpace(s)
}

func (p *parser) add(hard bool, key, rule string, args ...any) {
	p.problems = append(p.problems, Problem{Field: key, Rule: rule, Args: args, Hard: hard})
}

func (p *parser) date(key string, end bool) calendar.Date {
	s := p.text(key)
	if s == "" {
		return 0
	}
	d, ok := parseDate(s, end)
	if !ok {
		p.add(true, key, "register.date", s)
	}
	return d
}

func (p *parser) count(key string) int64 {
	s := p.text(key)
	if s == "" {
		return -1
	}
	n, ok := parseCount(s)
	if !ok {
		p.add(true, key, "register.count", s)
		return -1
	}
	return n
}

// extra reads the fields of a declaration that are kept in extra.
func (p *parser) extra(fields []Field, isCore map[string]bool) map[string]string {
	out := map[string]string{}
	for _, f := range fields {
		s := p.text(f.Key)
		if isCore[f.Key] || s == "" {
			continue
		}
		switch f.Type {
		case Date:
			if d := p.date(f.Key, strings.Contains(f.Heading(), "至") || strings.Contains(f.Heading(), "止")); d != 0 {
				out[f.Key] = strconv.Itoa(int(d))
			}
		case Count:
			if n := p.count(f.Key); n >= 0 {
				out[f.Key] = strconv.FormatInt(n, 10)
			}
		case Money:
			_, heading := p.in(f.Key)
			fen, ok := parseMoney(s, strings.Contains(heading, "万元"))
			if !ok {
				p.add(true, f.Key, "register.money", s)
				continue
			}
			out[f.Key] = strconv.FormatInt(fen, 10)
		case Choice:
			word, ok := oneOf(s, f.Choices)
			if !ok {
				p.add(false, f.Key, "register.choice", s, strings.Join(f.Choices, "、"))
			}
			out[f.Key] = word
		case YesNo:
			code, ok := fact.YesNo.Parse(s)
			if !ok {
				p.add(false, f.Key, "register.yesno", s)
				continue
			}
			out[f.Key] = strconv.Itoa(code)
		default:
			out[f.Key] = s
		}
	}
	return out
}

// oneOf is the choice that a word means, whatever its brackets and width; an
// unknown word stays as written.
func oneOf(s string, words []string) (string, bool) {
	for _, w := range words {
		if s == w || NameKey(s) == NameKey(w) {
			return w, true
		}
	}
	return s, false
}

// place reads 县/乡/村 below within; with none of them given it is within.
func (p *parser) place(places Places, within region.Code) region.Code {
	var parts []string
	field := "county"
	for _, key := range []string{"county", "town", "village"} {
		s := p.text(key)
		if s == "" || s == "本级" || s == "市本级" || s == "县本级" || s == "省本级" {
			continue
		}
		parts, field = append(parts, s), key
	}
	if len(parts) == 0 {
		return within
	}
	// The first column may repeat the place of the file itself.
	if len(parts) == 1 && sameName(parts[0], places.Name(within)) {
		return within
	}
	written := strings.Join(parts, "")
	m := places.Resolve(written, within)
	if m.Status == region.None && sameName(parts[0], places.Name(within)) {
		m = places.Resolve(strings.Join(parts[1:], ""), within)
	}
	switch m.Status {
	case region.One:
		return m.Code
	case region.Several:
		p.add(true, field, "register.place_several", written, len(m.Candidates))
	default:
		p.add(true, field, "register.place_unknown", written)
	}
	return 0
}

func sameName(a, b string) bool { return b != "" && NameKey(a) == NameKey(b) }

// parseRecord reads one register of a kind below within.
func parseRecord(k *Kind, places Places, within region.Code, in input) (*Record, []Problem) {
	p := &parser{in: in}
	r := &Record{Kind: k.ID, Name: p.text("name"), DocNo: p.text("doc_no"), EndReason: p.text("end_reason"), Contact: p.text("contact"),
		StartedOn: p.date("started_on", false), EndedOn: forever(p.date("ended_on", true)),
		People: p.count("people"), Poor: p.count("poor"), State: Running}
	r.Region = p.place(places, within)
	for _, f := range k.Fields {
		if f.Required && p.text(f.Key) == "" {
			p.add(true, f.Key, "register.required", f.Heading())
		}
	}
	var ok bool
	if r.Level, ok = levelWords[p.text("level")]; !ok {
		p.add(false, "level", "register.level", p.text("level"))
	}
	if s := p.text("state"); s != "" {
		if r.State, ok = stateWords[s]; !ok {
			r.State = Running
			p.add(false, "state", "register.state", s)
		}
	}
	if r.Marks, ok = ParseMarks(p.text("marks")); !ok {
		p.add(true, "marks", "register.marks", p.text("marks"))
	}
	if s := p.text("uscc"); s != "" {
		var bad idcard.Problem
		if r.USCC, bad = idcard.ParseUSCC(s); bad != idcard.OK {
			r.USCC = idcard.Normalise(s)
			p.add(false, "uscc", "register.uscc", s)
		}
	}
	if s := p.text("phone"); s != "" {
		if r.Phone, ok = parsePhone(s); !ok {
			p.add(false, "phone", "register.phone")
		}
	}
	if r.EndedOn < r.StartedOn {
		p.add(true, "ended_on", "register.end_before_start", r.StartedOn, r.EndedOn)
	}
	if r.Poor > r.People && r.People >= 0 {
		p.add(true, "poor", "register.poor_over_people", r.Poor, r.People)
	}
	if r.EndedOn != fact.Forever && !k.Instant {
		r.State = Ended
	}
	r.Extra = p.extra(k.Fields, core)
	return r, p.problems
}

// parseMember reads one row of a list. today bounds ages.
func parseMember(k *Kind, in input) (*Member, []Problem) {
	p := &parser{in: in}
	m := &Member{Name: p.text("person"), Role: p.text("role"), EndReason: p.text("end_reason"),
		StartedOn: p.date("started_on", false), EndedOn: forever(p.date("ended_on", true))}
	var ok bool
	if m.Claimed, ok = parseCategory(p.text("category")); !ok {
		p.add(false, "category", "register.category", p.text("category"))
	}
	var birth calendar.Date
	if s := p.text("id_number"); s != "" {
		id, bad := idcard.Parse(s)
		if bad != idcard.OK {
			p.add(true, "id_number", bad.Key())
		}
		m.IDNumber, birth = id.Number, id.Birth
	}
	m.People, m.Poor = max(0, p.count("people")), max(0, p.count("poor"))
	switch {
	case m.Name == "" && m.IDNumber == "" && m.People == 0:
		p.add(true, "person", "register.member_empty")
	case m.Name == "" && m.IDNumber != "":
		p.add(true, "person", "register.required", "姓名")
	case m.Name != "" && m.People > 1:
		p.add(true, "people", "register.named_headcount")
	case m.Name != "":
		m.People, m.Poor = 0, 0
		if p.text("id_number") == "" { // allowed: a lead for who keeps the roster, not a fault
			p.problems = append(p.problems, Problem{Field: "id_number", Rule: "register.no_id", Lead: true})
		}
	case m.Poor > m.People:
		p.add(true, "poor", "register.poor_over_people", m.Poor, m.People)
	}
	if m.EndedOn < m.StartedOn {
		p.add(true, "ended_on", "register.end_before_start", m.StartedOn, m.EndedOn)
	}
	// Work below 16 is an error of the record (rules 5_16_010, 3_01_008); a post
	// above 69 is doubted, not refused: local limits differ (facts B2).
	if birth.Valid() && m.StartedOn.Valid() {
		if age := birth.AgeOn(m.StartedOn); age < 16 {
			p.add(true, "id_number", "register.under16", age)
		} else if k.ID == "post" && age >= 70 {
			p.add(false, "id_number", "register.post_age", age)
		}
	}
	m.Extra = p.extra(k.Members.Fields, memberCore)
	return m, p.problems
}
