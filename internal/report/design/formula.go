package design

import (
	"math/big"
	"regexp"
	"slices"
	"strings"

	"wengang/internal/fault"
)

// A formula is numbers and cells with + - * / and brackets, SUM(D7:F7) and a
// comparison with = <> < <= > >= and an allowed difference: D+E=F±1. It has no
// names, loops or calls, so that it always ends.
const (
	maxFormula = 400 // characters
	maxDepth   = 30
)

// numbers answers the printed value of a cell; false where nobody can tell.
type numbers func(key string) (*big.Rat, bool)

type node func(numbers) (*big.Rat, bool)

// Expression is a parsed formula.
type Expression struct {
	eval node
	Uses []string // cells that it reads
}

// Comparison is a parsed check.
type Comparison struct {
	Left, Right *Expression
	op          string
	slack       *big.Rat
}

type parser struct {
	s     string
	i     int
	depth int
	uses  []string
}

var reference = regexp.MustCompile(`^(行[0-9]{1,4}|[A-Z]{1,3}[0-9]{0,4})`)

var plainer = strings.NewReplacer("（", "(", "）", ")", "＋", "+", "－", "-", "−", "-", "×", "*", "÷", "/", "＝", "=", "≤", "<=", "≥", ">=", "≠", "<>", "＜", "<", "＞", ">", "，", ",", "：", ":", " ", "", "\u3000", "", "\t", "", "\n", "")

func newParser(s string) (*parser, error) {
	s = strings.ToUpper(plainer.Replace(s))
	if s == "" || len([]rune(s)) > maxFormula {
		return nil, fault.New(fault.Invalid, "design.formula.empty")
	}
	return &parser{s: s}, nil
}

// ParseExpression reads a formula for a cell.
func ParseExpression(s string) (*Expression, error) {
	p, err := newParser(s)
	if err != nil {
		return nil, err
	}
	n, err := p.sum()
	if err != nil {
		return nil, err
	}
	if p.i < len(p.s) {
		return nil, p.wrong()
	}
	return &Expression{n, p.uses}, nil
}

// ParseComparison reads a check.
func ParseComparison(s string) (*Comparison, error) {
	p, err := newParser(s)
	if err != nil {
		return nil, err
	}
	l, err := p.sum()
	if err != nil {
		return nil, err
	}
	c := &Comparison{Left: &Expression{l, p.uses}, slack: new(big.Rat)}
	for _, op := range []string{"<=", ">=", "<>", "=", "<", ">"} {
		if strings.HasPrefix(p.s[p.i:], op) {
			c.op = op
			p.i += len(op)
			break
		}
	}
	if c.op == "" {
		return nil, fault.New(fault.Invalid, "design.formula.compare")
	}
	p.uses = nil
	r, err := p.sum()
	if err != nil {
		return nil, err
	}
	c.Right = &Expression{r, p.uses}
	if tail, ok := strings.CutPrefix(p.s[p.i:], "±"); ok {
		slack, ok := new(big.Rat).SetString(tail)
		if !ok || slack.Sign() < 0 || len(tail) > 12 || strings.Contains(tail, "E") || strings.Contains(tail, "/") {
			return nil, p.wrong()
		}
		c.slack, p.i = slack, len(p.s)
	}
	if p.i < len(p.s) {
		return nil, p.wrong()
	}
	return c, nil
}

func (p *parser) wrong() error {
	return fault.New(fault.Invalid, "design.formula.wrong", p.s, string([]rune(p.s[:p.i])))
}

func (p *parser) take(ops string) byte {
	if p.i < len(p.s) && strings.IndexByte(ops, p.s[p.i]) >= 0 {
		p.i++
		return p.s[p.i-1]
	}
	return 0
}

func (p *parser) sum() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.wrong()
	}
	defer func() { p.depth-- }()
	left, err := p.product()
	for err == nil {
		op := p.take("+-")
		if op == 0 {
			return left, nil
		}
		var right node
		if right, err = p.product(); err == nil {
			left = join(op, left, right)
		}
	}
	return nil, err
}

func (p *parser) product() (node, error) {
	left, err := p.atom()
	for err == nil {
		op := p.take("*/")
		if op == 0 {
			return left, nil
		}
		var right node
		if right, err = p.atom(); err == nil {
			left = join(op, left, right)
		}
	}
	return nil, err
}

func join(op byte, l, r node) node {
	return func(v numbers) (*big.Rat, bool) {
		a, ok := l(v)
		b, also := r(v)
		if !ok || !also {
			return nil, false
		}
		out := new(big.Rat)
		switch op {
		case '+':
			return out.Add(a, b), true
		case '-':
			return out.Sub(a, b), true
		case '*':
			return out.Mul(a, b), true
		}
		if b.Sign() == 0 {
			return nil, false
		}
		return out.Quo(a, b), true
	}
}

func (p *parser) atom() (node, error) {
	rest := p.s[p.i:]
	switch {
	case rest == "":
		return nil, p.wrong()
	case rest[0] == '(':
		p.i++
		n, err := p.sum()
		if err == nil && p.take(")") == 0 {
			err = p.wrong()
		}
		return n, err
	case strings.HasPrefix(rest, "SUM("):
		p.i += 4
		return p.sums()
	case rest[0] >= '0' && rest[0] <= '9':
		return p.number()
	}
	ref := reference.FindString(rest)
	if ref == "" {
		return nil, p.wrong()
	}
	p.i += len(ref)
	return p.cell(ref), nil
}

func (p *parser) number() (node, error) {
	j := p.i
	for j < len(p.s) && (p.s[j] >= '0' && p.s[j] <= '9' || p.s[j] == '.') {
		j++
	}
	n, ok := new(big.Rat).SetString(p.s[p.i:j])
	if !ok || j-p.i > 18 {
		return nil, p.wrong()
	}
	p.i = j
	if p.i < len(p.s) && p.s[p.i] == '%' {
		p.i++
		n.Quo(n, big.NewRat(100, 1))
	}
	return func(numbers) (*big.Rat, bool) { return n, true }, nil
}

func (p *parser) cell(ref string) node {
	if !slices.Contains(p.uses, ref) {
		p.uses = append(p.uses, ref)
	}
	return func(v numbers) (*big.Rat, bool) { return v(ref) }
}

// Value of a formula.
func (e *Expression) Value(v numbers) (*big.Rat, bool) { return e.eval(v) }

// Holds compares; known is false where a number is missing.
func (c *Comparison) Holds(v numbers) (holds, known bool, left, right *big.Rat) {
	left, ok := c.Left.eval(v)
	right, also := c.Right.eval(v)
	if !ok || !also {
		return true, false, nil, nil
	}
	diff := new(big.Rat).Sub(left, right)
	abs := new(big.Rat).Abs(diff)
	near := abs.Cmp(c.slack) <= 0
	switch c.op {
	case "=":
		holds = near
	case "<>":
		holds = !near
	case "<=":
		holds = diff.Sign() <= 0 || near
	case ">=":
		holds = diff.Sign() >= 0 || near
	case "<":
		holds = diff.Sign() < 0
	case ">":
		holds = diff.Sign() > 0
	}
	return holds, true, left, right
}
