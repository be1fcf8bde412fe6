package e2e

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"wengang/internal/region"
)

// at is a row of a file.
type at struct {
	file, sheet string
	row         int
}

// planted are the rules that each row was made to break, as far as the import
// can see them.
func (w *world) planted() map[at]map[string]bool {
	out := map[at]map[string]bool{}
	for _, p := range w.truth.Planted {
		if p.Later {
			continue
		}
		k := at{p.File, p.Sheet, p.Row}
		if out[k] == nil {
			out[k] = map[string]bool{}
		}
		out[k][p.Rule] = true
	}
	return out
}

// found are the rules that the imports told of, by row, with the severity.
func (w *world) found() map[at]map[string]string {
	out := map[at]map[string]string{}
	for file, r := range w.reports {
		for _, x := range r.Findings {
			k := at{file, x.Sheet, x.Row}
			if out[k] == nil {
				out[k] = map[string]string{}
			}
			if out[k][x.Rule] != "error" {
				out[k][x.Rule] = x.Severity
			}
		}
	}
	return out
}

// recall: every planted error is found, at its row, and refused where it must be.
func (w *world) recall(t *testing.T) {
	type score struct{ found, want int }
	found, rules := w.found(), map[string]*score{}
	all := score{}
	for k, broken := range w.planted() {
		for rule := range broken {
			if rules[rule] == nil {
				rules[rule] = &score{}
			}
			rules[rule].want++
			all.want++
			if _, ok := found[k][rule]; ok {
				rules[rule].found++
				all.found++
			} else {
				t.Logf("missed: %s row %d %s", k.file, k.row, rule)
			}
		}
	}
	t.Logf("%d of %d planted errors of %d rules found", all.found, all.want, len(rules))
	if all.want < 600 || len(rules) < 110 {
		t.Errorf("only %d errors of %d rules are planted", all.want, len(rules))
	}
	if all.found < all.want {
		t.Errorf("recall is %.4f, want 1", float64(all.found)/float64(all.want))
	}
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		if s := rules[rule]; s.found < s.want {
			t.Logf("%s: %d of %d", rule, s.found, s.want)
		}
	}
	for _, p := range w.truth.Planted {
		if severity := found[at{p.File, p.Sheet, p.Row}][p.Rule]; severity != "" && (severity == "error") == p.Saved {
			t.Errorf("%s row %d: %s is of severity %s, saved should be %v", p.File, p.Row, p.Rule, severity, p.Saved)
		}
	}
}

// clean: no clean row is refused or doubted; of
// each file exactly the planted rows are refused. A clue is no doubt.
func (w *world) clean(t *testing.T) {
	dirty := map[at]bool{}
	for k := range w.planted() {
		dirty[k] = true
	}
	for file, rows := range w.truth.Tainted {
		for _, r := range w.reports[file].Findings {
			if slices.Contains(rows, r.Row) {
				dirty[at{file, r.Sheet, r.Row}] = true
			}
		}
	}
	total, warned := 0, 0
	doubted, own := map[string]int{}, map[string]bool{} // the demo also imports the targets of the notices
	for _, f := range w.manifest.Files {
		r, ok := w.reports[f.Path]
		if !ok {
			t.Errorf("%s was not imported", f.Path)
		}
		if f.Kind == "targets" {
			continue
		}
		if int(r.Rows) != f.Rows || int(r.Rejected) != w.truth.Refused[f.Path] {
			t.Errorf("%s: %d rows, %d refused; want %d and %d", f.Path, r.Rows, r.Rejected, f.Rows, w.truth.Refused[f.Path])
		}
		if r.Accepted != r.New+r.Updated+r.Unchanged || r.Accepted+r.Rejected != r.Rows {
			t.Errorf("%s: the counts of %+v do not add up", f.Path, r.Accepted)
		}
		total, own[f.Path] = total+f.Rows, true
	}
	for k, rules := range w.found() {
		if dirty[k] || !own[k.file] {
			continue
		}
		doubt := false
		for rule, severity := range rules {
			switch severity {
			case "error":
				t.Errorf("%s row %d is clean and was refused: %s", k.file, k.row, rule)
			case "warning":
				doubted[rule]++
				doubt = true
			}
		}
		if doubt {
			warned++
		}
	}
	t.Logf("%d of %d rows are clean and doubted: %v", warned, total, doubted)
	if warned > 0 {
		t.Errorf("%d of %d clean rows are doubted: %v", warned, total, doubted)
	}
}

// later: what only a look at the whole ledger can see is found by the nightly
// recheck, of the person whose row it is.
func (w *world) later(t *testing.T) {
	ctx := context.Background()
	people, _, err := w.Rules.Recheck(ctx, everywhere, region.Country, nil)
	if err != nil {
		t.Fatal(err)
	}
	if people == 0 {
		t.Fatal("nobody was checked")
	}
	books := map[string]*book{}
	found, want := 0, 0
	for _, p := range w.truth.Planted {
		if !p.Later {
			continue
		}
		want++
		if books[p.File] == nil {
			books[p.File] = w.open(t, p.File)
		}
		id := books[p.File].row(p.Row)["id_number"]
		var n int
		err := w.DB.Read.QueryRow(`SELECT COUNT(*) FROM finding f JOIN person p ON p.id = f.person_id
			WHERE p.id_index = $1 AND f.rule = $2 AND f.state = 0`, w.Box.BlindIndex("id", id), p.Rule).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			found++
		} else {
			t.Logf("missed: %s row %d %s", p.File, p.Row, p.Rule)
		}
	}
	t.Logf("%d of %d found", found, want)
	if want < 60 || found < want {
		t.Errorf("the recheck found %d of %d", found, want)
	}
}

// agree holds two engines against each other: the same findings of the same
// rows, the same ledger, the same figure of every indicator of every place.
func agree(t *testing.T, a, b *world) {
	list := func(w *world) []string {
		var out []string
		for file, r := range w.reports {
			for _, x := range r.Findings {
				out = append(out, fmt.Sprint(file, " ", x.Sheet, " ", x.Row, " ", x.Column, " ", x.Rule, " ", x.Severity, " ", x.Value, " ", x.Message))
			}
		}
		slices.Sort(out)
		return out
	}
	one, two := list(a), list(b)
	if !slices.Equal(one, two) {
		t.Errorf("%d findings against %d: %s", len(one), len(two), firstDifference(one, two))
	}
	differ(t, a.totalsAtEnd, b.totalsAtEnd)
	if len(a.figures) == 0 || len(a.figures) != len(b.figures) {
		t.Fatalf("%d months against %d", len(a.figures), len(b.figures))
	}
	if !reflect.DeepEqual(a.absorbed, b.absorbed) || len(a.absorbed) == 0 {
		t.Errorf("absorbed: %v against %v", a.absorbed, b.absorbed)
	}
	wrong, compared := 0, 0
	for m, places := range a.figures {
		if len(places) != len(b.figures[m]) {
			t.Errorf("%s: %d places against %d", m, len(places), len(b.figures[m]))
		}
		for at, figures := range places {
			for i, n := range figures {
				compared++
				if b.figures[m][at][i] != n {
					if wrong++; wrong < 20 {
						t.Errorf("%s %s %s: %d against %d", m, at, measured[i].ID, n, b.figures[m][at][i])
					}
				}
			}
		}
	}
	t.Logf("%d findings, %d figures compared", len(one), compared)
	if wrong > 0 {
		t.Errorf("%d figures differ", wrong)
	}
}

func firstDifference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return strings.Join([]string{a[i], b[i]}, " | ")
		}
	}
	return "one is longer"
}
