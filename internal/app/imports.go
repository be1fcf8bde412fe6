package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"wengang/internal/account"
	"wengang/internal/handover"
	"wengang/internal/intake"
	"wengang/internal/queue"
	"wengang/internal/region"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

// lateQueue lets a slice be made before the queue that needs the slice's
// handlers.
type lateQueue struct{ q *queue.Queue }

func (l *lateQueue) Enqueue(ctx context.Context, name, key string, payload any) error {
	if l.q == nil {
		return nil // the command line works in the foreground
	}
	return l.q.Enqueue(ctx, name, key, payload)
}

// EnvUploads names the folder of uploads where the processes of one PostgreSQL
// database stand on several hosts: whoever checks a file must reach it.
const EnvUploads = "WENGANG_UPLOADS"

func (a *App) connectImports(o Options) error {
	dir := o.UploadDir
	if dir == "" {
		dir = os.Getenv(EnvUploads)
	}
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		// A folder per database: clearing away what one does not know must not
		// take the files of another.
		dir = filepath.Join(base, "wengang", "uploads", nameOf(a.DB.URL))
	}
	kinds := intake.Kinds(a.DB, intake.Deps{Box: a.Box, Tree: a.Tree, Closed: a.Months, Settlements: a.Registers})
	kinds = append(kinds, a.Registers.Roster(), a.Targets.Import())
	var err error
	a.Imports, err = transfer.NewService(transfer.Config{
		DB: a.DB, Box: a.Box, Audit: a.Audit, Queue: &a.jobs, Dir: dir, Kinds: kinds, Log: a.Log,
	})
	if err == nil && a.Handovers != nil {
		a.Imports.Handovers = handovers{a.Handovers}
	}
	return err
}

// handovers lets the import desk ask other counties for people.
type handovers struct{ s *handover.Store }

// Ask implements transfer.Handovers.
func (h handovers) Ask(ctx context.Context, c account.Caller, _ region.Code, x transfer.Handover) (string, error) {
	got, err := h.s.AskAll(ctx, c.Scope(account.HandoverAsk), c, x.Batch, []handover.Ask{{IDNumber: x.IDNumber, Name: x.Name, To: x.To, Household: x.Household, Reason: x.Reason}})
	if err != nil || len(got) != 1 {
		return "", err
	}
	switch got[0].Outcome {
	case handover.Requested:
		return "import.desk.said.handover", nil
	case handover.Already:
		return "import.handover.already", nil
	case handover.Here:
		return "import.handover.here", nil
	}
	return "import.handover.unknown", nil
}

// nameOf is a folder's name for a database.
func nameOf(url string) string {
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		if abs, err := filepath.Abs(file); err == nil {
			url = "sqlite:" + abs
		}
	}
	sum := sha256.Sum256([]byte(url))
	return hex.EncodeToString(sum[:8])
}

// importHandler is the queue's side of imports.
func (a *App) importHandler() queue.Handler {
	return queue.Handler{Name: transfer.JobName, Lane: queue.Imports, Run: func(ctx context.Context, raw json.RawMessage) error {
		var j transfer.Job
		if err := json.Unmarshal(raw, &j); err != nil {
			return err
		}
		return a.Imports.Work(ctx, j.ID)
	}}
}

// saveOrphans ends the saves that a killed command left in the middle: nobody
// else would, and they keep their places from being imported to. Only where this
// process owns the database; elsewhere a worker does it.
func (a *App) saveOrphans(ctx context.Context) error {
	if a.lock == nil || a.jobs.q != nil {
		return nil
	}
	ids, err := a.Imports.Saving(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := a.Imports.Work(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// Import brings one file in, in the foreground: stage, check and, unless dry,
// save. It is the path of the command line and of the demo, and the same one
// that a page takes.
func (a *App) Import(ctx context.Context, c account.Caller, r transfer.Request, dry bool, lang text.Lang) (transfer.Report, error) {
	if err := a.saveOrphans(ctx); err != nil {
		return transfer.Report{}, err
	}
	id, err := a.Imports.Stage(ctx, c, r)
	if err != nil {
		return transfer.Report{}, err
	}
	if err := a.Imports.Work(ctx, id); err != nil {
		return transfer.Report{}, err
	}
	info, err := a.Imports.Load(ctx, c.Scope(account.ImportRun), id)
	if err != nil {
		return transfer.Report{}, err
	}
	if info.State != transfer.StateChecked {
		return transfer.Report{}, errors.New(info.Message(lang))
	}
	report, err := a.Imports.Report(ctx, c, id, lang)
	if err != nil || dry {
		return report, errors.Join(err, a.Imports.Cancel(ctx, c, id), a.Imports.Work(ctx, id))
	}
	if err := a.Imports.Save(ctx, c, id); err != nil {
		return report, err
	}
	if err := a.Imports.Work(ctx, id); err != nil {
		return report, err
	}
	if info, err = a.Imports.Load(ctx, c.Scope(account.ImportRun), id); err != nil {
		return report, err
	}
	if info.State != transfer.StateDone {
		return report, errors.New(info.Message(lang))
	}
	return report, nil
}
