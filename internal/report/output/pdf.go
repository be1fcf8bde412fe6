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
	Tall   bool   // A4 portrait; forms lie on their side
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
	c, err := newCanvas(o.Tall)
	if err != nil {
		return nil, err
	}
	d := &drawing{canvas: c, sheet: sh, o: o}
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
	advances      map[rune]float64 // of one point of size
	missing       []rune
	pages         int
	err           error
}

func newCanvas(tall bool) (*canvas, error) {
	f, err := font()
	if err != nil {
		return nil, err
	}
	c := &canvas{pdf: &gopdf.GoPdf{}, width: longSide, height: shortSide, advances: map[rune]float64{}}
	if tall {
		c.width, c.height = shortSide, longSide
	}
	c.pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: c.width, H: c.height}})
	if err := c.pdf.AddTTFFontFromFontContainer(family, f); err != nil {
		return nil, fmt.Errorf("font: %w", err)
	}
	if err := c.pdf.SetFont(family, "", 10); err != nil {
		return nil, fmt.Errorf("font: %w", err)
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
		if r == '\u3000' || r == '\u00a0' || r == '\t' {
			out[i] = ' '
			if r == '\u3000' {
				out[i] = '　'
			}
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

// advance is a sign's width at one point of size, negative where the font
// lacks it.
func (c *canvas) advance(r rune) float64 {
	if w, ok := c.advances[r]; ok {
		return w
	}
	w := -1.0
	has, err := c.pdf.IsCurrFontContainGlyph(r)
	c.keep(err)
	if has {
		c.keep(c.pdf.SetFont(family, "", 100))
		hundred, err := c.pdf.MeasureTextWidth(string(r))
		c.keep(err)
		w = hundred / 100
	}
	c.advances[r] = w
	return w
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
	c.keep(c.pdf.SetFont(family, "", size))
	for i, dx := range []float64{0, 0.35} {
		if i == 1 && !bold {
			break
		}
		c.pdf.SetXY(x+dx, y+size*0.86)
		c.keep(c.pdf.Text(s))
	}
}

func (c *canvas) page() {
	c.pdf.AddPage()
	c.pages++
}
