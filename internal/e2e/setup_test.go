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
	"testing"
	"time"

	"wengang/internal/app"
	"wengang/internal/calendar"
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
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if os.Getenv("WENGANG_E2E_LOG") != "" {
		log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	a, err := app.Open(ctx, app.Options{
		DB: "sqlite:" + filepath.Join(dir, "wengang.db"), KeyFile: filepath.Join(dir, "key", "sample.key"),
		UploadDir: filepath.Join(dir, "uploads"), Log: log,
		Clock: calendar.Fixed(app.DemoDay.Time().Add(9 * time.Hour)),
	})
	if err != nil {
		return nil, nil, err
	}
	o.Dir = filepath.Join(dir, "workbooks")
	result, err := a.Demo(ctx, o)
	return a, result, err
}

// password of every sample account.
func password() string { return made.Users[0].Password }
