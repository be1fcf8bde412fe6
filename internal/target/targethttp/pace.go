package targethttp

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/target"
	"wengang/internal/web"
)

type curveView struct {
	T      *target.Table
	Curve  target.Curve
	Chart  web.Chart
	Kinds  []web.Field
	Fields []web.Field
	Errors []web.FieldText
	Path   string
	Gap    string
	Where  string
}

func (h *Rim) curve(w http.ResponseWriter, r *web.Request) error {
	v, err := h.curveView(r, nil)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "target/curve", v)
}

func (h *Rim) curveView(r *web.Request, errs []web.FieldText) (*curveView, error) {
	id, err := idOf(r)
	if err != nil {
		return nil, err
	}
	scope := r.Caller.Scope(account.TargetEdit)
	t, err := h.store.Get(r.Context(), scope, id)
	if err != nil {
		return nil, err
	}
	if !scope.Contains(t.Region) {
		return nil, fault.NotFoundf("fault.notfound")
	}
	pace, err := h.store.Pace(r.Context(), scope, t)
	if err != nil {
		return nil, err
	}
	v := &curveView{T: t, Curve: pace.Curve, Errors: errs, Path: "/target/" + strconv.FormatInt(t.ID, 10) + "/curve", Gap: strconv.FormatFloat(pace.Gap*100, 'f', -1, 64)}
	if pace.Curve.SetAt != 0 {
		v.Where = r.T("target.curve.where", h.name(pace.Curve.Region), pace.Curve.SetName, web.DateTime(pace.Curve.SetAt))
	}
	v.Chart = web.Chart{Kind: "line", Title: r.T("target.curve.chart"), Sub: r.T("target.curve.kind." + pace.Curve.Kind), Unit: "%", Decimals: 1, First: r.T("target.curve.month")}
	line := target.Straight()
	expected, straight := web.Series{Name: r.T("target.curve.expected")}, web.Series{Name: r.T("target.curve.kind.line"), Dashed: true}
	var typed []string
	for i, p := range pace.Curve.Points {
		v.Chart.Categories = append(v.Chart.Categories, r.T("target.curve.m", i+1))
		expected.Values = append(expected.Values, web.F(float64(p)/100))
		straight.Values = append(straight.Values, web.F(float64(line[i])/100))
		typed = append(typed, strconv.FormatFloat(float64(p)/100, 'f', -1, 64))
	}
	v.Chart.Series = []web.Series{expected}
	if pace.Curve.Kind != target.Line {
		v.Chart.Series = append(v.Chart.Series, straight)
	}
	kind, points := pace.Curve.Kind, strings.Join(typed, " ")
	if r.Method == http.MethodPost {
		kind, points = r.PostFormValue("kind"), r.PostFormValue("points")
	}
	radio := web.Field{Name: "kind", Label: r.T("target.curve.kind"), Kind: "radio", Required: true, Wide: true, Error: errorOf(errs, "kind")}
	for _, k := range []string{target.Line, target.Last, target.Hand} {
		radio.Options = append(radio.Options, web.Option{Value: k, Label: r.T("target.curve.kind." + k), Hint: r.T("target.curve.hint." + k), On: k == kind})
	}
	v.Fields = []web.Field{radio, {Name: "points", Label: r.T("target.curve.points"), Value: points, Hint: r.T("target.curve.points_hint"), Wide: true, Max: 160, Error: errorOf(errs, "points")},
		{Name: "source", Label: r.T("target.curve.source"), Value: pace.Curve.Source, Wide: true, Max: 200}}
	return v, nil
}

func errorOf(errs []web.FieldText, name string) string {
	for _, e := range errs {
		if e.Name == name {
			return e.Message
		}
	}
	return ""
}

func (h *Rim) setCurve(w http.ResponseWriter, r *web.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	err = h.store.SetCurve(r.Context(), r.Caller, id, r.PostFormValue("kind"), r.PostFormValue("points"), r.PostFormValue("source"))
	if fault.Is(err, fault.Invalid) {
		v, verr := h.curveView(r, r.FieldTexts(err))
		if verr != nil {
			return verr
		}
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "target/curve", v)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/target/"+strconv.FormatInt(id, 10)))
}

type reportsView struct {
	T      *target.Table
	Rows   []reportRow
	Fields []web.Field
	Errors []web.FieldText
	Path   string
	Edit   bool
	Empty  web.Empty
}

type reportRow struct {
	target.Reported
	What  string
	Shown string
}

