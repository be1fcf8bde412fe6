package intake

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"wengang/internal/calendar"
)

// ledgerSum is the ledger as a reader sees it, in numbers that a lost or
// doubled row would change.
func (k *desk) ledgerSum() string {
	k.t.Helper()
	hidden := ` WHERE NOT EXISTS (SELECT 1 FROM hidden_batch h WHERE h.batch_id = x.batch_id)`
	var out string
	for _, q := range []string{
		`SELECT count(*) || '/' || coalesce(sum(skill), 0) || '/' || coalesce(sum(status), 0) FROM person x`, `SELECT count(*) FROM household x`,
		`SELECT count(*) || '/' || coalesce(sum(end_month), 0) FROM spell x`, `SELECT count(*) || '/' || coalesce(sum(wage_fen), 0) FROM spell_term x`,
		`SELECT count(*) || '/' || coalesce(sum(month), 0) FROM spell_seen x`, `SELECT count(*) FROM person_kind x`, `SELECT count(*) FROM residence x`,
		`SELECT count(*) FROM field_change x`, `SELECT count(*) FROM status_history x`,
	} {
		out += k.one(q+hidden) + " "
	}
	return out + k.one(`SELECT count(*) FROM finding`)
}

// A save that is cut off at any boundary goes on from there and ends as one
// that ran through: nothing lost, nothing doubled, nothing seen before the end.
func TestCutOffAtEveryBoundary(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of rows per boundary")
	}
	const n = 2100 // more than a chunk
	defer func(many, step int) { settleStates, settleStep = many, step }(settleStates, settleStep)
	engines(t, func(t *testing.T, k *desk) {
		file := func(month int) [][]string {
			rows := [][]string{workHead}
			for i := range n {
				wage := strconv.Itoa(4000 + month%10*100*(i%3) + i%50)
				if i%400 == 0 {
					wage = "54000" // warned
				}
				employer := "甲厂"
				start := "202301"
				if i%10 == 0 {
					employer, start = fmt.Sprintf("厂%d", month), fmt.Sprintf("2023%02d", month)
				}
				rows = append(rows, k.job(fmt.Sprintf("人%d", i), id(19640101+i%28, i/28), "开始时间", start, "务工企业名称", employer, "务工月收入", wage))
			}
			return rows
		}
		people := [][]string{nationalHead}
		for i := range n {
			people = append(people, k.national("H"+strconv.Itoa(i), fmt.Sprintf("人%d", i), id(19640101+i%28, i/28), "与户主关系", "户主"))
		}
		settleStates, settleStep = 1000, 800 // the first month's states follow in three steps
		points := []string{"save.begin", "save.chunk.tx", "save.chunk", "finish.tx", "finish"}
		cut := func(q request, rows [][]string) {
			t.Helper()
			q.hold = true
			before := k.ledgerSum()
			_, batch := k.bring(q, rows...)
			left := append([]string(nil), points...)
			k.s.Failpoint = func(p string) {
				if len(left) > 0 && p == left[0] {
					left = left[1:]
					panic("cut")
				}
			}
			attempt := func(f func() error) (cutOff bool) {
				defer func() {
					if r := recover(); r == "cut" {
						cutOff = true
					} else if r != nil {
						panic(r)
					}
				}()
				if err := f(); err != nil {
					t.Fatal(err)
				}
				return false
			}
			attempt(func() error { return k.s.Save(context.Background(), officer, batch) })
			for i := 0; i < 20; i++ {
				wasAt := len(left)
				if !attempt(func() error { return k.s.Work(context.Background(), batch) }) {
					break
				}
				if wasAt > 1 && slices.Contains(left, "finish") && k.ledgerSum() != before {
					t.Errorf("seen before the end, cut at %s", points[len(points)-len(left)-1])
				}
			}
			k.s.Failpoint = nil
			if len(left) > 0 {
				t.Fatalf("boundaries not reached: %v", left)
			}
		}
		cut(request{kind: "people"}, people)
		var sums []string
		plain := points
		for _, m := range []calendar.Month{202310, 202311} {
			if points = plain; m == 202310 {
				points = append(slices.Clone(plain), "settle", "settle", "settle", "settle")
			}
			cut(request{kind: "work", month: m}, file(m.Num()))
			sums = append(sums, k.ledgerSum())
		}
		settleStates = 1_000_000
		whole := newDesk(t, k.fresh())
		whole.bring(request{kind: "people"}, people...)
		for i, m := range []calendar.Month{202310, 202311} {
			whole.bring(request{kind: "work", month: m}, file(m.Num())...)
			if got := whole.ledgerSum(); got != sums[i] {
				t.Errorf("%s cut off ends as %s, run through as %s", m, sums[i], got)
			}
		}
	})
}
