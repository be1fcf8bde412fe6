package summary

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"wengang/internal/fault"
)

// The bounds of a paper that comes back.
const (
	MaxBytes  = 8 << 20
	maxUnpack = 64 << 20
	maxParts  = 2000
)

// Check refuses a file that is no plain document: another format under the
// ending, macros, embedded programs, what it would fetch from elsewhere, a
// document that unpacks too large. It answers the text of its first lines for
// the officer to recognise.
func Check(name string, raw []byte) (first string, err error) {
	refuse := func(why string) (string, error) {
		return "", fault.InvalidFields(fault.Field{Name: "file", Key: "summary.file." + why})
	}
	switch {
	case len(raw) == 0:
		return refuse("empty")
	case len(raw) > MaxBytes:
		return refuse("large")
	case strings.ToLower(path.Ext(strings.TrimRight(name, " ."))) != ".docx":
		return refuse("ending")
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil || len(z.File) > maxParts {
		return refuse("broken")
	}
	left := int64(maxUnpack)
	var document []byte
	for _, f := range z.File {
		low := strings.ToLower(f.Name)
		if active(low) {
			return refuse("active")
		}
		text := strings.HasPrefix(low, "word/") && strings.HasSuffix(low, ".xml") && strings.Count(low, "/") == 1 // document, headers, footers, notes
		if !strings.HasSuffix(low, ".rels") && !text && low != "[content_types].xml" {
			if left -= int64(min(f.UncompressedSize64, maxUnpack+1)); left < 0 {
				return refuse("large")
			}
			continue
		}
		part, err := unpack(f, &left)
		if err != nil {
			return refuse("broken")
		}
		switch {
		case text && fetches(part):
			return refuse("active")
		case low == "word/document.xml":
			document = part
		case !text && outward(part):
			return refuse("active")
		}
	}
	if document == nil {
		return refuse("broken")
	}
	first, ok := firstLines(document)
	if !ok {
		return refuse("broken")
	}
	return first, nil
}

// active reports parts that run or hold programs.
func active(name string) bool {
	for _, mark := range []string{"vba", "activex", "embeddings/", "macros", ".exe", ".dll", ".js", ".vbs", ".bat"} {
		if strings.Contains(name, mark) {
			return true
		}
	}
	return strings.Contains(name, "..") || strings.HasPrefix(name, "/")
}

// outward reports relationships that fetch something, or the content type of a
// document with macros. Links that a reader may click stay.
func outward(part []byte) bool {
	low := bytes.ToLower(part)
	if bytes.Contains(low, []byte("macroenabled")) {
		return true
	}
	dec := xml.NewDecoder(bytes.NewReader(part))
	for {
		t, err := dec.Token()
		if err != nil {
			return !errors.Is(err, io.EOF)
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		var external, link bool
		for _, a := range e.Attr {
			external = external || a.Name.Local == "TargetMode" && strings.EqualFold(a.Value, "External")
			link = link || a.Name.Local == "Type" && strings.HasSuffix(a.Value, "/hyperlink")
			if a.Name.Local == "Type" && (strings.HasSuffix(a.Value, "/aFChunk") || strings.HasSuffix(a.Value, "/oleObject")) {
				return true // another file inside, of any format
			}
		}
		if external && !link {
			return true
		}
	}
}

// fields that bring something in from elsewhere, or start a program.
var fields = []string{"DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "IMPORT", "LINK", "DATABASE", "MACROBUTTON"}

// fetches reports such a field; its words may stand in several runs. A part that
// cannot be read to its end is for firstLines to refuse.
func fetches(part []byte) bool {
	dec := xml.NewDecoder(bytes.NewReader(part))
	var b strings.Builder
	in := false
	for {
		t, err := dec.Token()
		if err != nil {
			break
		}
		switch x := t.(type) {
		case xml.StartElement:
			in = x.Name.Local == "instrText"
			for _, a := range x.Attr {
				if a.Name.Local == "instr" {
					b.WriteString(" " + a.Value + " ")
				}
				if a.Name.Local == "fldCharType" {
					b.WriteString(" ")
				}
			}
		case xml.EndElement:
			in = false
		case xml.CharData:
			if in {
				b.Write(x)
			}
		}
	}
	return slices.ContainsFunc(strings.Fields(strings.ToUpper(b.String())), func(w string) bool { return slices.Contains(fields, w) })
}

func unpack(f *zip.File, left *int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, *left+1))
	if err != nil {
		return nil, err
	}
	if *left -= int64(len(raw)); *left < 0 {
		return nil, errors.New("too large")
	}
	return raw, nil
}

// firstLines is the beginning of the text, at most 80 signs.
func firstLines(document []byte) (string, bool) {
	dec := xml.NewDecoder(bytes.NewReader(document))
	var b strings.Builder
	in := false
	for {
		t, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", false
		}
		switch x := t.(type) {
		case xml.StartElement:
			in = x.Name.Local == "t"
		case xml.EndElement:
			in = false
			if x.Name.Local == "p" && b.Len() > 0 {
				b.WriteString(" ")
			}
		case xml.CharData:
			if in && b.Len() < 400 {
				b.Write(x)
			}
		}
	}
	r := []rune(strings.TrimSpace(b.String()))
	return string(r[:min(len(r), 80)]), true
}
