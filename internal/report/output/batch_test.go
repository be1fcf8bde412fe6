package output

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/testkit"
)

const (
	city   region.Code = 371500000000
	yanggu region.Code = 371521000000
)

// fakeForms answers the sample sheet for every place of the scope.
type fakeForms struct {
	t      *testing.T
	during func()
	fail   error
}

func (f *fakeForms) Form(_ context.Context, _ region.Scope, id string) (*report.Form, error) {
	return report.ByID(id)
}

func (f *fakeForms) Sheet(_ context.Context, scope region.Scope, id string, at region.Code, p report.Period) (*report.Sheet, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	if f.during != nil {
		f.during()
	}
	if f.fail != nil {
		return nil, f.fail
	}
	sh := sample(f.t, id, 3)
	sh.Region, sh.Period, sh.Phone = at, p, "138****0000"
	return sh, nil
}

func (f *fakeForms) Office(*report.Sheet) string { return "示例局" }

type leave struct {
	notes []string
	out   []audit.Export
}

func (l *leave) Exported(_ context.Context, _ *db.Tx, _ account.Caller, e audit.Export) (int64, error) {
	l.out = append(l.out, e)
	return 1, nil
}

func (l *leave) Note(_ context.Context, _ *db.Tx, _ account.Caller, n account.Note) error {
	l.notes = append(l.notes, n.Action)
	return nil
}

type queued struct{ ids []int64 }

func (q *queued) Enqueue(_ context.Context, _, _ string, payload any) error {
	q.ids = append(q.ids, payload.(Job).ID)
	return nil
}

