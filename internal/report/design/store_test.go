package design_test

import (
	"bytes"
	"context"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/report"
	"wengang/internal/report/design"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

const (
	liaocheng region.Code = 371500000000
	shenxian  region.Code = 371522000000
	yanggu    region.Code = 371521000000
	heze      region.Code = 371700000000
)

var ctx = context.Background()

type recorder struct{ all []account.Note }

func (r *recorder) Note(_ context.Context, _ *db.Tx, _ account.Caller, n account.Note) error {
	r.all = append(r.all, n)
	return nil
}

func (r *recorder) last() account.Note { return r.all[len(r.all)-1] }

// figures gives every county its own people by indicator and month.
type figures struct{ since calendar.Month }

func (f figures) count(id string, m calendar.Month) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return 30 + int(h.Sum32()%50) + m.Num() + 2*(m.Year()-2020)
}

var counties = []region.Code{371502000000, 371503000000, 371521000000, 371522000000, 371524000000, 371525000000, 371526000000, 371581000000, 371591000000, 371592000000, 371593000000}

func (f figures) Members(_ context.Context, scope region.Scope, id string, at region.Code, m calendar.Month) ([]int64, bool, error) {
	if !scope.Contains(at) {
		return nil, false, fault.NotFoundf("fault.notfound")
	}
	if m < f.since || m > 202311 {
		return nil, false, nil
	}
	var out []int64
	for i, c := range counties {
		for n := range f.count(id, m) + 3*i {
			if at.Contains(c) {
				out = append(out, int64(1000*(i+1)+n))
			}
		}
	}
	return out, true, nil
}

func (f figures) Measure(_ context.Context, _ region.Scope, id string, at region.Code, m calendar.Month) (int64, bool, error) {
	return 312_345 + int64(m.Num()), m >= f.since && m <= 202311, nil
}

func (f figures) SliceMembers(ctx context.Context, scope region.Scope, id string, where map[string][]int64, at region.Code, m calendar.Month) ([]int64, bool, error) {
	all, known, err := f.Members(ctx, scope, id, at, m)
	var out []int64
	for i, x := range all {
		if i%3 == 0 {
			out = append(out, x)
		}
	}
	return out, known, err
}

type none struct{}

func (none) Tags(context.Context, string, calendar.Date) (map[region.Code]bool, error) {
	return nil, nil
}

type office struct {
	*testing.T
	d        *db.DB
	rec      *recorder
	shelf    *design.Shelf
	reports  *report.Store
	s        *design.Store
	reg      *register.Store
	shelfBox design.Box
}

func setup(t *testing.T, d *db.DB) *office {
	tree := region.National().With([]region.Local{{Code: 371591000000, Name: "开发区", Kind: region.KindUnit}, {Code: 371592000000, Name: "度假区", Kind: region.KindUnit}, {Code: 371593000000, Name: "高新区", Kind: region.KindUnit}})
	box := secrettest.Box(t)
	o := &office{T: t, d: d, rec: &recorder{}}
	o.reg = register.New(d, box, o.rec, tree)
	o.shelf, o.shelfBox = design.NewShelf(d, box), box
	o.reports = report.New(d, report.Deps{Box: box, Audit: o.rec, Registers: o.reg, Figures: figures{202201}, Tree: tree, Tags: none{}, Designs: o.shelf})
	o.s = design.New(d, design.Deps{Shelf: o.shelf, Audit: o.rec, Reports: o.reports, Tree: tree})
	return o
}

func as(role account.Role, at region.Code) account.Caller {
	return account.Caller{UserID: int64(at / 1e6), Name: "周敏", Grants: []account.Grant{{Role: role, Dept: account.DeptHR, Region: at}}}
}

