package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/fault"
)

func demoCmd(e *env) *cobra.Command {
	var dir, addr string
	var noServe bool
	o := app.DemoOptions{}
	cmd := &cobra.Command{
		Use: "demo", Short: "make the 聊城 sample (synthetic people), import it and serve it", Args: cobra.NoArgs,
		Long: "Everything in the sample is invented; identity numbers use the area 000000, which cannot exist.\n" +
			"The date is fixed at 2023-12-10 (--now moves it). Runs anew each time: the folder is emptied.",
		Example: "  wengang demo\n  wengang demo --people 4000 --no-serve --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			clock, err := e.demoClock()
			if err != nil {
				return err
			}
			if err := emptyDemoFolder(dir); err != nil {
				return err
			}
			target := "sqlite:" + filepath.Join(dir, "wengang.db")
			if e.dbGiven {
				target = e.db
			}
			a, err := app.Open(cmd.Context(), app.Options{DB: target, KeyFile: e.demoKey(), Clock: clock, UploadDir: filepath.Join(dir, "uploads")})
			if err != nil {
				return err
			}
			defer a.Close()
			o.Dir = filepath.Join(dir, "workbooks")
			o.Say = func(step string) { fmt.Fprintln(cmd.ErrOrStderr(), "·", step) }
			made, err := a.Demo(cmd.Context(), o)
			if err != nil {
				return err
			}
			if err := e.print(cmd.OutOrStdout(), made, func(w io.Writer) { writeDemo(w, made) }); err != nil || noServe {
				return err
			}
			return serveDemo(cmd.Context(), cmd.OutOrStdout(), a, addr, made)
		},
	}
	f := cmd.Flags()
	f.StringVar(&dir, "dir", "demo-data", "folder for the sample; it is emptied first")
	f.StringVar(&addr, "addr", "127.0.0.1:8080", "address to listen on")
	f.BoolVar(&noServe, "no-serve", false, "make it and end")
	f.IntVar(&o.People, "people", 40_000, "people in the sample")
	f.IntVar(&o.Months, "months", 24, "months of history")
	f.Uint64Var(&o.Seed, "seed", 20231210, "seed: the same seed gives the same people")
	return cmd
}

func (e *env) demoClock() (calendar.Clock, error) {
	if e.now == "" {
		return dayClock(app.DemoDay.Time().Add(demoHour), time.Now), nil
	}
	return e.clock()
}

// dayClock goes on from a time and stays in its day: what came first can be
// told from what came later (an import after a closing can be undone, sessions
// end), and the date never changes.
func dayClock(from time.Time, now func() time.Time) calendar.Clock {
	start := now()
	last := from.Truncate(time.Hour).Add(time.Duration(23-from.Hour())*time.Hour + 59*time.Minute)
	return func() time.Time {
		if t := from.Add(now().Sub(start)); t.Before(last) {
			return t
		}
		return last
	}
}

// demoHour is the time of day of the sample.
const demoHour = 9 * time.Hour

// demoKey is a key of its own, so that the demo never touches the one of an
// installation.
func (e *env) demoKey() string {
	if e.key != "" {
		return e.key
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "wengang", "demo.key")
}

// demoMark is put in the sample's folder; a folder with other things in it is
// never emptied.
const demoMark = "SAMPLE"

func emptyDemoFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		if _, err := os.Stat(filepath.Join(dir, demoMark)); err != nil {
			return fmt.Errorf("%s is not empty and holds no sample: name another folder with --dir", dir)
		}
		// A sample that is being served would lose its files under its feet.
		lock := flock.New(filepath.Join(dir, "wengang.db.lock"))
		if free, err := lock.TryLock(); err != nil || !free {
			return fault.New(fault.Unavailable, "app.sample_runs", dir)
		}
		lock.Unlock()
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, demoMark), []byte("示例数据 · 均为虚构 / synthetic sample, emptied by every run of demo\n"), 0o600)
}

func writeDemo(w io.Writer, d *app.DemoResult) {
	fmt.Fprintf(w, "示例数据 · 均为虚构\n%d people in %d households and %d villages, %d spells, %d months closed, %.1f s\n",
		d.People, d.Households, d.Villages, d.Spells, d.MonthsClosed, d.Seconds["total"])
}

func serveDemo(ctx context.Context, w io.Writer, a *app.App, addr string, made *app.DemoResult) error {
	return a.Serve(ctx, app.ServeOptions{Addr: addr, Notice: "app.sample", Demo: made.Users, Ready: func(addr string) {
		fmt.Fprintf(w, "\nhttp://%s\n\n", addr)
		for _, u := range made.Users {
			fmt.Fprintf(w, "%-15s %s  %-9s %s\n", u.Login, u.Password, u.Role, u.Place)
		}
	}})
}
