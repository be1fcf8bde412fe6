package intake

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/transfer"
)

// TestABulkFixIsQuick: one wrong village in 300 rows of a county's list is
// mended in well under two seconds. WENGANG_DESK_ROWS makes the list longer.
func TestABulkFixIsQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("imports thousands of rows")
	}
	rows := 5000
	if n, err := strconv.Atoi(os.Getenv("WENGANG_DESK_ROWS")); err == nil {
		rows = n
	}
	k := newDesk(t, sqliteOf(t))
	var b strings.Builder
	b.WriteString("县,乡,村,户编号,姓名,证件号码,户类型,文化程度\n")
	for i := range rows {
		village := k.here
		if i%(rows/300) == 0 && i/(rows/300) < 300 {
			village = k.here + "龘"
		}
		n := fmt.Sprintf("000000%04d%02d%02d%03d", 1940+i%60, 1+i/60%12, 1+i/720%28, i/20160)
		fmt.Fprintf(&b, "莘县,%s,%s,H%d,测试%d,%s,脱贫户,初中\n", k.town, village, i/3, i%10, n+string(idcard.CheckDigit(n)))
	}
	ctx := context.Background()
	batch, err := k.s.Stage(ctx, officer, transfer.Request{Kind: "people", File: strings.NewReader(b.String()), FileName: "x.csv", Region: county})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	k.work(batch)
	whole := time.Since(start)
	in := k.info(batch)
	if in.Rejected != 300 {
		t.Fatalf("%d rows are refused", in.Rejected)
	}
	_, looks, err := k.s.Looks(ctx, region.ScopeOf(county), batch, transfer.Filter{Rule: "village.unknown", Limit: 1})
	if err != nil || len(looks) != 1 {
		t.Fatal(err)
	}
	position := 0
	for i, c := range in.Columns {
		if c == "village" {
			position = i
		}
	}
	lap := func(what string, do func() error) time.Duration {
		start := time.Now()
		if err := do(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		return time.Since(start)
	}
	one := looks[0].Ref()
	open := lap("open", func() error { _, err := k.s.Advise(ctx, officer, batch, one, position, "village.unknown"); return err })
	var act int64
	fix := lap("fix", func() error {
		var n int
		act, n, err = k.s.FixAll(ctx, officer, batch, transfer.Bulk{At: one, Position: position, Rule: "village.unknown", Value: k.here})
		if err == nil && n != 300 {
			err = fmt.Errorf("%d rows", n)
		}
		return err
	})
	if in := k.info(batch); in.Rejected != 0 || in.New != int64(rows) {
		t.Errorf("mended: %+v", in)
	}
	undo := lap("undo", func() error { return k.s.UndoAct(ctx, officer, batch, act) })
	single := lap("one row", func() error {
		_, err := k.s.Fix(ctx, officer, batch, one, map[int]string{position: k.here})
		return err
	})
	t.Logf("%d rows: whole check %v; first look %v, 300 rows %v, undo %v, one row %v", rows, whole, open, fix, undo, single)
	if rows == 5000 && (fix > 2*time.Second || undo > 2*time.Second) {
		t.Errorf("300 rows took %v, their undo %v", fix, undo)
	}
}
