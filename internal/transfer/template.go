package transfer

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/sheet"
	"wengang/internal/text"
)

// ExampleMark begins a cell of the row below the heading that shows how a table
// is filled in; an import passes such a row over.
const ExampleMark = "【示例】"

// Blanks are the layouts of a kind for which an empty table can be had.
func Blanks(k Kind) []Layout {
	return slices.DeleteFunc(slices.Clone(k.Layouts()), func(l Layout) bool { return l.Hand || l.Refuse != "" })
}

// blankColumns are the columns of a layout's empty table in the order in which
// people fill them in.
func blankColumns(l Layout) []Column {
	cols := slices.DeleteFunc(slices.Clone(l.Columns), func(c Column) bool { return len(c.Headings) == 0 })
	slices.SortStableFunc(cols, func(a, b Column) int { return cmp.Compare(rank(a), rank(b)) })
	return cols
}

func rank(c Column) int {
	if c.Rank == 0 {
		return 1 << 20
	}
	return c.Rank
}

// Template writes the empty table of a layout: its exact headings, a note, a row
// that shows how it is done, and lists to choose from. Filled in, it imports as
// that layout.
func (s *Service) Template(c account.Caller, at region.Code, kind, layout string, lang text.Lang, out io.Writer) error {
	k, ok := s.kinds[kind]
	if !ok || !c.Scope(account.ImportRun).Contains(at) {
		return fault.NotFoundf("fault.notfound")
	}
	if need, ok := s.may(c, kind, at); !ok {
		return fault.New(fault.Forbidden, "fault.forbidden", need)
	}
	layouts := Blanks(k)
	i := slices.IndexFunc(layouts, func(l Layout) bool { return l.ID == layout })
	if i < 0 {
		return fault.NotFoundf("import.template.notfound")
	}
	return sheet.WriteBlank(out, blankOf(layouts[i], lang))
}

func blankOf(l Layout, lang text.Lang) sheet.Blank {
	b := sheet.Blank{Name: l.Title, Note: text.T(lang, "import.template.note", l.Title, ExampleMark), Guide: sheet.BlankGuide{
		Name: text.T(lang, "import.template.guide"), Yes: text.T(lang, "import.map.need"),
		Headings: [4]string{text.T(lang, "import.template.column"), text.T(lang, "import.map.need"), text.T(lang, "import.template.how"), text.T(lang, "import.template.words")}}}
	one := map[string]bool{}
	for _, group := range l.OneOf {
		for _, key := range group {
			one[key] = true
		}
	}
	cols := blankColumns(l)
	mark := markColumn(cols)
	seen := map[string]bool{}
	for i, c := range cols {
		h := c.Headings[0]
		for _, other := range c.Headings { // a heading that two columns share tells them apart by order only
			if !seen[Fold(other)] {
				h = other
				break
			}
		}
		seen[Fold(h)] = true
		col := sheet.BlankColumn{Heading: h, Example: c.Example, Required: c.Required, Number: c.Number, Words: c.Words}
		if c.About != "" {
			col.About = text.T(lang, c.About)
		}
		if one[c.Key] && !c.Required {
			col.About = strings.TrimSpace(text.T(lang, "import.template.oneof") + " " + col.About)
		}
		if c.Secret {
			col.Width = 22
		}
		if i == mark {
			col.Example = ExampleMark + col.Example
		}
		b.Columns = append(b.Columns, col)
	}
	return b
}

// markColumn is the column whose example bears the mark: the name, else the
// first one that takes any text.
func markColumn(cols []Column) int {
	if i := slices.IndexFunc(cols, func(c Column) bool { return c.Key == "name" || c.Key == "person" }); i >= 0 {
		return i
	}
	return max(0, slices.IndexFunc(cols, func(c Column) bool { return !c.Number && !c.Secret && len(c.Words) == 0 }))
}
