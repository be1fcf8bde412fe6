package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/region"
)

func userCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "accounts: first run, list, add, grant", Args: cobra.NoArgs}
	cmd.AddCommand(userInitCmd(e), userListCmd(e), userAddCmd(e), userGrantCmd(e), userDisableCmd(e))
	return cmd
}

func userInitCmd(e *env) *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "init", Short: "make the three administrators of a new installation, with one-time passwords", Args: cobra.NoArgs,
		Example: "  wengang user init --region 3715",
		RunE: func(cmd *cobra.Command, _ []string) error {
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
