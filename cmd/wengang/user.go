package main

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/region"
	"wengang/internal/secret"
)

func userCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "accounts: first run, list, add, grant", Args: cobra.NoArgs}
	cmd.AddCommand(userInitCmd(e), userListCmd(e), userAddCmd(e), userGrantCmd(e), userDisableCmd(e), userTOTPCmd(e), userAddressCmd(e))
	return cmd
}

func userInitCmd(e *env) *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "init", Short: "make the three administrators of a new installation, with one-time passwords", Args: cobra.NoArgs,
		Example: "  wengang user init --region 3715",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := e.placeFirst(at); err != nil {
				return err
			}
			return e.with(cmd, at, func(a *app.App, _ account.Caller, at region.Code) error {
				made, err := a.Accounts.Bootstrap(cmd.Context(), at)
				if err != nil {
					return err
				}
				return e.print(cmd.OutOrStdout(), made, func(w io.Writer) {
					for _, m := range made {
						fmt.Fprintf(w, "%-10s %-10s %s\n", m.Login, m.Role, m.Password)
					}
					fmt.Fprintln(w, "Each password works once and must be changed.")
				})
			})
		},
	}
	regionFlag(cmd, &at)
	return cmd
}

type listedUser struct {
	ID     int64    `json:"id"`
	Login  string   `json:"login"`
	Name   string   `json:"name"`
	Region string   `json:"region"`
	Active bool     `json:"active"`
	Grants []string `json:"grants"`
}

func userListCmd(e *env) *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "list", Short: "accounts of a region", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				users, err := a.Accounts.Users(cmd.Context(), c, account.UserFilter{At: at, Limit: 1000})
				if err != nil {
					return err
				}
				out := make([]listedUser, 0, len(users))
				for _, u := range users {
					l := listedUser{ID: u.ID, Login: u.Login, Name: u.Name, Region: u.Region.String(), Active: u.Active(), Grants: []string{}}
					for _, g := range u.Grants {
						l.Grants = append(l.Grants, fmt.Sprintf("%s/%s@%s", g.Role, g.Dept, g.Region))
					}
					out = append(out, l)
				}
				return e.print(cmd.OutOrStdout(), out, func(w io.Writer) {
					for _, u := range out {
						fmt.Fprintf(w, "%4d  %-18s %-10s %-12s %v\n", u.ID, u.Login, u.Name, u.Region, u.Grants)
					}
				})
			})
		},
	}
	regionFlag(cmd, &at)
	return cmd
}

func userAddCmd(e *env) *cobra.Command {
	var at, name, identity string
	cmd := &cobra.Command{
		Use: "add LOGIN", Short: "make an account; it may do nothing until a security administrator grants", Args: exactly(1),
		Example: "  wengang user add wangxiu --name 王秀 --region 371522 --as system",
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				made, err := a.Accounts.Create(cmd.Context(), c, account.NewUser{Login: args[0], Name: name, Region: at, Identity: identity})
				if err != nil {
					return err
				}
				return e.print(cmd.OutOrStdout(), made, func(w io.Writer) {
					fmt.Fprintf(w, "%s  one-time password: %s\n", made.Login, made.Password)
				})
			})
		},
	}
	regionFlag(cmd, &at)
	cmd.Flags().StringVar(&name, "name", "", "the person's name")
	cmd.Flags().StringVar(&identity, "identity", "", "identity number (administrators only: one person may not hold two of the three)")
	return cmd
}

func userGrantCmd(e *env) *cobra.Command {
	var at, role, dept string
	cmd := &cobra.Command{
		Use: "grant LOGIN", Short: "give an account a role at a region", Args: exactly(1),
		Example: "  wengang user grant wangxiu --role officer --dept hr --region 371522 --as security",
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				id, err := findUser(cmd, a, c, at, args[0])
				if err != nil {
					return err
				}
				return a.Accounts.Grant(cmd.Context(), c, id, account.Grant{Role: account.Role(role), Dept: account.Dept(dept), Region: at})
			})
		},
	}
	regionFlag(cmd, &at)
	cmd.Flags().StringVar(&role, "role", "", fmt.Sprintf("one of %v", account.Roles()))
	cmd.Flags().StringVar(&dept, "dept", "", fmt.Sprintf("one of %v", account.Depts()))
	return cmd
}

