package e2e

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/rollup"
)

// registers: of every kind, every county has as many registers and as many
// rows in its lists of people as the truth says.
func (w *world) registers(t *testing.T) {
	got := map[string]map[string]int{}
	count := func(query, suffix string) {
		rows, err := w.DB.Read.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var kind string
			var at region.Code
			var n int
			if err := rows.Scan(&kind, &at, &n); err != nil {
				t.Fatal(err)
			}
			if got[kind+suffix] == nil {
				got[kind+suffix] = map[string]int{}
			}
			got[kind+suffix][w.Tree().Name(at.At(region.County))] += n
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	count(`SELECT kind, region, COUNT(*) FROM register GROUP BY kind, region`, "")
	count(`SELECT r.kind, r.region, COUNT(*) FROM register r JOIN register_member m ON m.register_id = r.id GROUP BY r.kind, r.region`, "_members")
	if len(w.truth.Registers) < 15 {
		t.Errorf("the truth has %d kinds of registers", len(w.truth.Registers))
	}
	for kind, counties := range w.truth.Registers {
		for county, n := range counties {
			if got[kind][county] != n {
				t.Errorf("%s of %s: %d, truth %d", kind, county, got[kind][county], n)
			}
		}
	}
}

// record is a row of a register's workbook that was saved.
type record struct {
	county, name, theme string
	started             calendar.Date
	people, poor        int64
	members             []member
}

// member is a row of a register's list of people.
type member struct {
	id           string // of somebody in the ledger
	from, to     calendar.Date
	people, poor int64
	counts       bool // 脱贫人口 or 监测对象 in the time
}

// risk is when a household outside the 脱贫户 was monitored.
type risk struct{ on, removed calendar.Date }

const (
	yearStart calendar.Date = 20230101
	cutoff    calendar.Date = app.DemoDay
)

// roster reads a register's workbook and its list of people.
func (w *world) roster(t *testing.T, kind string, risks map[string]risk) map[string]*record {
	t.Helper()
	refused := map[string][]int{}
	for _, p := range w.truth.Planted {
		if !p.Saved {
			refused[p.File] = append(refused[p.File], p.Row)
		}
	}
	number := func(s string) int64 {
		n, _ := strconv.ParseInt(s, 10, 64)
		return n
	}
	out := map[string]*record{}
	f := w.file(t, "roster", kind)
	w.open(t, f.Path).each(func(n int, row map[string]string) {
		if slices.Contains(refused[f.Path], n) {
			return
		}
		out[row["county"]+row["name"]] = &record{county: row["county"], name: row["name"], theme: row["theme"], started: day(t, row["started"]),
			people: number(row["people"]), poor: number(row["poor"])}
	})
	if w.truth.Registers[kind+"_members"] == nil {
		return out
	}
	f = w.file(t, "roster", kind+"_members")
	w.open(t, f.Path).each(func(n int, row map[string]string) {
		if slices.Contains(refused[f.Path], n) {
			return
		}
		r := out[row["county"]+row["name"]]
		if r == nil {
			t.Fatalf("%s row %d is of no register", f.Path, n)
		}
		m := member{id: row["id_number"], from: day(t, row["started"]), to: day(t, row["ended"]), people: number(row["people"]), poor: number(row["poor"])}
		if m.to == 0 {
			m.to = 99991231
		}
		if m.id == "" && m.people == 0 {
			m.id = fmt.Sprint("outsider ", n)
		}
		switch x, monitored := risks[m.id]; {
		case row["category"] == "脱贫人口":
			m.counts = true
		case row["category"] == "监测对象":
			if !monitored {
				t.Fatalf("%s row %d: nobody of the monitored households", f.Path, n)
			}
			m.counts = x.on <= min(m.to, cutoff) && (x.removed == 0 || x.removed >= yearStart) // to the end of the year
		}
		r.members = append(r.members, m)
	})
	return out
}

// risks reads when each monitored person came in and went out.
func (w *world) risks(t *testing.T) map[string]risk {
	out := map[string]risk{}
	for _, f := range w.manifest.Files {
		if f.Kind != "monitored" {
			continue
		}
		w.open(t, f.Path).each(func(_ int, row map[string]string) {
			id := plain(row["id_number"])
			if _, twice := out[id]; !twice {
				out[id] = risk{day(t, row["risk_on"]), day(t, row["risk_removed_on"])}
			}
		})
	}
	return out
}

// plain is an identity number out of a soiled cell.
func plain(s string) string {
	out := []rune{}
	for _, r := range s {
		if r >= '！' && r <= '～' {
			r -= 0xfee0
		}
		if r == 'x' {
			r = 'X'
		}
		if r >= '0' && r <= '9' || r == 'X' {
			out = append(out, r)
		}
	}
	return string(out[:min(18, len(out))])
}

// bodies of a county that stood in the year up to the cut-off.
func bodies(all map[string]*record, county string, keep func(*record) bool) int64 {
	n := int64(0)
	for _, r := range all {
		if (county == "" || r.county == county) && r.started <= cutoff && (keep == nil || keep(r)) {
			n++
		}
	}
	return n
}

// heads of a county: distinct people, and what is stated without a list.
func heads(all map[string]*record, county string, poor bool, keep func(*record) bool) int64 {
	n, seen := int64(0), map[string]bool{}
	for _, r := range all {
		if county != "" && r.county != county || r.started > cutoff || keep != nil && !keep(r) {
			continue
		}
		for _, m := range r.members {
			switch {
			case m.from > cutoff || m.to < yearStart:
			case m.people > 0 && poor:
				n += m.poor
			case m.people > 0:
				n += m.people
			case !poor || m.counts:
				seen[m.id] = true
			}
		}
	}
	return n + int64(len(seen))
}

// annex1: every cell of the city's 推进情况表 is what a recount of the workbooks
// gives, for each county, each reporting unit and the city.
func (w *world) annex1(t *testing.T) {
	sheet, err := w.Reports.Sheet(context.Background(), everywhere, "progress", w.manifest.Region, report.Period{Year: 2023, Quarter: 4})
	if err != nil {
		t.Fatal(err)
	}
	risks := w.risks(t)
	rosters := map[string]map[string]*record{}
	for _, kind := range []string{"alliance", "brand", "base", "cooperative", "workshop", "relief", "post", "training", "event"} {
		rosters[kind] = w.roster(t, kind, risks)
	}
	begun := func(r *record) bool { return r.started >= yearStart }
	checked := 0
	for _, row := range sheet.Rows {
		county := row.Name
		switch row.Role {
		case report.Total:
			county = ""
		case report.Own:
			county = w.Tree().Name(row.Region) // its own registers stand under its own name
		}
		want := map[string]int64{
			"alliances": bodies(rosters["alliance"], county, nil), "brands": bodies(rosters["brand"], county, nil), "bases": bodies(rosters["base"], county, nil),
			"cooperatives": bodies(rosters["cooperative"], county, nil), "workshops": bodies(rosters["workshop"], county, nil),
			"workshop_poor": heads(rosters["workshop"], county, true, nil), "relief": heads(rosters["relief"], county, false, nil),
			"relief_poor": heads(rosters["relief"], county, true, nil), "posts_poor": heads(rosters["post"], county, true, nil),
			"training_poor": heads(rosters["training"], county, true, begun),
			"events":        bodies(rosters["event"], county, func(r *record) bool { return begun(r) && r.theme == "乐业搬迁（迁建）" }),
		}
		if row.Role != report.Own {
			f, err := w.Rollup.Figures(context.Background(), everywhere, row.Region, sheet.Month, rollup.AsClosed)
			if err != nil {
				t.Fatal(err)
			}
			want["settled"] = f.N("settled_worked_year")
		}
		for key, n := range want {
			checked++
			if got := row.Cell(key).Value; got != n {
				t.Errorf("%s, %s: %d, recounted %d", row.Name, key, got, n)
			}
		}
	}
	if len(sheet.Rows) != 13 || checked != 13*11+12 {
		t.Errorf("%d rows, %d cells", len(sheet.Rows), checked)
	}
}

// annex2: the list of projects is the workbook's.
func (w *world) annex2(t *testing.T) {
	sheet, err := w.Reports.Sheet(context.Background(), everywhere, "projects", w.manifest.Region, report.Period{Year: 2023})
	if err != nil {
		t.Fatal(err)
	}
	want := w.roster(t, "project", nil)
	seen := 0
	for i, row := range sheet.Rows {
		r := want[row.Cell("county").Text+row.Name]
		if r == nil {
			t.Errorf("%s is in no workbook", row.Name)
			continue
		}
		seen++
		if row.Cell("people").Value != r.people || row.Cell("poor").Value != r.poor || row.Cell("no").Text != fmt.Sprint(i+1) {
			t.Errorf("%s: %d people, %d poor, number %s; workbook %d, %d", row.Name, row.Cell("people").Value, row.Cell("poor").Value, row.Cell("no").Text, r.people, r.poor)
		}
	}
	if seen != len(want) || seen == 0 {
		t.Errorf("%d of %d projects", seen, len(want))
	}
}
