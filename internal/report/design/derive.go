package design

import (
	"math/big"
	"strings"

	"wengang/internal/fault"
	"wengang/internal/report"
)

func pow10(n int) int64 {
	out := int64(1)
	for range n {
		out *= 10
	}
	return out
}

// derive parses the formulas and puts them in an order in which each reads
// only what is already computed; a circle is refused.
func (s *Spec) derive(f *report.Form) error {
	parsed := map[string]*Expression{}
	for i := range s.Binds {
		b := &s.Binds[i]
		if b.Kind != Derived {
			continue
		}
		e, err := ParseExpression(b.Formula)
		if err != nil {
			return at(b.At, err)
		}
		for _, u := range e.Uses {
			if f.Column(u) == nil {
				return fault.InvalidFields(fault.Field{Name: b.At, Key: "design.formula.unbound", Args: []any{b.At, u}})
			}
		}
		parsed[b.At] = e
	}
	var order []report.Column
	state := map[string]int{}
	var visit func(key string) error
	visit = func(key string) error {
		switch state[key] {
		case 1:
			return fault.InvalidFields(fault.Field{Name: key, Key: "design.formula.circle", Args: []any{key}})
		case 2:
			return nil
		}
		state[key] = 1
		if e := parsed[key]; e != nil {
			for _, u := range e.Uses {
				if err := visit(u); err != nil {
					return err
				}
			}
		}
		state[key] = 2
		col := *f.Column(key)
		if e := parsed[key]; e != nil {
			col.Derive = deriver(f, e, col.Decimals)
		}
		order = append(order, col)
		return nil
	}
	for _, c := range f.Columns {
		if err := visit(c.Key); err != nil {
			return err
		}
	}
	f.Columns = order
	return nil
}

func at(key string, err error) error {
	if e, ok := asFault(err); ok {
		return fault.InvalidFields(fault.Field{Name: key, Key: e.Key, Args: e.Args})
	}
	return err
}

// rats reads the printed values of a row's cells.
func rats(f *report.Form, value func(string) (int64, bool)) numbers {
	return func(key string) (*big.Rat, bool) {
		c := f.Column(key)
		if c == nil {
			return nil, false
		}
		n, ok := value(key)
		return big.NewRat(n, max(1, c.Divide)), ok
	}
}

func deriver(f *report.Form, e *Expression, decimals int) func(func(string) (int64, bool)) (int64, string, bool) {
	return func(value func(string) (int64, bool)) (int64, string, bool) {
		r, ok := e.Value(rats(f, value))
		if !ok {
			return 0, "", false
		}
		printed := r.FloatString(decimals)
		whole, _ := new(big.Rat).SetString(printed)
		n := new(big.Rat).Mul(whole, big.NewRat(pow10(decimals), 1)).Num()
		if !n.IsInt64() {
			return 0, "", false
		}
		return n.Int64(), printed, true
	}
}

func (s *Spec) checks(f *report.Form) error {
	for i := range s.Checks {
		c := &s.Checks[i]
		cmp, err := ParseComparison(c.Rule)
		if err != nil {
			return at("check", err)
		}
		uses := append(append([]string{}, cmp.Left.Uses...), cmp.Right.Uses...)
		if len(uses) == 0 {
			return fault.InvalidFields(fault.Field{Name: "check", Key: "design.formula.nocell"})
		}
		for _, u := range uses {
			if f.Column(u) == nil {
				return fault.InvalidFields(fault.Field{Name: "check", Key: "design.formula.unbound", Args: []any{c.Rule, u}})
			}
		}
		words := c.Words
		if words == "" {
			words = c.Rule
		}
		f.Design.Checks = append(f.Design.Checks, report.Check{Words: words, Hard: c.Hard, Col: f.Column(uses[0]).N,
			Holds: func(value func(string) (int64, bool)) (bool, string, string) {
				holds, known, l, r := cmp.Holds(rats(f, value))
				if !known {
					return true, "", ""
				}
				return holds, plain(l), plain(r)
			}})
	}
	return nil
}

// plain prints a number without needless decimals.
func plain(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return strings.TrimRight(strings.TrimRight(r.FloatString(4), "0"), ".")
}
