package peoplehttp

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
)

// formView is every form of the rim: sections of fields under a person's head.
type formView struct {
	Title    string
	Note     string
	Head     *headView
	Sections []section
	Errors   []web.FieldText
	Action   string
	Back     string
	Submit   string
	Danger   bool
	Hidden   map[string]string
}

type section struct {
	Title  string
	Fields []web.Field
}

// form collects fields with what was typed and what was wrong.
type form struct {
	r    *web.Request
	view formView
	bad  map[string]string
	own  []fault.Field // wrong before the store was asked
}

func (h *Rim) newForm(r *web.Request, head *headView, title, submit string) *form {
	back := "/people"
	if head != nil {
		back = head.Base
	}
	return &form{r: r, bad: map[string]string{}, view: formView{Title: r.T(title), Head: head, Action: r.Link(r.URL.Path), Back: r.Link(back), Submit: r.T(submit), Hidden: map[string]string{}}}
}

// failed takes a store's answer: an Invalid one goes beside the fields, others
// are returned.
func (f *form) failed(err error) error {
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != fault.Invalid && e.Kind != fault.Conflict {
		return err
	}
	f.view.Errors = f.r.FieldTexts(err)
	if len(e.Fields) == 0 {
		f.view.Errors = append(f.view.Errors, web.FieldText{Message: f.r.T(e.Key, e.Args...)})
	}
	for _, fl := range f.view.Errors {
		f.bad[fl.Name] = fl.Message
	}
	return nil
}

func (f *form) section(key string) {
	f.view.Sections = append(f.view.Sections, section{Title: f.r.T(key)})
}

func (f *form) add(fl web.Field) {
	if fl.Label == "" {
		fl.Label = fieldLabel(f.r, fl.Name)
	}
	fl.Value = f.typed(fl.Name, fl.Value)
	fl.Error = f.bad[fl.Name]
	if len(f.view.Sections) == 0 {
		f.view.Sections = append(f.view.Sections, section{})
	}
	s := &f.view.Sections[len(f.view.Sections)-1]
	s.Fields = append(s.Fields, fl)
}

// typed is what was posted, else the record's value: nothing typed is lost.
func (f *form) typed(name, value string) string {
	if f.r.Method == http.MethodPost {
		return f.r.PostFormValue(name)
	}
	return value
}

// choice is a select over an enum; code 0 is "not stated". only narrows it.
func (f *form) choice(name string, e *fact.Enum, code int, required bool, only ...int) {
	now := f.typed(name, strconv.Itoa(code))
	fl := web.Field{Name: name, Kind: "select", Required: required, Options: []web.Option{{Value: "", Label: f.r.T("people.choose")}}}
	for _, wd := range e.Words {
		if len(only) > 0 && !has(only, wd.Code) {
			continue
		}
		v := strconv.Itoa(wd.Code)
		fl.Options = append(fl.Options, web.Option{Value: v, Label: word(f.r, e.ID, wd.Code), On: v == now})
	}
	f.add(fl)
}

func has(list []int, n int) bool {
	for _, v := range list {
		if v == n {
			return true
		}
	}
	return false
}

func (f *form) text(name, value string, max int, required bool) {
	f.add(web.Field{Name: name, Value: value, Max: max, Required: required})
}

func (f *form) date(name string, d calendar.Date, required bool) {
	f.add(web.Field{Name: name, Kind: "date", Value: d.String(), Required: required})
}

func (f *form) month(name string, m calendar.Month, required bool) {
	f.add(web.Field{Name: name, Kind: "month", Value: m.String(), Required: required})
}

func (f *form) money(name string, fen int64) {
	f.add(web.Field{Name: name, Value: yuanText(fen), Unit: f.r.T("people.yuan_unit"), Max: 12})
}

// place is a field for a place as people write it. Where the words fit several
// places, these are offered; the choice comes back as name_code.
func (f *form) place(name, value string, candidates []region.Place, full func(region.Code) string) {
	f.add(web.Field{Name: name, Value: value, Max: 80, Required: true, Hint: f.r.T("people.hint." + name), Wide: len(candidates) > 0})
	if len(candidates) == 0 {
		return
	}
	fl := web.Field{Name: name + "_code", Label: f.r.T("people.which"), Kind: "radio", Wide: true}
	for i, c := range candidates {
		if i == 12 {
			break
		}
		fl.Options = append(fl.Options, web.Option{Value: c.Code.Full(), Label: full(c.Code)})
	}
	f.add(fl)
}

func (h *Rim) show(w http.ResponseWriter, r *web.Request, f *form) error {
	status := http.StatusOK
	if len(f.view.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return h.shell.PageStatus(w, r, status, "people/form", &f.view)
}

// intOf, dateOf, monthOf and fenOf read posted values; what cannot be read is
// remembered beside its field.
func (f *form) intOf(name string) int {
	v := strings.TrimSpace(f.r.PostFormValue(name))
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		f.own = append(f.own, fault.Field{Name: name, Key: "people.word"})
	}
	return n
}

func (f *form) dateOf(name string) calendar.Date {
	v := strings.TrimSpace(f.r.PostFormValue(name))
	if v == "" {
		return 0
	}
	d, err := calendar.ParseDate(v)
	if err != nil {
		f.own = append(f.own, fault.Field{Name: name, Key: "people.date"})
	}
	return d
}

func (f *form) monthOf(name string) calendar.Month {
	v := strings.TrimSpace(f.r.PostFormValue(name))
	if v == "" {
		return 0
	}
	m, err := calendar.ParseMonth(v)
	if err != nil {
		f.own = append(f.own, fault.Field{Name: name, Key: "work.month"})
	}
	return m
}

func (f *form) fenOf(name string) int64 {
	n, ok := parseYuan(f.r.PostFormValue(name))
	if !ok {
		f.own = append(f.own, fault.Field{Name: name, Key: "people.money"})
	}
	return n
}

// placeOf resolves a written place, or takes the candidate that was chosen.
func (f *form) placeOf(name string, resolve func(string) region.Match) (region.Code, []region.Place) {
	if c := f.r.PostFormValue(name + "_code"); c != "" {
		if code, err := region.ParseCode(c); err == nil {
			return code, nil
		}
	}
	v := strings.TrimSpace(f.r.PostFormValue(name))
	if v == "" {
		return 0, nil
	}
	m := resolve(v)
	switch m.Status {
	case region.One:
		return m.Code, nil
	case region.Several:
		f.own = append(f.own, fault.Field{Name: name, Key: "people.place.several", Args: []any{len(m.Candidates)}})
		return 0, m.Candidates
	}
	f.own = append(f.own, fault.Field{Name: name, Key: "people.place.none"})
	return 0, nil
}

// home is the village that a form names. None, one above a village and one
// outside the caller's area are wrong entries: what was typed comes back.
func (f *form) home(resolve func(string) region.Match) (region.Code, []region.Place) {
	c, candidates := f.placeOf("village", resolve)
	switch {
	case c == 0 && strings.TrimSpace(f.r.PostFormValue("village")) != "":
	case c.Level() != region.Village:
		f.own = append(f.own, fault.Field{Name: "village", Key: "people.village.level"})
	case !f.r.FullScope().Contains(c):
		f.own = append(f.own, fault.Field{Name: "village", Key: "people.place.none"})
	}
	return c, candidates
}

// early answers the fields that could not be read, as a store would.
func (f *form) early() error {
	if len(f.own) == 0 {
		return nil
	}
	return fault.InvalidFields(f.own...)
}