func TestArchive(t *testing.T) {
	tree := region.National().With([]region.Local{{Code: 371591000000, Name: `开发/区..\"甲"`, Kind: region.KindUnit}})
	b := Batch{Form: "progress", At: city, Period: report.Period{Year: 2023, Quarter: 4}, Formats: []string{XLSX, PDFs}}
	var buf bytes.Buffer
	var steps []int
	err := b.Write(context.Background(), region.ScopeOf(city), &fakeForms{t: t}, tree, &buf, func(done, _ int) error { steps = append(steps, done); return nil })
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if len(steps) != 10 || len(z.File) != 21 {
		t.Errorf("%d units, %d files", len(steps), len(z.File))
	}
	for _, f := range z.File {
		if strings.ContainsAny(f.Name, `/\":*?<>|`) || strings.Contains(f.Name, "..") {
			t.Errorf("name %q", f.Name)
		}
		if f.Flags&0x800 == 0 || f.NonUTF8 {
			t.Errorf("%s is not marked as UTF-8", f.Name)
		}
	}
	last := z.File[len(z.File)-1]
	if last.Name != "汇总.xlsx" {
		t.Fatalf("the last file is %s", last.Name)
	}
	r, err := last.Open()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	x, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if n := len(x.GetSheetList()); n != 11 {
		t.Errorf("%d sheets", n)
	}
	for cell, want := range map[string]string{"A1": "附件1 防止返贫就业攻坚行动推进情况表 2023Q4", "A3": "聊城市", "B3": "草稿", "F3": "2023-12-15"} {
		if got, err := x.GetCellValue(statesSheet, cell); err != nil || got != want && !(cell == "B3" && got == "未填") {
			t.Errorf("%s is %q, want %q (%v)", cell, got, want, err)
		}
	}
	if got, err := x.GetCellValue("聊城市", "B4"); err != nil || got == "" {
		t.Errorf("a unit's sheet: %q %v", got, err)
	}
	for _, c := range []Batch{{Form: "progress", At: city, Formats: nil}, {Form: "progress", At: city, Formats: []string{"exe"}}, {Form: "progress", At: region.Country, Formats: []string{XLSX}}} {
		if err := c.Write(context.Background(), region.ScopeOf(region.Country), &fakeForms{t: t}, tree, io.Discard, func(int, int) error { return nil }); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if err := b.Write(context.Background(), region.ScopeOf(yanggu), &fakeForms{t: t}, tree, io.Discard, nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("outside the scope: %v", err)
	}
}

func TestSafeName(t *testing.T) {
	for in, want := range map[string]string{"莘县": "莘县", "../../etc": "etc", `a\b:c`: "a_b_c", "con": "con_", "LPT1": "LPT1_", " . ": "file", "": "file", "a\u202Egnp": "a_gnp", "x\x00y": "x_y", strings.Repeat("县", 80): strings.Repeat("县", 60)} {
		if got := SafeName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzSafeName(f *testing.F) {
	f.Add("莘县")
	f.Add("..\\..")
	f.Fuzz(func(t *testing.T, s string) {
		got := SafeName(s)
		if got == "" || strings.ContainsAny(got, `/\<>:"|?*`) || strings.HasPrefix(got, ".") || strings.HasSuffix(got, ".") || len([]rune(got)) > 61 {
			t.Errorf("%q: %q", s, got)
		}
	})
}

func reader(id int64, at region.Code) account.Caller {
	return account.Caller{UserID: id, Name: "经办", Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: at}}}
}

func TestBatches(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		forms, out, q := &fakeForms{t: t}, &leave{}, &queued{}
		s := NewBatches(d, Deps{Forms: forms, Tree: region.National(), Queue: q, Leave: out, Dir: t.TempDir()})
		ask := Batch{Form: "progress", At: city, Period: report.Period{Year: 2023, Quarter: 4}, Formats: []string{XLSX}}
		mine, other := reader(1, city), reader(2, city)
		for _, c := range []struct {
			who  account.Caller
			b    Batch
			want fault.Kind
		}{
			{reader(3, yanggu), ask, fault.NotFound},
			{account.Caller{UserID: 4, Grants: []account.Grant{{Role: account.Aide, Dept: account.DeptHR, Region: city}}}, ask, fault.Forbidden},
			{mine, Batch{Form: "nothing", At: city, Formats: []string{XLSX}}, fault.NotFound},
			{mine, Batch{Form: "progress", At: city, Formats: []string{"exe"}}, fault.Invalid},
			{mine, Batch{Form: "progress", At: 371521101000, Formats: []string{XLSX}}, fault.NotFound},
		} {
			if _, err := s.Ask(ctx, c.who, c.b); !fault.Is(err, c.want) {
				t.Errorf("%d asks %+v: %v", c.who.UserID, c.b, err)
			}
		}
		id, err := s.Ask(ctx, mine, ask)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Open(ctx, mine, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("before it is made: %v", err)
		}
		if err := s.Work(ctx, region.ScopeOf(region.Country), id); err != nil {
			t.Fatal(err)
		}
		a, err := s.Get(ctx, mine, id)
		if err != nil || a.State != Ready || a.Done == 0 || a.Size == 0 {
			t.Fatalf("%+v %v", a, err)
		}
		for _, who := range []account.Caller{other, reader(1, yanggu)} {
			if _, err := s.Get(ctx, who, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%d of %v sees it: %v", who.UserID, who.Grants[0].Region, err)
			}
			if _, _, err := s.Open(ctx, who, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%d opens it: %v", who.UserID, err)
			}
			if err := s.Cancel(ctx, who, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%d cancels it: %v", who.UserID, err)
			}
		}
		_, f, err := s.Open(ctx, mine, id)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(f)
		if err != nil || f.Close() != nil || !bytes.HasPrefix(raw, []byte("PK")) {
			t.Errorf("%d bytes, %v", len(raw), err)
		}
		if len(out.out) != 1 || out.out[0].Kind != "report" || len(out.out[0].FileHash) != 32 || out.out[0].Unmasked {
			t.Errorf("on record: %+v", out.out)
		}
		// A batch that its asker cancels ends between two units.
		gone, err := s.Ask(ctx, mine, ask)
		if err != nil {
			t.Fatal(err)
		}
		forms.during = func() {
			forms.during = nil
			if err := s.Cancel(ctx, mine, gone); err != nil {
				t.Error(err)
			}
		}
		if err := s.Work(ctx, region.ScopeOf(region.Country), gone); err != nil {
			t.Fatal(err)
		}
		if a, err := s.Get(ctx, mine, gone); err != nil || a.State != Cancelled {
			t.Errorf("%+v %v", a, err)
		}
		// A fault ends it and is told; the job is not repeated for ever.
		bad, err := s.Ask(ctx, mine, ask)
		if err != nil {
			t.Fatal(err)
		}
		forms.fail = errors.New("broken")
		if err := s.Work(ctx, region.ScopeOf(region.Country), bad); err == nil {
			t.Error("a fault is swallowed")
		}
		if a, err := s.Get(ctx, mine, bad); err != nil || a.State != Failed {
			t.Errorf("%+v %v", a, err)
		}
		list, err := s.List(ctx, mine)
		if err != nil || len(list) != 3 {
			t.Errorf("%d in the list, %v", len(list), err)
		}
		if list, err := s.List(ctx, other); err != nil || len(list) != 0 {
			t.Errorf("another's list: %v %v", list, err)
		}
		// One person does not fill the queue.
		for range maxOpen {
			if id, err = s.Ask(ctx, other, ask); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Ask(ctx, other, ask); !fault.Is(err, fault.Conflict) {
			t.Errorf("one more than %d: %v", maxOpen, err)
		}
		if err := s.Cancel(ctx, other, id); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Ask(ctx, other, ask); err != nil {
			t.Errorf("after one was cancelled: %v", err)
		}
	})
}
