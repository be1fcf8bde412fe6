package web

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/web/assets"
)

// Tree is what the shell asks of the tree of places.
type Tree interface {
	// Name of a place ("莘县"), "" for a code that does not exist. The nation's
	// name comes from the catalogue.
	Name(region.Code) string
	Children(region.Code) []region.Code
	// Search finds places below a scope by name, pinyin initials or code, the
	// best first, at most limit.
	Search(q string, within region.Scope, limit int) []region.Code
}

// Auth tells who asks. It answers fault.Unauth where there is no valid session.
type Auth interface {
	Authenticate(*http.Request) (account.Caller, error)
}

// Months tells the state of a month at a place, shown beside the month.
type Months interface {
	Closed(ctx context.Context, at region.Code, m calendar.Month) (bool, error)
}

// Refusals records a request that the permission or the scope refused.
type Refusals interface {
	Refused(ctx context.Context, c account.Caller, route string, need account.Permission, at region.Code)
}

// Config is what the shell stands on. Tree, Auth and Clock are required.
type Config struct {
	Tree     Tree
	Auth     Auth
	Clock    calendar.Clock
	Months   Months
	Refusals Refusals
	// Before stands before every action of a signed-in person, behind
	// permission and place; its error is the answer.
	Before  func(ctx context.Context, r *Request, pattern string) error
	Log     *slog.Logger
	Notice  string // catalogue key of the line under the navigation ("sample data")
	SignIn  string // path of the sign-in page, default /sign-in
	SignOut string // path that a POST signs out at, default /sign-out
	Account string // path of the caller's own page, "" for none
	Secure  bool   // served over TLS: adds HSTS and Secure cookies
	Ready   func(context.Context) error
	Metrics http.Handler
	// UploadLimit bounds the body of an upload in bytes; default 64 MB.
	UploadLimit int64
	UploadSlots int // uploads at the same time, default 4
}

// NavItem is an entry of the navigation. Key is a catalogue key, Need the
// permission without which it is not shown ("" for everybody signed in).
type NavItem struct {
	Key   string
	Icon  string
	Href  string
	Need  account.Permission
	Order int // 10 today, 20 board, 30 people, 40 import, 50 findings, 60 registers, 70 targets, 80 reports, 90 audit, 95 settings
	// Under is the Href of the entry whose section this page belongs to: it is
	// then a tab above that section's pages instead of an entry of its own.
	Under string
	// Count is the small number beside the entry, nil for none; -1 hides it.
	Count func(ctx context.Context, r *Request) int
}

// Shell is the console: rims add their routes, templates and navigation to
// it, then Handler builds the whole.
type Shell struct {
	cfg    Config
	routes []Route
	nav    []NavItem
	todos  []TodoSource
	figs   []FigureSource
	finds  []Searcher
	assets *assets.Set
	once   *onceTable
	slots  chan struct{}
	badges sync.Map // of statuses, by badgeKey

	mu    sync.Mutex
	sets  []templateSet
	pages map[string]*page
}

// New makes a shell with the built-in pages (today, picker, search, health).
func New(cfg Config) *Shell {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Clock == nil {
		cfg.Clock = calendar.System
	}
	if cfg.SignIn == "" {
		cfg.SignIn = "/sign-in"
	}
	if cfg.SignOut == "" {
		cfg.SignOut = "/sign-out"
	}
	if cfg.UploadLimit == 0 {
		cfg.UploadLimit = 64 << 20
	}
	if cfg.UploadSlots == 0 {
		cfg.UploadSlots = 4
	}
	s := &Shell{cfg: cfg, assets: assets.Load(), once: newOnceTable(cfg.Clock), slots: make(chan struct{}, cfg.UploadSlots)}
	s.Templates("web", ownTemplates)
	s.Add(
		Route{Pattern: "GET /{$}", Action: s.today},
		Route{Pattern: "GET /places", Action: s.places},
		Route{Pattern: "GET /places/find", Action: s.placesFind},
		Route{Pattern: "GET /places/suggest", Action: s.placesSuggest},
		Route{Pattern: "GET /search", Action: s.searchPage},
		Route{Pattern: "POST /search", Action: s.search},
	)
	s.Nav(NavItem{Key: "web.nav.today", Icon: "home", Href: "/", Order: 10})
	return s
}

// Add registers routes. A pattern that stands twice panics at Handler.
func (s *Shell) Add(routes ...Route) { s.routes = append(s.routes, routes...) }

// Nav registers entries of the navigation; they are shown by Order.
func (s *Shell) Nav(items ...NavItem) { s.nav = append(s.nav, items...) }

// Templates registers a rim's templates: every templates/*.html of the file
// system becomes the page "prefix/file"; files that begin with "_" are
// partials shared by the rim's pages.
func (s *Shell) Templates(prefix string, fsys fs.FS) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sets = append(s.sets, templateSet{prefix: prefix, fsys: fsys})
	s.pages = nil
}

// Routes lists every route, for the access test.
func (s *Shell) Routes() []Route { return append([]Route(nil), s.routes...) }

// serves reports whether a rim has registered a route: a page shows another
// rim's card only where that rim is part of the console.
func (s *Shell) serves(pattern string) bool {
	return slices.ContainsFunc(s.routes, func(r Route) bool { return r.Pattern == pattern })
}

// Now is the shell's clock.
func (s *Shell) Now() time.Time { return s.cfg.Clock() }

// Handler checks every page (templates parse, catalogue keys and icons exist)
// and builds the handler of the console.
func (s *Shell) Handler() (http.Handler, error) {
	if s.cfg.Tree == nil || s.cfg.Auth == nil {
		return nil, fmt.Errorf("web: Config needs Tree and Auth")
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for i := range s.routes {
		rt := &s.routes[i]
		mux.Handle(rt.Pattern, s.serve(rt))
	}
	mux.Handle("GET "+s.assets.Prefix()+"/", s.assets)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", s.ready)
	if s.cfg.Metrics != nil {
		mux.Handle("GET /metrics", s.cfg.Metrics)
	}
	mux.Handle("/", s.serve(&Route{Pattern: "/", Action: s.nothing}))
	return s.wrap(mux), nil
}

func (s *Shell) ready(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Ready != nil {
		ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
		defer cancel()
		if err := s.cfg.Ready(ctx); err != nil {
			s.cfg.Log.Warn("not ready", "err", err)
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
	}
	_, _ = w.Write([]byte("ready\n"))
}
