package sample

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"wengang/internal/region"
)

// dirt is how a county's workbook departs from the plain form. Nothing of it
// may cost a row.
type dirt struct {
	twoRows   bool // a row of groups above the headings
	variants  bool // other words for the headings, columns in another order
	dimension bool // a dimension tag that lies
	fullWidth bool // full-width digits in numbers, spaces inside names
	csv       string
}

// dirtOf spreads the kinds of dirt over the counties.
func (c *county) dirtOf(table string) dirt {
	switch c.n % 8 {
	case 1:
		return dirt{variants: true}
	case 2:
		return dirt{twoRows: table == tPeople || table == tSurvey}
	case 3:
		return dirt{dimension: true}
	case 4:
		return dirt{fullWidth: true}
	case 5:
		if table == tHistory {
			return dirt{csv: "gb18030"}
		}
	case 6:
		if table == tPeople {
			return dirt{csv: "utf-8-bom"}
		}
	case 7:
		if table == tPlan {
			return dirt{csv: "utf-8"}
		}
	}
	return dirt{}
}

// write makes the county's files in the order of their import.
func (c *county) write() ([]File, error) {
	end := c.w.End
	asOf := end.Add(-lastMonths)
	type job struct {
		t    *table
		kind string
		file File
	}
	jobs := []job{
		{c.peopleTable(), "人员全字段导出", File{Kind: "people", Full: true}},
		{c.simple(tMonitored, "（自定义）监测对象信息", 2, c.monitoredColumns(), func(p *person) bool { return p.home.class != 0 }), "监测对象信息", File{Kind: "monitored"}},
		{c.simple(tSurvey, "未务工劳动力就业意愿摸底表", 0, c.surveyColumns(), func(p *person) bool { return p.surveyed && !p.home.other }), "就业意愿摸底", File{Kind: "people"}},
		{c.history(), fmt.Sprintf("已外出务工信息（%d-%d）", c.w.first, asOf), File{Kind: "work", Month: asOf}},
	}
	for m := asOf.Add(1); m <= end; m = m.Add(1) {
		jobs = append(jobs, job{c.monthly(m), fmt.Sprintf("已外出务工信息（%d）", m), File{Kind: "work", Month: m, Full: true}})
	}
	jobs = append(jobs, job{c.simple(tPlan, "计划外出务工信息", 2, c.planColumns(), func(p *person) bool { return p.plan != nil }), "计划外出务工信息", File{Kind: "plan"}})
	jobs = append(jobs, job{c.settledTable(), "安置区脱贫人口名单", File{Kind: "people"}})
	var out []File
	for i, j := range jobs {
		if len(j.t.rows) == 0 {
			continue // a file without rows is refused, and nobody sends one
		}
		f := j.file
		f.Region, f.Year, f.Rows = c.code, end.Year(), len(j.t.rows)
		f.Path = fmt.Sprintf("%d-%s-%s-%s", i+1, c.code, safeName(c.name), j.kind)
		path, err := c.save(j.t, c.dirtOf(j.t.id), f.Path)
		if err != nil {
			return nil, err
		}
		f.Path = path
		out = append(out, f)
	}
	return out, nil
}

const sheetTitle = "数据（示例）"

// save writes a table and notes where its planted rows ended up.
func (c *county) save(t *table, d dirt, name string) (string, error) {
	if d.variants {
		vary(t)
	}
	if d.fullWidth {
		soil(t)
	}
	heads := t.headRows(d)
	name += map[bool]string{true: ".xlsx", false: ".csv"}[d.csv == ""]
	sheet := sheetTitle
	if d.csv != "" {
		sheet = strings.TrimSuffix(name, ".csv") // what readers of tables call it
	}
	for i := range t.rows {
		r := &t.rows[i]
		n := len(heads) + i + 1
		refused := false
		for _, m := range r.marks {
			p := Planted{File: name, Sheet: sheet, Row: n, Rule: m.rule, Column: m.column, Saved: !m.refused, Later: m.later, Region: c.code}
			c.planted = append(c.planted, p)
			refused = refused || m.refused
		}
		if refused {
			c.refused[name]++
		}
		if r.tainted {
			c.tainted[name] = append(c.tainted[name], n)
		}
	}
	path := filepath.Join(c.w.Dir, name)
	var err error
	if d.csv != "" {
		err = writeCSV(path, d.csv, heads, t.rows)
	} else {
		err = writeXLSX(path, t, heads, d)
	}
	return name, err
}

// headRows are the rows above the data.
func (t *table) headRows(d dirt) [][]any {
	var out [][]any
	if t.lead > 0 {
		out = append(out, []any{t.title + "（" + Notice + "）"}, []any{"单位：人、元", nil, nil, "导出时间：示例"})
	}
	if d.twoRows {
		groups := make([]any, len(t.columns))
		for i, c := range t.columns {
			if i == 0 || c.group != t.columns[i-1].group {
				groups[i] = c.group
			}
		}
		out = append(out, groups)
	}
	heads := make([]any, len(t.columns))
	for i, c := range t.columns {
		heads[i] = c.head
	}
	return append(out, heads)
}

