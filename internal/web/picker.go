package web

import (
	"net/http"
	"strings"

	"wengang/internal/fault"
	"wengang/internal/region"
)

// placeView is one place of the picker.
type placeView struct {
	Name, Code, Path, Href string
	Open                   string // opens the place's children in the picker, "" at the bottom
	On                     bool
}

type pickerView struct {
	To       string
	Query    string
	Searched bool
	Up       []placeView
	Here     placeView
	Children []placeView
	Found    []placeView
}

// pickerScope is where the picker may go: the caller's whole area; the page
// that is chosen checks its own permission again.
func pickerScope(r *Request) region.Scope { return roleScope(r.Caller) }

// places shows the tree around ?at=: as a fragment in the panel, or as a page
// of its own without scripts.
func (s *Shell) places(w http.ResponseWriter, r *Request) error {
	to := r.URL.Query().Get("to")
	if !LocalPath(to) {
		to = "/"
	}
	at := r.At
	if !pickerScope(r).Contains(at) {
		return fault.NotFoundf("fault.notfound")
	}
	v := pickerView{To: to, Here: s.placeView(r, at, to)}
	for c := at; c != region.Country; {
		c = c.Parent()
		if !pickerScope(r).Contains(c) {
			break
		}
		v.Up = append([]placeView{s.placeView(r, c, to)}, v.Up...)
	}
	for _, c := range s.cfg.Tree.Children(at) {
		v.Children = append(v.Children, s.placeView(r, c, to))
	}
	if r.HX() {
		return s.Fragment(w, r, "web/places", "picker", v)
	}
	return s.Page(w, r, "web/places", v)
}

// placesFind answers the search of the picker.
func (s *Shell) placesFind(w http.ResponseWriter, r *Request) error {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	to := r.URL.Query().Get("to")
	if !LocalPath(to) {
		to = "/"
	}
	if q == "" {
		return s.places(w, r)
	}
	v := pickerView{To: to, Query: q, Searched: true, Here: s.placeView(r, r.At, to)}
	if len(q) <= 60 {
		for _, c := range s.cfg.Tree.Search(q, pickerScope(r), 20) {
			p := s.placeView(r, c, to)
			p.Path = s.pathAbove(r, c)
			v.Found = append(v.Found, p)
		}
	}
	if r.HX() {
		return s.Fragment(w, r, "web/places", "picked", v)
	}
	return s.Page(w, r, "web/places", v)
}

// placesSuggest completes the name of a workplace: any place of the country,
// because people work everywhere; the names are public statistics.
func (s *Shell) placesSuggest(w http.ResponseWriter, r *Request) error {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	var found []placeView
	if q != "" && len(q) <= 60 {
		for _, c := range s.cfg.Tree.Search(q, region.ScopeOf(region.Country), 12) {
			found = append(found, placeView{Name: strings.ReplaceAll(s.pathAbove(r, c), " ", "") + s.regionName(r.Lang, c), Code: codeWord(c)})
		}
	}
	return s.Fragment(w, r, "web/places", "suggest", found)
}

func (s *Shell) placeView(r *Request, c region.Code, to string) placeView {
	v := placeView{Name: s.regionName(r.Lang, c), Code: codeWord(c), Href: s.withAt(to, c), On: c == r.At}
	if c.Level() < region.Village {
		v.Open = r.Link("/places", "at", atParam(c), "to", to)
	}
	return v
}

func (s *Shell) pathAbove(r *Request, c region.Code) string {
	var parts []string
	for c != region.Country {
		c = c.Parent()
		if c != region.Country {
			parts = append([]string{s.regionName(r.Lang, c)}, parts...)
		}
	}
	return strings.Join(parts, " ")
}
