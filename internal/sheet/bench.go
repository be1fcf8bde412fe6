package sheet

import (
	"archive/zip"
	"compress/flate"
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

// BenchRead is one reading of the first sheet of a workbook. Readers are
// compared in processes of their own: equal hashes mean equal cells.
type BenchRead struct {
	Reader  string  `json:"reader"`
	Rows    int     `json:"rows"`
	Cells   int     `json:"cells"`
	Hash    uint64  `json:"hash"` // over row, column and text of each cell that is not empty
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu_seconds"`
	PeakRSS int     `json:"peak_rss_mb"` // of this process
}

// Names of the readers.
const (
	ReaderOwn   = "wengang"
	ReaderPeer  = "excelize"
	ReaderFloor = "inflate" // inflating the parts, nothing else
)

// Bench reads a workbook with one of the readers. Cost: excelize needs about
// 15 s for 200,000 rows of 25 columns.
func Bench(reader, path string) (out BenchRead, err error) {
	ResetPeakRSS()
	cpu, at := CPUSeconds(), time.Now()
	var w walkSum
	switch reader {
	case ReaderOwn:
		w, err = walkOwn(path)
	case ReaderPeer:
		w, err = walkPeer(path)
	case ReaderFloor:
		err = inflate(path)
	default:
		err = errors.New("no reader " + reader)
	}
	return BenchRead{Reader: reader, Rows: w.rows, Cells: w.cells, Hash: w.hash,
		Seconds: time.Since(at).Seconds(), CPU: CPUSeconds() - cpu, PeakRSS: PeakRSS()}, err
}

// walkSum is what a walk saw.
type walkSum struct {
	rows, cells int
	hash        uint64
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
