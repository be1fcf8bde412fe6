package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/region"
	"wengang/internal/sheet"
	"wengang/internal/web"
)

// PagesOptions say how hard the pages are asked.
type PagesOptions struct {
	Clients int           // browsers that ask at once
	For     time.Duration // of each scenario
	Seed    uint64
	// Meanwhile runs beside the last scenario (an import); nil leaves it out.
	Meanwhile func(ctx context.Context) error
}

// Scenario is what one kind of request took, in milliseconds.
type Scenario struct {
	Name   string  `json:"name"`
	PerSec float64 `json:"per_second"`
	P50    float64 `json:"p50_ms"`
	P95    float64 `json:"p95_ms"`
	P99    float64 `json:"p99_ms"`
	Max    float64 `json:"max_ms"`
	// CPU is the processor's time of one request, client and server together:
	// what stays comparable on a machine that does other things too.
	CPU   float64 `json:"cpu_ms"`
	Asked int     `json:"requests"`
	Bytes int     `json:"bytes"` // of one answer, not compressed
}

// Pages is what `bench pages` measured, on the machine's cores with the clients
// on the same ones.
type Pages struct {
	People    int        `json:"people"`
	Engine    string     `json:"engine"`
	Clients   int        `json:"clients"`
	Scenarios []Scenario `json:"scenarios"`
	Import    string     `json:"import,omitempty"`
}

// loadPages asks a running console; a scenario's answers are looked into, so
// that no time counts whose page was not the page.
type loadPages struct {
	base    string
	jar     http.CookieJar
	opts    PagesOptions
	people  int64
	places  []region.Code
	names   []string
	numbers []string
}

// RunPages serves the console on loopback and asks it.
func RunPages(ctx context.Context, a *app.App, o PagesOptions, log func(string)) (Pages, error) {
	out := Pages{Engine: a.DB.Dialect.Name(), Clients: o.Clients}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- a.Serve(ctx, app.ServeOptions{Addr: "127.0.0.1:0", Ready: func(addr string) { ready <- addr }})
	}()
	var addr string
	select {
	case addr = <-ready:
	case err := <-ended:
		return out, err
	}
	l := &loadPages{base: "http://" + addr, opts: o}
	if err := l.prepare(ctx, a); err != nil {
		return out, err
	}
	out.People = int(l.people)
	err := l.all(ctx, &out, log)
	stop()
	if e := <-ended; err == nil {
		err = e
	}
	return out, err
}

func (l *loadPages) prepare(ctx context.Context, a *app.App) (err error) {
	var first, last int64
	if err = a.DB.Read.QueryRowContext(ctx, `SELECT count(*), coalesce(min(id), 0), coalesce(max(id), 0) FROM person WHERE code LIKE 'P%'`).Scan(&l.people, &first, &last); err != nil {
		return err
	}
	if l.people < 1000 {
		return fmt.Errorf("the ledger holds %d people: too few to measure", l.people)
	}
	rng := mathrand.New(mathrand.NewPCG(l.opts.Seed, 2))
	all := region.ScopeOf(region.Country)
	for range 400 {
		rec, err := a.People.Get(ctx, all, first+rng.Int64N(last-first+1))
		if err != nil {
			return err
		}
		l.names = append(l.names, rec.Name)
		l.places = append(l.places, rec.Village, rec.Village.At(region.Town), rec.Village.At(region.County))
		l.numbers = append(l.numbers, number(rec.ID))
	}
	return l.signIn(ctx, a)
}

func (l *loadPages) signIn(ctx context.Context, a *app.App) error {
	c := account.LocalOperator(region.Country)
	login, password := "bench"+strings.ToLower(rand.Text()[:8]), "Bench-"+rand.Text()[:12]+"-7"
	if empty, err := a.Accounts.Empty(ctx); err != nil {
		return err
	} else if empty {
		if err := a.Accounts.MarkSample(ctx, c); err != nil {
			return err
		}
	}
	made, err := a.Accounts.Create(ctx, c, account.NewUser{Login: login, Name: "压测员", Region: city, Password: password})
	if err != nil {
		return err
	}
	if err := a.Accounts.Grant(ctx, c, made.UserID, account.Grant{Role: account.Officer, Dept: account.DeptHR, Region: city}); err != nil {
		return err
	}
	if l.jar, err = cookiejar.New(nil); err != nil {
		return err
	}
	res, err := l.client().PostForm(l.base+"/sign-in", url.Values{"login": {login}, "password": {password}})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	u, _ := url.Parse(l.base)
	if len(l.jar.Cookies(u)) == 0 {
		return fmt.Errorf("sign-in answered %s without a session", res.Status)
	}
	return nil
}

