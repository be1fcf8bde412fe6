package transferhttp

import (
	"bytes"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"wengang/internal/text"
	"wengang/internal/transfer"
	"wengang/internal/web"
)

// table shows the rows to look at, the reason in the cell that it speaks of.
type table struct {
	Title   string
	Rules   []chip
	Columns []string
	Figures []bool // by column: right-aligned
	Rows    []tableRow
	Sheets  bool // rows of several sheets: the sheet is shown
	Notes   bool // some reasons belong to no cell that is shown
	Next    string
	First   string
	Advice  string      // what to do about the rule that is chosen
	Sub     string      // how many of what
	Can     bool        // rows can be worked on
	Act     string      // address of acts on rows
	All     []rowButton // settle every row of the chosen rule
	Said    string      // what the last act did
	Undo    int64       // the act that Said tells of
	Span    int         // columns of the table
}

type chip struct {
	Label string
	Rows  int64
	Href  string
	On    bool
}

// why is a reason: short in the cell, whole where the mouse rests and in the
// workbook of rejected rows.
type why struct{ Short, Whole string }

const (
	shownColumns = 8
	shownRules   = 6
)

func (h *Rim) table(r *web.Request, in transfer.Info) (*table, error) {
	q := r.URL.Query()
	f := transfer.Filter{Rule: q.Get("rule"), Limit: pageRows + 1, Warned: q.Get("warned") != ""}
	f.From, _ = strconv.ParseInt(q.Get("after"), 10, 64)
	f.Handled = q.Get("result") == "handled"
	switch q.Get("result") {
	case "conflict":
		f.By, f.Result = true, transfer.Conflict
	case "rejected":
		f.By, f.Result = true, transfer.Rejected
	}
	rules, err := h.imports.Rules(r.Context(), r.FullScope(), in.ID, f.Warned)
	if err != nil {
		return nil, err
	}
	_, looks, err := h.imports.Looks(r.Context(), r.FullScope(), in.ID, f)
	if err != nil {
		return nil, err
	}
	handled, err := h.imports.Handled(r.Context(), r.FullScope(), in.ID)
	if err != nil {
		return nil, err
	}
	t := &table{Sheets: len(in.Reading.Sheets) > 1, Advice: advice(r.Lang, f.Rule), Can: workable(r, in), Act: r.Self(), Sub: subtitle(r, in)}
	t.Act = actLink(r, in)
	t.chips(r, in, rules, f, handled)
	if f.From > 0 {
		t.First = r.Self()
	}
	if len(looks) > pageRows {
		looks = looks[:pageRows]
		t.Next = r.Self("after", looks[pageRows-1].Next)
	}
	ed, asks := editing(r, in), h.imports.CanAskHandover(r.Caller, in)
	at := choose(in, looks, ed)
	for _, i := range at {
		t.Columns = append(t.Columns, in.Reading.Columns[i].Title)
	}
	for _, l := range looks {
		row := rowOf(r, in, l, at, t.Can, asks)
		if t.Can && ed.is(in, l) {
			if row.Edit, err = h.editor(r, in, l, ed, at); err != nil {
				return nil, err
			}
		}
		t.Rows = append(t.Rows, row)
	}
	t.figures()
	t.settleAll(r, looks, f.Rule)
	for _, row := range t.Rows {
		t.Notes = t.Notes || len(row.Notes) > 0
	}
	t.Span = len(t.Columns) + 3
	if t.Sheets {
		t.Span++
	}
	if t.Notes {
		t.Span++
	}
	return t, nil
}

// chips are the switch between what was refused and what was only remarked,
// then the rules with the most rows.
func (t *table) chips(r *web.Request, in transfer.Info, rules []transfer.RuleCount, f transfer.Filter, handled int64) {
	if f.Warned {
		t.Title = r.T("import.look.all")
	} else {
		t.Title = r.T("import.look", web.Thousands(in.Refused()))
	}
	t.Rules = append(t.Rules, chip{Label: r.T("import.rule.all"), Href: r.Link(base(in), "warned", keep(f.Warned)), On: f.Rule == "" && !f.By && !f.Handled})
	for i, rc := range rules {
		if i >= shownRules && rc.Rule != f.Rule {
			continue
		}
		t.Rules = append(t.Rules, chip{Label: ruleTitle(r.Lang, rc.Rule), Rows: rc.Rows, Href: r.Link(base(in), "rule", rc.Rule, "warned", keep(f.Warned)), On: f.Rule == rc.Rule})
	}
	if handled > 0 || f.Handled {
		t.Rules = append(t.Rules, chip{Label: r.T("import.desk.handled"), Rows: handled, Href: r.Link(base(in), "result", "handled"), On: f.Handled})
	}
	// Clues are remarks too, but no warnings: they alone give the switch no number.
	if in.Warned > 0 || in.Findings > in.Refused() {
		t.Rules = append(t.Rules, chip{Label: r.T("import.rule.warned"), Rows: in.Warned, Href: r.Link(base(in), "warned", keep(!f.Warned)), On: f.Warned})
	}
}

