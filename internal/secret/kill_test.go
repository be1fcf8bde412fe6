package secret_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wengang/internal/db"
	"wengang/internal/secret"
	"wengang/internal/testkit"
)

const killEnv = "WENGANG_TEST_ROTATE"

// TestRotationChild is the process that TestKilledRotation kills.
func TestRotationChild(t *testing.T) {
	target, path, ok := strings.Cut(os.Getenv(killEnv), "|")
	if !ok {
		t.Skip("runs as the child of TestKilledRotation")
	}
	ctx := context.Background()
	d, err := db.Open(ctx, target, testkit.Clock)
	if err != nil {
		t.Fatal(err)
	}
	key, err := secret.LoadFileKey(path)
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.Open(ctx, d, key, secret.AES)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("ready")
	v, err := secret.Rotate(ctx, d, key, box, secret.AES, sample, nil)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("done", v)
}

// TestKilledRotation kills the rotation twenty times with SIGKILL: after each
// kill every value opens, and in the end one run finishes.
func TestKilledRotation(t *testing.T) {
	if testing.Short() {
		t.Skip("starts twenty processes")
	}
	for name, target := range map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(t.TempDir(), "w.db") },
		"postgres": func() string { return testkit.PostgresDatabase(t) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			at := target()
			path := filepath.Join(t.TempDir(), "master.key")
			key, err := secret.CreateFileKey(path, secret.AES)
			if err != nil {
				t.Fatal(err)
			}
			open := func() (*db.DB, *secret.Box) {
				d, err := db.Open(ctx, at, testkit.Clock)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := d.Migrate(ctx); err != nil {
					t.Fatal(err)
				}
				box, err := secret.Open(ctx, d, key, secret.AES)
				if err != nil {
					t.Fatal(err)
				}
				return d, box
			}
			d, box := open()
			sealedSample(t, d, box)
			d.Close()
			killed, finished := 0, 0
			for range 20 {
				if rotateAndKill(t, at, path, time.Duration(rand.Int64N(int64(60*time.Millisecond)))) {
					finished++
				} else {
					killed++
				}
				d, box := open()
				readable(t, d, box)
				d.Close()
			}
			if killed == 0 {
				t.Error("no run was killed in the middle: the test is blind")
			}
			d, box = open()
			defer d.Close()
			version, err := secret.Rotate(ctx, d, key, box, secret.AES, sample, nil)
			if err != nil {
				t.Fatal(err)
			}
			readable(t, d, box)
			counts, err := secret.Check(ctx, d, box, sample)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range counts {
				if c.Version != version || !c.Opens {
					t.Errorf("%+v, want version %d", c, version)
				}
			}
			t.Logf("%d killed, %d finished before the kill", killed, finished)
		})
	}
}

// rotateAndKill starts a rotation and kills it after a while; it reports
// whether it had finished by then.
func rotateAndKill(t *testing.T, target, path string, after time.Duration) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestRotationChild$", "-test.v")
	cmd.Env = append(os.Environ(), killEnv+"="+target+"|"+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	ready, done := false, false
	for lines.Scan() {
		if strings.Contains(lines.Text(), "ready") && !ready {
			ready = true
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		done = done || strings.HasPrefix(lines.Text(), "done")
	}
	_ = cmd.Wait()
	if !ready {
		t.Fatal("the child did not start")
	}
	return done
}
