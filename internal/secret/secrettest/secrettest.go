// Package secrettest gives tests a box with a fixed key. The key is public:
// nothing outside tests may use it.
package secrettest

import (
	"crypto/sha256"
	_ "embed"
	"testing"

	"wengang/internal/secret"
)

//go:embed testdata/TEST-ONLY.key
var testOnly []byte

// Box is a box of the default suite with the test key.
func Box(tb testing.TB) *secret.Box { return BoxOf(tb, secret.AES) }

// BoxOf is a box of a suite with the test key.
func BoxOf(tb testing.TB, suite secret.Suite) *secret.Box {
	tb.Helper()
	key := func(use string) []byte {
		k := sha256.Sum256(append([]byte(use), testOnly...))
		return k[:]
	}
	b, err := secret.NewBox(secret.Keys{Suite: suite, Data: key("data"), Index: key("index"), Audit: key("audit")})
	if err != nil {
		tb.Fatal(err)
	}
	return b
}
