package reporthttp

import (
	"strconv"

	"wengang/internal/report"
	"wengang/internal/web"
)

// dialogView is one action that asks before it acts.
type dialogView struct {
	Name, Title, Note, Action string
	Version                   int
}

// dialogs makes those of the actions that the caller may take, with their
// fields as typed before an error.
func (h *Rim) dialogs(r *web.Request, v *sheetView) {
	version := 0
	if v.S.Report != nil {
		version = v.S.Report.Version
	}
	for _, a := range []report.Action{report.Submit, report.Return, report.Accept, report.Lock} {
		if v.Can[string(a)] {
			v.Dialogs = append(v.Dialogs, dialogView{string(a), r.T("report.do." + string(a)), r.T("report.ask."+string(a), v.S.Form.Short), v.Actions[string(a)], version})
		}
	}
	wrong := map[string]string{}
	for _, e := range v.Errors {
		wrong[e.Name] = e.Message
	}
	field := func(name, value, kind string, max int) web.Field {
		if t, ok := v.Typed[name]; ok {
			value = t
		}
		return web.Field{Name: name, Label: r.T("report.field." + name), Value: value, Kind: kind, Required: true, Max: max, Error: wrong[name]}
	}
	filler := r.Caller.Name
	if v.S.Filler != "" {
		filler = v.S.Filler
	}
	v.Fields = map[string][]web.Field{
		"submit": {field("filler", filler, "", 30), field("phone", "", "tel", 20), field("filled_on", v.S.FilledOn.String(), "date", 0)},
		"return": {field("remark", "", "area", 300)},
	}
	if v.Pop != nil {
		n := field("value", strconv.FormatInt(v.Pop.Now, 10), "number", 0)
		n.Unit, n.Hint = v.Pop.Unit, r.T("report.correct.note")
		v.Fields["correct"] = []web.Field{n, field("reason", "", "area", 300)}
	}
}
