package peoplehttp

import (
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/text"
	"wengang/internal/web"
)

// word is an enum's word in the reader's language; empty for 0.
func word(r *web.Request, enum string, code int) string {
	if code == 0 {
		return ""
	}
	key := "enum." + enum + "." + strconv.Itoa(code)
	if !text.Has(key) {
		return strconv.Itoa(code)
	}
	return r.T(key)
}

func words(r *web.Request, enum string, codes []int) string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = word(r, enum, c)
	}
	return strings.Join(out, r.T("people.and"))
}

// monthText is 2023-10, or "to now" for Open.
func monthText(r *web.Request, m calendar.Month) string {
	if m == calendar.Open {
		return r.T("people.now")
	}
	return m.String()
}

// endReason is why a spell ended; a reason that is no word of the list stands
// as it was written.
func endReason(r *web.Request, reason string) string {
	if key := "work.end." + reason; text.Has(key) {
		return r.T(key)
	}
	return reason
}

func spanText(r *web.Request, from, to calendar.Month) string {
	if to == calendar.Open {
		return r.T("people.span.open", from.String())
	}
	return r.T("people.span", from.String(), to.String())
}

func wageText(r *web.Request, fen int64) string {
	if fen < 0 {
		return r.T("people.unknown")
	}
	return r.T("people.yuan", web.Yuan(fen))
}

// valueText is a stored history value as a person reads it.
func (h *Rim) valueText(r *web.Request, field, v string) string {
	n, err := strconv.ParseInt(v, 10, 64)
	number := err == nil
	switch {
	case v == "" || number && n == 0 && field != "wage_fen":
		return r.T("people.blank")
	case field == "kind":
		if k, ok := people.ParseKind(v); ok {
			return word(r, "kind", k.Kind) + " " + k.Since.String()
		}
		return v
	case field == "channel" || field == "industry" || field == "point_to_point":
		return word(r, map[string]string{"channel": "channel", "industry": "industry", "point_to_point": "yesno"}[field], int(n))
	case field == "place_class":
		return word(r, "placeclass", int(n))
	case strings.HasSuffix(field, "_fen") && number:
		return wageText(r, n)
	case (field == "place" || field == "plan_place" || field == "village") && number:
		return h.workPlace(region.Code(n))
	case strings.HasSuffix(field, "_month") && number:
		return monthText(r, calendar.Month(n))
	case (strings.HasSuffix(field, "_on") || field == "birth") && number:
		return calendar.Date(n).String()
	}
	if e := people.EnumOf(field); e != nil && number {
		return word(r, e.ID, int(n))
	}
	return v
}

// fieldLabel is the name of a history field.
func fieldLabel(r *web.Request, field string) string {
	if key := "people.field." + field; text.Has(key) {
		return r.T(key)
	}
	return field
}

// ageText is full years on the page's today; 0 birth is unknown.
func ageOf(birth, today calendar.Date) int {
	if birth == 0 {
		return -1
	}
	return birth.AgeOn(today)
}

// touched counts the calendar months of a range in which a spell runs.
func touched(spells []fact.Spell, from, to calendar.Month) int {
	n := 0
	for m := from; m <= to; m = m.Add(1) {
		for i := range spells {
			if spells[i].Touches(m) {
				n++
				break
			}
		}
	}
	return n
}

// run is how many consecutive months up to m have work; at most ten years are
// looked at.
func run(spells []fact.Spell, m calendar.Month) int {
	n := 0
	for n < 120 && touched(spells, m.Add(-n), m.Add(-n)) == 1 {
		n++
	}
	return n
}

// yuanText and parseYuan are the two directions of a money field in yuan.
func yuanText(fen int64) string {
	if fen < 0 {
		return ""
	}
	if fen%100 == 0 {
		return strconv.FormatInt(fen/100, 10)
	}
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}

func parseYuan(s string) (int64, bool) {
	s = strings.NewReplacer(",", "", "，", "", " ", "", "元", "").Replace(strings.TrimSpace(s))
	if s == "" {
		return -1, true
	}
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) > 2 || len(whole) > 9 || strings.Trim(whole+frac, "0123456789") != "" || whole == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(frac + "00")[:2], 10, 64)
	return n, err == nil
}

// stateText is a state in words; unknown ones of people who need not work are
// empty.
func stateText(r *web.Request, s people.State) string {
	if s.Unverified {
		return r.T("web.unverified")
	}
	return word(r, "status", s.Code)
}

// sourceText is where a statement comes from; "import" is written by imports.
func sourceText(r *web.Request, s string) string {
	if key := "people.source." + s; s != "" && text.Has(key) {
		return r.T(key)
	}
	return s
}
