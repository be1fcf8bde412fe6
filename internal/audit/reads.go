package audit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// reads gathers what is written for readers: rows of several who read at the
// same time go into one transaction, and lists are counted and written as sums.
type reads struct {
	mu    sync.Mutex
	batch *readBatch
	turn  sync.Mutex // one batch is written at a time; the next gathers meanwhile

	lists   map[listKey]*listCount
	flushed time.Time
	broken  error // of the last flush: lists are closed until one succeeds
}

type readBatch struct {
	rows []*pendingRead
	done chan struct{}
}

type pendingRead struct {
	c   account.Caller
	e   Entry
	err error
}

// readWait bounds the wait for a batch to be written.
const readWait = 10 * time.Second

// Read records that something was read, before it is answered: where the row
// cannot be written, the read does not happen. Reads at the same time share a
// transaction, and so its wait for the disk.
func (l *Log) Read(ctx context.Context, c account.Caller, e Entry) error {
	p := &pendingRead{c: c, e: e}
	l.reads.mu.Lock()
	b := l.reads.batch
	first := b == nil
	if first {
		b = &readBatch{done: make(chan struct{})}
		l.reads.batch = b
	}
	b.rows = append(b.rows, p)
	l.reads.mu.Unlock()
	if first {
		l.writeBatch(ctx, b)
		return p.err
	}
	select {
	case <-b.done:
		return p.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *Log) writeBatch(ctx context.Context, b *readBatch) {
	l.reads.turn.Lock()
	defer l.reads.turn.Unlock()
	l.reads.mu.Lock()
	l.reads.batch = nil
	l.reads.mu.Unlock()
	defer close(b.done)
	// The others' rows do not end with the first one's request.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readWait)
	defer cancel()
	err := l.db.Tx(ctx, func(tx *db.Tx) error {
		for _, p := range b.rows {
			p.err = l.Write(ctx, tx, p.c, p.e)
			// Rights that changed are one reader's; anything else is everybody's.
			if p.err != nil && !fault.Is(p.err, fault.Forbidden) {
				return p.err
			}
		}
		return nil
	})
	if err != nil {
		for _, p := range b.rows {
			p.err = err
		}
	}
}

// listKey is what list pages are counted by.
type listKey struct {
	user, standsFor int64
	action          string
	at              region.Code
}

type listCount struct {
	c     account.Caller
	pages int64
}

const (
	// listEvery is how often sums of list pages are written.
	listEvery = 15 * time.Second
	// listKeys is how many sums are held at most.
	listKeys = 500
)

// ReadList counts a page of a list (masked, many people): one row per reader,
// place and quarter of a minute says how many pages were read. After a sum
// that could not be written, lists are refused until one can.
func (l *Log) ReadList(ctx context.Context, c account.Caller, action string, at region.Code) error {
	l.reads.mu.Lock()
	if l.reads.lists == nil {
		l.reads.lists = map[listKey]*listCount{}
	}
	k := listKey{c.UserID, c.For, action, at}
	n := l.reads.lists[k]
	if n == nil {
		n = &listCount{c: c}
		l.reads.lists[k] = n
	}
	n.pages++
	full, broken := len(l.reads.lists) >= listKeys, l.reads.broken
	l.reads.mu.Unlock()
	if full || broken != nil {
		return l.FlushReads(ctx)
	}
	return nil
}

// FlushReads writes the sums of list pages that were counted so far.
func (l *Log) FlushReads(ctx context.Context) error {
	l.reads.mu.Lock()
	lists := l.reads.lists
	l.reads.lists, l.reads.flushed = nil, time.Now()
	l.reads.mu.Unlock()
	if len(lists) == 0 {
		return nil
	}
	err := l.db.Tx(ctx, func(tx *db.Tx) error {
		for k, n := range lists {
			c := n.c
			c.Rights = 0 // the pages were read when the rights held
			if err := l.Write(ctx, tx, c, Entry{Action: k.action, Object: "list", Region: k.at, Detail: map[string]string{"pages": fmt.Sprint(n.pages)}}); err != nil {
				return err
			}
		}
		return nil
	})
	l.reads.mu.Lock()
	defer l.reads.mu.Unlock()
	l.reads.broken = err
	if err != nil { // they are written with the next
		for k, n := range lists {
			if l.reads.lists == nil {
				l.reads.lists = map[listKey]*listCount{}
			}
			if have := l.reads.lists[k]; have != nil {
				have.pages += n.pages
			} else {
				l.reads.lists[k] = n
			}
		}
	}
	return err
}

// flushDue writes the sums where their time has come.
func (l *Log) flushDue(ctx context.Context) error {
	l.reads.mu.Lock()
	due := len(l.reads.lists) > 0 && time.Since(l.reads.flushed) >= listEvery
	l.reads.mu.Unlock()
	if !due {
		return nil
	}
	return l.FlushReads(ctx)
}
