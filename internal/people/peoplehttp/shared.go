package peoplehttp

import (
	"net/http"
	"net/url"

	"wengang/internal/calendar"
	"wengang/internal/people"
	"wengang/internal/web"
)

// Choices is a group of boxes of the filter form.
type Choices = optionGroup

// ReadFilter reads the conditions of a people's list from a query, for other
// rims that list people: one filter, one way to write it.
func ReadFilter(q url.Values, m calendar.Month) (people.Filter, error) {
	f, _, err := readFilter(&web.Request{Request: &http.Request{URL: &url.URL{RawQuery: q.Encode()}}, Month: m})
	return f, err
}

// FilterForm is the form with every condition.
func FilterForm(r *web.Request, f people.Filter) ([]Choices, []web.Field) { return filterForm(r, f) }

// FilterChips are the conditions that are on, each with the address of this
// page without it.
func FilterChips(r *web.Request, f people.Filter) []web.Chip { return chips(r, f) }
