package split_test

import (
	"testing"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/target"
	"wengang/internal/target/split"
	"wengang/internal/testkit"
)

// An annex without a unit (A017.11) is not divided before somebody says what its
// numbers are; persons and 万人 of one value divide alike.
func TestNoUnitNoDecomposition(t *testing.T) {
	f := setup(t, testkit.SQLite(t))
	tab := f.load(liaocheng, head, []string{"聊城市", "273", "", "易地搬迁脱贫人口务工", "2023", "3号", "", ""})
	if _, err := f.s.Begin(ctx, writer, tab.ID, liaocheng, "", -1); !fault.Is(err, fault.Invalid) {
		t.Errorf("divided without a unit: %v", err)
	}
	tab = f.city()
	for unit, ok := range map[string]bool{"人": true, "万人": true, "户": false, "斤": false} {
		id, err := f.s.Begin(ctx, writer, tab.ID, liaocheng, unit, -1)
		if (err == nil) != ok {
			t.Errorf("in %s: %v", unit, err)
		}
		if err == nil {
			x := f.get(writer, id)
			f.must(f.s.Drop(ctx, writer, id, x.LockNo))
		}
	}
	if _, err := f.s.Begin(ctx, writer, tab.ID, liaocheng, "万人", 1); !fault.Is(err, fault.Invalid) {
		t.Errorf("2.73 with one decimal: %v", err)
	}
	if _, err := f.s.Begin(ctx, writer, tab.ID, shenxian, "", -1); !fault.Is(err, fault.NotFound) {
		t.Errorf("a county that the table does not name: %v", err)
	}
}

// The document above is corrected while the draft is written: what was right
// is refused until the new value is given out.
func TestTheParentChangesUnderTheDraft(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setup(t, d)
		x := f.begin(writer, f.city().ID, liaocheng)
		f.must(f.s.Fill(ctx, writer, x.ID, x.LockNo, split.ByPopulation, 202311))
		f.load(liaocheng, head, []string{"聊城市", "2.75", "万人", "脱贫人口务工规模", "2023", "示例1号", "", "主动公开"}, []string{"聊城市", "0.41", "万人", "脱贫人口务工规模", "2023", "示例1号", "劳务协作输出", "主动公开"})
		if err := f.s.Submit(ctx, writer, x.ID, x.LockNo+1); !fault.Is(err, fault.Invalid) {
			t.Errorf("sent against a value that does not stand: %v", err)
		}
		f.must(f.s.Fill(ctx, writer, x.ID, x.LockNo+1, split.ByPopulation, 202311))
		f.must(f.s.Submit(ctx, writer, x.ID, x.LockNo+2))
		f.must(f.s.Sign(ctx, leader, x.ID, x.LockNo+3, "4号", 20231101))
		tab, err := f.targets.Get(ctx, everywhere, f.get(writer, x.ID).TableID)
		f.must(err)
		if s := target.SumOf(tab); s.Computed != "2.75" || s.Difference != "" {
			t.Errorf("%+v", s)
		}
	})
}
