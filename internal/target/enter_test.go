package target_test

import (
	"context"
	"strings"
	"testing"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/target"
	"wengang/internal/testkit"
)

func TestEnter(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		of := map[string]int64{"settled_worked_year@3715@202212": 4321}
		f := withFigures(t, d, monthly{of})
		by := officer(liaocheng)
		whole := target.Entry{Indicator: "帮助协作区县农村劳动力就业", Year: 2023, Printed: "1.2", Unit: "万人", Comparator: target.AtLeast, DocNo: "示例1号", Lines: "其中：脱贫人口 0.8\n重庆市 0.7\n其中：脱贫人口　0.5\r\n\n甘肃省 0.5"}
		id, err := f.s.Enter(ctx, by, liaocheng, whole)
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.s.Get(ctx, everywhere, id)
		if err != nil || len(got.Rows) != 5 || got.Own().Value != 12000 || got.Rows[1].PartOf != 1 || got.Rows[3].PartOf != 3 || got.Rows[3].Partner != 500000000000 || target.SumOf(got).Computed != "1.2" || len(target.Check(got)) != 0 {
			t.Fatalf("%+v %v", got, err)
		}
		if _, err := f.s.Enter(ctx, by, liaocheng, whole); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same again: %v", err)
		}
		whole.Printed, whole.Lines = "1.3", ""
		if second, err := f.s.Enter(ctx, by, liaocheng, whole); err != nil {
			t.Error(err)
		} else if v, _ := f.s.Versions(ctx, everywhere, second); len(v) != 2 {
			t.Errorf("%d versions", len(v))
		}
		// The base of the ledger is stored: what the ledger says later does not move it.
		base := target.Entry{Indicator: "易地搬迁脱贫人口务工规模", Year: 2023, Unit: "人", Comparator: target.Steady, DocNo: "示例2号", BaseYear: 2022, BaseFromLedger: true}
		id, err = f.s.Enter(ctx, by, liaocheng, base)
		if err != nil {
			t.Fatal(err)
		}
		of["settled_worked_year@3715@202212"] = 1
		if got, _ = f.s.Get(ctx, everywhere, id); got.Own().Value != 4321 || got.BaseYear != 2022 || !strings.Contains(got.BaseSource, "2022") || got.ToleranceBP != 500 {
			t.Errorf("base: %+v", got)
		}
		for what, e := range map[string]target.Entry{
			"no document":          {Indicator: "脱贫人口务工规模", Year: 2023, Printed: "1", Unit: "人", Comparator: "="},
			"no number":            {Indicator: "脱贫人口务工规模", Year: 2023, Printed: "若干", Unit: "人", Comparator: "=", DocNo: "1"},
			"unknown unit":         {Indicator: "脱贫人口务工规模", Year: 2023, Printed: "1", Unit: "斤", Comparator: "=", DocNo: "1"},
			"no whole person":      {Indicator: "脱贫人口务工规模", Year: 2023, Printed: "1.5", Unit: "人", Comparator: "=", DocNo: "1"},
			"comparator":           {Indicator: "脱贫人口务工规模", Year: 2023, Printed: "1", Unit: "人", Comparator: "<", DocNo: "1"},
			"an item over its row": {Indicator: "脱贫人口务工规模", Year: 2023, Printed: "1", Unit: "人", Comparator: "=", DocNo: "1", Lines: "其中：x 2"},
			"a partner inside":     {Indicator: "脱贫人口务工规模", Year: 2023, Printed: "1", Unit: "人", Comparator: "=", DocNo: "1", Lines: "莘县 1"},
			"a line of nothing":    {Indicator: "脱贫人口务工规模", Year: 2023, Printed: "1", Unit: "人", Comparator: "=", DocNo: "1", Lines: "重庆市"},
			"a base after":         {Indicator: "脱贫人口务工规模", Year: 2023, Printed: "1", Unit: "人", Comparator: "=", DocNo: "1", BaseYear: 2023},
			"no base there":        {Indicator: "脱贫人口务工规模", Year: 2023, Unit: "人", Comparator: "=", DocNo: "1", BaseYear: 2020, BaseFromLedger: true},
		} {
			if _, err := f.s.Enter(ctx, by, liaocheng, e); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := f.s.Enter(ctx, officer(shenxian), liaocheng, whole); !fault.Is(err, fault.NotFound) {
			t.Errorf("a county enters the city's: %v", err)
		}
		if _, err := f.s.Enter(ctx, officer(region.Code(371522101201)), liaocheng, whole); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
			t.Errorf("a village: %v", err)
		}
	})
}
