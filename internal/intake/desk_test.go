package intake

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"wengang/internal/region"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

// plainChunks is what a batch would save, in plain, with its counters and
// findings.
func (k *desk) plainChunks(id int64) string {
	k.t.Helper()
	var b strings.Builder
	in, err := k.s.Load(context.Background(), region.ScopeOf(region.Country), id)
	if err != nil {
		k.t.Fatal(err)
	}
	fmt.Fprintln(&b, in.State, in.Done, in.New, in.Same, in.Changed, in.Conflict, in.Rejected, in.Warned, in.Findings)
	r, err := k.s.Report(context.Background(), officer, id, text.ZH)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%+v\n", f)
	}
	rows, err := k.d.Read.Query(`SELECT n, payload FROM import_chunk WHERE batch_id = $1 ORDER BY n`, id)
	if err != nil {
		k.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int
		var sealed []byte
		if err := rows.Scan(&n, &sealed); err != nil {
			k.t.Fatal(err)
		}
		packed, err := k.box.Decrypt("import_chunk.payload", sealed)
		if err != nil {
			k.t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			k.t.Fatal(err)
		}
		plain, err := io.ReadAll(z)
		if err != nil {
			k.t.Fatal(err)
		}
		fmt.Fprintf(&b, "%d %q\n", n, plain)
	}
	return b.String()
}

// parts names the first lines in which two texts part.
func parts(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return fmt.Sprintf("after the acts:  %s\nwhole file again: %s", x[i], strings.Join(y[min(i, len(y)):min(i+1, len(y))], ""))
		}
	}
	return "more lines in the whole file's"
}

// pool are words of a column, good and bad; a fix writes one of them.
type pool map[int][]string

// play makes random acts on a checked batch and holds, every few acts, what it
// keeps against a check of the whole file.
func (k *desk) play(id int64, rows, acts int, words pool, rng *rand.Rand) {
	k.t.Helper()
	ctx, whole := context.Background(), false
	k.s.Failpoint = func(p string) { whole = whole || p == "check.chunk" }
	defer func() { k.s.Failpoint = nil }()
	var done []int64
	var columns []int
	for c := range 20 {
		if words[c] != nil {
			columns = append(columns, c)
		}
	}
	for i := range acts {
		at := transfer.RowRef{Sheet: "Sheet1", Row: 4 + rng.IntN(rows)}
		var act int64
		var err error
		switch n := rng.IntN(10); {
		case n == 0 && len(done) > 0:
			j := rng.IntN(len(done))
			err = k.s.UndoAct(ctx, officer, id, done[j])
			done = append(done[:j], done[j+1:]...)
		case n == 1:
			act, err = k.s.Leave(ctx, officer, id, []transfer.RowRef{at}, "")
		default:
			c := columns[rng.IntN(len(columns))]
			act, err = k.s.Fix(ctx, officer, id, at, map[int]string{c: words[c][rng.IntN(len(words[c]))]})
		}
		if err != nil && strings.HasPrefix(err.Error(), "import.desk.nothing") {
			err = nil // the row is so already
		}
		if err != nil {
			k.t.Fatalf("act %d: %v", i, err)
		}
		if act != 0 {
			done = append(done, act)
		}
		if i%10 != 9 {
			continue
		}
		if whole {
			k.t.Fatal("an act checked the whole file")
		}
		now := k.plainChunks(id)
		if err := k.s.Check(ctx, officer, id); err != nil {
			k.t.Fatal(err)
		}
		k.work(id)
		whole = false
		if all := k.plainChunks(id); now != all {
			k.t.Fatalf("after %d acts\n%s", i+1, parts(now, all))
		}
	}
}

// TestFixesLeaveWhatAWholeCheckWould, with everything that ties rows: numbers,
// phones, households, spells that overlap.
func TestFixesLeaveWhatAWholeCheckWould(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		rng := rand.New(rand.NewPCG(3, 5))
		k.s.ChunkRows = 9
		ids, phones, homes := []string{"4.2E+17", ""}, []string{"", "1380013800"}, []string{"", "H1", "H2", "H3"}
		for n := range 14 {
			ids = append(ids, id(19700101+n*10000, 100+n))
			phones = append(phones, fmt.Sprintf("138001380%02d", n%6))
		}
		pick := func(from []string) string { return from[rng.IntN(len(from))] }
		relations, births := []string{"户主", "配偶", "之子", "户 主"}, []string{"", "1970-01-01", "1991年1月1日"}
		people := [][]string{{"姓名", "证件号码", "户编号", "行政村", "与户主关系", "联系电话", "出生日期", "户类型", "文化程度"}}
		words := pool{0: {"甲一", "乙二", ""}, 1: ids, 2: homes, 3: {k.here, k.there, "没有这个村"}, 4: relations, 5: phones, 6: births}
		for range 45 {
			people = append(people, []string{pick(words[0]), pick(ids), pick(homes), pick(words[3]), pick(relations), pick(phones), pick(births), "脱贫户", pick([]string{"初中", "小学", "博士"})})
		}
		k.bring(request{kind: "people"}, people[:20]...)
		_, batch := k.bring(request{kind: "people", hold: true}, people...)
		k.play(batch, 45, 60, k.byPosition(batch, people[0], words), rng)
		k.save(batch)

		months := []string{"2022-03", "2022-09", "2023-02", "2023-05", "今年春天", ""}
		work := [][]string{{"姓名", "证件号码", "务工所在省", "务工所在市", "务工所在县", "务工企业名称", "务工月收入", "就业渠道", "开始时间", "结束时间", "联系电话"}}
		wages := []string{"3000", "285000", "三千", "3,200.00", "2.6万"}
		firms := []string{"恒泰物流", "宏远纸品厂", ""}
		counties := []string{"历城区", "莘县", "没有这个县"}
		words = pool{1: ids, 4: counties, 5: firms, 6: wages, 8: months, 9: append(months, "至今"), 10: phones}
		for range 60 {
			work = append(work, []string{"甲一", pick(ids), "山东省", "济南市", pick(counties), pick(firms), pick(wages), "自主外出", pick(months), pick(words[9]), pick(phones)})
		}
		k.bring(request{kind: "work"}, work[:25]...)
		_, batch = k.bring(request{kind: "work", hold: true}, work...)
		k.play(batch, 60, 60, k.byPosition(batch, work[0], words), rng)
		k.save(batch)
	})
}

// byPosition turns columns of the sheet into positions of the batch.
func (k *desk) byPosition(id int64, head []string, words pool) pool {
	k.t.Helper()
	in, err := k.s.Load(context.Background(), region.ScopeOf(region.Country), id)
	if err != nil {
		k.t.Fatal(err)
	}
	out := pool{}
	for c, w := range words {
		for p, h := range in.Reading.Columns {
			if h.Heading == head[c] {
				out[p] = w
			}
		}
	}
	if len(out) != len(words) {
		k.t.Fatalf("columns read: %+v", in.Reading.Columns)
	}
	return out
}
