package target

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

// Import is the import kind "targets": a table as a document prints it, with
// all columns (序号, 地区, 目标任务, 单位, 指标, 年度, 来源, 文号) or only the
// first three under a title and a line with the unit.
type Import struct{ s *Store }

// Import answers the import kind over this store.
func (s *Store) Import() *Import { return &Import{s} }

// ID is the KIND of the import command.
func (*Import) ID() string { return "targets" }

// Need is what the page of targets needs.
func (*Import) Need() account.Permission { return account.TargetEdit }

// Layouts: the target column alone is required, so that the line 合计, which
// names no place, is a row and not the table's foot.
func (*Import) Layouts() []transfer.Layout {
	return []transfer.Layout{{ID: "targets", Title: "目标任务表", Columns: []transfer.Column{
		{Key: "no", Headings: []string{"序号"}},
		{Key: "place", Headings: []string{"地区", "地市", "省份", "县（市、区）", "县(市、区、旗)", "旗县", "旗县（市、区）", "单位名称", "市县", "省（区、市）"}},
		{Key: "value", Headings: []string{"目标任务", "目标任务（万人）", "目标任务（人）", "目标任务数", "任务数", "目标", "目标值"}, Required: true},
		{Key: "unit", Headings: []string{"单位", "计量单位"}},
		{Key: "indicator", Headings: []string{"指标", "指标名称"}},
		{Key: "year", Headings: []string{"年度", "年份"}},
		{Key: "year_to", Headings: []string{"止年", "截止年度"}},
		{Key: "source", Headings: []string{"来源"}},
		{Key: "doc", Headings: []string{"文号", "文件号"}},
		{Key: "comparator", Headings: []string{"比较", "比较符"}},
		{Key: "calibre", Headings: []string{"口径", "口径说明"}},
		{Key: "part", Headings: []string{"其中", "其中项"}},
		{Key: "publicity", Headings: []string{"公开方式", "公开属性"}},
		{Key: "partner", Headings: []string{"协作地区", "协作省", "结对地区", "协作区县"}},
		{Key: "base_year", Headings: []string{"基期年", "基期"}},
		{Key: "base_source", Headings: []string{"基期值来源", "基期来源"}},
		{Key: "note", Headings: []string{"备注", "说明"}},
	}}}
}

// line is an accepted row on its way into a table.
type line struct {
	Total     bool        `json:"t,omitempty"`
	Region    region.Code `json:"r"`
	Name      string      `json:"n"`
	Printed   string      `json:"p"`
	Part      string      `json:"o,omitempty"` // 其中 item of the last whole row
	Unit      string      `json:"u,omitempty"`
	Indicator string      `json:"i"`
	Year      int         `json:"y"`
	YearTo    int         `json:"z,omitempty"`
	Source    string      `json:"s,omitempty"`
	Doc       string      `json:"d,omitempty"`
	Compare   string      `json:"c,omitempty"`
	Calibre   string      `json:"k,omitempty"`
	Public    string      `json:"q,omitempty"`
	FileRow   int         `json:"f"`
	Partner   region.Code `json:"w,omitempty"`
	Base      int         `json:"b,omitempty"`
	BaseFrom  string      `json:"bs,omitempty"`
	Note      string      `json:"m,omitempty"`
	sheet     string
}

func (l *line) group() string { return fold(l.Indicator) + "|" + strconv.Itoa(l.Year) }

// checker reads the rows of one file.
type checker struct {
	s       *Store
	b       *transfer.Batch
	at      map[string]int
	title   string // indicator that the title names
	year    int
	unit    string // of the line above the table
	lines   map[string][]*line
	told    map[string]bool // what is said once per table
	current map[string]*Table
}

// Open reads title, unit and year from what stands above the heading.
func (i *Import) Open(ctx context.Context, b *transfer.Batch) (transfer.Checker, error) {
	c := &checker{s: i.s, b: b, at: map[string]int{}, year: b.Year, lines: map[string][]*line{}, told: map[string]bool{}}
	for n, key := range b.Columns {
		c.at[key] = n
	}
	for _, s := range b.Above {
		if u := findUnit(s); u != "" {
			c.unit = u
		}
		if name, year := readTitle(s); name != "" {
			c.title = name
			if c.year == 0 {
				c.year = year
			}
		}
	}
	var err error
	c.current, err = i.s.currentBelow(ctx, b.Region)
	return c, err
}

