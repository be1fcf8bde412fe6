package rollup

import (
	"context"
	"fmt"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// follower reads the change log. On PostgreSQL ids commit out of order: an
// entry may appear behind one that was read. So it asks again for everything
// after low, and moves low to the last entry seen at a moment only when every
// transaction of that moment has ended.
type follower struct {
	started bool
	low     int64
	seen    map[int64]bool // applied entries after low
	marks   []mark
	setting uint64 // digest of the settings
}

// mark: when transactions below next have ended, nothing up to id is missing.
type mark struct{ id, next int64 }

// logged is one entry of the log.
type logged struct {
	id       int64
	county   region.Code
	person   int64
	from, to calendar.Month
}

// patchLimit is how many people of a county are mended one by one; past it
// the county's open months are derived anew.
const patchLimit = 300

// Refresh applies what others have written since the last question. Every
// question calls it first; it costs one indexed read when nothing happened.
func (s *Service) Refresh(ctx context.Context) error {
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	changes, err := s.follow(ctx)
	if err != nil {
		return err
	}
	if !s.listed || len(changes) > 0 {
		// Who asked may be gone by now; what was read of the log is everybody's.
		if err := s.apply(context.WithoutCancel(ctx), changes); err != nil {
			s.forget() // a half-applied log must not answer
			return err
		}
	}
	return nil
}

// forget empties the cache and starts the log over.
func (s *Service) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log, s.listed = follower{}, false
	s.clear()
	s.states, s.counties = map[region.Code]map[calendar.Month]state{}, nil
}

// clear empties the cache. The caller holds mu.
func (s *Service) clear() {
	s.blocks, s.held = map[blockKey]*entry{}, 0
	s.recent.Init()
}

func (s *Service) forgetBlocks() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
}

