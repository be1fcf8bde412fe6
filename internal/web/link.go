package web

import (
	"fmt"
	"net/url"
	"strings"
)

// Cursor parameters are about one list at one place; they do not survive a
// change of place, month or filter.
var cursors = []string{"after", "before", "page", "lang"}

// Link is a path with the request's place and month, and the given pairs of
// name and value. An empty value removes the name.
func (r *Request) Link(path string, kv ...any) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	if r.Caller.UserID != 0 {
		if !q.Has("at") {
			q.Set("at", atParam(r.At))
		}
		if !q.Has("month") && r.Month != 0 {
			q.Set("month", r.Month.String())
		}
	}
	setPairs(q, kv)
	u.RawQuery = q.Encode()
	return u.String()
}

// Self is the request's own address with some parameters changed; the
// cursors of a list are dropped unless they are given.
func (r *Request) Self(kv ...any) string {
	u := *r.URL
	q := u.Query()
	for _, c := range cursors {
		q.Del(c)
	}
	u.RawQuery = ""
	return r.Link(u.Path+"?"+q.Encode(), kv...)
}

func setPairs(q url.Values, kv []any) {
	for i := 0; i+1 < len(kv); i += 2 {
		name, val := fmt.Sprint(kv[i]), fmt.Sprint(kv[i+1])
		if val == "" {
			q.Del(name)
		} else {
			q.Set(name, val)
		}
	}
}

// section is the first segment of a path: /people/3 → /people.
func section(path string) string {
	rest := strings.TrimPrefix(path, "/")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		rest = rest[:i]
	}
	return "/" + rest
}
