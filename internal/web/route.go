// Package web is the console's shell: routes, middleware, sessions' edge,
// renderer, layout and assets. The rims of the slices (peoplehttp, …) give it
// their routes and templates.
package web

import (
	"net/http"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/text"
)

// Request is what every action receives: the HTTP request and who asks, where
// (?at=) and when (?month=). At always lies in the caller's scope for the
// route's permission; the shell answers "not found" otherwise.
type Request struct {
	*http.Request
	Caller account.Caller
	Need   account.Permission
	At     region.Code
	Month  calendar.Month
	Lang   text.Lang

	shell *Shell
	route *Route
	id    string
}

// Scope is where the caller holds the route's permission, narrowed to At.
func (r *Request) Scope() region.Scope { return r.Caller.Scope(r.Need).Within(r.At) }

// FullScope is where the caller holds the route's permission, At aside: for
// records that are reached by their own id.
func (r *Request) FullScope() region.Scope { return r.Caller.Scope(r.Need) }

// T is the text of a catalogue key in the request's language.
func (r *Request) T(key string, args ...any) string { return text.T(r.Lang, key, args...) }

// HX reports a request of htmx, which wants a fragment and not a page.
func (r *Request) HX() bool { return r.Header.Get("HX-Request") == "true" }

// ID is the request's id as in the log and on error pages.
func (r *Request) ID() string { return r.id }

// Action answers a request. It returns its error; one place turns the fault's
// kind into a page. Order inside: bind, use case, redirect or render.
type Action func(w http.ResponseWriter, r *Request) error

// Route is one entry of a rim's table. The access test walks all of them.
type Route struct {
	Pattern string // "GET /people/{id}"
	Need    account.Permission
	Action  Action
	Public  bool // answers without a session (sign-in, health)
	Upload  bool // takes a file: longer deadline, larger body
	Long    bool // streams or computes longer than a page may: longer deadline
}
