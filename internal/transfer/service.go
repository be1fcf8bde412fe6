package transfer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// Queue runs Work in the background; app gives the product's queue.
type Queue interface {
	Enqueue(ctx context.Context, name, key string, payload any) error
}

// Auditor writes an audit row in the caller's transaction (audit.Log).
type Auditor interface {
	Write(ctx context.Context, tx *db.Tx, c account.Caller, e audit.Entry) error
}

// JobName is the queue's name for Work; its payload is a Job.
const JobName = "import"

// Job is the payload of a queued import.
type Job struct {
	ID int64 `json:"id"`
}

// Config is what a Service needs. Queue may be nil where everything runs in
// the foreground (the command line).
type Config struct {
	DB    *db.DB
	Box   *secret.Box
	Audit Auditor
	Queue Queue
	Dir   string // private folder of uploaded files
	Kinds []Kind
	Log   *slog.Logger
}

// Service runs imports. Failpoint, where set, is called at every boundary at
// which a kill must lose and double nothing. ChunkRows, where set, makes the
// chunks smaller; a batch keeps to one size for its whole life.
type Service struct {
	db    *db.DB
	box   *secret.Box
	audit Auditor
	queue Queue
	kinds map[string]Kind
	order []string
	vault *vault
	log   *slog.Logger
	desks *desks

	Failpoint func(point string)
	ChunkRows int
	// Handovers, where set, lets the desk ask other counties for people.
	Handovers Handovers
}

