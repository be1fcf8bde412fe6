package account_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
)

func placeReader(words string, within region.Scope) (region.Code, bool) {
	c := map[string]region.Code{"莘县": county, "阳谷县": other, "张鲁镇": town}[words]
	return c, c != 0 && within.Contains(c)
}

const sheetHead = "姓名,登录名,手机号码,部门,角色,所在地区,有效期至\n"

func (b *bench) stage(t *testing.T, c account.Caller, csv string) (int64, error) {
	t.Helper()
	return b.StageSheet(ctx, c, county, placeReader, strings.NewReader(csv), int64(len(csv)), "accounts.csv")
}

// TestSheetOfAccounts: rows are checked one by one; the good ones become
// accounts without any right, and the security administrator grants what the
// sheet wished.
func TestSheetOfAccounts(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		sys, sec := admin(account.System, county), admin(account.Security, county)
		sec.UserID = 901
		b.ready(t, "taken", county, "")
		id, err := b.stage(t, sys, sheetHead+
			"钱一,qian.yi,19900001111,人社,经办人,莘县,\n"+
			"钱二,qian.er,,乡村振兴局,协管员,张鲁镇,2024-06-30\n"+
			"钱三,13800138000,,人社,经办人,莘县,\n"+
			"钱四,taken,,人社,经办人,莘县,\n"+
			"钱五,qian.yi,,人社,经办人,莘县,\n"+
			"钱六,qian.liu,123,人社,经办人,莘县,\n"+
			"钱七,qian.qi,,气象,系统管理员,莘县,\n"+
			"钱八,qian.ba,,人社,经办人,阳谷县,\n"+
			"钱九,qian.jiu,,人社,协管员,莘县,\n"+
			"钱十,qian.shi,,人社,经办人,莘县,2020-01-01\n")
		if err != nil {
			t.Fatal(err)
		}
		sh, err := b.Sheet(ctx, sys, id)
		if err != nil || len(sh.Rows) != 10 {
			t.Fatal(len(sh.Rows), err)
		}
		want := []string{"", "", "login", "login", "login", "phone", "dept,role", "place", "role", "until"}
		for i, r := range sh.Rows {
			var got []string
			for _, f := range r.Bad {
				got = append(got, f.Name)
			}
			if strings.Join(got, ",") != want[i] {
				t.Errorf("row %d (%s): %v, want %s", r.Line, r.Name, r.Bad, want[i])
			}
		}
		if other, err := b.Sheet(ctx, sec, id); err != nil || other.Rows != nil {
			t.Errorf("the rows open for another: %v", err)
		}
		_, err = b.MakeSheet(ctx, sec, id)
		wantKind(t, "made by the security administrator", err, fault.Forbidden)
		slips, err := b.MakeSheet(ctx, sys, id)
		if err != nil || len(slips) != 2 || slips[0].Password == "" || slips[0].Password == slips[1].Password {
			t.Fatal(len(slips), err)
		}
		_, err = b.MakeSheet(ctx, sys, id)
		wantKind(t, "made twice", err, fault.Conflict)
		_, ses, err := b.SignIn(ctx, "qian.yi", slips[0].Password, "10.0.0.1", "")
		if err != nil || ses.MustChange != "initial" || len(ses.Caller.Grants) != 0 {
			t.Errorf("%q, %v, %v", ses.MustChange, ses.Caller.Grants, err)
		}
		var sealed, phones int
		if err := b.d.Read.QueryRow(`SELECT (SELECT count(*) FROM account_sheet WHERE rows_cipher IS NOT NULL), (SELECT count(*) FROM app_user WHERE phone_cipher IS NOT NULL)`).Scan(&sealed, &phones); err != nil || sealed != 0 || phones != 1 {
			t.Errorf("%d sheets keep their rows, %d phones sealed, %v", sealed, phones, err)
		}
		wishes, err := b.Wishes(ctx, sec, id)
		if err != nil || len(wishes) != 2 || wishes[1].User.PhoneMask != "" || wishes[1].Grant.Role != account.Aide {
			t.Fatalf("%+v, %v", wishes, err)
		}
		ids := []int64{wishes[0].User.ID, wishes[1].User.ID}
		stale := sec
		stale.Fresh = false
		_, err = b.DecideWishes(ctx, stale, id, ids, true)
		wantKind(t, "with an old proof", err, fault.Unauth)
		_, err = b.DecideWishes(ctx, sys, id, ids, true)
		wantKind(t, "by the system administrator", err, fault.Forbidden)
		if n, err := b.DecideWishes(ctx, sec, id, ids[:1], true); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if n, err := b.DecideWishes(ctx, sec, id, ids, false); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if n := b.actions(t, "user.sheet_decide"); n != 2 {
			t.Errorf("%d decisions on record, want the one and the other", n)
		}
		u, err := b.User(ctx, sec, ids[0])
		if err != nil || len(u.Grants) != 1 || u.Grants[0] != officerAt(county) || u.PhoneMask != "199****1111" {
			t.Errorf("%+v, %v", u, err)
		}
		if u, err = b.User(ctx, sec, ids[1]); err != nil || len(u.Grants) != 0 || u.ValidUntil != 20240630 {
			t.Errorf("%+v, %v", u, err)
		}
		// The temporary one ends by the clock.
		b.forward(204 * 24 * time.Hour)
		b.set(t, `UPDATE app_user SET signed_in_at = $1`, b.clock().UnixMilli())
		if n, err := b.Daily(ctx); err != nil || n != 1 {
			t.Errorf("stopped %d, %v", n, err)
		}
	})
}

