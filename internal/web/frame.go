package web

import (
	"html/template"
	"net/url"
	"sort"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/region"
)

// frame is what the layout shows around a page. It is made when a template
// asks for it.
type frame struct {
	Path    string
	Nav     []navView
	Tabs    []navView // the first four, for phones
	Rest    []navView // what the phone's fifth tab opens
	Section []Tab     // pages of the section that is on, where it has more than one
	More    []Tab     // its further pages, behind a menu
	At      region.Code
	Name    string
	Code    string
	Crumbs  []crumb
	Month   calendar.Month
	Prev    string
	Next    string
	Years   template.HTML // the panel of months to choose from
	Closed  bool
	Known   bool // the month's state is known
	User    string
	Place   string
	Role    string
	Notice  string
	AsOf    string
	SignOut string
	Account string
	To      string // where a chosen place leads: path and query without at
	Langs   []langView
	Today   calendar.Date
	Wide    bool
}

type navView struct {
	Label, Icon, Href string
	On                bool
	Count             int
}

type crumb struct{ Name, Href string }

type langView struct {
	Name, Code, Href string
	On               bool
}

func (e *env) here() *frame {
	if e.frame == nil {
		e.frame = e.shell.frameOf(e.r)
	}
	return e.frame
}

func (s *Shell) frameOf(r *Request) *frame {
	f := &frame{
		Path: r.URL.Path, At: r.At, Name: s.regionName(r.Lang, r.At), Code: codeWord(r.At), Month: r.Month,
		User: r.Caller.Name, Notice: s.cfg.Notice, SignOut: s.cfg.SignOut, Account: s.cfg.Account,
		Today: calendar.DateAt(s.cfg.Clock()), AsOf: s.cfg.Clock().In(calendar.Zone).Format("01-02 15:04"),
	}
	if len(r.Caller.Grants) > 0 {
		g := r.Caller.Grants[0]
		f.Place = s.regionName(r.Lang, g.Region)
		f.Role = r.T("web.role." + string(g.Role))
	}
	s.navOf(r, f)
	s.crumbsOf(r, f)
	s.monthsOf(r, f)
	f.To = s.pickTarget(r, f)
	for _, l := range []langView{{Name: "中文", Code: "zh-CN"}, {Name: "English", Code: "en"}} {
		l.Href = r.Self("lang", l.Code)
		l.On = l.Code == string(r.Lang)
		f.Langs = append(f.Langs, l)
	}
	return f
}

func (s *Shell) navOf(r *Request, f *frame) {
	items := append([]NavItem(nil), s.nav...)
	sort.SliceStable(items, func(i, j int) bool { return items[i].Order < items[j].Order })
	section, page := s.standing(items, r.URL.Path)
	for _, it := range items {
		if it.Need != "" && !r.Caller.Can(it.Need) {
			continue
		}
		v := navView{Label: r.T(it.Key), Icon: it.Icon, Href: s.linkFor(r, it), On: it.Href == section, Count: -1}
		if section != "" && (it.Href == section || it.Under == section) {
			f.Section = append(f.Section, Tab{Label: v.Label, Href: v.Href, On: it.Href == page})
		}
		if it.Under != "" {
			continue
		}
		if it.Count != nil {
			v.Count = it.Count(r.Context(), r)
		}
		f.Nav = append(f.Nav, v)
	}
	f.Section, f.More = folded(f.Section)
	f.Tabs = f.Nav
	if len(f.Tabs) > 4 {
		f.Tabs, f.Rest = f.Nav[:4], f.Nav[4:]
	}
}

// sectionTabs is how many pages of a section stand in its row; the others are
// behind a menu, but for the one that is on.
const sectionTabs = 6

func folded(pages []Tab) (row, more []Tab) {
	if len(pages) < 2 {
		return nil, nil
	}
	if len(pages) <= sectionTabs+1 {
		return pages, nil
	}
	for i, p := range pages {
		if i < sectionTabs || p.On {
			row = append(row, p)
		} else {
			more = append(more, p)
		}
	}
	return row, more
}

// standing is the section that a path belongs to and the entry or tab that is
// on: the one with the longest address that the path begins with.
func (s *Shell) standing(items []NavItem, path string) (section, page string) {
	for _, it := range items {
		on := it.Href == path || (it.Href != "/" && strings.HasPrefix(path+"/", it.Href+"/"))
		if !on || len(it.Href) <= len(page) {
			continue
		}
		section, page = it.Href, it.Href
		if it.Under != "" {
			section = it.Under
		}
	}
	return section, page
}

