package e2e

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"wengang/internal/app"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
)

// measured are the indicators of the calibre of origin.
var measured = func() []*indicator.Def {
	var out []*indicator.Def
	for _, d := range indicator.All() {
		if d.Kind != indicator.Absorb {
			out = append(out, d)
		}
	}
	return out
}()

// same says which fields of the truth make up which indicator.
var same = map[string][]string{
	"registered": {"counted"}, "working": {"working"}, "jobless": {"jobless"}, "stable": {"stable"},
	"working_inside": {"inside"}, "working_outside_county": {"province"}, "working_outside_province": {"outside", "hmt", "abroad"},
	"working_abroad": {"hmt", "abroad"}, "worked_year": {"worked_year"}, "year_inside": {"year_inside"}, "year_outside_county": {"year_province"},
	"year_outside_province": {"year_outside", "year_hmt", "year_abroad"}, "year_abroad": {"year_hmt", "year_abroad"},
	"income_total": {"wage_fen"}, "income_known": {"wage_n"}, "monitored": {"monitored"}, "monitored_working": {"monitored_working"},
	"settled": {"settled"}, "settled_working": {"settled_working"}, "settled_worked_year": {"settled_worked_year"},
	"confirmed": {"confirmed"}, "year_confirmed": {"year_confirmed"}, "worked_last_year": {"last_year"}, "year_kept": {"year_kept"},
	"stable_6": {"stable_6"}, "stable_12": {"stable_12"}, "months_1_2": {"months_1_2"}, "months_3_5": {"months_3_5"}, "months_6_8": {"months_6_8"},
	"months_9": {"months_9"}, "new_work": {"began"}, "re_employed": {"again"},
	"working_post": {"post"}, "working_workshop": {"workshop"},
	"channel_unknown": {"channel_0"}, "channel_self": {"channel_1"}, "channel_employer": {"channel_2"}, "channel_organised": {"channel_3"},
	"channel_workshop": {"channel_4"}, "channel_post": {"channel_5"}, "channel_relief": {"channel_6"}, "channel_local": {"channel_7"}, "channel_other": {"channel_9"},
}

// elsewhere are the fields of the truth that are held against something else.
var elsewhere = map[string]string{"able": "recountAble", "channel_8": "no such channel"}

// recount: the figures of every village, town, county, reporting unit and of
// the city, the province and the nation in every closed month are those of the
// truth and its sums.
func (w *world) recount(t *testing.T) {
	index := map[string]int{}
	for i, f := range w.truth.Fields {
		index[f] = i
	}
	told := maps.Clone(elsewhere)
	for id, fields := range same {
		for _, f := range fields {
			told[f] = id
			if _, ok := index[f]; !ok {
				t.Errorf("the truth has no %s", f)
			}
		}
	}
	for _, f := range w.truth.Fields {
		if told[f] == "" {
			t.Errorf("%s of the truth is held against nothing", f)
		}
	}
	if slices.Contains(w.truth.Months, 0) || len(w.truth.Months) != 24 {
		t.Fatalf("months %v", w.truth.Months)
	}
	w.figures = map[calendar.Month]map[region.Code][]int64{}
	wrong, compared := 0, 0
	for i, m := range w.truth.Months {
		want := w.sums(i)
		places := slices.Sorted(maps.Keys(want))
		all, err := w.Rollup.At(context.Background(), everywhere, places, m, rollup.AsClosed)
		if err != nil {
			t.Fatal(err)
		}
		w.figures[m] = map[region.Code][]int64{}
		for k := range all {
			f := &all[k]
			if !f.Closed {
				t.Fatalf("%s %s is not closed", f.Region, m)
			}
			w.figures[m][f.Region] = row(f)
			for id, fields := range same {
				n := int64(0)
				for _, name := range fields {
					n += want[f.Region][index[name]]
				}
				compared++
				if got := f.N(id); got != n {
					if wrong++; wrong < 20 {
						t.Errorf("%s %s %s: %d, truth %d", f.Region, m, id, got, n)
					}
				}
			}
			w.derived(t, f, want[f.Region], index)
		}
	}
	t.Logf("%d figures compared", compared)
	if wrong > 0 {
		t.Errorf("%d figures differ", wrong)
	}
	w.recountAble(t, index["able"])
}

// sums are the figures of a month of every village and every place above one.
func (w *world) sums(month int) map[region.Code][]int64 {
	out := map[region.Code][]int64{}
	for village, months := range w.truth.Villages {
		for _, level := range []region.Level{region.Village, region.Town, region.County, region.City, region.Province, region.Nation} {
			at := village.At(level)
			if out[at] == nil {
				out[at] = make([]int64, len(w.truth.Fields))
			}
			for f, n := range months[month] {
				out[at][f] += n
			}
		}
	}
	return out
}

func row(f *rollup.Figures) []int64 {
	out := make([]int64, len(measured))
	for i, d := range measured {
		out[i] = f.Value(d).N
	}
	return out
}

// derived: means and rates come of the parts, at every level.
func (w *world) derived(t *testing.T, f *rollup.Figures, want []int64, index map[string]int) {
	t.Helper()
	sum, n := want[index["wage_fen"]], want[index["wage_n"]]
	mean := f.Value(indicator.MustGet("income_mean"))
	if mean.Known != (n > 0) || n > 0 && mean.N != (2*sum+n)/(2*n) {
		t.Errorf("%s %s: mean income %d of %d / %d", f.Region, f.Month, mean.N, sum, n)
	}
	share := f.Value(indicator.MustGet("stable_share"))
	if working := want[index["working"]]; share.Known != (working > 0) || share.Den != working && working > 0 || share.Num > share.Den {
		t.Errorf("%s %s: stable share %d / %d", f.Region, f.Month, share.Num, share.Den)
	}
}

// recountAble: no indicator counts the able alone; their flags are frozen.
func (w *world) recountAble(t *testing.T, field int) {
	rows, err := w.DB.Read.Query(`SELECT month, village, COUNT(*) FROM person_month WHERE (flags & $1) = $1 GROUP BY month, village`, int64(fact.Counted|fact.Able))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := map[calendar.Month]map[region.Code]int64{}
	for rows.Next() {
		var m calendar.Month
		var v region.Code
		var n int64
		if err := rows.Scan(&m, &v, &n); err != nil {
			t.Fatal(err)
		}
		if got[m] == nil {
			got[m] = map[region.Code]int64{}
		}
		got[m][v] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for i, m := range w.truth.Months {
		for v, months := range w.truth.Villages {
			if got[m][v] != months[i][field] {
				t.Errorf("%s %s: %d are able, truth %d", v, m, got[m][v], months[i][field])
			}
		}
	}
}

// verify: the program's own recount by SQL and its audit chain are green.
func (w *world) verify(t *testing.T) {
	w.totalsAtEnd = w.totals(t)
	verify(t, w.App)
}

func verify(t testing.TB, a *app.App) {
	t.Helper()
	ctx := context.Background()
	differences, err := a.Rollup.Verify(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range differences {
		if i < 20 {
			t.Errorf("verify: %+v", d)
		}
	}
	if _, err := a.Audit.Seal(ctx); err != nil && !errors.Is(err, audit.ErrAnchor) {
		t.Fatal(err)
	}
	chain, err := a.Audit.Verify(ctx)
	if err != nil || !chain.OK() || chain.Rows == 0 {
		t.Errorf("audit: %v, %+v", err, chain)
	}
}
