package people_test

import (
	"reflect"
	"testing"

	"wengang/internal/region"
	"wengang/internal/testkit"
)

// unscoped are the methods that concern no person, a record that was read
// within the scope before, or the people of a list of residents that took the
// caller.
var unscoped = map[string]bool{"people.Revealed": true, "people.OpenHistory": true, "people.StateOf": true, "people.Settle": true, "people.Unsettle": true}

// TestWalkIsComplete fails when a store gains a method that the scope test
// does not walk.
func TestWalkIsComplete(t *testing.T) {
	f := setUp(t, testkit.SQLite(t))
	walked := methods(f)
	scope := reflect.TypeFor[region.Scope]()
	for name, typ := range map[string]reflect.Type{"people": reflect.TypeOf(f.people), "work": reflect.TypeOf(f.work)} {
		for m := range typ.Methods() {
			full := name + "." + m.Name
			if unscoped[full] {
				continue
			}
			if walked[full] == nil {
				t.Errorf("%s is not walked by the scope test", full)
			}
			// receiver, ctx, scope; or receiver, ctx, tx, scope.
			if m.Type.NumIn() < 3 || m.Type.In(2) != scope && (m.Type.NumIn() < 4 || m.Type.In(3) != scope) {
				t.Errorf("%s takes no scope right after ctx", full)
			}
		}
	}
}
