package regionstore_test

import (
	"context"
	"errors"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/region/regionstore"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

const city = region.Code(371500000000)

func caller(at region.Code) account.Caller {
	return account.Caller{UserID: 1, Login: "r", Grants: []account.Grant{{Role: account.Reviewer, Dept: account.DeptHR, Region: at}}}
}

func TestLocals(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := regionstore.New(d, audit.New(d, secrettest.Box(t), nil))
		save := func(c account.Caller, l region.Local) error {
			return d.Tx(ctx, func(tx *db.Tx) error {
				return s.SaveLocal(ctx, c.Scope(account.SettingEdit), tx, c, l)
			})
		}
		before, err := s.Tree(ctx)
		if err != nil {
			t.Fatal(err)
		}
		unit, err := regionstore.FreeUnit(before, city)
		if err != nil || unit != 371590000000 {
			t.Fatalf("free key %v, %v", unit, err)
		}
		if err := save(caller(city), region.Local{Code: unit, Name: "度假区", Kind: region.KindUnit, Source: "A013"}); err != nil {
			t.Fatal(err)
		}
		carved := region.Local{Code: unit + 1_000, Official: 371502004000, Name: "湖西街道", Kind: region.KindCarved}
		if err := save(caller(city), carved); err != nil {
			t.Fatal(err)
		}
		tree, err := s.Tree(ctx)
		if err != nil || tree == before {
			t.Fatalf("the tree did not change: %v", err)
		}
		if again, _ := s.Tree(ctx); again != tree {
			t.Error("an unchanged tree was built again")
		}
		if got := tree.FullName(371502004000); got != "山东省聊城市度假区湖西街道" {
			t.Errorf("carved town is %s", got)
		}
		if next, _ := regionstore.FreeUnit(tree, city); next != 371591000000 {
			t.Errorf("next free key %v", next)
		}
		rows, err := regionstore.LoadLocals(ctx, d.Read)
		if err != nil || len(rows) != 2 || rows[1] != carved {
			t.Errorf("rows %+v, %v", rows, err)
		}

		for name, try := range map[string]struct {
			c    account.Caller
			l    region.Local
			kind fault.Kind
		}{
			"other city":       {caller(370100000000), region.Local{Code: unit, Name: "x", Kind: region.KindUnit}, fault.NotFound},
			"carve elsewhere":  {caller(city), region.Local{Code: unit + 2_000, Official: 110101001000, Name: "x", Kind: region.KindCarved}, fault.NotFound},
			"no right":         {account.Caller{}, region.Local{Code: unit, Name: "x", Kind: region.KindUnit}, fault.Forbidden},
			"taken key":        {caller(city), region.Local{Code: 371522000000, Name: "x", Kind: region.KindUnit}, fault.Invalid},
			"no name":          {caller(city), region.Local{Code: unit, Kind: region.KindUnit}, fault.Invalid},
			"no official":      {caller(city), region.Local{Code: unit + 3_000, Name: "x", Kind: region.KindCarved}, fault.Invalid},
			"official's level": {caller(city), region.Local{Code: unit + 3_000, Official: 371502109215, Name: "x", Kind: region.KindCarved}, fault.Invalid},
			"date":             {caller(city), region.Local{Code: unit, Name: "x", Kind: region.KindUnit, ValidTo: 20230230}, fault.Invalid},
		} {
			var f *fault.Error
			if err := save(try.c, try.l); !errors.As(err, &f) || f.Kind != try.kind {
				t.Errorf("%s: %v, want kind %v", name, err, try.kind)
			}
		}
		if again, _ := s.Tree(ctx); again != tree {
			t.Error("a refused change changed the tree")
		}
	})
}

func TestTags(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := regionstore.New(d, audit.New(d, secrettest.Box(t), nil))
		c := caller(region.Country)
		save := func(tag string, at region.Code, from, to int) error {
			return d.Tx(ctx, func(tx *db.Tx) error {
				return s.SaveTag(ctx, c.Scope(account.SettingEdit), tx, c, tag, at, dateOf(from), dateOf(to), "测试文件")
			})
		}
		if got, err := s.Tags(ctx, region.TagCounty832, 20231210); err != nil || len(got) != 831 || !got[500243000000] {
			t.Fatalf("county832: %d places, %v", len(got), err)
		}
		if got, _ := s.Tags(ctx, region.TagKey160, 20201231); len(got) != 0 {
			t.Error("the list of 2021 holds in 2020")
		}
		if err := save(region.TagProvKey, 371522000000, 20210101, 20221231); err != nil {
			t.Fatal(err)
		}
		for on, want := range map[int]bool{20201231: false, 20210101: true, 20221231: true, 20230101: false} {
			if got, err := s.Tags(ctx, region.TagProvKey, dateOf(on)); err != nil || got[371522000000] != want {
				t.Errorf("on %d: %v, %v", on, got, err)
			}
		}
		// An own row completes a partial list, and ends what came with the program.
		if err := save(region.TagKey160, 530302000000, 20210827, 0); err != nil {
			t.Fatal(err)
		}
		if err := save(region.TagKey160, 150522000000, 20210827, 20230101); err != nil {
			t.Fatal(err)
		}
		got, err := s.Tags(ctx, region.TagKey160, 20231210)
		if err != nil || !got[530302000000] || got[150522000000] || len(got) < 89 {
			t.Errorf("%d places, %v", len(got), err)
		}
		if err := save("", 371522000000, 20210101, 20200101); err == nil {
			t.Error("a tag without a name and with its end before its start was kept")
		}
	})
}

func dateOf(n int) calendar.Date { return calendar.Date(n) }

// AllTags says of every list what Tags says of one.
func TestAllTagsAreTheTags(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := regionstore.New(d, audit.New(d, secrettest.Box(t), nil))
		c := caller(region.Country)
		save := func(tag string, at region.Code, from, to int) {
			t.Helper()
			err := d.Tx(ctx, func(tx *db.Tx) error {
				return s.SaveTag(ctx, c.Scope(account.SettingEdit), tx, c, tag, at, dateOf(from), dateOf(to), "测试文件")
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		save(region.TagProvKey, 371522000000, 20210101, 20221231)
		save(region.TagProvKey, 371524000000, 20230101, 0)
		save(region.TagKey160, 150522000000, 20210827, 20230101)
		save("city_key", 371521000000, 20230601, 0)
		for _, on := range []int{20141130, 20150101, 20210701, 20221231, 20230101, 20231210} {
			all, err := s.AllTags(ctx, dateOf(on))
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{region.TagCounty832, region.TagKey160, region.TagProvKey, region.TagMidWest, "city_key"} {
				one, err := s.Tags(ctx, id, dateOf(on))
				if err != nil {
					t.Fatal(err)
				}
				if len(one) != len(all[id]) {
					t.Errorf("%s on %d: %d places, of all lists %d", id, on, len(one), len(all[id]))
				}
				for at := range one {
					if !all[id][at] {
						t.Errorf("%s on %d: %s is missing", id, on, at)
					}
				}
			}
		}
	})
}
