package targethttp

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/target"
	"wengang/internal/target/split"
	"wengang/internal/web"
)

type enterView struct {
	Fields, More []web.Field
	Errors       []web.FieldText
}

func (h *Rim) enter(w http.ResponseWriter, r *web.Request) error {
	return h.shell.Page(w, r, "target/enter", h.enterView(r, nil))
}

func (h *Rim) enterView(r *web.Request, errs []web.FieldText) enterView {
	_ = r.ParseForm()
	value := func(name, otherwise string) string {
		if r.PostForm.Has(name) {
			return r.PostFormValue(name)
		}
		return otherwise
	}
	field := func(name, kind, otherwise string) web.Field {
		return web.Field{Name: name, Kind: kind, Label: r.T("target.enter." + name), Value: value(name, otherwise), Error: errorOf(errs, name)}
	}
	need := func(f web.Field) web.Field { f.Required = true; return f }
	hint := func(f web.Field, key string) web.Field { f.Hint = r.T(key); return f }
	options := func(f web.Field, otherwise string, pairs ...string) web.Field {
		for i := 0; i+1 < len(pairs); i += 2 {
			f.Options = append(f.Options, web.Option{Value: pairs[i], Label: pairs[i+1], On: value(f.Name, otherwise) == pairs[i]})
		}
		return f
	}
	var unitPairs []string
	for _, u := range target.Units() {
		unitPairs = append(unitPairs, u, u)
	}
	indicator := need(hint(field("indicator", "", ""), "target.enter.indicator_hint"))
	indicator.Wide, indicator.Max = true, 60
	lines := hint(field("lines", "area", ""), "target.enter.lines_hint")
	lines.Wide, lines.Placeholder = true, r.T("target.enter.lines_example")
	ledger := web.Field{Name: "ledger", Kind: "check", Label: r.T("target.enter.ledger"), Hint: r.T("target.enter.ledger_hint"), Value: value("ledger", ""), Wide: true}
	return enterView{Errors: errs,
		Fields: []web.Field{indicator, hint(field("printed", "", ""), "target.enter.printed_hint"), options(field("unit", "select", ""), "万人", unitPairs...),
			need(field("year", "number", strconv.Itoa(r.Month.Year()))), hint(field("year_to", "number", ""), "target.enter.year_to_hint"),
			options(field("comparator", "select", ""), target.AtLeast, target.AtLeast, r.T("target.enter.cmp.least"), target.Equal, r.T("target.enter.cmp.equal"), target.About, r.T("target.enter.cmp.about"), target.Steady, r.T("target.enter.cmp.steady")),
			hint(field("tolerance", "", ""), "target.enter.tolerance_hint"), need(field("doc_no", "", "")), field("doc_date", "date", "")},
		More: []web.Field{lines, hint(field("base_year", "number", ""), "target.enter.base_hint"), field("base_source", "", ""), ledger, hint(field("calibre", "", ""), "target.enter.calibre_hint"),
			options(field("publicity", "select", ""), "", "", r.T("target.notstated"), "主动公开", "主动公开", "依申请公开", "依申请公开", "不公开", "不公开")}}
}

func (h *Rim) entered(w http.ResponseWriter, r *web.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	number := func(name string) int {
		n, _ := strconv.Atoi(strings.TrimSpace(r.PostFormValue(name)))
		return n
	}
	day, _ := calendar.ParseDate(r.PostFormValue("doc_date"))
	tolerance, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(r.PostFormValue("tolerance")), "%"), 64)
	id, err := h.store.Enter(r.Context(), r.Caller, r.At, target.Entry{Indicator: r.PostFormValue("indicator"), Year: number("year"), YearTo: number("year_to"), Printed: r.PostFormValue("printed"), Unit: r.PostFormValue("unit"),
		Comparator: r.PostFormValue("comparator"), ToleranceBP: int(min(max(tolerance, 0), 100)*100 + 0.5), DocNo: r.PostFormValue("doc_no"), DocDate: day, Calibre: r.PostFormValue("calibre"), Publicity: r.PostFormValue("publicity"),
		BaseYear: number("base_year"), BaseSource: r.PostFormValue("base_source"), BaseFromLedger: r.PostFormValue("ledger") != "", Lines: r.PostFormValue("lines")})
	if fault.Is(err, fault.Invalid) {
		return h.shell.PageStatus(w, r, http.StatusUnprocessableEntity, "target/enter", h.enterView(r, r.FieldTexts(err)))
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/target/"+strconv.FormatInt(id, 10)))
}

// newTarget is how many days a target that came from above stands among what is to
// do.
const newTarget = 30

// Todos are decompositions that wait at the page's place: to be signed, sent
// back, and signed targets from above that are not divided yet.
func (h *Rim) Todos(ctx context.Context, r *web.Request) ([]web.Todo, error) {
	edit, sign := r.Caller.Scope(account.TargetEdit).Contains(r.At), r.Caller.Scope(account.TargetSign).Contains(r.At)
	if !edit && !sign {
		return nil, nil
	}
	all, err := h.splits.List(ctx, r.Caller, r.At)
	if err != nil {
		return nil, err
	}
	var out []web.Todo
	mine := map[string]bool{}
	for _, x := range all {
		if x.Region != r.At {
			continue
		}
		mine[x.Lineage] = mine[x.Lineage] || x.State == split.Draft || x.State == split.Review || x.State == split.Force
		todo := web.Todo{Icon: "arrows-split", Note: strconv.Itoa(x.Year) + " " + x.Indicator, Href: h.splitPath(r, x.ID)}
		switch {
		case x.State == split.Review && sign:
			todo.Title, todo.Hint, todo.Action = r.T("target.todo.sign"), r.T("target.todo.sent", x.Submitted.Name), r.T("target.split.sign")
		case x.State == split.Draft && edit && x.Reason != "":
			todo.Title, todo.Hint, todo.Action = r.T("target.todo.back"), x.Reason, r.T("target.todo.open")
		default:
			continue
		}
		out = append(out, todo)
	}
	if !edit {
		return out, nil
	}
	fresh, err := h.fresh(ctx, r, mine)
	return append(out, fresh...), err
}

func (h *Rim) fresh(ctx context.Context, r *web.Request, mine map[string]bool) (out []web.Todo, err error) {
	today := calendar.DateAt(h.shell.Now())
	tables, err := h.store.List(ctx, r.Caller.Scope(account.TargetRead), target.Filter{At: r.At, Year: today.Month().Year()})
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		if t.ParentTable == 0 || t.Region == r.At || mine[t.Lineage()] || t.DocDate < today.Add(-newTarget) {
			continue
		}
		for _, row := range t.Rows {
			if row.Region == r.At && row.PartOf == 0 && row.Partner == 0 {
				out = append(out, web.Todo{Icon: "target-arrow", Title: r.T("target.todo.new"), Count: row.Printed + t.Unit, Note: strconv.Itoa(t.Year) + " " + t.Indicator, Hint: t.DocNo, Action: r.T("target.todo.open"), Href: r.Link("/target/" + strconv.FormatInt(t.ID, 10))})
			}
		}
	}
	return out, nil
}
