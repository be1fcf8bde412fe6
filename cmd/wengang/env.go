package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/text"
)

// env is what the global flags say.
type env struct {
	db      string
	key     string
	as      string
	now     string
	json    bool
	dbGiven bool // the database was named, not defaulted
}

func (e *env) flags(root *cobra.Command) {
	f := root.PersistentFlags()
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		e.dbGiven = os.Getenv("WENGANG_DB") != "" || cmd.Flags().Changed("db")
		return e.standing(cmd)
	}
	f.StringVar(&e.db, "db", envOr("WENGANG_DB", "sqlite:wengang.db"), "database: sqlite:FILE or postgres://… (env WENGANG_DB)")
	f.StringVar(&e.key, "key", os.Getenv("WENGANG_KEY"), "key file (env WENGANG_KEY; default in your configuration folder)")
	f.StringVar(&e.as, "as", "", "act as this user; without it as the audited local operator of --region")
	f.StringVar(&e.now, "now", "", "pretend that today is this date (YYYY-MM-DD)")
	f.BoolVar(&e.json, "json", false, "print JSON")
}

// beginners are the commands that may make a new database, or need none. To
// every other a file that is not there is a slip in --db: a new and empty one
// would verify well, and be a backup of nothing.
var beginners = map[string]bool{
	"bench": true, "completion": true, "demo": true, "gen": true, "help": true, "import": true, "key init": true, "migrate": true, "move": true,
	"region find": true, "restore": true, "serve": true, "user init": true, "version": true,
}

// standing refuses where the command's SQLite file is not there.
func (e *env) standing(cmd *cobra.Command) error {
	path := strings.Fields(cmd.CommandPath())[1:]
	if len(path) == 0 || beginners[path[0]] || beginners[strings.Join(path, " ")] {
		return nil
	}
	return there(e.db)
}

// there refuses a SQLite database whose file does not exist.
func there(url string) error {
	file, ok := strings.CutPrefix(url, "sqlite:")
	if !ok || file == ":memory:" {
		return nil
	}
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		return fault.New(fault.NotFound, "cli.nodb", file)
	}
	return nil
}

func envOr(name, def string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return def
}

// lang of the command line: Chinese unless the locale says otherwise.
func lang() text.Lang {
	for _, name := range []string{"WENGANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			if strings.HasPrefix(v, "en") {
				return text.EN
			}
			return text.ZH
		}
	}
	return text.ZH
}

func (e *env) clock() (calendar.Clock, error) {
	if e.now == "" {
		return calendar.System, nil
	}
	d, err := calendar.ParseDate(e.now)
	if err != nil {
		return nil, err
	}
	return calendar.Fixed(d.Time().Add(9 * time.Hour)), nil
}

// open opens the program on the database, migrated and with its key.
func (e *env) open(ctx context.Context) (*app.App, error) {
	clock, err := e.clock()
	if err != nil {
		return nil, err
	}
	return app.Open(ctx, app.Options{DB: e.db, KeyFile: e.key, Clock: clock})
}

// with opens the program, builds the caller for the region and runs fn.
func (e *env) with(cmd *cobra.Command, regionText string, fn func(a *app.App, c account.Caller, at region.Code) error) error {
	ctx := cmd.Context()
	a, err := e.open(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	at, err := a.Place(regionText)
	if err != nil {
		return err
	}
	c, err := a.Operator(ctx, e.as, at)
	if err != nil {
		return err
	}
	return fn(a, c, at)
}

// exactly wants n arguments and answers others with the command's use.
func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return fault.New(fault.Invalid, "cli.args", cmd.UseLine())
	}
}

// print writes v as JSON, or calls plain.
func (e *env) print(w io.Writer, v any, plain func(io.Writer)) error {
	if !e.json {
		plain(w)
		return nil
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func versionCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print the version", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.print(cmd.OutOrStdout(), map[string]string{"version": version}, func(w io.Writer) {
				fmt.Fprintln(w, "wengang", version)
			})
		},
	}
}
