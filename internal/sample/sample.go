// Package sample writes a lifelike county-by-county ledger as workbooks in the
// layouts of the national system, with errors planted in them and a truth file
// to hold a program against: which row breaks which rule, and what the figures
// are. Everybody in it is invented: identity numbers have the area 000000 and
// phones begin with 154, which no operator has.
package sample

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

// Notice stands in every workbook.
const Notice = "示例数据 · 均为虚构"

// Options say what to make. The zero End is 2023-11, the last full month
// before the demo's day, 2023-12-10.
type Options struct {
	Region region.Code // a city, or anything that has counties below it
	People int
	Months int // of history, up to and with End; the last three come as monthly files
	Seed   uint64
	End    calendar.Month
	Dir    string
	Tree   *region.Tree
	// NoUnits leaves out the reporting units of 聊城, which an installation must
	// know before it can import their files.
	NoUnits bool
}

// File is one workbook, in the order in which they are to be imported.
type File struct {
	Path   string         `json:"path"` // below Dir
	Kind   string         `json:"kind"` // KIND of the import command
	Type   string         `json:"type,omitempty"`
	Region region.Code    `json:"region"`
	Month  calendar.Month `json:"month,omitempty"`
	Year   int            `json:"year,omitempty"`
	Full   bool           `json:"full,omitempty"`
	Rows   int            `json:"rows"`
}

// Manifest is what was made.
type Manifest struct {
	Notice     string         `json:"notice"`
	Region     region.Code    `json:"region"`
	Seed       uint64         `json:"seed"`
	First      calendar.Month `json:"first"`
	End        calendar.Month `json:"end"`
	Today      calendar.Date  `json:"today"` // ages and rules are of this day
	Counties   []region.Code  `json:"counties"`
	Locals     []region.Local `json:"locals,omitempty"` // to be saved before the import
	Files      []File         `json:"files"`
	People     int            `json:"people"`
	Households int            `json:"households"`
	Spells     int            `json:"spells"`
	Planted    map[string]int `json:"planted"` // by rule
	Truth      string         `json:"truth"`   // path of truth.json below Dir
	Confirmed  []Confirmation `json:"confirmed"`
}

// TruthFile is the name of the truth below Dir.
const TruthFile = "truth.json"

// Generate writes the workbooks and the truth. The same options give the same
// files. 40,000 people and 24 months take about 8 s on two cores.
func Generate(ctx context.Context, o Options) (Manifest, error) {
	w, err := newWorld(o)
	if err != nil {
		return Manifest{}, err
	}
	if err := os.MkdirAll(w.Dir, 0o755); err != nil {
		return Manifest{}, err
	}
	w.foundCity()
	for _, c := range w.counties {
		c.found()
		c.plant()
	}
	for _, c := range w.counties {
		c.populate()
	}
	w.settle()
	w.number()
	files := make([][]File, len(w.counties))
	err = each(ctx, len(w.counties), func(i int) error {
		var err error
		files[i], err = w.counties[i].write()
		return err
	})
	if err != nil {
		return Manifest{}, err
	}
	m := w.manifest(files)
	homes, err := w.writeSettlements()
	if err != nil {
		return Manifest{}, err
	}
	m.Files = append(homes, m.Files...) // people name them
	city, err := w.writeCity()
	if err != nil {
		return Manifest{}, err
	}
	m.Files = append(m.Files, city...)
	if err := w.writeTruth(&m); err != nil {
		return Manifest{}, err
	}
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return Manifest{}, err
	}
	return m, os.WriteFile(filepath.Join(w.Dir, "manifest.json"), append(b, '\n'), 0o644)
}

// each runs f for 0 to n-1 on the machine's cores.
func each(ctx context.Context, n int, f func(int) error) error {
	var (
		mu    sync.Mutex
		next  int
		first error
		wg    sync.WaitGroup
	)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				mu.Lock()
				i := next
				next++
				stop := first != nil || i >= n
				mu.Unlock()
				if stop {
					return
				}
				err := ctx.Err()
				if err == nil {
					err = f(i)
				}
				if err != nil {
					mu.Lock()
					if first == nil {
						first = err
					}
					mu.Unlock()
				}
			}
		}()
	}
	wg.Wait()
	return first
}

func (w *world) manifest(files [][]File) Manifest {
	m := Manifest{Notice: Notice, Region: w.Region, Seed: w.Seed, First: w.first, End: w.End, Today: w.today,
		Locals: w.locals, Confirmed: w.confirmations(), Planted: map[string]int{}, Truth: TruthFile}
	// Kind by kind: people of every county, then monitored households, …
	longest := 0
	for i, c := range w.counties {
		m.Counties = append(m.Counties, c.code)
		m.Households += len(c.homes)
		for _, h := range c.homes {
			m.People += len(h.members)
			for _, p := range h.members {
				m.Spells += len(p.spells)
			}
		}
		for _, p := range c.planted {
			m.Planted[p.Rule]++
		}
		longest = max(longest, len(files[i]))
	}
	for k := range longest {
		for i := range files {
			if k < len(files[i]) {
				m.Files = append(m.Files, files[i][k])
			}
		}
	}
	return m
}

func errorf(format string, a ...any) error { return fmt.Errorf("sample: "+format, a...) }
