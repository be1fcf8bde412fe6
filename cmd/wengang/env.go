package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/calendar"
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
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		e.dbGiven = os.Getenv("WENGANG_DB") != "" || cmd.Flags().Changed("db")
	}
	f.StringVar(&e.db, "db", envOr("WENGANG_DB", "sqlite:wengang.db"), "database: sqlite:FILE or postgres://… (env WENGANG_DB)")
	f.StringVar(&e.key, "key", os.Getenv("WENGANG_KEY"), "key file (env WENGANG_KEY; default in your configuration folder)")
	f.StringVar(&e.as, "as", "", "act as this user; without it as the audited local operator of --region")
	f.StringVar(&e.now, "now", "", "pretend that today is this date (YYYY-MM-DD)")
	f.BoolVar(&e.json, "json", false, "print JSON")
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
