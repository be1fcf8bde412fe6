package evidence

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"wengang/internal/fault"
)

func zipOf(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("a.txt")
	if err == nil {
		_, err = w.Write([]byte("x"))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func keyOf(err error) string {
	var e *fault.Error
	if !asFault(err, &e) || len(e.Fields) == 0 {
		return fmt.Sprint(err)
	}
	return strings.TrimPrefix(e.Fields[0].Key, "evidence.refused.")
}

// TestSniff: renamed, double and infected files stay outside.
func TestSniff(t *testing.T) {
	j, p := jpegOf(t, scene(32, 24)), pngOf(t, scene(32, 24))
	pdf := document("", "")
	test := "X5O!P%@AP[4\\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-ANTI" + "VIRUS-TEST-FILE!$H+H*"
	join := func(a []byte, b ...byte) []byte { return append(append([]byte{}, a...), b...) }
	for _, c := range []struct {
		what, name string
		raw        []byte
		want       string // "" taken
	}{
		{"photo", "a.JPG", j, ""}, {"photo", "a.jpeg", j, ""}, {"picture", "a.png", p, ""}, {"document", "合同.pdf", pdf, ""},
		{"empty", "a.jpg", nil, "empty"},
		{"page as photo", "a.jpg", []byte("<html><script>alert(1)</script>"), "type"},
		{"program as photo", "a.jpg", []byte("MZ\x90\x00aaaaaaaaaaaaaaaa"), "type"},
		{"archive as document", "a.pdf", zipOf(t), "type"},
		{"photo as document", "a.pdf", j, "ending"}, {"photo without ending", "a", j, "ending"}, {"double ending", "a.jpg.exe", j, "ending"}, {"picture as photo", "a.jpg", p, "ending"},
		{"iPhone", "a.jpg", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "heic"},
		{"svg", "a.svg", []byte("<svg onload=alert(1)>"), "type"},
		{"photo and archive", "a.jpg", join(j, zipOf(t)...), "double"},
		{"document and archive", "a.pdf", join(pdf, zipOf(t)...), "double"},
		{"photo and page", "a.jpg", withSegment(j, 0xfe, []byte("<script>alert(1)</script>")), "double"},
		{"picture and program text", "a.png", withChunk(p, "tEXt", []byte("x\x00<?php system($_GET[0]);")), "double"},
		{"photo and document", "a.jpg", withSegment(j, 0xfe, []byte("%PDF-1.4")), "double"},
		{"infected photo", "a.jpg", join(j, []byte(test)...), "virus"}, {"infected text", "a.pdf", []byte(test), "type"}, {"infected document", "a.pdf", join(pdf, []byte(test)...), "virus"},
	} {
		_, err := sniff(c.name, c.raw)
		if got := ""; err != nil {
			if got = keyOf(err); got != c.want {
				t.Errorf("%s %s: %s, want %q", c.what, c.name, got, c.want)
			}
		} else if c.want != "" {
			t.Errorf("%s %s is taken, want %s", c.what, c.name, c.want)
		}
	}
}

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"张三 工资单.jpg": "张三 工资单.jpg", "../../etc/passwd": "passwd.jpg", `C:\Users\x\a.JPEG`: "a.jpg", "a\x00b.jpg": "ab.jpg",
		"invoice\u202egpj.exe": "invoicegpj.jpg", "a\r\nSet-Cookie: x.jpg": "aSet-Cookie x.jpg", "": "file.jpg", "...": "file.jpg", `a"b.jpg`: "ab.jpg",
	} {
		if got := cleanName(in, JPEG); got != want {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("../a\u202e\x00.jpg")
	f.Fuzz(func(t *testing.T, s string) {
		n := cleanName(s, PDF)
		if strings.ContainsAny(n, "/\\\"\r\n\x00") || !strings.HasSuffix(n, ".pdf") || len([]rune(n)) > 64 || strings.ContainsFunc(n, unicode.IsControl) {
			t.Fatalf("%q gives %q", s, n)
		}
	})
}

// document is a small PDF: extra goes into its catalogue, more behind it.
func document(extra, more string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n")
	b.WriteString("1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + extra + " >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n")
	b.WriteString("9 0 obj\n<< /Title (Secret \\(a\\) title) /Author <5A68616E67> /Producer (Office (x) 2019) >>\nendobj\n")
	b.WriteString("8 0 obj\n<< /Type /Metadata /Subtype /XML /Length 60 >>\nstream\n<?xpacket begin=\"\"?><dc:creator>Zhang</dc:creator><?xpacket end=\"w\"?>\nendstream\nendobj\n")
	b.WriteString(more)
	b.WriteString("trailer\n<< /Root 1 0 R /Info 9 0 R >>\nstartxref\n0\n%%EOF\n")
	return b.Bytes()
}

// objects is a packed object stream with a text inside.
func objects(inner, filter string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write([]byte(inner))
	_ = z.Close()
	return "7 0 obj\n<< /Type /ObjStm /N 1 /First 4 " + filter + " /Length " + fmt.Sprint(b.Len()) + " >>\nstream\n" + b.String() + "\nendstream\nendobj\n"
}

func TestPDF(t *testing.T) {
	const flate = "/Filter /FlateDecode"
	for _, c := range []struct {
		what, extra, more string
		want              string
	}{
		{"plain", "", "", ""},
		{"opens at a page", "/OpenAction [3 0 R /Fit]", "", ""},
		{"packed objects", "", objects("5 0 << /Type /Font >>", flate), ""},
		{"script", "/OpenAction << /S /JavaScript /JS (app.alert(1)) >>", "", "active"},
		{"script in hex", "/OpenAction << /S /Java#53cript >>", "", "active"},
		{"short name", "/X << /#4aS (x) >>", "", "active"},
		{"launch", "/OpenAction << /S /Launch /F (cmd.exe) >>", "", "active"},
		{"files inside", "/Names << /EmbeddedFiles 4 0 R >>", "", "active"},
		{"form that sends", "/X << /S /SubmitForm >>", "", "active"},
		{"XFA", "/AcroForm << /XFA 4 0 R >>", "", "active"},
		{"encrypted", "", "6 0 obj\n<< /Encrypt 5 0 R >>\nendobj\n", "active"},
		{"additional actions", "/AA << /WC 4 0 R >>", "", "active"},
		{"script in packed objects", "", objects("5 0 << /S /JavaScript /JS (x) >>", flate), "active"},
		{"script in a hidden packed type", "", strings.Replace(objects("5 0 << /S /JavaScript >>", flate), "/ObjStm", "/Obj#53tm", 1), "active"},
		{"objects packed otherwise", "", objects("x", "/Filter /LZWDecode"), "unreadable"},
		{"objects packed twice", "", objects("x", "/Filter [/FlateDecode /FlateDecode] /DecodeParms << /Predictor 12 >>"), "unreadable"},
		{"objects deflated twice", "", objects("x", "/Filter [/FlateDecode /FlateDecode]"), "unreadable"},
		{"packed objects behind a bare carriage return", "", strings.Replace(objects("5 0 << /S /JavaScript >>", flate), "stream\n", "stream\r", 1), "unreadable"},
		{"packed objects behind a false beginning", "", strings.Replace(objects("5 0 << /S /JavaScript >>", flate), "/N 1", "/N 1 /X (obj)", 1), "unreadable"},
		{"broken packing", "", "7 0 obj\n<< /Type /ObjStm " + flate + " >>\nstream\nxxxx\nendstream\nendobj\n", "unreadable"},
	} {
		raw := document(c.extra, c.more)
		got, err := cleanPDF(raw)
		if err != nil {
			if k := keyOf(err); k != c.want {
				t.Errorf("%s: %s, want %q", c.what, k, c.want)
			}
			continue
		}
		if c.want != "" {
			t.Errorf("%s is taken, want %s", c.what, c.want)
			continue
		}
		if len(got.Data) != len(raw) || bytes.Contains(got.Data, []byte("Secret")) || bytes.Contains(got.Data, []byte("5A68")) || bytes.Contains(got.Data, []byte("2019")) || bytes.Contains(got.Data, []byte("Zhang")) {
			t.Errorf("%s: still says it, or its length changed:\n%s", c.what, got.Data)
		}
		if !contains(got.Stripped, saysInfo) || !contains(got.Stripped, saysXMP) {
			t.Errorf("%s: told %v", c.what, got.Stripped)
		}
	}
	if got, err := cleanPDF(document("", objects("5 0 << /Author (Zhang) >>", flate))); err != nil || !contains(got.Kept, saysInfo) {
		t.Errorf("a packed author is not told: %v %v", got, err)
	}
	if _, err := cleanPDF(document("", "")[:120]); keyOf(err) != "broken" {
		t.Errorf("half a document: %v", err)
	}
	bomb := objects(strings.Repeat(" ", unpackLimit+10), flate)
	if _, err := cleanPDF(document("", bomb)); keyOf(err) != "unreadable" {
		t.Errorf("a bomb of objects: %v", err)
	}
}

func FuzzPDF(f *testing.F) {
	f.Add(document("", ""))
	f.Add(document("/OpenAction << /S /Java#53cript >>", objects("5 0 << >>", "/Filter /FlateDecode")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := cleanPDF(raw)
		if err == nil && (len(c.Data) != len(raw) || bytes.Contains(c.Data, []byte("/JavaScript"))) {
			t.Fatal("taken with a script, or its length changed")
		}
	})
}
