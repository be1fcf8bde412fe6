package design_test

import (
	"bytes"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/report/design"
	"wengang/internal/testkit"
)

// publish confirms a draft and puts it in force from a month on.
func (o *office) publish(v *design.Version, from calendar.Month) error {
	o.Helper()
	v, err := o.s.Change(ctx, both(liaocheng), v.ID, v.LockNo, func(s *design.Spec, _ *design.Table) error {
		for i := range s.Binds {
			s.Binds[i].Guess = false
		}
		s.Every, s.Day, s.Next, s.From, s.Levels, s.Citation, s.Publicity = "month", 5, true, from, []int{int(region.County)}, "示例局函〔2023〕1号", "asked"
		return nil
	})
	if err != nil {
		o.Fatal(err)
	}
	kind(o.T, "published by who made it", o.s.Publish(ctx, both(liaocheng), v.ID, v.LockNo), fault.Forbidden, "")
	second := both(liaocheng)
	second.UserID += 1_000_000
	return o.s.Publish(ctx, second, v.ID, v.LockNo)
}

func (o *office) short(form string, at ...region.Code) {
	o.Helper()
	for _, p := range at {
		if err := o.reports.SetSigning(ctx, account.LocalOperator(p), report.Signing{Region: p, Form: form, Steps: report.Chain{report.Fill}, Reason: "测试"}); err != nil {
			o.Fatal(err)
		}
	}
}

func kind(t *testing.T, what string, err error, want fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, want) {
		t.Errorf("%s: %v", what, err)
	}
	if e := (*fault.Error)(nil); key != "" && !asField(err, key, &e) {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

func asField(err error, key string, _ **fault.Error) bool {
	e, ok := err.(*fault.Error)
	if !ok {
		return false
	}
	for _, f := range e.Fields {
		if f.Key == key {
			return true
		}
	}
	return e.Key == key
}

// TestVersions: a version that was reported in stays what it was; the next one
// begins later, and another process finds both.
func TestVersions(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		o := setup(t, d)
		v := o.upload(both(liaocheng), liaocheng, design.ForForm, "counties.xlsx")
		if err := o.publish(v, 202310); err != nil {
			t.Fatal(err)
		}
		id := v.FormID()
		o.short(id, shenxian)
		p := report.Period{Year: 2023, Month: 10}
		if _, err := o.reports.Submit(ctx, as(account.Officer, shenxian), id, shenxian, p, report.Filling{Filler: "周敏", Phone: "0635-8000027"}); err != nil {
			t.Fatal(err)
		}
		before, err := o.reports.Sheet(ctx, region.ScopeOf(liaocheng), id, shenxian, p)
		if err != nil {
			t.Fatal(err)
		}
		next, err := o.s.Again(ctx, both(liaocheng), v.ID)
		if err != nil {
			t.Fatal(err)
		}
		if next.Number != 2 || next.Family != v.Family || next.State != design.Draft {
			t.Errorf("the next version is %+v", next)
		}
		next, err = o.s.Change(ctx, both(liaocheng), next.ID, next.LockNo, func(s *design.Spec, _ *design.Table) error { s.Remove("F"); return nil })
		if err != nil {
			t.Fatal(err)
		}
		kind(t, "a month that is begun", o.publish(next, 202310), fault.Invalid, "design.begun")
		if next, err = o.s.Get(ctx, both(liaocheng), next.ID); err != nil {
			t.Fatal(err)
		}
		if err := o.publish(next, 202311); err != nil {
			t.Fatal(err)
		}
		other := design.NewShelf(d, o.shelfBox)
		for _, s := range []*design.Shelf{o.shelf, other} {
			f, err := s.Form(ctx, d.Read, id)
			if err != nil || f.Design.Until != 202310 || f.InForce(report.Period{Year: 2023, Month: 11}) {
				t.Errorf("the first version: %v", err)
			}
			all, err := s.Published(ctx, d.Read)
			if err != nil || len(all) != 2 || all[1].Column("F") != nil || all[0].Column("F") == nil {
				t.Errorf("published: %d, %v", len(all), err)
			}
			again, _ := s.Form(ctx, d.Read, id)
			if again != f {
				t.Error("one version is two forms")
			}
		}
		after, err := o.reports.Sheet(ctx, region.ScopeOf(liaocheng), id, shenxian, p)
		if err != nil || len(after.Rows) != len(before.Rows) || after.Rows[0].Cell("F").Value != before.Rows[0].Cell("F").Value {
			t.Errorf("what was submitted changed: %v", err)
		}
		var months []string
		all, err := o.reports.Forms(ctx, region.ScopeOf(liaocheng), shenxian, func(f *report.Form) report.Period { return f.PeriodAt(202311) })
		for _, l := range all {
			if l.Form.Design != nil && l.Region == shenxian {
				months = append(months, l.Form.ID)
			}
		}
		if err != nil || len(months) != 1 || months[0] != next.FormID() {
			t.Errorf("in November the county fills %v, %v", months, err)
		}
		kind(t, "a published version is not edited", func() error {
			_, err := o.s.Change(ctx, both(liaocheng), v.ID, 99, func(*design.Spec, *design.Table) error { return nil })
			return err
		}(), fault.Conflict, "")
		kind(t, "nor taken away", o.s.Drop(ctx, both(liaocheng), v.ID), fault.Conflict, "")
	})
}