// Check reads the rows and tells what does not add up; printed figures are
// taken as they are.
func (c *checker) Check(_ context.Context, rows []transfer.Row) ([]transfer.Outcome, error) {
	out := make([]transfer.Outcome, 0, len(rows))
	for _, r := range rows {
		o, err := c.one(r)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	c.arithmetic(out)
	return out, nil
}

func (c *checker) cell(r transfer.Row, key string) transfer.Cell {
	if n, ok := c.at[key]; ok && n < len(r.Cells) && !r.Cells[n].Empty() {
		return r.Cells[n]
	}
	return transfer.Cell{}
}

func (c *checker) one(r transfer.Row) (transfer.Outcome, error) {
	o := transfer.Outcome{Row: r.N, Result: transfer.New}
	find := func(key, rule string, sev transfer.Severity, args ...any) {
		x := c.cell(r, key)
		o.Findings = append(o.Findings, transfer.Finding{Sheet: r.Sheet, Row: r.N, Column: x.Column, Rule: rule, Severity: sev, Value: x.Clean(), Key: rule, Args: args})
		if sev == transfer.Error {
			o.Result = transfer.Rejected
		}
	}
	l := c.read(r, find)
	if o.Result == transfer.Rejected {
		return o, nil
	}
	g := l.group()
	if l.Unit == "" && !c.told["unit "+g] {
		c.told["unit "+g] = true
		find("value", "target.unit_missing", transfer.Warning)
	}
	if l.Part == "" && !l.Total {
		for _, e := range c.lines[g] {
			if e.Part == "" && !e.Total && e.Region == l.Region && e.Partner == l.Partner {
				find("place", "target.place_twice", transfer.Error, l.Name, e.FileRow)
				return o, nil
			}
		}
	}
	c.lines[g] = append(c.lines[g], l)
	o.Result = c.result(l)
	var err error
	o.Payload, err = json.Marshal(l)
	return o, err
}

type finder func(key, rule string, sev transfer.Severity, args ...any)

func (c *checker) read(r transfer.Row, find finder) *line {
	l := &line{Name: c.cell(r, "place").Clean(), Indicator: c.cell(r, "indicator").Clean(), Source: c.cell(r, "source").Clean(), Doc: c.cell(r, "doc").Clean(),
		Calibre: c.cell(r, "calibre").Clean(), Part: c.cell(r, "part").Clean(), Public: c.cell(r, "publicity").Clean(), BaseFrom: c.cell(r, "base_source").Clean(), Note: c.cell(r, "note").Clean(), FileRow: r.N, Year: c.year, sheet: r.Sheet}
	c.amount(r, l, find)
	if l.Indicator == "" {
		l.Indicator = c.title
	}
	if l.Indicator == "" {
		find("indicator", "target.indicator_missing", transfer.Error)
	}
	for key, into := range map[string]*int{"year": &l.Year, "year_to": &l.YearTo, "base_year": &l.Base} {
		if s := c.cell(r, key).Clean(); s != "" {
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(fold(s), "度"), "年"))
			if err != nil || n < 2012 || n > 2099 {
				find(key, "target.year", transfer.Error, s)
			}
			*into = n
		}
	}
	if l.Year == 0 {
		find("year", "target.year", transfer.Error, "")
	}
	if cmp, ok := parseComparator(c.cell(r, "comparator").Clean()); !ok {
		find("comparator", "target.comparator", transfer.Error)
	} else if cmp != "" {
		l.Compare = cmp
	}
	c.place(r, l, find)
	c.partner(r, l, find)
	return l
}

func (c *checker) amount(r transfer.Row, l *line, find finder) {
	x := c.cell(r, "value")
	a, ok := parseAmount(x.Text)
	if !ok {
		find("value", "target.value", transfer.Error, x.Clean())
		return
	}
	l.Printed, l.Compare = a.printed, a.comparator
	for _, u := range []string{a.unit, fold(c.cell(r, "unit").Clean()), findUnit(x.Column), c.unit} {
		if _, known := units[u]; known {
			l.Unit = u
			break
		}
	}
	if _, exact := persons(a.value, l.Unit); !exact {
		find("value", "target.not_whole", transfer.Warning, l.Name, l.Printed, l.Unit)
	}
}

// result compares a line with the table that stands.
func (c *checker) result(l *line) transfer.Result {
	doc := l.Doc
	if lines := c.lines[l.group()]; l.Total && len(lines) > 0 { // remarks stand beside totals
		doc = lines[0].Doc
	}
	t := c.current[tableKey(l.Indicator, l.Year, doc)]
	switch {
	case t == nil:
		return transfer.New
	case l.Total:
		if t.PrintedTotal == l.Printed {
			return transfer.Same
		}
		return transfer.Changed
	}
	for _, r := range t.Rows {
		if r.Region == l.Region && r.PartName == l.Part && r.Partner == l.Partner {
			if r.Printed == l.Printed && (l.Unit == "" || l.Unit == t.Unit) {
				return transfer.Same
			}
			return transfer.Changed
		}
	}
	return transfer.New
}

// arithmetic compares each total with the rows read so far, once all rows of
// the chunk are in: a target table is one chunk.
func (c *checker) arithmetic(out []transfer.Outcome) {
	for g, lines := range c.lines {
		t := assemble(lines)
		for _, f := range Check(t) {
			if f.Rule != "target.sum_differs" && f.Rule != "target.part_over_whole" || c.told[f.Rule+g+fmt.Sprint(f.N)] {
				continue
			}
			row := lines[len(lines)-1].FileRow
			for _, l := range lines {
				if f.N == 0 && l.Total {
					row = l.FileRow
				}
			}
			if f.N > 0 {
				row = t.Rows[f.N-1].FileRow
			}
			for i := range out {
				if out[i].Row == row {
					c.told[f.Rule+g+fmt.Sprint(f.N)] = true
					out[i].Findings = append(out[i].Findings, transfer.Finding{Sheet: lines[0].sheet, Row: row, Column: "目标任务", Rule: f.Rule, Severity: transfer.Warning, Value: fmt.Sprint(f.Args[0]), Key: f.Rule, Args: f.Args})
				}
			}
		}
	}
}
