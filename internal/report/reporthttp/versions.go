package reporthttp

import (
	"net/http"
	"slices"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/report"
	"wengang/internal/web"
)

func stamp(ms int64) string { return db.FromMillis(ms).Format("2006-01-02 15:04") }

// versionsView is the history of a form.
type versionsView struct {
	Title, Sub, Back string
	Items            []versionView
	Empty            web.Empty
}

type versionView struct {
	Title, By, Href, Code, Checks string
	Scan                          string
	Change                        string
	Cells                         []changeView
	Signs                         []signView
}

type changeView struct{ Where, Old, New, Why string }

type signView struct {
	Text, Void string
}

func (h *Rim) versions(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	scope := r.Caller.Scope(account.ReportRead)
	made, err := h.store.Versions(r.Context(), scope, a.form.ID, a.at, a.period)
	if err != nil {
		return err
	}
	signs, err := h.store.Signatures(r.Context(), scope, a.form.ID, a.at, a.period)
	if err != nil {
		return err
	}
	v := versionsView{Title: a.form.Short + " · " + h.store.Tree.Name(a.at), Sub: periodWord(r, a.period) + " · " + r.T("report.versions.sub"), Back: a.link(r, ""),
		Empty: web.Empty{Icon: "history", Title: r.T("report.versions.none")}}
	for _, m := range made {
		x := versionView{Title: r.T("report.version", m.Version), By: r.T("report.versions.by", m.ByName, stamp(m.At)), Code: m.Code, Href: a.link(r, "", "version", m.Version),
			Checks: r.T("report.checks", m.Checked-len(m.Findings), m.Checked), Change: r.T("report.versions.first")}
		if m.Scan.Evidence != 0 {
			x.Scan = r.Link("/evidence/"+strconv.FormatInt(m.Scan.Evidence, 10), "month", "")
		}
		for _, s := range signs {
			if s.Version != m.Version {
				continue
			}
			t := signView{Text: who(r.T("report.step."+string(s.Step)), s.Name, s.Post, stamp(s.At), s.Remark)}
			if s.VoidAt != 0 {
				t.Void = r.T("report.versions.void", r.T("report.void."+string(s.VoidWhy)))
			}
			x.Signs = append(x.Signs, t)
		}
		if m.Version > 1 && slices.ContainsFunc(made, func(o report.Made) bool { return o.Version == m.Version-1 }) {
			if err := h.changed(r, a, m.Version, &x); err != nil {
				return err
			}
		}
		v.Items = append(v.Items, x)
	}
	return h.shell.Page(w, r, "report/versions", v)
}

// changed lists what a version changed against the one before.
func (h *Rim) changed(r *web.Request, a ask, version int, x *versionView) error {
	all, err := h.store.Diff(r.Context(), r.Caller.Scope(account.ReportRead), a.form.ID, a.at, a.period, version-1, version)
	if err != nil {
		return err
	}
	x.Change = r.T("report.versions.same", version-1)
	if len(all) > 0 {
		x.Change = r.T("report.versions.changed", version-1, len(all))
	}
	for _, c := range all {
		d := changeView{Where: c.Name, Old: web.Thousands(c.Old), New: web.Thousands(c.New), Why: who(c.Why, c.ByName)}
		if col := a.form.Column(c.Key); col != nil {
			d.Where += " · " + columnName(col)
			if col.Count == report.Words {
				d.Old, d.New = c.OldText, c.NewText
			}
		}
		switch {
		case c.Added:
			d.Old, d.New = "—", r.T("report.versions.added")
		case c.Gone:
			d.Old, d.New = "—", r.T("report.versions.gone")
		case d.Why == "":
			d.Why = r.T("report.versions.nowhy")
		}
		x.Cells = append(x.Cells, d)
	}
	return nil
}
