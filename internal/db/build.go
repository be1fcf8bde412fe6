package db

import (
	"context"
	"strconv"
	"strings"
)

// Args collects bound values of a statement that is put together from parts
// and hands out their placeholders.
type Args struct{ Values []any }

// Add binds a value and returns its placeholder ($1, $2, …).
func (a *Args) Add(v any) string {
	a.Values = append(a.Values, v)
	return "$" + strconv.Itoa(len(a.Values))
}

// List binds several values and returns "($1, $2, …)" for an IN condition; an
// empty list gives a set that contains nothing.
func List[T any](a *Args, values []T) string {
	if len(values) == 0 {
		return "(NULL)"
	}
	ps := make([]string, len(values))
	for i, v := range values {
		ps[i] = a.Add(v)
	}
	return "(" + strings.Join(ps, ", ") + ")"
}

// strings1 reads one column of texts.
func strings1(ctx context.Context, q Querier, query string, args ...any) ([]string, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
