package web

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"sort"
	"text/template/parse"

	"wengang/internal/text"
)

// forbidden are the things that the content policy would block silently, or
// that html/template cannot escape safely (trust 5.2).
var forbidden = []struct {
	re   *regexp.Regexp
	what string
}{
	{regexp.MustCompile(`(?i)\sstyle\s*=`), "style attribute (the policy blocks it; use a class)"},
	{regexp.MustCompile(`(?i)\son[a-z]+\s*=\s*["']`), "inline handler"},
	{regexp.MustCompile(`(?i)hx-on`), "hx-on"},
	{regexp.MustCompile(`(?i)<script[^>]*>[^<]`), "inline script"},
	{regexp.MustCompile(`(?i)<style`), "style element"},
	{regexp.MustCompile(`(?i)(src|href|action)\s*=\s*["']https?:`), "address outside the console"},
}

// Check parses every page and reports missing blocks, templates, catalogue
// keys and icons. A console with a fault in a page does not start.
func (s *Shell) Check() error {
	if err := text.Check(); err != nil {
		return err
	}
	pages, err := s.load()
	if err != nil {
		return err
	}
	names := make([]string, 0, len(pages))
	for n := range pages {
		names = append(names, n)
	}
	sort.Strings(names)
	var errs []error
	for _, n := range names {
		errs = append(errs, s.checkPage(pages[n])...)
	}
	for _, it := range s.nav {
		if !text.Has(it.Key) {
			errs = append(errs, fmt.Errorf("navigation: no catalogue key %q", it.Key))
		}
		if !s.assets.HasIcon(it.Icon) {
			errs = append(errs, fmt.Errorf("navigation: no icon %q", it.Icon))
		}
	}
	for code, look := range statusLook {
		if !s.assets.HasIcon(look[1]) {
			errs = append(errs, fmt.Errorf("status %d: no icon %q", code, look[1]))
		}
	}
	for _, rt := range s.routes {
		if rt.Need != "" && !text.Has("web.perm."+string(rt.Need)) {
			errs = append(errs, fmt.Errorf("route %s: no catalogue key web.perm.%s", rt.Pattern, rt.Need))
		}
	}
	return errors.Join(errs...)
}

func (s *Shell) checkPage(p *page) []error {
	b, err := p.build()
	if err != nil {
		return []error{err}
	}
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("web: page %s: "+format, append([]any{p.name}, args...)...))
	}
	for _, need := range []string{"title", "main"} {
		if t := b.tmpl.Lookup(need); t == nil || t.Tree == nil || parse.IsEmptyTree(t.Tree.Root) {
			bad("block %q is missing", need)
		}
	}
	for _, f := range forbidden {
		if m := f.re.FindString(p.sources[len(p.sources)-1].text); m != "" {
			bad("%s: %q", f.what, m)
		}
	}
	for _, t := range b.tmpl.Templates() {
		if t.Tree == nil || t.Tree.Root == nil {
			continue
		}
		walk(t.Tree.Root, func(n parse.Node) {
			switch n := n.(type) {
			case *parse.TemplateNode:
				if b.tmpl.Lookup(n.Name) == nil {
					bad("no template %q", n.Name)
				}
			case *parse.CommandNode:
				s.checkCall(n, bad)
			}
		})
	}
	if len(errs) == 0 {
		// The escaper works at the first execution and finds what the parser
		// does not (an action in a wrong place). The run itself has no data and
		// fails early; only the escaper's errors count.
		if err := escapes(b); err != nil {
			bad("%v", err)
		}
	}
	return errs
}

func escapes(b *bound) (err error) {
	defer func() { _ = recover() }() // functions without a request
	b.env.reset(&Request{})
	if xerr := b.tmpl.ExecuteTemplate(io.Discard, "w-escape-probe", nil); xerr != nil {
		return xerr
	}
	return nil
}

// checkCall looks up literal keys and icon names.
func (s *Shell) checkCall(c *parse.CommandNode, bad func(string, ...any)) {
	if len(c.Args) < 2 {
		return
	}
	id, ok := c.Args[0].(*parse.IdentifierNode)
	lit, isString := c.Args[1].(*parse.StringNode)
	if !ok || !isString {
		return
	}
	switch id.Ident {
	case "t":
		if !text.Has(lit.Text) {
			bad("no catalogue key %q", lit.Text)
		}
	case "icon":
		if !s.assets.HasIcon(lit.Text) {
			bad("no icon %q", lit.Text)
		}
	}
}

// walk visits every node of a parsed template.
func walk(n parse.Node, visit func(parse.Node)) {
	if n == nil {
		return
	}
	visit(n)
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, c := range n.Nodes {
			walk(c, visit)
		}
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			walk(n.Pipe, visit)
		}
	case *parse.IfNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.RangeNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.WithNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			walk(c, visit)
		}
	case *parse.CommandNode:
		for _, a := range n.Args {
			walk(a, visit)
		}
	}
}

func walkBranch(b *parse.BranchNode, visit func(parse.Node)) {
	walk(b.Pipe, visit)
	walk(b.List, visit)
	if b.ElseList != nil {
		walk(b.ElseList, visit)
	}
}
