package intake

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/calendar"
	"wengang/internal/testkit"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

// TestTemplates: the empty table of every layout, filled in as its example
// shows, imports clean as that layout; the example itself is passed over.
// WENGANG_KEEP keeps the tables.
func TestTemplates(t *testing.T) {
	ctx := context.Background()
	for _, kind := range []string{"people", "monitored", "work", "plan"} {
		k := newDesk(t, testkit.SQLite(t))
		for _, l := range transfer.Blanks(kindOf(k, kind)) {
			t.Run(l.ID, func(t *testing.T) {
				k := newDesk(t, testkit.SQLite(t))
				if kind == "work" || kind == "plan" {
					k.sixPeople()
				}
				var b bytes.Buffer
				if err := k.s.Template(officer, county, kind, l.ID, text.ZH, &b); err != nil {
					t.Fatal(err)
				}
				if dir := os.Getenv("WENGANG_KEEP"); dir != "" {
					if err := os.WriteFile(filepath.Join(dir, l.ID+".xlsx"), b.Bytes(), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				raw := k.fill(t, b.Bytes())
				at, err := k.s.Stage(ctx, officer, transfer.Request{Kind: kind, File: bytes.NewReader(raw), FileName: "x.xlsx", Region: county, Month: calendar.Month(202311)})
				if err != nil {
					t.Fatal(err)
				}
				k.work(at)
				in, err := k.s.Load(ctx, officer.Scope("import.run"), at)
				if err != nil {
					t.Fatal(err)
				}
				if in.Layout != l.ID {
					t.Errorf("read as %s", in.Layout)
				}
				for _, s := range in.Reading.Sheets {
					if len(s.Unknown)+len(s.Twice) > 0 || len(in.Columns) < len(l.Columns)-1 {
						t.Errorf("headings: unknown %v, twice %v, %d of %d columns", s.Unknown, s.Twice, len(in.Columns), len(l.Columns))
					}
				}
				r, err := k.s.Report(ctx, officer, at, text.ZH)
				if err != nil {
					t.Fatal(err)
				}
				if r.Rows != 1 || r.Rejected != 0 || r.Accepted != 1 {
					t.Errorf("rows %d, accepted %d, rejected %d: %+v", r.Rows, r.Accepted, r.Rejected, r.Findings)
				}
			})
		}
	}
}

func kindOf(k *desk, id string) transfer.Kind {
	for _, kind := range k.s.Kinds() {
		if kind.ID() == id {
			return kind
		}
	}
	return nil
}

// fill writes the example as a row of data below itself, with places that exist
// and somebody of the ledger.
func (k *desk) fill(t *testing.T, raw []byte) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet := f.GetSheetName(0)
	rows, err := f.GetRows(sheet)
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	own := map[string]string{"乡": k.town, "乡(镇)": k.town, "村": k.here, "行政村": k.here, "住址": "莘县" + k.town + k.here, "姓名": "王一", "成员姓名": "王一",
		"证件号码": id(19800101, 1), "户编号": "h1", "人口编号": "p1", "户籍地址": "", "家庭编号": "h1", "人编号": "p1", "身份证号码": id(19800101, 1), "身份证号": id(19800101, 1), "客户名称": "王一"}
	for c, h := range rows[1] {
		v := ""
		if c < len(rows[2]) {
			v = strings.TrimPrefix(rows[2][c], transfer.ExampleMark)
		}
		if x, ok := own[h]; ok {
			v = x
		}
		at, _ := excelize.CoordinatesToCellName(c+1, 4)
		if v != "" {
			if err := f.SetCellStr(sheet, at, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestPrintedHeadings: every printed heading is a column of its layout.
func TestPrintedHeadings(t *testing.T) {
	for _, layouts := range [][]transfer.Layout{peopleLayouts, monitoredLayouts, workLayouts, planLayouts} {
		for _, l := range layouts {
			if printed[l.ID] == "" {
				continue
			}
			got := map[string]bool{}
			for _, c := range l.Columns {
				got[c.Headings[0]] = true
			}
			for _, h := range strings.Split(printed[l.ID], "|") {
				if !got[h] {
					t.Errorf("%s: %s is no column's first heading", l.ID, h)
				}
			}
		}
	}
}
