package reconcile_test

import (
	"testing"

	"wengang/internal/indicator"
	"wengang/internal/reconcile"
	"wengang/internal/text"
)

// TestEveryReasonHasWords: a condition of a new indicator needs its words.
func TestEveryReasonHasWords(t *testing.T) {
	for _, m := range indicator.Conditions() {
		if key := "reconcile.why." + string(m); !text.Has(key) {
			t.Errorf("%s has no words", key)
		}
	}
	for _, f := range reconcile.Fields {
		if key := "reconcile.field." + f.Name; !text.Has(key) {
			t.Errorf("%s has no words", key)
		}
	}
	for _, d := range reconcile.Figured() {
		if !text.Has(d.Key()) || !text.Has(d.How()) {
			t.Errorf("%s has no words", d.ID)
		}
	}
}
