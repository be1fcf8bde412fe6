package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/division"
	"wengang/internal/region"
)

type foundPlace struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Path  string `json:"path"`
	Level int    `json:"level"`
	Kind  string `json:"kind,omitempty"`
}

type foundPlaces struct {
	Status string       `json:"status"` // one, several, none
	Places []foundPlace `json:"places"`
	Former bool         `json:"former,omitempty"`
}

func regionCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{Use: "region", Short: "look places up, and change divisions by document", Args: cobra.NoArgs}
	var within string
	find := &cobra.Command{
		Use: "find NAME", Short: "find a place by name, former name, code or pinyin initials", Args: exactly(1),
		Example: "  wengang region find 科左中旗\n  wengang region find 茌平县\n  wengang region find 城关镇 --within 3715",
		RunE: func(cmd *cobra.Command, args []string) error {
			tree, err := e.tree(cmd.Context())
			if err != nil {
				return err
			}
			at := region.Country
			if within != "" {
				if at, err = region.ParseCode(within); err != nil {
					return err
				}
			}
			found := findPlaces(tree, args[0], at)
			return e.print(cmd.OutOrStdout(), found, found.write)
		},
	}
	find.Flags().StringVar(&within, "within", "", "only below this code")
	cmd.AddCommand(find,
		regionChangeCmd(e, division.Merge, "merge villages or towns by document", "  wengang region merge --region 371522 --from 371522101202 --into 371522101218 --month 2023-11 --doc 莘政发〔2023〕7号 --apply"),
		regionChangeCmd(e, division.Move, "put villages below another town, or towns below another county", "  wengang region move --region 371522 --from 371522101202 --into 371522102 --month 2023-11 --doc 莘政发〔2023〕7号"),
		regionChangeCmd(e, division.Rename, "give a place another name", "  wengang region rename --region 371522 --from 371522101202 --name 营头新村 --month 2023-11 --doc 莘政发〔2023〕7号"))
	return cmd
}

func findPlaces(t *region.Tree, name string, within region.Code) foundPlaces {
	m := t.Lookup(name, within)
	out := foundPlaces{Status: "none", Former: m.Former, Places: []foundPlace{}}
	var codes []region.Code
	switch m.Status {
	case region.One:
		out.Status, codes = "one", []region.Code{m.Code}
	case region.Several:
		out.Status = "several"
		for _, p := range m.Candidates {
			codes = append(codes, p.Code)
		}
	}
	for _, c := range codes {
		p, _ := t.Get(c)
		out.Places = append(out.Places, foundPlace{Code: c.String(), Name: p.Name, Path: t.FullName(c), Level: int(c.Level()), Kind: p.Kind})
	}
	return out
}

// write is what a person reads of a look-up.
func (f foundPlaces) write(w io.Writer) {
	fmt.Fprintln(w, f.Status)
	for _, p := range f.Places {
		fmt.Fprintf(w, "%-12s  %s\n", p.Code, p.Path)
	}
}
