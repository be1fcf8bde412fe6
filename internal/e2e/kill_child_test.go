package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"wengang/internal/account"
	"wengang/internal/region"
	"wengang/internal/sample"
	"wengang/internal/text"
)

// errand is what a child process is to import, and where it is to die.
type errand struct {
	DB, Dir, Path, At string
	File              sample.File
	Chunk             int
}

const errandEnv = "WENGANG_E2E_ERRAND"

// The child runs before anything of this package's own tests: the program
// itself, with nothing beside it.
func init() {
	if os.Getenv(errandEnv) != "" {
		os.Exit(child(os.Getenv(errandEnv)))
	}
}

// child imports a file as the command line does and dies at the boundary.
func child(raw string) int {
	var e errand
	if err := json.Unmarshal([]byte(raw), &e); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	a, err := openInstallation(e.DB, e.Dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	seen := map[string]int{}
	a.Imports.ChunkRows = e.Chunk
	a.Imports.Failpoint = func(p string) {
		if seen[p]++; fmt.Sprintf("%s:%d", p, seen[p]) == e.At {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			time.Sleep(time.Minute)
		}
	}
	f, err := os.Open(e.Path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	if _, err = a.Import(context.Background(), account.LocalOperator(region.Country), requestFor(e.File, f), false, text.ZH); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return 3
}

// kill starts the program and has it killed.
func (k *killing) kill(f sample.File, at string) {
	k.Helper()
	e, err := json.Marshal(errand{DB: k.target, Dir: k.dir, Path: filepath.Join(k.books, f.Path), At: at, File: f, Chunk: (f.Rows + 1) / 2})
	if err != nil {
		k.Fatal(err)
	}
	cmd := exec.CommandContext(k.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), errandEnv+"="+string(e))
	out, err := cmd.CombinedOutput()
	if st, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !st.Signaled() || st.Signal() != syscall.SIGKILL {
		k.Fatalf("%s: the child was not killed there: %v\n%s", at, err, out)
	}
}