// linkFor keeps the place only where the caller may look there with the
// entry's permission; else the page chooses its own.
func (s *Shell) linkFor(r *Request, it NavItem) string {
	if it.Need != "" && !r.Caller.Scope(it.Need).Contains(r.At) {
		return r.Link(it.Href, "at", "")
	}
	return r.Link(it.Href)
}

func (s *Shell) crumbsOf(r *Request, f *frame) {
	scope := grantScope(r)
	for c := r.At; ; c = c.Parent() {
		item := crumb{Name: s.regionName(r.Lang, c)}
		if scope.Contains(c) {
			item.Href = s.withAt(s.pickTarget(r, f), c)
		}
		f.Crumbs = append([]crumb{item}, f.Crumbs...)
		if c == region.Country {
			break
		}
	}
	if len(f.Crumbs) > 1 && f.Crumbs[0].Href == "" {
		f.Crumbs = f.Crumbs[1:] // the nation says nothing to those who cannot open it
	}
}

func (s *Shell) monthsOf(r *Request, f *frame) {
	if r.Month == 0 {
		return
	}
	now := calendar.MonthAt(s.cfg.Clock())
	f.Prev = r.Self("month", r.Month.Add(-1).String())
	if r.Month < now {
		f.Next = r.Self("month", r.Month.Add(1).String())
	}
	f.Years = monthPanel(r, now)
	if s.cfg.Months != nil && r.Caller.UserID != 0 {
		if closed, err := s.cfg.Months.Closed(r.Context(), r.At, r.Month); err == nil {
			f.Known, f.Closed = true, closed
		}
	}
}

// monthPanel writes the months of four years as links: 48 on every page, so
// with one address that has a mark where the month goes.
func monthPanel(r *Request, now calendar.Month) template.HTML {
	const mark = "0000-00"
	before, after, _ := strings.Cut(template.HTMLEscapeString(r.Self("month", mark)), mark)
	var b strings.Builder
	b.Grow(8 << 10)
	for y := now.Year(); y > now.Year()-4; y-- {
		b.WriteString("<h3>" + strconv.Itoa(y) + "</h3><ol>")
		for n := 1; n <= 12; n++ {
			m, word := calendar.MonthOf(y, n), template.HTMLEscapeString(r.T("web.month.short", n))
			switch {
			case m > now:
				b.WriteString("<li><span>" + word + "</span></li>")
			case m == r.Month:
				b.WriteString(`<li><a href="` + before + m.String() + after + `" class="on" aria-current="date">` + word + "</a></li>")
			default:
				b.WriteString(`<li><a href="` + before + m.String() + after + `">` + word + "</a></li>")
			}
		}
		b.WriteString("</ol>")
	}
	// Safe: the address is a local path and escaped, as the words are.
	return template.HTML(b.String())
}

// pickTarget is where a chosen place leads: the same page with the same
// filters, and from a single record the list of its section.
func (s *Shell) pickTarget(r *Request, f *frame) string {
	path := r.URL.Path
	if r.route != nil && (strings.Contains(r.route.Pattern, "{") && path != "/" || r.Method != "GET" || r.route.Pattern == "/") {
		path = "/"
		for _, v := range f.Nav {
			if v.On {
				path, _, _ = strings.Cut(v.Href, "?")
			}
		}
		return path
	}
	q := r.URL.Query()
	for _, c := range append([]string{"at"}, cursors...) {
		q.Del(c)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// withAt is a local address with another place.
func (s *Shell) withAt(to string, at region.Code) string {
	u, err := url.Parse(to)
	if err != nil || !LocalPath(to) {
		u = &url.URL{Path: "/"}
	}
	q := u.Query()
	q.Set("at", atParam(at))
	u.RawQuery = q.Encode()
	return u.String()
}

func atParam(c region.Code) string {
	if c == region.Country {
		return "0"
	}
	return c.Full()
}

// roleScope is the whole area of the caller, for the picker.
func roleScope(c account.Caller) region.Scope {
	roots := make([]region.Code, 0, len(c.Grants))
	for _, g := range c.Grants {
		roots = append(roots, g.Region)
	}
	return region.ScopeOf(roots...)
}

// codeWord is the code as officers know it: at least six digits.
func codeWord(c region.Code) string {
	if c == region.Country {
		return ""
	}
	if s := c.String(); len(s) >= 6 {
		return s
	}
	return c.Full()[:6]
}
