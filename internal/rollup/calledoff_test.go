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

// leaves calls its question off while people are mended.
type leaves struct {
	Source
	leave context.CancelFunc
}

func (s *leaves) LivePeople(ctx context.Context, scope region.Scope, county region.Code, months []calendar.Month, ids []int64) ([][]fact.PersonMonth, error) {
	s.leave()
	return s.Source.LivePeople(ctx, scope, county, months, ids)
}

// Who leaves while an edit of others is brought into the cache does not empty
// it for everybody.
func TestAClosedPageKeepsTheCache(t *testing.T) {
	d := testkit.SQLite(t)
	ctx := context.Background()
	st, _ := setUp(t, d, 200)
	src := &leaves{Source: st}
	s := New(d, src)
	if _, err := s.Slice(ctx, nation, Query{At: region.Country, Month: 202312}); err != nil {
		t.Fatal(err)
	}
	held := len(s.blocks)
	if err := raise(ctx, d, earners(t, d, New(d, st), 202312)[0], raiseFen, 0); err != nil {
		t.Fatal(err)
	}
	leaving, leave := context.WithCancel(ctx)
	src.leave = leave
	_, _ = s.Figures(leaving, nation, region.Country, 202312, AsClosed)
	if leaving.Err() == nil || len(s.blocks) != held || held == 0 {
		t.Errorf("%d blocks of %d are left (%v)", len(s.blocks), held, leaving.Err())
	}
	a, err := s.Figures(ctx, nation, region.Country, 202312, AsClosed)
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(d, st).Figures(ctx, nation, region.Country, 202312, AsClosed)
	if err != nil || a.N("income_total") != b.N("income_total") {
		t.Errorf("the cache says %d, the database %d (%v)", a.N("income_total"), b.N("income_total"), err)
	}
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
