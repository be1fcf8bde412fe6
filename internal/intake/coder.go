package intake

import (
	"encoding/binary"
	"errors"
)

// coder writes or reads a payload; one walk over the fields serves both ways,
// so that they cannot drift apart. It is about ten times as fast as JSON: a
// payload is written once and read twice for each of up to a million rows.
type coder struct {
	b    []byte
	read bool
	err  error
}

var errPayload = errors.New("intake: payload is damaged")

// payload is a kind's decision on one row.
type payload interface{ walk(c *coder) }

func encode(p payload) []byte {
	c := coder{b: make([]byte, 0, 160)}
	p.walk(&c)
	return c.b
}

func decode(b []byte, p payload) error {
	c := coder{b: b, read: true}
	p.walk(&c)
	if c.err == nil && len(c.b) != 0 {
		return errPayload
	}
	return c.err
}

func (c *coder) int64(v *int64) {
	if !c.read {
		c.b = binary.AppendVarint(c.b, *v)
		return
	}
	n, size := binary.Varint(c.b)
	if size <= 0 {
		c.err, c.b = errPayload, nil
		return
	}
	*v, c.b = n, c.b[size:]
}

// num is int64 for any of the integer types of the facts.
func num[T ~int | ~int32 | ~int64 | ~uint8 | ~uint32](c *coder, v *T) {
	n := int64(*v)
	c.int64(&n)
	*v = T(n)
}

func (c *coder) bool(v *bool) {
	n := int64(0)
	if *v {
		n = 1
	}
	c.int64(&n)
	*v = n != 0
}

func (c *coder) str(v *string) {
	n := int64(len(*v))
	c.int64(&n)
	if !c.read {
		c.b = append(c.b, *v...)
		return
	}
	if n < 0 || n > int64(len(c.b)) {
		c.err, c.b = errPayload, nil
		return
	}
	*v, c.b = string(c.b[:n]), c.b[n:]
}

// list walks a slice.
func list[T any](c *coder, v *[]T, item func(*T)) {
	n := int64(len(*v))
	c.int64(&n)
	if c.read {
		if n < 0 || n > int64(len(c.b)) {
			c.err, c.b = errPayload, nil
			return
		}
		*v = make([]T, n)
		if n == 0 {
			*v = nil
		}
	}
	for i := range *v {
		item(&(*v)[i])
	}
}
