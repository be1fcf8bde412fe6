package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/text"
)

// Deadlines of one request (trust 5.1): the database's is shorter, the
// server's write deadline longer.
const (
	pageDeadline   = 25 * time.Second
	uploadDeadline = 10 * time.Minute
	bodyLimit      = 1 << 20
)

// serve runs a route: deadline, body limit, session, language, permission,
// place and month, then the action; its error becomes a page.
func (s *Shell) serve(rt *Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		deadline, limit := pageDeadline, int64(bodyLimit)
		if rt.Upload || rt.Long {
			deadline = uploadDeadline
			rc := http.NewResponseController(w)
			until := time.Now().Add(deadline)
			_ = rc.SetReadDeadline(until)
			_ = rc.SetWriteDeadline(until)
		}
		if rt.Upload {
			limit = s.cfg.UploadLimit
		}
		ctx, cancel := context.WithTimeout(hr.Context(), deadline)
		defer cancel()
		hr = hr.WithContext(ctx)
		hr.Body = http.MaxBytesReader(w, hr.Body, limit)
		r := &Request{Request: hr, Need: rt.Need, shell: s, route: rt, id: requestID(ctx), Lang: s.language(w, hr)}
		noteRoute(ctx, rt.Pattern)
		if err := s.run(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

func (s *Shell) run(w http.ResponseWriter, r *Request) error {
	caller, err := s.cfg.Auth.Authenticate(r.Request)
	switch {
	case err == nil:
		r.Caller = caller
		r.Caller.RequestID = r.id
		r.At, r.Month = caller.Home(), defaultMonth(s.cfg.Clock()) // for the frame of a refusal
		noteUser(r.Context(), caller.UserID)
	case !r.route.Public:
		return err
	}
	if !r.route.Public {
		if err := s.admit(r); err != nil {
			return err
		}
		if s.cfg.Before != nil {
			if err := s.cfg.Before(r.Context(), r, r.route.Pattern); err != nil {
				return err
			}
		}
	} else if err := s.place(r); err != nil {
		return err
	}
	if r.route.Upload && r.Method == http.MethodPost {
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		default:
			return fault.New(fault.Unavailable, "web.upload.busy")
		}
	}
	err = s.once.run(w, r, r.route.Action)
	// Inside an action a refusal looks like an object that does not exist: who
	// tries ids is on record all the same (GB/T 22239 8.1.4.3 a).
	if r.Caller.UserID != 0 && (fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) && strings.Contains(r.route.Pattern, "/{") && r.route.Pattern != "GET /{$}") {
		s.refused(r, r.At)
	}
	return err
}

// admit checks the permission, then where and when.
func (s *Shell) admit(r *Request) error {
	if r.Need != "" && !r.Caller.Can(r.Need) {
		s.refused(r, 0)
		return fault.New(fault.Forbidden, "fault.forbidden", r.T("web.perm."+string(r.Need)))
	}
	return s.place(r)
}

func (s *Shell) refused(r *Request, at region.Code) {
	if s.cfg.Refusals != nil {
		s.cfg.Refusals.Refused(r.Context(), r.Caller, r.route.Pattern, r.Need, at)
	}
}

// grantScope is where the caller may look on the route: by permission, or by
// any grant where the route needs none.
func grantScope(r *Request) region.Scope {
	if r.Need != "" {
		return r.Caller.Scope(r.Need)
	}
	roots := make([]region.Code, 0, len(r.Caller.Grants))
	for _, g := range r.Caller.Grants {
		roots = append(roots, g.Region)
	}
	return region.ScopeOf(roots...)
}

// place reads ?at= and ?month=. A place outside the scope, one that does not
// exist and one that cannot be read are the same "not found".
func (s *Shell) place(r *Request) error {
	q := r.URL.Query()
	r.Month = defaultMonth(s.cfg.Clock())
	if v := q.Get("month"); v != "" {
		m, err := calendar.ParseMonth(v)
		if err != nil {
			return fault.NotFoundf("web.badmonth")
		}
		r.Month = m
	}
	scope := grantScope(r)
	r.At = r.Caller.Home()
	if roots := scope.Roots(); !scope.Contains(r.At) && len(roots) > 0 {
		r.At = roots[0]
	}
	v := q.Get("at")
	if v == "" || r.Caller.UserID == 0 {
		return nil
	}
	at, err := parseAt(v)
	if err != nil || !scope.Contains(at) || (at != region.Country && s.cfg.Tree.Name(at) == "") {
		if err == nil {
			s.refused(r, at)
		}
		return fault.NotFoundf("fault.notfound")
	}
	r.At = at
	return nil
}

// parseAt reads a code; 0 is the nation.
func parseAt(v string) (region.Code, error) {
	if v == "0" {
		return region.Country, nil
	}
	return region.ParseCode(v)
}

// defaultMonth is the month before the clock's: the one whose returns are
// being collected and closed.
func defaultMonth(now time.Time) calendar.Month { return calendar.MonthAt(now).Add(-1) }

// language is ?lang=, else the cookie, else Chinese. ?lang= is remembered.
func (s *Shell) language(w http.ResponseWriter, r *http.Request) text.Lang {
	if v := r.URL.Query().Get("lang"); v != "" {
		l := text.ZH
		if strings.HasPrefix(v, "en") {
			l = text.EN
		}
		http.SetCookie(w, &http.Cookie{Name: "lang", Value: string(l), Path: "/", MaxAge: 31536000, HttpOnly: true, Secure: s.cfg.Secure, SameSite: http.SameSiteLaxMode})
		return l
	}
	if c, err := r.Cookie("lang"); err == nil && c.Value == string(text.EN) {
		return text.EN
	}
	return text.ZH
}

// LocalPath reports whether a "go on to" address stays on this console. It
// guards redirects: only "/path" with an optional query.
func LocalPath(p string) bool {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n\t") {
		return false
	}
	u, err := url.Parse(p)
	return err == nil && u.Host == "" && u.Scheme == ""
}

// Redirect answers a form that succeeded (303), or tells htmx to go there.
func (r *Request) Redirect(w http.ResponseWriter, to string) error {
	if r.HX() {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusOK)
		return nil
	}
	http.Redirect(w, r.Request, to, http.StatusSeeOther)
	return nil
}

// Can reports whether the caller holds a permission at the page's place.
func (r *Request) Can(p account.Permission) bool { return r.Caller.Scope(p).Contains(r.At) }