func both(at region.Code) account.Caller {
	c := as(account.Officer, at)
	c.Grants = append(c.Grants, account.Grant{Role: account.Reviewer, Dept: account.DeptHR, Region: at})
	return c
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func (o *office) upload(by account.Caller, at region.Code, p design.Purpose, name string) *design.Version {
	o.Helper()
	v, err := o.s.Upload(ctx, by, at, p, name, file(o, name))
	if err != nil {
		o.Fatal(err)
	}
	return v
}

func (o *office) fill(by account.Caller, id int64, at region.Code, m calendar.Month, keep string) *excelize.File {
	o.Helper()
	var b bytes.Buffer
	if _, err := o.s.Fill(ctx, by, id, at, m, &b); err != nil {
		o.Fatal(err)
	}
	if dir := os.Getenv("WENGANG_KEEP"); dir != "" {
		_ = os.WriteFile(filepath.Join(dir, keep), b.Bytes(), 0o600)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		o.Fatal(err)
	}
	return f
}

func want(t *testing.T, f *excelize.File, sheet string, cells map[string]string) {
	t.Helper()
	for at, v := range cells {
		if got, _ := f.GetCellValue(sheet, at); got != v {
			t.Errorf("%s!%s is %q, want %q", sheet, at, got, v)
		}
	}
}

// TestFillAnyBlank: three tables that nobody built in, cell by cell.
func TestFillAnyBlank(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		o := setup(t, d)
		city := as(account.Officer, liaocheng)
		v := o.upload(city, liaocheng, design.ForFill, "counties.xlsx")
		f := o.fill(city, v.ID, liaocheng, 202311, "counties.xlsx")
		filled := block("C6", "G17")
		for _, b := range []map[string]bool{block("A3", "I3"), block("A19", "I19")} {
			maps.Copy(filled, b)
		}
		kept(t, "counties.xlsx", f, filled)
		n, x := figures{}.count("registered", 202311), figures{}.count("working", 202311)
		total := 0
		for i := range counties {
			total += n + 3*i
		}
		want(t, f, "11月", map[string]string{
			"A3": "填报单位（盖章）：聊城市人力资源和社会保障局", "C6": num(total), "C7": num(n), "C11": num(n + 9), "D7": wan(x), "B7": "东昌府区", "G7": "0",
			"A19": "审核人：                填表人：周敏　　联系电话：",
		})
		if o.rec.last().Action != "design.fill" {
			t.Errorf("the last act on record is %s", o.rec.last().Action)
		}

		v = o.upload(city, liaocheng, design.ForFill, "monthly.xlsx")
		f = o.fill(city, v.ID, liaocheng, 202311, "monthly.xlsx")
		filled = block("D5", "F11")
		for _, b := range []map[string]bool{block("A1", "F1"), block("A2", "C2"), block("A12", "F12")} {
			maps.Copy(filled, b)
		}
		kept(t, "monthly.xlsx", f, filled)
		want(t, f, "Sheet1", map[string]string{"A1": "农村劳动力就业帮扶主要指标月报（2023年11月）", "D5": num(total), "E5": num(total - 2*11), "D10": "3124", "D11": "", "A2": "单位名称：聊城市人力资源和社会保障局"})

		v = o.upload(city, liaocheng, design.ForFill, "across.xlsx")
		f = o.fill(city, v.ID, liaocheng, 202311, "across.xlsx")
		filled = block("B4", "F7")
		maps.Copy(filled, block("A1", "F1"))
		maps.Copy(filled, block("A10", "F10"))
		kept(t, "across.xlsx", f, filled)
		j := figures{}.count("jobless", 202311)
		want(t, f, "汇总", map[string]string{"A1": "2023年部分县区就业帮扶情况一览表", "C5": num(j + 9), "E5": num(j + 6), "B7": "0", "B8": ""})

		county := as(account.Officer, shenxian)
		v = o.upload(county, shenxian, design.ForFill, "card.xlsx")
		f = o.fill(county, v.ID, shenxian, 202311, "card.xlsx")
		want(t, f, "基本情况", map[string]string{"B3": num(n + 9), "D4": "3123.56", "B6": ""})
	})
}

func num(n int) string { return strings.TrimSpace(strings.Join([]string{itoa(n)}, "")) }

func itoa(n int) string {
	if n == 0 {
		return "0"
	}
	s := ""
	for ; n > 0; n /= 10 {
		s = string(rune('0'+n%10)) + s
	}
	return s
}

// wan prints people in 万人 with two decimals.
func wan(n int) string {
	h := (n + 50) / 100
	s := itoa(h % 100)
	if len(s) < 2 {
		s = "0" + s
	}
	return itoa(h/100) + "." + s
}
