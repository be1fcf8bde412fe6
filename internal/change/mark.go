package change

import (
	"context"
	"fmt"
	"sync"

	"wengang/internal/db"
)

// Mark tells which facts a snapshot of the ledger shows: two equal marks that
// are known show the same people, spells and closed months. A mark taken while
// other transactions run (PostgreSQL) is not known: its number says nothing
// about what they will add.
type Mark struct {
	last, next int64
	hidden     int64 // imports that are being saved
	Known      bool
}

// Hiding reports an import that is being saved: rows are there that nobody sees.
func (m Mark) Hiding() bool { return m.hidden != 0 }

// MarkOf is the mark of what q reads: a few steps in indexes.
func MarkOf(ctx context.Context, q db.Querier, d db.Dialect) (Mark, error) {
	oldest, next, err := d.SnapshotBounds(ctx, q)
	if err != nil {
		return Mark{}, fmt.Errorf("mark of the ledger: %w", err)
	}
	m := Mark{next: next, Known: oldest == next}
	err = q.QueryRowContext(ctx, `SELECT coalesce(max(id), 0), (SELECT coalesce(sum(batch_id), 0) FROM hidden_batch) FROM change_log`).Scan(&m.last, &m.hidden)
	if err != nil {
		return Mark{}, fmt.Errorf("mark of the ledger: %w", err)
	}
	return m, nil
}

// memoSize bounds the answers of one mark.
const memoSize = 4096

// Memo keeps answers that depend on the facts alone, until these change. Its
// zero value is ready; it is safe for concurrent use.
type Memo[K comparable, V any] struct {
	mu   sync.Mutex
	mark Mark
	kept map[K]V
}

// Get is a kept answer of the same facts.
func (c *Memo[K, V]) Get(m Mark, key K) (v V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.Known && c.mark == m {
		v, ok = c.kept[key]
	}
	return v, ok
}

// Put keeps an answer; what was kept of other facts goes.
func (c *Memo[K, V]) Put(m Mark, key K, v V) {
	if !m.Known {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mark != m || len(c.kept) >= memoSize {
		c.mark, c.kept = m, map[K]V{}
	}
	c.kept[key] = v
}