func userDisableCmd(e *env) *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "disable LOGIN", Short: "stop an account and end its sessions", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				id, err := findUser(cmd, a, c, at, args[0])
				if err != nil {
					return err
				}
				return a.Accounts.Disable(cmd.Context(), c, id)
			})
		},
	}
	regionFlag(cmd, &at)
	return cmd
}

func findUser(cmd *cobra.Command, a *app.App, c account.Caller, at region.Code, login string) (int64, error) {
	users, err := a.Accounts.Users(cmd.Context(), c, account.UserFilter{Text: login, At: at, Limit: 50})
	if err != nil {
		return 0, err
	}
	for _, u := range users {
		if u.Login == account.NormalLogin(login) {
			return u.ID, nil
		}
	}
	return 0, fmt.Errorf("no account %q in %s", login, at)
}

// placeFirst looks the place up before a new installation is made: a slip in
// it must not leave a key and an empty database behind.
func (e *env) placeFirst(at string) error {
	path, err := secret.KeyPath(e.key)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		return nil // an installation of its own may know places that the nation does not
	}
	_, err = app.PlaceIn(region.National(), at)
	return err
}

func userTOTPCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{Use: "totp", Short: "second factors", Args: cobra.NoArgs}
	cmd.AddCommand(userTOTPResetCmd(e))
	return cmd
}

func userTOTPResetCmd(e *env) *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "reset LOGIN", Short: "take away a lost second factor, on record; the account sets up a new one at its next sign-in", Args: exactly(1),
		Example: "  wengang user totp reset security --region 3715",
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				id, err := findUser(cmd, a, c, at, args[0])
				if err != nil {
					return err
				}
				if err := a.Accounts.ResetFactor(cmd.Context(), c, id); err != nil {
					return err
				}
				return e.print(cmd.OutOrStdout(), map[string]any{"login": args[0], "reset": true}, func(w io.Writer) { fmt.Fprintln(w, args[0], "second factor taken away, sessions ended") })
			})
		},
	}
	regionFlag(cmd, &at)
	return cmd
}

func userAddressCmd(e *env) *cobra.Command {
	var admin, metrics []string
	var reason string
	cmd := &cobra.Command{
		Use: "address", Short: "networks from which administration and metrics are answered; also the way back in after a wrong one", Args: cobra.NoArgs,
		Example: "  wengang user address --admin 10.37.15.0/24 --reason 等保整改\n  wengang user address --admin \"\" --reason 误设",
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			defer a.Close()
			c, err := a.Operator(cmd.Context(), e.as, region.Country)
			if err != nil {
				return err
			}
			for kind, list := range map[account.AddressKind][]string{account.AdminAddress: admin, account.MetricAddress: metrics} {
				if !cmd.Flags().Changed(string(kind)) {
					continue
				}
				if err := a.Accounts.SetAddresses(cmd.Context(), c, kind, strings.Join(list, "\n"), reason, ""); err != nil {
					return err
				}
			}
			out := map[account.AddressKind][]netip.Prefix{}
			for _, kind := range []account.AddressKind{account.AdminAddress, account.MetricAddress} {
				if out[kind], err = a.Accounts.Addresses(cmd.Context(), kind); err != nil {
					return err
				}
			}
			return e.print(cmd.OutOrStdout(), out, func(w io.Writer) {
				for kind, list := range out {
					fmt.Fprintf(w, "%-8s %v\n", kind, list)
				}
			})
		},
	}
	cmd.Flags().StringSliceVar(&admin, "admin", nil, "networks for administration; empty for no limit")
	cmd.Flags().StringSliceVar(&metrics, "metrics", nil, "networks for /metrics; empty for this machine only")
	cmd.Flags().StringVar(&reason, "reason", "", "document or reason, kept on record")
	return cmd
}
