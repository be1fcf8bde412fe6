package app

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/region/regionstore"
	"wengang/internal/rule"
)

// places is the tree with the local places as they are now: slices ask it, so
// that a new reporting unit is known without a restart.
type places struct {
	mu     sync.Mutex
	locals []region.Local // of the tree
	tree   atomic.Pointer[region.Tree]
	rules  atomic.Pointer[rule.Places]
}

func (p *places) set(t *region.Tree) {
	r := rule.TreePlaces(t)
	p.rules.Store(&r)
	p.tree.Store(t)
}

// Name of a place.
func (p *places) Name(c region.Code) string { return p.tree.Load().Name(c) }

// FullName is the names of the path, joined.
func (p *places) FullName(c region.Code) string { return p.tree.Load().FullName(c) }

// Get is the place of a code.
func (p *places) Get(c region.Code) (region.Place, bool) { return p.tree.Load().Get(c) }

// Resolve reads a place as people write it.
func (p *places) Resolve(text string, within region.Code) region.Match {
	return p.tree.Load().Resolve(text, within)
}

// ResolveWorkplace reads an address of work.
func (p *places) ResolveWorkplace(text string) region.Match {
	return p.tree.Load().ResolveWorkplace(text)
}

// KnownArea reports whether six digits are or were a county's code.
func (p *places) KnownArea(code6 int32) bool { return (*p.rules.Load()).KnownArea(code6) }

// Children are the codes one level below.
func (p *places) Children(c region.Code) []region.Code { return codesOf(p.tree.Load().Children(c)) }

// ChildrenIn are the codes that were one level below at the end of a month.
func (p *places) ChildrenIn(c region.Code, m calendar.Month) []region.Code {
	return codesOf(p.tree.Load().ChildrenIn(c, m))
}

func codesOf(places []region.Place) []region.Code {
	out := make([]region.Code, len(places))
	for i, b := range places {
		out[i] = b.Code
	}
	return out
}

// nodes is the tree for those who want a place's children whole.
type nodes struct{ *places }

// Children are the places one level below, reporting units after divisions.
func (n nodes) Children(c region.Code) []region.Place { return n.tree.Load().Children(c) }

// Search finds places of a scope by name, initials or code.
func (p *places) Search(q string, within region.Scope, limit int) []region.Code {
	var out []region.Code
	for _, root := range within.Roots() {
		for _, f := range p.tree.Load().Find(q, root, limit) {
			if len(out) < limit && within.Contains(f.Code) {
				out = append(out, f.Code)
			}
		}
	}
	return out
}

// Tree is the national tree with this installation's local places.
func (a *App) Tree() *region.Tree { return a.places.tree.Load() }

// ReloadTree reads the local places anew; the tree, with what it has learned,
// stays where none changed.
func (a *App) ReloadTree(ctx context.Context) error {
	locals, err := regionstore.LoadLocals(ctx, a.DB.Read)
	if err != nil {
		return err
	}
	a.places.mu.Lock()
	defer a.places.mu.Unlock()
	if a.places.tree.Load() == nil || !slices.Equal(locals, a.places.locals) {
		a.places.locals = locals
		a.places.set(region.National().With(locals))
	}
	return nil
}

// treeEvery is how soon a process knows of places that another one changed.
const treeEvery = 5 * time.Second

// followTree keeps the tree up to date with other processes (PostgreSQL).
func (a *App) followTree(ctx context.Context) {
	tick := time.NewTicker(treeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := a.ReloadTree(ctx); err != nil && ctx.Err() == nil {
				a.Log.Warn("local places were not read", "err", err)
			}
		}
	}
}
