package sheet

import (
	"bytes"
	"slices"
	"testing"
)

func TestWriterRoundTrip(t *testing.T) {
	w, err := NewWriter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	steps := []error{
		w.Sheet("退回/行", []float64{8, 20}, 1),
		w.RowLook(Head, "姓名", "证件号码", "月收入"),
		w.Row("=cmd()", "000000199001010012", Yuan(285050), nil, 7, Styled{"原因", Reason}),
		w.Sheet("二", nil, 0),
		w.Row("x"),
	}
	for i, err := range steps {
		if err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
	var b bytes.Buffer
	if err := w.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := readAll(b.Bytes(), "x.xlsx")
	want := []string{"1: 0=姓名 1=证件号码 2=月收入", "2: 0='=cmd() 1=000000199001010012 2=#2850.5 4=#7 5=原因", "1: 0=x"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestCSVWriter(t *testing.T) {
	var b bytes.Buffer
	w := NewCSVWriter(&b)
	w.Row("姓名", "=1", "a,\"b\"")
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "\ufeff姓名,'=1,\"a,\"\"b\"\"\"\r\n"; got != want {
		t.Errorf("got %q", got)
	}
}
