package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/sheet"
)

// Figures is what the way from the database to a figure costs. No time stands
// in it unless the columns agree with a recount by SQL and every edit came out
// at the nation to the fen.
type Figures struct {
	Engine string `json:"engine"`
	People int    `json:"people"`
	Rows   int    `json:"rows"` // person-months of the closed month
	// Seconds per million rows until the nation's figure of a month stands in
	// an empty process: out of the packed form of a closed month, out of its
	// rows, out of the facts of the open month.
	Packed float64 `json:"packed_seconds_per_million"`
	Unpack float64 `json:"rows_seconds_per_million"`
	Open   float64 `json:"open_seconds_per_million"`
	// The same in CPU-seconds of this process, for a machine that is shared; a
	// PostgreSQL server's own are not in them.
	PackedCPU float64 `json:"packed_cpu_seconds_per_million"`
	UnpackCPU float64 `json:"rows_cpu_seconds_per_million"`
	OpenCPU   float64 `json:"open_cpu_seconds_per_million"`
	Bytes     int64   `json:"packed_bytes"`
	Edits     int     `json:"edits"`
	P50       float64 `json:"edit_p50_ms"` // from the call of the write until the nation's figure shows it
	P95       float64 `json:"edit_p95_ms"`
	Longest   float64 `json:"edit_longest_ms"`
	EditCPU   float64 `json:"edit_cpu_ms"`          // mean, of both caches
	Other     float64 `json:"other_process_p95_ms"` // from the end of the write until another cache on the database shows it
	Checked   bool    `json:"checked"`
}

// figuresMonth is the last closed month of the invented ledger.
const figuresMonth = calendar.Month(202311)

// RunFigures fills the empty ledger with people, closes a month and measures.
func RunFigures(ctx context.Context, a *app.App, people, edits int, log func(string)) (Figures, error) {
	out := Figures{Engine: a.DB.Dialect.Name(), People: people, Edits: edits}
	if err := Fill(ctx, a, people, 7, log); err != nil {
		return out, err
	}
	log("close")
	if err := a.Months.CloseAll(ctx, account.LocalOperator(region.Country), region.Country, figuresMonth, nil); err != nil {
		return out, err
	}
	log("build")
	f := figures{a: a, out: &out, nation: region.ScopeOf(region.Country)}
	if err := f.builds(ctx); err != nil {
		return out, err
	}
	log("edits")
	if err := f.edits(ctx, edits); err != nil {
		return out, err
	}
	log("check")
	diffs, err := rollup.New(a.DB, a.Months).Verify(ctx)
	if err != nil {
		return out, err
	}
	if len(diffs) > 0 {
		return out, fmt.Errorf("bench rollup: %d differences from the recount: %s", len(diffs), diffs[0])
	}
	out.Checked = true
	return out, nil
}

type figures struct {
	a      *app.App
	out    *Figures
	nation region.Scope
}

// cold is the time of the nation's figure in an empty cache, the best of three,
// in seconds per million rows.
func (f *figures) cold(ctx context.Context, m calendar.Month) (perMillion, cpu float64, got rollup.Figures, err error) {
	best := time.Hour
	used := time.Hour.Seconds()
	for range 3 {
		s := rollup.New(f.a.DB, f.a.Months)
		if err := s.Refresh(ctx); err != nil {
			return 0, 0, got, err
		}
		at, before := time.Now(), sheet.CPUSeconds()
		if got, err = s.Figures(ctx, f.nation, region.Country, m, rollup.AsClosed); err != nil {
			return 0, 0, got, err
		}
		best, used = min(best, time.Since(at)), min(used, sheet.CPUSeconds()-before)
	}
	million := float64(max(1, got.Rows)) / 1e6
	return best.Seconds() / million, used / million, got, nil
}

func (f *figures) builds(ctx context.Context) error {
	packed, packedCPU, one, err := f.cold(ctx, figuresMonth)
	if err != nil {
		return err
	}
	err = f.a.DB.Read.QueryRowContext(ctx, `SELECT CAST(COALESCE(SUM(LENGTH(data)), 0) AS BIGINT) FROM month_block`).Scan(&f.out.Bytes)
	if err != nil {
		return err
	}
	err = f.a.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE month_block SET version = -version`) // none that holds
		return err
	})
	if err != nil {
		return err
	}
	rows, rowsCPU, two, err := f.cold(ctx, figuresMonth)
	if err != nil {
		return err
	}
	err = f.a.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE month_block SET version = -version`)
		return err
	})
	if err != nil {
		return err
	}
	open, openCPU, _, err := f.cold(ctx, figuresMonth.Add(1))
	if err != nil {
		return err
	}
	for _, d := range indicator.All() {
		if one.Value(d) != two.Value(d) {
			return fmt.Errorf("bench rollup: %s differs between the packed form and the rows", d.ID)
		}
	}
	f.out.PackedCPU, f.out.UnpackCPU, f.out.OpenCPU = packedCPU, rowsCPU, openCPU
	f.out.Rows, f.out.Packed, f.out.Unpack, f.out.Open = one.Rows, packed, rows, open
	return nil
}

// edits changes wages by the way that an officer's page takes and asks for the
// nation's income in the open month after each.
func (f *figures) edits(ctx context.Context, n int) error {
	open := figuresMonth.Add(1)
	income := indicator.MustGet("income_total")
	ask := func(s *rollup.Service) (int64, error) {
		v, err := s.Value(ctx, f.nation, income, region.Country, open, rollup.AsClosed)
		return v.N, err
	}
	own, other := rollup.New(f.a.DB, f.a.Months), rollup.New(f.a.DB, f.a.Months)
	was, err := ask(own)
	if err == nil {
		_, err = ask(other)
	}
	if err != nil {
		return err
	}
	op := account.LocalOperator(region.Country)
	cpu := sheet.CPUSeconds()
	var mine, theirs []time.Duration
	for id := int64(1); len(mine) < n && id < int64(f.out.People); id += int64(max(1, f.out.People/(3*n))) {
		spells, err := f.a.Work.Spells(ctx, f.nation, id)
		if err != nil {
			return err
		}
		if len(spells) == 0 || spells[0].End != calendar.Open {
			continue
		}
		t := *spells[0].TermIn(open)
		t.From, t.WageFen = open, t.WageFen+12_300
		at := time.Now()
		if err := f.a.Work.EditTerms(ctx, f.nation, op, id, spells[0].ID, t); err != nil {
			return err
		}
		durable := time.Now()
		now, err := ask(own)
		if err != nil {
			return err
		}
		mine = append(mine, time.Since(at))
		if now-was != 12_300 {
			return fmt.Errorf("bench rollup: an edit of 12300 fen came out as %d", now-was)
		}
		was = now
		seen, err := ask(other)
		if err != nil {
			return err
		}
		theirs = append(theirs, time.Since(durable))
		if seen != now {
			return errors.New("bench rollup: another process answers something older")
		}
	}
	if len(mine) == 0 {
		return errors.New("bench rollup: nobody to edit")
	}
	f.out.EditCPU = 1000 * (sheet.CPUSeconds() - cpu) / float64(len(mine))
	slices.Sort(mine)
	slices.Sort(theirs)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	f.out.Edits = len(mine)
	f.out.P50, f.out.P95, f.out.Longest = ms(mine[len(mine)/2]), ms(mine[(len(mine)*95+99)/100-1]), ms(mine[len(mine)-1])
	f.out.Other = ms(theirs[(len(theirs)*95+99)/100-1])
	return nil
}
