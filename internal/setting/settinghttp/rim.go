// Package settinghttp is the rim of settings: what is in force at a place, by
// whom and on which ground, and the form that changes it.
package settinghttp

import (
	"embed"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/setting"
	"wengang/internal/text"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the console's side of settings.
type Rim struct {
	Shell *web.Shell
	DB    *db.DB
	Log   *audit.Log
}

// Path is where the list stands, for the settings page.
const Path = "/settings/values"

// Register adds routes and pages.
func (h *Rim) Register() {
	h.Shell.Templates("setting", templates)
	h.Shell.Add(
		web.Route{Pattern: "GET " + Path, Need: account.BoardRead, Action: h.list},
		web.Route{Pattern: "GET " + Path + "/{name}", Need: account.SettingEdit, Action: h.page},
		web.Route{Pattern: "POST " + Path + "/{name}", Need: account.SettingEdit, Action: h.save},
	)
}

type listView struct {
	Year int
	Rows []row
	Edit bool
}

type row struct {
	setting.Def
	Title, Why string
	Value      string
	From       region.Code // whose value is in force
	Set        bool        // somebody set it; else the default holds
	Year       int         // of the stored value, 0 every year
	Ground     string
	Changed    bool // differs from the default
}

func (h *Rim) list(w http.ResponseWriter, r *web.Request) error {
	stored, err := setting.Load(r.Context(), h.DB.Read, r.At)
	if err != nil {
		return err
	}
	v := listView{Year: r.Month.Year(), Edit: r.Can(account.SettingEdit)}
	for _, d := range setting.All() {
		if text.Has("setting." + d.Name) {
			v.Rows = append(v.Rows, rowOf(r, d, stored))
		}
	}
	return h.Shell.Page(w, r, "setting/list", v)
}

// rowOf is a setting as it is in force at the page's place and year.
func rowOf(r *web.Request, d setting.Def, stored []setting.Stored) row {
	out := row{Def: d, Title: r.T("setting." + d.Name), Why: r.T("setting." + d.Name + ".why"), Ground: d.Source}
	value := d.Default
	if s, ok := setting.Origin(stored, d.Name, r.At, r.Month.Year()); ok {
		value, out.From, out.Set, out.Year, out.Ground = s.Value, s.Region, true, s.Year, s.Source
	}
	out.Value, out.Changed = show(r, d, value), value != d.Default
	return out
}

// yesNo reports a setting that is a question.
func yesNo(d setting.Def) bool { return d.Min == 0 && d.Max == 1 }

func show(r *web.Request, d setting.Def, v int64) string {
	if yesNo(d) {
		return r.T("setting.yesno." + strconv.FormatInt(v, 10))
	}
	return web.Thousands(v)
}

type editView struct {
	row
	Fields  []web.Field
	Errors  []web.FieldText
	Bounds  string
	Default string
}

func (h *Rim) page(w http.ResponseWriter, r *web.Request) error {
	return h.show(w, r, http.StatusOK, nil)
}

func (h *Rim) show(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	d, ok := setting.Lookup(r.PathValue("name"))
	if !ok || !text.Has("setting."+d.Name) {
		return fault.NotFoundf("fault.notfound")
	}
	stored, err := setting.Load(r.Context(), h.DB.Read, r.At)
	if err != nil {
		return err
	}
	v := editView{row: rowOf(r, d, stored), Bounds: r.T("account.policy.bounds", web.Thousands(d.Min), web.Thousands(d.Max)), Default: show(r, d, d.Default)}
	bad := map[string]string{}
	if failed != nil {
		v.Errors = r.FieldTexts(failed)
		for _, f := range v.Errors {
			bad[f.Name] = f.Message
		}
	}
	now := setting.Resolve(stored, r.At, r.Month.Year()).Int(d.Name)
	value := web.Field{Name: "value", Label: v.Title, Kind: "number", Required: true, Value: strconv.Itoa(now), Hint: v.Bounds, Error: bad[d.Name]}
	if failed != nil {
		value.Value = r.PostFormValue("value")
	}
	if yesNo(d) {
		value.Kind, value.Hint = "radio", ""
		for _, o := range []string{"1", "0"} {
			value.Options = append(value.Options, web.Option{Value: o, Label: r.T("setting.yesno." + o), On: o == value.Value})
		}
	}
	year := web.Field{Name: "year", Label: r.T("setting.year"), Kind: "select", Options: []web.Option{
		{Value: "0", Label: r.T("setting.everyyear"), On: r.PostFormValue("year") == "0"},
		{Value: strconv.Itoa(r.Month.Year()), Label: r.T("setting.thisyear", r.Month.Year()), On: r.PostFormValue("year") == strconv.Itoa(r.Month.Year())},
	}}
	v.Fields = []web.Field{value, year, {
		Name: "source", Label: r.T("setting.source"), Hint: r.T("setting.source_hint"), Required: true, Wide: true, Value: r.PostFormValue("source"), Error: bad["source"], Max: 200,
	}}
	return h.Shell.PageStatus(w, r, status, "setting/edit", v)
}

func (h *Rim) save(w http.ResponseWriter, r *web.Request) error {
	d, ok := setting.Lookup(r.PathValue("name"))
	if !ok {
		return fault.NotFoundf("fault.notfound")
	}
	s := setting.Stored{Region: r.At, Name: d.Name, Source: strings.TrimSpace(r.PostFormValue("source"))}
	var err error
	if s.Value, err = strconv.ParseInt(strings.TrimSpace(r.PostFormValue("value")), 10, 64); err != nil {
		return h.show(w, r, http.StatusUnprocessableEntity, fault.InvalidFields(fault.Field{Name: d.Name, Key: "setting.bounds"}))
	}
	if year := r.PostFormValue("year"); year == strconv.Itoa(r.Month.Year()) {
		s.Year = r.Month.Year()
	} else if year != "0" {
		return h.show(w, r, http.StatusUnprocessableEntity, fault.InvalidFields(fault.Field{Name: "year", Key: "setting.bounds"}))
	}
	err = h.DB.Tx(r.Context(), func(tx *db.Tx) error { return setting.Set(r.Context(), tx, h.Log, r.Caller, s) })
	if fault.Is(err, fault.Invalid) {
		return h.show(w, r, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link(Path))
}
