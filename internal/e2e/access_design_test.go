package e2e

import "wengang/internal/account"

// Designs of other places are not found: internal/report/design and its rim
// test that with real ones.
func init() {
	one := func(need account.Permission) recipe {
		return recipe{need: need, ids: ids{"id": word("999999")}, nobodys: true}
	}
	recipes["GET /designs"] = recipe{need: account.ReportRead}
	recipes["GET /blanks"] = recipe{need: account.ReportRead}
	recipes["POST /designs"] = recipe{need: account.ReportFill}
	recipes["POST /blanks"] = recipe{need: account.ReportFill}
	for _, p := range []string{"GET /designs/{id}/offers", "POST /designs/{id}/bind", "POST /designs/{id}/confirm",
		"POST /designs/{id}/check", "POST /designs/{id}/uncheck", "POST /designs/{id}/about", "POST /designs/{id}/again", "POST /designs/{id}/drop"} {
		recipes[p] = one(account.ReportFill)
	}
	for _, p := range []string{"GET /designs/{id}", "GET /designs/{id}/export"} {
		recipes[p] = one(account.ReportRead)
	}
	for _, p := range []string{"POST /designs/{id}/publish", "POST /designs/{id}/stop"} {
		recipes[p] = one(account.ReportReview)
	}
}