// NewService makes the service and its folder.
func NewService(c Config) (*Service, error) {
	v, err := openVault(c.Dir, c.Box)
	if err != nil {
		return nil, err
	}
	s := &Service{db: c.DB, box: c.Box, audit: c.Audit, queue: c.Queue, kinds: map[string]Kind{}, vault: v, log: c.Log, desks: &desks{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	for _, k := range c.Kinds {
		if _, twice := s.kinds[k.ID()]; twice {
			return nil, fmt.Errorf("import kind %q is registered twice", k.ID())
		}
		s.kinds[k.ID()] = k
		s.order = append(s.order, k.ID())
	}
	return s, nil
}

// Kinds lists the registered kinds in their order.
func (s *Service) Kinds() []Kind {
	out := make([]Kind, len(s.order))
	for i, id := range s.order {
		out[i] = s.kinds[id]
	}
	return out
}

// everywhere is the scope of the worker: it acts for people whose right was
// checked when they asked.
var everywhere = region.ScopeOf(region.Country)

func (s *Service) point(name string) {
	if s.Failpoint != nil {
		s.Failpoint(name)
	}
}

// Work does what the batch's state asks for: check, save or clear away. It is
// idempotent, resumes after a kill, and returns an error only where trying
// again may help or where something is broken; refusals are kept with the
// batch. It is the queue's handler and the command line's next step.
func (s *Service) Work(ctx context.Context, id int64) error {
	in, err := load(ctx, s.db.Read, everywhere, id)
	if err != nil {
		return err
	}
	defer beFrugal()()
	switch {
	case in.cancelled && !in.State.Ended():
		return s.discard(ctx, in)
	case in.State == StateStaged, in.State == StateChecking:
		err = s.check(ctx, in)
	case in.State == StateSaving:
		err = s.save(ctx, in)
	default:
		return nil
	}
	if err == nil || ctx.Err() != nil || fault.Is(err, fault.Unavailable) {
		return err // the state stands; the next Work goes on from here
	}
	now, loadErr := load(ctx, s.db.Read, everywhere, id)
	switch {
	case loadErr != nil:
		return loadErr
	case now.cancelled && !now.State.Ended():
		return s.discard(ctx, now)
	case errors.Is(err, errCancelled), now.State != in.State && (in.State != StateStaged || now.State != StateChecking):
		return nil // another worker has done it
	}
	if now.shown() {
		return err // nothing may be taken back; the steps go on with the next Work
	}
	return s.fail(ctx, now, err)
}

var errCancelled = errors.New("cancelled")

// fail takes back what was written and keeps the reason with the batch. A
// refusal with words is no error of the program; anything else is returned
// for the log.
func (s *Service) fail(ctx context.Context, in Info, cause error) error {
	var f *fault.Error
	msg := message{Key: "import.broken"}
	if errors.As(cause, &f) && f.Kind != fault.Internal {
		msg = newMessage(f.Key, f.Args)
		if f.Kind == fault.Conflict && f.Key == "db.conflict" {
			msg = message{Key: "import.stale"}
		}
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := s.takeBack(ctx, tx, in); err != nil {
			return err
		}
		return move(ctx, tx, in.ID, ActFail, "message = $4, rows_saved = 0", msg.encode())
	})
	switch {
	case err != nil:
		return fmt.Errorf("import %d: clear away after %w: %w", in.ID, cause, err)
	case msg.Key == "import.broken":
		return fmt.Errorf("import %d: %w", in.ID, cause)
	}
	s.log.Warn("import refused", "batch", in.ID, "kind", in.Kind, "reason", msg.Key)
	return nil
}

// takeBack removes what a saving batch wrote and opens its chunks again.
func (s *Service) takeBack(ctx context.Context, tx *db.Tx, in Info) error {
	var hidden int
	if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM hidden_batch WHERE batch_id = $1`, in.ID).Scan(&hidden); err != nil {
		return err
	}
	if hidden == 0 {
		return nil
	}
	b, err := s.batch(in)
	if err != nil {
		return err
	}
	if err := s.kinds[in.Kind].Undo(ctx, tx, b); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM hidden_batch WHERE batch_id = $1`, in.ID); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE import_chunk SET applied = FALSE WHERE batch_id = $1`, in.ID)
	return err
}

// discard ends a batch that somebody cancelled: nothing of it stays.
func (s *Service) discard(ctx context.Context, in Info) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := s.takeBack(ctx, tx, in); err != nil {
			return err
		}
		if err := deleteStaged(ctx, tx, in.ID); err != nil {
			return err
		}
		if err := deleteActs(ctx, tx, in.ID); err != nil {
			return err
		}
		return move(ctx, tx, in.ID, ActCancel, "rows_saved = 0, file_path = ''")
	})
	if err != nil {
		return err
	}
	s.point("discard")
	return s.vault.remove(in.filePath)
}

// enqueue starts Work in the background; without a queue the caller runs it.
func (s *Service) enqueue(ctx context.Context, id int64, what string) error {
	if s.queue == nil {
		return nil
	}
	return s.queue.Enqueue(ctx, JobName, fmt.Sprintf("%s:%d", what, id), Job{ID: id})
}

// Resume puts the batches that a stopped process left in the middle back into
// the queue and answers their ids. To be called at start.
func (s *Service) Resume(ctx context.Context) ([]int64, error) {
	ids, err := batchesIn(ctx, s.db.Read, `state IN ('staged', 'checking', 'saving') OR cancelled = TRUE AND state IN ('checked', 'waiting')`)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if err := s.enqueue(ctx, id, "resume"); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// Saving answers the batches that are being saved, or were when a process
// stopped.
func (s *Service) Saving(ctx context.Context) ([]int64, error) {
	return batchesIn(ctx, s.db.Read, `state = 'saving'`)
}

// keepRejects is how long a batch keeps its file after it was saved (for the
// workbook of rejected rows) or, not saved, after the upload.
const keepRejects = 30 * 24 * time.Hour

// Clean removes files that no batch needs: of processes that died between
// upload and record (older than grace), of batches older than keepRejects. To be called at start and once an hour.
func (s *Service) Clean(ctx context.Context, grace time.Duration) error {
	known, expired, err := files(ctx, s.db, s.db.Clock().Add(-keepRejects))
	if err != nil {
		return err
	}
	for id, name := range expired {
		if err := s.vault.remove(name); err != nil {
			return err
		}
		delete(known, name)
		if err := s.db.Tx(ctx, func(tx *db.Tx) error { return dropFile(ctx, tx, id) }); err != nil {
			return err
		}
	}
	return s.vault.wipe(known, time.Now().Add(-grace))
}

// Dir is the folder of uploads; for the operator's words and the tests.
func (s *Service) Dir() string { return s.vault.dir }
