package rollup

import (
	"container/list"
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

	tags       AreaTags   // nil: no lists of areas
	programmes Programmes // nil: no rolls of programmes

	refreshing sync.Mutex // one reader follows the log at a time
	log        follower

	mu       sync.Mutex
	blocks   map[blockKey]*entry
	recent   list.List // blockKeys with rows, the latest asked for first
	held     int64     // bytes of the blocks of recent
	budget   int64
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
	quit  bool // err: whoever read it was called off, which says nothing of the data
	open  bool
	at    int64 // when the month was closed
	use   *list.Element
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
	return &Service{db: d, src: src, blocks: map[blockKey]*entry{}, states: map[region.Code]map[calendar.Month]state{}, budget: DefaultCache}
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
	return s.stateOf(county, m)
}

// stateOf is closed for callers that hold mu.
func (s *Service) stateOf(county region.Code, m calendar.Month) (st state, before bool) {
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
// answers them, with their rows, in the order counties × months.
func (s *Service) load(ctx context.Context, counties []region.Code, months []calendar.Month, known bool) ([]*entry, error) {
	return s.fetch(ctx, counties, months, known, true)
}

// loadFor is load for the figures of a place: those of towns and above need
// the sums alone, so that a series does not hold the rows of all its months.
func (s *Service) loadFor(ctx context.Context, at region.Code, counties []region.Code, months []calendar.Month, known bool) ([]*entry, error) {
	return s.fetch(ctx, counties, months, known, at.Level() == region.Village)
}

// fetch brings entries again whose reader was called off: a page that is closed
// while others wait for the same county must not fail them.
func (s *Service) fetch(ctx context.Context, counties []region.Code, months []calendar.Month, known, rows bool) ([]*entry, error) {
	for {
		out, again, err := s.bring(ctx, counties, months, known, rows)
		if !again {
			return out, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
}

// bring is one attempt; again says that it failed for another question's end.
func (s *Service) bring(ctx context.Context, counties []region.Code, months []calendar.Month, known, rows bool) (out []*entry, again bool, err error) {
	out = make([]*entry, len(counties)*len(months))
	got := func(i int, e *entry) { // nothing but the cache keeps rows that are not asked for
		out[i] = e
		if !rows && e.done() {
			out[i] = e.thin()
		}
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(max(2, runtime.NumCPU()))
	for i, c := range counties {
		var live []calendar.Month
		var liveEntries []*entry
		var liveAt []int
		for k, m := range months {
			at := i*len(months) + k
			e, mine := s.claim(c, m, known, rows)
			switch {
			case !mine:
				got(at, e)
			case e.open:
				live, liveEntries, liveAt = append(live, m), append(liveEntries, e), append(liveAt, at)
			default:
				g.Go(func() error {
					defer func() { got(at, e) }()
					return s.readClosed(gctx, c, m, known, e)
				})
			}
		}
		if len(live) > 0 {
			g.Go(func() error {
				err := s.readLive(gctx, c, live, liveEntries)
				for n, at := range liveAt {
					got(at, liveEntries[n])
				}
				return err
			})
		}
	}
	err = g.Wait()
	for i, e := range out {
		select {
		case <-e.ready:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
		if e.err != nil && err == nil {
			if e.quit {
				again = true
				continue
			}
			err = e.err
		}
		got(i, e)
	}
	return out, again && err == nil, err
}

// claim finds the entry of a block or makes one that the caller must fill.
// With rows an entry whose rows were let go does not do.
func (s *Service) claim(c region.Code, m calendar.Month, known, rows bool) (*entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// The state and the entry belong together: a close seen between them would
	// leave an open month's entry for a closed month.
	st, before := s.stateOf(c, m)
	if before || m > calendar.MonthAt(s.db.Clock()) {
		return empty, false
	}
	k := blockKey{c, m, known && st.closed}
	if e, ok := s.blocks[k]; ok && !(rows && e.lean()) {
		if e.use != nil {
			s.recent.MoveToFront(e.use)
		}
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
func (s *Service) fill(ctx context.Context, k blockKey, e *entry, b *Block, err error) error {
	e.block, e.err, e.quit = b, err, err != nil && ctx.Err() != nil
	s.mu.Lock()
	if s.blocks[k] == e {
		if err != nil {
			delete(s.blocks, k)
		} else {
			s.hold(k, e)
		}
	}
	s.mu.Unlock()
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
	return s.fill(ctx, blockKey{c, m, known}, e, b, err)
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
		_ = s.fill(ctx, blockKey{c, m, false}, e, b, err)
	}
	return err
}
