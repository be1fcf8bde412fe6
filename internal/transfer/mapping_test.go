package transfer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wengang/internal/db"
	"wengang/internal/testkit"
)

func TestWholeHeadings(t *testing.T) {
	cut := func(s string) []string { return strings.Split(s, "|") }
	tests := []struct{ name, parent, child, want string }{
		{"one row", "", "姓名|号码||电话|电话", "姓名|号码||电话|电话（2）"},
		{"groups reach to the right until a gap", "姓名|务工时间||残疾||电话", "|开始|结束|类型|等级|", "姓名|务工时间｜开始|务工时间｜结束|残疾｜类型|残疾｜等级|电话"},
	}
	for _, tt := range tests {
		var parent []string
		if tt.parent != "" {
			parent = cut(tt.parent)
		}
		if got := strings.Join(wholeHeadings(parent, cut(tt.child)), "|"); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestSignature: the order, width and spaces of headings do not matter, their
// words do.
func TestSignature(t *testing.T) {
	a := signature([]string{"姓名", "证件号码（必填）", ""})
	for _, same := range [][]string{{"证件号码(必填)", "姓 名"}, {"", "姓名", "", "证件号码（必填）"}} {
		if signature(same) != a {
			t.Errorf("%q is another heading", same)
		}
	}
	for _, other := range [][]string{{"姓名", "证件号码"}, {"姓名", "姓名", "证件号码（必填）"}, {"姓名"}, nil} {
		if signature(other) == a {
			t.Errorf("%q is the same heading", other)
		}
	}
	if signature([]string{"姓名"}) != "" {
		t.Error("one heading names a file")
	}
}

// TestMappedTwoRows: a choice over two rows of headings reads the sheet that has
// them, wherever they stand.
func TestMappedTwoRows(t *testing.T) {
	m := &Mapping{HeadRow: 2, HeadRows: 2, Columns: []MapColumn{{"编码", "id"}, {"称呼", "name"}, {"时间｜从", "start"}, {"时间｜到", ""}}}
	l := testLayouts[0]
	l.mapping = m
	b := grid(t, "@说明", "没有表头", "@数据", "题目", "", "时间||称呼|编码|多的", "从|到|||", "202301|202302|甲|1|x", "202303|202304|乙|2|x")
	got, err := Recognise(b, []Layout{l})
	if err != nil {
		t.Fatal(err)
	}
	if s := got.Sheets[0]; s.Name != "数据" || s.HeadRows != 2 || strings.Join(got.Columns, ",") != "id,name,start" || !slices.Equal(s.Unknown, []string{"时间｜到", "多的"}) {
		t.Errorf("%+v %v", s, got.Columns)
	}
	rows := 0
	err = newSource(b, got).each(func() []Cell { return make([]Cell, len(got.Columns)) }, func(r row) error {
		rows++
		if rows == 1 && (r.Cells[0].Text != "1" || r.Cells[2].Text != "202301") {
			return fmt.Errorf("first row %+v", r.Cells)
		}
		return nil
	})
	if err != nil || rows != 2 {
		t.Errorf("%d rows, %v", rows, err)
	}
	m.Columns[0].Key = ""
	if _, err := Recognise(b, []Layout{l}); err == nil || !strings.Contains(err.Error(), "证件号码") {
		t.Errorf("without a required column: %v", err)
	}
	if _, err := Recognise(grid(t, "别的|表头", "1|2"), []Layout{l}); err == nil {
		t.Error("a sheet without the headings is read")
	}
}

// TestEditsMoveWithTheirColumns: what was corrected at the desk stays with its
// column when the columns are chosen again.
func TestEditsMoveWithTheirColumns(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		at := func() string {
			rows, err := d.Read.Query(`SELECT row_no, position FROM import_edit ORDER BY id`)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			s := ""
			for rows.Next() {
				var n, p int
				if err := rows.Scan(&n, &p); err != nil {
					t.Fatal(err)
				}
				s += fmt.Sprintf("%d:%d ", n, p)
			}
			return s
		}
		err := d.Tx(ctx, func(tx *db.Tx) error {
			for i := range 4 {
				if _, err := tx.ExecContext(ctx, `INSERT INTO import_edit (batch_id, act_id, sheet, row_no, position, was_cipher, value_cipher) VALUES (1, 1, '', $1, $1, $2, $2)`, i, []byte{1}); err != nil {
					return err
				}
			}
			return moveEdits(ctx, tx, 1, []string{"a", "b", "c", "d"}, []string{"x", "d", "a", "b"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := at(); got != "0:2 1:3 2:-3 3:1 " {
			t.Errorf("positions %s", got)
		}
		err = d.Tx(ctx, func(tx *db.Tx) error {
			return moveEdits(ctx, tx, 1, []string{"x", "d", "a", "b"}, []string{"a", "b", "c", "d"})
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := at(); got != "0:0 1:1 2:-3 3:3 " {
			t.Errorf("positions and back %s", got)
		}
	})
}

func TestPackPeople(t *testing.T) {
	for _, ids := range [][]int64{nil, {5}, {1, 2, 3}, {900, 3, 4_000_000, 1}} {
		got, err := unpackPeople(packPeople(ids))
		if err != nil || !slices.Equal(got, ids) && len(ids) > 0 {
			t.Errorf("%v: %v, %v", ids, got, err)
		}
	}
	for _, bad := range [][]byte{nil, {2, 2}, {1}, {0, 1}} {
		if _, err := unpackPeople(bad); err == nil {
			t.Errorf("%v reads", bad)
		}
	}
}
