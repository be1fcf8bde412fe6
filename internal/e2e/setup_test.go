// Package e2e drives the whole product: the sample, the console in a real
// browser, every route by every role.
package e2e

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/webtest"
)

// The sample of all tests here: small, made once.
const samplePeople = 4000

var (
	sampleDir string
	console   *app.App
	made      *app.DemoResult
	base      string // address of the console
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if sampleDir, err = os.MkdirTemp("", "wengang-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(sampleDir)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	stopped := make(chan error, 1)
	ready := make(chan string, 1)
	if err := openSample(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	go func() {
		stopped <- console.Serve(ctx, app.ServeOptions{Addr: "127.0.0.1:0", Notice: "app.sample", Demo: made.Users, Ready: func(addr string) { ready <- addr }})
	}()
	select {
	case addr := <-ready:
		base = "http://" + addr
	case err := <-stopped:
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	stop()
	if err := <-stopped; err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		code = 1
	}
	console.Close()
	return code
}

func openSample(ctx context.Context) (err error) {
	console, made, err = sampleIn(ctx, sampleDir, app.DemoOptions{People: samplePeople, Months: 24, Seed: 20231210})
	return err
}

// sampleIn makes a sample of its own in a folder.
func sampleIn(ctx context.Context, dir string, o app.DemoOptions) (*app.App, *app.DemoResult, error) {
	a, err := openIn(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	o.Dir = filepath.Join(dir, "workbooks")
	result, err := a.Demo(ctx, o)
	return a, result, err
}

func openIn(ctx context.Context, dir string) (*app.App, error) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if os.Getenv("WENGANG_E2E_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	return app.Open(ctx, app.Options{
		DB: "sqlite:" + filepath.Join(dir, "wengang.db"), KeyFile: filepath.Join(dir, "key", "sample.key"),
		UploadDir: filepath.Join(dir, "uploads"), Log: log,
		Clock: calendar.Fixed(app.DemoDay.Time().Add(9 * time.Hour)),
	})
}

// openMonth is a sample whose last month is open, made once; own gives copies.
var openMonth = sync.OnceValues(func() (*app.DemoResult, error) {
	ctx, dir := context.Background(), filepath.Join(sampleDir, "open")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	a, result, err := sampleIn(ctx, dir, app.DemoOptions{People: samplePeople, Months: 14, Seed: 20231210, Open: 1})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	_, err = a.DB.Writer().Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	return result, err
})

// own serves a copy of the sample whose last month is open, for a test that
// changes it: the program, its address and the word of every account.
func own(t *testing.T) (a *app.App, addr, word string) {
	t.Helper()
	result, err := openMonth()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(sampleDir, "open"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "key", "sample.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if a, err = openIn(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	return a, serve(t, a), result.Users[0].Password
}

// serve runs the console of a program until the test ends.
func serve(t *testing.T, a *app.App) (addr string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- a.Serve(ctx, app.ServeOptions{Addr: "127.0.0.1:0", Notice: "app.sample", Ready: func(addr string) { ready <- addr }})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
		a.Close()
	})
	return "http://" + <-ready
}

// signed is a browser of its own in which somebody signed in.
func signed(t *testing.T, addr, login, word string) *webtest.Tab {
	t.Helper()
	tab := webtest.Open(t, addr)
	tab.Sign("/sign-in", login, word)
	return tab
}

// password of every sample account.
func password() string { return made.Users[0].Password }
