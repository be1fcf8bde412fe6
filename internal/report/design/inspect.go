package design

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"wengang/internal/fault"
	"wengang/internal/sheet"
)

// parts that make a workbook more than a table.
var refused = []struct{ part, key string }{
	{"vbaproject", "design.blank.macros"}, {"macrosheets/", "design.blank.macros"}, {"xl/activex/", "design.blank.macros"}, {"xl/ctrlprops/", "design.blank.macros"},
	{"xl/embeddings/", "design.blank.objects"}, {"xl/externallinks/", "design.blank.links"}, {"xl/connections.xml", "design.blank.links"}, {"xl/querytables/", "design.blank.links"},
	{"xl/webextensions/", "design.blank.links"}, {"xl/model/", "design.blank.links"},
}

// inspect refuses what is no plain workbook before anything else reads it:
// bombs and broken files, macros, embedded objects, links to other files.
func inspect(raw []byte, name string) error {
	if len(raw) > MaxBlank {
		return fault.New(fault.Invalid, "sheet.large", name, MaxBlank>>20)
	}
	if !bytes.HasPrefix(raw, []byte("PK\x03\x04")) && !bytes.HasPrefix(raw, []byte("\xD0\xCF\x11\xE0")) {
		return fault.New(fault.Invalid, "design.blank.type", name)
	}
	book, err := sheet.OpenReader(bytes.NewReader(raw), int64(len(raw)), name)
	if err != nil {
		return err
	}
	defer book.Close()
	if len(book.Sheets()) > maxSheets {
		return fault.New(fault.Invalid, "design.blank.large", maxCells)
	}
	left := maxCells
	for _, s := range book.Sheets() {
		err := s.Rows(func(_ int, cells []sheet.Cell) error {
			if left -= len(cells); left < 0 {
				return fault.New(fault.Invalid, "design.blank.large", maxCells)
			}
			for _, c := range cells {
				if number.MatchString(c.Text) {
					return fault.New(fault.Invalid, "design.blank.personal")
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return inspectParts(raw, name)
}

func inspectParts(raw []byte, name string) error {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "sheet.broken", name, "zip")
	}
	var all uint64
	binary := slices.ContainsFunc(z.File, func(f *zip.File) bool { return strings.HasSuffix(strings.ToLower(f.Name), ".bin") })
	for _, f := range z.File {
		all += f.UncompressedSize64
		part := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		for _, r := range refused {
			if strings.Contains(part, r.part) {
				return fault.New(fault.Invalid, r.key)
			}
		}
		if part == "xl/workbook.xml" || strings.HasPrefix(part, "xl/worksheets/") && strings.HasSuffix(part, ".xml") {
			if err := inspectFormulas(f, name); err != nil {
				return err
			}
		}
		if part == "[content_types].xml" || strings.HasSuffix(part, ".rels") {
			if err := inspectPart(f, part, name, binary); err != nil {
				return err
			}
		}
	}
	if all > maxUnzip {
		return fault.New(fault.Invalid, "sheet.bomb", name)
	}
	return nil
}

// inspectFormulas looks at every formula of a part, of hidden sheets, names,
// rules and lists to choose from too: none may lead outside.
func inspectFormulas(f *zip.File, name string) error {
	in, err := f.Open()
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "sheet.broken", name, f.Name)
	}
	defer in.Close()
	dec := xml.NewDecoder(io.LimitReader(in, maxUnzip))
	var cell string
	var text strings.Builder
	formula := false
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault.Wrap(err, fault.Invalid, "sheet.broken", name, f.Name)
		}
		switch e := t.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "c", "definedName":
				for _, a := range e.Attr {
					if a.Name.Local == "r" || a.Name.Local == "name" {
						cell = a.Value
					}
				}
			}
			formula = strings.Contains(" f formula formula1 formula2 definedName ", " "+e.Name.Local+" ")
			text.Reset()
		case xml.CharData:
			if formula {
				text.Write(e)
			}
		case xml.EndElement:
			if formula && outside.MatchString(text.String()) {
				return fault.New(fault.Invalid, "design.blank.formula", cell)
			}
			formula = false
		}
	}
}

// unusedKind declares what a .bin part is, in a workbook that may have none.
var unusedKind = regexp.MustCompile(`<default [^>]*extension="bin"[^>]*>`)

// inspectPart looks for macros under another name and for parts that lie
// outside; links that a person clicks are taken out when the blank is filled.
func inspectPart(f *zip.File, part, name string, binary bool) error {
	in, err := f.Open()
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "sheet.broken", name, part)
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, 4<<20))
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "sheet.broken", name, part)
	}
	low := strings.ToLower(string(text))
	if !binary { // many programs declare the kind of file without having one
		low = unusedKind.ReplaceAllString(low, "")
	}
	if strings.Contains(low, "macroenabled") || strings.Contains(low, "vbaproject") {
		return fault.New(fault.Invalid, "design.blank.macros")
	}
	for _, rel := range strings.Split(low, "<relationship ")[1:] {
		if strings.Contains(rel, `"external"`) && !strings.Contains(rel, "/hyperlink\"") {
			return fault.New(fault.Invalid, "design.blank.links")
		}
	}
	return nil
}

// open is a workbook that passed inspect.
func open(raw []byte) (*excelize.File, error) {
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{UnzipSizeLimit: maxUnzip, UnzipXMLSizeLimit: maxUnzip})
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "sheet.broken", "", "xlsx")
	}
	return f, nil
}
