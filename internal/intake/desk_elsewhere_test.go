package intake

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

// askedFor records what the desk asks other counties.
type askedFor struct{ list []transfer.Handover }

func (a *askedFor) Ask(_ context.Context, _ account.Caller, _ region.Code, h transfer.Handover) (string, error) {
	a.list = append(a.list, h)
	return "import.desk.said.handover", nil
}

// TestWhoLivesElsewhereIsAskedFor: a row of a person of another county shows
// nothing of the holder, in files of work too, and can be asked for.
func TestWhoLivesElsewhereIsAskedFor(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ctx, number := context.Background(), id(19880229, 1)
		other := k.tree.Children(371521_000000)[0]
		k.bring(request{kind: "people", at: 371521_000000}, nationalHead,
			k.national("X1", "邻人", number, "县", "阳谷县", "乡", other.Name, "村", k.tree.Children(other.Code)[0].Name))
		_, people := k.bring(request{kind: "people", hold: true}, nationalHead, k.national("H1", "甲某", number))
		_, work := k.bring(request{kind: "work", month: 202311, hold: true}, workHead, k.job("甲某", number))
		at := transfer.RowRef{Sheet: "Sheet1", Row: 4}
		for _, batch := range []int64{people, work} {
			l := k.look(batch, 4)
			if !strings.Contains(rulesOf(l), "id.elsewhere") || strings.Contains(fmt.Sprintf("%+v", l), "邻人") || strings.Contains(fmt.Sprintf("%+v", l), "阳谷") {
				t.Errorf("the row shows %+v", l)
			}
		}
		county := account.Caller{UserID: 7, Grants: []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: 371522_000000}}}
		if _, err := k.s.AskHandover(ctx, county, people, at); !fault.Is(err, fault.Forbidden) {
			t.Errorf("asked where nobody answers: %v", err)
		}
		asked := &askedFor{}
		k.s.Handovers = asked
		for _, batch := range []int64{people, work} {
			if key, err := k.s.AskHandover(ctx, county, batch, at); err != nil || key == "" {
				t.Fatalf("asked: %q, %v", key, err)
			}
		}
		for _, h := range asked.list {
			if h.IDNumber != number || h.Name != "甲某" || h.To != k.hereC || len([]rune(h.Reason)) < 2 {
				t.Errorf("asked for %+v", h)
			}
		}
		if _, err := k.s.AskHandover(ctx, county, people, transfer.RowRef{Sheet: "Sheet1", Row: 5}); err == nil {
			t.Error("asked for a row that is not there")
		}
	})
}

// TestForecast: what the save bar says is what saving does.
func TestForecast(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲", "乙", "丙")
		k.bring(request{kind: "work", month: 202310}, workHead, k.job("甲", ids["甲"]), k.job("乙", ids["乙"]))
		_, batch := k.bring(request{kind: "work", month: 202311, hold: true}, workHead,
			k.job("甲", ids["甲"], "结束时间", "2023年9月", "是否已务工", "否"), k.job("乙", ids["乙"]), k.job("丙", ids["丙"]))
		f, err := k.s.Forecast(context.Background(), region.ScopeOf(county), batch)
		if err != nil || f.Key != "import.figure.working" || f.Before != 2 || f.After != 2 {
			t.Errorf("forecast %+v, %v", f, err)
		}
		if err := k.s.MayUndo(context.Background(), officer, batch); err == nil {
			t.Error("what is not saved can be undone")
		}
		k.save(batch)
		if got := k.one(`SELECT count(DISTINCT person_id) FROM spell WHERE start_month <= 202311 AND end_month > 202311`); got != "2" {
			t.Errorf("%s people work", got)
		}
		if err := k.s.MayUndo(context.Background(), officer, batch); err != nil {
			t.Errorf("may undo: %v", err)
		}
		if err := k.exec(`INSERT INTO month_close (county, month, state, closed_at, closed_by) VALUES (371522000000, 202311, 'closed', 9999999999999, 1)`); err != nil {
			t.Fatal(err)
		}
		if err := k.s.MayUndo(context.Background(), officer, batch); err == nil || !strings.HasPrefix(err.Error(), "intake.undo.closed") {
			t.Errorf("after the month closed: %v", err)
		}
	})
}
