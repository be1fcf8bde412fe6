package transfer

import (
	"context"
	"errors"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/sheet"
	"wengang/internal/testkit"
	"wengang/internal/text"
)

// countKind takes every row: what is tried is the way to it.
type countKind struct{ testKind }

type countChecker struct{}

func (countKind) Open(context.Context, *Batch) (Checker, error) { return countChecker{}, nil }

func (countChecker) Check(_ context.Context, rows []Row) ([]Outcome, error) {
	out := make([]Outcome, len(rows))
	for i, r := range rows {
		for _, c := range r.Cells {
			c.Date()
			c.Month()
			c.Fen(InYuan)
			c.IDText()
			c.Phone()
		}
		out[i] = Outcome{Row: r.N, Result: Same}
	}
	return out, nil
}

// hostileCPU and hostileMemory are what one file may cost: processor seconds,
// because tests share the machine, and MB over what the process had.
const (
	hostileCPU    = 5.0
	hostileMemory = 256
)

// TestHostileFiles sends more than 300 files through the door by which uploads
// come: no panic, bounded memory and time, and either every row comes to a
// decision or the file is refused with words that are not "broken".
func TestHostileFiles(t *testing.T) {
	d := testkit.SQLite(t)
	s := newTest(t, d, t.TempDir(), countKind{})
	var all []hostileFile
	for _, some := range []func() []hostileFile{brokenFiles, textFiles, otherFiles, bombFiles, xmlFiles, cellFiles} {
		all = append(all, some()...)
	}
	if len(all) < 300 {
		t.Errorf("%d files, want 300", len(all))
	}
	debug.FreeOSMemory()
	sheet.ResetPeakRSS()
	base := sheet.PeakRSS()
	read, refused := 0, 0
	for _, f := range all {
		cpu, at := sheet.CPUSeconds(), time.Now()
		got, words := enter(t, s, d, f)
		switch {
		case got == "read":
			read++
		default:
			refused++
		}
		if f.want != "" && got != f.want {
			t.Errorf("%s: %s (%s), want %s", f.name, got, words, f.want)
		}
		if spent := sheet.CPUSeconds() - cpu; spent > hostileCPU || sheet.CPUSeconds() == 0 && time.Since(at) > 10*time.Second {
			t.Errorf("%s: %.1f s of processor", f.name, spent)
		}
		if peak := sheet.PeakRSS() - base; peak > hostileMemory {
			t.Errorf("%s: %d MB", f.name, peak)
			debug.FreeOSMemory()
		}
		if sheet.PeakRSS()-base > hostileMemory/4 {
			debug.FreeOSMemory() // the next file is not charged with this one
		}
		sheet.ResetPeakRSS()
	}
	t.Logf("%d files: %d read, %d refused", len(all), read, refused)
}

// enter uploads and checks one file: "read", "refuse" and its words, or a
// failure of the test.
func enter(t *testing.T, s *Service, d *db.DB, f hostileFile) (got, words string) {
	t.Helper()
	defer func() {
		if v := recover(); v != nil {
			t.Errorf("%s: panic: %v", f.name, v)
		}
	}()
	id, err := s.Stage(t.Context(), officer, Request{Kind: "test", File: strings.NewReader(string(f.raw)), FileName: "表.xlsx", Region: testCounty})
	if err != nil {
		var e *fault.Error
		if !errors.As(err, &e) || e.Kind != fault.Invalid {
			t.Errorf("%s: refused without words: %v", f.name, err)
			return "refuse", ""
		}
		return "refuse", text.T(text.ZH, e.Key, e.Args...)
	}
	if err := s.Work(t.Context(), id); err != nil {
		t.Errorf("%s: %v", f.name, err)
		return "refuse", ""
	}
	in := info(t, s, id)
	if in.State == StateChecked {
		return "read", ""
	}
	if words = in.Message(text.ZH); in.State != StateFailed || words == "" || in.message.Key == "import.broken" {
		t.Errorf("%s: %s with %q", f.name, in.State, words)
	}
	return "refuse", words
}
