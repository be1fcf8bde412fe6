package app

import (
	"context"
	"fmt"
	"io"
	"os"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/backup"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Moved is what a move between databases brought over.
type Moved struct {
	From     string         `json:"from"` // without the password
	To       string         `json:"to"`
	Schema   int64          `json:"schema"`
	Rows     int64          `json:"rows"`
	Tables   []backup.Table `json:"tables"` // as read back from the new database
	Verified bool           `json:"verified"`
}

// Move brings everything of one database into another, empty one of either
// engine, in one transaction, and then reads it back: every table's rows and
// hash must be those of the old database. The old one is not changed; the key
// and the audit anchor beside it go on with the new one.
func Move(ctx context.Context, o Options, to string) (Moved, error) {
	from := &ground{}
	defer from.close()
	if err := from.take(ctx, o.DB, o); err != nil {
		return Moved{}, err
	}
	out := Moved{From: from.DB.URL}
	manifest, err := moveInto(ctx, from.DB, to, o, &out)
	if err != nil {
		return out, err
	}
	out.Schema, out.Rows, out.Verified = manifest.Schema, manifest.Rows, true
	papers, err := evidenceDir(o, from.DB.URL)
	if err != nil {
		return out, err
	}
	o.DB = to
	a, err := Open(ctx, o)
	if err != nil {
		return out, err
	}
	defer a.Close()
	if _, err := os.Stat(papers); err == nil {
		if _, _, err := a.Evidence.CopyFrom(ctx, papers); err != nil {
			return out, err
		}
	}
	return out, a.DB.Tx(ctx, func(tx *db.Tx) error {
		return a.Audit.Write(ctx, tx, account.LocalOperator(region.Country), audit.Entry{
			Action: "system.move", Object: "database", ObjectID: a.DB.Dialect.Name(),
			Detail: map[string]string{"from": out.From, "to": out.To, "rows": fmt.Sprint(out.Rows)},
		})
	})
}

// take locks, opens and migrates a database without touching keys.
func (g *ground) take(ctx context.Context, target string, o Options) (err error) {
	if err = g.own(target); err != nil {
		return err
	}
	if g.DB, err = db.Open(ctx, target, o.Clock); err != nil {
		return err
	}
	_, err = g.DB.Migrate(ctx)
	return err
}

func moveInto(ctx context.Context, from *db.DB, to string, o Options, out *Moved) (backup.Manifest, error) {
	g := &ground{}
	defer g.close()
	if err := g.take(ctx, to, o); err != nil {
		return backup.Manifest{}, err
	}
	out.To = g.DB.URL
	if out.From == out.To {
		return backup.Manifest{}, fault.New(fault.Invalid, "app.move_same")
	}
	r, w := io.Pipe()
	sent := make(chan error, 1)
	go func() {
		_, err := backup.Write(ctx, from, w)
		w.CloseWithError(err)
		sent <- err
	}()
	manifest, err := backup.Read(ctx, g.DB, r)
	r.CloseWithError(err)
	if sendErr := <-sent; err == nil {
		err = sendErr
	}
	if err != nil {
		return manifest, err
	}
	back, err := backup.Write(ctx, g.DB, io.Discard)
	if err != nil {
		return manifest, err
	}
	out.Tables = back.Tables
	return manifest, differs(manifest, back)
}

// differs compares what was sent with what the new database answers.
func differs(sent, got backup.Manifest) error {
	was := map[string]backup.Table{}
	for _, t := range sent.Tables {
		was[t.Name] = t
	}
	for _, t := range got.Tables {
		if w := was[t.Name]; w != t {
			return fault.New(fault.Internal, "app.move_differs", t.Name, w.Rows, t.Rows)
		}
		delete(was, t.Name)
	}
	for name := range was {
		return fault.New(fault.Internal, "app.move_differs", name, was[name].Rows, 0)
	}
	return nil
}
