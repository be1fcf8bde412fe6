// Command wengang is the whole product in one binary: server, imports, month
// closing, forms, sample and benchmarks. One file per command.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"wengang/internal/fault"
	"wengang/internal/text"
)

// version is set by the linker.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := newRoot().ExecuteContext(ctx)
	stop()
	os.Exit(exitCode(err))
}

// errRowsRejected ends a command that did its work on a file with bad rows.
var errRowsRejected = errors.New("rows rejected")

// exitCode: 0 done, 3 processed with rejected rows, 1 failed (semantics,
// The sample and the clock).
func exitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errRowsRejected):
		return 3
	}
	fmt.Fprintln(os.Stderr, "wengang:", message(err))
	return 1
}

// message is what a person reads of an error: the catalogue's words for a
// known fault, the plain text for a mistake in the command's use.
func message(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err.Error()
	}
	s := text.T(lang(), f.Key, f.Args...)
	for _, x := range f.Fields {
		s += "\n  " + x.Name + ": " + text.T(lang(), x.Key, x.Args...)
	}
	return s
}

func newRoot() *cobra.Command {
	e := &env{}
	root := &cobra.Command{
		Use:           "wengang",
		Short:         "稳岗: keeps people lifted out of poverty in jobs, and proves it",
		SilenceUsage:  true,
		SilenceErrors: true,
		Example: "  wengang demo\n" +
			"  wengang import people 人员信息.xlsx --region 371522 --db sqlite:wengang.db\n" +
			"  wengang report progress --region 3715 --period 2023Q4 --out 附件1.xlsx",
	}
	e.flags(root)
	root.AddCommand(
		migrateCmd(e), importCmd(e), monthCmd(e),
		rollupCmd(e), indicatorsCmd(e), cohortsCmd(e), incomesCmd(e), peopleCmd(e), regionCmd(e), userCmd(e), auditCmd(e),
		keyCmd(e), verifyCmd(e), checkCmd(e), backupCmd(e), restoreCmd(e), moveCmd(e), serveCmd(e), demoCmd(e), genCmd(e), reportCmd(e), benchCmd(e), versionCmd(e),
	)
	return root
}
