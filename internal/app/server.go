package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"time"

	"wengang/internal/account"
	"wengang/internal/account/accounthttp"
	"wengang/internal/audit/audithttp"
	"wengang/internal/division/divisionhttp"
	"wengang/internal/evidence/evidencehttp"
	"wengang/internal/fault"
	"wengang/internal/listing/listinghttp"
	"wengang/internal/queue"
	"wengang/internal/region"
	"wengang/internal/register/registerhttp"
	"wengang/internal/report/design/designhttp"
	"wengang/internal/report/reporthttp"
	"wengang/internal/rule/rulehttp"
	"wengang/internal/setting/settinghttp"
	"wengang/internal/transfer/transferhttp"
	"wengang/internal/web"
)

// ServeOptions say how the console is served.
type ServeOptions struct {
	Addr   string // host:port
	Notice string // catalogue key of the line under the navigation
	Demo   []accounthttp.DemoUser
	// Cert and Key are files of a TLS certificate. Proxies are those in front
	// that end TLS and whose X-Forwarded-For is believed. Without either the
	// console is served on loopback only.
	Cert, Key string
	Proxies   []netip.Prefix
	// Ready is called with the address once the listener is open.
	Ready func(addr string)
}

// maxConns bounds open connections of one process.
const maxConns = 4096

// secure reports that browsers speak TLS with the console or its proxy.
func (o ServeOptions) secure() bool { return o.Cert != "" || len(o.Proxies) > 0 }

// check refuses passwords over a plain network (GB/T 22239 身份鉴别 c).
func (o ServeOptions) check() error {
	host, _, err := net.SplitHostPort(o.Addr)
	if err != nil {
		return fault.New(fault.Invalid, "app.addr", o.Addr)
	}
	if a, err := netip.ParseAddr(host); o.secure() || host == "localhost" || err == nil && a.IsLoopback() {
		return nil
	}
	return fault.New(fault.Invalid, "app.plain", o.Addr)
}

// checkSample keeps a sample, whose accounts have no second factor, on this
// machine.
func (a *App) checkSample(ctx context.Context, o ServeOptions) error {
	p, err := a.Accounts.Policy(ctx)
	if err != nil || !p.Sample {
		return err
	}
	host, _, _ := net.SplitHostPort(o.Addr)
	if ip, err := netip.ParseAddr(host); host == "localhost" || err == nil && ip.IsLoopback() {
		return nil
	}
	return fault.New(fault.Invalid, "account.sample.served", o.Addr)
}

func (a *App) sessions(o ServeOptions) *accounthttp.Sessions {
	return &accounthttp.Sessions{Accounts: a.Accounts, Secure: o.secure(), Proxies: o.Proxies}
}

// Serve runs the console, the queue and the audit sealer until ctx ends.
func (a *App) Serve(ctx context.Context, o ServeOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := a.checkSample(ctx, o); err != nil {
		return err
	}
	shell := a.Shell(o)
	handler, err := shell.Handler()
	if err != nil {
		return err
	}
	q, err := queue.New(ctx, a.DB, a.Log, a.handlers()...)
	if err != nil {
		return err
	}
	a.jobs.q = q
	if _, err := a.Imports.Resume(ctx); err != nil {
		return err
	}
	// What a killed process left of uploads is not kept until the daily job runs.
	if err := a.Imports.Clean(ctx, time.Hour); err != nil {
		a.Log.Error("uploads not cleared", "error", err)
	}
	if err := q.Start(ctx); err != nil {
		return err
	}
	sealed := make(chan struct{})
	go func() { defer close(sealed); a.Audit.Run(ctx) }()
	go a.followTree(ctx)
	l, err := web.Listen(o.Addr, maxConns)
	if err != nil {
		return err
	}
	srv := web.Server(o.Addr, a.sessions(o).Wrap(handler))
	srv.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	go func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_ = srv.Shutdown(end)
	}()
	if o.Ready != nil {
		o.Ready(l.Addr().String())
	}
	if o.Cert != "" {
		err = srv.ServeTLS(l, o.Cert, o.Key)
	} else {
		err = srv.Serve(l)
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	stopErr := q.Stop(end)
	<-sealed
	if errors.Is(err, http.ErrServerClosed) {
		return stopErr
	}
	return err
}

// handlers are the queue's jobs and schedules.
func (a *App) handlers() []queue.Handler {
	return append(a.reconcileHandlers(), a.importHandler(), a.dailyHandler(), a.recheckHandler(), a.handoverHandler(), a.archiveHandler())
}

// Shell is the console with every rim in it.
func (a *App) Shell(o ServeOptions) *web.Shell {
	sessions := a.sessions(o)
	g := gate{a, sessions}
	s := web.New(web.Config{
		Tree: &a.places, Auth: sessions, Clock: a.Clock, Months: a.Months, Refusals: refusals{a},
		Account: "/account", Secure: o.secure(), Log: a.Log, Notice: o.Notice, Ready: a.ready, Metrics: g.metered(a.metrics()), Before: g.before,
	})
	accounts := &accounthttp.Rim{Shell: s, Accounts: a.Accounts, Sessions: sessions, Tree: &a.places, Demo: o.Demo}
	accounts.Settings(accounthttp.SettingsEntry{Icon: "adjustments-horizontal", Key: "account.settings.values", Href: settinghttp.Path, Need: account.BoardRead})
	accounts.Register()
	(&settinghttp.Rim{Shell: s, DB: a.DB, Log: a.Audit}).Register()
	(&audithttp.Rim{Shell: s, Log: a.Audit, Accounts: a.Accounts, People: homes{a.People}}).Register()
	a.peoplePages(s)
	listinghttp.New(s, a.Lists).Register()
	evidencehttp.New(s, a.Evidence).Register()
	transferhttp.New(s, a.Imports).Register()
	a.handoverPages(s)
	a.reconcilePages(s)
	a.boardPages(s)
	rulehttp.New(s, a.Rules).Register()
	registerhttp.New(s, a.Registers).Register()
	a.targetPages(s)
	divisionhttp.New(s, a.Divisions, &a.places).Register()
	reporthttp.New(s, a.Reports).WithPapers(formPapers{a.Evidence}).Register()
	designhttp.New(s, a.Designs).Register()
	a.outputPages(s)
	return s
}

// refusals puts what permission or scope refused on record; a record that
// cannot be written is logged, the request stays refused either way.
type refusals struct{ a *App }

func (r refusals) Refused(ctx context.Context, c account.Caller, route string, need account.Permission, at region.Code) {
	if err := r.a.Audit.Refused(ctx, c, need, "route", route); err != nil {
		r.a.Log.Error("refusal not recorded", "route", route, "err", err)
	}
}