func (l *loadPages) client() *http.Client {
	return &http.Client{Jar: l.jar, Timeout: 30 * time.Second,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// ask is one request of a scenario and what its answer must be.
type ask func(rng *mathrand.Rand) (r *http.Request, check func(status int, body []byte) error)

func (l *loadPages) all(ctx context.Context, out *Pages, log func(string)) error {
	page, err := l.sample()
	if err != nil {
		return err
	}
	bare, err := bareServer(page)
	if err != nil {
		return err
	}
	defer bare.Close()
	add := func(name string, a ask) error {
		log(name + " …")
		s, err := l.run(ctx, name, a)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		out.Scenarios = append(out.Scenarios, s)
		return nil
	}
	for _, s := range []struct {
		name string
		ask  ask
	}{
		{"bare handler", get(func(*mathrand.Rand) string { return "http://" + bare.addr + "/" }, hasBytes(page))},
		{"list of 50", l.list()}, {"person", l.person()}, {"search by name", l.search(l.names)}, {"search by id", l.search(l.numbers)},
	} {
		if err := add(s.name, s.ask); err != nil {
			return err
		}
	}
	if l.opts.Meanwhile == nil {
		return nil
	}
	return l.beside(ctx, out, add)
}

// beside asks for lists as long as the import runs.
func (l *loadPages) beside(ctx context.Context, out *Pages, add func(string, ask) error) error {
	start, done := time.Now(), make(chan error, 1)
	go func() { done <- l.opts.Meanwhile(ctx) }()
	if err := add("list of 50 during an import", l.list()); err != nil {
		return err
	}
	if err := <-done; err != nil {
		return fmt.Errorf("the import beside: %w", err)
	}
	out.Import = time.Since(start).Round(10 * time.Millisecond).String()
	return nil
}

func (l *loadPages) sample() ([]byte, error) {
	res, err := l.client().Get(l.base + "/people?at=371522000000&month=2023-11")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// bare serves one page's bytes and nothing else: what the machine could do.
type bare struct {
	*http.Server
	addr string
}

func bareServer(page []byte) (*bare, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := web.Server(l.Addr().String(), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	}))
	go func() { _ = s.Serve(l) }()
	return &bare{s, l.Addr().String()}, nil
}

func get(at func(*mathrand.Rand) string, check func(int, []byte) error) ask {
	return func(rng *mathrand.Rand) (*http.Request, func(int, []byte) error) {
		r, _ := http.NewRequest("GET", at(rng), nil)
		return r, check
	}
}

func hasBytes(want []byte) func(int, []byte) error {
	return func(status int, body []byte) error {
		if status != 200 || !bytes.Equal(body, want) {
			return fmt.Errorf("%d, %d bytes", status, len(body))
		}
		return nil
	}
}

var plainNumber = regexp.MustCompile(`\d{17}[\dX]`)

func (l *loadPages) list() ask {
	return get(func(rng *mathrand.Rand) string {
		return l.base + "/people?month=2023-11&at=" + l.places[rng.IntN(len(l.places))].Full()
	}, func(status int, body []byte) error {
		rows := bytes.Count(body, []byte(`<tr data-w-href="/people/`))
		if status != 200 || rows == 0 || rows > 50 || bytes.Count(body, []byte("****")) < rows {
			return fmt.Errorf("status %d with %d rows", status, rows)
		}
		return nil
	})
}

func (l *loadPages) person() ask {
	return get(func(rng *mathrand.Rand) string {
		return fmt.Sprintf("%s/people/%d?month=2023-11", l.base, 1+rng.Int64N(l.people))
	}, func(status int, body []byte) error {
		if status != 200 || !bytes.Contains(body, []byte("****")) || plainNumber.Match(body) {
			return fmt.Errorf("status %d, %d bytes", status, len(body))
		}
		return nil
	})
}

func (l *loadPages) search(words []string) ask {
	return func(rng *mathrand.Rand) (*http.Request, func(int, []byte) error) {
		q := url.Values{"q": {words[rng.IntN(len(words))]}}
		r, _ := http.NewRequest("POST", l.base+"/search?month=2023-11", strings.NewReader(q.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("HX-Request", "true")
		return r, func(status int, body []byte) error {
			if status != 200 || !bytes.Contains(body, []byte("/people/")) {
				return fmt.Errorf("status %d, %d bytes, nobody found", status, len(body))
			}
			return nil
		}
	}
}

// run asks from every client until the time is over. A short warm-up before
// counts nothing.
func (l *loadPages) run(ctx context.Context, name string, a ask) (Scenario, error) {
	if _, _, err := l.burst(ctx, a, l.opts.For/5); err != nil {
		return Scenario{}, err
	}
	cpu := sheet.CPUSeconds()
	took, size, err := l.burst(ctx, a, l.opts.For)
	if err != nil {
		return Scenario{}, err
	}
	cpu = sheet.CPUSeconds() - cpu
	slices.Sort(took)
	at := func(p float64) float64 {
		return float64(took[min(len(took)-1, int(p*float64(len(took))))].Microseconds()) / 1000
	}
	return Scenario{Name: name, PerSec: float64(len(took)) / l.opts.For.Seconds(), P50: at(.5), P95: at(.95), P99: at(.99), Max: at(1), CPU: 1000 * cpu / float64(len(took)), Asked: len(took), Bytes: size}, nil
}

func (l *loadPages) burst(ctx context.Context, a ask, d time.Duration) (took []time.Duration, size int, err error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	end := time.Now().Add(d)
	for n := range l.opts.Clients {
		wg.Go(func() {
			mine, bytes, e := l.one(ctx, a, mathrand.New(mathrand.NewPCG(l.opts.Seed, uint64(n))), end)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
			if size = max(size, bytes); e != nil {
				err = e
			}
		})
	}
	wg.Wait()
	if err == nil && len(took) == 0 {
		err = fmt.Errorf("nothing was answered")
	}
	return took, size, err
}

func (l *loadPages) one(ctx context.Context, a ask, rng *mathrand.Rand, end time.Time) (took []time.Duration, size int, err error) {
	c := l.client()
	defer c.CloseIdleConnections()
	var buf bytes.Buffer
	for time.Now().Before(end) && ctx.Err() == nil {
		r, check := a(rng)
		start := time.Now()
		res, err := c.Do(r.WithContext(ctx))
		if err != nil {
			return took, size, err
		}
		buf.Reset()
		_, err = buf.ReadFrom(res.Body)
		res.Body.Close()
		if err != nil {
			return took, size, err
		}
		took = append(took, time.Since(start))
		size = max(size, buf.Len())
		if err := check(res.StatusCode, buf.Bytes()); err != nil {
			return took, size, fmt.Errorf("%s: %w", r.URL.Path, err)
		}
	}
	return took, size, ctx.Err()
}
