package targethttp

import (
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/target"
	"wengang/internal/target/dispatch"
	"wengang/internal/target/split"
	"wengang/internal/web"
)

type whatIfView struct {
	T         *target.Table
	If        target.If
	Rows      []whatIfRow
	Path      string
	Back      string
	Add       string // what every place is assumed to add
	Errors    []web.FieldText
	Units     string
	Remainder string
	Over      bool
	Time      float64
	Month     string
	Draft     bool
	Query     string
}

type whatIfRow struct {
	target.IfRow
	Code, Name   string
	AddText      string
	TargetText   string
	RateNow      float64
	RateThen     float64
	Known        bool
	RankMoved    string
	TargetEdited bool
}

// whatIf computes a table with assumed values out of the address; it stores
// nothing.
func (h *Rim) whatIf(w http.ResponseWriter, r *web.Request) error {
	v, err := h.whatIfView(r)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "target/whatif", v)
}

func (h *Rim) whatIfView(r *web.Request) (*whatIfView, error) {
	id, err := idOf(r)
	if err != nil {
		return nil, err
	}
	scope := r.Caller.Scope(account.TargetRead)
	t, err := h.store.Get(r.Context(), scope, id)
	if err != nil {
		return nil, err
	}
	all, err := h.store.Progress(r.Context(), scope, t, r.Month)
	if err != nil {
		return nil, err
	}
	pace, err := h.store.Pace(r.Context(), scope, t)
	if err != nil {
		return nil, err
	}
	v := &whatIfView{T: t, Path: "/target/" + strconv.FormatInt(t.ID, 10) + "/whatif", Back: r.Link("/target/" + strconv.FormatInt(t.ID, 10)), Units: t.Unit, Time: pace.At(t, r.Month) * 100, Month: r.Month.String(),
		Draft: r.Caller.Scope(account.TargetEdit).Contains(t.Region) && t.Unit != ""}
	assume, typed := h.assumed(r, v, t, all)
	v.If = target.WhatIf(t, all, pace, r.Month, assume)
	for _, x := range v.If.Rows {
		code := x.Now.Row.Region.Full()
		row := whatIfRow{IfRow: x, Code: code, Name: x.Now.Row.Name, AddText: typed["a."+code], TargetText: typed["t."+code], RateNow: target.Shown(x.Now.Rate), RateThen: target.Shown(x.Then.Rate), Known: x.Now.Rate >= 0, TargetEdited: x.Then.Row.Value != x.Now.Row.Value}
		if x.RankNow > 0 && x.RankThen > 0 && x.RankNow != x.RankThen {
			row.RankMoved = dispatch.Moved(x.RankNow - x.RankThen)
		}
		v.Rows = append(v.Rows, row)
	}
	v.Remainder = target.Printed(v.If.Remainder, t.Unit, finest(t))
	v.Over = v.If.Remainder < 0
	return v, nil
}

func finest(t *target.Table) int {
	n := target.Decimals(t.PrintedTotal)
	for _, x := range t.Rows {
		n = max(n, target.Decimals(x.Printed))
	}
	return n
}

// assumed reads a.CODE (persons more) and t.CODE (another target, as printed).
func (h *Rim) assumed(r *web.Request, v *whatIfView, t *target.Table, all []target.Standing) (map[region.Code]target.Assumed, map[string]string) {
	out, typed := map[region.Code]target.Assumed{}, map[string]string{}
	_ = r.ParseForm()
	v.Add = strings.TrimSpace(r.Form.Get("add"))
	for _, s := range all {
		if s.Row.PartOf != 0 || s.Row.Region == t.Region {
			continue
		}
		a, code := target.Assumed{Target: -1}, s.Row.Region.Full()
		add := strings.TrimSpace(r.Form.Get("a." + code))
		typed["a."+code] = add
		if add == "" {
			add = v.Add
		}
		if n, err := strconv.ParseInt(strings.TrimPrefix(strings.ReplaceAll(add, "−", "-"), "+"), 10, 64); err == nil && n > -1_000_000_000 && n < 1_000_000_000 {
			a.Add = n
		} else if add != "" {
			v.Errors = append(v.Errors, web.FieldText{Name: "a." + code, Message: r.T("target.whatif.add_bad", s.Row.Name, add)})
		}
		if goal := strings.TrimSpace(r.Form.Get("t." + code)); goal != "" {
			typed["t."+code] = goal
			if n, ok := target.ParseValue(goal, t.Unit); ok {
				a.Target = n
			} else {
				v.Errors = append(v.Errors, web.FieldText{Name: "t." + code, Message: r.T("target.whatif.target_bad", s.Row.Name, goal)})
			}
		}
		out[s.Row.Region] = a
	}
	return out, typed
}

