package e2e

import (
	"testing"

	"wengang/internal/webtest"
)

// Every page that a role reaches by links is opened at both sizes: no script
// or policy fault, no sideways scrolling, every control named, contrast AA.
// WENGANG_SHOTS=folder keeps the pictures.
func TestEveryPageOfEveryRole(t *testing.T) {
	for _, login := range []string{"sx_officer", "lc_reviewer", "lc_leader", "system", "security", "audit"} {
		t.Run(login, func(t *testing.T) {
			tab := webtest.Open(t, base)
			tab.Sign("/sign-in", login, password())
			pages := tab.Crawl("/", 40, func(string) bool { return false })
			if len(pages) < 2 {
				t.Fatalf("only %d pages reached", len(pages))
			}
			for i := range pages {
				pages[i].Name = login + "-" + pages[i].Name
			}
			tab.Walk(pages)
		})
	}
}
