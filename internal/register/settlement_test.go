package register_test

import (
	"context"
	"testing"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/testkit"
	"wengang/internal/transfer"
)

// A settlement is read by its county and no other, ended ones with their day;
// it is none of what the forms count.
func TestSettlements(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		f.add(register.SettlementKind, shenxian, map[string]string{"name": "示例清河湾（迁建）安置区", "form": "易地搬迁安置区", "households": "310", "people": "1020", "started_on": "2019-06"})
		old := f.add(register.SettlementKind, shenxian, map[string]string{"name": "示例旧安置区", "form": "易地搬迁安置区"})
		f.add(register.SettlementKind, yanggu, map[string]string{"name": "示例黄河新村", "form": "黄河滩区居民迁建安置区"})
		f.add("workshop", shenxian, map[string]string{"name": "示例车间"})
		if err := f.s.End(ctx, officer(shenxian), old.ID, 1, 20230630, "并入社区"); err != nil {
			t.Fatal(err)
		}
		list, err := f.s.Settlements(ctx, d.Read, region.ScopeOf(shenxian))
		if err != nil || len(list) != 2 {
			t.Fatalf("settlements of the county: %+v, %v", list, err)
		}
		for _, x := range list {
			switch x.Name {
			case "示例清河湾（迁建）安置区":
				if x.Key != "示例清河湾迁建安置区" || x.Region != shenxian || x.EndedOn != 99991231 {
					t.Errorf("%+v", x)
				}
			case "示例旧安置区":
				if x.ID != old.ID || x.EndedOn != 20230630 {
					t.Errorf("ended: %+v", x)
				}
			default:
				t.Errorf("of another county or kind: %+v", x)
			}
		}
		if list, err := f.s.Settlements(ctx, d.Read, region.Scope{}); err != nil || len(list) != 0 {
			t.Errorf("without scope: %v, %v", list, err)
		}
		if _, err := f.s.Add(ctx, officer(shenxian), register.SettlementKind, shenxian, map[string]string{"name": "示例无类型安置区"}); err == nil {
			t.Error("a settlement without its type was saved")
		}
	})
}

// A settlement that people live in stays when its import is taken back.
func TestUndoKeepsSettlementsWithPeople(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		ctx := context.Background()
		b := &transfer.Batch{ID: 1, Kind: "roster", Subtype: register.SettlementKind, Region: liaocheng, UserID: 7}
		out := f.run(b, register.SettlementKind, []string{"县（市、区）", "安置区名称", "安置区类型", "搬迁户数"}, [][]string{{"莘县", "示例安置区", "易地搬迁安置区", "310户"}})
		if got := results(out); got != "N" {
			t.Fatalf("import: %s %s", got, rules(out[0]))
		}
		list, err := f.s.Settlements(ctx, d.Read, region.ScopeOf(shenxian))
		if err != nil || len(list) != 1 {
			t.Fatalf("%v, %v", list, err)
		}
		f.person(1, "王示例", number(1), 371522101001, fact.KindPoor)
		undo := func() error {
			return d.Tx(ctx, func(tx *db.Tx) error { return f.s.Roster().Undo(ctx, tx, b) })
		}
		move := func(to int64) {
			if _, err := d.Writer().Exec("UPDATE person SET settlement = $1 WHERE id = 1", to); err != nil {
				t.Fatal(err)
			}
		}
		move(list[0].ID)
		if err := undo(); !fault.Is(err, fault.Conflict) {
			t.Errorf("undo under a resident: %v", err)
		}
		move(0)
		if err := undo(); err != nil {
			t.Fatal(err)
		}
		if list, err := f.s.Settlements(ctx, d.Read, region.ScopeOf(shenxian)); err != nil || len(list) != 0 {
			t.Errorf("after undo: %v, %v", list, err)
		}
	})
}
