package reporthttp

import (
	"wengang/internal/account"
	"wengang/internal/report"
	"wengang/internal/web"
)

// dialogView is one action that asks before it acts.
type dialogView struct {
	Name, Title, Note, Action string
	Version                   int
	Upload                    bool
	Fields                    []web.Field
	Hidden                    map[string]string
}

// dialogs makes those of the actions that the caller may take, with their
// fields as typed before an error.
func (h *Rim) dialogs(r *web.Request, v *sheetView) {
	version := 0
	if v.S.Report != nil {
		version = v.S.Report.Version
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
	for _, a := range v.Life.Acts {
		v.Dialogs = append(v.Dialogs, h.actDialog(r, v, a, field, version))
	}
	h.deptDialogs(r, v, field, version)
	if v.Life.MayScan {
		code, file := field("code", "", "", 80), field("file", "", "file", 0)
		code.Hint, file.Accept = r.T("report.scan.hint"), ".pdf,.jpg,.jpeg"
		v.Dialogs = append(v.Dialogs, dialogView{Name: "scan", Title: r.T("report.scan.do"), Note: r.T("report.ask.scan"), Action: v.link(r, "/scan"), Version: version, Upload: true, Fields: []web.Field{code, file}})
	}
	v.Fields = map[string][]web.Field{}
	if v.Pop == nil {
		return
	}
	kind := "number"
	if v.Pop.Decimals {
		kind = "text" // 1.23 in 万人
	}
	n := field("value", v.Pop.Now, kind, 0)
	n.Unit, n.Hint = v.Pop.Unit, r.T("report.correct.note")
	v.Fields["correct"] = []web.Field{n, field("reason", "", "area", 300)}
	if v.MayMark {
		v.Dialogs = append(v.Dialogs, dialogView{Name: "mark", Title: r.T("report.mark.do"), Note: v.Pop.Title, Action: v.link(r, "/mark", "cell", v.Pop.Ref), Version: version, Fields: []web.Field{field("mark", "", "area", 300)}})
	}
}

// actDialog asks before one act of the course.
func (h *Rim) actDialog(r *web.Request, v *sheetView, a actView, field func(name, value, kind string, max int) web.Field, version int) dialogView {
	d := dialogView{Name: a.Name, Title: a.Label, Note: r.T("report.ask."+a.Name, v.S.Form.Short), Action: v.link(r, "/"+a.Name), Version: version}
	switch report.Action(a.Name) {
	case report.Fill:
		d.Name, d.Action = "submit", v.link(r, "/submit")
		filler := r.Caller.Name
		if v.S.Filler != "" {
			filler = v.S.Filler
		}
		d.Fields = []web.Field{field("filler", filler, "", 30), field("phone", "", "tel", 20), field("filled_on", v.S.FilledOn.String(), "date", 0)}
	case report.Review, report.Approve, report.Sign:
		f := field("note", "", "area", 300)
		f.Required = false
		d.Fields = []web.Field{f}
	case report.Return:
		f := field("remark", "", "area", 300)
		f.Required = v.Life.Pending == 0
		f.Hint = h.pendingWord(r, v)
		d.Fields = []web.Field{f}
	case report.Back:
		f := field("remark", "", "area", 300)
		f.Required, f.Hint = v.Life.Pending == 0, h.pendingWord(r, v)
		d.Fields = []web.Field{h.backTo(r, v, field("to", "", "radio", 0)), f}
	}
	return d
}

func (h *Rim) pendingWord(r *web.Request, v *sheetView) string {
	if v.Life.Pending == 0 {
		return ""
	}
	return r.T("report.mark.with", v.Life.Pending)
}

// backTo offers the places behind, the filler first.
func (h *Rim) backTo(r *web.Request, v *sheetView, f web.Field) web.Field {
	step := map[report.State]report.Action{report.Filled: "", report.Reviewed: ""}
	for i, s := range v.Life.Course.Steps {
		if i+1 >= len(v.Life.Course.Steps) {
			break
		}
		next := v.Life.Course.Steps[i+1].Action
		switch s.Action {
		case report.Fill:
			step[report.Filled] = next
		case report.Review:
			step[report.Reviewed] = next
		}
	}
	for i, to := range v.Life.Course.BackTo {
		o := web.Option{Value: string(to), Label: r.T("report.back.filler"), On: f.Value == string(to) || f.Value == "" && i == 0}
		if to != report.Sentback {
			o.Label = r.T("report.back.step", r.T("report.step."+string(step[to])))
		}
		f.Options = append(f.Options, o)
	}
	return f
}

// deptDialogs are the words of departments: spoken by themselves, or recorded
// for them.
func (h *Rim) deptDialogs(r *web.Request, v *sheetView, field func(name, value, kind string, max int) web.Field, version int) {
	verdict := func(name string) web.Field {
		f := field(name, "", "radio", 0)
		f.Label = r.T("report.field.verdict")
		for _, x := range []report.Verdict{report.Confirm, report.Object} {
			f.Options = append(f.Options, web.Option{Value: string(x), Label: r.T("report.cosign." + string(x)), On: f.Value == string(x) || f.Value == "" && x == report.Confirm})
		}
		return f
	}
	note := func(name string) web.Field {
		f := field(name, "", "area", 300)
		f.Label, f.Required, f.Hint = r.T("report.field.note"), false, r.T("report.cosign.note")
		return f
	}
	for _, d := range v.Life.Depts {
		if d.Speak {
			v.Dialogs = append(v.Dialogs, dialogView{Name: "cosign", Title: r.T("report.cosign.do", d.Name), Note: r.T("report.ask.cosign"), Action: v.link(r, "/cosign"), Version: version,
				Fields: []web.Field{verdict("verdict"), note("word")}, Hidden: map[string]string{"dept": d.Dept}})
			break
		}
	}
	if !v.Life.Record {
		return
	}
	dept, file := field("dept", "", "select", 0), field("file", "", "file", 0)
	for _, d := range v.Life.Depts {
		dept.Options = append(dept.Options, web.Option{Value: d.Dept, Label: d.Name, On: dept.Value == d.Dept})
	}
	file.Accept = ".pdf,.jpg,.jpeg,.png"
	v.Dialogs = append(v.Dialogs, dialogView{Name: "record", Title: r.T("report.cosign.record"), Note: r.T("report.ask.record"), Action: v.link(r, "/record"), Version: version, Upload: true,
		Fields: []web.Field{dept, field("person", "", "", 40), verdict("said"), note("remarks"), file}})
}

// mayMark: who may send this sheet back may note remarks on its cells.
func mayMark(r *web.Request, v *sheetView) bool {
	return v.form.Rows == report.Units && r.Caller.Scope(account.ReportSign).Contains(v.at) && (v.Life.Course.May[report.Return] || v.Life.Course.May[report.Back])
}
