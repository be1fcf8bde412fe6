package output

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/region"
)

var errCancelled = errors.New("cancelled")

// Work makes the archive of a job. It runs again from its start after a kill.
// The scope is the place that Ask checked, nothing wider.
func (s *Batches) Work(ctx context.Context, scope region.Scope, id int64) error {
	a, err := scanAsked(s.db.Read.QueryRowContext(ctx, "SELECT "+askedColumns+" FROM report_batch WHERE id = $1", id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("batch %d: %w", id, err)
	}
	if a.State.Over() || !scope.Contains(a.Batch.At) {
		return nil
	}
	if err := s.set(ctx, id, "state = $2, done = 0", string(Working)); err != nil {
		return err
	}
	err = s.make(ctx, a)
	switch {
	case errors.Is(err, errCancelled):
		return nil
	case err != nil && ctx.Err() == nil:
		if e := s.set(ctx, id, "state = $2, failure = $3, ended_at = $4", string(Failed), err.Error(), db.Millis(s.db.Clock())); e != nil {
			return e
		}
		return err
	}
	return err
}

func (s *Batches) make(ctx context.Context, a *Asked) error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	name := fmt.Sprintf("batch-%d.zip", a.ID)
	f, err := os.CreateTemp(s.Dir, "part-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	sum := sha256.New()
	told := time.Now()
	a.Batch.Made = s.db.Clock()
	err = a.Batch.Write(ctx, region.ScopeOf(a.Batch.At), s.Forms, s.Tree, io.MultiWriter(f, sum), func(done, total int) error {
		if done < total && time.Since(told) < 300*time.Millisecond {
			return nil
		}
		told = time.Now()
		return s.progress(ctx, a.ID, done)
	})
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(s.Dir, name)); err != nil {
		return err
	}
	return s.set(ctx, a.ID, "state = $2, file = $3, size = $4, hash = $5, ended_at = $6", string(Ready), name, info.Size(), hex.EncodeToString(sum.Sum(nil)), db.Millis(s.db.Clock()))
}

func (s *Batches) progress(ctx context.Context, id int64, done int) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		res, err := tx.ExecContext(ctx, "UPDATE report_batch SET done = $2 WHERE id = $1 AND state = 'working'", id, done)
		if err != nil {
			return fmt.Errorf("batch %d: %w", id, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errCancelled
		}
		return nil
	})
}

// Open is the archive of a batch of the caller's own; taking it out is on
// record first.
func (s *Batches) Open(ctx context.Context, by account.Caller, id int64) (*Asked, io.ReadCloser, error) {
	a, err := s.Get(ctx, by, id)
	if err != nil {
		return nil, nil, err
	}
	if a.State != Ready {
		return nil, nil, errNotFound
	}
	f, err := os.Open(filepath.Join(s.Dir, filepath.Base(a.file)))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, errNotFound
	}
	if err != nil {
		return nil, nil, err
	}
	hash, err := hex.DecodeString(a.hash)
	if err == nil {
		err = s.db.Tx(ctx, func(tx *db.Tx) error {
			_, err := s.Leave.Exported(ctx, tx, by, audit.Export{Kind: "report", Region: a.Batch.At, Rows: int64(a.Total), FileHash: hash})
			return err
		})
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return a, f, nil
}

// Clean removes archives after three days, and what killed jobs left.
func (s *Batches) Clean(ctx context.Context) error {
	before := s.db.Clock().Add(-keepDays * 24 * time.Hour)
	files, err := os.ReadDir(s.Dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, f := range files {
		info, err := f.Info()
		age := keepDays * 24 * time.Hour
		if strings.HasPrefix(f.Name(), "part-") { // a killed job's: it begins anew in another file
			age = 24 * time.Hour
		}
		if err != nil || info.ModTime().After(time.Now().Add(-age)) {
			continue
		}
		if err := os.Remove(filepath.Join(s.Dir, f.Name())); err != nil {
			return err
		}
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE report_batch SET state = $1, file = '' WHERE state = $2 AND created_at < $3", string(Gone), string(Ready), db.Millis(before))
		if err != nil {
			return fmt.Errorf("old batches: %w", err)
		}
		return nil
	})
}
