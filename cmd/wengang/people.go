package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/text"
)

type foundPerson struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Sex     string `json:"sex"`
	Birth   string `json:"birth"`
	IDMask  string `json:"id_number"`
	Phone   string `json:"phone,omitempty"`
	Village string `json:"village"`
	Place   string `json:"place"`
	Status  string `json:"status"`
}

func peopleCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{Use: "people", Short: "look into the ledger", Args: cobra.NoArgs}
	var at string
	var limit int
	find := &cobra.Command{
		Use: "find WORDS", Short: "find people by name, pinyin initials, id number or phone (answers are masked)", Args: cobra.MinimumNArgs(1),
		Example: "  wengang people find 张秀英 --region 371522\n  wengang people find zxy --region 371522",
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.with(cmd, at, func(a *app.App, c account.Caller, at region.Code) error {
				scope := c.Scope(account.PeopleRead).Within(at)
				rows, err := a.People.Find(cmd.Context(), scope, c, strings.Join(args, " "), limit)
				if err != nil {
					return err
				}
				found := make([]foundPerson, 0, len(rows))
				for _, r := range rows {
					found = append(found, foundPerson{
						ID: r.ID, Name: r.Name, Sex: fact.Sex.Name(r.Sex), Birth: r.Birth.String(), IDMask: r.IDMask, Phone: r.PhoneMask,
						Village: r.Village.String(), Place: a.Tree().FullName(r.Village), Status: fact.Status.Name(r.Status),
					})
				}
				return e.print(cmd.OutOrStdout(), found, func(w io.Writer) {
					if len(found) == 0 {
						fmt.Fprintln(w, text.T(lang(), "cli.none"))
					}
					for _, p := range found {
						fmt.Fprintf(w, "%8d  %s  %s  %s  %s  %s\n", p.ID, p.Name, p.IDMask, p.Birth, p.Status, p.Place)
					}
				})
			})
		},
	}
	regionFlag(find, &at)
	find.Flags().IntVar(&limit, "limit", 20, "at most this many")
	cmd.AddCommand(find)
	return cmd
}
