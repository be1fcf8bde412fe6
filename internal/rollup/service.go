package rollup

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Source gives the person-months (internal/month): frozen ones of closed
// months, derived ones of open months.
type Source interface {
	// Counties with people at or below a place.
	Counties(ctx context.Context, scope region.Scope, at region.Code) ([]region.Code, error)
	EachState(ctx context.Context, scope region.Scope, at region.Code, fn func(county region.Code, m calendar.Month, closed bool, stamp string, closedAt int64)) error
	EachRow(ctx context.Context, scope region.Scope, county region.Code, m calendar.Month, known bool, fn func(*fact.PersonMonth)) error
	// Rows reads a closed month row by row, for verify.
	Rows(ctx context.Context, scope region.Scope, county region.Code, m calendar.Month, row func(*fact.PersonMonth) error) error
	// Unpacked is how many people differ between a closed month's rows and the
	// packed form from which EachRow reads them; -1 where there is none.
	Unpacked(ctx context.Context, scope region.Scope, county region.Code, m calendar.Month) (int, error)
	Live(ctx context.Context, scope region.Scope, county region.Code, months []calendar.Month) ([][]fact.PersonMonth, error)
	LivePeople(ctx context.Context, scope region.Scope, county region.Code, months []calendar.Month, ids []int64) ([][]fact.PersonMonth, error)
	// Calibre is the stamp of the settings in force in an open month.
	Calibre(ctx context.Context, scope region.Scope, county region.Code, year int) (string, error)
}

// Service answers figures out of cached blocks. Every answer first applies the
// change log, so it is never older than the database at its start.
type Service struct {
	db  *db.DB
	src Source

	tags AreaTags // nil: no lists of areas

	refreshing sync.Mutex // one reader follows the log at a time
	log        follower

	mu       sync.Mutex
	blocks   map[blockKey]*entry
	states   map[region.Code]map[calendar.Month]state
	counties []region.Code
	listed   bool
}

type blockKey struct {
	county region.Code
	month  calendar.Month
	known  bool
}

// state of a county's month on record.
type state struct {
	closed bool
	stamp  string
	at     int64
}

// entry is a block that is there or on its way. Whoever finds it waits for
// ready.
type entry struct {
	ready chan struct{}
	block *Block // nil: no people that month
	stamp string
	err   error
	open  bool
	at    int64 // when the month was closed
}

func (e *entry) done() bool {
	select {
	case <-e.ready:
		return true
	default:
		return false
	}
}

// New makes the service; nothing is read before the first question.
func New(d *db.DB, src Source) *Service {
	return &Service{db: d, src: src, blocks: map[blockKey]*entry{}, states: map[region.Code]map[calendar.Month]state{}}
}

var (
	errNotFound = fault.NotFoundf("fault.notfound")
	nation      = region.ScopeOf(region.Country)
)

func countyOf(c region.Code) region.Code { return c.At(region.County) }

// under lists the counties with people that make up a place; for a town or
// village, its county.
func (s *Service) under(at region.Code) []region.Code {
	s.mu.Lock()
	defer s.mu.Unlock()
	lo, hi := at.Range()
	if at.Level() > region.County {
		lo, hi = countyOf(at), countyOf(at)+1
	}
	i, _ := slices.BinarySearch(s.counties, lo)
	j, _ := slices.BinarySearch(s.counties, hi)
	return slices.Clone(s.counties[i:j])
}

// closed reports the state of a county's month; before tells that the month
// lies before the first one that the county closed: it has no figures.
func (s *Service) closed(county region.Code, m calendar.Month) (st state, before bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := calendar.Open
	for k, v := range s.states[county] {
		if v.closed {
			first = min(first, k)
		}
	}
	st = s.states[county][m]
	return st, first != calendar.Open && m < first
}

// load brings the blocks of some counties and months into the cache and
// answers them in the order counties × months.
func (s *Service) load(ctx context.Context, counties []region.Code, months []calendar.Month, known bool) ([]*entry, error) {
	out := make([]*entry, 0, len(counties)*len(months))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(max(2, runtime.NumCPU()))
	for _, c := range counties {
		var live []calendar.Month
		var liveEntries []*entry
		for _, m := range months {
			e, mine := s.claim(c, m, known)
			out = append(out, e)
			switch {
			case !mine:
			case e.open:
				live, liveEntries = append(live, m), append(liveEntries, e)
			default:
				g.Go(func() error { return s.readClosed(gctx, c, m, known, e) })
			}
		}
		if len(live) > 0 {
			g.Go(func() error { return s.readLive(gctx, c, live, liveEntries) })
		}
	}
	err := g.Wait()
	for _, e := range out {
		select {
		case <-e.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if e.err != nil && err == nil {
			err = e.err
		}
	}
	return out, err
}

// claim finds the entry of a block or makes one that the caller must fill.
func (s *Service) claim(c region.Code, m calendar.Month, known bool) (*entry, bool) {
	st, before := s.closed(c, m)
	if before || m > calendar.MonthAt(s.db.Clock()) {
		return empty, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := blockKey{c, m, known && st.closed}
	if e, ok := s.blocks[k]; ok {
		return e, false
	}
	e := &entry{ready: make(chan struct{}), open: !st.closed, stamp: st.stamp, at: st.at}
	s.blocks[k] = e
	return e, true
}

// empty is a month that has not come or lies before the county's first.
var empty = func() *entry {
	e := &entry{ready: make(chan struct{})}
	close(e.ready)
	return e
}()

// fill ends the wait for an entry; a failed one leaves the cache.
func (s *Service) fill(k blockKey, e *entry, b *Block, err error) error {
	e.block, e.err = b, err
	if err != nil {
		s.mu.Lock()
		if s.blocks[k] == e {
			delete(s.blocks, k)
		}
		s.mu.Unlock()
	}
	close(e.ready)
	return err
}

func (s *Service) readClosed(ctx context.Context, c region.Code, m calendar.Month, known bool, e *entry) error {
	var rows []row
	err := s.src.EachRow(ctx, nation, c, m, known, func(p *fact.PersonMonth) { rows = append(rows, rowOf(p)) })
	var b *Block
	if err == nil && len(rows) > 0 {
		b, err = build(c, m, rows)
	}
	return s.fill(blockKey{c, m, known}, e, b, err)
}

func (s *Service) readLive(ctx context.Context, c region.Code, months []calendar.Month, entries []*entry) error {
	people, err := s.src.Live(ctx, nation, c, months)
	for i, m := range months {
		var b *Block
		e := entries[i]
		if err == nil {
			e.stamp, err = s.src.Calibre(ctx, nation, c, m.Year())
		}
		if err == nil && len(people[i]) > 0 {
			b, err = Build(c, m, people[i])
		}
		_ = s.fill(blockKey{c, m, false}, e, b, err)
	}
	return err
}
