package rollup

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

// slow holds the first reader of a closed and of an open month until it is
// called off.
type slow struct {
	Source
	once    sync.Once
	reading chan struct{}
}

func (s *slow) hold(ctx context.Context) (err error) {
	s.once.Do(func() {
		close(s.reading)
		<-ctx.Done()
		err = ctx.Err()
	})
	return err
}

func (s *slow) EachRow(ctx context.Context, scope region.Scope, county region.Code, m calendar.Month, known bool, fn func(*fact.PersonMonth)) error {
	if err := s.hold(ctx); err != nil {
		return err
	}
	return s.Source.EachRow(ctx, scope, county, m, known, fn)
}

func (s *slow) Live(ctx context.Context, scope region.Scope, county region.Code, months []calendar.Month) ([][]fact.PersonMonth, error) {
	if err := s.hold(ctx); err != nil {
		return nil, err
	}
	return s.Source.Live(ctx, scope, county, months)
}

// Somebody opens a board and closes it while it loads; who waits for the same
// county gets figures all the same.
func TestAClosedPageFailsNobodyElse(t *testing.T) {
	d := testkit.SQLite(t)
	st, _ := setUp(t, d, 200)
	closeAll(t, st, 202310, 202311)
	for _, m := range []calendar.Month{202311, 202312} {
		src := &slow{Source: st, reading: make(chan struct{})}
		s := New(d, src)
		first, leave := context.WithCancel(context.Background())
		gone := make(chan error)
		go func() {
			_, err := s.Figures(first, nation, monthtest.County, m, AsClosed)
			gone <- err
		}()
		<-src.reading
		type answer struct {
			f   Figures
			err error
		}
		waits := make(chan answer)
		go func() {
			f, err := s.Figures(context.Background(), nation, monthtest.County, m, AsClosed)
			waits <- answer{f, err}
		}()
		time.Sleep(50 * time.Millisecond) // until it waits; if it does not yet, it reads by itself
		leave()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: who left got %v", m, err)
		}
		if a := <-waits; a.err != nil || a.f.Rows == 0 {
			t.Errorf("%s: who waited got %d rows, %v", m, a.f.Rows, a.err)
		}
	}
}
