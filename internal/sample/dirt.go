package sample

import (
	"archive/zip"
	"bytes"
	"io"
	"regexp"
	"strings"
)

// other are headings as counties write them.
var other = map[string]string{
	"县": "县（市、区）", "乡": "乡(镇)", "村": "行政村", "人口编号": "人编号", "姓名": "姓 名", "证件号码": "身份证号码", "成员联系电话": "人联系电话",
	"与户主关系": "与户主的关系", "务工时间（月）": "务工时间(月)", "公益性岗位(月数)": "公益性岗位（月数）", "联系电话": "手机号码",
}

// vary gives the columns other headings and another order: the identity number
// first, the rest backwards by pairs.
func vary(t *table) {
	n := len(t.columns)
	order := make([]int, 0, n)
	for i, c := range t.columns {
		if c.key == "id_number" {
			order = append(order, i)
		}
	}
	for i := 0; i < n; i += 2 {
		for _, k := range []int{i + 1, i} {
			if k < n && t.columns[k].key != "id_number" {
				order = append(order, k)
			}
		}
	}
	columns := make([]column, n)
	for to, from := range order {
		columns[to] = t.columns[from]
		if h, ok := other[columns[to].head]; ok {
			columns[to].head = h
		}
	}
	for i := range t.rows {
		cells := make([]any, n)
		for to, from := range order {
			cells[to] = t.rows[i].cells[from]
		}
		t.rows[i].cells = cells
	}
	t.columns = columns
}

// soil writes some numbers full-width, puts spaces into names and identity
// numbers, and stores phones as numbers. Clean again, the cells are the same.
func soil(t *table) {
	for i := range t.rows {
		if len(t.rows[i].marks) > 0 {
			continue
		}
		for k, c := range t.columns {
			v, ok := t.rows[i].cells[k].(string)
			if !ok || v == "" {
				continue
			}
			switch {
			case c.key == "name" && i%9 == 0:
				t.rows[i].cells[k] = spaced(v)
			case c.key == "id_number" && i%7 == 0:
				t.rows[i].cells[k] = wide(v)
			case c.key == "id_number" && i%7 == 3:
				t.rows[i].cells[k] = v[:6] + " " + v[6:14] + " " + v[14:]
			case c.key == "id_number" && i%7 == 5:
				t.rows[i].cells[k] = " " + strings.ToLower(v) + "\t"
			case c.key == "phone" && i%5 == 0 && len(v) == 11:
				n := 0
				for _, d := range v {
					n = n*10 + int(d-'0')
				}
				t.rows[i].cells[k] = n
			case (c.key == "town" || c.key == "village") && i%11 == 0:
				t.rows[i].cells[k] = "　" + v + " "
			}
		}
	}
}

func spaced(s string) string {
	r := []rune(s)
	if len(r) != 2 {
		return s + " "
	}
	return string(r[0]) + "　" + string(r[1])
}

func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7F {
			return r + 0xFEE0
		}
		return r
	}, s)
}

var dimensionTag = regexp.MustCompile(`<dimension ref="[^"]*"\s*/?>(</dimension>)?`)

// wrongDimension makes the first sheet claim that it is two cells large, as
// exports of some systems do.
func wrongDimension(book []byte) ([]byte, error) {
	in, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		if f.Name != "xl/worksheets/sheet1.xml" {
			if err := out.Copy(f); err != nil {
				return nil, err
			}
			continue
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		xml, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			return nil, err
		}
		w, err := out.Create(f.Name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(lie(xml)); err != nil {
			return nil, err
		}
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func lie(xml []byte) []byte {
	const tag = `<dimension ref="A1:B2"/>`
	if dimensionTag.Match(xml) {
		return dimensionTag.ReplaceAll(xml, []byte(tag))
	}
	for _, before := range []string{"<sheetViews", "<sheetFormatPr", "<cols", "<sheetData"} {
		if i := bytes.Index(xml, []byte(before)); i > 0 {
			return bytes.Join([][]byte{xml[:i], []byte(tag), xml[i:]}, nil)
		}
	}
	return xml
}
