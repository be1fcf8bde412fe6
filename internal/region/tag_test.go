package region

import "testing"

func TestCounty832(t *testing.T) {
	rows := table(county832CSV)
	if len(rows) != 832 {
		t.Fatalf("%d rows, want 832", len(rows))
	}
	noted := 0
	for _, r := range rows {
		code, err := ParseCode(r[0])
		if err != nil {
			t.Fatal(err)
		}
		name := National().Name(code)
		if name == "" {
			t.Errorf("%s %s is not in the tree", r[0], r[1])
		}
		if r[4] != "" {
			noted++
		} else if name != r[1] {
			t.Errorf("%s is %s today and %s on the list, without a note", r[0], name, r[1])
		}
	}
	if noted != 45 {
		t.Errorf("%d rows noted as changed, want 45", noted)
	}
	if n := len(Tagged(TagCounty832)); n != 831 {
		t.Errorf("%d places, want 831 (冷湖 and 茫崖 are one)", n)
	}
	if Tagged(TagCounty832)[632803e6] == "" {
		t.Error("茫崖市 carries no note")
	}
}

func TestKey160(t *testing.T) {
	tag, ok := TagByID(TagKey160)
	if n := len(Tagged(TagKey160)); !ok || !tag.Partial || n != 90 || tag.Full != 160 {
		t.Errorf("key160: %d places, %+v: want 90 of 160, marked partial", n, tag)
	}
}

func TestMidWest(t *testing.T) {
	n := 0
	for _, p := range National().Children(Country) {
		if MidWest(p.Code) {
			n++
		}
	}
	if n != 22 || n != len(Tagged(TagMidWest)) {
		t.Errorf("%d provinces, want 22", n)
	}
	for c, want := range map[Code]bool{37e10: false, 371522e6: false, 500243e6: true, 150521000001: true, Country: false, Abroad: false} {
		if MidWest(c) != want {
			t.Errorf("MidWest(%d) = %v", c, !want)
		}
	}
}

func TestLookup(t *testing.T) {
	for name, want := range map[string]Code{"张鲁镇": 371522101e3, "博济桥街道": 371521001e3, "莘县": 371522e6, "博济桥街道金谷社区": 371521001001} {
		if m := National().Lookup(name, Country); m.Status != One || m.Code != want {
			t.Errorf("Lookup(%s) = %+v, want %d", name, m, want)
		}
	}
	if m := National().Lookup("城关镇", Country); m.Status != Several || len(m.Candidates) < 50 {
		t.Errorf("Lookup(城关镇) = %v with %d candidates", m.Status, len(m.Candidates))
	}
	if m := National().Lookup("没有这个地方", Country); m.Status != None {
		t.Errorf("%+v", m)
	}
}

func TestReachesCounty(t *testing.T) {
	for c, want := range map[Code]bool{Country: false, 37e10: false, 3715e8: false, 371522e6: true, 371522101202: true,
		4419e8: true, HongKong: true, Abroad: true, 371590e6: true} {
		if ReachesCounty(c) != want {
			t.Errorf("ReachesCounty(%d) = %v", c, !want)
		}
	}
}