// TestWhoMay: places and rights.
func TestWhoMay(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		o := setup(t, d)
		city, county, elsewhere := as(account.Officer, liaocheng), as(account.Officer, shenxian), both(heze)
		raw := file(t, "monthly.xlsx")
		try := func(what string, err error, want fault.Kind) {
			t.Helper()
			kind(t, what, err, want, "")
		}
		_, err := o.s.Upload(ctx, county, liaocheng, design.ForForm, "x.xlsx", raw)
		try("above one's place", err, fault.NotFound)
		_, err = o.s.Upload(ctx, as(account.Leader, liaocheng), liaocheng, design.ForForm, "x.xlsx", raw)
		try("a leader", err, fault.Forbidden)
		_, err = o.s.Upload(ctx, county, 371522001000, design.ForFill, "x.xlsx", raw)
		try("a town has no forms", err, fault.NotFound)
		v := o.upload(city, liaocheng, design.ForForm, "monthly.xlsx")
		_, err = o.s.Get(ctx, county, v.ID)
		try("a draft from above", err, fault.NotFound)
		_, err = o.s.Get(ctx, elsewhere, v.ID)
		try("another city's", err, fault.NotFound)
		_, err = o.s.Fill(ctx, elsewhere, v.ID, liaocheng, 202311, &bytes.Buffer{})
		try("fill another city's", err, fault.NotFound)
		_, err = o.s.Fill(ctx, city, v.ID, heze, 202311, &bytes.Buffer{})
		try("fill for another city", err, fault.NotFound)
		try("publish without the right", o.s.Publish(ctx, city, v.ID, v.LockNo), fault.Forbidden)
		try("publish with guesses", o.s.Publish(ctx, both(liaocheng), v.ID, v.LockNo), fault.Invalid)
		_, err = o.s.Change(ctx, city, v.ID, v.LockNo+1, func(*design.Spec, *design.Table) error { return nil })
		try("an old page", err, fault.Conflict)
		if err := o.publish(v, 202311); err != nil {
			t.Fatal(err)
		}
		if _, err := o.s.Get(ctx, county, v.ID); err != nil {
			t.Errorf("the county does not see what it fills: %v", err)
		}
		_, err = o.reports.Form(ctx, region.ScopeOf(heze), v.FormID())
		try("another city's form", err, fault.NotFound)
		for _, id := range []string{"d0", "d01", "d999", "dx", "d-1", "D1"} {
			if _, err := o.reports.Form(ctx, region.ScopeOf(liaocheng), id); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", id, err)
			}
		}
	})
}

// TestKnownAgain: the same headings next month, under another title and name,
// take the bindings over; a place below its city's too.
func TestKnownAgain(t *testing.T) {
	o := setup(t, testkit.SQLite(t))
	city := as(account.Officer, liaocheng)
	v := o.upload(city, liaocheng, design.ForFill, "counties.xlsx")
	v, err := o.s.Change(ctx, city, v.ID, v.LockNo, func(s *design.Spec, tb *design.Table) error {
		return s.Put(tb, design.Bind{At: "I", Kind: design.Constant, Text: "无"})
	})
	if err != nil {
		t.Fatal(err)
	}
	again := o.upload(city, liaocheng, design.ForFill, "counties.xlsx")
	if !again.Known || again.ID != v.ID {
		t.Errorf("the same file is design %d, was %d", again.ID, v.ID)
	}
	below := o.upload(as(account.Officer, shenxian), shenxian, design.ForFill, "counties.xlsx")
	if !below.Known || below.ID == v.ID || below.Owner != shenxian || below.Spec.Bind("I").Text != "无" {
		t.Errorf("the county's: %+v", below)
	}
	f := o.fill(as(account.Officer, shenxian), below.ID, shenxian, 202311, "known.xlsx")
	n := figures{}.count("registered", 202311) + 9
	want(t, f, "11月", map[string]string{"C11": num(n), "C6": num(n), "C7": "", "I11": "无", "I7": ""})
	if x := o.upload(as(account.Officer, heze), heze, design.ForFill, "counties.xlsx"); x.Known {
		t.Error("another city knows the bindings")
	}
}
