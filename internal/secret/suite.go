// Package secret keeps personal data unreadable at rest: field encryption,
// keyed equality indexes, masks, the key ring and its rotation. A master key,
// held by a KeyService outside the database, wraps the data keys that are
// stored in the database's key_ring.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"hash"

	"github.com/emmansun/gmsm/sm3"
	"github.com/emmansun/gmsm/sm4"

	"wengang/internal/fault"
)

// Suite is a pair of cipher and keyed hash.
type Suite uint8

// The suites. SM is for sites under 商用密码应用安全性评估 (GB/T 39786); a Go
// library alone does not pass it, a certified module behind KeyService does.
const (
	AES Suite = 1 // AES-256-GCM, HMAC-SHA-256
	SM  Suite = 2 // SM4-GCM, HMAC-SM3
)

// KeySize is the length of every key in bytes; SM4 uses the first half.
const KeySize = 32

// String is the suite's name on the command line.
func (s Suite) String() string {
	switch s {
	case AES:
		return "aes"
	case SM:
		return "sm"
	}
	return "?"
}

// ParseSuite reads aes or sm; the empty name is aes.
func ParseSuite(name string) (Suite, error) {
	switch name {
	case "", "aes":
		return AES, nil
	case "sm", "sm4":
		return SM, nil
	}
	return 0, fault.New(fault.Invalid, "secret.suite", name)
}

func (s Suite) valid() bool { return s == AES || s == SM }

func (s Suite) newHash() func() hash.Hash {
	if s == SM {
		return sm3.New
	}
	return sha256.New
}

func (s Suite) aead(key []byte) (cipher.AEAD, error) {
	var (
		block cipher.Block
		err   error
	)
	if s == SM {
		block, err = sm4.NewCipher(key[:16])
	} else {
		block, err = aes.NewCipher(key)
	}
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
