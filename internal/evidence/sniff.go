package evidence

import (
	"bytes"
	"encoding/binary"
	"path"
	"strings"
	"unicode"

	"wengang/internal/fault"
)

// Format of a file, as its content says.
type Format string

// The formats that are taken.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
	PDF  Format = "pdf"
)

// MIME is the media type.
func (f Format) MIME() string {
	return map[Format]string{JPEG: "image/jpeg", PNG: "image/png", PDF: "application/pdf"}[f]
}

// Ext is the ending of its names.
func (f Format) Ext() string {
	return map[Format]string{JPEG: ".jpg", PNG: ".png", PDF: ".pdf"}[f]
}

var endings = map[string]Format{".jpg": JPEG, ".jpeg": JPEG, ".jpe": JPEG, ".png": PNG, ".pdf": PDF}

// sniff names the format of a file. Name and content must agree (ASVS 5.2.2),
// and the file must not be a second thing beside.
func sniff(name string, raw []byte) (Format, error) {
	refuse := func(why string) error {
		return fault.InvalidFields(fault.Field{Name: "file", Key: "evidence.refused." + why})
	}
	ending := strings.ToLower(path.Ext(strings.TrimRight(name, " .")))
	said, known := endings[ending]
	var is Format
	switch {
	case len(raw) == 0:
		return "", refuse("empty")
	case bytes.HasPrefix(raw, []byte("\xff\xd8\xff")):
		is = JPEG
	case bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")):
		is = PNG
	case bytes.HasPrefix(raw, []byte("%PDF-1.")), bytes.HasPrefix(raw, []byte("%PDF-2.")):
		is = PDF
	case len(raw) > 12 && string(raw[4:8]) == "ftyp" && (string(raw[8:11]) == "hei" || string(raw[8:11]) == "hev" || string(raw[8:11]) == "mif"):
		return "", refuse("heic")
	default:
		return "", refuse("type")
	}
	if !known || said != is {
		return "", refuse("ending")
	}
	if virus(raw) {
		return "", refuse("virus")
	}
	if second(raw, is) {
		return "", refuse("double")
	}
	return is, nil
}

// virus finds the agreed test file of virus scanners wherever it stands. There
// is no scanner in the product; a gateway in front may be one.
func virus(raw []byte) bool {
	return bytes.Contains(raw, []byte("$EICAR-STANDARD-ANTI"+"VIRUS-TEST-FILE!$"))
}

// second reports a file that is also an archive, a document or a page: it would
// be one thing here and another elsewhere. The marks are long enough that no
// picture holds one by chance.
func second(raw []byte, is Format) bool {
	if archive(raw) || bytes.Contains(raw, []byte("Rar!\x1a\x07")) || bytes.Contains(raw, []byte("7z\xbc\xaf\x27\x1c")) {
		return true
	}
	if is == PDF {
		return false
	}
	if bytes.Contains(raw[:min(len(raw), 1024)], []byte("%PDF-")) {
		return true
	}
	low := bytes.ToLower(raw)
	for _, mark := range []string{"<script", "<html>", "<html ", "<iframe", "<!doctype html", "<?php "} {
		if bytes.Contains(low, []byte(mark)) {
			return true
		}
	}
	return false
}

// archive finds the directory of a ZIP at the end, as every reader of one does:
// what stands before it does not matter to them.
func archive(raw []byte) bool {
	const end = 22
	tail := raw[max(0, len(raw)-end-65535):]
	for i := len(tail) - end; i >= 0; i-- {
		if string(tail[i:i+4]) != "PK\x05\x06" {
			continue
		}
		size := int64(binary.LittleEndian.Uint32(tail[i+12:]))
		at := int64(len(raw)-len(tail)+i) - size
		if size > 0 && at >= 0 && at+4 <= int64(len(raw)) && string(raw[at:at+4]) == "PK\x01\x02" {
			return true
		}
	}
	return false
}

// cleanName is a name to show and to send: without folders, control and
// direction characters, with the ending of its content.
func cleanName(name string, f Format) string {
	name = strings.ReplaceAll(name, "\\", "/")
	name = path.Base("/" + name)
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`/<>:"|?*`, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if r := []rune(name); len(r) > 60 {
		name = string(r[:60])
	}
	if name == "" {
		name = "file"
	}
	return name + f.Ext()
}