// whatIfDraft begins a decomposition with the assumed targets: the one way in
// which a what-if is kept.
func (h *Rim) whatIfDraft(w http.ResponseWriter, r *web.Request) error {
	v, err := h.whatIfView(r)
	if err != nil {
		return err
	}
	if len(v.Errors) > 0 {
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "target/whatif", v)
	}
	id, err := h.splits.Begin(r.Context(), r.Caller, v.T.ID, v.T.Region, "", -1)
	if err != nil {
		return err
	}
	x, err := h.splits.Get(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	e := split.Edit{Rule: x.Rule, BP: x.BP, Rows: x.Rows}
	for _, row := range v.Rows {
		if !row.TargetEdited {
			continue
		}
		found := false
		for i := range e.Rows {
			if e.Rows[i].Part == 0 && e.Rows[i].Region == row.Now.Row.Region {
				e.Rows[i].Printed, found = target.Printed(row.Then.Row.Value, x.Unit, x.Decimals), true
			}
		}
		if !found {
			e.Rows = append(e.Rows, split.Row{Region: row.Now.Row.Region, Printed: target.Printed(row.Then.Row.Value, x.Unit, x.Decimals)})
		}
	}
	if err := h.splits.Save(r.Context(), r.Caller, id, x.LockNo, e); err != nil {
		if fault.Is(err, fault.Invalid) {
			v.Errors = r.FieldTexts(err)
			return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "target/whatif", v)
		}
		return err
	}
	return r.Redirect(w, h.splitPath(r, id))
}

type versionsView struct {
	T    *target.Table
	Rows []versionRow
	Back string
}

type versionRow struct {
	T     *target.Table
	Href  string
	Badge web.Badge
	Diff  []diffRow
	First bool
	Total string
}

type diffRow struct {
	target.Differs
	Label  string
	Change string
}

// versions shows a table's versions, the newest first, each with what it
// changed.
func (h *Rim) versions(w http.ResponseWriter, r *web.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	all, err := h.store.Versions(r.Context(), r.Caller.Scope(account.TargetRead), id)
	if err != nil {
		return err
	}
	v := versionsView{Back: r.Link("/target/" + strconv.FormatInt(id, 10))}
	for i := len(all) - 1; i >= 0; i-- {
		t := all[i]
		if t.ID == id {
			v.T = t
		}
		row := versionRow{T: t, Href: r.Link("/target/" + strconv.FormatInt(t.ID, 10)), First: i == 0, Badge: standingBadge(r, t)}
		if i > 0 {
			for _, d := range target.Diff(all[i-1], t) {
				x := diffRow{Differs: d, Label: d.Name, Change: "—"}
				switch {
				case d.PartName != "":
					x.Label += " " + r.T("target.part", d.PartName)
				case d.Partner != 0:
					x.Label = h.name(d.Partner)
				}
				if d.Known {
					x.Change = web.Signed(d.Change)
				}
				row.Diff = append(row.Diff, x)
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return h.shell.Page(w, r, "target/versions", v)
}

func standingBadge(r *web.Request, t *target.Table) web.Badge {
	switch {
	case t.WithdrawnAt != 0:
		return web.Badge{Kind: "out", Icon: "arrow-back-up", Text: r.T("target.split.state.withdrawn")}
	case t.ReplacedBy != 0:
		return web.Badge{Kind: "out", Icon: "history", Text: r.T("target.split.state.replaced")}
	}
	return web.Badge{Kind: "work", Icon: "check", Text: r.T("target.split.state.force")}
}
