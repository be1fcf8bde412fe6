package transfer

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// pipeChunks are the chunks under way at a time: one being read, one being
// checked, one being recorded, and one between.
const pipeChunks = 4

// pipe reads, checks and records chunks beside each other. Recording stays in
// the caller's goroutine. The chunks' ends depend on the file alone, so that a
// resumed check cuts the same ones: a chunk is full, or its sheet ends.
type pipe struct {
	size, width int // rows of a full chunk, cells of a row
	share       func() float64
	free, read  chan *chunk
	judged      chan *chunk
	cur         *chunk // being read
	n           int
	rows        int64

	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup
	once sync.Once
	err  error
}

// fail keeps the first error and stops all stages.
func (p *pipe) fail(err error) {
	if err != nil {
		p.once.Do(func() { p.err = err })
		p.stop()
	}
}

// stage runs fn in a goroutine of its own. A panic there would end the whole
// process; the caller gets it as an error instead.
func (p *pipe) stage(out chan<- *chunk, fn func() error) {
	p.wg.Add(1)
	go func() {
		defer p.wg.Done()
		defer close(out)
		defer func() {
			if v := recover(); v != nil {
				p.fail(fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
			}
		}()
		p.fail(fn())
	}()
}

// run walks the source's rows through judge (chunk by chunk, in order) into
// keep.
func (p *pipe) run(ctx context.Context, each func(alloc func() []Cell, fn func(row) error) error, judge func(context.Context, *chunk) error, keep func(*chunk) error) error {
	p.ctx, p.stop = context.WithCancel(ctx)
	defer p.stop()
	p.free, p.read, p.judged = make(chan *chunk, pipeChunks), make(chan *chunk), make(chan *chunk)
	for range pipeChunks {
		p.free <- &chunk{}
	}
	p.stage(p.read, func() error {
		err := each(p.alloc, p.add)
		if err == nil {
			err = p.send()
		}
		return err
	})
	p.stage(p.judged, func() error {
		for c := range p.read {
			if err := judge(p.ctx, c); err != nil {
				return err
			}
			select {
			case p.judged <- c:
			case <-p.ctx.Done():
				return p.ctx.Err()
			}
		}
		return nil
	})
	// keep may panic (a test's failpoint does): the stages end all the same.
	defer func() {
		p.stop()
		p.wg.Wait()
	}()
	for c := range p.judged {
		if err := p.ctx.Err(); err != nil {
			break
		}
		if err := keep(c); err != nil {
			p.fail(err)
			break
		}
		c.rows, c.outcomes = c.rows[:0], nil
		p.free <- c
	}
	p.stop()
	p.wg.Wait()
	if p.err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return p.err
}

// alloc hands out the cells of the next row from the chunk's block. Only once
// the pipe is stopped no chunk comes free; then the row goes nowhere.
func (p *pipe) alloc() []Cell {
	if p.cur == nil {
		select {
		case p.cur = <-p.free:
		case <-p.ctx.Done():
			p.cur = &chunk{}
		}
		if p.cur.cells == nil {
			p.cur.cells = make([]Cell, p.size*p.width)
			p.cur.rows = make([]row, 0, p.size)
		}
	}
	i := len(p.cur.rows) % p.size * p.width
	return p.cur.cells[i : i+p.width : i+p.width]
}

// add puts a row into the chunk that is being read.
func (p *pipe) add(row row) error {
	if p.cur != nil && len(p.cur.rows) > 0 && p.cur.sheet != row.Sheet {
		held := append([]Cell(nil), row.Cells...)
		if err := p.send(); err != nil {
			return err
		}
		row.Cells = p.alloc()
		copy(row.Cells, held)
	}
	p.cur.sheet = row.Sheet
	p.cur.rows = append(p.cur.rows, row)
	if len(p.cur.rows) == p.size {
		return p.send()
	}
	return nil
}

// send gives the chunk on, with what the file is expected to hold.
func (p *pipe) send() error {
	if p.cur == nil || len(p.cur.rows) == 0 {
		return p.ctx.Err()
	}
	c := p.cur
	p.cur = nil
	c.n = p.n
	p.n++
	p.rows += int64(len(c.rows))
	c.expect = p.rows
	if s := p.share(); s > 0.001 && s < 1 {
		c.expect = max(p.rows, int64(float64(p.rows)/s))
	}
	select {
	case p.read <- c:
		return nil
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}
