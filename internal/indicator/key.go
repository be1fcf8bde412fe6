package indicator

import (
	"wengang/internal/fact"
)

// Key is everything about a person-month that a count may test, packed into
// one word, so that a count is a mask and a comparison and equal people share
// one row of a lookup table (30.19 M rows a month do not allow more).
type Key uint64

// The fields of a key beside the flags, which fill its low 32 bits.
const (
	placeShift   = 32 // place class of the active work, 3 bits
	yearShift    = 35 // place class of the year's latest work, 3 bits
	channelShift = 38 // 4 bits
	settledBit   = 42
	wageBit      = 43
	kindShift    = 44 // kinds 1 to 10 are bits 45 to 54
	run6Bit      = 55 // 6 or more months in a row with work
	run12Bit     = 56 // 12 or more
	bandShift    = 57 // months of the year with work, 3 bits (monthBand)
)

// The bands of the months worked in the year; 0 is none.
const (
	band1to2 = 1 + iota
	band3to5
	band6to8
	band9up
)

// monthBand is the band of a number of months.
func monthBand(n int) Key {
	switch {
	case n < 1:
		return 0
	case n < 3:
		return band1to2
	case n < 6:
		return band3to5
	case n < 9:
		return band6to8
	}
	return band9up
}

// KeyOf packs a person-month.
func KeyOf(p *fact.PersonMonth) Key {
	k := Key(p.Flags) |
		Key(p.PlaceClass&7)<<placeShift |
		Key(p.YearPlaceClass&7)<<yearShift |
		Key(p.Channel&15)<<channelShift |
		Key(p.Kinds&0x7ff)<<kindShift
	if p.Settlement != 0 {
		k |= 1 << settledBit
	}
	if p.WageFen >= 0 {
		k |= 1 << wageBit
	}
	if p.StableMonths >= 6 {
		k |= 1 << run6Bit
	}
	if p.StableMonths >= 12 {
		k |= 1 << run12Bit
	}
	k |= monthBand(p.MonthsWorked) << bandShift
	return k
}

// Test holds for keys whose masked bits equal Want.
type Test struct{ Mask, Want Key }

// Holds applies the test.
func (t Test) Holds(k Key) bool { return k&t.Mask == t.Want }

// flags makes a test: all of yes set, none of no.
func flags(yes, no fact.Flag) Test {
	return Test{Mask: Key(yes | no), Want: Key(yes)}
}

func (t Test) place(class int) Test {
	return Test{Mask: t.Mask | 7<<placeShift, Want: t.Want | Key(class)<<placeShift}
}

func (t Test) yearPlace(class int) Test {
	return Test{Mask: t.Mask | 7<<yearShift, Want: t.Want | Key(class)<<yearShift}
}

func (t Test) channel(c int) Test {
	return Test{Mask: t.Mask | 15<<channelShift, Want: t.Want | Key(c)<<channelShift}
}

func (t Test) settled() Test {
	return Test{Mask: t.Mask | 1<<settledBit, Want: t.Want | 1<<settledBit}
}

func (t Test) wageKnown() Test {
	return Test{Mask: t.Mask | 1<<wageBit, Want: t.Want | 1<<wageBit}
}

func (t Test) set(bit int) Test {
	return Test{Mask: t.Mask | 1<<bit, Want: t.Want | 1<<bit}
}

func (t Test) band(b int) Test {
	return Test{Mask: t.Mask | 7<<bandShift, Want: t.Want | Key(b)<<bandShift}
}

// ClassOf reads the place class of the active work out of a key.
func ClassOf(k Key) int { return int(k >> placeShift & 7) }

// ChannelOf reads the channel out of a key.
func ChannelOf(k Key) int { return int(k >> channelShift & 15) }
