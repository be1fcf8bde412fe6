package transfer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"wengang/internal/account"
	"wengang/internal/region"
	"wengang/internal/sheet"
)

// BenchResult is one import measured from the file on disk to rows that are
// durable and visible (speed.md W1), beside what excelize needs to read alone.
type BenchResult struct {
	Rows    int64           `json:"rows"`
	New     int64           `json:"new"`
	Refused int64           `json:"rejected"`
	Seconds float64         `json:"seconds"` // stage, check and save
	Stage   float64         `json:"stage_seconds"`
	Check   float64         `json:"check_seconds"` // reading among it
	Save    float64         `json:"save_seconds"`
	Floor   float64         `json:"floor_seconds"` // inflating the workbook
	PeakRSS int             `json:"peak_rss_mb"`
	Reader  float64         `json:"reader_seconds"` // this reader alone
	Peer    sheet.BenchPeer `json:"peer"`           // reading alone
	Checked bool            `json:"checked"`
}

// BenchImport imports a workbook of one sheet through the service and measures
// the steps; the ledger keeps it, so the service should stand on a scratch
// database. Every row of the sheet must come out as accepted or refused, the
// cells must be those that excelize reads. pairs is how often both readers run.
func (s *Service) BenchImport(ctx context.Context, c account.Caller, r Request, path string, pairs int) (out BenchResult, err error) {
	f, err := os.Open(path)
	if err != nil {
		return out, err
	}
	defer f.Close()
	r.File, r.FileName = f, filepath.Base(path)
	sheet.ResetPeakRSS()
	at := time.Now()
	lap := func() float64 {
		d := time.Since(at).Seconds()
		at = time.Now()
		return d
	}
	id, err := s.Stage(ctx, c, r)
	if err != nil {
		return out, err
	}
	out.Stage = lap()
	if err := s.Work(ctx, id); err != nil {
		return out, err
	}
	out.Check = lap()
	if err := s.Save(ctx, c, id); err != nil {
		return out, err
	}
	if err := s.Work(ctx, id); err != nil {
		return out, err
	}
	out.Save = lap()
	out.PeakRSS = sheet.PeakRSS()
	in, err := s.Load(ctx, region.ScopeOf(r.Region), id)
	if err != nil {
		return out, err
	}
	if in.State != StateDone {
		return out, errors.New("the import ended as " + string(in.State) + ": " + in.message.Key)
	}
	read, err := sheet.Bench(ctx, path, pairs)
	if err != nil {
		return out, err
	}
	if head := int64(read.Rows) - in.Done; in.Accepted()+in.Refused() != in.Done || head < 1 || head > headerRows {
		return out, fmt.Errorf("rows do not add up: %d in the sheet, %d imported, %d accepted, %d refused", read.Rows, in.Done, in.Accepted(), in.Refused())
	}
	out.Rows, out.New, out.Refused = in.Done, in.New, in.Refused()
	out.Seconds = out.Stage + out.Check + out.Save
	out.Reader, out.Floor, out.Peer, out.Checked = read.Seconds, read.Floor, read.Peer, true
	return out, nil
}
