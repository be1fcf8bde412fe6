package rule

import "wengang/internal/fault"

// Refusals are the errors among found that did not hold before, each beside
// its field.
func Refusals(was, found []Finding) []fault.Field {
	held := map[string]bool{}
	for _, f := range was {
		held[f.Rule.ID+"|"+f.Place()] = true
	}
	var fields []fault.Field
	for _, f := range found {
		if f.Rule.Severity == Error && !held[f.Rule.ID+"|"+f.Place()] {
			fields = append(fields, fault.Field{Name: f.Field, Key: f.Rule.Message(), Args: f.Args})
		}
	}
	return fields
}
