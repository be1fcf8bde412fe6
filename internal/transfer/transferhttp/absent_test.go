package transferhttp_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/sheet"
	"wengang/internal/transfer"
	"wengang/internal/webtest"
)

// The test's kind knows sixty people whom no file names.
func (checker) Named() []int64 { return nil }

func (checker) Absent(context.Context) ([]int64, bool, error) {
	var out []int64
	for i := range int64(60) {
		out = append(out, i+1)
	}
	return out, true, nil
}

func (kind) People(_ context.Context, scope region.Scope, _ *transfer.Batch, ids []int64) ([]transfer.Absentee, error) {
	var out []transfer.Absentee
	for _, id := range ids {
		p := transfer.Absentee{ID: id, Name: fmt.Sprintf("某甲%d", id), Village: 371522103201, IDMask: "00**************19", Employer: "某某服装厂", Seen: calendar.Month(202310)}
		if id == 2 {
			p.LeftOn = 20231201
		}
		if scope.Contains(p.Village) {
			out = append(out, p)
		}
	}
	return out, nil
}

func TestAbsentPage(t *testing.T) {
	c := open(t)
	li := c.As("")
	c.upload("", "a.xlsx", dirty(t, 20), "month", "2023-11", "full", "0").Want("a part", 303)
	c.upload("", "b.xlsx", dirty(t, 30), "month", "2023-11", "full", "1").Want("the whole", 303)
	c.jobs.run(t, c.s)
	li.Get("/import/1").Want("a part", 200).Lacks("absent people of a part", "台账有、文件没有")
	li.Get("/import/1/absent").Want("a part has no list", 404)
	li.Get("/import/2").Want("the whole", 200, "台账有、文件没有：60 人", "/import/2/absent")
	li.Get("/import/2/absent").Want("list", 200, "某甲1<", "某甲50<", "已登记减少", "某某服装厂", "核实", "2023年10月").Lacks("the next page", "某甲51<")
	li.Get("/import/2/absent?after=50").Want("next", 200, "某甲51<", "某甲60<")
	for _, q := range []string{"?after=-5", "?after=x", "?after=999999"} {
		li.Get("/import/2/absent"+q).Want(q, 200)
	}
	got := li.Post("/import/2/absent/export", nil).Want("export", 200)
	book, err := sheet.OpenReader(strings.NewReader(got.Body), int64(len(got.Body)), "x.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	book.Sheets()[0].Rows(func(n int, cells []sheet.Cell) error {
		if rows++; n == 2 && (len(cells) != 5 || !strings.Contains(cells[2].Text, "****")) {
			t.Errorf("first row %v", cells)
		}
		return nil
	})
	if rows != 61 {
		t.Errorf("%d rows", rows)
	}
	var logged int
	if err := c.d.Read.QueryRow(`SELECT row_count FROM export_log`).Scan(&logged); err != nil || logged != 60 {
		t.Errorf("export on record: %d, %v", logged, err)
	}
	for who, want := range map[string]int{"neighbour": 404, "leader": 403, "nobody": 303} {
		c.As(who).Get("/import/2/absent").Want(who, want)
		c.As(who).Post("/import/2/absent/export", nil).Want(who, want)
	}
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{{Name: "absent", Path: "/import/2/absent?at=371522&month=2023-11"}, {Name: "absent-batch", Path: "/import/2"}})
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}
