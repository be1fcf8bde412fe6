package report

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"wengang/internal/fact"
)

// Set is what a cell counts: ids by space, and a headcount without a list.
// Sets of places are united, so that one person counts once; headcounts have
// no identity and can only be added.
type Set struct {
	people, outsiders, registers *roaring.Bitmap
	Heads                        int64
}

func newSet() *Set {
	return &Set{people: roaring.New(), outsiders: roaring.New(), registers: roaring.New()}
}

func (s *Set) space(name string) *roaring.Bitmap {
	switch name {
	case fact.SpacePerson:
		return s.people
	case fact.SpaceOutsider:
		return s.outsiders
	case fact.SpaceRegister:
		return s.registers
	}
	return nil
}

// Spaces in which a set may hold ids, in the order of lists.
var spaces = []string{fact.SpacePerson, fact.SpaceOutsider, fact.SpaceRegister}

// Size is the number that the set stands for.
func (s *Set) Size() int64 {
	return int64(s.people.GetCardinality()+s.outsiders.GetCardinality()+s.registers.GetCardinality()) + s.Heads
}

// Listed is the part of Size that a list can show.
func (s *Set) Listed() int64 { return s.Size() - s.Heads }

// IDs of one space, ascending.
func (s *Set) IDs(space string) []int64 {
	b := s.space(space)
	out := make([]int64, 0, b.GetCardinality())
	for it := b.Iterator(); it.HasNext(); {
		out = append(out, int64(it.Next()))
	}
	return out
}

// unite adds another set's members and heads.
func (s *Set) unite(o *Set) {
	s.people.Or(o.people)
	s.outsiders.Or(o.outsiders)
	s.registers.Or(o.registers)
	s.Heads += o.Heads
}

func add(b *roaring.Bitmap, id int64) error {
	if id <= 0 || id > 1<<32-1 {
		return fmt.Errorf("id %d does not fit a member set", id)
	}
	b.Add(uint32(id))
	return nil
}

// addMember puts one party in; both ids 0 is a headcount of n.
func (s *Set) addMember(m *fact.RegisterMember, n int64) error {
	switch {
	case m.PersonID != 0:
		return add(s.people, m.PersonID)
	case m.OutsiderID != 0:
		return add(s.outsiders, m.OutsiderID)
	}
	s.Heads += n
	return nil
}

func encodeBitmap(b *roaring.Bitmap) ([]byte, error) {
	b.RunOptimize()
	var buf bytes.Buffer
	_, err := b.WriteTo(&buf)
	return buf.Bytes(), err
}

func decodeBitmap(raw []byte) (*roaring.Bitmap, error) {
	b := roaring.New()
	if _, err := b.FromBuffer(slices.Clone(raw)); err != nil {
		return nil, fmt.Errorf("member set: %w", err)
	}
	return b, nil
}
