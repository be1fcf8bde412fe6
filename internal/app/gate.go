package app

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/account/accounthttp"
	"wengang/internal/audit"
	"wengang/internal/fault"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/web"
)

// gate stands before every action: administration answers allowed addresses
// only, an inspector reads within the document and leaves a row for every
// page, pages of lists are counted.
type gate struct {
	a        *App
	sessions *accounthttp.Sessions
}

// listPages are the pages that show many people at once.
var listPages = []string{
	"GET /people", "GET /people/found", "GET /people/flow", "GET /people/entry", "GET /people/entry/sheets/{code}", "GET /people/doubles", "GET /people/proofs",
	"GET /lists/official/{list}", "GET /lists/version/{id}", "GET /lists/version/{id}/compare", "GET /lists/mine/view",
	"GET /board/list", "GET /board/people", "GET /board/names", "GET /report/{form}/list", "GET /findings", "GET /register/{id}", "GET /reconcile/{id}/rows", "GET /import/{id}/absent",
}

// plainFiles hold what nobody masks: pictures of papers. An inspector opens
// them only where the document allows plain values.
var plainFiles = []string{"GET /evidence/of/{kind}/{object}", "GET /evidence/{id}", "GET /evidence/{id}/file", "GET /evidence/{id}/thumb", "GET /summary/{kind}/final"}

// inspectorWrites are the forms that an inspector may send: they look for
// something or concern the inspector's own account and notes.
var inspectorWrites = []string{
	"POST /search", "POST /people/find", "POST /people/{id}/reveal", "POST /password", "POST /sign-in/code", "POST /account/prove", "POST /account/factor",
	"POST /account/sessions/{id}/end", "POST /account/sessions/others", "POST /inspect/notes", "POST /inspect/notes/{id}/remove",
}

func (g gate) before(ctx context.Context, r *web.Request, pattern string) error {
	r.Caller.Address = g.sessions.Address(r.Request)
	if r.Need.Administers() {
		ok, err := g.a.Accounts.Allowed(ctx, account.AdminAddress, r.Caller.Address)
		if err != nil {
			return err
		}
		if !ok {
			if err := g.a.Audit.Refused(ctx, r.Caller, r.Need, "route", pattern); err != nil {
				return err
			}
			return fault.New(fault.Forbidden, "account.address.refused")
		}
	}
	if r.Caller.Inspection != nil {
		return g.inspector(ctx, r, pattern)
	}
	if slices.Contains(listPages, pattern) {
		return g.a.Audit.ReadList(ctx, r.Caller, "people.list", r.At)
	}
	return nil
}

// inspector bounds an inspector's request: no writes, months of the document
// only, and a row on record before the page.
func (g gate) inspector(ctx context.Context, r *web.Request, pattern string) error {
	i := r.Caller.Inspection
	writes := r.Method != http.MethodGet && r.Method != http.MethodHead && !slices.Contains(inspectorWrites, pattern)
	if writes || !i.Reveal && slices.Contains(plainFiles, pattern) {
		if err := g.a.Audit.Refused(ctx, r.Caller, r.Need, "route", pattern); err != nil {
			return err
		}
		return fault.New(fault.Forbidden, "account.inspect.readonly")
	}
	if r.Need != "" && !i.Covers(r.Month) {
		if r.URL.Query().Get("month") != "" {
			return fault.NotFoundf("fault.notfound")
		}
		r.Month = min(max(r.Month, i.FirstMonth), i.LastMonth)
	}
	if r.Need == account.InspectOwn || r.Need == "" && pattern != "POST /search" && pattern != "GET /{$}" {
		return nil
	}
	path := r.URL.Path
	if q := r.URL.RawQuery; q != "" && len(q) <= 300 {
		path += "?" + q
	}
	return g.a.Audit.Read(ctx, r.Caller, audit.Entry{Action: "inspection.read", Object: "inspection", ObjectID: strconv.FormatInt(i.ID, 10), Region: r.At,
		Detail: map[string]string{"path": path, "month": r.Month.String(), "route": strings.TrimPrefix(pattern, "GET ")}})
}

// metered answers the metrics to allowed addresses only.
func (g gate) metered(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ok, err := g.a.Accounts.Allowed(r.Context(), account.MetricAddress, g.sessions.Address(r))
		if err != nil || !ok {
			http.Error(w, "not found", http.StatusNotFound)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// homes tells where a person lives, for the page of who looked.
type homes struct{ *people.Store }

func (h homes) Home(ctx context.Context, scope region.Scope, id int64) (string, region.Code, error) {
	r, err := h.Get(ctx, scope, id)
	if err == nil && r.Reduced {
		err = fault.NotFoundf("fault.notfound") // seen by workplace: another county's person
	}
	return r.Name, r.Village, err
}
