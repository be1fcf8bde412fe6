package secret_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/secret"
	"wengang/internal/testkit"
)

func fileKey(t *testing.T, s secret.Suite) *secret.FileKey {
	t.Helper()
	k, err := secret.CreateFileKey(filepath.Join(t.TempDir(), "master.key"), s)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestRing(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		key := fileKey(t, secret.AES)
		if has, err := secret.HasRing(ctx, d); err != nil || has {
			t.Fatalf("a new database has a ring: %v", err)
		}
		boxes := make([]*secret.Box, 4)
		var wg sync.WaitGroup
		for i := range boxes {
			wg.Go(func() {
				b, err := secret.Open(ctx, d, key, secret.AES)
				if err != nil {
					t.Error(err)
				}
				boxes[i] = b
			})
		}
		wg.Wait()
		if t.Failed() {
			return
		}
		sealed, err := boxes[0].Encrypt("c", []byte("v"))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range boxes {
			if p, err := b.Decrypt("c", sealed); err != nil || string(p) != "v" {
				t.Errorf("processes that start at once do not share the ring: %v", err)
			}
		}
		if _, err := secret.Open(ctx, d, fileKey(t, secret.AES), secret.AES); !fault.Is(err, fault.Unavailable) {
			t.Errorf("another master key: %v", err)
		}
	})
}
