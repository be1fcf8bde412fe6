package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/division"
	"wengang/internal/region"
)

// regionChange is what the flags of a change of divisions say.
type regionChange struct {
	at, into, name, month, doc string
	from                       []string
	apply                      bool
}

type changedPlaces struct {
	ID      int64           `json:"id"`
	State   division.State  `json:"state"`
	People  int             `json:"people"`
	Places  []division.Step `json:"places"`
	Blocked []string        `json:"blocked,omitempty"` // closed months
}

func regionChangeCmd(e *env, kind division.Kind, short, example string) *cobra.Command {
	var f regionChange
	cmd := &cobra.Command{
		Use: string(kind), Short: short, Args: cobra.NoArgs, Example: example,
		Long: "Drafts the change and prints what it would move; --apply puts it into force from the first day of\n" +
			"the month. It can be undone on its page until that month closes.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return e.with(cmd, f.at, func(a *app.App, c account.Caller, _ region.Code) error {
				out, err := f.run(cmd, a, c, kind)
				if err != nil {
					return err
				}
				return e.print(cmd.OutOrStdout(), out, out.write)
			})
		},
	}
	regionFlag(cmd, &f.at)
	cmd.Flags().StringArrayVar(&f.from, "from", nil, "place that changes, code or name; repeat for several")
	cmd.Flags().StringVar(&f.into, "into", "", "merge: the place that stays; move: the place above")
	cmd.Flags().StringVar(&f.name, "name", "", "new name")
	cmd.Flags().StringVar(&f.month, "month", "", "first month (YYYY-MM)")
	cmd.Flags().StringVar(&f.doc, "doc", "", "number of the document")
	cmd.Flags().BoolVar(&f.apply, "apply", false, "put it into force")
	return cmd
}

func (f *regionChange) run(cmd *cobra.Command, a *app.App, c account.Caller, kind division.Kind) (changedPlaces, error) {
	ctx, scope := cmd.Context(), c.Scope(account.SettingEdit)
	ask := division.Ask{Kind: kind, Name: f.name, DocNo: f.doc}
	var err error
	if ask.Month, err = calendar.ParseMonth(f.month); err != nil {
		return changedPlaces{}, err
	}
	for _, t := range f.from {
		p, err := a.Place(t)
		if err != nil {
			return changedPlaces{}, err
		}
		ask.From = append(ask.From, p)
	}
	if f.into != "" {
		if ask.Into, err = a.Place(f.into); err != nil {
			return changedPlaces{}, err
		}
	}
	id, err := a.Divisions.Draft(ctx, scope, c, ask)
	if err != nil {
		return changedPlaces{}, err
	}
	effect, err := a.Divisions.Effect(ctx, scope, c, id)
	if err != nil {
		return changedPlaces{}, err
	}
	out := changedPlaces{ID: id, State: division.Draft, People: effect.People}
	for _, s := range effect.Steps {
		out.Places = append(out.Places, s.Step)
	}
	for _, m := range effect.Closed {
		out.Blocked = append(out.Blocked, m.County.String()+" "+m.Month.String())
	}
	if !f.apply {
		return out, nil
	}
	out.State = division.Applied
	return out, a.Divisions.Apply(ctx, scope, c, id)
}

// write is what a person reads of a change.
func (c changedPlaces) write(w io.Writer) {
	fmt.Fprintf(w, "change %d: %s, %d people\n", c.ID, c.State, c.People)
	for _, s := range c.Places {
		fmt.Fprintf(w, "  %s → %s %s\n", s.From.Full(), s.To.Full(), s.Name)
	}
	for _, b := range c.Blocked {
		fmt.Fprintf(w, "  closed: %s\n", b)
	}
}
