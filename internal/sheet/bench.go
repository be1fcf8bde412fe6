package sheet

import (
	"archive/zip"
	"compress/flate"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// BenchResult compares this reader with excelize on one workbook. No time
// stands in it unless both gave the same cells.
type BenchResult struct {
	Rows    int       `json:"rows"`
	Cells   int       `json:"cells"`
	Seconds float64   `json:"seconds"`
	Floor   float64   `json:"floor_seconds"` // inflating the parts, nothing else
	PeakRSS int       `json:"peak_rss_mb"`   // of this reader's runs
	Peer    BenchPeer `json:"peer"`
	Checked bool      `json:"checked"`
}

// BenchPeer is the other reader.
type BenchPeer struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
	PeakRSS int     `json:"peak_rss_mb"`
}

// walkSum is what a walk saw: numbers of rows and cells and a hash over row,
// column and text of each cell that is not empty.
type walkSum struct {
	rows, cells int
	hash        uint64
}

// Bench reads the first sheet of a workbook in turns with excelize, pairs
// times, and answers the medians. Cost: excelize needs about 15 s for 200,000
// rows of 25 columns.
func Bench(ctx context.Context, path string, pairs int) (BenchResult, error) {
	var own, peer, floor []time.Duration
	var out BenchResult
	out.Peer.Name = "excelize"
	for range max(1, pairs) {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		ResetPeakRSS()
		a, took, err := timed(func() (walkSum, error) { return walkOwn(path) })
		if err != nil {
			return out, err
		}
		own, out.PeakRSS = append(own, took), max(out.PeakRSS, PeakRSS())
		ResetPeakRSS()
		b, took, err := timed(func() (walkSum, error) { return walkPeer(path) })
		if err != nil {
			return out, err
		}
		peer, out.Peer.PeakRSS = append(peer, took), max(out.Peer.PeakRSS, PeakRSS())
		if a != b {
			return out, fmt.Errorf("the readers differ: %+v and %+v", a, b)
		}
		_, took, err = timed(func() (walkSum, error) { return walkSum{}, inflate(path) })
		if err != nil {
			return out, err
		}
		floor = append(floor, took)
		out.Rows, out.Cells = a.rows, a.cells
	}
	out.Seconds, out.Peer.Seconds, out.Floor, out.Checked = median(own), median(peer), median(floor), true
	return out, nil
}

func timed(fn func() (walkSum, error)) (walkSum, time.Duration, error) {
	at := time.Now()
	w, err := fn()
	return w, time.Since(at), err
}

func median(d []time.Duration) float64 {
	best := append([]time.Duration(nil), d...)
	for i := range best {
		for j := i; j > 0 && best[j] < best[j-1]; j-- {
			best[j], best[j-1] = best[j-1], best[j]
		}
	}
	return best[len(best)/2].Seconds()
}

func walkOwn(path string) (walkSum, error) {
	b, err := Open(path)
	if err != nil {
		return walkSum{}, err
	}
	defer b.Close()
	var w walkSum
	err = b.Sheets()[0].Rows(func(n int, cells []Cell) error {
		w.rows++
		for _, c := range cells {
			w.add(n, c.Col, c.Text)
		}
		return nil
	})
	return w, err
}

func walkPeer(path string) (w walkSum, err error) {
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	rows, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return w, err
	}
	defer rows.Close()
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return w, err
		}
		any := false
		for c, text := range cells {
			if text != "" {
				any = true
				w.add(n, c, text)
			}
		}
		if any {
			w.rows++
		}
	}
	return w, rows.Error()
}

// add sums per-cell hashes, so that a cell costs the same in both walks.
func (w *walkSum) add(row, col int, text string) {
	h := fnv.New64a()
	var at [8]byte
	binary.LittleEndian.PutUint64(at[:], uint64(row)<<16|uint64(col))
	h.Write(at[:])
	io.WriteString(h, text)
	w.hash += h.Sum64()
	w.cells++
}

func inflate(path string) error {
	z, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".xml") {
			continue
		}
		raw, err := f.OpenRaw()
		if err != nil {
			return err
		}
		var in io.Reader = raw
		if f.Method == zip.Deflate {
			in = flate.NewReader(raw)
		}
		if _, err := io.Copy(io.Discard, in); err != nil {
			return err
		}
	}
	return nil
}

// ResetPeakRSS and PeakRSS use the kernel's high-water mark of this process, in
// MB; elsewhere than on Linux it is 0.
func ResetPeakRSS() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

func PeakRSS() int {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		var kb int
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kb); err == nil {
			return kb >> 10
		}
	}
	return 0
}
