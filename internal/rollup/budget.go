package rollup

import "unsafe"

// bytes is about what a block takes in memory.
func (b *Block) bytes() int64 {
	const row = 4 + 2 + 4 + 2 + 2 + 2 + 2
	n := int64(len(b.person)) * row
	n += int64(len(b.villages)) * 12
	n += int64(len(b.keys))*12 + int64(len(b.groups))*int64(unsafe.Sizeof(group{})) + int64(len(b.places))*8
	n += int64(len(b.movers)) * int64(unsafe.Sizeof(mover{}))
	return n + int64(len(b.towns)+1)*(int64(b.lanes)*4+int64(unsafe.Sizeof(node{})))
}