// reports are what documents say was done, for rows that the ledger does not
// count.
func (h *Rim) reports(w http.ResponseWriter, r *web.Request) error {
	v, err := h.reportsView(r, nil)
	if err != nil {
		return err
	}
	return h.shell.Page(w, r, "target/reports", v)
}

func (h *Rim) reportsView(r *web.Request, errs []web.FieldText) (*reportsView, error) {
	id, err := idOf(r)
	if err != nil {
		return nil, err
	}
	scope := r.Caller.Scope(account.TargetRead)
	t, err := h.store.Get(r.Context(), scope, id)
	if err != nil {
		return nil, err
	}
	lines, err := h.store.Lines(r.Context(), scope, t)
	if err != nil {
		return nil, err
	}
	v := &reportsView{T: t, Errors: errs, Path: "/target/" + strconv.FormatInt(t.ID, 10) + "/reports", Empty: web.Empty{Icon: "clipboard-data", Title: r.T("target.reports.empty"), Note: r.T("target.reports.empty_note")}}
	rows := web.Field{Name: "row", Label: r.T("target.reports.row"), Kind: "select", Required: true, Wide: true, Error: errorOf(errs, "row")}
	edit := r.Caller.Scope(account.TargetEdit)
	for i := range t.Rows {
		row := &t.Rows[i]
		if t.Measured(row) || !edit.Contains(row.Region) {
			continue
		}
		rows.Options = append(rows.Options, web.Option{Value: strconv.Itoa(row.N), Label: h.rowName(r, row), On: r.PostFormValue("row") == strconv.Itoa(row.N)})
	}
	v.Edit = len(rows.Options) > 0 && t.Unit != ""
	v.Fields = []web.Field{rows, {Name: "day", Label: r.T("target.reports.day"), Kind: "date", Value: r.PostFormValue("day"), Required: true, Error: errorOf(errs, "day")},
		{Name: "value", Label: r.T("target.reports.value"), Value: r.PostFormValue("value"), Unit: t.Unit, Required: true, Hint: r.T("target.reports.value_hint"), Error: errorOf(errs, "value"), Max: 20},
		{Name: "doc_no", Label: r.T("target.reports.doc"), Value: r.PostFormValue("doc_no"), Required: true, Error: errorOf(errs, "doc_no"), Max: 80},
		{Name: "note", Label: r.T("target.reports.note"), Value: r.PostFormValue("note"), Max: 200}}
	for i := len(lines) - 1; i >= 0; i-- {
		x := lines[i]
		row := target.Row{Region: x.Region, PartName: x.PartName, Partner: x.Partner}
		for _, y := range t.Rows {
			if y.Region == x.Region && y.PartName == x.PartName && y.Partner == x.Partner {
				row = y
			}
		}
		v.Rows = append(v.Rows, reportRow{Reported: x, What: h.rowName(r, &row), Shown: target.Printed(x.Value, t.Unit, max(finest(t), 2)) + t.Unit})
	}
	return v, nil
}

func (h *Rim) rowName(r *web.Request, row *target.Row) string {
	name := h.name(row.Region)
	if row.Partner != 0 {
		name = r.T("target.partner", h.name(row.Partner))
	}
	if row.PartName != "" {
		name += " · " + r.T("target.part", row.PartName)
	}
	return name
}

func (h *Rim) report(w http.ResponseWriter, r *web.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	if cancel := r.PostFormValue("cancel"); cancel != "" {
		line, _ := strconv.ParseInt(cancel, 10, 64)
		err = h.store.CancelReport(r.Context(), r.Caller, line, r.PostFormValue("reason"))
	} else {
		err = h.enterReport(r, id)
	}
	if fault.Is(err, fault.Invalid) {
		v, verr := h.reportsView(r, r.FieldTexts(err))
		if verr != nil {
			return verr
		}
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "target/reports", v)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link(fmt.Sprintf("/target/%d/reports", id)))
}

func (h *Rim) enterReport(r *web.Request, id int64) error {
	t, err := h.store.Get(r.Context(), r.Caller.Scope(account.TargetEdit), id)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(r.PostFormValue("row"))
	day, _ := calendar.ParseDate(r.PostFormValue("day"))
	value, ok := target.ParseValue(r.PostFormValue("value"), t.Unit)
	if !ok {
		value = -1
	}
	return h.store.Report(r.Context(), r.Caller, id, n, target.Reported{Day: day, Value: value, DocNo: r.PostFormValue("doc_no"), Note: r.PostFormValue("note")})
}
