package secret_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"wengang/internal/secret"
	"wengang/internal/secret/secrettest"
)

func suites(t *testing.T, fn func(t *testing.T, b *secret.Box)) {
	for _, s := range []secret.Suite{secret.AES, secret.SM} {
		t.Run(s.String(), func(t *testing.T) { fn(t, secrettest.BoxOf(t, s)) })
	}
}

func TestEncryptOpensOnlyInItsColumn(t *testing.T) {
	suites(t, func(t *testing.T, b *secret.Box) {
		plain := []byte("000000198802290019")
		sealed, err := b.Encrypt("person.id", plain)
		if err != nil {
			t.Fatal(err)
		}
		if len(sealed) != len(plain)+secret.Overhead {
			t.Errorf("length %d, want %d", len(sealed), len(plain)+secret.Overhead)
		}
		if bytes.Contains(sealed, plain[:6]) {
			t.Error("plain text shows in the sealed value")
		}
		got, err := b.Decrypt("person.id", sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("opened %q, %v", got, err)
		}
		if _, err := b.Decrypt("person.phone", sealed); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("opened in another column: %v", err)
		}
		again, _ := b.Encrypt("person.id", plain)
		if bytes.Equal(again, sealed) {
			t.Error("the same value sealed twice gives the same bytes")
		}
		for i := range sealed {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1
			if _, err := b.Decrypt("person.id", bad); err == nil {
				t.Fatalf("a flipped bit in byte %d went unseen", i)
			}
		}
		for n := range len(sealed) {
			if _, err := b.Decrypt("person.id", sealed[:n]); err == nil {
				t.Fatalf("cut to %d bytes it still opens", n)
			}
		}
	})
}

func TestBlindIndex(t *testing.T) {
	suites(t, func(t *testing.T, b *secret.Box) {
		a := b.BlindIndex("id", "000000198802290019")
		if len(a) != secret.IndexSize {
			t.Fatalf("length %d", len(a))
		}
		if !bytes.Equal(a, b.BlindIndex("id", "000000198802290019")) {
			t.Error("not stable")
		}
		if bytes.Equal(a, b.BlindIndex("phone", "000000198802290019")) {
			t.Error("kinds are not apart")
		}
		if bytes.Equal(b.BlindIndex("a", "b"), b.BlindIndex("ab", "")) {
			t.Error("kind and value run together")
		}
		other, err := secret.NewBox(secret.Keys{Suite: secret.AES, Data: make([]byte, 32), Index: make([]byte, 32), Audit: make([]byte, 32)})
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(a, other.BlindIndex("id", "000000198802290019")) {
			t.Error("two installations give the same index")
		}
	})
}

func TestMAC(t *testing.T) {
	suites(t, func(t *testing.T, b *secret.Box) {
		v, mac := b.MAC([]byte("row"))
		if !b.CheckMAC(v, []byte("row"), mac) {
			t.Error("own MAC refused")
		}
		if b.CheckMAC(v, []byte("rov"), mac) || b.CheckMAC(v+1, []byte("row"), mac) {
			t.Error("foreign MAC accepted")
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	suites(t, func(t *testing.T, b *secret.Box) {
		var wg sync.WaitGroup
		for g := range 8 {
			wg.Go(func() {
				for i := range 300 {
					v := fmt.Sprintf("%d/%d", g, i)
					s, err := b.Encrypt("c", []byte(v))
					if err != nil {
						t.Error(err)
						return
					}
					p, err := b.Decrypt("c", s)
					if err != nil || string(p) != v {
						t.Errorf("%q, %v", p, err)
						return
					}
					if !bytes.Equal(b.BlindIndex("k", v), b.BlindIndex("k", v)) {
						t.Error("index differs under load")
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

func BenchmarkEncrypt(b *testing.B) {
	for _, s := range []secret.Suite{secret.AES, secret.SM} {
		b.Run(s.String(), func(b *testing.B) {
			box := secrettest.BoxOf(b, s)
			v := []byte("000000198802290019")
			for b.Loop() {
				if _, err := box.Encrypt("person.id", v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecrypt(b *testing.B) {
	for _, s := range []secret.Suite{secret.AES, secret.SM} {
		b.Run(s.String(), func(b *testing.B) {
			box := secrettest.BoxOf(b, s)
			v, _ := box.Encrypt("person.id", []byte("000000198802290019"))
			for b.Loop() {
				if _, err := box.Decrypt("person.id", v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBlindIndex(b *testing.B) {
	for _, s := range []secret.Suite{secret.AES, secret.SM} {
		b.Run(s.String(), func(b *testing.B) {
			box := secrettest.BoxOf(b, s)
			for b.Loop() {
				box.BlindIndex("id", "000000198802290019")
			}
		})
	}
}
