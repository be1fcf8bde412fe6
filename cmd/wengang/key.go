package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/audit"
	"wengang/internal/region"
	"wengang/internal/secret"
)

func keyCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "the master key: make, check, rotate", Args: cobra.NoArgs}
	cmd.AddCommand(keyInitCmd(e), keyCheckCmd(e), keyRotateCmd(e))
	return cmd
}

func keyInitCmd(e *env) *cobra.Command {
	var suite string
	cmd := &cobra.Command{
		Use: "init", Short: "make a new key file; an existing one is never overwritten", Args: cobra.NoArgs,
		Example: "  wengang key init\n  wengang key init --suite sm --key /secure/master.key",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := secret.ParseSuite(suite)
			if err != nil {
				return err
			}
			path, err := secret.KeyPath(e.key)
			if err != nil {
				return err
			}
			key, err := secret.CreateFileKey(path, s)
			if err != nil {
				return err
			}
			return e.print(cmd.OutOrStdout(), map[string]string{"file": path, "id": key.ID(), "suite": s.String()}, func(w io.Writer) {
				fmt.Fprintf(w, "%s made (%s). Keep an offline copy: without it nobody reads the ids again.\n", path, s)
			})
		},
	}
	cmd.Flags().StringVar(&suite, "suite", "aes", "aes (AES-GCM, HMAC-SHA256) or sm (SM4-GCM, HMAC-SM3)")
	return cmd
}

func keyCheckCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "does the key file open this database?", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.Close()
			counts, err := secret.Check(cmd.Context(), a.DB, a.Box, app.Sealed())
			if err != nil {
				return err
			}
			out := checkedKey{ID: a.Key.ID(), Suite: a.Key.Suite().String(), DataKey: int(a.Box.ActiveVersion()), Columns: counts}
			if err := e.print(cmd.OutOrStdout(), out, out.write); err != nil {
				return err
			}
			for _, c := range counts {
				if !c.Opens {
					return fmt.Errorf("%s: some values do not open with this key", c.Column)
				}
			}
			return nil
		},
	}
}

type checkedKey struct {
	ID      string         `json:"id"`
	Suite   string         `json:"suite"`
	DataKey int            `json:"data_key"`
	Columns []secret.Count `json:"columns"`
}

func (k checkedKey) write(w io.Writer) {
	fmt.Fprintf(w, "key %s (%s), data key version %d\n", k.ID, k.Suite, k.DataKey)
	for _, c := range k.Columns {
		fmt.Fprintf(w, "  %-28s version %d: %d values\n", c.Column, c.Version, c.Rows)
	}
}

func keyRotateCmd(e *env) *cobra.Command {
	var master bool
	cmd := &cobra.Command{
		Use: "rotate", Short: "new data keys and every encrypted column under them; goes on where it stopped", Args: cobra.NoArgs,
		Example: "  wengang key rotate\n  wengang key rotate --master   # a new key file as well",
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.Close()
			v, err := secret.Rotate(cmd.Context(), a.DB, a.Key, a.Box, a.Key.Suite(), app.Sealed(), func(p secret.Progress) {
				if p.Done {
					fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d rows\n", p.Column, p.Rows)
				}
			})
			if err != nil {
				return err
			}
			operator := account.LocalOperator(region.Country)
			err = a.Audit.Record(cmd.Context(), operator, audit.Entry{Action: "key.rotate", Object: "key", ObjectID: fmt.Sprint(v), Detail: map[string]string{"master": fmt.Sprint(master)}})
			if err != nil {
				return err
			}
			id := a.Key.ID()
			if master {
				path, err := secret.KeyPath(e.key)
				if err != nil {
					return err
				}
				key, err := secret.RotateFile(cmd.Context(), a.DB, path, a.Key.Suite())
				if err != nil {
					return err
				}
				id = key.ID()
			}
			return e.print(cmd.OutOrStdout(), map[string]any{"data_key": v, "master": id}, func(w io.Writer) {
				fmt.Fprintf(w, "data key version %d, master key %s\n", v, id)
			})
		},
	}
	cmd.Flags().BoolVar(&master, "master", false, "replace the master key in its file too; the old file stays for older backups")
	return cmd
}