// follow reads the entries that were not applied yet.
func (s *Service) follow(ctx context.Context) ([]logged, error) {
	l := &s.log
	var out []logged
	var oldest, next int64
	var settings uint64
	err := s.db.Snapshot(ctx, func(q db.Querier) error {
		var err error
		if oldest, next, err = s.db.Dialect.SnapshotBounds(ctx, q); err != nil {
			return err
		}
		if !l.started {
			// Blocks are read after this moment: what is committed is in them.
			var last *int64
			if err := q.QueryRowContext(ctx, `SELECT MAX(id) FROM change_log`).Scan(&last); err != nil {
				return err
			}
			l.seen = map[int64]bool{}
			l.started = true
			if last != nil {
				l.marks = []mark{{*last, next}}
				l.low = *last
				if oldest < next { // what runs now may still commit an older entry
					l.low = max(0, *last-startBack)
				}
			}
		}
		if out, err = readChanges(ctx, q, l.low); err != nil {
			return err
		}
		settings, err = readSettings(ctx, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("change log: %w", err)
	}
	if settings != l.setting {
		s.forgetBlocks() // another calibre: everything that is open is derived anew
		l.setting = settings
	}
	top := l.low
	fresh := out[:0]
	for _, c := range out {
		top = max(top, c.id)
		if !l.seen[c.id] {
			l.seen[c.id] = true
			fresh = append(fresh, c)
		}
	}
	if n := len(l.marks); top > l.low && (n == 0 || l.marks[n-1].id < top) {
		l.marks = append(l.marks, mark{top, next})
	}
	for len(l.marks) > 0 && l.marks[0].next <= oldest {
		l.low, l.marks = l.marks[0].id, l.marks[1:]
	}
	for id := range l.seen {
		if id <= l.low {
			delete(l.seen, id)
		}
	}
	return fresh, nil
}

// startBack is how many of the newest entries a cache that begins beside open
// transactions reads again until they have ended: their entries lie among them.
// An import logs up to its people, and others log past it while it runs. 50 ms
// per question, for as long as the transactions last.
const startBack = 100_000

// touched is what the changes of one county come to.
type touched struct {
	from   calendar.Month
	people []int64
	all    bool
}

func (s *Service) apply(ctx context.Context, changes []logged) error {
	by := map[region.Code]*touched{}
	for _, c := range changes {
		t := by[c.county]
		if t == nil {
			t = &touched{from: c.from}
			by[c.county] = t
		}
		t.from = min(t.from, c.from)
		switch {
		case t.all:
		case c.person == 0:
			t.all = true
		case !slices.Contains(t.people, c.person):
			t.people = append(t.people, c.person)
		}
		t.all = t.all || len(t.people) > patchLimit
	}
	if err := s.relist(ctx, by); err != nil {
		return err
	}
	for county, t := range by {
		if t.all {
			s.drop(county, t.from)
			continue
		}
		if err := s.patch(ctx, county, t); err != nil {
			return err
		}
	}
	return nil
}

// relist reads the counties and the states of their months: at the start all,
// later those of counties that changed as a whole or are new.
func (s *Service) relist(ctx context.Context, by map[region.Code]*touched) error {
	s.mu.Lock()
	whole := !s.listed
	known := s.counties
	s.mu.Unlock()
	var ask []region.Code
	if whole {
		ask = []region.Code{region.Country}
	}
	for c, t := range by {
		if _, ok := slices.BinarySearch(known, c); t.all || !ok {
			if !whole {
				ask = append(ask, c)
			}
			t.all = true
		}
	}
	if len(ask) == 0 {
		return nil
	}
	counties, err := s.src.Counties(ctx, nation, region.Country)
	if err != nil {
		return err
	}
	states := map[region.Code]map[calendar.Month]state{}
	for _, at := range ask {
		if !whole {
			states[at] = map[calendar.Month]state{}
		}
		err := s.src.EachState(ctx, nation, at, func(c region.Code, m calendar.Month, closed bool, stamp string, closedAt int64) {
			if states[c] == nil {
				states[c] = map[calendar.Month]state{}
			}
			states[c][m] = state{closed, stamp, closedAt}
		})
		if err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counties, s.listed = counties, true
	for c, m := range states {
		s.states[c] = m
	}
	return nil
}

// drop forgets a county's blocks from a month on. Later months go too: runs,
// the year so far and flows reach forward.
func (s *Service) drop(county region.Code, from calendar.Month) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, e := range s.blocks {
		if k.county == county && k.month >= from {
			s.release(e)
			delete(s.blocks, k)
		}
	}
}

// patch mends the open blocks of a county for a few people. Blocks still on
// their way and the as-known view of closed months are forgotten instead.
func (s *Service) patch(ctx context.Context, county region.Code, t *touched) error {
	var months []calendar.Month
	var old []*entry
	s.mu.Lock()
	for k, e := range s.blocks {
		if k.county != county || k.month < t.from {
			continue
		}
		switch {
		case k.known || !e.done() || e.open && (e.block == nil || e.block.lean):
			s.release(e)
			delete(s.blocks, k)
		case e.open:
			months, old = append(months, k.month), append(old, e)
		}
	}
	s.mu.Unlock()
	if len(months) == 0 {
		return nil
	}
	people, err := s.src.LivePeople(ctx, nation, county, months, t.people)
	if err != nil {
		return err
	}
	for i, m := range months {
		b, err := old[i].block.With(t.people, people[i])
		if err != nil {
			return err
		}
		e := &entry{ready: make(chan struct{}), block: b, stamp: old[i].stamp, open: true}
		close(e.ready)
		s.mu.Lock()
		if k := (blockKey{county, m, false}); s.blocks[k] == old[i] {
			s.release(old[i])
			s.blocks[k] = e
			s.hold(k, e)
		} else if f := s.blocks[k]; f != nil && f.lean() {
			delete(s.blocks, k) // let go meanwhile, without the change
		}
		s.mu.Unlock()
	}
	return nil
}
