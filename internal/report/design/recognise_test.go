package design

import (
	"encoding/json"
	"testing"
)

func counties11(name string) bool {
	for _, n := range []string{"东昌府", "茌平", "临清", "冠县", "莘县", "阳谷", "东阿", "高唐", "开发区", "度假区", "高新区"} {
		if SamePlace(n, name) {
			return true
		}
	}
	return false
}

func TestRecognise(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(testing.TB) []byte
	}{{"counties.xlsx", counties}, {"monthly.xlsx", monthly}, {"across.xlsx", across}, {"card.xlsx", card}} {
		t.Run(c.name, func(t *testing.T) {
			table, err := Read(blank(t, c.name, c.make), c.name, "")
			if err != nil {
				t.Fatal(err)
			}
			s := Recognise(table, counties11)
			b, _ := json.MarshalIndent(s, "", " ")
			t.Logf("%s\nopen: %q", b, s.Open(table))
		})
	}
}
