// Package fault names the kinds of failure that the product knows and carries,
// for each, a message key of the catalogue: the edge (page, command, API)
// translates, nothing below it writes sentences for people.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what the edge does with an error.
type Kind uint8

// The kinds. Anything that is not a *Error is Internal and its text never
// reaches a person.
const (
	Internal    Kind = iota
	Invalid          // the input is wrong: 422, exit 1
	NotFound         // absent, or outside the caller's scope: 404
	Forbidden        // the caller's role does not allow the act: 403
	Conflict         // the state changed or the once-only thing exists: 409
	Unauth           // no session: sign in
	TooMany          // rate or daily limit
	Unavailable      // busy, full, shutting down: 503
)

// Field is one wrong input, shown beside its control.
type Field struct {
	Name string
	Key  string
	Args []any
}

// Error is a failure that a person can be told about. Key is a catalogue key,
// Args its values; Cause stays inside (logs only, never with personal data).
type Error struct {
	Kind   Kind
	Key    string
	Args   []any
	Fields []Field
	Cause  error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Key)
	if len(e.Args) > 0 {
		fmt.Fprintf(&b, " %v", e.Args)
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Name, f.Key)
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a kind with its message key.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// NotFoundf is the answer for what is absent and for what is out of scope alike.
func NotFoundf(key string, args ...any) *Error { return New(NotFound, key, args...) }

// InvalidFields reports every wrong field at once.
func InvalidFields(fields ...Field) *Error {
	return &Error{Kind: Invalid, Key: "fault.invalid", Fields: fields}
}

// Wrap keeps the cause for the log under a kind and a key for the person.
func Wrap(cause error, kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args, Cause: cause}
}

// KindOf is the kind of the first *Error in the chain, else Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
