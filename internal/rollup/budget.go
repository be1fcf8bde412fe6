package rollup

import "unsafe"

// DefaultCache is how many bytes of rows a process keeps in memory unless it
// is told otherwise: one month of 30 million people in one, or a city of
// 500,000 with five years.
const DefaultCache = 1 << 30

// SetCache bounds the rows that are kept in memory, in bytes. What a question
// has in hand stays until it is answered, and the sums of counties and towns
// (about 4 kB per county and month) stay always.
func (s *Service) SetCache(bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.budget = bytes
	s.evict(nil)
}

// hold books an entry's rows and lets go of those that nobody has asked for
// the longest where they are too many. The caller holds mu.
func (s *Service) hold(k blockKey, e *entry) {
	if e.block == nil || e.block.lean {
		return
	}
	e.use = s.recent.PushFront(k)
	s.held += e.block.bytes()
	s.evict(e)
}

// release ends the booking of an entry that leaves the cache. The caller holds
// mu.
func (s *Service) release(e *entry) {
	if e.use != nil {
		s.recent.Remove(e.use)
		s.held -= e.block.bytes()
		e.use = nil
	}
}

// evict puts entries without rows in the place of the oldest ones; whoever
// holds one of these keeps it. The newest stays, however large.
func (s *Service) evict(newest *entry) {
	for s.held > s.budget {
		last := s.recent.Back()
		if last == nil {
			return
		}
		k, _ := last.Value.(blockKey)
		e := s.blocks[k]
		if e == newest {
			return
		}
		s.release(e)
		s.blocks[k] = e.thin()
	}
}

// thin is the entry without its rows.
func (e *entry) thin() *entry {
	if e.block == nil || e.block.lean {
		return e
	}
	return &entry{ready: done, block: e.block.sums(), stamp: e.stamp, open: e.open, at: e.at}
}

// done is the wait for an entry that is there from the start.
var done = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// lean reports an entry whose rows were let go.
func (e *entry) lean() bool { return e.done() && e.block != nil && e.block.lean }

// sums is the block without its rows: towns, county and movers.
func (b *Block) sums() *Block {
	return &Block{County: b.County, Month: b.Month, lanes: b.lanes, movers: b.movers, towns: b.towns, total: b.total, lean: true}
}

// bytes is about what a block takes in memory.
func (b *Block) bytes() int64 {
	const row = 4 + 2 + 4 + 2 + 2 + 2 + 2
	n := int64(len(b.person)) * row
	n += int64(len(b.villages)) * 12
	n += int64(len(b.keys))*12 + int64(len(b.groups))*int64(unsafe.Sizeof(group{})) + int64(len(b.places))*8
	n += int64(len(b.movers)) * int64(unsafe.Sizeof(mover{}))
	return n + int64(len(b.towns)+1)*(int64(b.lanes)*4+int64(unsafe.Sizeof(node{})))
}
