package output

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
)

// The formats of a batch.
const (
	XLSX = "xlsx"
	PDFs = "pdf"
)

// Forms is what a batch asks of internal/report.
type Forms interface {
	Form(ctx context.Context, scope region.Scope, id string) (*report.Form, error)
	Sheet(ctx context.Context, scope region.Scope, formID string, at region.Code, p report.Period) (*report.Sheet, error)
	Office(sh *report.Sheet) string
}

// Tree is what a batch asks of the tree (region.Tree).
type Tree interface {
	Children(region.Code) []region.Place
	Name(region.Code) string
}

// Batch is one archive of many units' forms.
type Batch struct {
	Form    string
	At      region.Code
	Period  report.Period
	Formats []string
	Made    time.Time // the time of the files; zero for none
}

// maxUnits bounds an archive: a province with its cities and counties.
const maxUnits = 400

// Units are the place and all below it that fill forms, from above: a city and
// its counties, a province with its cities and their counties.
func Units(t Tree, at region.Code) (out []region.Place) {
	out = append(out, region.Place{Code: at, Name: t.Name(at)})
	if at.Level() >= region.County {
		return out
	}
	for _, c := range t.Children(at) {
		if c.Code.Level() <= region.County {
			out = append(out, Units(t, c.Code)...)
		}
	}
	return out
}

// check refuses a batch without a known format or with too many units.
func (b *Batch) check(units int) error {
	if len(b.Formats) == 0 {
		return fault.InvalidFields(fault.Field{Name: "format", Key: "output.batch.format"})
	}
	for _, f := range b.Formats {
		if f != XLSX && f != PDFs {
			return fault.InvalidFields(fault.Field{Name: "format", Key: "output.batch.format"})
		}
	}
	if units > maxUnits {
		return fault.InvalidFields(fault.Field{Name: "at", Key: "output.batch.units.many", Args: []any{units, maxUnits}})
	}
	return nil
}

// Write makes the archive: each unit's form in the formats, one unit in memory
// at a time, and 汇总.xlsx with a sheet of states and one per unit. Telephone
// numbers stay masked. step is told after every unit and ends the work with an
// error.
func (b *Batch) Write(ctx context.Context, scope region.Scope, forms Forms, tree Tree, out io.Writer, step func(done, total int) error) error {
	f, err := forms.Form(ctx, scope, b.Form)
	if err != nil {
		return err
	}
	if !scope.Contains(b.At) {
		return fault.NotFoundf("fault.notfound")
	}
	units := Units(tree, b.At)
	if err := b.check(len(units)); err != nil {
		return err
	}
	z := zip.NewWriter(out)
	all := newOverview(f, b.Period)
	defer all.close()
	for i, u := range units {
		if err := ctx.Err(); err != nil {
			return err
		}
		sh, err := forms.Sheet(ctx, scope, f.ID, u.Code, b.Period)
		if fault.Is(err, fault.NotFound) {
			all.none(u) // a designed form that this unit does not fill
		} else if err != nil {
			return fmt.Errorf("%s: %w", u.Code, err)
		} else {
			all.add(u, sh)
			if err := b.unit(z, i+1, u, sh, forms.Office(sh)); err != nil {
				return fmt.Errorf("%s: %w", u.Code, err)
			}
		}
		if err := step(i+1, len(units)); err != nil {
			return err
		}
	}
	w, err := z.CreateHeader(b.entry("汇总.xlsx"))
	if err != nil {
		return err
	}
	if err := all.write(w); err != nil {
		return err
	}
	return z.Close()
}

func (b *Batch) unit(z *zip.Writer, n int, u region.Place, sh *report.Sheet, office string) error {
	for _, format := range b.Formats {
		var buf bytes.Buffer
		var err error
		if format == XLSX {
			err = report.Workbook(sh, report.Foot{Office: office, Phone: sh.Phone}, &buf)
		} else {
			_, err = PDF(sh, Options{Office: office, Phone: sh.Phone}, &buf)
		}
		if err != nil {
			return err
		}
		w, err := z.CreateHeader(b.entry(fmt.Sprintf("%03d_%s_%s_%s.%s", n, SafeName(u.Name), SafeName(sh.Form.Short), b.Period, format)))
		if err != nil {
			return err
		}
		if _, err := w.Write(buf.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// entry is a file of the archive. Names that are not ASCII carry the mark of
// UTF-8, so that Windows shows them (APPNOTE 4.4.4, bit 11).
func (b *Batch) entry(name string) *zip.FileHeader {
	return &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.Made}
}

// SafeName is a text as a part of a file's name: no folders, no signs that
// Windows refuses, no names of devices, at most 60 signs.
func SafeName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`/\<>:"|?*`, r) || r == unicode.ReplacementChar {
			return '_'
		}
		return r
	}, s)
	s = strings.Trim(strings.ReplaceAll(s, "..", "_"), " ._")
	if r := []rune(s); len(r) > 60 {
		s = strings.TrimRight(string(r[:60]), " ._")
	}
	switch up := strings.ToUpper(s); {
	case s == "":
		return "file"
	case up == "CON", up == "PRN", up == "AUX", up == "NUL", len(up) == 4 && (up[:3] == "COM" || up[:3] == "LPT") && up[3] >= '0' && up[3] <= '9':
		return s + "_"
	}
	return s
}