func keep(on bool) string {
	if on {
		return "1"
	}
	return ""
}

// ruleTitle is a rule's short name. Rules of other slices bring
// "rule.<id>.title"; a message without a title of its own gives its first words.
func ruleTitle(lang text.Lang, id string) string {
	for _, key := range []string{"rule." + id + ".title", id + ".title"} {
		if text.Has(key) {
			return text.T(lang, key)
		}
	}
	if !text.Has(id) {
		return id
	}
	s := text.T(lang, id)
	if i := strings.IndexFunc(s, func(r rune) bool { return unicode.IsPunct(r) || r == '{' }); i > 0 {
		s = s[:i]
	}
	return s
}

// maxReason is how many characters a cell bears.
const maxReason = 20

func reason(lang text.Lang, n transfer.Note) why {
	w := why{Whole: n.Text(lang)}
	w.Short = w.Whole
	if lang == text.ZH && len([]rune(w.Whole)) > maxReason || len([]rune(w.Whole)) > 3*maxReason {
		w.Short = ruleTitle(lang, n.Rule)
	}
	return w
}

// advice is what a person does about a rule: its hint, or the whole message.
func advice(lang text.Lang, id string) string {
	if key := "rule." + id + ".hint"; text.Has(key) {
		return text.T(lang, key)
	}
	if id != "" && text.Has(id) && text.Has(id+".title") && !strings.Contains(text.T(lang, id), "{0}") {
		return text.T(lang, id)
	}
	return ""
}

// figures aligns the columns that hold nothing but numbers.
func (t *table) figures() {
	for c := range t.Columns {
		all, some := true, false
		for _, row := range t.Rows {
			s := row.Cells[c].Text
			some = some || len(row.Cells[c].Why) == 0 && s != ""
			all = all && (len(row.Cells[c].Why) > 0 || strings.Trim(s, "0123456789.,-") == "" && !strings.Contains(strings.Trim(s, "-"), "-") && len(s) < 12)
		}
		all = all && some
		t.Figures = append(t.Figures, all)
		for i := range t.Rows {
			t.Rows[i].Cells[c].Figure = all
		}
	}
}

// choose takes the columns worth the room: the name, the identity, those with
// reasons, then the layout's first.
func choose(in transfer.Info, looks []transfer.Look, ed edit) []int {
	weight := make([]int, len(in.Reading.Columns))
	for i, c := range in.Reading.Columns {
		weight[i] = -i
		switch {
		case c.Key == "name":
			weight[i] += 1_000_000
		case c.Secret:
			weight[i] += 500
		}
		for _, l := range looks {
			if i < len(l.Cells) && (len(l.Cells[i].Notes) > 0 || l.Cells[i].Edited) {
				weight[i] += 1000
			}
			if ed.position == i && ed.is(in, l) {
				weight[i] += 500_000
			}
		}
	}
	at := make([]int, len(weight))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(a, b int) int { return weight[b] - weight[a] })
	at = at[:min(shownColumns, len(at))]
	slices.SortFunc(at, func(a, b int) int {
		an, bn := in.Reading.Columns[a].Key == "name", in.Reading.Columns[b].Key == "name"
		if an != bn {
			if an {
				return -1
			}
			return 1
		}
		return a - b
	})
	return at
}

// rejects sends the workbook of what was not saved: whole numbers, for the
// uploader alone, never cached.
func (h *Rim) rejects(w http.ResponseWriter, r *web.Request) error {
	in, err := h.load(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := h.imports.Rejects(r.Context(), r.Caller, in.ID, r.Lang, &b); err != nil {
		return err
	}
	name := strings.TrimSuffix(in.FileName, filepath.Ext(in.FileName)) + "-" + r.T("import.c.bad") + ".xlsx"
	hd := w.Header()
	hd.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	hd.Set("Content-Disposition", disposition(name))
	hd.Set("Cache-Control", "no-store")
	_, err = w.Write(b.Bytes())
	return err
}

// disposition names a download for old and new browsers (RFC 6266).
func disposition(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7E || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, name)
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}
