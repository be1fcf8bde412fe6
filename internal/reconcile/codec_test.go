package reconcile

import (
	"reflect"
	"testing"
)

func TestPack(t *testing.T) {
	lines := []Line{{Row: 2, Index: [16]byte{1, 2, 255}, Mask: "00**************19", Name: "张三", Village: 371522103201, Household: "h1", Kinds: 6, Risk: 1, Status: 5, Place: 440307000000, Start: 202305, Wage: -1},
		{Row: 3, Problem: "idcard.length", Wage: 350000}}
	packed, err := pack(lines)
	if err != nil {
		t.Fatal(err)
	}
	got, err := unpack(packed)
	if err != nil || !reflect.DeepEqual(got, lines) {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := unpack(packed[:len(packed)/2]); err == nil {
		t.Error("half a chunk reads")
	}
}

func FuzzUnpack(f *testing.F) {
	one, _ := pack([]Line{{Row: 1, Name: "甲", Wage: -1}})
	f.Add(one)
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, b []byte) {
		lines, err := unpack(b)
		if err == nil && len(lines) > maxChunk {
			t.Error("too many lines")
		}
	})
}
