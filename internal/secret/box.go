package secret

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"sync"
	"sync/atomic"

	"crypto/cipher"
)

// Sealed values begin with a format byte and the version of their data key;
// nonce and authenticated ciphertext follow. 18 digits take 49 bytes.
const (
	format     = 1
	headerSize = 3
	nonceSize  = 12
	// Overhead is how much longer a sealed value is than its plain text.
	Overhead = headerSize + nonceSize + 16
	// IndexSize is the length of a blind index: 128 bits keep 50 M people
	// apart with a chance of collision below 1e-23.
	IndexSize = 16
)

// ErrSealed answers a value that does not open: damaged, moved to another
// column, or written under a key that this ring does not hold.
var ErrSealed = errors.New("secret: sealed value does not open")

// Box encrypts, opens and indexes. It is safe for concurrent use and costs
// about a microsecond per small value.
type Box struct {
	ring   atomic.Pointer[ring]
	reload func() (*ring, error) // nil: the ring never changes
	mu     sync.Mutex
}

// ring is the opened key ring: immutable once built.
type ring struct {
	data   map[uint16]cipher.AEAD
	active uint16
	index  *macPool
	audit  map[int]*macPool
	auditV int
}

// macPool reuses keyed hash states: building one costs two compressions.
type macPool struct {
	suite Suite
	pool  sync.Pool
}

func newMACPool(s Suite, key []byte) *macPool {
	m := &macPool{suite: s}
	m.pool.New = func() any { return hmac.New(s.newHash(), key) }
	return m
}

func (m *macPool) sum(out []byte, parts ...[]byte) []byte {
	h := m.pool.Get().(hash.Hash)
	h.Reset()
	for _, p := range parts {
		h.Write(p)
	}
	out = h.Sum(out)
	m.pool.Put(h)
	return out
}

// Encrypt seals plain for one column. context is "table.column": a value
// copied into another column does not open.
func (b *Box) Encrypt(context string, plain []byte) ([]byte, error) {
	r := b.ring.Load()
	out := make([]byte, headerSize+nonceSize, Overhead+len(plain))
	out[0] = format
	binary.BigEndian.PutUint16(out[1:], r.active)
	if _, err := rand.Read(out[headerSize:]); err != nil {
		return nil, fmt.Errorf("secret: nonce: %w", err)
	}
	return r.data[r.active].Seal(out, out[headerSize:], plain, []byte(context)), nil
}

// Decrypt opens what Encrypt made for the same context.
func (b *Box) Decrypt(context string, sealed []byte) ([]byte, error) {
	v, ok := Version(sealed)
	if !ok {
		return nil, ErrSealed
	}
	aead, err := b.dataKey(v)
	if err != nil {
		return nil, err
	}
	body := sealed[headerSize:]
	plain, err := aead.Open(nil, body[:nonceSize], body[nonceSize:], []byte(context))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// dataKey finds a version; one it does not know may come from a rotation by
// another process, so the ring is read again once.
func (b *Box) dataKey(v uint16) (cipher.AEAD, error) {
	if aead := b.ring.Load().data[v]; aead != nil {
		return aead, nil
	}
	if err := b.Reload(); err != nil {
		return nil, err
	}
	if aead := b.ring.Load().data[v]; aead != nil {
		return aead, nil
	}
	return nil, ErrSealed
}

// Reload reads the key ring again, after a rotation.
func (b *Box) Reload() error {
	if b.reload == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r, err := b.reload()
	if err != nil {
		return err
	}
	b.ring.Store(r)
	return nil
}

// Version is the data-key version of a sealed value.
func Version(sealed []byte) (uint16, bool) {
	if len(sealed) < Overhead || sealed[0] != format {
		return 0, false
	}
	return binary.BigEndian.Uint16(sealed[1:]), true
}

// ActiveVersion is the version that Encrypt uses now.
func (b *Box) ActiveVersion() uint16 { return b.ring.Load().active }

// BlindIndex is a keyed hash of a normalised value, for equality search and
// uniqueness without opening rows. kind separates uses ("id", "phone", …), so
// that equal digits of two kinds do not match. The same value gives another
// index in another installation.
func (b *Box) BlindIndex(kind, normalised string) []byte {
	out := make([]byte, 0, 32)
	return b.ring.Load().index.sum(out, []byte(kind), zeroByte, []byte(normalised))[:IndexSize:IndexSize]
}

var zeroByte = []byte{0}

// MAC authenticates data under the newest audit key and names its version.
func (b *Box) MAC(data []byte) (version int, mac []byte) {
	r := b.ring.Load()
	return r.auditV, r.audit[r.auditV].sum(nil, data)
}

// CheckMAC reports whether mac is data's under the audit key of the version.
func (b *Box) CheckMAC(version int, data, mac []byte) bool {
	m := b.ring.Load().audit[version]
	if m == nil {
		if b.Reload() != nil {
			return false
		}
		if m = b.ring.Load().audit[version]; m == nil {
			return false
		}
	}
	return subtle.ConstantTimeCompare(m.sum(nil, data), mac) == 1
}

// Keys are the plain keys of a ring with one version each.
type Keys struct {
	Suite              Suite
	Data, Index, Audit []byte // KeySize bytes each
}

// NewBox makes a box from plain keys, without a database: for tests and for
// tools that bring their own key service.
func NewBox(k Keys) (*Box, error) {
	return newBox([]ringKey{
		{purpose: purposeData, version: 1, suite: k.Suite, active: true, plain: k.Data},
		{purpose: purposeIndex, version: 1, suite: k.Suite, active: true, plain: k.Index},
		{purpose: purposeAudit, version: 1, suite: k.Suite, active: true, plain: k.Audit},
	})
}

func newBox(keys []ringKey) (*Box, error) {
	r, err := buildRing(keys)
	if err != nil {
		return nil, err
	}
	b := &Box{}
	b.ring.Store(r)
	return b, nil
}
