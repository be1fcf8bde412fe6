package peoplehttp

import (
	"html/template"
	"strings"

	"wengang/internal/people"
	"wengang/internal/web"
)

// rowsOf writes the rows of a list. Fifty rows of a dozen cells are most of
// what a list costs when a template walks them; written here they cost a tenth.
func (h *Rim) rowsOf(r *web.Request, rows []rowView) template.HTML {
	var b strings.Builder
	b.Grow(len(rows) * 1200)
	for i := range rows {
		p := &rows[i]
		href := template.HTMLEscapeString(p.Href)
		b.WriteString(`<tr data-w-href="` + href + `" tabindex="0"><td class="m-in"><a class="nm" href="` + href + `">`)
		b.WriteString(template.HTMLEscapeString(p.Name))
		b.WriteString(`</a></td>`)
		for j := range p.Cells {
			h.cell(&b, r, &p.Cells[j])
		}
		b.WriteString("</tr>\n")
	}
	// Safe: classes are literals of listColumns, everything else is escaped.
	return template.HTML(b.String())
}

func (h *Rim) cell(b *strings.Builder, r *web.Request, c *cell) {
	text := template.HTMLEscapeString(c.Text)
	b.WriteString(`<td class="` + c.Class + `"`)
	if text != "" {
		b.WriteString(` title="` + text + `"`)
	}
	b.WriteByte('>')
	switch {
	case c.Out != "":
		b.WriteString(`<span class="w-bg neu">` + string(h.shell.Icon("user-x")) + template.HTMLEscapeString(c.Out) + `</span>`)
	case c.State != nil:
		b.WriteString(string(h.state(r, c.State)))
	default:
		b.WriteString(text)
	}
	b.WriteString(`</td>`)
}

// state is the badge of a person's state, a dash where none is known.
func (h *Rim) state(r *web.Request, s *people.State) template.HTML {
	switch {
	case s.Unverified:
		return h.shell.StatusBadge(r, 0)
	case s.Code != 0:
		return h.shell.StatusBadge(r, s.Code)
	}
	return `<span class="w-mut w-only-d">—</span>`
}

// Boxes are the check boxes of a group: a list's dialogs hold sixty.
func (g optionGroup) Boxes() template.HTML {
	var b strings.Builder
	for _, o := range g.Options {
		b.WriteString(`<label><input type="checkbox" name="` + template.HTMLEscapeString(g.Name) + `" value="` + template.HTMLEscapeString(o.Value) + `"`)
		if o.On {
			b.WriteString(" checked")
		}
		b.WriteString(`><span>` + template.HTMLEscapeString(o.Label) + `</span></label>`)
	}
	// Safe: everything is escaped.
	return template.HTML(b.String())
}
