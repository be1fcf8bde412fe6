package sample

import (
	"slices"
	"testing"

	"wengang/internal/region"
)

// One to two people in a hundred live in settlements, whole households, in
// three counties of 聊城; nobody planted among them.
func TestSettlements(t *testing.T) {
	w := makeWorld(t, 8_000)
	in, counties := 0, map[region.Code]bool{}
	for _, c := range w.counties {
		for _, h := range c.homes {
			if h.settled == nil {
				continue
			}
			counties[c.code] = true
			in += len(h.members)
			if !slices.Contains(c.settled, h.settled) || h.other {
				t.Errorf("%s: a household of %s in a settlement of elsewhere", c.name, h.place.village)
			}
			for _, p := range h.members {
				if p.planted {
					t.Errorf("%s is planted and lives in a settlement", p.name)
				}
			}
		}
		for _, k := range c.settled {
			if k.poor > k.people || k.poor < 4 || k.people < k.households {
				t.Errorf("%s: %d of %d people in %d households", k.name, k.poor, k.people, k.households)
			}
		}
	}
	if share := float64(in) / 8_000; share < 0.01 || share > 0.02 || len(counties) != 3 {
		t.Errorf("%d people in %d counties live in settlements", in, len(counties))
	}
	fairs := 0
	for _, c := range w.counties {
		for _, k := range c.carriers["event"] {
			if k.theme == "乐业搬迁（迁建）" {
				fairs++
			}
		}
	}
	if fairs < len(w.counties) {
		t.Errorf("%d fairs for settlers in %d counties", fairs, len(w.counties))
	}
}

// The units have the names that the form prints, and rows that write them so
// find them.
func TestUnitNames(t *testing.T) {
	w := makeWorld(t, 1_000)
	var names []string
	for _, c := range w.counties {
		if m := w.tree.Resolve(c.name, w.Region); m.Status != region.One || m.Code != c.code {
			t.Errorf("%s means %v", c.name, m)
		}
		names = append(names, c.name)
	}
	for _, want := range []string{"度假区", "开发区", "高新区"} {
		if !slices.Contains(names, want) {
			t.Errorf("no %s among %v", want, names)
		}
	}
}

// A county so small that a table has no rows has no such file.
func TestNoEmptyFiles(t *testing.T) {
	_, m := generate(t, Options{Region: liaocheng, People: 1_000, Seed: 1})
	for _, f := range m.Files {
		if f.Rows == 0 {
			t.Errorf("%s has no rows", f.Path)
		}
	}
}