func writeXLSX(path string, t *table, heads [][]any, d dirt) error {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", sheetTitle); err != nil {
		return err
	}
	if err := f.SetDocProps(&excelize.DocProperties{Title: t.title, Subject: Notice, Creator: "wengang gen", Description: Notice,
		Created: "2023-12-10T00:00:00Z", Modified: "2023-12-10T00:00:00Z"}); err != nil {
		return err
	}
	date, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		return err
	}
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	sw, err := f.NewStreamWriter(sheetTitle)
	if err != nil {
		return err
	}
	n := 0
	put := func(row []any, opts ...excelize.RowOpts) error {
		n++
		return sw.SetRow(fmt.Sprintf("A%d", n), row, opts...)
	}
	for _, h := range heads {
		if err := put(h, excelize.RowOpts{StyleID: head}); err != nil {
			return err
		}
	}
	cells := make([]any, len(t.columns))
	for i := range t.rows {
		for k, v := range t.rows[i].cells {
			if s, ok := v.(serial); ok {
				v = excelize.Cell{StyleID: date, Value: days(time.Time(s))}
			}
			cells[k] = v
		}
		if err := put(cells); err != nil {
			return err
		}
	}
	if d.twoRows {
		if err := mergeGroups(sw, t, len(heads)-1); err != nil {
			return err
		}
	}
	if err := sw.Flush(); err != nil {
		return err
	}
	if err := notes(f); err != nil {
		return err
	}
	return store(path, f, d.dimension)
}

// mergeGroups merges the cells of each group of headings, as people do.
func mergeGroups(sw *excelize.StreamWriter, t *table, row int) error {
	from := 0
	for i := 1; i <= len(t.columns); i++ {
		if i < len(t.columns) && t.columns[i].group == t.columns[from].group {
			continue
		}
		if i-1 > from {
			a, err := excelize.CoordinatesToCellName(from+1, row)
			if err != nil {
				return err
			}
			b, err := excelize.CoordinatesToCellName(i, row)
			if err != nil {
				return err
			}
			if err := sw.MergeCell(a, b); err != nil {
				return err
			}
		}
		from = i
	}
	return nil
}

// notes is the second sheet, which says what the workbook is.
func notes(f *excelize.File) error {
	if _, err := f.NewSheet("说明"); err != nil {
		return err
	}
	for i, s := range []string{Notice, "本表人员、单位、号码均由程序生成：证件号码地区码为000000，手机号段154无人使用。", "不得与任何真实人员对应。"} {
		if err := f.SetCellValue("说明", fmt.Sprintf("A%d", i+1), s); err != nil {
			return err
		}
	}
	return nil
}

// days is a date as a serial number of the 1900 system.
func days(t time.Time) int {
	return int(t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24)
}

func store(path string, f *excelize.File, lie bool) error {
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return err
	}
	out := b.Bytes()
	if lie {
		var err error
		if out, err = wrongDimension(out); err != nil {
			return err
		}
	}
	return os.WriteFile(path, out, 0o644)
}

func writeCSV(path, charset string, heads [][]any, rows []row) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	record := func(cells []any) error {
		out := make([]string, len(cells))
		for i, v := range cells {
			switch x := v.(type) {
			case nil:
			case serial:
				out[i] = time.Time(x).Format("2006-01-02")
			default:
				out[i] = fmt.Sprint(x)
			}
		}
		return w.Write(out)
	}
	for _, h := range heads {
		if err := record(h); err != nil {
			return err
		}
	}
	for i := range rows {
		if err := record(rows[i].cells); err != nil {
			return err
		}
	}
	w.Flush()
	out := b.Bytes()
	switch charset {
	case "utf-8-bom":
		out = append([]byte("\xef\xbb\xbf"), out...)
	case "gb18030":
		var err error
		if out, err = simplifiedchinese.GB18030.NewEncoder().Bytes(out); err != nil {
			return err
		}
	}
	return os.WriteFile(path, out, 0o644)
}

// elsewhere names a village of another county.
func (w *world) elsewhere(c *county) *named {
	if len(w.counties) < 2 {
		return nil
	}
	o := w.counties[(c.n+1)%len(w.counties)]
	v := o.villages[0]
	return &named{o.name, v.town, v.village}
}

type named struct{ county, town, village string }

// twoNamed is a village whose name occurs in two towns of the county.
func (c *county) twoNamed() (place, bool) {
	for _, v := range c.villages {
		if m := c.w.tree.ResolvePath(c.self.province, c.self.city, c.name, "", v.village, c.code); m.Status == region.Several {
			return v, true
		}
	}
	return place{}, false
}
