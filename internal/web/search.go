package web

import (
	"context"
	"net/http"
	"strings"
)

// Hit is one answer of the search box.
type Hit struct {
	Icon, Title, Note, Href string
}

// Searcher finds things by what a person types. It sees names, numbers and
// phones, so the words travel in the body of a POST and never in an address.
type Searcher interface {
	Search(ctx context.Context, r *Request, q string, limit int) ([]Hit, error)
}

// Searches adds sources of the search box, in the order of their answers.
func (s *Shell) Searches(src ...Searcher) { s.finds = append(s.finds, src...) }

type searchView struct {
	Query string
	Asked bool
	Hits  []Hit
}

func (s *Shell) searchPage(w http.ResponseWriter, r *Request) error {
	return s.Page(w, r, "web/search", searchView{})
}

func (s *Shell) search(w http.ResponseWriter, r *Request) error {
	v := searchView{Query: strings.TrimSpace(r.PostFormValue("q"))}
	if v.Query != "" && len(v.Query) <= 120 {
		v.Asked = true
		for _, c := range s.cfg.Tree.Search(v.Query, pickerScope(r), 5) {
			v.Hits = append(v.Hits, Hit{Icon: "map-pin", Title: s.regionName(r.Lang, c), Note: s.pathAbove(r, c), Href: r.Link("/", "at", atParam(c))})
		}
		for _, f := range s.finds {
			hits, err := f.Search(r.Context(), r, v.Query, 8)
			if err != nil {
				return err
			}
			v.Hits = append(v.Hits, hits...)
		}
		v.Hits = append(v.Hits, s.pagesNamed(r, v.Query)...)
	}
	if r.HX() {
		return s.Fragment(w, r, "web/search", "hits", v)
	}
	return s.Page(w, r, "web/search", v)
}

// pagesNamed finds entries of the navigation by their label.
func (s *Shell) pagesNamed(r *Request, q string) []Hit {
	var out []Hit
	var f frame
	s.navOf(r, &f)
	for _, n := range f.Nav {
		if strings.Contains(strings.ToLower(n.Label), strings.ToLower(q)) {
			out = append(out, Hit{Icon: n.Icon, Title: n.Label, Href: n.Href})
		}
	}
	return out
}
