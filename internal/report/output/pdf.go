package output

import (
	"fmt"
	"io"
	"slices"

	"github.com/signintech/gopdf"

	"wengang/internal/report"
)

// Options are what stands around a sheet on paper.
type Options struct {
	Office string // who fills it
	Phone  string // of the filler, masked or not as the caller may see it
}

// A4 in points, and the margins of the workbook.
const (
	longSide  = 841.89
	shortSide = 595.28
	side      = 40.0
	top       = 42.0
	bottom    = 44.0
)

// absent stands for a sign that the font does not have; the foot of the file
// names which.
const absent = '〓'

// PDF draws a sheet as on paper: title, unit and date, the table with its
// merged heading on every page, note and foot, the mark of its state, page
// numbers and the version's code. missing are the signs that the font lacks:
// they print as 〓 and are named at the foot.
func PDF(sh *report.Sheet, o Options, out io.Writer) (missing []rune, err error) {
	t, err := tableOf(sh, o)
	if err != nil {
		return nil, err
	}
	c, err := newCanvas(designed(sh) && t.upright())
	if err != nil {
		return nil, err
	}
	d := &drawing{canvas: c, sheet: sh, o: o, t: t}
	d.head()
	d.body()
	d.foot()
	if err := d.finish(); err != nil {
		return nil, err
	}
	c.pdf.SetInfo(gopdf.PdfInfo{Title: sh.Form.Title, Subject: sh.Form.Citation, Creator: "稳岗"})
	if _, err := c.pdf.WriteTo(out); err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	return c.missing, nil
}

// canvas is a document and its font. The first error of drawing stays in err.
type canvas struct {
	pdf           *gopdf.GoPdf
	width, height float64
	glyphs        map[rune]glyph
	missing       []rune
	pages         int
	err           error
}

func newCanvas(tall bool) (*canvas, error) {
	f, err := font()
	if err != nil {
		return nil, err
	}
	c := &canvas{pdf: &gopdf.GoPdf{}, width: longSide, height: shortSide, glyphs: map[rune]glyph{}}
	if tall {
		c.width, c.height = shortSide, longSide
	}
	c.pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: c.width, H: c.height}})
	for _, name := range []string{hanzi, latin} {
		if err := c.pdf.AddTTFFontFromFontContainer(name, f); err != nil {
			return nil, fmt.Errorf("font %s: %w", name, err)
		}
	}
	return c, nil
}

func (c *canvas) keep(err error) {
	if c.err == nil && err != nil {
		c.err = err
	}
}

// known is the text with 〓 for every sign that the font lacks.
func (c *canvas) known(s string) string {
	out := []rune(s)
	for i, r := range out {
		if r == '\n' || r == ' ' {
			continue
		}
		if r == '\u00a0' || r == '\t' {
			out[i] = ' '
			continue
		}
		if c.advance(r) < 0 {
			if !slices.Contains(c.missing, r) {
				c.missing = append(c.missing, r)
			}
			out[i] = absent
		}
	}
	return string(out)
}

// glyph is a sign's font and its width at one point of size, negative where no
// font has it.
type glyph struct {
	family  string
	advance float64
}

func (c *canvas) advance(r rune) float64 { return c.glyph(r).advance }

// glyph looks a sign up: letters and digits in the Latin font, all else in the
// Chinese one first.
func (c *canvas) glyph(r rune) glyph {
	if g, ok := c.glyphs[r]; ok {
		return g
	}
	g := glyph{hanzi, -1}
	if r >= '①' && r <= '⑨' {
		g = glyph{circled, 1}
		c.glyphs[r] = g
		return g
	}
	families := []string{hanzi, latin}
	if r < 0x2000 {
		families = []string{latin, hanzi}
	}
	for _, name := range families {
		c.keep(c.pdf.SetFont(name, "", 100))
		has, err := c.pdf.IsCurrFontContainGlyph(r)
		c.keep(err)
		if has {
			hundred, err := c.pdf.MeasureTextWidth(string(r))
			c.keep(err)
			g = glyph{name, hundred / 100}
			break
		}
	}
	c.glyphs[r] = g
	return g
}

// run is a stretch of text in one font.
type run struct {
	family, text string
	width        float64
}

func (c *canvas) runs(s string) (out []run) {
	for _, r := range s {
		g := c.glyph(r)
		if n := len(out); n == 0 || g.family == circled || out[n-1].family != g.family && r != ' ' {
			out = append(out, run{family: g.family})
		}
		last := &out[len(out)-1]
		last.text += string(r)
		last.width += max(0, g.advance)
	}
	return out
}

func (c *canvas) lines(text string, width, size float64) []string {
	return wrap(c.known(text), width, func(r rune) float64 { return max(0, c.advance(r)) * size })
}

func (c *canvas) measure(s string, size float64) (w float64) {
	for _, r := range s {
		w += max(0, c.advance(r)) * size
	}
	return w
}

// text draws one line; y is its upper edge. Bold is drawn twice: the font has
// one weight.
func (c *canvas) text(x, y, width, size float64, s string, a align, bold bool) {
	s = c.known(s)
	switch a {
	case centre:
		x += (width - c.measure(s, size)) / 2
	case right:
		x += width - c.measure(s, size)
	}
	for i, dx := range []float64{0, 0.35} {
		if i == 1 && !bold {
			break
		}
		at := x + dx
		for _, r := range c.runs(s) {
			if r.family == circled {
				c.circle(at, y, size, r.text)
			} else {
				c.keep(c.pdf.SetFont(r.family, "", size))
				c.pdf.SetXY(at, y+size*0.86)
				c.keep(c.pdf.Text(r.text))
			}
			at += r.width * size
		}
	}
}

// circle draws ① to ⑨, which neither font has.
func (c *canvas) circle(x, y, size float64, s string) {
	digit := string('1' + []rune(s)[0] - '①')
	c.pdf.SetLineWidth(0.5)
	c.pdf.Oval(x+size*0.06, y+size*0.08, x+size*0.94, y+size*0.96)
	small := size * 0.68
	w := c.measure(digit, small)
	c.keep(c.pdf.SetFont(latin, "", small))
	c.pdf.SetXY(x+(size-w)/2, y+size*0.77)
	c.keep(c.pdf.Text(digit))
}

func (c *canvas) page() {
	c.pdf.AddPage()
	c.pages++
}
