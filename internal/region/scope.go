package region

import "strings"

// Scope is the set of places a caller may see. Its zero value contains
// nothing: a forgotten scope leaks nothing.
type Scope struct {
	roots []Code
}

// ScopeOf is the union of the subtrees below the roots. The nation's code
// gives everything; no root gives nothing.
func ScopeOf(roots ...Code) Scope {
	var s Scope
	for _, r := range roots {
		if s.Contains(r) {
			continue
		}
		kept := s.roots[:0]
		for _, k := range s.roots {
			if !r.Contains(k) {
				kept = append(kept, k)
			}
		}
		s.roots = append(kept, r)
	}
	return s
}

// Roots are the topmost places of the scope.
func (s Scope) Roots() []Code { return append([]Code(nil), s.roots...) }

// Empty reports a scope that contains nothing.
func (s Scope) Empty() bool { return len(s.roots) == 0 }

// Contains reports whether the place lies in the scope.
func (s Scope) Contains(c Code) bool {
	for _, r := range s.roots {
		if r.Contains(c) {
			return true
		}
	}
	return false
}

// Within is the scope narrowed to one subtree: what both contain.
func (s Scope) Within(c Code) Scope {
	if s.Contains(c) {
		return ScopeOf(c)
	}
	var out []Code
	for _, r := range s.roots {
		if c.Contains(r) {
			out = append(out, r)
		}
	}
	return ScopeOf(out...)
}

// Predicate is the SQL condition "col lies in the scope". arg adds a bound
// value and returns its placeholder. An empty scope is a condition that no
// row meets.
func (s Scope) Predicate(col string, arg func(any) string) string {
	if len(s.roots) == 0 {
		return "(1 = 0)"
	}
	parts := make([]string, 0, len(s.roots))
	for _, r := range s.roots {
		lo, hi := r.Range()
		parts = append(parts, "("+col+" >= "+arg(int64(lo))+" AND "+col+" < "+arg(int64(hi))+")")
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}
