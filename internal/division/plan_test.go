package division

import (
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// TestStatesWalked: every state with every action.
func TestStatesWalked(t *testing.T) {
	want := map[State]map[Action]State{Draft: {ActApply: Applied, ActDrop: Dropped}, Applied: {ActUndo: Undone}}
	for _, s := range []State{Draft, Applied, Undone, Dropped, ""} {
		for _, a := range []Action{ActApply, ActUndo, ActDrop, ""} {
			to, ok := s.Next(a)
			if w, has := want[s][a]; ok != has || to != w {
				t.Errorf("%s + %s = %s, %v; want %s, %v", s, a, to, ok, w, has)
			}
		}
	}
}

func TestPlan(t *testing.T) {
	tree := region.National()
	towns := tree.Towns(371522000000)
	a, b := towns[0], towns[1]
	va, vb := tree.Villages(a), tree.Villages(b)
	const now = calendar.Month(202312)
	base := Ask{Month: 202310, DocNo: "示例"}
	with := func(f func(*Ask)) Ask { x := base; f(&x); return x }
	for name, c := range map[string]struct {
		ask   Ask
		steps int
		bad   string // field; "" for none
	}{
		"two into one of them":    {with(func(x *Ask) { x.Kind, x.From, x.Into = Merge, va[:2], va[0] }), 1, ""},
		"three into a new one":    {with(func(x *Ask) { x.Kind, x.From, x.Name = Merge, va[:3], "示例新村" }), 3, ""},
		"across towns":            {with(func(x *Ask) { x.Kind, x.From, x.Into = Merge, []region.Code{va[0], vb[0]}, vb[0] }), 1, ""},
		"town into town":          {with(func(x *Ask) { x.Kind, x.From, x.Into = Merge, []region.Code{a, b}, b }), 1 + len(va), ""},
		"two towns, new":          {with(func(x *Ask) { x.Kind, x.From, x.Name = Merge, []region.Code{a, b}, "示例镇" }), 2 + len(va) + len(vb), ""},
		"village moves":           {with(func(x *Ask) { x.Kind, x.From, x.Into = Move, va[:2], b }), 2, ""},
		"town moves":              {with(func(x *Ask) { x.Kind, x.From, x.Into = Move, []region.Code{a}, 371521000000 }), 1 + len(va), ""},
		"renamed":                 {with(func(x *Ask) { x.Kind, x.From, x.Name = Rename, va[:1], "示例村" }), 1, ""},
		"county renamed":          {with(func(x *Ask) { x.Kind, x.From, x.Name = Rename, []region.Code{371522000000}, "示例区" }), 1, ""},
		"one alone":               {with(func(x *Ask) { x.Kind, x.From, x.Into = Merge, va[:1], va[0] }), 0, "from"},
		"one into a new one":      {with(func(x *Ask) { x.Kind, x.From, x.Name = Merge, va[:1], "示例新村" }), 0, "from"},
		"village with a town":     {with(func(x *Ask) { x.Kind, x.From, x.Into = Merge, []region.Code{va[0], b}, b }), 0, "from"},
		"village into a town":     {with(func(x *Ask) { x.Kind, x.From, x.Into = Merge, va[:1], b }), 0, "into"},
		"counties merge":          {with(func(x *Ask) { x.Kind, x.From, x.Into = Merge, []region.Code{371521000000, 371522000000}, 371522000000 }), 0, "from"},
		"unknown place":           {with(func(x *Ask) { x.Kind, x.From, x.Name = Rename, []region.Code{371522999999}, "示例" }), 0, "from"},
		"where it is":             {with(func(x *Ask) { x.Kind, x.From, x.Into = Move, va[:1], a }), 0, "from"},
		"below a county":          {with(func(x *Ask) { x.Kind, x.From, x.Into = Move, va[:1], 371522000000 }), 0, "into"},
		"no document":             {with(func(x *Ask) { x.Kind, x.From, x.Name, x.DocNo = Rename, va[:1], "示例村", " " }), 0, "doc_no"},
		"next month":              {with(func(x *Ask) { x.Kind, x.From, x.Name, x.Month = Rename, va[:1], "示例村", 202401 }), 0, "month"},
		"no name":                 {with(func(x *Ask) { x.Kind, x.From = Rename, va[:1] }), 0, "name"},
		"name of the next":        {with(func(x *Ask) { x.Kind, x.From, x.Name = Rename, va[:1], tree.Name(va[1]) }), 0, "name"},
		"a bar in the name":       {with(func(x *Ask) { x.Kind, x.From, x.Name = Rename, va[:1], "示|例" }), 0, "name"},
		"no kind":                 {with(func(x *Ask) { x.From = va[:1] }), 0, "kind"},
		"nothing":                 {with(func(x *Ask) { x.Kind = Merge }), 0, "from"},
		"renamed to what it is":   {with(func(x *Ask) { x.Kind, x.From, x.Name = Rename, va[:1], tree.Name(va[0]) }), 0, "name"},
		"merged into unknown one": {with(func(x *Ask) { x.Kind, x.From, x.Into = Merge, va[:2], 371522999999 }), 0, "into"},
	} {
		steps, err := Plan(tree, c.ask, now)
		if c.bad == "" {
			if err != nil || len(steps) != c.steps {
				t.Errorf("%s: %d steps, %v; want %d", name, len(steps), err, c.steps)
			}
			seen := map[region.Code]bool{}
			for _, s := range steps {
				if s.New && s.To.Level() == region.Village && seen[s.To] && c.ask.Kind == Move {
					t.Errorf("%s: code %s given twice", name, s.To)
				}
				seen[s.To] = true
			}
			continue
		}
		f, _ := err.(*fault.Error)
		if f == nil || len(f.Fields) == 0 || f.Fields[0].Name != c.bad {
			t.Errorf("%s: %v, want a fault of %s", name, err, c.bad)
		}
	}
}
