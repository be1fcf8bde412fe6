package reconcile_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"wengang/internal/db"
	"wengang/internal/idcard"
	"wengang/internal/people"
	"wengang/internal/reconcile"
	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

func benchNumber(n int) string {
	s := fmt.Sprintf("000000%04d%02d%02d%03d", 1960+n/300000%40, 1+n/25000%12, 1+n/1000%25, n%1000)
	return s + string(idcard.CheckDigit(s))
}

// fillLedger puts n people of the county into the tables, two thirds of them
// working.
func (f *fixture) fillLedger(n int) {
	box := secrettest.Box(f.t)
	for from := 0; from < n; from += 5000 {
		var persons, homes, stays, kinds, spells, terms [][]any
		for i := from; i < min(from+5000, n); i++ {
			id, at := int64(i+1), int64(village)+int64(i%300)
			no := benchNumber(i)
			persons = append(persons, []any{id, id, at, "赵" + strconv.Itoa(i), []byte("x"), box.BlindIndex(people.IndexID, no), "00**************19", 20220101, 1, 1, 1, 1})
			homes = append(homes, []any{id, at, "H" + strconv.Itoa(i), 1, 1})
			stays = append(stays, []any{id, 202201, at})
			kinds = append(kinds, []any{id, 1, 20200101})
			if i%3 != 0 {
				spells = append(spells, []any{id, id, 202303, 1, 1})
				terms = append(terms, []any{id, id, 202303, 350000, int64(440307000000), 3})
			}
		}
		err := f.db.Tx(ctx, func(tx *db.Tx) error {
			for _, x := range []struct {
				table   string
				columns []string
				rows    [][]any
			}{
				{"person", []string{"id", "household_id", "village", "name", "id_cipher", "id_index", "id_mask", "in_on", "skill", "willing", "created_at", "updated_at"}, persons},
				{"household", []string{"id", "village", "code", "created_at", "updated_at"}, homes},
				{"residence", []string{"person_id", "since", "village"}, stays},
				{"person_kind", []string{"person_id", "kind", "since"}, kinds},
				{"spell", []string{"person_id", "id", "start_month", "created_at", "updated_at"}, spells},
				{"spell_term", []string{"person_id", "spell_id", "from_month", "wage_fen", "place", "place_class"}, terms},
			} {
				if err := tx.Dialect.BulkInsert(ctx, tx, x.table, x.columns, x.rows); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			f.t.Fatal(err)
		}
	}
}

// cpuTime is what the process has used of the processors: on a machine that
// others use too it says more than the clock.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkCompare reads a list of 200,000 rows and compares it with a county
// of 200,000 people, twice: with the month not yet in the cache, and again.
// go test ./internal/reconcile -run none -bench Compare -benchtime 1x
func BenchmarkCompare(b *testing.B) {
	const n = 200_000
	f := setUp(b, testkit.SQLite(b))
	f.fillLedger(n)
	var text bytes.Buffer
	text.WriteString("姓名,身份证号,户编号,务工地址,开始时间,月收入\n")
	for i := range n {
		name := i
		if i%50 == 0 {
			name++ // another name
		}
		if i%100 == 7 {
			i += n // not in the ledger
		}
		fmt.Fprintf(&text, "赵%d,%s,H%d,深圳市龙岗区,2023-03,3500\n", name, benchNumber(i), name)
	}
	a := reconcile.Ask{Region: county, Month: 202311, Figure: "working", Stated: -1, File: bytes.NewReader(text.Bytes()), Size: int64(text.Len()), FileName: "名单.csv"}
	for b.Loop() {
		began := time.Now()
		id, err := f.store.Start(ctx, region.ScopeOf(county), officer(county), a)
		if err != nil {
			b.Fatal(err)
		}
		read := time.Since(began)
		began = time.Now()
		f.run(id)
		cold := time.Since(began)
		if err := f.store.Again(ctx, region.ScopeOf(county), officer(county), id); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began = time.Now()
		cpu := cpuTime()
		f.run(id)
		warm := time.Since(began)
		b.ReportMetric((cpuTime() - cpu).Seconds(), "s-cpu-again")
		runtime.ReadMemStats(&after)
		b.ReportMetric(read.Seconds(), "s-read")
		b.ReportMetric(cold.Seconds(), "s-first")
		b.ReportMetric(warm.Seconds(), "s-again")
		b.ReportMetric(float64(after.Sys)/(1<<20), "MB-sys")
		b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/(1<<20), "MB-alloc")
		b.Log(f.last(id).Tally)
	}
}