func TestSheetTemplate(t *testing.T) {
	var book bytes.Buffer
	if err := account.SheetTemplate(&book, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	engines(t, func(t *testing.T, b *bench) {
		sys := admin(account.System, county)
		_, err := b.StageSheet(ctx, sys, county, placeReader, bytes.NewReader(book.Bytes()), int64(book.Len()), "t.xlsx")
		wantKind(t, "the template as it is", err, fault.Invalid)
		_, err = b.stage(t, sys, "a,b\n1,2\n")
		wantKind(t, "other headings", err, fault.Invalid)
		var many strings.Builder
		many.WriteString(sheetHead)
		for i := range 501 {
			fmt.Fprintf(&many, "甲,u%d,,人社,经办人,莘县,\n", i)
		}
		_, err = b.stage(t, sys, many.String())
		wantKind(t, "501 rows", err, fault.Invalid)
		_, err = b.stage(t, admin(account.System, other), sheetHead)
		wantKind(t, "another area", err, fault.NotFound)
	})
}

func FuzzSheet(f *testing.F) {
	f.Add([]byte(sheetHead+"钱一,qian.yi,19900001111,人社,经办人,莘县,2024-01-01\n"), "a.csv")
	f.Add([]byte("PK\x03\x04"), "a.xlsx")
	f.Fuzz(func(t *testing.T, file []byte, name string) {
		rows, err := account.ReadSheet(bytes.NewReader(file), int64(len(file)), name)
		if err == nil && (len(rows) == 0 || len(rows) > 500) {
			t.Fatalf("%d rows without an error", len(rows))
		}
	})
}

// TestLockedOnRecord: a refusal during a lock-out is on record, once a minute.
func TestLockedOnRecord(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		b.ready(t, "liming", county, "", officerAt(county))
		for range 30 {
			_, _, _ = b.SignIn(ctx, "liming", "wrong", "10.0.0.9", "")
		}
		if n := b.actions(t, "session.locked"); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
		b.forward(2 * time.Minute)
		_, _, err := b.SignIn(ctx, "liming", good, "10.0.0.9", "")
		wantKind(t, "locked", err, fault.TooMany)
		if n := b.actions(t, "session.locked"); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
	})
}
