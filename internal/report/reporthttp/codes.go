package reporthttp

import (
	"net/http"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/report"
	"wengang/internal/web"
)

// codesView checks a code on paper.
type codesView struct {
	Action, Typed string
	Field         web.Field
	Found         *report.Found
	Facts         []web.Fact
	Href          string
	Unknown       bool
	Errors        []web.FieldText
}

func (h *Rim) codes(w http.ResponseWriter, r *web.Request) error {
	v := codesView{Typed: r.URL.Query().Get("code"), Action: r.Link("/report/codes", "month", "")}
	v.Field = web.Field{Name: "code", Label: r.T("report.code"), Value: v.Typed, Required: true, Max: 80, Hint: r.T("report.scan.hint"), Placeholder: "371522-progress-2023Q4-1-K7QF3M9D"}
	if v.Typed == "" {
		return h.shell.Page(w, r, "report/codes", v)
	}
	found, err := h.store.FindCode(r.Context(), r.Caller.Scope(account.ReportRead), v.Typed)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && !found.Sheet.Period.Shown(r.Caller):
		v.Unknown = true
	case fault.Is(err, fault.Invalid):
		v.Errors = r.FieldTexts(err)
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "report/codes", v)
	case err != nil:
		return err
	default:
		sh := found.Sheet
		v.Found = found
		v.Facts = []web.Fact{{Label: r.T("report.col.unit"), Value: h.store.Tree.Name(sh.Region)}, {Label: r.T("web.nav.report"), Value: sh.Form.Annex + " " + sh.Form.Short + " · " + periodWord(r, sh.Period) + " · " + r.T("report.version", sh.Version)}}
		if found.Made != nil {
			v.Facts = append(v.Facts, web.Fact{Label: r.T("report.codes.made"), Value: found.Made.ByName + " · " + stamp(found.Made.At)})
		}
		if found.Last > sh.Version {
			v.Facts = append(v.Facts, web.Fact{Label: r.T("report.col.version"), Value: r.T("report.codes.newer", found.Last)})
		}
		v.Href = r.Link("/report/"+sh.Form.ID, "at", sh.Region.Full(), "period", sh.Period.String(), "version", sh.Version, "month", "", "code", "")
	}
	return h.shell.Page(w, r, "report/codes", v)
}
