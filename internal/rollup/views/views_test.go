package views_test

import (
	"context"
	"net/url"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/rollup/views"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

var ctx = context.Background()

const (
	city   region.Code = 371500000000
	county region.Code = 371522000000
	other  region.Code = 371521000000
	town   region.Code = 371522103000
)

func caller(id int64, at region.Code, role account.Role, dept account.Dept) account.Caller {
	return account.Caller{UserID: id, Login: "u", Name: "某某", Grants: []account.Grant{{Role: role, Dept: dept, Region: at}}}
}

// TestWhoSeesAView walks every reach and every reader.
func TestWhoSeesAView(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := views.New(d, audit.New(d, secrettest.Box(t), nil))
		owner := caller(1, county, account.Officer, account.DeptHR)
		readers := map[string]account.Caller{
			"owner":     owner,
			"colleague": caller(2, county, account.Reviewer, account.DeptHR),
			"dept":      caller(3, county, account.Officer, account.DeptFinance),
			"below":     caller(4, town, account.Officer, account.DeptRural),
			"above":     caller(5, city, account.Officer, account.DeptHR),
			"beside":    caller(6, other, account.Officer, account.DeptHR),
		}
		want := map[views.Reach][]string{
			views.Own:    {"owner"},
			views.Office: {"owner", "colleague"},
			views.Area:   {"owner", "colleague", "dept", "below"},
		}
		for reach, may := range want {
			id, err := s.Save(ctx, owner, 0, "省外去向 "+string(reach), reach, "rows=class&ind=working")
			if err != nil {
				t.Fatal(err)
			}
			sees := map[string]bool{}
			for _, who := range may {
				sees[who] = true
			}
			for who, by := range readers {
				v, err := s.Get(ctx, by, id)
				if got := err == nil; got != sees[who] || !got && !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: %s sees it: %v (%v)", reach, who, got, err)
				}
				if err == nil && v.Spec != "rows=class&ind=working" {
					t.Errorf("spec %q", v.Spec)
				}
				list, err := s.List(ctx, by)
				if err != nil {
					t.Fatal(err)
				}
				found := false
				for _, x := range list {
					found = found || x.ID == id
				}
				if found != sees[who] {
					t.Errorf("%s: in the list of %s: %v", reach, who, found)
				}
				if who != "owner" {
					if err := s.Drop(ctx, by, id); !fault.Is(err, fault.NotFound) {
						t.Errorf("%s drops another's view: %v", who, err)
					}
					if _, err := s.Save(ctx, by, id, "x", views.Own, ""); !fault.Is(err, fault.NotFound) {
						t.Errorf("%s changes another's view: %v", who, err)
					}
					if err := s.SetDefault(ctx, by, "999999"); !fault.Is(err, fault.NotFound) {
						t.Errorf("a default that nobody has: %v", err)
					}
				}
			}
		}
	})
}

func TestLifeOfAView(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		s := views.New(d, audit.New(d, secrettest.Box(t), nil))
		by := caller(1, county, account.Officer, account.DeptHR)
		for _, bad := range []struct {
			name  string
			reach views.Reach
		}{{"", views.Own}, {"  ", views.Own}, {"名", "everybody"}} {
			if _, err := s.Save(ctx, by, 0, bad.name, bad.reach, ""); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		id, err := s.Save(ctx, by, 0, "年龄", views.Own, "rows=age")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Save(ctx, by, id, "年龄×性别", views.Office, "rows=age&cols=sex"); err != nil {
			t.Fatal(err)
		}
		v, err := s.Get(ctx, by, id)
		if err != nil || v.Name != "年龄×性别" || v.Spec != "rows=age&cols=sex" || v.Region != county || v.Dept != account.DeptHR {
			t.Errorf("%+v %v", v, err)
		}
		if err := s.SetDefault(ctx, by, "b:class_industry"); err != nil {
			t.Fatal(err)
		}
		key := "1"
		if id != 1 {
			t.Fatalf("first view is %d", id)
		}
		if err := s.SetDefault(ctx, by, key); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Default(ctx, by); err != nil || got != key {
			t.Errorf("default %q %v", got, err)
		}
		if err := s.Drop(ctx, by, id); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Default(ctx, by); err != nil || got != "" {
			t.Errorf("default of a view that is gone: %q %v", got, err)
		}
		nobody := caller(9, county, account.System, account.DeptHR)
		if _, err := s.List(ctx, nobody); !fault.Is(err, fault.Forbidden) {
			t.Errorf("administrator: %v", err)
		}
		if _, err := s.Save(ctx, nobody, 0, "x", views.Own, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("administrator: %v", err)
		}
	})
}

// A view holds codes: no month, no place of the page, no number of anybody.
func TestClean(t *testing.T) {
	q := url.Values{"rows": {"class"}, "at": {"371500"}, "month": {"2023-11"}, "w.kind": {"1,2"}, "ind": {"37152219900101123X"}}
	if got := views.Clean(q, []string{"rows", "cols", "w.kind", "ind"}); got != "rows=class&w.kind=1%2C2" {
		t.Errorf("%q", got)
	}
}
