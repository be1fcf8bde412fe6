package transfer

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"wengang/internal/account"
	"wengang/internal/region"
	"wengang/internal/sheet"
)

// BenchResult is one import measured from the file on disk to rows that are
// durable and visible (W1). CPU and peak memory are those of the whole process.
type BenchResult struct {
	Rows      int64   `json:"rows"`
	New       int64   `json:"new"`
	Unchanged int64   `json:"unchanged"`
	Changed   int64   `json:"updated"`
	Refused   int64   `json:"rejected"`
	Warned    int64   `json:"warned"`
	Findings  int64   `json:"findings"`
	Seconds   float64 `json:"seconds"`       // stage, check and save
	Check     float64 `json:"check_seconds"` // staging and reading among it
	Write     float64 `json:"write_seconds"`
	Last      float64 `json:"last_transaction_seconds"`
	CPU       float64 `json:"cpu_seconds"`
	PeakRSS   int     `json:"peak_rss_mb"`
}

// BenchImport imports a workbook through the service and measures the steps.
// The ledger keeps it, so the service should stand on a scratch database.
func (s *Service) BenchImport(ctx context.Context, c account.Caller, r Request, path string) (out BenchResult, err error) {
	f, err := os.Open(path)
	if err != nil {
		return out, err
	}
	defer f.Close()
	r.File, r.FileName = f, filepath.Base(path)
	var chunked, last time.Time
	defer func(was func(string)) { s.Failpoint = was }(s.Failpoint)
	s.Failpoint = func(point string) {
		switch point {
		case "save.begin", "save.chunk":
			chunked = time.Now()
		case "finish":
			last = time.Now()
		}
	}
	sheet.ResetPeakRSS()
	cpu, at := sheet.CPUSeconds(), time.Now()
	id, err := s.Stage(ctx, c, r)
	if err == nil {
		err = s.Work(ctx, id)
	}
	if err != nil {
		return out, err
	}
	out.Check = time.Since(at).Seconds()
	if err = s.Save(ctx, c, id); err == nil {
		err = s.Work(ctx, id)
	}
	if err != nil {
		return out, err
	}
	out.Seconds, out.CPU, out.PeakRSS = time.Since(at).Seconds(), sheet.CPUSeconds()-cpu, sheet.PeakRSS()
	out.Write, out.Last = out.Seconds-out.Check, last.Sub(chunked).Seconds()
	in, err := s.Load(ctx, region.ScopeOf(r.Region), id)
	if err != nil {
		return out, err
	}
	if in.State != StateDone {
		return out, errors.New("the import ended as " + string(in.State) + ": " + in.message.Key)
	}
	out.Rows, out.New, out.Unchanged, out.Changed, out.Refused = in.Done, in.New, in.Same, in.Changed, in.Refused()
	out.Warned, out.Findings = in.Warned, in.Findings
	return out, nil
}
